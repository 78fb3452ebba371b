"""The compiled engine: the same as the reference engine and the plain interpreter, whatever the client, rules and numbers."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from clients import STEP, Answers, book, dice, fitting, how_many, personas, seeded, thresholds
from comparing import explain, oracle_says, rule_truths, unlike
from demandfirst import Advisor, ClientError, load
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.backends.scalar.results import Standings
from demandfirst.engine.ir.answers import Answer, Gap, Truth
from demandfirst.engine.ir.intervals import between
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Recommend, Rule, Veto
from demandfirst.engine.ir.vocabulary import LARGEST_ANSWER, Fact, Parameter
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing
from oracle import Evaluation, Rulebook, read
from small_rules import Author, a_small_client
from test_oracle import STATUSES, TRUTHS, small_client, write_by_hand

BATCHES = 10
STATUS: dict[Truth, str] = {True: "true", False: "false", None: "open"}


def answers(client: Answers, advisor: Advisor | None = None) -> dict[str, Answer]:
    return dict(answers_of(client, (advisor or load()).rulebase.facts))


def check_like_reference(
    advisor: Advisor, given: Mapping[str, Answer], parameters: Mapping[str, Parameter] | None = None
) -> None:
    """The same outcome as the reference engine, and the same standings as its outcome amounts to."""
    expected, found = advisor.backend.run(given, parameters), advisor.scalar.run(given, parameters)
    quantities = list(expected.client.quantities.items())

    assert found.rules == expected.rules
    assert dict(found.findings) == dict(expected.findings)
    assert list(found.client.quantities.items()) == quantities
    assert found.client.answers == expected.client.answers

    standing, standings = Standing(advisor.rulebase, expected), advisor.scalar.standing(given, parameters)
    assert standings.items == {name: standing.item(name) for name in advisor.rulebase.items}
    assert standings.warnings == {name: standing.warning(name) for name in advisor.rulebase.warnings}
    assert standings.findings == dict(expected.findings)
    assert list(standings.quantities.items()) == quantities
    assert standings.fired == tuple(rule.id for rule in standing.fired(advisor.rulebase.domain_rules))


def says(standings: Standings) -> dict[str, Any]:
    """Standings as `oracle_says` puts them."""
    found: dict[str, Any] = {**standings.items, **standings.warnings}
    for name, state in standings.findings.items():
        found[name] = (
            STATUS[state] if not isinstance(state, frozenset) else next(iter(state)) if len(state) == 1 else None
        )
    for name, value in standings.quantities.items():
        found[name] = float(value) if isinstance(value, Fraction) else value.value if isinstance(value, Gap) else value
    return found


def check_like_interpreter(advisor: Advisor, rulebook: Rulebook, seed: object, client: Answers) -> None:
    """Statuses, severities, findings, quantities and the rules that fire as the plain interpreter has them."""
    evaluation, given = Evaluation(rulebook, client), answers(client, advisor)
    standings, rules = advisor.scalar.standing(given), advisor.scalar.run(given).rules
    truths = {rule.id: rules[rule.index] for rule in advisor.rulebase.domain_rules}
    found = [
        *unlike(says(standings), oracle_says(evaluation)),
        *unlike(truths, dict(rule_truths(evaluation))),
    ]

    assert not found, explain(seed, client, found)
    assert standings.fired == tuple(name for name, truth in truths.items() if truth is True)


# --- the same answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", personas())
def test_personas_stand_as_in_the_reference(name: str) -> None:
    check_like_reference(load(), answers(personas()[name]["client"]))


@pytest.mark.parametrize("name", personas())
def test_advice_is_the_same_json(name: str) -> None:
    """Byte for byte."""
    client = personas()[name]["client"]

    assert load().advise(client, engine="scalar").model_dump_json() == load().advise(client).model_dump_json()


def test_advice_for_generated_clients_is_the_same_json() -> None:
    for seed, client in seeded(how_many(40), 70_000):
        given = answers(client) if seed % 3 else bounded(dice(seed), answers(client))
        found = load().advise_answers(given, engine="scalar")
        assert found.model_dump_json() == load().advise_answers(given).model_dump_json(), seed


@pytest.mark.parametrize("batch", range(BATCHES))
def test_generated_clients_stand_as_in_the_interpreter(batch: int) -> None:
    """Full answers, gaps, *don't know*, numbers on the thresholds."""
    count = how_many(2000 // BATCHES)
    for seed, client in seeded(count, 10_000 + batch * count):
        check_like_interpreter(load(), book(), seed, client)


def test_generated_clients_stand_as_in_the_reference() -> None:
    for _, client in seeded(how_many(40), 20_000):
        check_like_reference(load(), answers(client))


def test_nothing_answered() -> None:
    check_like_reference(load(), {})


@pytest.mark.parametrize("seed", range(how_many(20)))
def test_any_rules_give_the_same(seed: int, tmp_path: Path) -> None:
    """Random rulebases in every form that the language has; clients with values, gaps and bounds; other parameters."""
    rng = dice(500 + seed)
    Author(rng).write(tmp_path)
    advisor, rulebook = load(tmp_path), read(tmp_path)
    for number in range(20):
        client = a_small_client(rng)
        check_like_interpreter(advisor, rulebook, seed, client)
        if number % 4 == 0:
            given = bounded(rng, answers(client, advisor), advisor)
            check_like_reference(advisor, given)
            check_like_reference(advisor, given, other_parameters(rng, advisor.rulebase))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    return load(write_by_hand(tmp_path_factory.mktemp("by_hand")))


@pytest.mark.parametrize("row", range(len(TRUTHS)), ids=[f"{line} {given}" for line, given, _ in TRUTHS])
def test_conditions_have_the_truth_of_the_table(row: int, by_hand: Advisor) -> None:
    _, client, truth = TRUTHS[row]

    assert by_hand.standing(small_client(client)).findings[f"row_{row}"] is truth


@pytest.mark.parametrize(("client", "item", "warning", "severity"), STATUSES)
def test_statuses_follow_the_table(client: Answers, item: str, warning: str, severity: str, by_hand: Advisor) -> None:
    found = by_hand.standing(small_client(client))

    assert (found.items["walk"], found.warnings["storm"]) == (item, (warning, severity))


def test_the_minimal_rulebase() -> None:
    advisor = load(Path(__file__).parent / "minimal")

    check_like_reference(advisor, {})


def test_firings_come_in_order_with_what_they_read() -> None:
    """By stratum and rule; each rule that fires in the reference, with the same readings and effects."""
    for _, client in seeded(how_many(20), 30_000):
        given = answers(client)
        found, expected = load().scalar.run(given).firings, load().backend.run(given).firings
        places = [(one.stratum, one.rule) for one in found]
        plain = {(one.rule, one.certain, one.read, one.then) for one in found}

        assert places == sorted(places)
        assert [one.order for one in found] == list(range(1, len(found) + 1))
        assert plain == {(one.rule, one.certain, one.read, one.then) for one in expected}


# --- numbers ----------------------------------------------------------------------------------------------------


def bounded(rng: random.Random, given: Mapping[str, Answer], advisor: Advisor | None = None) -> dict[str, Answer]:
    """The answers with some numbers known only within bounds."""
    facts = (advisor or load()).rulebase.facts
    share = rng.choice([0.2, 0.5, 1.0])
    return {
        name: around(rng, facts[name], answer) if isinstance(answer, Fraction) and rng.random() < share else answer
        for name, answer in given.items()
    }


def around(rng: random.Random, fact: Fact, number: Fraction) -> Answer:
    """Bounds around a number, wide or narrow."""
    room = fact.step * rng.choice([1, 100, 1_000_000])
    above = room * rng.choice([0, 1])
    return between(max(fact.least, number - room), min(fact.most, number + above))


def test_bounded_answers_give_the_same() -> None:
    for seed, client in seeded(how_many(40), 40_000):
        check_like_reference(load(), bounded(dice(seed), answers(client)))


def other_parameters(rng: random.Random, rulebase: Rulebase) -> dict[str, Parameter]:
    """The parameters with some of them set to other values, also out of range, or to zero, or the switch turned."""

    def other(one: Parameter) -> Parameter:
        if isinstance(one.value, bool):
            return replace(one, value=not one.value)
        value = rng.choice([Fraction(0), one.value / 3, one.value + 1, -one.value])
        variants = rng.choice([{}, dict.fromkeys(one.variants, value), one.variants])
        return replace(one, value=value, variants=variants, varies_by=rng.choice([one.varies_by, ""]))

    return {
        name: other(one) if rng.random() < rng.choice([0.1, 0.5]) else one for name, one in rulebase.parameters.items()
    }


def test_other_parameters_give_the_same() -> None:
    for seed, client in seeded(how_many(40), 50_000):
        check_like_reference(load(), answers(client), other_parameters(dice(seed), load().rulebase))


def test_a_parameter_may_vary_no_longer() -> None:
    """Then its own value counts, whatever variants it still has."""
    parameters = load().rulebase.parameters
    fixed = {
        name: replace(one, varies_by="", value=Fraction(10**6)) for name, one in parameters.items() if one.varies_by
    }
    for persona in personas().values():
        check_like_reference(load(), answers(persona["client"]), {**parameters, **fixed})


def on_thresholds() -> Iterator[tuple[str, Answers]]:
    """Personas with a number exactly where a rule compares it, and one step to either side."""
    rng = dice(1)
    every = [persona["client"] for persona in personas().values()]
    for name, threshold in thresholds():
        client = rng.choice(every)
        value = Evaluation(book(), client).number(threshold)
        if isinstance(value, Fraction):
            fact = book().facts[name]
            step = 1 if fact["type"] == "integer" else STEP
            yield from ((name, client | {name: fitting(fact, float(value) + beside * step)}) for beside in (-1, 0, 1))


def test_numbers_on_a_threshold() -> None:
    for name, client in on_thresholds():
        check_like_interpreter(load(), book(), name, client)


def test_huge_numbers() -> None:
    """As large as an answer may be, and larger."""
    facts = load().rulebase.facts.values()
    for seed, client in seeded(how_many(30), 60_000):
        rng = dice(seed)
        huge = {one.id: min(one.most, rng.choice([Fraction(10**12), LARGEST_ANSWER])) for one in facts if one.numeric}
        check_like_reference(load(), {**answers(client), **huge})
    check_like_reference(load(), dict.fromkeys(huge, Fraction(10**40 + 1, 7)))


# --- how it is made ---------------------------------------------------------------------------------------------


def test_threads_share_an_engine() -> None:
    """Built by whoever comes first; the same results in any thread."""
    clients = [answers(client) for _, client in seeded(40, 80_000)]
    expected = [load().scalar.standing(given) for given in clients]
    engine = ScalarBackend(load().rulebase)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(engine.standing, clients * 8))
        rules = list(pool.map(lambda given: engine.run(given).rules, clients * 2))

    assert found == expected * 8
    assert rules[:40] == rules[40:]


