"""A comparison of two rulebases as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from demandfirst.engine.deep.changes import Edited
from demandfirst.engine.deep.compared import Given, Moved, Possible, RulebaseDiff, Stamp
from demandfirst.engine.errors import quote_list
from demandfirst.engine.ir.codes import status_words
from demandfirst.engine.language import _, mark, ngettext, pgettext
from demandfirst.engine.language.phrases import apart, bracketed, stated
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.say import UNDECIDED

KINDS = {
    "rule": mark("rule"), "table": mark("table"), "parameter": mark("parameter"), "quantity": mark("quantity"),
    "question": mark("question"), "finding": mark("finding"), "item": mark("item"), "warning": mark("warning"),
    "setting": mark("setting"),
}  # fmt: skip
ALL = {
    "rules": mark("rules"), "facts": mark("facts"), "question_groups": mark("question groups"),
    "parameters": mark("parameters"), "quantities": mark("quantities"), "findings": mark("findings"),
    "items": mark("items"), "item_groups": mark("item groups"), "warnings": mark("warnings"), "lexicon": mark("lexicon"),
    "platforms": mark("platforms"), "claims": mark("claims"), "sources": mark("sources"), "guarantees": mark("guarantees"),
    "report": mark("parts of the report"),
}  # fmt: skip
SIGNS = {"true": "+", "open": "?", "false": "-"}
SAME = mark("The two rulebases say the same, word for word.")
ONLY_WORDS = mark("Only words, sources and the like differ: no client is advised otherwise.")
NOBODY = mark("No client can be compared: a question that has to be answered takes no answer that fits both.")
NEVER = mark("No client is advised otherwise: proved for every client there can be.")
ONLY_ORDER = mark(
    "No item, warning or finding stands elsewhere for any client, which is proved. But what puts recommended items in order "
    "differs, so they may come in another order."
)


def diff_lines(found: RulebaseDiff, *, markdown: bool = False) -> Iterator[str]:
    """What was edited, then who is advised otherwise."""
    writer = _Writer(markdown=markdown)
    yield from writer.head(found)
    if not (found.edits or found.reworded or found.advises_otherwise):
        yield from writer.paragraph(_(SAME))
        return
    if found.edits or found.reworded:
        yield from writer.section(_("Edited"), writer.edits(found))
    if found.clients is not None:
        yield from writer.section(_("The clients given"), writer.clients(found.clients))
    elif not (found.edits or found.order):
        yield from writer.paragraph(_(ONLY_WORDS))
    else:
        yield from writer.section(_("Any client there can be"), writer.anybody(found))


class _Writer:
    """Writes one of the two styles."""

    def __init__(self, *, markdown: bool) -> None:
        self.markdown = markdown
        self.plain = escape if markdown else str

    def head(self, found: RulebaseDiff) -> Iterator[str]:
        if self.markdown:
            yield from (f"# {_('What differs between two rulebases')}", "")
        yield self.point(0, _("old: {rulebase}").format(rulebase=_stamp(found.old)))
        yield self.point(0, _("new: {rulebase}").format(rulebase=_stamp(found.new)))

    def section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        yield from ("", f"## {title}" if self.markdown else title)
        yield from [""] if self.markdown else []
        yield from lines

    def paragraph(self, text: str) -> Iterator[str]:
        yield from ("", self.plain(text))

    def point(self, level: int, text: str) -> str:
        """A line of a list."""
        if self.markdown:
            return f"{'  ' * max(level - 1, 0)}- {escape(text)}"
        return f"{'  ' * level}{text}"

    # --- what was edited ----------------------------------------------------------------------------------------------

    def edits(self, found: RulebaseDiff) -> Iterator[str]:
        for edit in found.edits:
            yield from self.edit(edit)
        for words in found.reworded:
            only = _("only words, sources and the like: {count} of the {kind} ({names})")
            yield self.point(1, only.format(count=len(words.ids), kind=_(ALL[words.kind]), names=quote_list(words.ids)))

    def edit(self, edit: Edited) -> Iterator[str]:
        if edit.change == "renamed":
            renamed = _("{kind} {old}: is called {new} now")
            yield self.point(1, renamed.format(kind=_(KINDS[edit.kind]), old=edit.gone[0], new=edit.new[0]))
            return
        yield self.point(1, stated(f"{_(KINDS[edit.kind])} {edit.id}", _change(edit.change)))
        for sign, lines in (("-", edit.gone), ("+", edit.new)):
            shown = (self.point(2, f"{sign} {line}") for line in lines)
            yield from (line.replace(f"- {sign} ", f"- \\{sign} ", 1) if self.markdown else line for line in shown)

    # --- given clients ------------------------------------------------------------------------------------------------

    def clients(self, clients: tuple[Given, ...]) -> Iterator[str]:
        others = [one for one in clients if one.differs]
        head = ngettext(
            "{count} of {total} is advised otherwise.", "{count} of {total} are advised otherwise.", len(others)
        )
        yield self.point(1, head.format(count=len(others), total=len(clients)))
        for one in others:
            yield from ("", f"### {self.plain(one.client)}" if self.markdown else one.client)
            yield from [""] if self.markdown else []
            yield from self.client(one)

    def client(self, one: Given) -> Iterator[str]:
        if one.unfit:
            old, new = _("does not fit the old rulebase:"), _("does not fit the new rulebase:")
            yield self.point(1, old if one.unfit == "old" else new)
            yield from (self.point(2, line.strip()) for fault in one.faults for line in fault.splitlines())
        if one.focus:
            before, after = (", ".join(names) or _("no objective") for names in (one.focus.before, one.focus.after))
            yield self.point(1, _("to work on first, before: {objectives}").format(objectives=before))
            yield self.point(1, _("to work on first, after: {objectives}").format(objectives=after))
        yield from (self.point(1, line) for line in map(_moved, one.moved))

    # --- any client ---------------------------------------------------------------------------------------------------

    def anybody(self, found: RulebaseDiff) -> Iterator[str]:
        if found.nobody:
            yield self.point(1, _(NOBODY))
            return
        outcomes = found.outcomes or ()
        sorted_ = {word: [one for one in outcomes if one.differs == word] for word in ("yes", "no", "unknown")}
        if len(sorted_["no"]) == len(outcomes):
            yield self.point(1, _(ONLY_ORDER) if found.order else _(NEVER))
        else:
            yield self.point(1, _counts(sorted_))
        if found.apart:
            apart = _("Not compared: clients who answer {facts}; no answer fits both.")
            yield self.point(1, apart.format(facts=", ".join(found.apart)))
        for one in sorted_["unknown"]:
            yield self.point(1, stated(_("Not known"), bracketed(f"{one.title} [{one.id}]", one.note)))
        yield from self.shown(sorted_["yes"])
        if sorted_["yes"] and sorted_["no"]:
            never = ", ".join(one.id for one in sorted_["no"])
            yield from ("", self.point(1, stated(_("Cannot differ"), never)))

    def shown(self, outcomes: list[Possible]) -> Iterator[str]:
        """Each smallest client once, with the outcomes that it shows."""
        groups: dict[str, list[Possible]] = {}
        for one in outcomes:
            groups.setdefault("\n".join(client_lines(one.client or {})), []).append(one)
        for number, (client, group) in enumerate(groups.items(), 1):
            client_number = _("Client {number}").format(number=number)
            yield from ("", f"### {client_number}" if self.markdown else stated(client_number, "").rstrip())
            yield from ["", "```yaml"] if self.markdown else []
            yield from (line if self.markdown else f"    {line}" for line in client.splitlines())
            yield from ["```", ""] if self.markdown else []
            for template, lacks in (
                (_("the old rulebase does not ask {facts}: leave it out there"), group[0].old_lacks),
                (_("the new rulebase does not ask {facts}: leave it out there"), group[0].new_lacks),
            ):
                if lacks:
                    yield self.point(1, template.format(facts=", ".join(lacks)))
            yield from (self.point(1, _moved(one.moved)) for one in group if one.moved)


def client_lines(client: Mapping[str, Any]) -> Iterator[str]:
    """A client file, a fact a line."""
    for name, answer in client.items():
        yield from yaml.safe_dump(
            {name: answer}, default_flow_style=None if isinstance(answer, list) else False
        ).splitlines()


def _moved(one: Moved) -> str:
    through = []
    if one.through.rules:
        rules = ", ".join(f"{SIGNS[rule.after]}{rule.rule}" for rule in one.through.rules)
        through.append(_("rules: {rules}").format(rules=rules))
    if one.through.edits:
        through.append(_("edited: {edits}").format(edits=", ".join(map(_edited, one.through.edits))))
    moved = " -> ".join(_state(one, state) for state in (one.before, one.after))
    return stated(f"{one.title} [{one.id}]", bracketed(moved, apart(through)) if through else moved)


def _state(one: Moved, state: str) -> str:
    """A state in words; a finding's value as it is written in rules."""
    if one.kind == "finding":
        return _(UNDECIDED) if state == UNDECIDED else f"`{state}`"
    return state if one.kind == "quantity" else status_words(state)


def _counts(found: Mapping[str, list[Possible]]) -> str:
    yes, no, unknown = (len(found[word]) for word in ("yes", "no", "unknown"))
    total = yes + no + unknown
    said = ngettext(
        "{yes} of {total} items, warnings and findings can differ; {no} cannot, which is proved.",
        "{yes} of {total} items, warnings and findings can differ; {no} cannot, which is proved.",
        total,
    ).format(yes=yes, total=total, no=no)
    unsure = _("For {count} it is not known: the solver reached its limit.").format(count=unknown)
    return f"{said} {unsure}" if unknown else said


def _edited(edit: str) -> str:
    """A part that was edited: its kind and its name."""
    kind, _space, name = edit.partition(" ")
    return f"{_(KINDS.get(kind, kind))} {name}"


def _change(change: str) -> str:
    """What was done to a part of the rulebase."""
    words = {
        "added": pgettext("an edit", "added"), "removed": pgettext("an edit", "removed"),
        "changed": pgettext("an edit", "changed"),
    }  # fmt: skip
    return words.get(change, change)


def _stamp(one: Stamp) -> str:
    return _("{name}, rulebase {version} ({hash})").format(name=one.name, version=one.version, hash=one.hash)
