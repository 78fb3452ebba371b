"""What counts as the same shape: the same parts, whatever they are called; never parts that mean something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from demandfirst import load
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.shapes import Known, Shapes
from small_rules import case, choice_finding, rule, write, yes_no_finding

ALIKE = [
    ("cost > limit", "limit < cost"),
    ("cost >= limit", "limit <= cost"),
    ("cost == price", "price == cost"),
    ("cost + price > 0", "price + cost > 0"),
    ("cost * price > 0", "price * cost > 0"),
    ("max(cost, price) > 0", "max(price, cost) > 0"),
    ("fresh and lax", "lax and fresh"),
    ("fresh or cost > 0", "cost > 0 or fresh"),
    ("colour in (red, green)", "colour in (green, red)"),
    ("not (cost > limit)", "cost <= limit"),
    ("calm", "quiet"),
    ("tone == red", "shade == red"),
]
UNLIKE = [
    ("cost > limit", "cost >= limit"),
    ("cost > limit", "price > limit"),
    ("cost > limit", "limit > cost"),
    ("cost - price > 0", "price - cost > 0"),
    ("cost / price > 0", "price / cost > 0"),
    ("coalesce(cost, price) > 0", "coalesce(price, cost) > 0"),
    ("max(cost, price) > 0", "min(cost, price) > 0"),
    ("third > 0", "price / (1 + 1 + 1) > 0"),
    ("cost > limit", "cost > share"),
    ("fresh and cost > 0", "fresh or cost > 0"),
    ("fresh", "not fresh"),
    ("strict", "lax"),
    ("strict", "not strict"),
    ("unknown(cost)", "not unknown(cost)"),
    ("unknown(cost)", "unknown(price)"),
    ("unknown(third)", "unknown(ratio)"),
    ("colour == red", "colour != red"),
    ("colour in (red, green)", "colour == red"),
    ("red in taste", "sweet in taste"),
    ("red in taste", "red not in taste"),
    ("red in taste", "only(taste, (red, sweet))"),
    ("only(taste, (red, sweet))", "not only(taste, (red, sweet))"),
    ("only(taste, (red, sweet))", "only(taste, (red, sour))"),
    ("count(taste) > 0", "count(wishes) > 0"),
    ("calm", "not calm"),
    ("calm", "loud"),
    ("tone == red", "tone != red"),
    ("tone == red", "tone == green"),
    ("tone == red", "turned == red"),
]


def small(root: Path, condition: str) -> Rulebase:
    """Two findings that mean the same and one that does not, of either kind, and one rule that reads what it is told to."""
    first, second = case("tone-a", "red", ["fresh"]), case("tone-b", "green", ["cost > 0"])
    tables = {
        "tone": [first, second],
        "shade": [{**first, "id": "shade-a"}, {**second, "id": "shade-b"}],
        "turned": [{**second, "id": "turned-b"}, {**first, "id": "turned-a"}],
    }
    rules = [
        rule("is-calm", ["fresh"], {"conclude": "calm"}),
        rule("is-quiet", ["fresh"], {"conclude": "quiet"}),
        rule("is-loud", ["not fresh"], {"conclude": "loud"}),
        *({"decide": name, "cases": [*cases, case(f"{name}-c", "blue", [])]} for name, cases in tables.items()),
        rule("go", [condition], {"recommend": "walk"}),
    ]
    findings = [*map(yes_no_finding, ("calm", "quiet", "loud")), *map(choice_finding, tables)]
    write(root, findings, rules)
    return load(root).rulebase


def alike(tmp_path: Path, one: str, other: str) -> bool:
    """Whether an item that is recommended under one condition or under the other has the same shape."""
    known: Known = {}
    shapes = [Shapes(small(tmp_path / name, condition), known) for name, condition in (("one", one), ("other", other))]
    return shapes[0].outcome("walk") == shapes[1].outcome("walk")


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_alike(one: str, other: str, tmp_path: Path) -> None:
    assert alike(tmp_path, one, other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_unlike(one: str, other: str, tmp_path: Path) -> None:
    assert not alike(tmp_path, one, other)


def test_a_veto_is_no_recommendation(tmp_path: Path) -> None:
    """What speaks for an item and what speaks against it do not stand for each other."""
    known: Known = {}
    for name, verbs in (("one", ("recommend", "veto")), ("other", ("veto", "recommend"))):
        when = (["fresh"], ["lax"])
        rules = [rule(f"{verb}-it", lines, {verb: "walk"}) for verb, lines in zip(verbs, when, strict=True)]
        write(tmp_path / name, [], rules)
    shapes = [Shapes(load(tmp_path / name).rulebase, known).outcome("walk") for name in ("one", "other")]

    assert shapes[0] != shapes[1]


def test_every_outcome_of_a_rulebase_is_like_itself() -> None:
    """The shipped rulebase needs no proof that it is the same as itself."""
    rulebase, known = load().rulebase, Known()
    first, second = Shapes(rulebase, known), Shapes(rulebase, known)
    names = [*rulebase.items, *rulebase.warnings, *rulebase.findings]

    assert [first.outcome(name) for name in names] == [second.outcome(name) for name in names]
    assert len({first.outcome(name) for name in names}) > len(names) // 2
