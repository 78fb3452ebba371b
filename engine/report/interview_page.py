"""What the interview shows in a terminal: questions, help, what is certain, the end. Lines of plain text."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from demandfirst.engine.ir.codes import kind_words, severity_words
from demandfirst.engine.ir.interview import Asked, Certain, Progress, Turn
from demandfirst.engine.ir.numbers import ENGLISH
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, current, mark, ngettext, pgettext
from demandfirst.engine.language.phrases import bracketed, stated
from demandfirst.engine.load.client import answer_of
from demandfirst.engine.report.numerals import answered
from demandfirst.engine.say import spoken, yes_no

COMMANDS = (
    ("?", mark("why it is asked, what it can change, and how to find the answer")),
    ("d", mark("don't know")),
    ("s", mark("skip: asked again at the end")),
    ("b", mark("back to the last question")),
    ("c FACT", mark("change an earlier answer; {command} alone lists them")),
    ("w", mark("what is certain so far")),
    ("q", mark("quit; everything is saved")),
)
_NUMBERS = ("<10", ">90", "5000..10000")


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
        begun = _("Going on with {path}.") if resumed else _("Your answers are saved in {path} after each question.")
        yield from self.wrapped(begun.format(path=path))
        yield from self.wrapped(_("Type the number or the word of an answer, or one of these:"))
        for command, meaning in COMMANDS:
            yield f"  {command:<8}{_(meaning).format(command=command[0])}"

    def question(self, turn: Turn, asked: Asked) -> Iterator[str]:
        """A question with its answers and why it is asked."""
        progress = turn.progress
        left = progress.deciding + (progress.details if asked.why == "details" else 0)
        counted = turn.certain is not None and asked.why in ("decides", "again", "details")
        head = _("Question {number}: {group}")
        if counted:
            head = ngettext(
                "Question {number} ({left} can still matter): {group}",
                "Question {number} ({left} can still matter): {group}",
                left,
            )
        yield ""
        yield from self.wrapped(head.format(number=progress.answered + 1, left=left, group=asked.group))
        for line in self.wrapped(asked.question):
            yield click.style(line, bold=True)
        yield from self.answers(asked)
        reasons = [asked.reason]
        if asked.why == "again":
            reasons.insert(0, _("You put this off.") if asked.given is None else _("A closer figure would help."))
        yield from self.wrapped(stated(_("Why"), " ".join(reasons)), further=5)
        if asked.given is not None:
            given = said(self.rulebase.facts[asked.fact], asked.given)
            yield from self.wrapped(_("Your answer so far: {answer}. Enter keeps it.").format(answer=given))

    def answers(self, asked: Asked) -> Iterator[str]:
        """What can be answered."""
        wide = len(str(len(asked.values)))
        for number, one in enumerate(asked.values, 1):
            label = "" if one.label == one.id.replace("_", " ") else f": {one.label}"
            yield from self.wrapped(f"{number:>{wide}}  {one.id}{label}", indent=2, further=4 + wide)
        match asked.type:
            case "set":
                some = _("As many as fit, with commas or spaces between them.")
                any_ = _("As many as fit, with commas or spaces between them, or none.")
                yield from self.wrapped(some if asked.at_least else any_, 2)
            case "choice":
                pass
            case "yes_no":
                yield from (f"  1  {yes_no(yes=True)}", f"  2  {yes_no(yes=False)}")
            case _:
                below, above, between = _NUMBERS
                text = _("A number, {below}, {above} or {between}: {unit}, {range}.").format(
                    below=below, above=above, between=between, unit=asked.unit, range=asked.range
                )
                yield from self.wrapped(text, 2)

    def help(self, asked: Asked) -> Iterator[str]:
        """Everything there is to say about a question."""
        yield from self.wrapped(asked.help)
        for one in asked.values:
            if one.help:
                yield from self.wrapped(stated(one.id, one.help), 2, 4)
        who = ", ".join(one.label for one in asked.who)
        yield from self.wrapped(_("Who would know: {who}.").format(who=who))
        if not asked.decides:
            yield from self.wrapped(asked.reason)
            return
        yield _("The answer can decide:")
        for thing in asked.decides:
            kind = _("the verdict") if thing.kind == "verdict" else kind_words(thing.kind)
            yield from self.wrapped(f"- {bracketed(thing.title, kind)}", 2, 4)

    def certain(self, certain: Certain | None) -> Iterator[str]:
        """What no further answer changes."""
        if certain is None:
            yield from self.wrapped(_("Nothing is certain before the first questions are answered."))
            return
        yield _("Certain, unless you change an answer:")
        yield from self.wrapped(stated(_("Verdict"), certain.verdict_title or _("not decided yet")), 2, 4)
        nothing = pgettext("how many", "none yet") if certain.open else pgettext("how many", "none")
        for title, labels in (
            (_("Recommended"), [one.label for one in certain.recommended]),
            (_("Held back"), [one.label for one in certain.withheld]),
            (_("Warnings"), [bracketed(one.title, severity_words(one.kind)) for one in certain.raised]),
        ):
            yield f"  {stated(title, str(len(labels) or nothing))}"
            for label in labels:
                yield from self.wrapped(f"- {label}", 4, 6)
        yield f"  {stated(_('Still open'), str(certain.open))}"

    def given(self, answers: Mapping[str, Any]) -> Iterator[str]:
        """The answers so far, with the names that `c` takes."""
        yield _("Your answers; type {command} and the name to change one:").format(command="c")
        for name, value in answers.items():
            yield from self.wrapped(stated(name, said(self.rulebase.facts[name], value)), 2, 4)

    def ending(self, turn: Turn, path: Path) -> Iterator[str]:
        """The signal to stop, what was saved, and where to go on."""
        progress = turn.progress
        yield ""
        for line in self.wrapped(turn.message):
            yield click.style(line, bold=True)
        if turn.settled:
            yield from self.wrapped(_answered(progress))
        yield from self.advice_command(path)

    def advice_command(self, path: Path) -> Iterable[str]:
        """The command that gives the advice."""
        command = f"demandfirst advise {shlex.quote(str(path))}"
        return [_("The advice: {command}").format(command=command)]

    def pausing(self, path: Path) -> Iterable[str]:
        """How to go on after leaving."""
        command = f"demandfirst interview {shlex.quote(str(path))}"
        return [_("Saved. Go on: {command}").format(command=command)]


def _answered(progress: Progress) -> str:
    """How many questions were answered, and how many were not needed."""
    template = ngettext(
        "You answered {answered} of {total} questions.",
        "You answered {answered} of {total} questions.",
        progress.total,
    )
    if progress.saved:
        template = ngettext(
            "You answered {answered} of {total} questions; {saved} was not needed.",
            "You answered {answered} of {total} questions; {saved} were not needed.",
            progress.saved,
        )
    return template.format(answered=progress.answered, total=progress.total, saved=progress.saved)


def said(fact: Fact, value: Any) -> str:
    """An answer in words."""
    labels: dict[str, str] = {one.id: one.label for one in fact.values}
    match value:
        case "unknown":
            return _("don't know")
        case bool():
            return yes_no(value)
        case list() | tuple():
            return ", ".join(labels[one] for one in value) or _("none of them")
        case str():
            return labels[value] if value in labels else _bounded(fact, value)
        case _:
            return answered(value, fact.unit)


def _bounded(fact: Fact, value: str) -> str:
    """An answer within bounds, as it was typed or in words."""
    if current() in ENGLISH:
        return f"{value} {fact.unit}".strip()
    return spoken(fact, answer_of(fact.id, value, {fact.id: fact}))
