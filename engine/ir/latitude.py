"""What the answer to a fact may become when somebody looks for a way to another outcome."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Amount, Interval, between, ends
from demandfirst.engine.ir.vocabulary import EFFORTS, Changeable, Fact


@dataclass(frozen=True, slots=True)
class Latitude:
    """A present answer and the answers that it may become; a missing one may turn out to be any.

    `words` are those of a choice (or yes and no), nearest first; a set may gain `added` and lose `dropped`; a number stays
    between `low` and `high`. `cost` orders the ways: finding out costs as little as a change of low effort.
    """

    fact: Fact
    present: Answer
    cost: int
    words: tuple[str | bool, ...] = ()
    added: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)

    @property
    def unanswered(self) -> bool:
        """Whether there is no answer yet, or *don't know*."""
        return isinstance(self.present, Gap)

    @property
    def range(self) -> Amount:
        """The numbers that it may become."""
        return between(self.low, self.high)

    def found_out(self, answer: Answer) -> bool:
        """Whether an answer would only be found out, not made."""
        if isinstance(self.present, Interval):
            return isinstance(answer, Fraction) and answer in self.present
        return self.unanswered


def latitude(fact: Fact, present: Answer) -> Latitude | None:
    """What an answer may become; None where it is fixed."""
    if isinstance(present, Gap):
        return _anything(fact, present)
    change = fact.changeable
    if change is None:
        return Latitude(fact, present, 1, low=present.low, high=present.high) if isinstance(present, Interval) else None
    cost = EFFORTS.index(change.effort) + 1
    match present:
        case bool():
            free = change.direction == "any" or (change.direction == "up") is not present
            return Latitude(fact, present, cost, words=(not present,)) if free else None
        case str():
            words = _words(fact, change, present)
            return Latitude(fact, present, cost, words=words) if words else None
        case frozenset():
            added = (
                frozenset(value.id for value in fact.values) - present if change.direction != "down" else frozenset()
            )
            dropped = present if change.direction != "up" else frozenset()
            return Latitude(fact, present, cost, added=added, dropped=dropped) if added or dropped else None
        case _:
            first, last = ends(present)
            low = first if change.direction == "up" else fact.least
            high = last if change.direction == "down" else fact.most
            return Latitude(fact, present, cost, low=low, high=high) if low < high else None


def _anything(fact: Fact, present: Gap) -> Latitude:
    words = (True, False) if fact.type == "yes_no" else tuple(value.id for value in fact.values)
    if fact.type == "set":
        return Latitude(fact, present, 1, added=frozenset(value.id for value in fact.values))
    if fact.numeric:
        return Latitude(fact, present, 1, low=fact.least, high=fact.most)
    return Latitude(fact, present, 1, words=words)


def _words(fact: Fact, change: Changeable, present: str) -> tuple[str, ...]:
    if change.to:
        return change.to.get(present, ())
    return tuple(value.id for value in fact.values if value.id != present)
