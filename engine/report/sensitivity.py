"""What the verdict hangs on, as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.sensitivity import AnswerFlips, Flip, Room, Sensitivity


def sensitivity_lines(rulebase: Rulebase, found: Sensitivity, *, markdown: bool = False) -> Iterator[str]:
    """The answers that would flip the verdict or the top objective, then how far each number may move."""
    plain = escape if markdown else str
    writer = _Writer(rulebase, found)
    yield plain(writer.head())
    for title, lines in (
        ("One other answer would be enough", writer.answers(found.answers)),
        ("Numbers, and where they turn the verdict or the top objective", writer.rooms(found.numbers)),
        ("Our assumptions, and where they do", writer.rooms(found.parameters)),
        ("Answers that do not matter for this client", writer.irrelevant()),
    ):
        if lines:
            yield ""
            yield f"## {title}" if markdown else title
            yield from (f"{'- ' if markdown else '  '}{plain(line)}" for line in lines)


class _Writer:
    def __init__(self, rulebase: Rulebase, found: Sensitivity) -> None:
        self.rulebase, self.found = rulebase, found

    def head(self) -> str:
        return f"Now: {self.state(self.found.verdict, self.found.objective)}."

    def state(self, verdict: str | None, objective: str | None) -> str:
        titles = {
            value.id: value.title or value.label for value in self.rulebase.findings[self.rulebase.verdict].values
        }
        first = self.rulebase.items[objective].title if objective else "no objective"
        return f"{titles.get(verdict or '', 'not decided')} / {first}"

    def answers(self, answers: Sequence[AnswerFlips]) -> list[str]:
        return [
            f"{one.label}, if it were {_word(flip.value)} and not {_word(one.given)}: {self.change(flip)}"
            for one in answers
            for flip in one.flips
        ]

    def rooms(self, rooms: Sequence[Room]) -> list[str]:
        return [line for room in rooms for line in self.room(room)]

    def room(self, room: Room) -> Iterator[str]:
        support = f", support: {room.confidence}" if room.confidence else ""
        for side, flip in (("down to", room.below), ("up to", room.above)):
            if flip:
                yield f"{room.label} (now {room.shown}{support}) {side} {_exactly(flip.value)}: {self.change(flip)}"

    def change(self, flip: Flip) -> str:
        return self.state(flip.verdict, flip.objective)

    def irrelevant(self) -> list[str]:
        return [self.rulebase.facts[name].label for name in self.found.irrelevant]


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none of them"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _exactly(value: float) -> str:
    """A threshold with all the decimals it needs."""
    return figure(value) if round(value, 2) == value else f"{value:,.4f}".rstrip("0")
