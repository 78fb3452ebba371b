"""Described clients get the advice that a person would give them, and together they bring every rule to fire."""

from __future__ import annotations

import json
import shutil
from functools import cache

import pytest
import yaml
from clients import PERSONAS, Answers, personas
from demandfirst import Advisor, load
from demandfirst.engine.deep.expected import KEYS, unmet
from demandfirst.engine.ir.rules import Rule
from oracle import ROOT

FILE_KEYS = {"name", "story", "client", "expect", "why"}


@pytest.mark.parametrize("name", personas())
def test_a_persona_gets_what_it_expects(name: str) -> None:
    """Every id under `expect` has the status that the list it stands in asks for, and `only` leaves nothing out."""
    persona = personas()[name]
    advice = load().advise(persona["client"])

    assert list(unmet(persona["expect"], advice.status, load().rulebase)) == []


@pytest.mark.parametrize("name", personas())
def test_a_persona_file_is_a_client_file(name: str) -> None:
    """Its form is the documented one, and `advise` takes the file as it takes the facts in it."""
    persona = personas()[name]

    assert persona.keys() == FILE_KEYS
    assert persona["expect"].keys() <= KEYS
    assert any(persona["expect"].values())
    assert load().advise_file(str(PERSONAS / f"{name}.yaml")) == load().advise(persona["client"])


# --- every rule ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flipped(tmp_path_factory: pytest.TempPathFactory) -> Advisor:
    """The rulebase with every switch the other way, for the rules that wait behind one."""
    root = tmp_path_factory.mktemp("flipped")
    for folder in ("knowledge", "rules"):
        shutil.copytree(ROOT / folder, root / folder)
    for file in (root / "knowledge" / "parameters").glob("*.yaml"):
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
        switches = [entry for entry in entries if entry["unit"] == "switch"]
        for entry in switches:
            entry["value"] = not entry["value"]
        file.write_text(json.dumps(entries, default=str), encoding="utf-8")
    return load(root)


def rule_ids() -> list[str]:
    return [rule.id for rule in load().rulebase.domain_rules]


def unconditional(rule: Rule) -> bool:
    """Always holds: no conditions, and no earlier case to forestall it."""
    return not rule.when and rule.role == "rule"


@cache
def clients_described() -> list[Answers]:
    return [persona["client"] for persona in personas().values()]


def seen(advisor: Advisor) -> set[tuple[str, bool | None]]:
    """What the personas bring each rule to: it fires, is kept from firing, or waits."""
    outcomes = [advisor.advise(client).outcome for client in clients_described()]
    rules = advisor.rulebase.domain_rules
    return {(rule.id, outcome.rules[rule.index]) for outcome in outcomes for rule in rules}


def test_every_rule_fires_for_some_persona(flipped: Advisor) -> None:
    """A rule that nobody described ever needs is a rule nobody has checked; add a persona that shows it."""
    fired = {rule for rule, truth in seen(load()) | seen(flipped) if truth is True}

    assert sorted(set(rule_ids()) - fired) == []


def test_every_rule_is_kept_from_firing_for_some_persona(flipped: Advisor) -> None:
    """A rule that fires for everybody says nothing, unless it has no conditions to begin with."""
    kept = {rule for rule, truth in seen(load()) | seen(flipped) if truth is False}
    always = {rule.id for rule in load().rulebase.domain_rules if unconditional(rule)}

    assert sorted(set(rule_ids()) - kept - always) == []
