"""Terms as Python functions of a client's values, for the engine written in the usual way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from typing import Any, assert_never

from demandfirst.engine.ir.conditions import (
    Arithmetic,
    Coalesce,
    Count,
    Extreme,
    FactTerm,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
    subterms,
)
from demandfirst.engine.ir.rulebase import Rulebase

DONT_KNOW = None


@dataclass(frozen=True)
class Formula:
    """A function of named values; what cannot be computed is *don't know*, which is false where a truth is asked for."""

    names: frozenset[str]
    function: Callable[..., Any]

    def of(self, values: Mapping[str, Any]) -> Any:
        return self.function(**{name: values[name] for name in self.names})


def compiled(text: str, names: frozenset[str]) -> Formula:
    """A formula from its Python source, which is made from our own rulebase."""
    function = eval(f"lambda {', '.join(sorted(names))}: {text}")  # noqa: S307

    @wraps(function)
    def guarded(**values: Any) -> Any:
        try:
            return function(**values)
        except (TypeError, ZeroDivisionError):
            return DONT_KNOW

    return Formula(names, guarded)


def plain(value: Fraction | bool) -> float | bool:
    """A parameter or literal as people write it in code."""
    if isinstance(value, bool):
        return value
    return int(value) if value.denominator == 1 else float(value)


def source(term: Term, rulebase: Rulebase) -> str:
    """A term as Python source; parameters that are the same for every client are written in."""
    match term:
        case Number(value):
            return repr(plain(value))
        case ParameterTerm(name):
            parameter = rulebase.parameters[name]
            return name if parameter.varies_by else repr(plain(parameter.value))
        case FactTerm(name) | QuantityTerm(name):
            return name
        case Count(name):
            return f"len({name})"
        case Arithmetic(op, left, right):
            return f"({source(left, rulebase)} {op} {source(right, rulebase)})"
        case Extreme(op, terms):
            return f"{op}({', '.join(source(inner, rulebase) for inner in terms)})"
        case Coalesce(first, second):
            one, two = source(first, rulebase), source(second, rulebase)
            return f"({two} if {one} is None else {one})"
        case _:
            assert_never(term)


def names_of(rulebase: Rulebase, *terms: Term) -> frozenset[str]:
    """The values that terms depend on for a client."""
    found = set()
    for term in terms:
        for inner in subterms(term):
            match inner:
                case FactTerm(name) | Count(name) | QuantityTerm(name):
                    found.add(name)
                case ParameterTerm(name) if rulebase.parameters[name].varies_by:
                    found.add(name)
                case _:
                    pass
    return frozenset(found)
