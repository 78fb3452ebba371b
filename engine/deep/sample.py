"""Clients who were run already: for which of them a formula is so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from demandfirst.engine.ir.conditions import Condition
from demandfirst.engine.ir.formulas import AtLeast, Certain, Every, Formula, Full, Not, Possible, Some
from demandfirst.engine.ir.outcome import Outcome

Clients = int
"""A set of clients, one bit for each in the order in which they came."""


class Sample:
    """Outcomes of the reference engine."""

    def __init__(self, facts: Iterable[str], outcomes: Iterable[Outcome] = ()) -> None:
        self.facts = frozenset(facts)
        self.outcomes = list(outcomes)
        self._known: dict[tuple[type, int], tuple[Condition, Clients, int]] = {}

    def add(self, outcome: Outcome) -> None:
        """Take in one more client."""
        self.outcomes.append(outcome)

    def where(self, formula: Formula) -> Clients:
        """The clients who are as a formula says."""
        match formula:
            case Certain(condition):
                return self._seen(Certain, condition, lambda outcome: outcome.truth(condition) is True)
            case Possible(condition):
                return self._seen(Possible, condition, lambda outcome: outcome.truth(condition) is not False)
            case Every(parts):
                found = self.everyone
                for part in parts:
                    found &= self.where(part)
                return found
            case Some(parts):
                found = 0
                for part in parts:
                    found |= self.where(part)
                return found
            case Not(part):
                return self.everyone & ~self.where(part)
            case AtLeast(parts, least):
                return self._at_least([(self.where(part), weight) for part, weight in parts], least)
            case Full():
                return self._those(lambda outcome: self.facts.issubset(outcome.client.answers), 0)
            case _:
                assert_never(formula)

    @property
    def everyone(self) -> Clients:
        """All of them."""
        return (1 << len(self.outcomes)) - 1

    def _at_least(self, parts: Sequence[tuple[Clients, int]], least: int) -> Clients:
        sums = [sum(weight for clients, weight in parts if clients >> at & 1) for at in range(len(self.outcomes))]
        return sum(1 << at for at, found in enumerate(sums) if found >= least)

    def _those(self, test: Callable[[Outcome], bool], start: int) -> Clients:
        return sum(1 << at for at in range(start, len(self.outcomes)) if test(self.outcomes[at]))

    def _seen(self, kind: type, condition: Condition, test: Callable[[Outcome], bool]) -> Clients:
        """What a condition comes to; each client is tried once. The condition is kept, so that its identity stays its own."""
        _, clients, tried = self._known.get((kind, id(condition)), (condition, 0, 0))
        clients |= self._those(test, tried)
        self._known[kind, id(condition)] = condition, clients, len(self.outcomes)
        return clients
