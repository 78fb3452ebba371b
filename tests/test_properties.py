"""What must hold for every client, whatever the rules say (test_invariants.py has what this domain forbids)."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from clients import (
    NUMERIC,
    STEP,
    Answers,
    a_client,
    a_value,
    book,
    clients,
    dice,
    fitting,
    full_client,
    full_clients,
    how_many,
    tried,
    with_gaps,
)
from comparing import engine_says
from demandfirst import Advisor, load
from demandfirst.engine.ir.advice import Advice, ChoiceFinding, ItemAdvice, WarningAdvice
from hypothesis import given
from hypothesis import strategies as st
from oracle import ROOT, SEVERITIES, Entry, read
from small_rules import Author, a_small_client

THREADS = 8
dices = st.randoms(use_true_random=False)


def advise(client: Answers) -> Advice:
    return load().advise(client)


def undecided(advice: Advice) -> list[str]:
    """Whatever waits for answers."""
    waiting = [item.id for item in advice.items if item.status == "open"]
    waiting += [warning.id for warning in advice.warnings if warning.status == "open"]
    for finding in advice.findings:
        is_open = finding.value is None if isinstance(finding, ChoiceFinding) else finding.status == "open"
        waiting += [finding.id] * is_open
    return waiting + [name for name, quantity in advice.quantities.items() if quantity.value is None]


def settled(advice: Advice) -> dict[str, Any]:
    """What later answers must leave as it is; a severity may grow, and what is not recommended may yet be withheld."""
    says = engine_says(advice) | {warning.id: warning.status for warning in advice.warnings}
    return {name: says[name] for name in says.keys() - set(undecided(advice)) if says[name] != "not_recommended"}


# --- time ----------------------------------------------------------------------------------------------------


@tried(120)
@given(dices)
def test_no_u_turns(rng: random.Random) -> None:
    """What is recommended, withheld, raised or concluded stays so whatever is answered next."""
    later = a_client(rng)
    earlier = with_gaps(rng, later, leave_out=True)
    first, second = advise(earlier), advise(later)

    assert settled(first).items() <= settled(second).items()
    for item in first.items:
        assert item.status != "not_recommended" or second.status(item.id) in ("not_recommended", "withheld")


@tried(120)
@given(dices)
def test_severity_never_falls(rng: random.Random) -> None:
    """Further answers make a raised warning more severe, never less."""
    later = a_client(rng)
    now = {warning.id: warning for warning in advise(later).warnings}

    for before in advise(with_gaps(rng, later, leave_out=True)).warnings:
        if before.status == "raised":
            assert SEVERITIES.index(now[before.id].severity) >= SEVERITIES.index(before.severity)


@tried(80)
@given(full_clients)
def test_it_ends(client: Answers) -> None:
    """Once every question is answered, be it with *don't know*, nothing is open and nothing is asked."""
    advice = advise(client)

    assert undecided(advice) == []
    assert advice.questions == ()


def test_knowing_nothing_ends_too() -> None:
    """The required facts and *don't know* to all the rest: still nothing is open."""
    client = dict.fromkeys(book().facts, "unknown") | {"business_type": "ecommerce", "goals": ["sales"]}
    advice = advise(client)

    assert undecided(advice) == []
    assert advice.questions == ()


# --- bounds --------------------------------------------------------------------------------------------------


def bounded(rng: random.Random, client: Answers, facts: Mapping[str, Entry]) -> Answers:
    """The client with some numbers known only from ... to ..."""
    numbers = [name for name in client if facts[name]["type"] in NUMERIC and client[name] != "unknown"]
    chosen = rng.sample(numbers, min(len(numbers), rng.randint(1, 4)))
    return client | {name: around(rng, facts[name], client[name]) for name in chosen}


def around(rng: random.Random, fact: Entry, number: float) -> str:
    """Bounds with the number inside, sometimes at an end."""
    wide = rng.choice([STEP, 1, 10, abs(number)])
    low, high = fitting(fact, number - wide * rng.choice([0, 1])), fitting(fact, number + wide * rng.choice([0, 1]))
    return f"{Decimal(str(low)):f}..{Decimal(str(high)):f}"


@tried(120)
@given(dices)
def test_bounds_decide_only_what_every_number_within_shares(rng: random.Random) -> None:
    """A bounded answer is one that is still to be given exactly: no U-turns when it is."""
    client = a_client(rng)

    assert settled(advise(bounded(rng, client, book().facts))).items() <= settled(advise(client)).items()


