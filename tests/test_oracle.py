"""The engine and the plain interpreter of `oracle.py` answer alike, on any client."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from clients import Answers, book, client_file, how_many, personas, seeded, smallest
from demandfirst import Advisor, load
from demandfirst.engine.ir.advice import Advice, ChoiceFinding
from oracle import Evaluation, Outcome, Rulebook, Truth, expression, judge

BATCHES = 10
MONEY = {"type": "money"}
COLOUR = {"type": "choice", "values": [{"id": "red"}, {"id": "blue"}]}
TASTE = {"type": "set", "values": [{"id": "red"}, {"id": "sweet"}, {"id": "sour"}]}
SMALL = Rulebook(
    facts={"cost": MONEY, "price": MONEY, "colour": COLOUR, "taste": TASTE, "fresh": {"type": "yes_no"}},
    parameters={
        "limit": {"value": 10, "varies_by": {"fact": "colour", "values": {"blue": 0.5}}},
        "strict": {"value": True},
    },
    quantities={"third": expression("price / (1 + 1 + 1)"), "ratio": expression("cost / price")},
    findings=(),
    items=(),
    warnings={},
    effects={},
    tables={},
)


@pytest.mark.parametrize(
    ("condition", "client", "truth"),
    [
        ("cost < limit", {"cost": 9.9999}, True),
        ("cost < limit", {"cost": 10}, False),
        ("cost < limit", {"cost": "unknown"}, False),
        ("not (cost < limit)", {"cost": "unknown"}, False),
        ("not (cost < limit)", {"cost": 10}, True),
        ("cost < limit", {}, None),
        ("cost < limit", {"cost": 1, "colour": "blue"}, False),
        ("cost == price", {"cost": 0.1, "price": 0.1}, True),
        ("cost + price > limit", {"cost": "unknown"}, False),
        ("cost + price > limit", {"cost": 20}, None),
        ("min(cost, price) < limit", {"cost": 1}, None),
        ("max(cost, price) > limit", {"cost": 20, "price": "unknown"}, False),
        ("coalesce(cost, price) > limit", {"cost": "unknown", "price": 11}, True),
        ("coalesce(cost, price) > limit", {"price": 11}, None),
        ("coalesce(cost, price) > limit", {"cost": 11}, True),
        ("coalesce(cost, price) > limit", {"cost": "unknown"}, None),
        ("unknown(ratio)", {"cost": 1, "price": 0}, True),
        ("unknown(ratio)", {"cost": 1}, None),
        ("unknown(ratio)", {"cost": "unknown"}, True),
        ("not unknown(cost)", {"cost": "unknown"}, False),
        ("not unknown(cost)", {"cost": 0}, True),
        ("third + third + third == price", {"price": 1}, False),
        ("third + third + third == price", {"price": 3}, True),
        ("colour == red", {"colour": "red"}, True),
        ("colour != red", {"colour": "unknown"}, False),
        ("colour not in (red, blue)", {"colour": "unknown"}, False),
        ("colour in (red, blue)", {}, None),
        ("red in taste", {"taste": ["red"], "colour": "blue"}, True),
        ("red not in taste", {"taste": []}, True),
        ("red not in taste", {"taste": "unknown"}, False),
        ("count(taste) == 0", {"taste": []}, True),
        ("count(taste) == 0", {"taste": "unknown"}, False),
        ("only(taste, (red, sweet))", {"taste": []}, True),
        ("only(taste, (red, sweet))", {"taste": ["red", "sour"]}, False),
        ("not only(taste, (red, sweet))", {"taste": ["red", "sour"]}, True),
        ("not only(taste, (red, sweet))", {"taste": "unknown"}, False),
        ("fresh", {"fresh": "unknown"}, False),
        ("not fresh", {"fresh": "unknown"}, False),
        ("not fresh", {"fresh": False}, True),
        ("strict and fresh", {}, None),
        ("not strict and fresh", {}, False),
        ("not (fresh or cost > 0)", {"fresh": False}, None),
        ("not (fresh and cost > 0)", {"fresh": "unknown", "cost": "unknown"}, False),
    ],
)
def test_oracle_follows_the_table_of_truths(condition: str, client: Answers, truth: Truth) -> None:
    """The interpreter itself means what the design says, worked out by hand."""
    assert Evaluation(SMALL, client).truth(expression(condition)) is truth
