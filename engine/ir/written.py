"""Conditions as they would stand in a rule file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

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


def written(condition: Condition) -> str:
    """A condition in the condition language; negation stands in its leaves."""
    match condition:
        case And(parts):
            return " and ".join(_inner(part) for part in parts) or "0 == 0"
        case Or(parts):
            return " or ".join(_inner(part) for part in parts) or "0 == 1"
        case Compare(op, left, right):
            return f"{written_term(left)} {op} {written_term(right)}"
        case OneOf(name, values, negated) | Decided(name, values, negated):
            return f"{name} {_among(values, negated=negated)}"
        case Contains(name, value, negated):
            return f"{value} {'not in' if negated else 'in'} {name}"
        case Only(name, values, negated):
            return f"{_not(negated)}only({name}, ({_listed(values)}))"
        case Unknown(name, negated):
            return f"{_not(negated)}unknown({name})"
        case Holds(name, negated) | Switch(name, negated) | Concluded(name, negated):
            return f"{_not(negated)}{name}"
        case _:
            assert_never(condition)


def written_term(term: Term) -> str:
    """A numeric term in the condition language."""
    match term:
        case Number(value):
            return str(int(value)) if value.denominator == 1 else str(float(value))
        case ParameterTerm(name) | FactTerm(name) | QuantityTerm(name):
            return name
        case Count(name):
            return f"count({name})"
        case Arithmetic(op, left, right):
            return f"{_factor(left)} {op} {_factor(right)}"
        case Extreme(op, terms):
            return f"{op}({', '.join(map(written_term, terms))})"
        case Coalesce(first, second):
            return f"coalesce({written_term(first)}, {written_term(second)})"
        case _:
            assert_never(term)


def _inner(condition: Condition) -> str:
    return f"({written(condition)})" if isinstance(condition, And | Or) else written(condition)


def _factor(term: Term) -> str:
    return f"({written_term(term)})" if isinstance(term, Arithmetic) else written_term(term)


def _among(values: Sequence[str], *, negated: bool) -> str:
    if len(values) == 1:
        return f"{'!=' if negated else '=='} {values[0]}"
    return f"{'not in' if negated else 'in'} ({_listed(values)})"


def _listed(values: Sequence[str]) -> str:
    return f"{values[0]}," if len(values) == 1 else ", ".join(values)


def _not(negated: bool) -> str:
    return "not " if negated else ""
