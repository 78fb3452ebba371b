"""What the interview shows in a terminal: questions, help, what is certain, the end. Lines of plain text."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from demandfirst.engine.ir.interview import Asked, Certain, Turn
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact

COMMANDS = (
    ("?", "why it is asked, what it can change, and how to find the answer"),
    ("d", "don't know"),
    ("s", "skip: asked again at the end"),
    ("b", "back to the last question"),
    ("c FACT", "change an earlier answer; c alone lists them"),
    ("w", "what is certain so far"),
    ("q", "quit; everything is saved"),
)
_NUMBERS = "A number, <10, >90 or 5000..10000"


class Page:
    """Lines for one width."""

    def __init__(self, rulebase: Rulebase, width: int) -> None:
        self.rulebase, self.width = rulebase, width

    def wrapped(self, text: str, indent: int = 0, further: int | None = None) -> Iterator[str]:
        """A text in lines; `further` is the indent of the second line and on."""
        for paragraph in text.splitlines() or [""]:
            yield from textwrap.wrap(
                paragraph, self.width, initial_indent=" " * indent,
                subsequent_indent=" " * (indent if further is None else further), break_on_hyphens=False,
            ) or [""]  # fmt: skip

    def opening(self, path: Path, resumed: bool) -> Iterator[str]:
        """The first lines."""
        begun = f"Going on with {path}." if resumed else f"Your answers are saved in {path} after each question."
        yield from self.wrapped(begun)
        yield from self.wrapped("Type the number or the word of an answer, or one of these:")
        for command, meaning in COMMANDS:
            yield f"  {command:<8}{meaning}"

    def question(self, turn: Turn, asked: Asked) -> Iterator[str]:
        """A question with its answers and why it is asked."""
        progress = turn.progress
        left = progress.deciding + (progress.details if asked.why == "details" else 0)
        counted = turn.certain is not None and asked.why in ("decides", "again", "details")
        more = f" ({left} can still matter)" if counted else ""
        yield ""
        yield from self.wrapped(f"Question {progress.answered + 1}{more}: {asked.group}")
        for line in self.wrapped(asked.question):
            yield click.style(line, bold=True)
        yield from self.answers(asked)
        again = "You put this off. " if asked.given is None else "A closer figure would help. "
        yield from self.wrapped(f"Why: {again if asked.why == 'again' else ''}{asked.reason}", further=5)
        if asked.given is not None:
            yield from self.wrapped(
                f"Your answer so far: {said(self.rulebase.facts[asked.fact], asked.given)}. Enter keeps it."
            )

    def answers(self, asked: Asked) -> Iterator[str]:
        """What can be answered."""
        wide = len(str(len(asked.values)))
        for number, one in enumerate(asked.values, 1):
            label = "" if one.label == one.id.replace("_", " ") else f": {one.label}"
            yield from self.wrapped(f"{number:>{wide}}  {one.id}{label}", indent=2, further=4 + wide)
        match asked.type:
            case "set":
                nothing = "" if asked.at_least else ", or none"
                yield from self.wrapped(f"As many as fit, with commas or spaces between them{nothing}.", 2)
            case "choice":
                pass
            case "yes_no":
                yield from ("  1  yes", "  2  no")
            case _:
                yield from self.wrapped(f"{_NUMBERS}: {asked.unit}, {asked.range}.", 2)

    def help(self, asked: Asked) -> Iterator[str]:
        """Everything there is to say about a question."""
        yield from self.wrapped(asked.help)
        for one in asked.values:
            if one.help:
                yield from self.wrapped(f"{one.id}: {one.help}", 2, 4)
        yield from self.wrapped(f"Who would know: {', '.join(one.label for one in asked.who)}.")
        if not asked.decides:
            yield from self.wrapped(asked.reason)
            return
        yield "The answer can decide:"
        for thing in asked.decides:
            kind = "the verdict" if thing.kind == "verdict" else thing.kind
            yield from self.wrapped(f"- {thing.title} ({kind})", 2, 4)

    def certain(self, certain: Certain | None) -> Iterator[str]:
        """What no further answer changes."""
        if certain is None:
            yield from self.wrapped("Nothing is certain before the first questions are answered.")
            return
        yield "Certain, unless you change an answer:"
        yield from self.wrapped(f"Verdict: {certain.verdict_title or 'not decided yet'}", 2, 4)
        for title, labels in (
            ("Recommended", [one.label for one in certain.recommended]),
            ("Held back", [one.label for one in certain.withheld]),
            ("Warnings", [f"{one.title} ({one.kind})" for one in certain.raised]),
        ):
            yield f"  {title}: {len(labels) or ('none yet' if certain.open else 'none')}"
            for label in labels:
                yield from self.wrapped(f"- {label}", 4, 6)
        yield f"  Still open: {certain.open}"

    def given(self, answers: Mapping[str, Any]) -> Iterator[str]:
        """The answers so far, with the names that `c` takes."""
        yield "Your answers; type c and the name to change one:"
        for name, value in answers.items():
            yield from self.wrapped(f"{name}: {said(self.rulebase.facts[name], value)}", 2, 4)

    def ending(self, turn: Turn, path: Path) -> Iterator[str]:
        """The signal to stop, what was saved, and where to go on."""
        progress = turn.progress
        yield ""
        for line in self.wrapped(turn.message):
            yield click.style(line, bold=True)
        if turn.settled:
            saved = (
                f"; {progress.saved} {'was' if progress.saved == 1 else 'were'} not needed" if progress.saved else ""
            )
            yield from self.wrapped(f"You answered {progress.answered} of {progress.total} questions{saved}.")
        yield from self.advice_command(path)

    def advice_command(self, path: Path) -> Iterable[str]:
        """The command that gives the advice."""
        return [f"The advice: demandfirst advise {shlex.quote(str(path))}"]

    def pausing(self, path: Path) -> Iterable[str]:
        """How to go on after leaving."""
        return [f"Saved. Go on: demandfirst interview {shlex.quote(str(path))}"]


def said(fact: Fact, value: Any) -> str:
    """An answer in words."""
    labels: dict[str, str] = {one.id: one.label for one in fact.values}
    match value:
        case "unknown":
            return "don't know"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(labels[one] for one in value) or "none of them"
        case str():
            return str(labels.get(value, f"{value} {fact.unit}".strip()))
        case _:
            return f"{value:,} {fact.unit}".strip()
