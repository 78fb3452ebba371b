"""Each threshold is confirmed by advising on both sides of it, and what is said not to matter is tried."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from clients import Answers, a_client, a_value, book, client_file, dice, how_many, personas
from demandfirst import Advisor, load
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.report.sensitivity import _side, sensitivity_lines
from demandfirst.engine.sensitivity import Room, Sensitivity, sensitivity
from demandfirst.engine.standing import Standing
from demandfirst.engine.thresholds import moved
from small_rules import TASTES, Author, a_small_client
from support import HERE, run

CLIENTS = how_many(3)
PERSONAS = [
    "saturated-d2c-cosmetics",
    "flower-delivery-without-seo",
    "partly-answered-sleep-clinic",
    "tax-lawyer-expert-brand",
]
FIGURES = re.compile(r"[\d.,]+")
SHOP = str(HERE / "personas" / "unsaturated-phone-e-shop.yaml")
State = tuple[tuple[str | None, str | None], object]


def probed(client: Answers) -> Sensitivity:
    return sensitivity(load(), answers_of(client, load().rulebase.facts))


def state(
    client: Answers, parameter: str = "", value: Fraction | bool = False, advisor: Advisor | None = None
) -> State:
    """The verdict with the top objective, and everything that the advice decides; with a parameter moved."""
    advisor = advisor or load()
    parameters = moved(advisor.rulebase.parameters, parameter, value) if parameter else None
    outcome = advisor.backend.run(answers_of(client, advisor.rulebase.facts), parameters)
    standing = Standing(advisor.rulebase, outcome)
    statuses = {name: standing.item(name) for name in advisor.rulebase.items}
    fitting = [one.id for one in standing.ranked if one.kind == "objective" and statuses[one.id] == "recommended"]
    warnings = [standing.warning(name) for name in advisor.rulebase.warnings]
    flagship = (standing.verdict(), fitting[0] if fitting else None)
    return flagship, (flagship, statuses, warnings, fitting)


def at(client: Answers, room: Room, value: Any) -> State:
    """The state where the number of a room has a value."""
    if room.kind == "fact":
        return state(client | {room.name: value})
    return state(client, room.name, Fraction(str(value)))


def stepped(room: Room, value: Any, steps: int) -> Any:
    """A value some steps away."""
    moved_ = Fraction(str(value)) + steps * Fraction(str(room.step))
    return int(moved_) if moved_.denominator == 1 else float(moved_)


def between(rng: random.Random, room: Room, first: Any, last: Any) -> Any:
    """Any valid value between two, in either order."""
    step = Fraction(str(room.step))
    ends = sorted([Fraction(str(first)) / step, Fraction(str(last)) / step])
    return stepped(room, 0, rng.randint(-(-ends[0] // 1), ends[1] // 1))


def tried_clients() -> list[Any]:
    """Personas and generated clients, those who answered only in part too."""
    described = [pytest.param(personas()[name]["client"], id=name) for name in PERSONAS]
    made_up = [pytest.param(a_client(dice(number)), id=str(number)) for number in range(700, 700 + CLIENTS)]
    return [*described, *made_up]


@pytest.fixture(scope="module")
def known() -> dict[str, Sensitivity]:
    return {}


def found(known: dict[str, Sensitivity], client: Answers) -> Sensitivity:
    """What was found out about a client, once."""
    key = client_file(client)
    if key not in known:
        known[key] = probed(client)
    return known[key]


# --- thresholds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", tried_clients())
def test_a_threshold_flips_and_the_value_before_it_does_not(client: Answers, known: dict[str, Sensitivity]) -> None:
    """The verdict or the top objective is as said at the value, and as it was at the valid value before and all the way there."""
    rng = dice(1)
    now = state(client)
    for room in (*found(known, client).numbers, *found(known, client).parameters):
        for flip, back in ((room.below, 1), (room.above, -1)):
            if flip is None:
                continue
            before = stepped(room, flip.value, back)
            assert at(client, room, flip.value)[0] == (flip.verdict, flip.objective) != now[0], room
            assert at(client, room, before)[0] == now[0], room
            for _ in range(2):
                assert at(client, room, between(rng, room, room.given, before))[0] == now[0], room


@pytest.mark.parametrize("client", tried_clients())
def test_anything_flips_where_it_is_said_to(client: Answers, known: dict[str, Sensitivity]) -> None:
    """At the value; nothing does before, though the lines of a step may."""
    rng = dice(2)
    now = state(client)
    for room in (*found(known, client).numbers, *found(known, client).parameters):
        for value, flip, back in ((room.anything_below, room.below, 1), (room.anything_above, room.above, -1)):
            if value is None:
                assert flip is None
                continue
            before = stepped(room, value, back)
            assert flip is None or abs(flip.value - room.given) >= abs(value - room.given)
            assert at(client, room, before) == now, room
            assert at(client, room, between(rng, room, room.given, before)) == now, room
            assert changes(client, room, value, now), room


def changes(client: Answers, room: Room, value: Any, now: State) -> bool:
    """Whether a value changes a status, an order, a step or a platform."""
    if at(client, room, value) != now or room.kind == "parameter":
        return True
    one, other = (shown(load().advise(answers)) for answers in (client, client | {room.name: value}))
    return one != other


def shown(advice: Advice) -> list[object]:
    """The steps and platforms that are shown, whatever figures stand in them."""
    items = [(*(FIGURES.sub("", step) for step in item.steps), *item.platforms) for item in advice.items]
    return [*items, *([FIGURES.sub("", step) for step in warning.steps] for warning in advice.warnings)]


@pytest.mark.parametrize("client", tried_clients())
def test_beyond_what_is_listed_nothing_flips(client: Answers, known: dict[str, Sensitivity]) -> None:
    """A number that is not listed, or a side without a threshold, may be any valid value."""
    rng, now = dice(3), state(client)
    rooms = {room.name: room for room in found(known, client).numbers}
    for name, given in client.items():
        fact = book().facts[name]
        if fact["type"] not in ("integer", "number", "percent", "money") or given == "unknown":
            continue
        room = rooms.get(name)
        for _ in range(2):
            value = a_value(rng, fact)
            free = room is None or (room.below is None if value < room.given else room.above is None)
            if free:
                assert state(client | {name: value})[0] == now[0], f"{name}={value}\n{client_file(client)}"


@pytest.mark.parametrize("client", tried_clients())
def test_other_answers_flip_as_said(client: Answers, known: dict[str, Sensitivity]) -> None:
    """Every other value of a choice or yes/no is tried: it flips if and only if it is listed, and to what is listed."""
    now = state(client)
    flips = {(one.fact, str(flip.value)): flip for one in found(known, client).answers for flip in one.flips}
    for name, given in client.items():
        fact = book().facts[name]
        if given == "unknown" or fact["type"] not in ("choice", "yes_no"):
            continue
        for value in [entry["id"] for entry in fact["values"]] if fact["type"] == "choice" else [not given]:
            after = state(client | {name: value})
            flip = flips.get((name, str(value)))
            assert (flip is not None) == (after[0] != now[0]), (name, value)
            assert flip is None or after[0] == (flip.verdict, flip.objective)
    for one in found(known, client).answers:
        for flip in one.flips:
            assert state(client | {one.fact: flip.value})[0] == (flip.verdict, flip.objective)


@pytest.mark.parametrize("client", tried_clients())
def test_irrelevant_answers_do_not_matter(client: Answers, known: dict[str, Sensitivity]) -> None:
    """Whatever else is answered, *don't know* included, one at a time: every status stays."""
    rng, now = dice(4), state(client)
    for name in found(known, client).irrelevant:
        fact = book().facts[name]
        others = [a_value(rng, fact) for _ in range(4)] + ["unknown"] * (not fact.get("required", False))
        for other in others:
            assert state(client | {name: other}) == now, f"{name}={other}\n{client_file(client)}"


