"""The columns of the advice table in groups, and which answers cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from demandfirst.engine.backends.program import names
from demandfirst.engine.backends.program.expressions import (
    FALSE,
    ONE,
    TRUE,
    ZERO,
    Among,
    Column,
    Compare,
    Expression,
    Figure,
    Floor,
    Missing,
    Word,
    choice,
    conjunction,
    disjunction,
    negation,
    total,
)
from demandfirst.engine.backends.program.program import Program
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact

GROUPS = ("verdict", "focus", "statuses", "findings", "quantities", "rules", "questions", "weights")
"""The groups, in the order in which people read them."""


def grouped(rulebase: Rulebase, program: Program) -> Mapping[str, tuple[str, ...]]:
    """Group -> its columns."""
    facts, quantities = rulebase.facts, rulebase.quantities
    objectives = [item.id for item in rulebase.items.values() if item.kind == "objective"]
    columns: dict[str, Iterable[str]] = {
        "verdict": [rulebase.verdict],
        "focus": [names.focus(place + 1) for place in range(len(objectives))],
        "statuses": [*rulebase.items, *(each for one in rulebase.warnings for each in (one, names.severity(one)))],
        "findings": rulebase.findings,
        "quantities": [each for one in quantities for each in (one, names.unknown(one))],
        "rules": [names.rule_column(rule) for rule in rulebase.domain_rules],
        "questions": [each for fact in facts for each in (names.ask(fact), names.verdict_ask(fact))],
        "weights": [names.weight(one) for one in objectives],
    }
    return {group: tuple(one for one in columns[group] if one in program.steps) for group in GROUPS}


def rejected(rulebase: Rulebase) -> Expression:
    """The first fact whose answer cannot be used; null where all can."""
    result: Expression = Word(None)
    for fact in reversed(list(rulebase.facts.values())):
        result = choice(unusable(fact), Word(fact.id), result)
    return result


def unusable(fact: Fact) -> Expression:
    """Whether the answer to a fact cannot be used: missing where it is required, or beyond what the fact allows."""
    columns = [Column(name) for name in names.value_columns(fact)]
    tests: list[Expression] = [Missing(columns[0])] if fact.required else []
    if fact.type == "choice":
        tests.append(negation(Among(columns[0], tuple(value.id for value in fact.values))))
    if fact.type == "set" and fact.at_least:
        tests.append(Compare("<", total(choice(one, ONE, ZERO) for one in columns), Figure(float(fact.at_least))))
    if fact.numeric:
        tests += [
            Compare("<", columns[0], Figure(float(fact.least))),
            Compare(">", columns[0], Figure(float(fact.most))),
        ]
    if fact.type == "integer":
        tests.append(Compare("!=", columns[0], Floor(columns[0])))
    if not fact.required and fact.type == "set":
        tests = [conjunction([negation(Missing(columns[0])), test]) for test in tests]
    return choice(disjunction(tests), TRUE, FALSE)
