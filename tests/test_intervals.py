"""Arithmetic and comparing with bounds: exact for comparing, and never narrower than the truth for sums."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from clients import tried
from demandfirst.engine.ir.answers import Client, Gap
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    ArithmeticOp,
    Coalesce,
    Compare,
    CompareOp,
    Extreme,
    FactTerm,
    Number,
    Term,
    Unknown,
)
from demandfirst.engine.ir.intervals import Interval, between, ends
from hypothesis import given
from hypothesis import strategies as st

dices = st.randoms(use_true_random=False)
OPERATORS: dict[CompareOp, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
ENDS = [Fraction(end) for end in (-1, 0, 1, 2)]
INTERVALS = [between(low, high) for low, high in product(ENDS, ENDS) if low <= high]


def points(value: Fraction | Interval) -> list[Fraction]:
    """Both ends, and places between."""
    low, high = ends(value)
    return [low + (high - low) * Fraction(part, 12) for part in range(13)]


def client_with(**answers: Fraction | Interval | Gap) -> Client:
    return Client(answers, {}, {})


@pytest.mark.parametrize("op", OPERATORS)
def test_comparing_is_exact(op: CompareOp) -> None:
    """True where every pair of points agrees, false where none does, else open; over every two small intervals."""
    for left, right in product(INTERVALS, INTERVALS):
        pairs = {OPERATORS[op](one, other) for one, other in product(points(left), points(right))}
        truth = client_with(a=left, b=right).truth(Compare(op, FactTerm("a"), FactTerm("b")))
        assert truth == (pairs.pop() if len(pairs) == 1 else None), (left, right)


@pytest.mark.parametrize("op", OPERATORS)
def test_gaps_beat_bounds(op: CompareOp) -> None:
    wide = Interval(Fraction(1), Fraction(5))
    for gap, truth in ((Gap.DONT_KNOW, False), (Gap.NOT_ANSWERED, None)):
        for one, other in (("a", "b"), ("b", "a")):
            assert client_with(a=wide, b=gap).truth(Compare(op, FactTerm(one), FactTerm(other))) is truth


def test_a_bounded_answer_is_known() -> None:
    client = client_with(a=Interval(Fraction(1), Fraction(5)))

    assert client.truth(Unknown("a", negated=False)) is False
    assert client.truth(Unknown("a", negated=True)) is True


@pytest.mark.parametrize(
    ("divisor", "quotient"),
    [
        (Interval(Fraction(1), Fraction(2)), Interval(Fraction(3), Fraction(6))),
        (Interval(Fraction(-2), Fraction(-1)), Interval(Fraction(-6), Fraction(-3))),
        (Interval(Fraction(0), Fraction(2)), Gap.NOT_ANSWERED),
        (Interval(Fraction(-2), Fraction(0)), Gap.NOT_ANSWERED),
        (Interval(Fraction(-1), Fraction(1)), Gap.NOT_ANSWERED),
        (Fraction(0), Gap.DONT_KNOW),
        (Gap.DONT_KNOW, Gap.DONT_KNOW),
    ],
)
def test_division(divisor: Fraction | Interval | Gap, quotient: Fraction | Interval | Gap) -> None:
    """By what may be zero nothing can be said yet; by zero it is *don't know*."""
    client = client_with(b=divisor)

    assert client.number(Arithmetic("/", Number(Fraction(6)), FactTerm("b"))) == quotient


@tried(300)
@given(dices)
def test_arithmetic_holds_every_point(rng: random.Random) -> None:
    """Any term over bounded answers: its bounds hold the value at any point; *don't know* is so at every point."""
    names = ["a", "b", "c"]
    wide = {name: rng.choice(INTERVALS) for name in names}
    term = a_term(rng, 3, names)
    found = client_with(**wide).number(term)
    for _ in range(8):
        exact = client_with(**{name: rng.choice(points(wide[name])) for name in names}).number(term)
        if found is Gap.DONT_KNOW:
            assert exact is Gap.DONT_KNOW
        elif not isinstance(found, Gap):
            assert isinstance(exact, Fraction)
            assert ends(found)[0] <= exact <= ends(found)[1]


def a_term(rng: random.Random, depth: int, names: list[str]) -> Term:
    if not depth or rng.random() < 0.2:
        return FactTerm(rng.choice(names)) if rng.random() < 0.8 else Number(Fraction(rng.randint(-2, 3)))
    one, other = a_term(rng, depth - 1, names), a_term(rng, depth - 1, names)
    if rng.random() < 0.2:
        return Extreme("min" if rng.random() < 0.5 else "max", (one, other))
    if rng.random() < 0.1:
        return Coalesce(one, other)
    operators: tuple[ArithmeticOp, ...] = ("+", "-", "*", "/")
    return Arithmetic(rng.choice(operators), one, other)
