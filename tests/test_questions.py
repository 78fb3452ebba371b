"""In which order questions come: the evaluator that looks ahead agrees with the backend, and the order pays."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from clients import Answers, dice, how_many, personas, seeded
from demandfirst import Advisor, load
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.lookahead import Position
from small_rules import Author, a_small_client
from talking import asked

# --- looking ahead --------------------------------------------------------------------------------------------


def open_facts(advisor: Advisor, position: Position) -> set[str]:
    """The facts that a position says something open waits for."""
    waits = 0
    for one in position.waits:
        waits |= one
    return set(advisor.asker.names(waits))


def check_position(advisor: Advisor, position: Position, advice: Advice) -> None:
    """The evaluator that puts questions in order says what the backend says."""
    rules = zip(position.wiring.rules, position.rules, strict=True)
    cases = {index for table in advisor.rulebase.tables.values() for index in table.cases}
    told = {rule.id: truth for rule, truth in rules if rule.index not in cases}

    assert told == {
        rule.id: advice.outcome.rules[rule.index] for rule in advisor.rulebase.rules if rule.index not in cases
    }
    assert position.findings == dict(advice.outcome.findings)
    assert open_facts(advisor, position) == {one.fact for one in advice.questions if one.decides}


def check_looking_ahead(advisor: Advisor, client: Answers, rng: random.Random) -> None:
    """From the answers, and from one answer to the next."""
    given = answers_of(client, advisor.rulebase.facts)
    later = {name: answer for name, answer in given.items() if advisor.rulebase.facts[name].required}
    position = advisor.asker.wiring.position(later)
    for name in rng.sample(sorted(given), len(given)):
        if name not in later:
            later[name] = given[name]
            position = position.after(name, given[name])

    assert position.waits == advisor.asker.wiring.position(given).waits
    check_position(advisor, position, advisor.advise(client))


def test_looking_ahead_agrees_with_the_backend() -> None:
    for seed, client in seeded(how_many(120)):
        check_looking_ahead(load(), client, dice(seed))


@pytest.mark.parametrize("seed", range(how_many(6)))
def test_looking_ahead_agrees_with_the_backend_on_any_rules(seed: int, tmp_path: Path) -> None:
    """Random rulebases have every form of condition."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    advisor = load(tmp_path)

    for client in (a_small_client(rng) for _ in range(20)):
        check_looking_ahead(advisor, client, rng)


def test_an_answer_within_bounds_is_still_waited_for() -> None:
    advisor = load()
    client = {"business_type": "ecommerce", "goals": ["sales"], "monthly_searches": "10..100000"}

    check_position(advisor, advisor.asker.wiring.position(answers_of(client, book_facts())), advisor.advise(client))
    assert "monthly_searches" in advisor.asker.order(answers_of(client, book_facts()))


def book_facts() -> Any:
    return load().rulebase.facts


# --- the measure ----------------------------------------------------------------------------------------------


def count(client: dict[str, Answer], order: str, rng: random.Random) -> int:
    """How many questions one way of asking takes until nothing can change."""
    asker = load().asker
    position = asker.wiring.position({name: client[name] for name, fact in book_facts().items() if fact.required})
    while names := sorted(open_facts(load(), position), key=list(client).index):
        if order == "adaptive":
            name = asker.order(position.client.answers)[0]
        else:
            name = names[0] if order == "fixed" else rng.choice(names)
        position = position.after(name, client[name])
    return len(position.client.answers)


def test_the_adaptive_order_asks_least() -> None:
    """Fewer questions than the fixed order, which takes fewer than any order: the whole table is in docs/interview.md."""
    everyone = [answers_of(persona["client"], book_facts()) for persona in personas().values()]
    full = [{name: one.get(name, Gap.DONT_KNOW) for name in book_facts()} for one in everyone]
    means = {order: mean(count(client, order, dice(7)) for client in full) for order in ("adaptive", "fixed", "random")}

    assert means["adaptive"] < means["fixed"] - 0.5
    assert means["fixed"] < means["random"]


def test_the_verdict_comes_first() -> None:
    """While the verdict is open, the next question is one that it waits for."""
    for _, client in seeded(how_many(40)):
        advice = load().advise(client)
        if advice.verdict.value is None:
            assert advice.questions[0].decides[0] == advice.verdict.finding
            assert advice.questions[0].fact in advice.verdict.questions


def test_the_interview_asks_in_the_order_of_the_advice() -> None:
    interview = Interview(load())
    state = interview.answer(interview.answer(interview.start(), "business_type", "app"), "goals", ["sales"])
    for _ in range(12):
        advice = load().advise(state.answers)
        question = asked(interview, state)

        assert question.fact == advice.questions[0].fact
        assert [one.id for one in question.decides] == list(advice.questions[0].decides)
        state = interview.dont_know(state, question.fact)
