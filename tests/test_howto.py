"""How-to: every way works, no part of one does, thresholds are tight, and what is said to be impossible is."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from clients import Answers, a_client, a_value, book, client_file, dice, how_many, personas, some_personas
from demandfirst import Advisor, load
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.variables import answer_in
from demandfirst.engine.howto import how_to, latitudes
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.latitude import Latitude
from demandfirst.engine.ir.ways import HowTo, Move, Way
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.wanted import read_wanted
from small_rules import Author, a_small_client

MANY = 50
SMALL = 4
AIMS = [
    "paid_social_scaling", "paid_social_test", "campaign_sales", "campaign_leads", "community_page", "care_channel",
    "retargeting", "sales_via_site", "customer_care", "research_audience", "write_strategy", "fill_skill_gaps",
    "not inefficient_social_spend", "not vanity_metrics", "not community_page", "not contradictory_answers",
    "not budget_below_learning", "not brief_puts_reputation_at_risk", "not capture_formed_demand",
]  # fmt: skip


def aims() -> list[str]:
    """The aims that the rulebase knows."""
    rulebase = load().rulebase
    return [aim for aim in AIMS if aim.removeprefix("not ") in {**rulebase.items, **rulebase.warnings}]


def answers_for(client: Answers) -> dict[str, Answer]:
    return answers_of(client, load().rulebase.facts)


def some(persona: str, count: int = 3) -> list[str]:
    """Aims to try with a persona: others for each, the flagship for all."""
    shift = list(personas()).index(persona) * 2
    known = aims()
    turned = [known[(shift + number) % len(known)] for number in range(len(known))]
    return list(dict.fromkeys(["paid_social_scaling", *turned]))[: how_many(count)]


@cache
def found(persona: str, aim: str, limit: int = 4) -> HowTo:
    """What how-to says about a persona."""
    return how_to(load(), answers_for(personas()[persona]["client"]), aim, limit)


def reaches(advisor: Advisor, client: Answers, aim: str, changed: Mapping[str, Any]) -> bool:
    """Whether the changed client gets what is wanted, by the reference engine."""
    wanted = read_wanted(advisor.rulebase, aim)
    outcome = advisor.backend.run(answers_of({**client, **changed}, advisor.rulebase.facts))
    return wanted.reached(wanted.status(advisor.rulebase, outcome))


def parts(changed: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every proper part of a way; of a long one those with one change less, and some others."""
    names = sorted(changed)
    sizes = range(len(names)) if len(names) <= SMALL else [len(names) - 1]
    for size in sizes:
        yield from ({name: changed[name] for name in kept} for kept in itertools.combinations(names, size))


def moves(way: Way) -> tuple[Move, ...]:
    return (*way.changes, *way.find_out)


# --- on the personas ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", some_personas())
def test_each_way_works_and_no_part_of_it_does(persona: str) -> None:
    """The heart of it: a minimal set of changes, by the reference engine."""
    client = personas()[persona]["client"]
    for aim in some(persona):
        result = found(persona, aim)
        assert result.reached == reaches(load(), client, aim, {})
        sets = [frozenset(way.set) for way in result.ways]
        assert not [one for one, other in itertools.permutations(sets, 2) if one <= other]
        for way in result.ways:
            assert reaches(load(), client, aim, way.set), way.set
            working = [part for part in parts(way.set) if reaches(load(), client, aim, part)]
            assert not working, (aim, way.set, working)


@pytest.mark.parametrize("persona", some_personas())
def test_thresholds_are_tight(persona: str) -> None:
    """The nearest number works, the next one nearer to the present does not; nor do those just outside the range given."""
    client = personas()[persona]["client"]
    facts = load().rulebase.facts
    for aim in some(persona):
        for way in found(persona, aim).ways:
            nearest = {**way.set, **{move.fact: move.nearest for move in moves(way) if move.nearest is not None}}
            exact = {name: whole(value) for name, value in nearest.items()}
            assert reaches(load(), client, aim, exact)
            for move in moves(way):
                if move.nearest is None:
                    continue
                step = facts[move.fact].step * (1 if move.nearest < client[move.fact] else -1)
                nearer = float(Fraction(str(move.nearest)) + step)
                assert not reaches(load(), client, aim, {**exact, move.fact: whole(nearer)}), (aim, move)


def whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.mark.parametrize("persona", some_personas())
def test_what_would_do_as_well_does(persona: str) -> None:
    """Other words named beside the chosen one work, the words not named do not; so do the ends of a range."""
    client = personas()[persona]["client"]
    free = latitudes(load().rulebase, answers_for(client))
    for aim in some(persona):
        for way in found(persona, aim).ways[:2]:
            nearest = {**way.set, **{move.fact: whole(move.nearest) for move in moves(way) if move.nearest is not None}}
            for move in moves(way):
                for other in move.also:
                    assert reaches(load(), client, aim, {**nearest, move.fact: other}), (aim, move, other)
                for word in [word for word in free[move.fact].words if word not in (move.to, *move.also)]:
                    assert not reaches(load(), client, aim, {**nearest, move.fact: word}), (aim, move, word)
                for end in move.works or ():
                    assert reaches(load(), client, aim, {**nearest, move.fact: whole(end)}), (aim, move, end)


