"""Expressions over columns as SQL: one entry an operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from demandfirst.engine.backends.program.expressions import (
    Among,
    And,
    Calculate,
    Column,
    Compare,
    Expression,
    Figure,
    Floor,
    Greatest,
    Kind,
    Millionths,
    Missing,
    Not,
    Or,
    Pick,
    Truth,
    Word,
)
from demandfirst.engine.backends.sql.imported import exp

TYPES: Mapping[Kind, str] = {"boolean": "boolean", "number": "double", "text": "text"}
COMPARE = {"==": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
CALCULATE = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}
WHOLE = "9007199254740992.0"
"""2 to the 53rd: from here on every floating-point number is a whole one."""


class Sql:
    """Expressions as those of sqlglot; `named`: what steps on the way are called."""

    def __init__(self, dialect: str, named: Mapping[str, str]) -> None:
        self.dialect, self.named = dialect, named

    def __call__(self, expression: Expression) -> Any:
        return SQL[type(expression)](self, expression)

    def value(self, expression: Expression, kind: Kind) -> Any:
        """An expression as a value that stands for itself: its type is said where it does not show."""
        plain = isinstance(expression, Figure | Word | Truth) and (
            isinstance(expression, Figure) or expression.value is None
        )
        return exp.cast(self(expression), TYPES[kind]) if plain else self(expression)


def closed(part: Any) -> Any:
    """A part in brackets, if it is made of parts."""
    return (
        exp.paren(part)
        if isinstance(part, exp.Binary | exp.Unary | exp.In) and not isinstance(part, exp.Paren)
        else part
    )


def _constant(_: Sql, one: Truth | Figure | Word) -> Any:
    match one.value:
        case None:
            return exp.null()
        case bool():
            return exp.true() if one.value else exp.false()
        case float() if one.value < 0:
            return exp.Neg(this=exp.Literal.number(repr(-one.value)))
        case float():
            return exp.Literal.number(repr(one.value))
        case str():
            return exp.Literal.string(one.value)


def _pick(to: Sql, one: Expression) -> Any:
    """A `CASE` with a branch for each test on the way; constants in it get their type, for their column takes it from them."""
    case, rest = exp.case(), one
    while isinstance(rest, Pick):
        case = case.when(to(rest.test), _branch(to, rest.then))
        rest = rest.otherwise
    return case.else_(_branch(to, rest))


def _branch(to: Sql, one: Expression) -> Any:
    kinds: Mapping[type, Kind] = {Truth: "boolean", Figure: "number", Word: "text"}
    return to.value(one, kinds[type(one)]) if type(one) in kinds else to(one)


def _calculate(to: Sql, one: Calculate) -> Any:
    constant = isinstance(one.left, Figure) and isinstance(one.right, Figure)
    left = to.value(one.left, "number") if constant else to(one.left)
    typed = {"typed": True} if one.op == "/" else {}
    return CALCULATE[one.op](this=closed(left), expression=closed(to(one.right)), **typed)


def _floor(to: Sql, one: Floor) -> Any:
    """Spark's `FLOOR` is a whole number of 64 bits, and fails on larger ones."""
    part = to(one.part)
    if to.dialect != "spark":
        return exp.Floor(this=part)
    small = exp.LT(this=exp.Abs(this=part), expression=exp.Literal.number(WHOLE))
    return exp.case().when(small, exp.cast(exp.Floor(this=part.copy()), "double")).else_(part.copy())


SQL: Mapping[type, Callable[[Sql, Any], Any]] = {
    Column: lambda to, one: exp.column(to.named.get(one.name, one.name)),
    Truth: _constant,
    Figure: _constant,
    Word: _constant,
    And: lambda to, one: exp.and_(*map(to, one.parts)),
    Or: lambda to, one: exp.or_(*map(to, one.parts)),
    Not: lambda to, one: exp.not_(to(one.part)),
    Missing: lambda to, one: exp.Is(this=closed(to(one.part)), expression=exp.null()),
    Compare: lambda to, one: COMPARE[one.op](this=closed(to(one.left)), expression=closed(to(one.right))),
    Among: lambda to, one: exp.In(
        this=closed(to(one.part)), expressions=[exp.Literal.string(value) for value in one.values]
    ),
    Calculate: _calculate,
    Floor: _floor,
    Millionths: lambda to, one: exp.Div(
        this=closed(to(one.part)), expression=exp.Literal.number("1000000.0"), typed=True
    ),
    Greatest: lambda to, one: exp.Anonymous(this="GREATEST", expressions=[to(part) for part in one.parts]),
    Pick: _pick,
}
