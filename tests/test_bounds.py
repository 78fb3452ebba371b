"""Bounded answers: what is decided within the bounds is so at every point inside them."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from clients import NUMERIC, Answers, a_client, a_value, book, client_file, fitting, full_client, tried
from comparing import engine_says
from demandfirst import ClientError, load
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.intervals import Interval, between, ends
from demandfirst.engine.load.client import answers_of
from hypothesis import given
from hypothesis import strategies as st
from oracle import SEVERITIES
from support import run

dices = st.randoms(use_true_random=False)
REQUIRED: Answers = {"business_type": "ecommerce", "goals": ["sales"]}
MOST = 10**12


def advise(client: Answers) -> Advice:
    return load().advise(client)


# --- reading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "written", "low", "high"),
    [
        ("search_impression_share", "<10", "0", "9.9999"),
        ("search_impression_share", "<=10", "0", "10"),
        ("search_impression_share", ">90", "90.0001", "100"),
        ("search_impression_share", ">=90", "90", "100"),
        ("search_impression_share", "  < 10 ", "0", "9.9999"),
        ("search_impression_share", "12.5..20", "12.5", "20"),
        ("search_impression_share", "12.5 .. 20", "12.5", "20"),
        ("search_impression_share", "5..5", "5", "5"),
        ("search_impression_share", "<=0", "0", "0"),
        ("search_impression_share", ">=100", "100", "100"),
        ("search_impression_share", "<=100", "0", "100"),
        ("monthly_searches", "5000..10000", "5000", "10000"),
        ("monthly_searches", "<10", "0", "9"),
        ("monthly_searches", ">10", "11", MOST),
        ("monthly_searches", ">=10", "10", MOST),
        ("average_order_value", "<10", "0.0001", "9.9999"),
        ("average_order_value", "<=0.0001", "0.0001", "0.0001"),
        ("gross_margin", "-5..5", "-5", "5"),
        ("gross_margin", "<-5", "-100", "-5.0001"),
        ("gross_margin", ">-5.5", "-5.4999", "100"),
    ],
)
def test_bounds_become_the_answers_that_they_allow(fact: str, written: str, low: str, high: str) -> None:
    """With both ends: an answer below 10 with four decimals is at most 9.9999, a whole one at most 9."""
    answer = answers_of(REQUIRED | {fact: written}, load().rulebase.facts)[fact]

    assert answer == between(Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("fact", "written", "code", "helped"),
    [
        ("search_impression_share", "<0", "empty-bounds", "it goes from 0 to 100"),
        ("search_impression_share", ">100", "empty-bounds", "it goes from 0 to 100"),
        ("search_impression_share", "20..10", "empty-bounds", "the smaller number comes first"),
        ("search_impression_share", "50..101", "out-of-range", "it goes from 0 to 100"),
        ("search_impression_share", "<101", "out-of-range", "it goes from 0 to 100"),
        ("search_impression_share", ">-1", "out-of-range", "it goes from 0 to 100"),
        ("average_order_value", ">=0", "out-of-range", "it goes above 0 to 1,000,000,000,000"),
        ("search_impression_share", "<10.00005", "decimals", "write at most 4 decimals"),
        ("monthly_searches", "<10.5", "decimals", "write whole numbers"),
        ("search_impression_share", "< 10 %", "wrong-type", "write `search_impression_share: <10`"),
        ("search_impression_share", ">90%", "wrong-type", "write `search_impression_share: >90`"),
        ("search_impression_share", "5-10 %", "wrong-type", "write `search_impression_share: 5..10`"),
        ("monthly_searches", "5 000 - 10 000", "wrong-type", "write `monthly_searches: 5000..10000`"),
        ("monthly_searches", "5,000..10,000", "wrong-type", "write `monthly_searches: 5000..10000`"),
        ("monthly_searches", "5..10..15", "wrong-type", "write the number in digits"),
        ("monthly_searches", "..10", "wrong-type", "write `monthly_searches: 10`"),
        ("monthly_searches", "=10", "wrong-type", "write `monthly_searches: 10`"),
        ("monthly_searches", "<1e3", "wrong-type", "write the number in digits"),
        ("seo", "<5", "unknown-value", "write one of"),
        ("audience_on_social", ">0", "wrong-type", "write `audience_on_social: true`"),
    ],
)
def test_bad_bounds_are_faults_with_help(fact: str, written: str, code: str, helped: str) -> None:
    with pytest.raises(ClientError) as error:
        advise(REQUIRED | {fact: written})
    (fault,) = error.value.faults

    assert (fault.place.file, fault.code) == (f"client.{fact}", code)
    assert fault.help.startswith(helped)
    assert written in fault.message


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("gross_margin: >90", "90.0001", "100"),
        ("gross_margin: > 90", "90.0001", "100"),
        ("gross_margin:   >=90   # as the report says", "90", "100"),
        ("gross_margin: >5", "5.0001", "100"),
        ("gross_margin: >-5", "-4.9999", "100"),
        ("gross_margin: >5.25", "5.2501", "100"),
        ("gross_margin: '>90'", "90.0001", "100"),
        ("gross_margin: <90", "-100", "89.9999"),
        ("gross_margin: 5..90", "5", "90"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("below", ["", "client:"])
def test_bounds_need_no_quotes_in_a_file(
    line: str, low: str, high: str, newline: str, below: str, tmp_path: Path
) -> None:
    """Though YAML would take `>90` for the beginning of a block of text."""
    lines = ["business_type: ecommerce", line, "goals: [sales]"]
    file = tmp_path / "client.yaml"
    file.write_bytes(newline.join([below, *(f"  {one}" for one in lines), ""] if below else [*lines, ""]).encode())
    advice = load().advise_file(str(file))

    assert advice.outcome.client.answer("gross_margin") == Interval(Fraction(low), Fraction(high))


def test_faults_beside_bounds_keep_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "client.yaml"
    file.write_text("business_type: ecommerce\ngross_margin: >90\nseo: >90\ngoals: [sale]\n", encoding="utf-8")
    found = run("advise", str(file))

    places = [line.split(": ")[:2] for line in found.err.splitlines() if "unknown-value" in line]

    assert (found.code, places) == (2, [[f"{file}:3", "unknown-value"], [f"{file}:4", "unknown-value"]])


def test_bounds_in_json(tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    file.write_text(json.dumps(REQUIRED | {"gross_margin": ">=90"}), encoding="utf-8")

    assert load().advise_file(str(file)).answers["gross_margin"] == "90..100"


@tried(30)
@given(dices)
def test_the_answers_of_an_advice_are_a_client(rng: random.Random) -> None:
    """Bounds are written so that they can be read again."""
    client, _ = bounded(rng, a_client(rng))
    first = advise(client)

    assert advise(first.answers).model_dump_json() == first.model_dump_json()


# --- clients -------------------------------------------------------------------------------------------------

Spans = dict[str, tuple[Fraction, Fraction]]


def bounded(rng: random.Random, client: Answers) -> tuple[Answers, Spans]:
    """The client with some or all numbers replaced by bounds around them, and the answers these allow."""
    facts = [name for name in client if book().facts[name]["type"] in NUMERIC and client[name] != "unknown"]
    chosen = rng.sample(facts, rng.choice([len(facts), min(3, len(facts)), min(1, len(facts))]))
    written = {name: around(rng, book().facts[name], client[name]) for name in chosen}
    answers = answers_of(REQUIRED | written, load().rulebase.facts)
    spans = {name: ends(answers[name]) for name in chosen}  # type: ignore[arg-type]
    return client | written, spans


def around(rng: random.Random, fact: Any, value: float) -> str:
    """Bounds that allow a value, in one of the ways to write them."""
    other = [
        a_value(rng, fact),
        fitting(fact, value + rng.choice([1, 5, 0.5, 100])),
        fitting(fact, value - rng.choice([1, 5, 0.5])),
    ]
    end = rng.choice(other)
    low, high = sorted([value, end])
    forms = [f"{low}..{high}", f"{low}..{value}", f"{value}..{high}", f"<={high}"]
    forms += [f">={low}"] * (low != 0 or "above" not in fact)
    forms += [f"<{high}"] * (high > value) + [f">{low}"] * (low < value)
    return rng.choice(forms)


def inside(rng: random.Random, client: Answers, spans: Spans) -> Answers:
    """The client with a valid answer inside each of the bounds: an end, or anything between."""
    return client | {name: inside_one(rng, book().facts[name], *span) for name, span in spans.items()}


def inside_one(rng: random.Random, fact: Any, low: Fraction, high: Fraction) -> int | float:
    step = Fraction(1) if fact["type"] == "integer" else Fraction(1, 10**4)
    place = rng.choice([low / step, high / step, Fraction(rng.randint(int(low / step), int(high / step)))])
    value = place * step
    return int(value) if value.denominator == 1 else float(value)


def settled(advice: Advice) -> dict[str, Any]:
    """What is decided, and must stay so; a severity may grow."""
    says = engine_says(advice) | {warning.id: warning.status for warning in advice.warnings}
    undecided = {item.id for item in advice.items if item.status == "open"}
    undecided |= {warning.id for warning in advice.warnings if warning.status == "open"}
    undecided |= {one.id for one in advice.findings if getattr(one, "status", one.id) == "open"}
    return {name: state for name, state in says.items() if name not in undecided and state is not None}


def agree(wide: Advice, narrow: Advice) -> list[str]:
    """Where what was decided within wider bounds is otherwise within narrower ones."""
    now = settled(narrow)
    wrong = []
    for name, state in settled(wide).items():
        later = now.get(name, "open")
        if later != state and not (state == "not_recommended" and later == "withheld"):
            wrong.append(f"{name}: {state}, then {later}")
    for before, after in zip(wide.warnings, narrow.warnings, strict=True):
        if before.status == "raised" and SEVERITIES.index(after.severity) < SEVERITIES.index(before.severity):
            wrong.append(f"{before.id}: {before.severity}, then {after.severity}")
    return wrong


@tried(100)
@given(dices)
def test_what_is_decided_holds_at_every_point(rng: random.Random) -> None:
    """Statuses, findings, verdict; and the bounds of every sum hold its value."""
    client, spans = bounded(rng, a_client(rng))
    wide = advise(client)
    for _ in range(3):
        point = inside(rng, client, spans)
        exact = advise(point)
        assert agree(wide, exact) == [], f"{client_file(client)}\n{client_file(point)}"
        assert wide.verdict.value in (None, exact.verdict.value)
        for name, one in wide.quantities.items():
            value = exact.quantities[name].value
            assert one.bounds is None or (isinstance(value, float) and one.bounds[0] <= value <= one.bounds[1])
            assert one.value in (None, value)


@tried(60)
@given(dices)
def test_no_u_turns_when_bounds_are_narrowed(rng: random.Random) -> None:
    """Bounds, then closer bounds, then a number: what was decided stays."""
    client, spans = bounded(rng, a_client(rng))
    narrower: Answers = dict(client)
    closer: Spans = {}
    for name, (low, high) in spans.items():
        one, other = (inside_one(rng, book().facts[name], low, high) for _ in range(2))
        closer[name] = (Fraction(str(min(one, other))), Fraction(str(max(one, other))))
        narrower[name] = f"{plain(closer[name][0])}..{plain(closer[name][1])}"
    steps = [advise(client), advise(narrower), advise(inside(rng, narrower, closer))]

    assert agree(steps[0], steps[1]) == [], client_file(client)
    assert agree(steps[1], steps[2]) == [], client_file(narrower)


def plain(value: Fraction) -> str:
    return str(int(value)) if value.denominator == 1 else f"{float(value):.4f}"


@tried(60)
@given(dices)
def test_open_things_ask_for_the_bounded_answers(rng: random.Random) -> None:
    """With every question answered, some within bounds: what is open asks for bounded facts only, and they are enough."""
    client, spans = bounded(rng, full_client(rng))
    advice = advise(client)
    asked = {question.fact for question in advice.questions}
    waiting = [item.questions for item in advice.items if item.status == "open"]
    waiting += [warning.questions for warning in advice.warnings if warning.status == "open"]

    assert asked <= spans.keys()
    assert all(questions and set(questions) <= asked for questions in waiting)
    settled_ = inside(rng, client, {name: span for name, span in spans.items() if name in asked})
    after = advise(settled_)
    assert not [item.id for item in after.items if item.status == "open"], client_file(settled_)
    assert not [warning.id for warning in after.warnings if warning.status == "open"], client_file(settled_)


@tried(40)
@given(dices)
def test_bounds_that_are_not_asked_about_do_not_matter(rng: random.Random) -> None:
    """Any number inside gives the same advice, sums and figures aside."""
    client, spans = bounded(rng, a_client(rng))
    before = advise(client)
    silent = {name: span for name, span in spans.items() if name not in {one.fact for one in before.questions}}
    after = advise(inside(rng, client, silent))

    assert [item.status for item in after.items] == [item.status for item in before.items], client_file(client)
    assert [(one.status, one.severity) for one in after.warnings] == [
        (one.status, one.severity) for one in before.warnings
    ]


# --- words ---------------------------------------------------------------------------------------------------


def test_sums_are_shown_with_their_bounds() -> None:
    client = REQUIRED | {"average_order_value": "100..200", "gross_margin": 30, "target_profit": "<10"}
    found = advise(client).quantities["max_cpo_first_order"]

    assert (found.value, found.bounds) == (None, (20.0001, 60.0))
    assert found.sum == "(100 to 200) × (30 − (0 to 10)) ÷ 100 = 20 to 60"


def test_the_trace_shows_bounds() -> None:
    found = run(
        "advise", "-", "--trace", stdin=b"business_type: ecommerce\ngoals: [sales]\nmonthly_searches: 5000..9000\n"
    )

    assert "enough-searches fires: monthly_searches = 5,000 to 9,000 -> conclude enough_searches" in found.out
