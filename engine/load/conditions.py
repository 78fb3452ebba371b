"""Condition text to typed conditions: parsed with `ast`, never run, negation pushed down to the leaves."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from demandfirst.engine.errors import Fault, Place, did_you_mean, quote_list
from demandfirst.engine.ir.conditions import (
    INVERSE,
    And,
    Arithmetic,
    ArithmeticOp,
    Coalesce,
    Compare,
    CompareOp,
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
from demandfirst.engine.ir.vocabulary import Fact, Finding, Parameter
from demandfirst.engine.load.yaml_tree import quote

MAX_LENGTH = 1000
MAX_DEPTH = 60
FUNCTIONS = ("unknown", "count", "only", "coalesce", "min", "max")
_COMPARE: dict[type[ast.cmpop], CompareOp] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], ArithmeticOp] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class ConditionFault(Exception):
    """A condition cannot be understood; carries code, message and help, the caller knows the place."""

    def __init__(self, code: str, message: str, help_line: str = "") -> None:
        self.code, self.message, self.help = code, message, help_line
        super().__init__(message)

    def at(self, place: Place) -> Fault:
        """The fault at its place."""
        return Fault(place, self.code, self.message, self.help)


@dataclass(frozen=True)
class Scope:
    """The names a condition may use."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    quantities: frozenset[str] = frozenset()
    findings: Mapping[str, Finding] = field(default_factory=dict)

    def known(self) -> list[str]:
        """Every name there is."""
        return [*self.facts, *self.findings, *self.quantities, *self.parameters]


def parse_condition(text: str, scope: Scope) -> Condition:
    """One line of `when` as a condition; raises `ConditionFault`."""
    return _Parser(scope).condition(expression(text), negated=False)


def parse_formula(text: str, scope: Scope) -> Term:
    """A quantity's formula; raises `ConditionFault`."""
    return _Parser(scope).term(expression(text))


def condition_of(node: ast.expr, scope: Scope) -> Condition:
    """A part of a line as a condition; raises `ConditionFault`."""
    return _Parser(scope).condition(node, negated=False)


def expression(text: str) -> ast.expr:
    """A line taken apart, with bounds on its length and depth; raises `ConditionFault`."""
    if len(text) > MAX_LENGTH:
        raise ConditionFault("too-long", f"longer than {MAX_LENGTH} characters", "split it into lines or findings")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python only doubts, such as `1or x`, is not in the language
            node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        offset = getattr(error, "offset", None) or 1
        near = quote(text.strip()[max(0, offset - 1) :] or text.strip(), 30)
        raise ConditionFault(
            "syntax", f"this is not a condition, from `{near}` on", "see the condition language"
        ) from None
    if _deeper_than(node, MAX_DEPTH):
        raise ConditionFault("too-deep", f"more than {MAX_DEPTH} levels inside each other", "split it into lines")
    return node


def _deeper_than(node: ast.AST, limit: int) -> bool:
    """Whether an expression nests deeper than the passes over it should follow."""
    level: list[ast.AST] = [node]
    while level and limit:
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
        limit -= 1
    return bool(level)


