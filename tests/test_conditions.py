"""The condition language, line by line as `conditions.yaml` lists it: how text is understood, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, assert_never

import pytest
import yaml
from demandfirst import load
from demandfirst.engine.errors import Place
from demandfirst.engine.ir.answers import Answer, Client, Gap, Truth
from demandfirst.engine.ir.conditions import (
    And,
    Arithmetic,
    Coalesce,
    Compare,
    Concluded,
    Condition,
    Contains,
    Count,
    Decided,
    Extreme,
    FactTerm,
    Holds,
    Number,
    OneOf,
    Only,
    Or,
    ParameterTerm,
    QuantityTerm,
    Switch,
    Term,
    Unknown,
)
from demandfirst.engine.ir.outcome import FindingState, Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.client import check_answers
from demandfirst.engine.load.conditions import Scope, parse_condition, parse_formula
from support import HERE, lay

TABLES: Mapping[str, Any] = yaml.safe_load((HERE / "conditions.yaml").read_text(encoding="utf-8"))
TRUTHS: dict[Any, Truth] = {True: True, False: False, "open": None}
GAPS = {"dont_know": Gap.DONT_KNOW, "not_answered": Gap.NOT_ANSWERED}
REQUIRED = {"shop": "bakery", "goals": ["sales"]}


@pytest.fixture(scope="module")
def rulebase(tmp_path_factory: pytest.TempPathFactory) -> Rulebase:
    """The minimal rulebase with the additions of the tables."""
    return load(lay(tmp_path_factory.mktemp("conditions") / "rulebase", TABLES["files"])).rulebase


def scope_of(rulebase: Rulebase) -> Scope:
    """The names that the conditions may use."""
    return Scope(rulebase.facts, rulebase.parameters, frozenset(rulebase.quantities), rulebase.findings)


def answers_in(rulebase: Rulebase, given: Mapping[str, Any]) -> Mapping[str, Answer]:
    """Answers as a client file gives them; all of them must be valid."""
    answers, faults = check_answers({**REQUIRED, **given}, rulebase.facts, lambda *path: Place(str(path)))
    assert faults == []
    return answers


def truth(rulebase: Rulebase, text: str, given: Mapping[str, Any]) -> Truth:
    """The truth of a condition for answers and findings."""
    open_: dict[str, FindingState] = {
        name: frozenset(value.id for value in finding.values) if finding.choice else None
        for name, finding in rulebase.findings.items()
    }
    settled = {
        name: frozenset(state) if isinstance(state, list) else state for name, state in given.items() if name in open_
    }
    answers = answers_in(rulebase, {name: answer for name, answer in given.items() if name not in open_})
    client = Client.of(answers, rulebase.parameters, rulebase.quantities)
    return Outcome(client, (), {**open_, **settled}, ()).truth(parse_condition(text, scope_of(rulebase)))


def rows(table: str, name: str) -> list[Any]:
    """The rows of a table, named by their condition."""
    return [pytest.param(row, id=f"{index}: {row[name]}") for index, row in enumerate(TABLES[table])]


@pytest.mark.parametrize("row", rows("parsed", "text"))
def test_how_a_condition_is_understood(rulebase: Rulebase, row: Mapping[str, str]) -> None:
    """The text means what the table says, with every negation in a leaf."""
    assert meaning(parse_condition(row["text"], scope_of(rulebase))) == row["means"]


@pytest.mark.parametrize("row", rows("parsed", "text"))
def test_negation_goes_back_and_forth(rulebase: Rulebase, row: Mapping[str, str]) -> None:
    """Negated twice, a condition is the same again; negated once, it is another."""
    scope, text = scope_of(rulebase), row["text"]

    assert parse_condition(f"not (not ({text}))", scope) == parse_condition(text, scope)
    assert parse_condition(f"not ({text})", scope) != parse_condition(text, scope)


@pytest.mark.parametrize("row", rows("columns", "text"))
def test_truth_by_column(rulebase: Rulebase, row: Mapping[str, Any]) -> None:
    """A condition on one fact: true or false on values, as the table says on *don't know* and where nothing is answered."""
    given = [({row["fact"]: value}, expected) for value, expected in row["values"]]
    if row["fact"] not in REQUIRED:
        given += [({row["fact"]: "unknown"}, row["unknown"]), ({}, row["blank"])]

    found = [truth(rulebase, row["text"], answers) for answers, _ in given]

    assert found == [TRUTHS[expected] for _, expected in given]


