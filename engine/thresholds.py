"""Where comparisons turn as one number moves: exact breakpoints, from the formulas themselves.

A term is a set of pieces, each a quotient of two polynomials in the number that moves (`min` and `max` give several pieces).
Two sides meet where one of their pieces meets one of the other's; between two neighbouring meeting points no comparison turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from demandfirst.engine.ir.answers import Client, Gap
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    Coalesce,
    Compare,
    Count,
    Extreme,
    FactTerm,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
)
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import Quantity

Polynomial = tuple[Fraction, ...]
Piece = tuple[Polynomial, Polynomial]
ONE: Polynomial = (Fraction(1),)
FINENESS = Fraction(1, 10**9)


@dataclass(frozen=True, slots=True)
class Moving:
    """A client in which one fact or parameter moves and everything else stands still."""

    client: Client
    quantities: Mapping[str, Quantity]
    name: str

    def pieces(self, term: Term) -> list[Piece]:
        """The pieces of a term; none where it has no value whatever the number is."""
        match term:
            case FactTerm(name) | ParameterTerm(name) if name == self.name:
                return [((Fraction(0), Fraction(1)), ONE)]
            case QuantityTerm(name):
                return self.pieces(self.quantities[name].formula)
            case Number() | FactTerm() | ParameterTerm() | Count():
                return _constant(self.client.number(term))
            case Arithmetic(op, left, right):
                return [_join(op, one, two) for one in self.pieces(left) for two in self.pieces(right)]
            case Extreme(_, terms):
                return [piece for inner in terms for piece in self.pieces(inner)]
            case Coalesce(first, second):
                return [*self.pieces(first), *self.pieces(second)]

    def meetings(self, comparison: Compare, low: Fraction, high: Fraction) -> Iterable[Fraction]:
        """The numbers from low to high at which the two sides may meet, or a divisor be zero."""
        for top, bottom in self.pieces(comparison.left):
            for other_top, other_bottom in self.pieces(comparison.right):
                difference = _minus(_times(top, other_bottom), _times(other_top, bottom))
                for polynomial in (difference, bottom, other_bottom):
                    yield from roots(polynomial, low, high)


def _constant(value: Fraction | Interval | Gap) -> list[Piece]:
    return [] if isinstance(value, Gap | Interval) else [((value,), ONE)]


def _join(op: str, left: Piece, right: Piece) -> Piece:
    (top, bottom), (other_top, other_bottom) = left, right
    if op == "*":
        return _times(top, other_top), _times(bottom, other_bottom)
    if op == "/":
        return _times(top, other_bottom), _times(bottom, other_top)
    one, two = _times(top, other_bottom), _times(other_top, bottom)
    return _plus(one, two) if op == "+" else _minus(one, two), _times(bottom, other_bottom)


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    product = [Fraction(0)] * (len(left) + len(right) - 1)
    for place, one in enumerate(left):
        for other_place, two in enumerate(right):
            product[place + other_place] += one * two
    return tuple(product)


def _plus(left: Polynomial, right: Polynomial) -> Polynomial:
    size = max(len(left), len(right))
    padded = [(*one, *(Fraction(0),) * (size - len(one))) for one in (left, right)]
    return tuple(one + two for one, two in zip(*padded, strict=True))


def _minus(left: Polynomial, right: Polynomial) -> Polynomial:
    return _plus(left, tuple(-factor for factor in right))


def at(polynomial: Polynomial, place: Fraction) -> Fraction:
    """The value of a polynomial at a place."""
    value = Fraction(0)
    for factor in reversed(polynomial):
        value = value * place + factor
    return value


def roots(polynomial: Polynomial, low: Fraction, high: Fraction) -> list[Fraction]:
    """The roots between low and high: exact for a straight line, else within a billionth, between those of the slope."""
    while polynomial and polynomial[-1] == 0:
        polynomial = polynomial[:-1]
    if len(polynomial) <= 1:
        return []
    constant, *others = polynomial
    if len(others) == 1:
        root = -constant / others[0]
        return [root] if low <= root <= high else []
    slope = tuple(place * factor for place, factor in enumerate(polynomial) if place)
    marks = [low, *roots(slope, low, high), high]
    return [root for left, right in pairwise(marks) for root in _between(polynomial, left, right)]


def _between(polynomial: Polynomial, low: Fraction, high: Fraction) -> list[Fraction]:
    """The one root between two neighbouring turning points, if there is one."""
    first, last = at(polynomial, low), at(polynomial, high)
    if first == 0 or last == 0:
        return [low if first == 0 else high]
    if (first > 0) == (last > 0):
        return []
    while high - low > FINENESS:
        middle = Fraction((low + high) / 2).limit_denominator(10**12)
        if (at(polynomial, middle) > 0) == (first > 0):
            low = middle
        else:
            high = middle
    return [low]
