"""A saved interview taken up again: checked, compared with the rules of today, and never silently cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from demandfirst import ClientError, load
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import State
from support import MINIMAL, lay
from talking import asks, bakery, codes_of

NONSENSE: list[tuple[Any, list[tuple[str, str]]]] = [
    (["shop"], [("state", "not-an-interview")]),
    ({"answer": {}}, [("state.answer", "not-an-interview")]),
    ({"answers": [1]}, [("state.answers", "not-an-interview")]),
    ({"answers": {"ofen": "gas"}}, [("state.answers.ofen", "unknown-fact")]),
    ({"answers": {3: "gas"}}, [("state.answers.3", "unknown-fact")]),
    (
        {"answers": {"oven": "gaz", "price": -1}},
        [("state.answers.oven", "unknown-value"), ("state.answers.price", "out-of-range")],
    ),
    ({"rulebase": "2026"}, [("state.rulebase", "not-an-interview")]),
    ({"rulebase": {"version": 1, "hash": "x"}}, [("state.rulebase", "not-an-interview")]),
    ({"facts": "shop"}, [("state.facts", "not-an-interview")]),
    ({"facts": [[]]}, [("state.facts", "not-an-interview")]),
    ({"put_off": 7}, [("state.put_off", "not-an-interview")]),
    ({"put_off": {"oven": True}}, [("state.put_off.oven", "not-an-interview")]),
    ({"put_off": {"oven": -1}}, [("state.put_off.oven", "not-an-interview")]),
    ({"put_off": {"ofen": 1}}, [("state.put_off.ofen", "unknown-fact")]),
    ({"returned": "ofen"}, [("state.returned", "unknown-fact")]),
    ({"returned": ["oven"]}, [("state.returned", "unknown-fact")]),
    ({"details": "yes"}, [("state.details", "not-an-interview")]),
    ({"history": "back"}, [("state.history", "not-an-interview")]),
    ({"history": [{"fact": "oven"}] * 2000}, [("state.history", "not-an-interview")]),
    ({"history": ["oven"]}, [("state.history.0", "unknown-fact")]),
    ({"history": [{"fact": "oven", "before": "gaz"}]}, [("state.history.0.oven", "unknown-value")]),
    ({"history": [{"fact": "oven", "put_off_before": "a"}]}, [("state.history.0", "not-an-interview")]),
]


@pytest.fixture(scope="module")
def small() -> Interview:
    """Over the minimal rulebase."""
    return Interview(load(MINIMAL))


@pytest.fixture
def begun(small: Interview) -> State:
    """A bakery that wants sales: the needed questions are answered."""
    return bakery(small)


@pytest.mark.parametrize(("saved", "faults"), NONSENSE, ids=[str(saved)[:60] for saved, _ in NONSENSE])
def test_nonsense_is_refused_with_its_place(small: Interview, saved: Any, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(ClientError) as error:
        small.resume(saved)

    assert codes_of(error) == faults


def test_more_faults_than_anybody_reads(small: Interview) -> None:
    with pytest.raises(ClientError) as error:
        small.resume({"answers": {f"fact_{number}": 1 for number in range(5000)}})

    assert len(error.value.faults) < 110


def test_a_bare_client_can_be_taken_up(small: Interview) -> None:
    """Answers without anything else; nothing is known of the rulebase, so nothing is said about it."""
    resumed = small.resume({"answers": {"oven": "gas", "sunday": None}})

    assert resumed.state.answers == {"oven": "gas"}
    assert asks(small, resumed.state) == "shop"


@pytest.fixture
def newer(tmp_path: Path) -> Interview:
    """The minimal rulebase a version later: `sunday` is `holiday` now, and an oven cannot be electric."""
    facts = yaml.safe_load((MINIMAL / "knowledge" / "facts.yaml").read_text(encoding="utf-8"))
    facts[2]["values"][1] = {"id": "wood", "label": "wood"}
    facts[4] |= {"id": "holiday", "label": "open on holidays", "negative": "closed on holidays"}
    rules = (MINIMAL / "rules" / "rules.yaml").read_text(encoding="utf-8").replace("[sunday,", "[holiday,")
    platforms = (MINIMAL / "knowledge" / "platforms.yaml").read_text(encoding="utf-8").replace("sunday", "holiday")
    settings = (MINIMAL / "knowledge" / "rulebase.yaml").read_text(encoding="utf-8")
    files = {
        "knowledge/facts.yaml": json.dumps(facts),
        "knowledge/platforms.yaml": platforms,
        "knowledge/rulebase.yaml": settings.replace(load(MINIMAL).version, "2099.1.0"),
        "rules/rules.yaml": rules,
    }
    return Interview(load(lay(tmp_path / "newer", files)))


def test_another_rulebase_keeps_what_fits(small: Interview, begun: State, newer: Interview) -> None:
    """Gone questions, answers that do not fit, and new questions are named; the rest is kept and the interview goes on."""
    state = small.answer(small.answer(small.answer(begun, "oven", "electric"), "sunday", value=True), "price", 3)
    resumed = newer.resume(small.skip(state, "loaves").model_dump())

    assert resumed.rules_changed
    assert (resumed.gone, resumed.invalid, resumed.new) == (("sunday",), ("oven",), ("holiday",))
    assert resumed.state.answers == {"shop": "bakery", "goals": ["sales"], "price": 3}
    assert resumed.state.put_off == {"loaves": 1}
    assert {step.fact for step in resumed.state.history} == {"shop", "goals", "oven", "price", "loaves"}
    assert resumed.state.rulebase == newer.start().rulebase
    assert resumed.messages == (
        f"The rules have changed since this interview was saved (it was {load(MINIMAL).version}, and is 2099.1.0 now).",
        "No longer asked: sunday.",
        "These answers do not fit any more and are asked again where they matter: oven.",
        "New questions, asked where they matter: open on holidays.",
        "Every other answer is kept.",
    )
    asked_now: set[str] = set()
    state = resumed.state
    while question := newer.turn(state).question:
        asked_now.add(question.fact)
        state = newer.dont_know(state, question.fact)
    assert {"oven", "holiday"} <= asked_now


def test_other_rules_with_the_same_questions_keep_everything(small: Interview, begun: State) -> None:
    other = begun.but(rulebase=begun.rulebase.__class__(version=begun.rulebase.version, hash="0" * 16))
    resumed = small.resume(other.model_dump())

    assert resumed.state == begun
    assert resumed.messages == (
        "The rules have changed since this interview was saved.",
        "Every answer is kept.",
    )