@pytest.mark.parametrize("row", rows("mixed", "text"))
def test_truth_of_several(rulebase: Rulebase, row: Mapping[str, Any]) -> None:
    """Conditions on several facts and findings, with gaps."""
    assert truth(rulebase, row["text"], row["given"]) is TRUTHS[row["truth"]]


@pytest.mark.parametrize("row", rows("computed", "formula"))
def test_what_a_formula_computes(rulebase: Rulebase, row: Mapping[str, Any]) -> None:
    """Exact arithmetic, one rounding at the end; *don't know* beats *not answered*, and both beat a value."""
    formula = parse_formula(row["formula"], scope_of(rulebase))
    tried = replace(rulebase.quantities["day_sales"], id="tried", formula=formula)
    answers = answers_in(rulebase, row["given"])

    found = Client.of(answers, rulebase.parameters, {**rulebase.quantities, "tried": tried}).quantities["tried"]

    assert found == (GAPS[row["value"]] if row["value"] in GAPS else Fraction(row["value"]))


def test_the_tables_use_every_part_of_the_language(rulebase: Rulebase) -> None:
    """Every kind of leaf and of term stands in the table of meanings."""
    scope = scope_of(rulebase)
    used = {type(part) for row in TABLES["parsed"] for part in parts(parse_condition(row["text"], scope))}

    assert used == {
        And, Or, Compare, OneOf, Holds, Contains, Only, Unknown, Switch, Concluded, Decided,
        Number, ParameterTerm, FactTerm, Count, QuantityTerm, Arithmetic, Extreme, Coalesce,
    }  # fmt: skip


def parts(thing: object) -> list[object]:
    """A condition or term with everything inside it."""
    found = [thing]
    for name in getattr(thing, "__dataclass_fields__", ()):
        inner = getattr(thing, name)
        for one in inner if isinstance(inner, tuple) else (inner,):
            found += parts(one) if hasattr(one, "__dataclass_fields__") else []
    return found


def meaning(condition: Condition) -> str:
    """A condition written out, so that two that mean different things never look alike."""
    match condition:
        case And(inner):
            return f"({' and '.join(map(meaning, inner))})"
        case Or(inner):
            return f"({' or '.join(map(meaning, inner))})"
        case Compare(op, left, right):
            return f"{term(left)} {op} {term(right)}"
        case OneOf(name, values, negated):
            return f"{name} {'not in' if negated else 'in'} {braces(values)}"
        case Decided(name, values, negated):
            return f"{name} {'not decided' if negated else 'decided'} in {braces(values)}"
        case Only(name, values, negated):
            return f"{name} {'not within' if negated else 'within'} {braces(values)}"
        case Contains(name, value, negated):
            return f"{name} {'lacks' if negated else 'has'} {value}"
        case Concluded(name, negated):
            return f"{'not ' if negated else ''}concluded({name})"
        case Holds(name, negated):
            return f"{'no' if negated else 'yes'}({name})"
        case Switch(name, negated):
            return f"{'off' if negated else 'on'}({name})"
        case Unknown(name, negated):
            return f"{'known' if negated else 'unknown'}({name})"
        case _:
            assert_never(condition)


def braces(values: tuple[str, ...]) -> str:
    """Values as a set."""
    return "{" + ", ".join(values) + "}"


def term(one: Term) -> str:
    """A term with all its parentheses."""
    match one:
        case Number(value):
            return str(value)
        case FactTerm(name) | ParameterTerm(name) | QuantityTerm(name):
            return name
        case Count(name):
            return f"count({name})"
        case Arithmetic(op, left, right):
            return f"({term(left)} {op} {term(right)})"
        case Extreme(op, terms):
            return f"{op}({', '.join(map(term, terms))})"
        case Coalesce(first, second):
            return f"coalesce({term(first)}, {term(second)})"
        case _:
            assert_never(one)
