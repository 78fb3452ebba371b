"""The engine and the plain interpreter of `oracle.py` answer alike, and both as the design's tables say."""

from __future__ import annotations

from pathlib import Path

import pytest
from clients import Answers, book, dice, how_many, personas, seeded, smallest
from comparing import differences, explain, rule_differences
from demandfirst import Advisor, load
from oracle import Rulebook, Truth, judge, read
from small_rules import Author, a_small_client, case, choice_finding, rule, write, yes_no_finding

BATCHES = 20
RULEBASES = 10
UNDECIDED: Truth = None

# condition, answers, truth
TRUTHS: list[tuple[str, Answers, Truth]] = [
    ("cost < limit", {"cost": 9.9999}, True),
    ("cost < limit", {"cost": 10}, False),
    ("cost < limit", {"cost": "unknown"}, False),
    ("cost < limit", {}, UNDECIDED),
    ("not (cost < limit)", {"cost": 10}, True),
    ("not (cost < limit)", {"cost": "unknown"}, False),
    ("not (cost < limit)", {}, UNDECIDED),
    ("cost < share", {"cost": 0.4}, False),
    ("cost < share", {"cost": 0.4, "kind": "studio"}, True),
    ("cost + price > limit", {"cost": "unknown"}, False),
    ("cost + price > limit", {"cost": 20}, UNDECIDED),
    ("0 * price == 0", {"price": "unknown"}, False),
    ("min(cost, price) < limit", {"cost": 1}, UNDECIDED),
    ("max(cost, price) > limit", {"cost": 20, "price": "unknown"}, False),
    ("coalesce(cost, price) > limit", {"cost": "unknown", "price": 11}, True),
    ("coalesce(cost, price) > limit", {"cost": "unknown"}, UNDECIDED),
    ("coalesce(cost, price) > limit", {"price": 11}, UNDECIDED),
    ("coalesce(cost, price) > limit", {"cost": 11}, True),
    ("unknown(ratio)", {"cost": 1, "price": 0}, True),
    ("unknown(ratio)", {"cost": 1}, UNDECIDED),
    ("unknown(ratio)", {"cost": "unknown"}, True),
    ("ratio < 1", {"cost": 0, "price": 0}, False),
    ("third + third + third == price", {"price": 1}, False),
    ("third + third + third == price", {"price": 3}, True),
    ("unknown(cost)", {"cost": 0}, False),
    ("unknown(cost)", {}, UNDECIDED),
    ("not unknown(cost)", {"cost": "unknown"}, False),
    ("not unknown(cost)", {"cost": 0}, True),
    ("colour == red", {"colour": "red"}, True),
    ("colour != red", {"colour": "unknown"}, False),
    ("colour not in (red, blue)", {"colour": "unknown"}, False),
    ("colour in (red, green, blue)", {}, UNDECIDED),
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
    ("strict and fresh", {}, UNDECIDED),
    ("lax and fresh", {}, False),
    ("not lax or fresh", {}, True),
    ("not (fresh or cost > 0)", {"fresh": False}, UNDECIDED),
    ("not (fresh and cost > 0)", {"fresh": "unknown", "cost": "unknown"}, False),
    ("cheap", {"cost": 1}, True),
    ("not cheap", {"cost": 10}, True),
    ("not cheap", {"cost": "unknown"}, True),
    ("not cheap", {}, UNDECIDED),
    ("mood == red", {"fresh": True}, True),
    ("mood == red", {"cost": "unknown"}, True),
    ("mood == red", {"cost": 1}, UNDECIDED),
    ("mood == red", {"fresh": "unknown", "cost": 1}, False),
    ("mood in (red, green)", {}, True),
    ("mood != blue", {}, True),
    ("mood == blue", {}, False),
    ("mood == red or mood == green", {}, UNDECIDED),
    ("mood != green", {"cost": 1}, UNDECIDED),
]

# answers, status of the item, status and severity of the warning
STATUSES = [
    ({"fresh": True, "cost": 1}, "recommended", "raised", "info"),
    ({"fresh": True, "cost": "unknown"}, "recommended", "raised", "info"),
    ({"fresh": True}, "open", "raised", "info"),
    ({"fresh": True, "cost": 11}, "withheld", "raised", "stop"),
    ({"cost": 11}, "not_recommended", "raised", "stop"),
    ({"cost": 1}, "open", "open", "caution"),
    ({}, "open", "open", "caution"),
    ({"fresh": False}, "not_recommended", "open", "caution"),
    ({"fresh": "unknown", "cost": "unknown"}, "not_recommended", "not_raised", "caution"),
]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_by_hand(tmp_path_factory.mktemp("by_hand"))


