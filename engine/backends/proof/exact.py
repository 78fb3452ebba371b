"""Exact answers for one client: whether a goal is reached, and where one number crosses over. Rounding and decimals are exact.

With every other answer fixed a quantity is mostly linear in the one that is left, so the solver finds where it crosses over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from demandfirst.engine.backends.proof.bits import Bit, both, opposite
from demandfirst.engine.backends.proof.changes import TIMEOUT_MS, GaveUp, Goal, Latitudes, allowed
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.figures import lifted
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.variables import answer_in
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval, ends
from demandfirst.engine.ir.latitude import Latitude
from demandfirst.engine.ir.rulebase import Rulebase


ROUNDS, TRIES = 8, 40


class Exact:
    """One rulebase and one goal, for clients of whom few answers are left open."""

    def __init__(self, rulebase: Rulebase, goal: Goal, context: Any) -> None:
        self.rulebase, self.goal, self.context = rulebase, goal, context

    def works(self, answers: Mapping[str, Answer]) -> bool:
        """Whether these answers reach the goal."""
        return self.goal(Encoder(self.rulebase, answers, (), context=self.context)) is True

    def nearest(self, answers: Mapping[str, Answer], one: Latitude) -> Fraction | None:
        """The valid number nearest to the present one that reaches the goal, all other answers being as given."""
        low, high = ends(one.present)  # type: ignore[arg-type]
        line = _Line(self, answers, one)
        if low < high and (inside := line.first(low, high, wanted=True)) is not None:
            return inside
        below, above = (
            line.first(start, end, wanted=True) for start, end in ((low, one.low), (high, one.high))
        )
        if below is None or above is None:
            return above if below is None else below
        return below if low - below <= above - high else above

    def reach(self, answers: Mapping[str, Answer], one: Latitude, value: Fraction) -> tuple[Fraction, Fraction]:
        """The numbers about a working one that work too, from the first to the last without a gap."""
        line, step = _Line(self, answers, one), one.fact.step
        below, above = (line.first(value, end, wanted=False) for end in (one.low, one.high))
        return one.low if below is None else below + step, one.high if above is None else above - step

    def any_answers(self, answers: Mapping[str, Answer], latitudes: Latitudes, names: Iterable[str]) -> dict[str, Answer] | None:
        """Answers for these facts that reach the goal, all others being as given; None where there are none."""
        moving = sorted(names)
        bounded = [name for name in moving if isinstance(latitudes[name].present, Interval)]
        encoder = Encoder(self.rulebase, answers, moving, bounded=bounded, numbers="valid", context=self.context)
        search = z3.Solver(ctx=self.context)
        search.set("timeout", TIMEOUT_MS)
        wanted = both(self.goal(encoder), *(allowed(encoder.variable(name), latitudes[name]) for name in moving))
        search.add(*encoder.axioms, z3.BoolVal(wanted, self.context) if isinstance(wanted, bool) else wanted)
        found = search.check()
        if found == z3.unknown:
            raise GaveUp(search.reason_unknown())
        if found == z3.unsat:
            return None
        return {name: answer_in(search.model(), encoder.variables[name]) for name in moving}


class _Line:
    """One number, everything else fixed."""

    def __init__(self, exact: Exact, answers: Mapping[str, Answer], one: Latitude) -> None:
        self.exact, self.answers, self.fact = exact, answers, one.fact
        self.encoder = Encoder(exact.rulebase, answers, [one.fact.id], numbers="real", context=exact.context)
        self.goal = exact.goal(self.encoder)
        self.number = self.encoder.variable(one.fact.id).low

    def first(self, start: Fraction, end: Fraction, *, wanted: bool) -> Fraction | None:
        """The first number from `start` to `end` that reaches (or misses) the goal.

        The solver finds the first real that may, on loose terms; valid answers from there on are tried one by one.
        """
        step = self.fact.step if start <= end else -self.fact.step
        for _ in range(ROUNDS):
            near = self.loosely(start, end, wanted=wanted)
            if near is None:
                return None
            value = -(-near // step) * step
            for _ in range(TRIES):
                if (end - value) / step < 0:
                    return None
                if self.exact.works({**self.answers, self.fact.id: value}) is wanted:
                    return value
                value += step
            start = value
        raise GaveUp(self.fact.id)

    def loosely(self, start: Fraction, end: Fraction, *, wanted: bool) -> Fraction | None:
        """The first real from `start` to `end` that may reach (or miss) the goal, give or take the last decimals."""
        goal: Bit = self.goal if wanted else opposite(self.goal)
        if isinstance(goal, bool):
            return start if goal else None
        search = z3.Optimize(ctx=self.encoder.context)
        search.set("timeout", TIMEOUT_MS)
        low, high = (lifted(bound, self.encoder.context) for bound in sorted((start, end)))
        known = self.encoder.variables[self.fact.id].known
        search.add(*self.encoder.axioms, goal, known, self.number >= low, self.number <= high)
        aim = search.minimize(self.number) if start <= end else search.maximize(self.number)
        found = search.check()
        if found == z3.unknown:
            raise GaveUp(search.reason_unknown())
        if found == z3.unsat:
            return None
        _, value, _ = search.lower_values(aim) if start <= end else search.upper_values(aim)
        return Fraction(str(value))
