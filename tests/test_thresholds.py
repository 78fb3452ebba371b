"""Where comparisons turn as one number moves: found exactly, beside a walk over every valid number."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from clients import dice, how_many
from demandfirst import load
from demandfirst.engine.ir.answers import Client, Gap
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    ArithmeticOp,
    Coalesce,
    Compare,
    Extreme,
    FactTerm,
    Number,
    QuantityTerm,
    Term,
    Unknown,
)
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import Quantity
from demandfirst.engine.thresholds import Grid, Moving, roots

OPERATORS: tuple[ArithmeticOp, ...] = ("+", "-", "*", "/")
X = FactTerm("x")
ZERO = Number(Fraction(0))


def num(value: float | str) -> Number:
    return Number(Fraction(str(value)))


def quantity(name: str, formula: Term) -> Quantity:
    some = next(iter(load().rulebase.quantities.values()))
    return replace(some, id=name, formula=formula)


@pytest.mark.parametrize(
    ("left", "op", "right", "turns"),
    [
        (X, ">=", num(10), [10]),
        (X, ">", num(10), [10.01]),
        (X, "==", num(10), [10, 10.01]),
        (X, "!=", num(9.995), [10]),
        (X, "<", num(-5), []),
        (Arithmetic("*", num(3), X), ">", num(10), [3.34]),
        (Arithmetic("-", num(20), X), "<=", num(5.5), [14.5]),
        (Arithmetic("/", num(10), X), ">", num(4), [0.01, 2.5]),
        (Arithmetic("/", num(10), Arithmetic("-", X, num(7))), ">", ZERO, [7, 7.01]),
        (Arithmetic("*", X, X), ">=", num(2), [1.42]),
        (Arithmetic("*", Arithmetic("-", X, num(3)), Arithmetic("-", X, num(5))), ">", ZERO, [3, 5.01]),
        (Arithmetic("*", Arithmetic("-", X, num(3)), Arithmetic("-", X, num(3))), ">", ZERO, [3, 3.01]),
        (Arithmetic("*", Arithmetic("*", Arithmetic("-", X, num(0.25)), Arithmetic("-", X, num(0.25))),
                    Arithmetic("-", X, num(5))), "<", ZERO, [0.25, 0.26, 5]),
        (Extreme("min", (X, num(8))), ">=", num(8), [8]),
        (Extreme("max", (X, num(8))), ">", num(9), [9.01]),
        (Extreme("max", (X, Arithmetic("-", num(10), X))), ">", num(7), [3, 7.01]),
        (Coalesce(FactTerm("unknown"), X), ">", num(4), [4.01]),
        (Coalesce(X, num(3)), ">", num(4), [4.01]),
        (FactTerm("missing"), ">", X, []),
        (X, ">", FactTerm("bounded"), [2.01, 6.01]),
        (QuantityTerm("tiny"), ">", ZERO, [5.01]),
        (QuantityTerm("tiny"), "==", QuantityTerm("tiny"), []),
    ],
)  # fmt: skip
def test_where_a_comparison_turns(left: Term, op: Any, right: Term, turns: list[float]) -> None:
    """On the numbers from 0 to 20 in steps of a hundredth, each beside a check of every one of them."""
    quantities = {"tiny": quantity("tiny", Arithmetic("/", X, num(10_000_000)))}
    client = Client({"bounded": Interval(Fraction(2), Fraction(6)), "unknown": Gap.DONT_KNOW}, {}, {})
    moving = Moving.of(client, quantities, "x", [Compare(op, left, right)])
    grid = Grid(Fraction(0), Fraction(20), Fraction(1, 100))
    starts = [first for first, _ in moving.stretches(grid)]
    truths = [moving.truths(Fraction(place, 100)) for place in range(2001)]
    really = [Fraction(place, 100) for place in range(1, 2001) if truths[place] != truths[place - 1]]

    assert starts == [0, *really]
    assert [float(turn) for turn in really] == turns


@pytest.mark.parametrize(
    ("polynomial", "expected"),
    [
        ([], []),
        ([0], []),
        ([5], []),
        ([0, 0, 0], []),
        ([-6, 2], [3]),
        ([-1, 3], [Fraction(1, 3)]),
        ([1, 1], []),
        ([-2, 0, 1], [2**0.5]),
        ([6, -5, 1], [2, 3]),
        ([9, -6, 1], [3]),
        ([0, 0, 1], [0]),
        ([100, -20, 1], [10]),
        ([-6, 11, -6, 1], [1, 2, 3]),
        ([-1, 3, -3, 1], [1]),
        ([24, -50, 35, -10, 1], [1, 2, 3, 4]),
        ([1, 0, 1], []),
    ],
)
def test_roots_of_polynomials(polynomial: list[int], expected: list[float]) -> None:
    """From 0 to 10, those of a line exactly and the others within a billionth, each once."""
    found_ = roots(tuple(map(Fraction, polynomial)), Fraction(0), Fraction(10))

    assert len(found_) == len(expected)
    assert all(abs(float(root) - float(real)) < 2e-9 for root, real in zip(found_, expected, strict=True))
    if len(polynomial) == 2:
        assert found_ == expected


@pytest.mark.parametrize("seed", range(how_many(40)))
def test_comparisons_made_up_at_random(seed: int) -> None:
    """Any two terms in one number: where they turn is found, on a grid that can be walked."""
    rng = dice(seed)
    left, right = a_term(rng, 3), a_term(rng, 2)
    moving = Moving.of(Client({}, {}, {}), {}, "x", [Compare(rng.choice(["<", "<=", "==", ">"]), left, right)])
    grid = Grid(Fraction(0), Fraction(12), Fraction(1, 10))
    truths = [moving.truths(Fraction(place, 10)) for place in range(121)]
    really = [Fraction(place, 10) for place in range(1, 121) if truths[place] != truths[place - 1]]

    assert [first for first, _ in moving.stretches(grid)] == [0, *really]


def a_term(rng: random.Random, depth: int) -> Term:
    if not depth or rng.random() < 0.2:
        return X if rng.random() < 0.7 else num(rng.choice([0, 1, 2, 5, 0.5, 7.3]))
    one, other = a_term(rng, depth - 1), a_term(rng, depth - 1)
    if rng.random() < 0.3:
        return Extreme(rng.choice(["min", "max"]), (one, other))
    return Arithmetic(rng.choice(OPERATORS), one, other)


@pytest.mark.parametrize("seed", range(how_many(60)))
def test_sums_are_rounded_wherever_the_number_stands_once(seed: int) -> None:
    """Sums of millionths, one inside the other: rounding shifts the turns by many steps, and they are found all the same."""
    rng = dice(seed)
    scale = num(10 ** rng.randint(4, 7))
    inner = quantity("inner", Arithmetic("/", once(rng, 2, X), scale))
    outer = quantity("outer", once(rng, 1, QuantityTerm("inner"), scale))
    limit = Arithmetic("/", num(rng.choice([0, 1, 2, 5, 7.3])), scale)
    test = Compare(rng.choice(["<", "<=", "==", ">"]), QuantityTerm("outer"), limit)
    moving = Moving.of(
        Client({}, {}, {}), {"inner": inner, "outer": outer}, "x", [test, Unknown("outer", negated=False)]
    )
    grid = Grid(Fraction(0), Fraction(12), Fraction(1, 10))
    truths = [moving.truths(Fraction(place, 10)) for place in range(121)]
    really = [Fraction(place, 10) for place in range(1, 121) if truths[place] != truths[place - 1]]

    assert [first for first, _ in moving.stretches(grid)] == [0, *really]


def once(rng: random.Random, depth: int, leaf: Term, scale: Number | None = None) -> Term:
    """A term in which the moving number stands once."""
    if not depth:
        return leaf
    inner, other = once(rng, depth - 1, leaf, scale), num(rng.choice([1, 2, 5, 0.5, 7.3]))
    beside = Arithmetic("/", other, scale) if scale else other
    if rng.random() < 0.2:
        return Extreme(rng.choice(["min", "max"]), (inner, beside))
    op = rng.choice(OPERATORS)
    if rng.random() < 0.5:
        return Arithmetic(op, inner, other if op in "*/" else beside)
    return Arithmetic(op, other if op == "*" else beside, inner)