@pytest.mark.parametrize("seed", range(how_many(8)))
def test_any_rules(seed: int, tmp_path: Path) -> None:
    """Random rules with random sums: nothing flips before the threshold, and what is irrelevant may be anything."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    advisor = load(tmp_path)
    facts = advisor.rulebase.facts
    for _ in range(4):
        client = a_small_client(rng)
        found_, now = sensitivity(advisor, answers_of(client, facts)), state(client, advisor=advisor)
        for room in found_.numbers:
            for value, back in ((room.anything_below, 1), (room.anything_above, -1)):
                before = room.given if value is None else stepped(room, value, back)
                for tried_ in (before, between(rng, room, room.given, before)):
                    assert state(client | {room.name: tried_}, advisor=advisor) == now, client
        for name in found_.irrelevant:
            others = {"taste": rng.sample(TASTES, rng.randint(0, 3)), "fresh": True, "colour": "blue", "kind": "studio"}
            other = others.get(name, rng.choice([0, 1, 2, 10, 1_000_000]))
            assert state(client | {name: other}, advisor=advisor) == now, (client, name, other)


def test_a_bounded_answer_is_not_taken_for_irrelevant() -> None:
    """Its thresholds are counted from its ends, and what it may be inside them matters too."""
    client = personas()["flower-delivery-without-seo"]["client"] | {
        "monthly_searches": "900..5000",
        "search_lost_to_budget": "<3",
    }
    found_ = probed(client)
    rooms = {room.name: room for room in found_.numbers}

    assert "monthly_searches" not in found_.irrelevant
    assert rooms["search_lost_to_budget"].shown == "below 3%"
    assert rooms["search_lost_to_budget"].above is not None
    assert rooms["search_lost_to_budget"].above.value == 5.0001


def test_switches_that_flip_are_named() -> None:
    """A switch the other way is an assumption like a number that moves."""
    named: set[str] = set()
    for persona in personas().values():
        client = persona["client"]
        now = state(client)
        parameters = [one for one in load().rulebase.parameters.values() if isinstance(one.value, bool)]
        turned = {one.id for one in parameters if state(client, one.id, not one.value)[0] != now[0]}
        if turned:
            named = {one.fact for one in probed(client).switches}
            assert named == turned
            break
    assert named


# --- rounding ------------------------------------------------------------------------------------------------


def test_a_threshold_that_rounding_shifts_is_exact() -> None:
    """0.05 × (margin − 3) ÷ 100 rounds to nothing long before the margin is down to 3."""
    client = {"business_type": "ecommerce", "goals": ["sales"], "sales_destination": "own_site_checkout", "social_cpo": 0,
              "average_order_value": 0.05, "gross_margin": 30, "target_profit": 3}  # fmt: skip
    (room,) = [room for room in probed(client).numbers if room.name == "gross_margin"]
    price = [
        load().advise(client | {"gross_margin": margin}).quantities["max_cpo_first_order"].value
        for margin in (3.001, 3.0011)
    ]

    assert price == [0, 0.000001]
    assert room.anything_below == 3.001


# --- the command ---------------------------------------------------------------------------------------------


def test_json_is_what_the_library_finds() -> None:
    found_ = run("sensitivity", SHOP, "--format", "json")

    assert (found_.code, found_.err) == (0, "")
    assert json.loads(found_.out) == json.loads(probed(load().advise_file(SHOP).answers).model_dump_json())


@pytest.mark.parametrize("client", tried_clients())
def test_words(client: Answers, known: dict[str, Sensitivity]) -> None:
    """Each threshold and each answer is told with its label and the effect, none by an id; also in Markdown."""
    rulebase, found_ = load().rulebase, found(known, client)
    values = {value.id for fact in rulebase.facts.values() for value in fact.values if "_" in value.id}
    for markdown in (False, True):
        text = "\n".join(sensitivity_lines(rulebase, found_, markdown=markdown)).replace("\\", "")
        told = [one.label for one in (*found_.answers, *found_.switches)]
        told += [one.label for one in (*found_.numbers, *found_.parameters)]
        assert all(label in text for label in told)
        for flip in (flip for one in found_.answers for flip in one.flips if flip.objective != found_.objective):
            assert not flip.objective or rulebase.items[flip.objective].title in text
        assert not values & set(re.findall(r"\w+", text))


@pytest.mark.parametrize(
    ("value", "step", "up", "said"),
    [
        (999, 1, False, "below 1,000"),
        (5.0001, 0.0001, True, "above 5"),
        (64.9999, 0.0001, False, "below 65"),
        (25.6, 0.0001, True, "25.6 or more"),
        (20, 0.0001, False, "20 or less"),
        (0, 1, False, "0 or less"),
        (13.3334, 0.0001, True, "13.3334 or more"),
        (366, 1, True, "366 or more"),
        (60001, 1, True, "above 60,000"),
        (1999.9999, 0.0001, False, "below 2,000"),
    ],
)
def test_a_side_is_said_in_the_roundest_way(value: float, step: float, up: bool, said: str) -> None:
    room = replace(probed_room(), step=step)

    assert _side(room, value, up=up) == said


@cache
def probed_room() -> Room:
    return probed(personas()["saturated-d2c-cosmetics"]["client"]).numbers[0]


def test_a_client_file_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "client.yaml"
    file.write_text("business_type: ecomerce\n", encoding="utf-8")
    found_ = run("sensitivity", str(file))

    assert (found_.code, found_.out) == (2, "")
    assert "did you mean `ecommerce`?" in found_.err
