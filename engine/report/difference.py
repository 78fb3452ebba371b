"""A difference between two pieces of advice as text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.codes import status_words
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _, mark, pgettext
from demandfirst.engine.language.phrases import apart, bracketed, quoted, stated
from demandfirst.engine.load.client import check_answers
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.say import UNDECIDED, spoken, yes_no
from demandfirst.engine.whatif import ABSENT, Change, Difference, Lines

TITLES = (
    ("objective", mark("Objectives")), ("touchpoint", mark("Touchpoints")), ("campaign", mark("Campaigns")),
    ("step", mark("Next steps")), ("warning", mark("Warnings")), ("finding", mark("Findings")), ("quantity", mark("Sums")),
)  # fmt: skip
_FIGURES = re.compile(r"[\d.,\u00a0\u202f]+")


def difference_lines(rulebase: Rulebase, found: Difference, *, markdown: bool = False) -> Iterator[str]:
    """What changed in the answers, then in the advice: the verdict, the focus, the rest kind by kind."""
    plain = escape if markdown else str
    bullet = "- " if markdown else "  "
    if not found.answers:
        yield _("The answers are the same, and so is the advice.")
        return
    for place, (title, lines) in enumerate(_sections(rulebase, found)):
        yield from [""] if place else []
        yield f"## {title}" if markdown else title
        yield from [""] if markdown else []
        yield from (f"{bullet}{plain(line)}" for line in lines)
    if not (found.changes or found.focus or found.steps):
        yield ""
        yield _("Nothing changes in the advice.")


def _sections(rulebase: Rulebase, found: Difference) -> Iterator[tuple[str, list[str]]]:
    """The headings with their lines; those without any are left out."""
    words = _Words(rulebase)
    yield _("Answers"), [words.answer(one.fact, one.before, one.after) for one in found.answers]
    if found.verdict:
        yield _("Verdict"), [words.verdict(found.verdict)]
    if found.focus:
        yield (
            _("To work on first"),
            [
                _("before: {objectives}").format(objectives=words.titles(found.focus.before)),
                _("after: {objectives}").format(objectives=words.titles(found.focus.after)),
            ],
        )
    for kind, title in TITLES:
        if lines := [words.change(change) for change in found.changes if change.kind == kind]:
            yield _(title), lines
    if lines := [line for one in found.steps for line in words.steps(one)]:
        yield _("What to do, where the status stays"), lines


class _Words:
    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase

    def answer(self, name: str, before: Any, after: Any) -> str:
        fact = self.rulebase.facts[name]
        return stated(fact.label, f"{self.said(name, before)} -> {self.said(name, after)}")

    def said(self, name: str, given: Any) -> str:
        """An answer as it stands in the advice, in words."""
        fact = self.rulebase.facts[name]
        answers, _faults = check_answers(
            {name: None if given == ABSENT else given}, self.rulebase.facts, lambda *_: Place("")
        )
        return spoken(fact, answers.get(name, Gap.NOT_ANSWERED))

    def verdict(self, change: Change) -> str:
        values = self.rulebase.findings[change.id].values
        titles = {value.id: value.title or value.label for value in values}
        return " -> ".join(titles.get(state, _("not decided yet")) for state in (change.before, change.after))

    def titles(self, names: tuple[str, ...]) -> str:
        return apart(self.rulebase.items[name].title for name in names) or _("no objective")

    def change(self, change: Change) -> str:
        """A change with the rules that come and go."""
        rules = [*(f"+{rule}" for rule in change.rules_new), *(f"-{rule}" for rule in change.rules_gone)]
        states = " -> ".join(self.state(change, state) for state in (change.before, change.after))
        through = _("rules: {rules}").format(rules=", ".join(rules))
        return stated(self.title(change), bracketed(states, through) if rules else states)

    def title(self, change: Change) -> str:
        return self.rulebase.findings[change.id].label if change.kind == "finding" else change.title

    def state(self, change: Change, state: str) -> str:
        if change.kind == "quantity":
            return state
        if change.kind != "finding":
            return status_words(state)
        if state == UNDECIDED:
            return _(UNDECIDED)
        labels = {value.id: value.label for value in self.rulebase.findings[change.id].values}
        if labels:
            return quoted(labels[state])
        return pgettext("a conclusion", "open") if state == "open" else yes_no(state == "true")

    def steps(self, lines: Lines) -> Iterator[str]:
        """The steps that come and go; those in which only a figure is another say nothing new."""
        both = {_FIGURES.sub("", step) for step in lines.new} & {_FIGURES.sub("", step) for step in lines.gone}
        for sign, steps in (("+", lines.new), ("-", lines.gone)):
            changed = (step for step in steps if _FIGURES.sub("", step) not in both)
            yield from (stated(lines.title, f"{sign} {step}") for step in changed)