class _Parser:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def condition(self, node: ast.expr, *, negated: bool) -> Condition:
        match node:
            case ast.BoolOp(op, values):
                parts = tuple(self.condition(value, negated=negated) for value in values)
                return And(parts) if isinstance(op, ast.And) != negated else Or(parts)
            case ast.UnaryOp(ast.Not(), operand):
                return self.condition(operand, negated=not negated)
            case ast.Compare(left, [op], [right]):
                return self.comparison(left, op, right, negated=negated)
            case ast.Compare():
                raise ConditionFault("chained", "comparisons cannot be chained", "write two conditions, a line each")
            case ast.Name(name):
                return self.bare(name, negated=negated)
            case ast.Call(ast.Name("unknown"), [ast.Name(name)], []):
                return self.unknown(name, negated=negated)
            case ast.Call(ast.Name("only"), [ast.Name(name), values], []):
                self.require_set(name, "only")
                return Only(name, self.words(values, name), negated)
            case _:
                self.refuse(node, "a condition is wanted here")

    def bare(self, name: str, *, negated: bool) -> Condition:
        if fact := self.scope.facts.get(name):
            if fact.type == "yes_no":
                return Holds(name, negated)
        elif finding := self.scope.findings.get(name):
            if not finding.choice:
                return Concluded(name, negated)
        elif parameter := self.scope.parameters.get(name):
            if isinstance(parameter.value, bool):
                return Switch(name, negated)
        elif name not in self.scope.quantities:
            self.unknown_name(name)
        raise ConditionFault("not-yes-no", f"`{name}` is neither true nor false by itself", self.compared(name))

    def compared(self, name: str) -> str:
        """The help line that shows how a choice, set or number makes a condition."""
        values = self.values(name)
        if not values:
            return f"compare it, for example `{name} > 0`"
        return f"write `{name} == {values[0]}`" if self.choice_values(name) else f"write `{values[0]} in {name}`"

    def unknown(self, name: str, *, negated: bool) -> Condition:
        if name in self.scope.facts or name in self.scope.quantities:
            return Unknown(name, negated)
        if name in self.scope.findings or name in self.scope.parameters:
            help_line = "ask for the facts behind it"
            raise ConditionFault("unknown-of", f"`unknown` takes facts and quantities, not `{name}`", help_line)
        self.unknown_name(name)

    def comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr, *, negated: bool) -> Condition:
        if isinstance(op, ast.In | ast.NotIn):
            return self.membership(left, right, negated=negated != isinstance(op, ast.NotIn))
        if type(op) not in _COMPARE:
            raise ConditionFault("not-allowed", "`is` is not part of the language", "write `==` or `!=`")
        symbol = _COMPARE[type(op)]
        for one, other in ((left, right), (right, left)):
            if isinstance(one, ast.Name) and (values := self.choice_values(one.id)) is not None:
                if symbol not in ("==", "!="):
                    help_line = f"use `==`, `!=` or `in` with {quote_list(values)}"
                    raise ConditionFault("no-order", f"`{one.id}` is a choice and has no order", help_line)
                word = self.one_word(other, one.id, "==", f"write `{one.id} in (a, b)`")
                return self.choice(one.id, (word,), negated=negated != (symbol == "!="))
        self.refuse_yes_no(left, right)
        return Compare(INVERSE[symbol] if negated else symbol, self.term(left), self.term(right))

    def refuse_yes_no(self, *sides: ast.expr) -> None:
        for side in sides:
            if isinstance(side, ast.Name) and self.is_yes_no(side.id):
                help_line = f"write `{side.id}` or `not {side.id}`"
                raise ConditionFault("yes-no", f"`{side.id}` is a yes/no and is not compared", help_line)

    def is_yes_no(self, name: str) -> bool:
        fact, finding, parameter = (
            self.scope.facts.get(name), self.scope.findings.get(name), self.scope.parameters.get(name),
        )  # fmt: skip
        if fact:
            return fact.type == "yes_no"
        return bool(finding and not finding.choice) or bool(parameter and isinstance(parameter.value, bool))

    def membership(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Condition:
        if isinstance(right, ast.Name) and right.id in self.scope.facts and self.scope.facts[right.id].type == "set":
            help_line = f"write `a in {right.id} or b in {right.id}`"
            return Contains(right.id, self.one_word(left, right.id, "in", help_line), negated)
        if isinstance(left, ast.Name) and self.choice_values(left.id) is not None:
            return self.choice(left.id, self.some_words(right, left.id), negated=negated)
        if isinstance(left, ast.Name) and isinstance(right, ast.Name) and right.id not in self.scope.facts:
            self.unknown_name(right.id)
        if isinstance(left, ast.Name) and left.id not in self.scope.facts and left.id not in self.scope.findings:
            self.unknown_name(left.id)
        help_line = "write `choice in (a, b)` or `value in set`"
        raise ConditionFault("in", "`in` takes a choice and values, or a value and a set", help_line)

    def choice(self, name: str, values: tuple[str, ...], *, negated: bool) -> Condition:
        if name in self.scope.facts:
            return OneOf(name, values, negated)
        return Decided(name, values, negated)

    def choice_values(self, name: str) -> tuple[str, ...] | None:
        """The values of a choice fact or finding; None for any other name."""
        return self.values(name) if name not in self.scope.facts or self.scope.facts[name].type == "choice" else None

    def values(self, name: str) -> tuple[str, ...] | None:
        """The values of a choice or set; None for any other name."""
        if (fact := self.scope.facts.get(name)) and fact.values:
            return tuple(value.id for value in fact.values)
        if (finding := self.scope.findings.get(name)) and finding.choice:
            return tuple(value.id for value in finding.values)
        return None

    def one_word(self, node: ast.expr, name: str, operator: str, help_line: str) -> str:
        """A single bare word that must be a value of `name`."""
        if isinstance(node, ast.Tuple | ast.List):
            raise ConditionFault("in", f"`{operator}` takes one value of `{name}` here", help_line)
        return self.words(node, name)[0]

    def some_words(self, node: ast.expr, name: str) -> tuple[str, ...]:
        """One bare word or more."""
        words = self.words(node, name)
        if not words:
            raise ConditionFault("in", f"no value of `{name}` is named", f"write `{name} in (a, b)`")
        return words

    def words(self, node: ast.expr, name: str) -> tuple[str, ...]:
        """Bare words that must be values of `name`."""
        known = self.values(name) or ()
        elements = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        found = []
        for element in elements:
            word = element.id if isinstance(element, ast.Name) else quote(ast.unparse(element))
            if word not in known:
                message = f"`{word}` is not a value of `{name}` ({quote_list(known, 20)})"
                raise ConditionFault("unknown-value", message, did_you_mean(word, known, "write one of its values"))
            found.append(word)
        return tuple(dict.fromkeys(found))

    def require_set(self, name: str, function: str) -> None:
        fact = self.scope.facts.get(name)
        if fact is None:
            self.unknown_name(name)
        if fact.type != "set":
            raise ConditionFault("not-a-set", f"`{function}` takes a set, and `{name}` is none", "name a set fact")

    def term(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value) if isinstance(value, int | float) and not isinstance(value, bool):
                return self.number(value)
            case ast.Name(name):
                return self.numeric_name(name)
            case ast.BinOp(left, op, right) if type(op) in _ARITHMETIC:
                return Arithmetic(_ARITHMETIC[type(op)], self.term(left), self.term(right))
            case ast.Call(ast.Name("count"), [ast.Name(name)], []):
                self.require_set(name, "count")
                return Count(name)
            case ast.Call(ast.Name("coalesce"), [first, second], []):
                return Coalesce(self.term(first), self.term(second))
            case ast.Call(ast.Name("min" | "max" as op), [_, _, *_] as arguments, []):
                return Extreme("min" if op == "min" else "max", tuple(self.term(argument) for argument in arguments))
            case _:
                self.refuse(node, "a number is wanted here")

    def number(self, value: float) -> Term:
        if value not in (0, 1):
            help_line = "make it a parameter with value, unit, range and reference, and write its name"
            raise ConditionFault("literal-number", f"the number `{quote(value)}` stands in the rule", help_line)
        return Number(Fraction(str(value)))

    def numeric_name(self, name: str) -> Term:
        if fact := self.scope.facts.get(name):
            if fact.numeric:
                return FactTerm(name)
            raise ConditionFault("not-a-number", f"`{name}` is a {fact.type} fact, not a number", _number_help(fact))
        if name in self.scope.quantities:
            return QuantityTerm(name)
        if parameter := self.scope.parameters.get(name):
            if isinstance(parameter.value, bool):
                raise ConditionFault("not-a-number", f"`{name}` is a switch, not a number", f"write `{name}` by itself")
            return ParameterTerm(name)
        if name in self.scope.findings:
            help_line = "numbers come from facts, quantities and parameters"
            raise ConditionFault("not-a-number", f"`{name}` is a finding, not a number", help_line)
        self.unknown_name(name)

    def unknown_name(self, name: str) -> NoReturn:
        help_line = did_you_mean(name, self.scope.known(), "declare it in knowledge/, or check the spelling")
        raise ConditionFault(
            "unknown-name", f"`{quote(name)}` is not a fact, finding, quantity or parameter", help_line
        )

    def refuse(self, node: ast.expr, wanted: str) -> NoReturn:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if name in FUNCTIONS:
                help_line = "unknown(name), count(set), only(set, (a, b)), coalesce(a, b), min(a, b), max(a, b)"
                raise ConditionFault("arguments", f"`{name}` is not used like this", help_line)
            help_line = did_you_mean(name, FUNCTIONS, f"the functions are {quote_list(FUNCTIONS)}")
            raise ConditionFault("unknown-function", f"`{quote(name)}` is not a function of the language", help_line)
        raise ConditionFault(
            "not-allowed", f"`{quote(ast.unparse(node))}` is not allowed: {wanted}", "see the condition language"
        )


def _number_help(fact: Fact) -> str:
    if fact.type == "set":
        return f"write `count({fact.id})` or `value in {fact.id}`"
    return f"write `{fact.id}` or `not {fact.id}`" if fact.type == "yes_no" else f"write `{fact.id} == value`"
