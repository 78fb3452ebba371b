"""What the verdict hangs on, as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from demandfirst.engine.ir.codes import support_words
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _
from demandfirst.engine.language.phrases import either, quoted, stated
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.report.numerals import exactly
from demandfirst.engine.say import on_off, yes_no
from demandfirst.engine.sensitivity import AnswerFlips, Flip, Room, Sensitivity

Entry = tuple[str, list[str]]
"""A line, and those below it."""


def sensitivity_lines(rulebase: Rulebase, found: Sensitivity, *, markdown: bool = False) -> Iterator[str]:
    """The answers that would flip the verdict or the top objective, then how far each number may move."""
    plain = escape if markdown else str
    writer = _Writer(rulebase, found)
    yield plain(writer.now())
    for title, entries in writer.sections():
        if entries:
            yield ""
            yield f"## {title}" if markdown else title
            yield from [""] if markdown else []
            for line, below in entries:
                yield f"{'- ' if markdown else '  '}{plain(line)}"
                yield from (f"{'  - ' if markdown else '    '}{plain(one)}" for one in below)


class _Writer:
    def __init__(self, rulebase: Rulebase, found: Sensitivity) -> None:
        self.rulebase, self.found = rulebase, found
        values = rulebase.findings[rulebase.verdict].values
        self.verdicts = {value.id: value.title or value.label for value in values}

    def now(self) -> str:
        return _("Now {state}.").format(state=self.named(self.found.verdict, self.found.objective))

    def sections(self) -> Iterator[tuple[str, list[Entry]]]:
        """The headings with what stands below them."""
        found = self.found
        yield _("Another answer here would be enough"), self.answers(found.answers)
        yield _("Numbers, and where they would be enough"), self.rooms(found.numbers)
        yield _("Our assumptions, and where they would be enough"), self.rooms(found.parameters)
        yield _("Settings that would be enough the other way"), self.switches(found.switches)
        yield (
            _("Numbers and assumptions that change only smaller things"),
            self.smaller((*found.numbers, *found.parameters)),
        )
        yield (
            _("Answers that change nothing, whatever they are"),
            [(self.rulebase.facts[name].label, []) for name in found.irrelevant],
        )

    def named(self, verdict: str | None, objective: str | None) -> str:
        return f"{self.verdict(verdict)}, {self.objective(objective)}"

    def verdict(self, verdict: str | None) -> str:
        if verdict is None:
            return _("the verdict is not decided yet")
        return _('the verdict is "{verdict}"').format(verdict=self.verdicts[verdict])

    def objective(self, objective: str | None) -> str:
        if objective is None:
            return _("no objective fits")
        return _('the first objective is "{objective}"').format(objective=self.rulebase.items[objective].title)

    def change(self, flip: Flip) -> str:
        """What is different after a flip."""
        parts = [self.verdict(flip.verdict)] if flip.verdict != self.found.verdict else []
        parts += [self.objective(flip.objective)] if flip.objective != self.found.objective else []
        return ", ".join(parts)

    def answers(self, answers: Sequence[AnswerFlips]) -> list[Entry]:
        """Each fact with the other values, those with the same effect together; flips of the verdict first."""
        entries: list[tuple[bool, Entry]] = []
        for one in answers:
            values: dict[str, list[str]] = {}
            for flip in sorted(one.flips, key=lambda flip: flip.verdict == self.found.verdict):
                values.setdefault(self.change(flip), []).append(self.other(one, flip.value))
            below = [stated(either(others), change) for change, others in values.items()]
            turns = any(flip.verdict != self.found.verdict for flip in one.flips)
            entries.append((turns, (_now(one.label, self.words(one.fact, one.given)), below)))
        return _first([(turns, 0, entry) for turns, entry in entries])

    def words(self, name: str, given: Any) -> str:
        """An answer as it stands in a client file, in words."""
        labels = {value.id: quoted(value.label) for value in self.rulebase.facts[name].values}
        if isinstance(given, list):
            return ", ".join(labels[word] for word in given) or _("none of them")
        return yes_no(given) if isinstance(given, bool) else labels[given]

    def other(self, one: AnswerFlips, value: Any) -> str:
        """Another answer; of a set what comes or goes."""
        if not isinstance(value, list):
            return self.words(one.fact, value)
        more = [word for word in value if word not in one.given]
        if more:
            return _("with {values}").format(values=self.words(one.fact, more))
        less = [word for word in one.given if word not in value]
        return _("without {values}").format(values=self.words(one.fact, less))

    def rooms(self, rooms: Iterable[Room]) -> list[Entry]:
        """Each number with the values that turn the verdict or the top objective; flips of the verdict and near ones first."""
        entries: list[tuple[bool, float, Entry]] = []
        for room in rooms:
            flips = [flip for flip in (room.below, room.above) if flip]
            if flips:
                turns = any(flip.verdict != self.found.verdict for flip in flips)
                below = [stated(side, self.change(flip)) for side, flip in self.sides(room, room.below, room.above)]
                entries.append((turns, min(_distance(room, flip.value) for flip in flips), (_head(room), below)))
        return _first(entries)

    @staticmethod
    def sides(room: Room, below: Flip | None, above: Flip | None) -> Iterator[tuple[str, Flip]]:
        """The sides on which there is a flip, in words."""
        for flip, up in ((below, False), (above, True)):
            if flip:
                yield _side(room, flip.value, up=up), flip

    def smaller(self, rooms: Iterable[Room]) -> list[Entry]:
        """The numbers that turn something, but neither the verdict nor the top objective."""
        entries: list[tuple[bool, float, Entry]] = []
        for room in rooms:
            if room.below is None and room.above is None:
                values = [(room.anything_below, False), (room.anything_above, True)]
                sides = [_side(room, value, up=up) for value, up in values if value is not None]
                nearest = min(_distance(room, value) for value, _ in values if value is not None)
                entries.append((False, nearest, (stated(_head(room), _beyond(sides)), [])))
        return _first(entries)

    def switches(self, switches: Sequence[AnswerFlips]) -> list[Entry]:
        return [(_now(one.label, on_off(one.given)), [self.change(flip) for flip in one.flips]) for one in switches]


def _head(room: Room) -> str:
    if not room.confidence:
        return _now(room.label, room.shown)
    template = _("{label} (now {given}, support: {support})")
    return template.format(label=room.label, given=room.shown, support=support_words(room.confidence))


def _now(label: str, given: str) -> str:
    return _("{label} (now {given})").format(label=label, given=given)


def _beyond(sides: Sequence[str]) -> str:
    """Where a number would matter: on one side, or on either."""
    if len(sides) == 1:
        return sides[0]
    return _("{below}, or {above}").format(below=sides[0], above=sides[1])


def _first(entries: Sequence[tuple[bool, float, Entry]]) -> list[Entry]:
    """Those that turn the verdict, then by distance, else in their order."""
    ranked = sorted(entries, key=lambda one: (not one[0], one[1]))
    return [entry for _, _, entry in ranked]


def _distance(room: Room, value: float) -> float:
    """How far a value lies from the present one, as a share of it; of a bounded answer, from its ends together."""
    if isinstance(room.given, str):
        return 0
    return float(abs(value - room.given) / (abs(room.given) or 1))


def _side(room: Room, value: float, *, up: bool) -> str:
    """From which value on; by the last value that changes nothing where that is rounder (`below 65` for `64.9999 or less`)."""
    exact = Fraction(str(value))
    last = exact + Fraction(str(room.step)) * (-1 if up else 1)
    if _digits(last) < _digits(exact):
        return (_("above {number}") if up else _("below {number}")).format(number=exactly(last))
    return (_("{number} or more") if up else _("{number} or less")).format(number=exactly(exact))


def _digits(value: Fraction) -> int:
    """How many digits a number needs, zeros at the end of a whole number left out."""
    return len(f"{float(value):.4f}".rstrip("0").replace(".", "").rstrip("0"))
