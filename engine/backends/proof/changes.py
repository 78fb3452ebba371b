"""The smallest sets of answers that have to change for an outcome, and answers that do.

Sets come smallest first by implicit hitting sets: a solver that knows only costs proposes the cheapest set of facts that may
move; the one that knows the rules confirms it, or names facts of which at least one more has to move. So few facts are free at
a time, and a set that contains a smaller one is never proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from time import perf_counter

from demandfirst.engine.backends.proof.bits import Bit, both, either, opposite
from demandfirst.engine.backends.proof.encode import Encoder, read_by
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.plainest import NUMBERS, PERCENTS
from demandfirst.engine.backends.proof.room import TIMEOUT_MS, GaveUp, Goal, Latitudes, Room, allowed
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.rulebase import Rulebase

SECONDS = 20
SET_COST, EFFORT_COST = 1_000_000, 10_000
NEAR = tuple(map(Fraction, ("0.05", "0.1", "0.2", "0.3", "0.5", "1", "3", "10", "100", "1e6", "1e13")))


class Changes:
    """Which facts would have to move for one client to reach one goal, and where to.

    Rounding is loose and numbers are any reals here: what is impossible is so in truth, what is possible is to be tried.
    """

    def __init__(self, rulebase: Rulebase, answers: Mapping[str, Answer], latitudes: Latitudes, goal: Goal) -> None:
        self.rulebase, self.answers, self.latitudes, self.goal = rulebase, answers, latitudes, goal
        bounded = [name for name, one in latitudes.items() if isinstance(one.present, Interval)]
        self.encoder = Encoder(rulebase, answers, latitudes, bounded=bounded)
        self.context = self.encoder.context
        wanted = goal(self.encoder)
        self.names = tuple(read_by(self.encoder))
        self.moves = {name: z3.Bool(f"{name} moves", self.context) for name in self.names}
        self.solver = z3.Solver(ctx=self.context)
        self.solver.set("timeout", TIMEOUT_MS)
        self.solver.set("core.minimize", True)
        for name in self.names:
            made, one = self.encoder.variables[name], latitudes[name]
            self.require(either(opposite(self.moves[name]), allowed(made, one)))
            self.require(either(self.moves[name], made.is_answer(one.present)))
        self.require(both(*self.encoder.axioms, wanted))
        self.cheapest = z3.Optimize(ctx=self.context)
        for order, name in enumerate(self.names):
            self.cheapest.add_soft(z3.Not(self.moves[name]), SET_COST + EFFORT_COST * latitudes[name].cost + order)
        self.deadline = perf_counter() + SECONDS

    def require(self, bit: Bit) -> None:
        """Add what must hold."""
        self.solver.add(z3.BoolVal(bit, self.context) if isinstance(bit, bool) else bit)

    def next(self) -> frozenset[str] | None:
        """The cheapest set of facts not excluded yet that can move so that the goal is reached; None where there is none."""
        while self.cheapest.check() == z3.sat:
            model = self.cheapest.model()
            proposed = frozenset(name for name in self.names if z3.is_true(model.eval(self.moves[name])))
            missing = self.missing(proposed)
            if missing is None:
                return proposed
            if not missing:
                return None
            if perf_counter() > self.deadline:
                raise GaveUp("out of time")
            self.cheapest.add(z3.Or(*(self.moves[name] for name in missing)))
        return None

    def exclude(self, moving: Iterable[str], *, larger: bool) -> None:
        """Never propose this set again; nor, with `larger`, any set that contains it."""
        others = [] if larger else [self.moves[name] for name in self.names if name not in moving]
        self.cheapest.add(
            z3.Or(*(z3.Not(self.moves[name]) for name in sorted(moving)), *others, z3.BoolVal(False, self.context))
        )

    def missing(self, moving: Iterable[str]) -> list[str] | None:
        """None where these facts are enough, else others of which at least one has to move."""
        still = {self.moves[name].get_id(): name for name in self.names if name not in moving}
        found = self.solver.check(*(z3.Not(self.moves[name]) for name in still.values()))
        if found == z3.unknown:  # with all else fixed, products of answers are mostly linear
            return None if self.room(moving).some({}) is not None else list(still.values())
        return None if found == z3.sat else [still[literal.arg(0).get_id()] for literal in self.solver.unsat_core()]

    def room(self, moving: Iterable[str]) -> Room:
        """Some facts open, all others as they are."""
        free = {name: self.latitudes[name] for name in self.names if name in moving}
        return Room(self.rulebase, self.answers, free, self.goal, self.context)

    # --- where to ---------------------------------------------------------------------------------------------------

    def settle(self, room: Room) -> dict[str, Answer]:
        """Answers for the facts of a minimal set: words by preference, then sets, then numbers, those to be found out first.

        Of a number that is to be changed any working value is given; `Room.nearest` finds the right one.
        """
        names = list(room.latitudes)
        found = self._words([name for name in names if not self.latitudes[name].fact.numeric], names)
        numbers = [name for name in names if name not in found]
        for name in [name for name in numbers if self.latitudes[name].unanswered]:
            found[name] = _number(room, name, found)
        changed = [name for name in numbers if name not in found]
        return found | (_near(room, found, changed) if changed else {})

    def _words(self, names: Iterable[str], moving: Iterable[str]) -> dict[str, Answer]:
        self.solver.push()
        try:
            for name in self.names:
                self.require(self.moves[name] if name in moving else opposite(self.moves[name]))
            sets = [name for name in names if self.latitudes[name].fact.type == "set"]
            found = {name: self._word(name) for name in names if name not in sets}
            return found | {name: self._set(name) for name in sets}
        finally:
            self.solver.pop()

    def _word(self, name: str) -> Answer:
        """The first word that the rest can go along with; it is kept to from then on."""
        one, made = self.latitudes[name], self.encoder.variables[name]
        for word in one.words:
            if self._keep(made.is_answer(word)):
                return word
        raise GaveUp(name)

    def _set(self, name: str) -> Answer:
        """A set with as little added or dropped as the rest can go along with."""
        one, made = self.latitudes[name], self.encoder.variables[name]
        present = one.present if isinstance(one.present, frozenset) else frozenset()
        found = set(present)
        for word, mark in reversed(list(made.marks.items())):
            if not self._keep(mark if word in present else opposite(mark)):
                found ^= {word}
        return frozenset(found)

    def _keep(self, bit: Bit) -> bool:
        """Whether something can hold beside all the rest; then it is required."""
        self.solver.push()
        self.require(bit)
        possible = self.solver.check() == z3.sat
        self.solver.pop()
        if possible:
            self.require(bit)
        return bool(possible)


def _number(room: Room, name: str, decided: Mapping[str, Answer]) -> Answer:
    """A plain number that the rest can go along with, else any."""
    one = room.latitudes[name]
    for number in PERCENTS if one.fact.type == "percent" else NUMBERS:
        if one.low <= number <= one.high and room.some({**decided, name: number}) is not None:
            return number
    found = room.some(decided)
    if found is None:
        raise GaveUp(name)
    return found[name]


def _near(room: Room, decided: Mapping[str, Answer], names: list[str]) -> dict[str, Answer]:
    """Numbers to be changed, together no further from the present than they must."""
    for near in (*(NEAR if len(names) > 1 else ()), None):
        found = room.some(decided, near)
        if found is not None:
            return found
    raise GaveUp(", ".join(names))
