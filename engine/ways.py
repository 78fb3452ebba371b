"""One way to an outcome after the other: from facts that have to move to answers that work, confirmed and put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from demandfirst.engine.backends.proof.changes import Changes
from demandfirst.engine.backends.proof.room import Room
from demandfirst.engine.ir.advice import Named
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import between, ends
from demandfirst.engine.ir.latitude import Latitude
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import EFFORTS, Effort
from demandfirst.engine.ir.ways import Move, Way
from demandfirst.engine.language import _
from demandfirst.engine.language.phrases import bracketed, chained, either, stated
from demandfirst.engine.say import spoken
from demandfirst.engine.standing import Standing
from demandfirst.engine.wanted import Wanted

SHOWN = Fraction(1, 100)
PASSES = 5


@dataclass(frozen=True, slots=True)
class Target:
    """Where an answer goes: one that works, others that do too, the range of numbers that do, and what a set must not have."""

    answer: Answer
    also: tuple[Answer, ...] = ()
    nearest: Fraction | None = None
    works: tuple[Fraction, Fraction] | None = None
    lacks: frozenset[str] = frozenset()


class Finder:
    """Finds the ways to one outcome for one client.

    `run` is the reference engine. `doubtful`: a set of facts was passed over because the reference engine did not confirm it.
    """

    def __init__(
        self, rulebase: Rulebase, run: Callable[[Mapping[str, Answer]], Outcome], outcome: Outcome,
        latitudes: Mapping[str, Latitude], wanted: Wanted,
    ) -> None:  # fmt: skip
        self.rulebase, self.run, self.before = rulebase, run, outcome
        self.wanted, self.latitudes = wanted, latitudes
        self.answers = dict(outcome.client.answers)
        self.changes = Changes(rulebase, self.answers, latitudes, wanted.formula)
        self.doubtful = False

    def next(self) -> Way | None:
        """The next way; None where there is none left."""
        while (names := self.changes.next()) is not None:
            room = self.changes.room(names)
            found = answers_in(room, self.changes)
            way = None if found is None else self.way(room, found)
            self.changes.exclude(names, larger=way is not None)
            if way is not None:
                return way
            self.doubtful = self.doubtful or found is not None
        return None

    def way(self, room: Room, found: dict[str, Answer]) -> Way | None:
        """The way in full; None where the reference engine does not confirm it."""
        targets = {name: target_of(room, name, found) for name in self.rulebase.facts if name in found}
        outcome = self.confirmed({name: target.answer for name, target in targets.items()})
        if outcome is None or self.confirmed(found) is None:
            return None
        moves = [self.move(name, target) for name, target in targets.items()]
        return Way(
            changes=tuple(move for move in moves if move.kind == "change"),
            find_out=tuple(move for move in moves if move.kind == "find_out"),
            effort=max((move.effort for move in moves), key=EFFORTS.index),
            set={move.fact: move.to for move in moves},
            warnings=tuple(self.new_warnings(outcome)),
        )

    def confirmed(self, found: Mapping[str, Answer]) -> Outcome | None:
        """What the reference engine says about the changed client, if that gets what is wanted."""
        outcome = self.run({**self.answers, **found})
        return outcome if self.wanted.reached(self.wanted.status(self.rulebase, outcome)) else None

    def new_warnings(self, outcome: Outcome) -> Iterator[Named]:
        """Warnings that the changed client is given and the present one is not."""
        before, after = Standing(self.rulebase, self.before), Standing(self.rulebase, outcome)
        for name, warning in self.rulebase.warnings.items():
            if after.warning(name)[0] == "raised" and before.warning(name)[0] != "raised":
                yield Named(id=name, label=warning.title)

    def move(self, name: str, target: Target) -> Move:
        """A target put into words."""
        one = self.latitudes[name]
        fact = one.fact
        found_out = one.found_out(target.answer)
        change = None if found_out else fact.changeable
        effort: Effort = change.effort if change else "low"
        by = change.by if change else fact.who[0]
        return Move(
            kind="find_out" if found_out else "change", fact=name, label=fact.label, before=plain(fact, one.present),
            to=plain(fact, target.answer), also=tuple(plain(fact, answer) for answer in target.also),
            nearest=None if target.nearest is None else plain(fact, target.nearest),
            works=None if target.works is None else (plain(fact, target.works[0]), plain(fact, target.works[1])),
            text=(found_out_text if found_out else change_text)(one, target), effort=effort,
            by=Named(id=by, label=self.rulebase.lexicon_labels.get(("people", by), by)),
            note=change.note if change else fact.question,
        )  # fmt: skip


def answers_in(room: Room, changes: Changes) -> dict[str, Answer] | None:
    """Answers for the open facts that work exactly; None where the loose terms promised too much.

    Numbers that are found out are made plain, those that are changed are as near to the present as the others allow.
    """
    found = tightened(room, changes.settle(room))
    if not room.works(found):
        tried = room.any_answers()
        if tried is None:
            return None
        found = tightened(room, tried)
    for name, answer in found.items():
        if isinstance(answer, Fraction) and room.latitudes[name].unanswered:
            plainer = {**found, name: round(answer, 2)}
            found = plainer if room.works(plainer) else found
    return found


def tightened(room: Room, found: dict[str, Answer]) -> dict[str, Answer]:
    """The same answers, each number that is changed as near to the present one as the others allow."""
    numbers = [name for name in found if room.latitudes[name].fact.numeric and not room.latitudes[name].unanswered]
    for _turn in range(PASSES):
        before = found
        for name in numbers:
            nearest = room.nearest(found, name)
            found = found if nearest is None else {**found, name: nearest}
        if found == before or len(numbers) == 1:
            break
    return found


def target_of(room: Room, name: str, found: Mapping[str, Answer]) -> Target:
    """The answer that a fact goes to, and what else would do beside the other answers of the way."""
    one, answer = room.latitudes[name], found[name]
    match answer:
        case Fraction():
            works = room.reach(found, name)
            if one.unanswered:
                return Target(answer, works=works)
            return Target(shown(one, answer, works), nearest=answer, works=works)
        case frozenset():
            return set_target(room, name, answer, found)
        case _:
            others = [word for word in one.words if word != answer]
            return Target(answer, tuple(word for word in others if room.works({**found, name: word})))


def set_target(room: Room, name: str, answer: frozenset[str], found: Mapping[str, Answer]) -> Target:
    """Of a set with one entry turned, which others would do instead; of one to be found out, what it must not have."""
    one = room.latitudes[name]
    base = one.present if isinstance(one.present, frozenset) else frozenset()
    turned, words = answer ^ base, [value.id for value in one.fact.values]
    others: list[Answer] = []
    if len(turned) == 1:
        free = [word for word in words if word in (one.added | one.dropped) - turned]
        others = [base ^ {word} for word in free if room.works({**found, name: base ^ {word}})]
    rest = [word for word in words if one.unanswered and word not in answer]
    lacks = frozenset(word for word in rest if not room.works({**found, name: answer | {word}}))
    return Target(answer, tuple(others), lacks=lacks)


def shown(one: Latitude, answer: Fraction, works: tuple[Fraction, Fraction]) -> Fraction:
    """A number of two decimals just beyond the nearest that works, if it still works."""
    rising = answer >= ends(one.present)[0]  # type: ignore[arg-type]
    plainer = -(-answer // SHOWN) * SHOWN if rising else answer // SHOWN * SHOWN
    return plainer if works[0] <= plainer <= works[1] else answer


def change_text(one: Latitude, target: Target) -> str:
    """What is done: `paid search: from "not used" to "used"`."""
    fact = one.fact
    if isinstance(target.answer, frozenset) and isinstance(one.present, frozenset):
        return stated(fact.label, _turned(one, target, target.answer, one.present))
    before, after = spoken(fact, one.present), _answers(one, target)
    return _("{label}: from {before} to {after}").format(label=fact.label, before=before, after=after)


def found_out_text(one: Latitude, target: Target) -> str:
    """What is asked, and which answers help: `reputation (don't know): it helps if it is "clean" or "mixed"`."""
    fact = one.fact
    return stated(bracketed(fact.label, spoken(fact, one.present)), _helps(one, target))


def _helps(one: Latitude, target: Target) -> str:
    """Which answers help."""
    fact = one.fact
    if isinstance(target.answer, frozenset):
        return _included(one, target)
    if target.works == (one.low, one.high) or (one.words and len(target.also) + 1 == len(one.words)):
        return _("any answer will do")
    if isinstance(target.answer, bool):
        return _("it helps if {statement}").format(statement=fact.label if target.answer else fact.negative)
    return _("it helps if it is {answers}").format(answers=_answers(one, target))


def _answers(one: Latitude, target: Target) -> str:
    if target.works is not None:
        return spoken(one.fact, between(*_inward(target.works)))
    return either([spoken(one.fact, answer) for answer in (target.answer, *target.also)])


def _inward(works: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """A range that two decimals can show without saying too much."""
    low, high = works
    step = Fraction(1, 10_000)
    if (low - step) % SHOWN:
        low = -(-low // SHOWN) * SHOWN
    if (high + step) % SHOWN:
        high = high // SHOWN * SHOWN
    return (low, high) if low <= high else works


def _turned(one: Latitude, target: Target, answer: frozenset[str], present: frozenset[str]) -> str:
    """What is added to a set, and what is dropped."""
    added, dropped = answer - present, present - answer
    parts = [_("add {values}").format(values=spoken(one.fact, added))] if added else []
    parts += [_("drop {values}").format(values=spoken(one.fact, dropped))] if dropped else []
    others = [spoken(one.fact, other ^ present) for other in target.also if isinstance(other, frozenset)]
    done = chained(parts, all_=True)
    return bracketed(done, _("or else {values}").format(values=chained(others, all_=False))) if others else done


def _included(one: Latitude, target: Target) -> str:
    """What a set that is found out should have and lack."""
    answers: list[Any] = [target.answer, *target.also]
    had = either([spoken(one.fact, answer) for answer in answers])
    lacked = spoken(one.fact, target.lacks)
    if target.answer and target.lacks:
        return _("it helps if it includes {values} and does not include {others}").format(values=had, others=lacked)
    if target.answer:
        return _("it helps if it includes {values}").format(values=had)
    return (
        _("it helps if it does not include {values}").format(values=lacked) if target.lacks else _("any answer will do")
    )