def test_calls_leave_nothing_behind() -> None:
    """What a caller does with a result does not reach the next."""
    given = answers(personas()["unsaturated-phone-e-shop"]["client"])
    first = load().scalar.standing(given)
    kept = first._replace(items=dict(first.items))
    first.items.clear()

    assert load().scalar.standing(given) == kept


NASTY = ["'''", '"""', "\\", "\n    boom()\n#", "\r\nboom()", "{boom()}", "__import__('os')", "\u2028boom()", "# \x00"]
NAMES = {
    "Fraction", "frozenset", "type", "len", "divmod", "tuple", "Standings", "possible", "Bounds", "NOT_ANSWERED", "NOT",
    "ITEM", "TRUTH", "GAP_OF", "DECIDED", "UNKNOWN", "KNOWN", "answers", "parameters", "values", "get", "bounds", "rest",
    "fired", "add",
}  # fmt: skip


def nasty(rulebase: Rulebase) -> Rulebase:
    """The rulebase with other ids for its rules and an item: text that breaks out of comments and strings."""
    (name, item), *others = rulebase.items.items()
    evil = name + "".join(NASTY)

    def renamed(rule: Rule) -> Rule:
        then = tuple(
            replace(one, item=evil) if isinstance(one, Recommend | Veto) and one.item == name else one
            for one in rule.then
        )
        return replace(rule, id=rule.id + NASTY[rule.index % len(NASTY)], then=then)

    rules = tuple(map(renamed, rulebase.rules))
    return replace(rulebase, rules=rules, items={evil: replace(item, id=evil, title=evil), **dict(others)})