def single_moves(one: Latitude) -> Iterator[Any]:
    """Answers that one fact may become, with every number at which a rule could turn."""
    values = [value.id for value in one.fact.values]
    if one.fact.type == "set":
        present = one.present if isinstance(one.present, frozenset) else frozenset()
        for word in one.added | one.dropped:
            turned = present ^ {word}
            yield [value for value in values if value in turned]
    elif one.fact.numeric:
        rng = random.Random(0)  # noqa: S311
        for _ in range(60):
            value = Fraction(str(a_value(rng, book().facts[one.fact.id])))
            if one.low <= value <= one.high:
                yield whole(float(value))
    else:
        yield from one.words


@pytest.mark.parametrize("persona", some_personas())
def test_no_single_change_is_overlooked(persona: str) -> None:
    """Whatever single answer, tried by hand, brings the aim about is among the ways."""
    client = personas()[persona]["client"]
    free = latitudes(load().rulebase, answers_for(client))
    for aim in some(persona, 2)[-1:]:
        result = found(persona, aim, MANY)
        if result.reached or not result.complete:
            continue
        single = {name for way in result.ways if len(way.set) == 1 for name in way.set}
        for name in free.keys() - single:
            for value in itertools.islice(single_moves(free[name]), how_many(8)):
                assert not reaches(load(), client, aim, {name: value}), (aim, name, value)


# --- on any rules ------------------------------------------------------------------------------------------------


def changeable_everywhere(root: Path) -> None:
    """Let the business change the words of the small vocabulary, each in another way."""
    path = root / "knowledge" / "facts.yaml"
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    ways: dict[str, dict[str, Any]] = {
        "colour": {"to": {"red": ["green"], "green": ["red", "blue"], "blue": ["green"]}},
        "taste": {},
        "fresh": {"direction": "up"},
    }
    for fact in facts:
        if fact["id"] in ways:
            fact["changeable"] = {"effort": "low", "by": "owner", "note": "Do it.", **ways[fact["id"]]}
    path.write_text(json.dumps(facts), encoding="utf-8")


def everything(one: Latitude) -> list[Any]:
    """Every answer that a fact without numbers may become."""
    if one.fact.type != "set":
        return list(one.words)
    present = one.present if isinstance(one.present, frozenset) else frozenset()
    words = sorted(one.added | one.dropped)
    turned = (kept for size in range(len(words) + 1) for kept in itertools.combinations(words, size))
    return [sorted(present ^ set(kept)) for kept in turned if kept or one.unanswered]


def by_brute_force(advisor: Advisor, client: Answers, aim: str, free: Mapping[str, Latitude]) -> set[frozenset[str]]:
    """The minimal sets of facts, found by trying everything."""
    working: set[frozenset[str]] = set()
    for size in range(len(free) + 1):
        for names in map(frozenset, itertools.combinations(sorted(free), size)):
            if any(smaller <= names for smaller in working):
                continue
            combined = itertools.product(*(everything(free[name]) for name in sorted(names)))
            if any(reaches(advisor, client, aim, dict(zip(sorted(names), one, strict=True))) for one in combined):
                working.add(names)
    return working


