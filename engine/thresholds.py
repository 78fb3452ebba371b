"""Where comparisons turn as one number moves: exact, from the formulas themselves.

A term is a set of pieces, each a quotient of two polynomials in the number that moves (`min`, `max` and bounded answers give
several pieces). Two sides meet where one of their pieces meets one of the other's; these meetings, and the valid numbers beside
each, cut the range into stretches. Sums are rounded before they are compared, which may shift a turn away from its meeting:
wherever the comparisons differ at the two ends of a stretch, the stretch is halved until the turn is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, product

from demandfirst.engine.ir.answers import Answer, Client, Gap, Truth
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    Coalesce,
    Compare,
    Count,
    Extreme,
    FactTerm,
    Leaf,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
    Unknown,
    subterms,
)
from demandfirst.engine.ir.intervals import ends
from demandfirst.engine.ir.vocabulary import Parameter, Quantity

Polynomial = tuple[Fraction, ...]
Piece = tuple[Polynomial, Polynomial]
ONE: Polynomial = (Fraction(1),)
FINENESS = Fraction(1, 10**9)


@dataclass(frozen=True)
class Grid:
    """The valid numbers from `low` to `high`: the multiples of `step`."""

    low: Fraction
    high: Fraction
    step: Fraction

    @property
    def first(self) -> int:
        """The place of the lowest number, counted in steps."""
        return -(-self.low // self.step)

    @property
    def last(self) -> int:
        """The place of the highest number, counted in steps."""
        return self.high // self.step

    def below(self, value: Fraction) -> Fraction:
        """The last valid number below a value."""
        return (-(-value // self.step) - 1) * self.step

    def above(self, value: Fraction) -> Fraction:
        """The first valid number above a value."""
        return (value // self.step + 1) * self.step


@dataclass(frozen=True)
class Moving:
    """A client in which one fact or parameter moves and everything else stands still; `tests` are what may turn by that."""

    client: Client
    quantities: Mapping[str, Quantity]
    name: str
    tests: tuple[Leaf, ...]

    @classmethod
    def of(cls, client: Client, quantities: Mapping[str, Quantity], name: str, tests: Iterable[Leaf]) -> Moving:
        """Of the tests, those that the moving number has a part in; whether a divisor is zero is a test of its own."""
        none = cls(client, quantities, name, ())
        moving = [test for test in tests if any(map(none.moves, _terms(test, quantities)))]
        divisors = dict.fromkeys(
            one for test in moving for term in _terms(test, quantities) for one in none.divisors(term)
        )
        zero = [Compare("==", divisor, Number(Fraction(0))) for divisor in divisors if none.moves(divisor)]
        return replace(none, tests=(*moving, *zero))

    def stretches(self, grid: Grid) -> list[tuple[Fraction, Fraction]]:
        """The longest stretches of valid numbers in which no test turns, from the lowest number up."""
        points = {point for test in self.tests for point in self.meetings(test, grid.low, grid.high)}
        beside = {round(point / grid.step) + shift for point in points for shift in (-1, 0, 1)}
        places = sorted({grid.first, grid.last, *(one for one in beside if grid.first < one < grid.last)})
        known = {place: self.truths(place * grid.step) for place in places}
        starts = [grid.first]
        for left, right in pairwise(places):
            starts += self.turns(left, right, grid.step, known)
        return [(start * grid.step, (end - 1) * grid.step) for start, end in pairwise([*starts, grid.last + 1])]

    def turns(self, left: int, right: int, step: Fraction, known: dict[int, tuple[Truth, ...]]) -> Iterator[int]:
        """The places right after a turn between two places, by halving."""
        if known[left] == known[right]:
            return
        if right - left == 1:
            yield right
            return
        middle = (left + right) // 2
        known[middle] = self.truths(middle * step)
        yield from self.turns(left, middle, step, known)
        yield from self.turns(middle, right, step, known)

    def truths(self, value: Fraction) -> tuple[Truth, ...]:
        """Every test where the moving number has a value; of an equation also the side on which it fails."""
        client = self.at(value)
        return tuple(client.truth(test) for test in _sides(self.tests))

    def at(self, value: Fraction) -> Client:
        """The client where the moving number has a value."""
        parameters = self.client.parameters
        answers: Mapping[str, Answer] = {**self.client.answers, self.name: value}
        if self.name in parameters:
            parameters, answers = moved(parameters, self.name, value), self.client.answers
        return Client.of(answers, parameters, self.quantities)

    def pieces(self, term: Term) -> list[Piece]:
        """The pieces of a term; none where it has no value whatever the number is."""
        match term:
            case FactTerm(name) | ParameterTerm(name) if name == self.name:
                return [((Fraction(0), Fraction(1)), ONE)]
            case QuantityTerm(name):
                return self.pieces(self.quantities[name].formula)
            case Number() | FactTerm() | ParameterTerm() | Count():
                value = self.client.number(term)
                return [] if isinstance(value, Gap) else [((end,), ONE) for end in dict.fromkeys(ends(value))]
            case Arithmetic(op, left, right):
                return [_join(op, one, two) for one in self.pieces(left) for two in self.pieces(right)]
            case Extreme(_, terms):
                return [piece for inner in terms for piece in self.pieces(inner)]
            case Coalesce(first, second):
                return [*self.pieces(first), *self.pieces(second)]

    def moves(self, term: Term) -> bool:
        """Whether a term depends on the moving number."""
        for inner in subterms(term):
            if isinstance(inner, FactTerm | ParameterTerm) and inner.id == self.name:
                return True
            if isinstance(inner, QuantityTerm) and self.moves(self.quantities[inner.id].formula):
                return True
        return False

    def divisors(self, term: Term) -> Iterator[Term]:
        """What a term divides by, through its quantities."""
        for inner in subterms(term):
            if isinstance(inner, Arithmetic) and inner.op == "/":
                yield inner.right
            if isinstance(inner, QuantityTerm):
                yield from self.divisors(self.quantities[inner.id].formula)

    def meetings(self, test: Leaf, low: Fraction, high: Fraction) -> Iterator[Fraction]:
        """The numbers from low to high at which the sides of a test may meet or touch, or a divisor be zero."""
        sides = [self.pieces(term) for term in _terms(test, self.quantities)]
        polynomials = {bottom for pieces in sides for _, bottom in pieces}
        if len(sides) > 1:
            pairs = product(*sides)
            polynomials |= {
                _minus(_times(top, below), _times(other, bottom)) for (top, bottom), (other, below) in pairs
            }
        for polynomial in polynomials:
            yield from roots(polynomial, low, high)
            yield from roots(_slope(polynomial), low, high)


def moved(parameters: Mapping[str, Parameter], name: str, value: Fraction | bool) -> dict[str, Parameter]:
    """The parameters with one of them set to a value, whatever it varies by."""
    one = parameters[name]
    variants = {} if isinstance(value, bool) else dict.fromkeys(one.variants, value)
    return {**parameters, name: replace(one, value=value, variants=variants)}


def _terms(test: Leaf, quantities: Mapping[str, Quantity]) -> tuple[Term, ...]:
    """The numbers that a test reads."""
    match test:
        case Compare(_, left, right):
            return left, right
        case Unknown(name, _) if name in quantities:
            return (QuantityTerm(name),)
        case _:
            return ()


def _sides(tests: Iterable[Leaf]) -> Iterator[Leaf]:
    for test in tests:
        if isinstance(test, Compare) and test.op in ("==", "!="):
            yield Compare("<", test.left, test.right)
            yield Compare(">", test.left, test.right)
        yield test


def _join(op: str, left: Piece, right: Piece) -> Piece:
    (top, bottom), (other_top, other_bottom) = left, right
    if op == "*":
        return _times(top, other_top), _times(bottom, other_bottom)
    if op == "/":
        return _times(top, other_bottom), _times(bottom, other_top)
    one, two = _times(top, other_bottom), _times(other_top, bottom)
    return _plus(one, two) if op == "+" else _minus(one, two), _times(bottom, other_bottom)


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    total = [Fraction(0)] * (len(left) + len(right) - 1)
    for place, one in enumerate(left):
        for other_place, two in enumerate(right):
            total[place + other_place] += one * two
    return tuple(total)


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


def _slope(polynomial: Polynomial) -> Polynomial:
    return tuple(place * factor for place, factor in enumerate(polynomial) if place)


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
    marks = [low, *roots(_slope(polynomial), low, high), high]
    return sorted({root for left, right in pairwise(marks) for root in _between(polynomial, left, right)})


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
