"""A comparison of two rulebases as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from demandfirst.engine.deep.changes import Edited
from demandfirst.engine.deep.compared import Given, Moved, Possible, RulebaseDiff, Stamp
from demandfirst.engine.errors import quote_list
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.say import UNDECIDED

SIGNS = {"true": "+", "open": "?", "false": "-"}
SAME = "The two rulebases say the same, word for word."
ONLY_WORDS = "Only words, sources and the like differ: no client is advised otherwise."
NOBODY = "No client can be compared: a question that has to be answered takes no answer that fits both."
NEVER = "No client is advised otherwise: proved for every client there can be."
ONLY_ORDER = (
    "No item, warning or finding stands elsewhere for any client, which is proved. But what puts recommended items in order "
    "differs, so they may come in another order."
)


def diff_lines(found: RulebaseDiff, *, markdown: bool = False) -> Iterator[str]:
    """What was edited, then who is advised otherwise."""
    writer = _Writer(markdown=markdown)
    yield from writer.head(found)
    if not (found.edits or found.reworded):
        yield from writer.paragraph(SAME)
        return
    yield from writer.section("Edited", writer.edits(found))
    if found.clients is not None:
        yield from writer.section("The clients given", writer.clients(found.clients))
    elif not found.edits:
        yield from writer.paragraph(ONLY_WORDS)
    else:
        yield from writer.section("Any client there can be", writer.anybody(found))


class _Writer:
    """Writes one of the two styles."""

    def __init__(self, *, markdown: bool) -> None:
        self.markdown = markdown
        self.plain = escape if markdown else str

    def head(self, found: RulebaseDiff) -> Iterator[str]:
        if self.markdown:
            yield from ("# What differs between two rulebases", "")
        yield from (self.point(0, f"{word}: {_stamp(one)}") for word, one in (("old", found.old), ("new", found.new)))

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
            kind = words.kind.replace("_", " ")
            yield self.point(
                1, f"only words, sources and the like: {len(words.ids)} of the {kind} ({quote_list(words.ids)})"
            )

    def edit(self, edit: Edited) -> Iterator[str]:
        if edit.change == "renamed":
            yield self.point(1, f"{edit.kind} {edit.gone[0]}: is called {edit.new[0]} now")
            return
        yield self.point(1, f"{edit.kind} {edit.id}: {edit.change}")
        for sign, lines in (("-", edit.gone), ("+", edit.new)):
            shown = (self.point(2, f"{sign} {line}") for line in lines)
            yield from (line.replace(f"- {sign} ", f"- \\{sign} ", 1) if self.markdown else line for line in shown)

    # --- given clients ------------------------------------------------------------------------------------------------

    def clients(self, clients: tuple[Given, ...]) -> Iterator[str]:
        others = [one for one in clients if one.differs]
        yield self.point(1, f"{len(others)} of {len(clients)} {_is(len(others))} advised otherwise.")
        for one in others:
            yield from ("", f"### {self.plain(one.client)}" if self.markdown else one.client)
            yield from [""] if self.markdown else []
            yield from self.client(one)

    def client(self, one: Given) -> Iterator[str]:
        if one.unfit:
            yield self.point(1, f"does not fit the {one.unfit} rulebase:")
            yield from (self.point(2, line.strip()) for fault in one.faults for line in fault.splitlines())
        if one.focus:
            for word, names in (("before", one.focus.before), ("after", one.focus.after)):
                yield self.point(1, f"to work on first, {word}: {', '.join(names) or 'no objective'}")
        yield from (self.point(1, line) for line in map(_moved, one.moved))

    # --- any client ---------------------------------------------------------------------------------------------------

    def anybody(self, found: RulebaseDiff) -> Iterator[str]:
        if found.nobody:
            yield self.point(1, NOBODY)
            return
        outcomes = found.outcomes or ()
        sorted_ = {word: [one for one in outcomes if one.differs == word] for word in ("yes", "no", "unknown")}
        if len(sorted_["no"]) == len(outcomes):
            yield self.point(1, ONLY_ORDER if found.order else NEVER)
        else:
            yield self.point(1, _counts(sorted_))
        if found.apart:
            yield self.point(1, f"Not compared: clients who answer {', '.join(found.apart)}; no answer fits both.")
        for one in sorted_["unknown"]:
            yield self.point(1, f"Not known: {one.title} [{one.id}] ({one.note})")
        yield from self.shown(sorted_["yes"])
        if sorted_["yes"] and sorted_["no"]:
            yield from ("", self.point(1, f"Cannot differ: {', '.join(one.id for one in sorted_['no'])}"))

    def shown(self, outcomes: list[Possible]) -> Iterator[str]:
        """Each smallest client once, with the outcomes that it shows."""
        groups: dict[str, list[Possible]] = {}
        for one in outcomes:
            groups.setdefault("\n".join(client_lines(one.client or {})), []).append(one)
        for number, (client, group) in enumerate(groups.items(), 1):
            yield from ("", f"### Client {number}" if self.markdown else f"Client {number}:")
            yield from ["", "```yaml"] if self.markdown else []
            yield from (line if self.markdown else f"    {line}" for line in client.splitlines())
            yield from ["```", ""] if self.markdown else []
            for word, lacks in (("old", group[0].old_lacks), ("new", group[0].new_lacks)):
                if lacks:
                    yield self.point(1, f"the {word} rulebase does not ask {', '.join(lacks)}: leave it out there")
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
        through.append("rules: " + ", ".join(f"{SIGNS[rule.after]}{rule.rule}" for rule in one.through.rules))
    if one.through.edits:
        through.append("edited: " + ", ".join(one.through.edits))
    before, after = (_state(one, state) for state in (one.before, one.after))
    behind = f" ({'; '.join(through)})" if through else ""
    return f"{one.title} [{one.id}]: {before} -> {after}{behind}"


def _state(one: Moved, state: str) -> str:
    """A state in words; a finding's value as it is written in rules."""
    if one.kind == "finding":
        return state if state == UNDECIDED else f"`{state}`"
    return state.replace("_", " ")


def _counts(found: Mapping[str, list[Possible]]) -> str:
    yes, no, unknown = (len(found[word]) for word in ("yes", "no", "unknown"))
    unsure = f" For {unknown} it is not known: the solver reached its limit." if unknown else ""
    return (
        f"{yes} of {yes + no + unknown} items, warnings and findings can differ; {no} cannot, which is proved.{unsure}"
    )


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _stamp(one: Stamp) -> str:
    return f"{one.name}, rulebase {one.version} ({one.hash})"