@pytest.mark.parametrize("seed", range(how_many(8)))
def test_all_minimal_ways_are_found(seed: int, tmp_path: Path) -> None:
    """On random rules, the ways are exactly those that trying everything finds."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    changeable_everywhere(tmp_path)
    advisor = load(tmp_path)
    for _ in range(3):
        client = {**a_small_client(rng)}
        client |= {name: client.get(name, 1) for name in ("cost", "price", "days")}
        client = {
            name: 2 if value == "unknown" and name in ("cost", "price", "days") else value
            for name, value in client.items()
        }
        answers = answers_of(client, advisor.rulebase.facts)
        free = latitudes(advisor.rulebase, answers)
        for aim in ("walk", "swim", "not walk", "not swim", "not storm"):
            result = how_to(advisor, answers, aim, MANY)
            expected = by_brute_force(advisor, client, aim, free)

            assert result.complete
            assert {frozenset(way.set) for way in result.ways} == expected - {frozenset()}, (aim, client)
            assert result.reached == (frozenset() in expected)


@pytest.mark.parametrize("seed", range(how_many(12)))
def test_numbers_under_any_rules(seed: int, tmp_path: Path) -> None:
    """With every answer free, also under products, quotients and rounding, each way works and no part of it does."""
    rng = dice(100 + seed)
    Author(rng).write(tmp_path)
    facts = yaml.safe_load((tmp_path / "knowledge" / "facts.yaml").read_text(encoding="utf-8"))
    for fact in facts:
        if not fact.get("required"):
            fact["changeable"] = {"effort": "low", "by": "owner", "note": "Do it."}
    (tmp_path / "knowledge" / "facts.yaml").write_text(json.dumps(facts), encoding="utf-8")
    advisor = load(tmp_path)
    for _ in range(3):
        client = a_small_client(rng)
        for aim in ("walk", "not swim", "not storm"):
            result = how_to(advisor, answers_of(client, advisor.rulebase.facts), aim, 4)
            for way in result.ways:
                assert reaches(advisor, client, aim, way.set), way.set
                working = [part for part in parts(way.set) if reaches(advisor, client, aim, part)]
                assert not working, (aim, client, way.set, working)


# --- what cannot be ----------------------------------------------------------------------------------------------


def impossible() -> Iterator[tuple[str, str]]:
    """Personas with an aim that they cannot reach."""
    for persona in some_personas():
        for aim in some(persona, 4):
            result = found(persona, aim)
            if result.complete and not result.ways and result.obstacles:
                yield persona, aim


def test_obstacles_rule_the_aim_out() -> None:
    """Whoever has these answers, and changes them only as far as they can change, never gets there, whatever else they say."""
    cases = list(impossible())
    assert len(cases) > how_many(10)
    for number, (persona, aim) in enumerate(cases):
        client = personas()[persona]["client"]
        rng = dice(number)
        obstacles = {one.fact: one.answer for one in found(persona, aim).obstacles if one.answer is not None}
        free = latitudes(load().rulebase, answers_for(client))
        for _ in range(how_many(10)):
            other = {**a_client(rng), **obstacles}
            for name in obstacles.keys() & free.keys():
                other[name] = rng.choice([other[name], *itertools.islice(single_moves(free[name]), 6)])
            assert not reaches(load(), other, aim, {}), client_file(other)


def test_no_obstacle_could_be_left_out() -> None:
    """With any one of the obstacles gone, some client gets there."""
    rulebase = load().rulebase
    for persona, aim in itertools.islice(impossible(), how_many(12)):
        answers = answers_for(personas()[persona]["client"])
        obstacles = [one.fact for one in found(persona, aim).obstacles]
        encoder = Encoder(rulebase, answers, rulebase.facts, numbers="valid")
        wanted = read_wanted(rulebase, aim)
        solver = z3.Solver(ctx=encoder.context)
        solver.add(wanted.formula(encoder), *encoder.axioms)
        for left_out in obstacles:
            solver.push()
            for name in obstacles:
                if name != left_out:
                    solver.add(encoder.variables[name].is_answer(answers.get(name, Gap.NOT_ANSWERED)))

            assert solver.check() == z3.sat, (persona, aim, left_out)
            model = solver.model()
            client = {name: answer_in(model, made) for name, made in encoder.variables.items()}
            outcome = load().backend.run({name: one for name, one in client.items() if one is not Gap.NOT_ANSWERED})
            assert wanted.reached(wanted.status(rulebase, outcome))
            solver.pop()


def test_what_every_client_gets_cannot_be_got_rid_of() -> None:
    """No obstacle is named where no client is without the item."""
    result = found("unsaturated-phone-e-shop", "not review_loop")

    assert (result.ways, result.obstacles, result.complete) == ((), (), True)


# --- finding out -------------------------------------------------------------------------------------------------


def test_a_missing_answer_is_found_out_and_not_made() -> None:
    """Also where the business could change it: its value is not ours to choose."""
    client = {
        **personas()["unsaturated-phone-e-shop"]["client"],
        "reputation": "unknown",
        "search_impression_share": 90,
    }
    result = how_to(load(), answers_for({**client, "search_lost_to_budget": 0}), "paid_social_scaling")
    (way,) = result.ways
    (move,) = way.find_out

    assert way.changes == ()
    assert (move.fact, move.before, {move.to, *move.also}) == ("reputation", "unknown", {"clean", "mixed"})
    assert move.text == 'reputation (don\'t know): it helps if it is "clean" or "mixed"'
    assert (move.effort, move.by.id) == ("low", "owner")


def test_a_bounded_answer_is_measured_before_it_is_changed() -> None:
    """Within its bounds the answer is found out; beyond them it is a change."""
    client = {**personas()["unsaturated-phone-e-shop"]["client"], "search_impression_share": 90}
    within = how_to(load(), answers_for({**client, "search_lost_to_budget": "2..20"}), "paid_social_scaling")
    beyond = how_to(load(), answers_for({**client, "search_lost_to_budget": ">40"}), "paid_social_scaling")

    (measured,), (made,) = within.ways[0].find_out, beyond.ways[0].changes
    assert (measured.to, measured.works, measured.text[-10:]) == (2, (0.0, 5.0), "at most 5%")
    assert (made.to, made.before) == (5, "40.0001..100")


def test_fixed_answers_stay() -> None:
    """Only what is missing or can be changed is in a way."""
    for persona in some_personas():
        client = personas()[persona]["client"]
        free = latitudes(load().rulebase, answers_for(client))
        for aim in some(persona):
            for way in found(persona, aim).ways:
                assert way.set.keys() <= free.keys()
                for move in way.changes:
                    assert load().rulebase.facts[move.fact].changeable is not None
                    assert move.before not in (None, "unknown")
