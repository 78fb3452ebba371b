"""Bounded answers: `<10`, `>90`, `5000..10000`. Closed intervals of exact numbers, and arithmetic that stays sound.

An answer has at most four decimals, so `<10` is the same as "at most 9.9999" (or 9 for a whole number): every interval is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """Every number from `low` to `high`, both included; `low < high`."""

    low: Fraction
    high: Fraction

    def __round__(self, digits: int) -> Fraction | Interval:
        return between(round(self.low, digits), round(self.high, digits))

    def __contains__(self, value: Fraction) -> bool:
        return self.low <= value <= self.high


Amount = Fraction | Interval


def between(low: Fraction, high: Fraction) -> Amount:
    """The interval, or the number where both ends are the same."""
    return low if low == high else Interval(low, high)


def ends(value: Amount) -> tuple[Fraction, Fraction]:
    """The lowest and the highest number that a value can be."""
    return (value.low, value.high) if isinstance(value, Interval) else (value, value)


def add(left: Amount, right: Amount) -> Amount:
    """The sum."""
    (a, b), (c, d) = ends(left), ends(right)
    return between(a + c, b + d)


def subtract(left: Amount, right: Amount) -> Amount:
    """The difference."""
    (a, b), (c, d) = ends(left), ends(right)
    return between(a - d, b - c)


def multiply(left: Amount, right: Amount) -> Amount:
    """The product."""
    products = [one * other for one in ends(left) for other in ends(right)]
    return between(min(products), max(products))


def divide(left: Amount, right: Amount) -> Amount | None:
    """The quotient; None where the divisor may be zero."""
    low, high = ends(right)
    if low <= 0 <= high:
        return None
    return multiply(left, between(1 / high, 1 / low))


def smallest(values: list[Amount]) -> Amount:
    """The smallest of values."""
    return between(min(ends(value)[0] for value in values), min(ends(value)[1] for value in values))


def largest(values: list[Amount]) -> Amount:
    """The largest of values."""
    return between(max(ends(value)[0] for value in values), max(ends(value)[1] for value in values))


def below(left: Amount, right: Amount) -> bool | None:
    """Whether left is below right; None where both may be."""
    (a, b), (c, d) = ends(left), ends(right)
    return True if b < c else False if a >= d else None


def at_most(left: Amount, right: Amount) -> bool | None:
    """Whether left is at most right; None where both may be."""
    (a, b), (c, d) = ends(left), ends(right)
    return True if b <= c else False if a > d else None


def equal(left: Amount, right: Amount) -> bool | None:
    """Whether both are the same number; None where both may be."""
    (a, b), (c, d) = ends(left), ends(right)
    if a == b == c == d:
        return True
    return False if b < c or d < a else None
