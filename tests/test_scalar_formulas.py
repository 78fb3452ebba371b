"""Formulas of the compiled engine: exact, rounded half even, and with gaps and bounds as the plain evaluation has them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from clients import dice
from demandfirst import Advisor, load
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.ir.answers import Answer, Client, Gap
from demandfirst.engine.ir.conditions import (
    PHRASES,
    Arithmetic,
    Coalesce,
    Compare,
    Condition,
    Count,
    Extreme,
    FactTerm,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
    Unknown,
)
from demandfirst.engine.ir.intervals import between
from demandfirst.engine.ir.rules import Conclude
from small_rules import Author
from test_scalar import check_like_reference


@pytest.mark.parametrize(
    ("cost", "millionths"),
    [
        ("0.0005", 0), ("0.0015", 2), ("0.0025", 2), ("0.0035", 4), ("0.0006", 1), ("0.0004", 0), ("-0.0005", 0),
        ("-0.0015", -2), ("-0.0025", -2), ("-0.0035", -4), ("1000000000.0005", 10**12), ("1000000000.0015", 10**12 + 2),
    ],
)  # fmt: skip
def test_ties_go_to_even(cost: str, millionths: int, tmp_path: Path) -> None:
    """A 5 in the seventh decimal and nothing after it."""
    Author(dice(0)).write(tmp_path)
    rulebase = load(tmp_path).rulebase
    formula = Arithmetic("/", FactTerm("cost"), Number(Fraction(1000)))
    quantities = {**rulebase.quantities, "third": replace(rulebase.quantities["third"], formula=formula)}
    advisor = Advisor(replace(rulebase, quantities=quantities))
    given: dict[str, Answer] = {"cost": Fraction(cost)}

    assert advisor.scalar.standing(given).quantities["third"] == Fraction(millionths, 10**6)
    check_like_reference(advisor, given)


COST, PRICE, DAYS, TASTES = FactTerm("cost"), FactTerm("price"), FactTerm("days"), Count("taste")
LIMIT, SHARE = ParameterTerm("limit"), ParameterTerm("share")
TERMS: tuple[Term, ...] = (
    Arithmetic("/", COST, PRICE),
    Arithmetic("/", Arithmetic("-", COST, PRICE), Arithmetic("-", PRICE, DAYS)),
    Arithmetic("+", Arithmetic("/", COST, Arithmetic("-", PRICE, PRICE)), DAYS),
    Arithmetic("/", COST, Arithmetic("/", PRICE, Arithmetic("-", DAYS, LIMIT))),
    Coalesce(Arithmetic("+", COST, PRICE), DAYS),
    Coalesce(Arithmetic("/", COST, PRICE), Arithmetic("*", DAYS, SHARE)),
    Coalesce(Coalesce(COST, Arithmetic("/", PRICE, DAYS)), TASTES),
    Arithmetic("*", Coalesce(COST, PRICE), Coalesce(DAYS, COST)),
    Extreme("min", (COST, Arithmetic("/", PRICE, DAYS), LIMIT)),
    Extreme("max", (Arithmetic("-", COST, PRICE), TASTES)),
    Arithmetic("-", Number(Fraction(-1, 3)), Arithmetic("*", COST, Arithmetic("+", LIMIT, SHARE))),
    Arithmetic("/", LIMIT, Arithmetic("-", SHARE, SHARE)),
)
AMOUNTS: tuple[Answer, ...] = (
    Fraction(0), Fraction(1), Fraction(2), Fraction(1, 3), between(Fraction(1), Fraction(2)),
    between(Fraction(0), Fraction(1)), *Gap,
)  # fmt: skip


@pytest.mark.parametrize("place", range(len(TERMS)))
def test_formulas_have_the_value_of_the_plain_evaluation(place: int, tmp_path: Path) -> None:
    """Every mixture of values, bounds and gaps; also compared with a number, with another answer, and with each other."""
    Author(dice(0)).write(tmp_path)
    rulebase, term = load(tmp_path).rulebase, TERMS[place]
    quantities = {**rulebase.quantities, "total": replace(rulebase.quantities["total"], formula=term)}
    tests: list[Condition] = [Unknown("total", negated=False), Unknown("total", negated=True)]
    tests += [
        Compare(op, left, right)
        for op in PHRASES
        for left, right in ((term, Number(Fraction(1))), (QuantityTerm("total"), COST), (QuantityTerm("total"), term))
    ]
    effects = Conclude(next(name for name, one in rulebase.findings.items() if not one.choice))
    lines = [replace(rulebase.rules[0].when[0], condition=test) for test in tests]
    rules = tuple(
        replace(rulebase.rules[0], index=index, id=str(index), role="rule", when=(line,), then=(effects,), stratum=0)
        for index, line in enumerate(lines)
    )
    rulebase = replace(rulebase, quantities=quantities, rules=rules, tables={})
    engine = ScalarBackend(replace(rulebase, findings={effects.finding: rulebase.findings[effects.finding]}))
    for cost, price, days in product(AMOUNTS, repeat=3):
        given: dict[str, Answer] = {"cost": cost, "price": price, "days": days, "taste": frozenset({"red", "sour"})}
        client = Client.of(given, rulebase.parameters, quantities)
        found = engine.run(given)

        assert found.client.quantities == client.quantities, given
        assert found.rules == tuple(map(client.truth, tests)), given
