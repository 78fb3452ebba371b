"""A difference between two pieces of advice as text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.client import check_answers
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.say import spoken
from demandfirst.engine.whatif import ABSENT, Change, Difference, Lines

TITLES = (
    ("objective", "Objectives"), ("touchpoint", "Touchpoints"), ("campaign", "Campaigns"), ("step", "Next steps"),
    ("warning", "Warnings"), ("finding", "Findings"), ("quantity", "Sums"),
)  # fmt: skip
_FIGURES = re.compile(r"[\d.,]+")
YES_NO = {"true": "yes", "false": "no"}


def difference_lines(rulebase: Rulebase, found: Difference, *, markdown: bool = False) -> Iterator[str]:
    """What changed in the answers, then in the advice: the verdict, the focus, the rest kind by kind."""
    plain = escape if markdown else str
    bullet = "- " if markdown else "  "
    if not found.answers:
        yield "The answers are the same, and so is the advice."
        return
    for place, (title, lines) in enumerate(_sections(rulebase, found)):
        yield from [""] if place else []
        yield f"## {title}" if markdown else title
        yield from [""] if markdown else []
        yield from (f"{bullet}{plain(line)}" for line in lines)
    if not (found.changes or found.focus or found.steps):
        yield ""
        yield "Nothing changes in the advice."


def _sections(rulebase: Rulebase, found: Difference) -> Iterator[tuple[str, list[str]]]:
    """The headings with their lines; those without any are left out."""
    words = _Words(rulebase)
    yield "Answers", [words.answer(one.fact, one.before, one.after) for one in found.answers]
    if found.verdict:
        yield "Verdict", [words.verdict(found.verdict)]
    if found.focus:
        yield (
            "To work on first",
            [f"before: {words.titles(found.focus.before)}", f"after: {words.titles(found.focus.after)}"],
        )
    for kind, title in TITLES:
        if lines := [words.change(change) for change in found.changes if change.kind == kind]:
            yield title, lines
    if lines := [line for one in found.steps for line in words.steps(one)]:
        yield "What to do, where the status stays", lines


class _Words:
    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase

    def answer(self, name: str, before: Any, after: Any) -> str:
        fact = self.rulebase.facts[name]
        return f"{fact.label}: {self.said(name, before)} -> {self.said(name, after)}"

    def said(self, name: str, given: Any) -> str:
        """An answer as it stands in the advice, in words."""
        fact = self.rulebase.facts[name]
        answers, _ = check_answers(
            {name: None if given == ABSENT else given}, self.rulebase.facts, lambda *_: Place("")
        )
        return spoken(fact, answers.get(name, Gap.NOT_ANSWERED))

    def verdict(self, change: Change) -> str:
        values = self.rulebase.findings[change.id].values
        titles = {value.id: value.title or value.label for value in values}
        return " -> ".join(titles.get(state, "not decided yet") for state in (change.before, change.after))

    def titles(self, names: tuple[str, ...]) -> str:
        return "; ".join(self.rulebase.items[name].title for name in names) or "no objective"

    def change(self, change: Change) -> str:
        """A change with the rules that come and go."""
        rules = [*(f"+{rule}" for rule in change.rules_new), *(f"-{rule}" for rule in change.rules_gone)]
        through = f" (rules: {', '.join(rules)})" if rules else ""
        states = " -> ".join(self.state(change, state) for state in (change.before, change.after))
        return f"{self.title(change)}: {states}{through}"

    def title(self, change: Change) -> str:
        return self.rulebase.findings[change.id].label if change.kind == "finding" else change.title

    def state(self, change: Change, state: str) -> str:
        if change.kind != "finding":
            return state.replace("_", " ")
        labels = {value.id: f'"{value.label}"' for value in self.rulebase.findings[change.id].values}
        return (labels or YES_NO).get(state, state)

    def steps(self, lines: Lines) -> Iterator[str]:
        """The steps that come and go; those in which only a figure is another say nothing new."""
        both = {_FIGURES.sub("", step) for step in lines.new} & {_FIGURES.sub("", step) for step in lines.gone}
        for sign, steps in (("+", lines.new), ("-", lines.gone)):
            yield from (f"{lines.title}: {sign} {step}" for step in steps if _FIGURES.sub("", step) not in both)