@pytest.mark.parametrize("seed", range(10))
def test_bounds_are_sound_under_any_rules(seed: int, tmp_path: Path) -> None:
    """The same under random rules, with divisors that may be zero and every other form of arithmetic."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    engine, facts = load(tmp_path), read(tmp_path).facts
    for client in (a_small_client(rng) for _ in range(40)):
        vague = bounded(rng, client, facts)

        assert settled(engine.advise(vague)).items() <= settled(engine.advise(client)).items(), f"{vague}\n{client}"


# --- questions -----------------------------------------------------------------------------------------------


def with_answers(rng: random.Random, client: Answers, asked: set[str]) -> Answers:
    """The client with any answer to every open question that is not asked."""
    silent = [name for name in book().facts if name not in client and name not in asked]
    given = {name: rng.choice([a_value(rng, book().facts[name]), "unknown"]) for name in silent}
    return client | given


def statuses(advice: Advice) -> dict[str, Any]:
    found: dict[str, Any] = {item.id: item.status for item in advice.items}
    return found | {warning.id: (warning.status, warning.severity) for warning in advice.warnings}


@tried(120)
@given(dices)
def test_what_is_not_asked_changes_nothing(rng: random.Random) -> None:
    """An unanswered fact that `questions` does not list can get any answer."""
    client = with_gaps(rng, a_client(rng), leave_out=True)
    before = advise(client)
    after = advise(with_answers(rng, client, {question.fact for question in before.questions}))

    assert statuses(after) == statuses(before)


@tried(120)
@given(dices)
def test_an_open_item_waits_for_the_facts_that_it_names(rng: random.Random) -> None:
    """The questions of one item, warning or verdict are enough to decide it."""
    client = with_gaps(rng, a_client(rng), leave_out=True)
    before = advise(client)
    parts: list[ItemAdvice | WarningAdvice] = [*before.items, *before.warnings]
    waiting = [part for part in parts if part.status == "open"]
    for part in rng.sample(waiting, min(2, len(waiting))):
        assert part.questions
        assert advise(with_answers(rng, client, set(part.questions))).status(part.id) == "open"
    if before.verdict.value is None:
        after = advise(with_answers(rng, client, set(before.verdict.questions)))
        assert after.verdict.value is None


# --- order ---------------------------------------------------------------------------------------------------


@tried(60)
@given(dices)
def test_the_order_of_answers_does_not_matter(rng: random.Random) -> None:
    client = a_client(rng)
    names = sorted(client, key=lambda _: rng.random())
    shuffled = {
        name: rng.sample(client[name], len(client[name])) if isinstance(client[name], list) else client[name]
        for name in names
    }

    assert advise(shuffled).model_dump_json() == advise(client).model_dump_json()


@pytest.fixture(scope="module")
def shuffled_rules(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """The same rulebase, every rule in another place and file."""
    root, rng = tmp_path_factory.mktemp("shuffled"), dice(1)
    entries = [entry for file in sorted((ROOT / "rules").rglob("*.yaml")) for entry in yaml.safe_load(file.read_text())]
    rng.shuffle(entries)
    write(root / "rules" / "one.yaml", entries[::2])
    write(root / "rules" / "deeper" / "two.yaml", entries[1::2])
    for file in (ROOT / "knowledge").rglob("*.yaml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if file.stem in ("findings", "quantities"):
            rng.shuffle(content)
        write(root / file.relative_to(ROOT), content)
    return load(root)


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, default=str), encoding="utf-8")


@tried(80)
@given(clients)
def test_the_order_of_rules_does_not_matter(shuffled_rules: Advisor, client: Answers) -> None:
    """Statuses, ranks, questions and the rules behind them are the same wherever a rule stands."""
    one, other = advise(client), shuffled_rules.advise(client)

    assert engine_says(one) == engine_says(other)
    assert [question.fact for question in one.questions] == [question.fact for question in other.questions]
    assert [(item.id, item.rank, set(item.rules)) for item in one.items] == [
        (item.id, item.rank, set(item.rules)) for item in other.items
    ]


# --- repetition ----------------------------------------------------------------------------------------------


@tried(40)
@given(clients)
def test_the_same_client_gets_the_same_bytes(client: Answers) -> None:
    """Also after other clients, also from what the advice says was answered, also in a rulebase loaded anew."""
    first = advise(client)

    assert advise(client).model_dump_json() == first.model_dump_json()
    assert advise(first.answers).model_dump_json() == first.model_dump_json()


def test_a_rulebase_loaded_anew_gives_the_same_bytes() -> None:
    fresh = load(ROOT)
    for number in range(how_many(20)):
        client = a_client(dice(number))

        assert fresh.advise(client).model_dump_json() == advise(client).model_dump_json()


def test_threads_share_a_rulebase() -> None:
    """Eight threads on one object get what one after the other gets."""
    everyone = [full_client(dice(number)) for number in range(how_many(96))]
    alone = [advise(client).model_dump_json() for client in everyone]
    shared = load(ROOT)

    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda client: shared.advise(client).model_dump_json(), everyone))

    assert together == alone