def test_no_text_of_a_rulebase_is_run() -> None:
    """Ids with quotes, line breaks and calls come out as they went in, and no name in the source comes from them."""
    rulebase, client = nasty(load().rulebase), answers(personas()["unsaturated-phone-e-shop"]["client"])
    plain, engine = load().scalar.standing(client), ScalarBackend(rulebase)
    found = engine.standing(client)
    names = {node.id for node in ast.walk(ast.parse(engine.source)) if isinstance(node, ast.Name)}

    assert list(found.items.values()) == list(plain.items.values())
    assert list(found.items) == list(rulebase.items)
    assert [name.removesuffix(tail) for name in found.fired for tail in NASTY if name.endswith(tail)] == list(
        plain.fired
    )
    assert engine.source.isascii()
    assert {name for name in names if not re.fullmatch(r"[a-z]\d+[a-z]?|[A-Z]+\d+", name)} <= NAMES


def test_the_source_has_a_line_for_each_rule() -> None:
    lines = load().scalar.source.splitlines()

    for rule in load().rulebase.rules:
        assert any(line.endswith(f"  # {rule.id!a}") for line in lines)


def test_the_quick_call_takes_facts_as_advise_does() -> None:
    client = personas()["unsaturated-phone-e-shop"]["client"]
    advice, found = load().advise(client), load().standing(client)

    assert found.items == {item.id: item.status for item in advice.items}
    assert found.warnings == {one.id: (one.status, one.severity) for one in advice.warnings}
    with pytest.raises(ClientError):
        load().standing({"business_type": "ecomerce"})
