"""Numbers as formulas, with *don't know*, *not answered* and bounded answers, exactly as `ir.answers` reckons them.

An end of a figure is a `Fraction` where it is settled, and a z3 real where it is not; both fold as they are built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add, eq, ge, gt, le, lt, mul, sub, truediv
from typing import Any, assert_never

from demandfirst.engine.backends.proof.bits import Bit, Pair, both, either, opposite
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.ir.answers import Gap, Number_
from demandfirst.engine.ir.conditions import ArithmeticOp, CompareOp
from demandfirst.engine.ir.intervals import ends

Real = Any
"""A `Fraction` or a `z3.ArithRef`."""

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number between two ends (mostly one and the same), unless it is *don't know* or *not answered*."""

    dont_know: Bit
    missing: Bit
    low: Real
    high: Real

    @property
    def valued(self) -> Bit:
        """Whether there is a number."""
        return both(opposite(self.dont_know), opposite(self.missing))

    @property
    def point(self) -> bool:
        """Whether both ends are the same by construction."""
        return self.low is self.high


def settled(value: Number_) -> Figure:
    """A number that is known before anything is proved."""
    if isinstance(value, Gap):
        return Figure(value is Gap.DONT_KNOW, value is Gap.NOT_ANSWERED, ZERO, ZERO)
    low, high = ends(value)
    return Figure(False, False, low, low if low == high else high)


def joined(op: ArithmeticOp, left: Figure, right: Figure) -> Figure:
    """Two figures joined; *don't know* beats *not answered*, and division by zero is *don't know*."""
    dont_know = either(left.dont_know, right.dont_know)
    missing = both(opposite(dont_know), either(left.missing, right.missing))
    match op:
        case "+":
            return Figure(dont_know, missing, *_ends(add, left, right, right.low, right.high))
        case "-":
            return Figure(dont_know, missing, *_ends(sub, left, right, right.high, right.low))
        case "*":
            return Figure(dont_know, missing, *_corners(mul, left, right))
        case "/":
            return _quotient(dont_know, missing, left, right)
        case _:
            assert_never(op)


def _ends(
    apply: Callable[[Any, Any], Any], left: Figure, right: Figure, with_low: Real, with_high: Real
) -> tuple[Real, Real]:
    low = on(apply, left.low, with_low)
    return low, low if left.point and right.point else on(apply, left.high, with_high)


def _quotient(dont_know: Bit, missing: Bit, left: Figure, right: Figure) -> Figure:
    """Division by zero is *don't know*; where the divisor only may be zero, nothing can be said yet."""
    valued = both(opposite(dont_know), opposite(missing))
    may_be_zero = both(on(le, right.low, ZERO), on(ge, right.high, ZERO))
    is_zero = both(on(eq, right.low, ZERO), on(eq, right.high, ZERO)) if not right.point else on(eq, right.low, ZERO)
    if not right.point:
        missing = either(missing, both(valued, may_be_zero, opposite(is_zero)))
    divisor = Figure(False, False, *_nonzero(right))
    return Figure(either(dont_know, both(valued, is_zero)), missing, *_corners(truediv, left, divisor))


def _nonzero(figure: Figure) -> tuple[Real, Real]:
    """The ends of a divisor, with another number in place of zero, which is dealt with apart."""
    low = choose(on(eq, figure.low, ZERO), Fraction(1), figure.low)
    return low, low if figure.point else choose(on(eq, figure.high, ZERO), Fraction(1), figure.high)


def _corners(apply: Callable[[Any, Any], Any], left: Figure, right: Figure) -> tuple[Real, Real]:
    """The smallest and the largest of an operation that is monotone in each operand."""
    if left.point and right.point:
        found = on(apply, left.low, right.low)
        return found, found
    firsts = [left.low] if left.point else [left.low, left.high]
    seconds = [right.low] if right.point else [right.low, right.high]
    corners = [on(apply, one, other) for one in firsts for other in seconds]
    return reduce(smaller, corners), reduce(larger, corners)


def extreme(figures: Sequence[Figure], *, smallest: bool) -> Figure:
    """The smallest or largest of figures."""
    dont_know = either(*(figure.dont_know for figure in figures))
    missing = both(opposite(dont_know), either(*(figure.missing for figure in figures)))
    pick = smaller if smallest else larger
    low = reduce(pick, [figure.low for figure in figures])
    points = all(figure.point for figure in figures)
    return Figure(dont_know, missing, low, low if points else reduce(pick, [figure.high for figure in figures]))


def coalesced(first: Figure, second: Figure) -> Figure:
    """The first figure, or the second where the first is *don't know*."""
    low = choose(first.dont_know, second.low, first.low)
    return Figure(
        both(first.dont_know, second.dont_know),
        either(first.missing, both(first.dont_know, second.missing)),
        low,
        low if first.point and second.point else choose(first.dont_know, second.high, first.high),
    )


def compared(op: CompareOp, left: Figure, right: Figure) -> Pair:
    """Two figures compared: false where either is *don't know*, and undecided where the ends disagree."""
    certain, possible = _compared(op, left, right)
    dont_know = either(left.dont_know, right.dont_know)
    missing = either(left.missing, right.missing)
    return Pair(both(left.valued, right.valued, certain), both(opposite(dont_know), either(missing, possible)))


def _compared(op: CompareOp, left: Figure, right: Figure) -> tuple[Bit, Bit]:
    match op:
        case "<":
            return on(lt, left.high, right.low), on(lt, left.low, right.high)
        case "<=":
            return on(le, left.high, right.low), on(le, left.low, right.high)
        case ">":
            return _compared("<", right, left)
        case ">=":
            return _compared("<=", right, left)
        case "==":
            return _equal(left, right)
        case "!=":
            certain, possible = _equal(left, right)
            return opposite(possible), opposite(certain)
        case _:
            assert_never(op)


def _equal(left: Figure, right: Figure) -> tuple[Bit, Bit]:
    if left.point and right.point:
        same = on(eq, left.low, right.low)
        return same, same
    same = both(on(eq, left.low, left.high), on(eq, right.low, right.high), on(eq, left.low, right.low))
    return same, both(on(le, left.low, right.high), on(le, right.low, left.high))


def smaller(one: Real, other: Real) -> Real:
    """The smaller of two reals."""
    return choose(on(le, one, other), one, other)


def larger(one: Real, other: Real) -> Real:
    """The larger of two reals."""
    return choose(on(gt, one, other), one, other)


def choose(bit: Bit, one: Real, other: Real) -> Real:
    """One real where the bit holds, else the other."""
    if isinstance(bit, bool):
        return one if bit else other
    return one if one is other else z3.If(bit, lifted(one, bit.ctx), lifted(other, bit.ctx))


def lifted(value: Real, context: Any) -> Any:
    """A z3 real, also for a constant."""
    return z3.RealVal(str(value), context) if isinstance(value, Fraction) else value


def on(apply: Callable[[Any, Any], Any], left: Real, right: Real) -> Any:
    """An operation on two reals; a constant is lifted to the other side."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return apply(left, right)
    if apply is mul and (_is_zero(left) or _is_zero(right)):
        return ZERO
    context = right.ctx if isinstance(left, Fraction) else left.ctx
    return apply(lifted(left, context), lifted(right, context))


def _is_zero(value: Real) -> bool:
    return isinstance(value, Fraction) and value == 0
