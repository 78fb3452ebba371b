"""A client of whom only a few answers are open: which of them work, and where one number crosses over.

The rules are encoded once for the open answers, and these are then put in. `exact` formulas decide whether answers work; `loose`
ones, with real numbers, are what the solver searches. With all but one number put in, a quantity is linear in that number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from demandfirst.engine.backends.proof.bits import Bit, both, either, formula, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.figures import lifted
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.variables import YES, NumberKind, Variable, answer_in
from demandfirst.engine.ir.answers import QUANTITY_DECIMALS, Answer
from demandfirst.engine.ir.intervals import Interval, ends
from demandfirst.engine.ir.latitude import Latitude
from demandfirst.engine.ir.rulebase import Rulebase

Goal = Callable[[Encoder], Bit]
Latitudes = Mapping[str, Latitude]
TIMEOUT_MS = 2_000
ROUNDS = 120
ONE_PERCENT_OF = Fraction(100)


class GaveUp(Exception):
    """The solver reached its limit before it knew."""


class Room:
    """The facts of `latitudes` are open, all others have the answers given."""

    def __init__(
        self, rulebase: Rulebase, answers: Mapping[str, Answer], latitudes: Latitudes, goal: Goal, context: Any
    ) -> None:  # fmt: skip
        self.latitudes, self.context = latitudes, context
        bounded = [name for name, one in latitudes.items() if isinstance(one.present, Interval)]

        def encoded(numbers: NumberKind) -> tuple[Encoder, Any]:
            encoder = Encoder(rulebase, answers, latitudes, bounded=bounded, numbers=numbers, context=context)
            return encoder, formula(goal(encoder), context)

        self.exact, self.exact_goal = encoded("valid")
        self.loose, self.loose_goal = encoded("real")

    def works(self, found: Mapping[str, Answer]) -> bool:
        """Whether these answers, one for each open fact, reach the goal."""
        return bool(z3.is_true(z3.simplify(z3.substitute(self.exact_goal, *_pairs(self.exact, found)))))

    def some(self, decided: Mapping[str, Answer], near: Fraction | None = None) -> dict[str, Answer] | None:
        """Answers for the facts not decided, beside those decided, that may work; None where there are none.

        `near` keeps numbers that have an answer within a share of their size from it.
        """
        names = [name for name in self.latitudes if name not in decided and name in self.loose.variables]
        goal, axioms = self.put_in(decided)
        solver = z3.Solver(ctx=self.context)
        solver.set("timeout", TIMEOUT_MS)
        solver.add(goal, *axioms)
        for name in names:
            made, one = self.loose.variables[name], self.latitudes[name]
            bits = both(allowed(made, one), within(made, one, near) if near is not None else True)
            solver.add(formula(bits, self.context))
        if not _sat(solver):
            return None
        model = solver.model()
        return {name: answer_in(model, self.loose.variables[name]) for name in names}

    def any_answers(self) -> dict[str, Answer] | None:
        """Answers for all open facts that work, on exact terms; None where there are none."""
        solver = z3.Solver(ctx=self.context)
        solver.set("timeout", TIMEOUT_MS)
        solver.add(self.exact_goal, *self.exact.axioms)
        for name, made in self.exact.variables.items():
            solver.add(formula(allowed(made, self.latitudes[name]), self.context))
        if not _sat(solver):
            return None
        model = solver.model()
        return {name: answer_in(model, made) for name, made in self.exact.variables.items()}

    # --- one number ---------------------------------------------------------------------------------------------------

    def nearest(self, found: Mapping[str, Answer], name: str) -> Fraction | None:
        """The valid number nearest to the present one that works, all other answers being as found."""
        one = self.latitudes[name]
        low, high = ends(one.present)  # type: ignore[arg-type]
        line = _Line(self, found, name)
        if low < high and (inside := line.first(low, high, wanted=True)) is not None:
            return inside
        below, above = (line.first(start, end, wanted=True) for start, end in ((low, one.low), (high, one.high)))
        if below is None or above is None:
            return above if below is None else below
        return below if low - below <= above - high else above

    def reach(self, found: Mapping[str, Answer], name: str) -> tuple[Fraction, Fraction]:
        """The numbers about a working one that work too, from the first to the last without a gap."""
        one, value = self.latitudes[name], found[name]
        assert isinstance(value, Fraction)  # noqa: S101
        line, step = _Line(self, found, name), one.fact.step
        below, above = (line.first(value, end, wanted=False) for end in (one.low, one.high))
        return one.low if below is None else below + step, one.high if above is None else above - step

    def put_in(self, decided: Mapping[str, Answer]) -> tuple[Any, list[Any]]:
        """The loose goal and its axioms with answers put in; a quantity that is settled by them is rounded exactly."""
        pairs = _pairs(self.loose, decided)
        axioms = [z3.substitute(z3.And(*self.loose.validity), *pairs)]
        for near, value in self.loose.roundings.values():
            known = z3.simplify(z3.substitute(value, *pairs))
            if z3.is_rational_value(known):
                pairs.append((near, lifted(round(known.as_fraction(), QUANTITY_DECIMALS), self.context)))
            else:
                axioms.append(self.loose.close(near, known))
        return z3.substitute(self.loose_goal, *pairs), axioms


class _Line:
    """One number of a room, everything else put in."""

    def __init__(self, room: Room, found: Mapping[str, Answer], name: str) -> None:
        self.room, self.found, self.name = room, found, name
        self.step = room.latitudes[name].fact.step
        self.made = room.loose.variable(name)
        others = {other: answer for other, answer in found.items() if other != name}
        answered = [(symbol, self.made.low) for symbol in self.made.symbols[1:]]
        if not isinstance(self.made.known, bool):
            answered.append((self.made.known, formula(True, room.context)))
        goal, axioms = room.put_in(others)
        self.goal = z3.simplify(z3.substitute(goal, *answered))
        self.axioms = [z3.substitute(axiom, *answered) for axiom in axioms]

    def first(self, start: Fraction, end: Fraction, *, wanted: bool) -> Fraction | None:
        """The first number from `start` to `end` that reaches (or misses) the goal.

        The solver finds the first real that may, on loose terms, and the valid answer from there on is tried. Where the terms
        were too loose it goes on in growing strides, and back by halves once it has found one.
        """
        step = self.step if start <= end else -self.step
        stride, last = 0, start
        for _ in range(ROUNDS):
            near = self.loosely(start, end, wanted=wanted)
            if near is None:
                return None
            value = -(-near // step) * step
            if (end - value) / step < 0:
                return None
            if value != start:
                stride = 0
            if self.holds(value) is wanted:
                return value if stride == 0 else self.between(last, value, step)
            if value == end:
                return None
            stride, last = stride * 2 + 1, value
            start = min(value + stride * step, end) if step > 0 else max(value + stride * step, end)
        raise GaveUp(self.name)

    def holds(self, value: Fraction) -> bool:
        """Whether a number reaches the goal."""
        return self.room.works({**self.found, self.name: value})

    def between(self, before: Fraction, after: Fraction, step: Fraction) -> Fraction:
        """The first number of those that are like the last of a row, given that the one before the row is not."""
        wanted = self.holds(after)
        while after - before != step:
            middle = before + (after - before) / step // 2 * step
            before, after = (before, middle) if self.holds(middle) is wanted else (middle, after)
        return after

    def loosely(self, start: Fraction, end: Fraction, *, wanted: bool) -> Fraction | None:
        """The first real from `start` to `end` that may reach (or miss) the goal, give or take the last decimals."""
        goal = self.goal if wanted else z3.simplify(z3.Not(self.goal))
        if z3.is_true(goal) or z3.is_false(goal):
            return start if z3.is_true(goal) else None
        search = z3.Optimize(ctx=self.room.context)
        search.set("timeout", TIMEOUT_MS)
        low, high = (lifted(bound, self.room.context) for bound in sorted((start, end)))
        number = self.made.low
        search.add(goal, *self.axioms, number >= low, number <= high)
        aim = search.minimize(number) if start <= end else search.maximize(number)
        if not _sat(search):
            return None
        _, value, _ = search.lower_values(aim) if start <= end else search.upper_values(aim)
        return Fraction(str(value))


def _pairs(encoder: Encoder, found: Mapping[str, Answer]) -> list[tuple[Any, Any]]:
    made = encoder.variables
    return [pair for name, answer in found.items() if name in made for pair in made[name].assigned(answer)]


def _sat(solver: Any) -> bool:
    found = solver.check()
    if found == z3.unknown:
        raise GaveUp(solver.reason_unknown())
    return bool(found == z3.sat)


def allowed(made: Variable, one: Latitude) -> Bit:
    """What a fact may become."""
    match made.fact.type:
        case "yes_no":
            return made.about(either(*(made.marks[YES] if word else opposite(made.marks[YES]) for word in one.words)))
        case "choice":
            return made.about(either(*(made.marks[str(word)] for word in one.words)))
        case "set":
            present = one.present if isinstance(one.present, frozenset) else frozenset()
            stay = (mark for name, mark in made.marks.items() if name in present - one.dropped)
            out = (opposite(mark) for name, mark in made.marks.items() if name not in present | one.added)
            return made.about(both(*stay, *out))
        case _:
            context: Any = made.low.ctx
            inside = both(made.low >= lifted(one.low, context), made.low <= lifted(one.high, context))
            return made.about(both(inside, made.low is made.high or made.low == made.high))


def within(made: Variable, one: Latitude, share: Fraction) -> Bit:
    """Whether a number that has an answer lies within a share of its size from that."""
    if not made.fact.numeric or one.unanswered:
        return True
    low, high = ends(one.present)  # type: ignore[arg-type]
    size = ONE_PERCENT_OF if one.fact.type == "percent" else max(abs(low), abs(high), Fraction(1))
    context = made.low.ctx
    return both(made.low >= lifted(low - share * size, context), made.low <= lifted(high + share * size, context))