def write_by_hand(root: Path) -> Path:
    """A rulebase with a rule for each row of `TRUTHS`, and the rules behind `STATUSES`."""
    mood = [
        case("fresh-is-red", "red", ["fresh"]),
        case("cheap-is-green", "green", ["cheap"]),
        case("else-red", "red", []),
    ]
    rules = [
        rule("low-cost", ["cost < limit"], {"conclude": "cheap"}),
        {"decide": "mood", "cases": mood},
        rule("walk-fresh", ["fresh"], {"recommend": "walk"}, {"warn": "storm", "severity": "info"}),
        rule("walk-dear", ["cost > limit"], {"veto": "walk"}, {"warn": "storm", "severity": "stop"}),
        *(rule(f"row-{row}", [line], {"conclude": f"row_{row}"}) for row, (line, _, _) in enumerate(TRUTHS)),
    ]
    rows = [yes_no_finding(f"row_{row}") for row in range(len(TRUTHS))]
    write(root, [yes_no_finding("cheap"), choice_finding("mood"), *rows], rules)
    return root


@pytest.fixture(scope="module")
def small_engine(by_hand: Path) -> Advisor:
    return load(by_hand)


@pytest.fixture(scope="module")
def small_book(by_hand: Path) -> Rulebook:
    return read(by_hand)


def small_client(answers: Answers) -> Answers:
    return {"kind": "shop", "wishes": ["rest"]} | answers


@pytest.mark.parametrize("row", range(len(TRUTHS)), ids=[f"{line} {answers}" for line, answers, _ in TRUTHS])
def test_a_condition_has_the_truth_of_the_table(row: int, small_engine: Advisor, small_book: Rulebook) -> None:
    """Worked out by hand: comparisons are false on *don't know* in both directions, and so on."""
    _, answers, truth = TRUTHS[row]
    expected = {True: "true", False: "false", None: "open"}[truth]

    assert small_engine.advise(small_client(answers)).status(f"row_{row}") == expected
    assert judge(small_book, small_client(answers)).findings[f"row_{row}"] == expected


@pytest.mark.parametrize(("answers", "item", "warning", "severity"), STATUSES)
def test_statuses_follow_the_table(
    answers: Answers, item: str, warning: str, severity: str, small_engine: Advisor, small_book: Rulebook
) -> None:
    """Worked out by hand: an item is open only while it can still become recommended, a raised warning only grows."""
    outcome = judge(small_book, small_client(answers))

    assert (outcome.items["walk"], outcome.warnings["storm"]) == (item, (warning, severity))
    assert differences(small_engine, small_book, small_client(answers)) == []


@pytest.mark.parametrize("batch", range(BATCHES))
def test_engine_and_interpreter_agree_on_any_client(batch: int) -> None:
    """Thousands of clients: full answers, gaps, *don't know*, numbers on the thresholds."""
    count = how_many(2000 // BATCHES)
    for seed, client in seeded(count, batch * count):
        if differences(load(), book(), client):
            least = smallest(client, lambda fewer: bool(differences(load(), book(), fewer)))
            pytest.fail(explain(seed, least, differences(load(), book(), least)))


@pytest.mark.parametrize("name", personas())
def test_engine_and_interpreter_agree_on_personas(name: str) -> None:
    client = personas()[name]["client"]
    found = differences(load(), book(), client)

    assert not found, explain(name, client, found)


@pytest.mark.parametrize("seed", range(how_many(RULEBASES)))
def test_engine_and_interpreter_agree_on_any_rules(seed: int, tmp_path: Path) -> None:
    """Random rules over random findings: every form of condition, whether or not the built-in rules use it."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    engine, rulebook = load(tmp_path), read(tmp_path)

    for client in (a_small_client(rng) for _ in range(30)):
        found = differences(engine, rulebook, client)
        assert not found, explain(seed, client, found)


@pytest.mark.parametrize("seed", range(how_many(RULEBASES)))
def test_engine_and_interpreter_fire_the_same_rules(seed: int) -> None:
    """What the explanations rest on: a rule fires, is kept from firing, or waits; the first case that holds wins."""
    for number, client in seeded(20, 20 * seed):
        found = rule_differences(load(), book(), client)
        assert not found, explain(number, client, found)
