"""Lines of a guarantee: the condition language, and beside it the statuses of items and warnings."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demandfirst.engine.errors import did_you_mean, quote_list
from demandfirst.engine.ir.formulas import Certain, Every, Not, Possible, Some
from demandfirst.engine.ir.guarantees import (
    ITEM_WORDS,
    WARNING_WORDS,
    Answered,
    Promise,
    Quantifier,
    Stands,
)
from demandfirst.engine.load.conditions import FUNCTIONS, ConditionFault, Scope, condition_of, expression
from demandfirst.engine.load.yaml_tree import quote

QUANTIFIERS: dict[str, Quantifier] = {"status": "any", "any": "any", "all": "all", "none": "none"}
OWN = (*QUANTIFIERS, "answered", "settled", "possible")
USAGE = "status(id) == word, any(ids) == word, also all, none; answered(facts), settled(facts), possible(condition)"


@dataclass(frozen=True)
class Subjects:
    """What a guarantee may speak of: items and warnings by id, and groups of them by name."""

    scope: Scope
    items: frozenset[str]
    warnings: frozenset[str]
    groups: Mapping[str, tuple[str, ...]]


def parse_promise(text: str, subjects: Subjects) -> Promise:
    """A line of a guarantee; raises `ConditionFault`."""
    return _Parser(subjects).promise(expression(text))


class _Parser:
    def __init__(self, subjects: Subjects) -> None:
        self.subjects = subjects

    def promise(self, node: ast.expr) -> Promise:
        called = {_function(part) for part in ast.walk(node) if isinstance(part, ast.Call)}
        for name in sorted(called - {*OWN, *FUNCTIONS, ""}):
            help_line = did_you_mean(name, (*OWN, *FUNCTIONS), USAGE)
            raise ConditionFault("unknown-function", f"`{quote(name)}` is not a function of guarantees", help_line)
        if called.isdisjoint(OWN):
            return Certain(condition_of(node, self.subjects.scope))
        match node:
            case ast.BoolOp(op, values):
                parts = tuple(map(self.promise, values))
                return Every(parts) if isinstance(op, ast.And) else Some(parts)
            case ast.UnaryOp(ast.Not(), operand):
                return Not(self.promise(operand))
            case ast.Compare(ast.Call() as call, [op], [words]) if _function(call) in QUANTIFIERS:
                return self.stands(call, op, words)
            case ast.Call(_, arguments, []) if _function(node) in ("answered", "settled"):
                return Answered(self.facts(arguments), _function(node) == "settled")
            case ast.Call(_, [condition], []) if _function(node) == "possible":
                return Possible(condition_of(condition, self.subjects.scope))
            case _:
                shown = quote(ast.unparse(node))
                raise ConditionFault("not-a-promise", f"`{shown}` says nothing of a client", USAGE)

    def stands(self, call: ast.Call, op: ast.cmpop, right: ast.expr) -> Promise:
        names = self.names(call)
        words = self.words(right, names)
        found = Stands(QUANTIFIERS[_function(call)], names, words)
        if isinstance(op, ast.Eq | ast.In):
            return found
        if isinstance(op, ast.NotEq | ast.NotIn) and _function(call) == "status":
            return Not(found)
        shown = quote(ast.unparse(call))
        raise ConditionFault("not-allowed", f"`{shown}` takes `==` or `in`", "turn it with `none(...)` or `not`")

    def names(self, call: ast.Call) -> tuple[str, ...]:
        """The items and warnings that a call names, groups taken apart."""
        found: list[str] = []
        for argument in call.args:
            name = argument.id if isinstance(argument, ast.Name) else quote(ast.unparse(argument))
            found += self.subjects.groups.get(name, (name,)) if _function(call) != "status" else (name,)
        known = self.subjects.items | self.subjects.warnings
        for name in found:
            if name in self.subjects.groups:
                raise ConditionFault(
                    "a-group", f"`{name}` is a group", f"write `any({name})`, `all({name})` or `none({name})`"
                )
            if name not in known:
                options = [*sorted(known), *(self.subjects.groups if _function(call) != "status" else ())]
                message = f"`{name}` is not an item or a warning"
                raise ConditionFault(
                    "unknown-id", message, did_you_mean(name, options, "`demandfirst items` lists them")
                )
        if not found or call.keywords or (_function(call) == "status" and len(found) > 1):
            raise ConditionFault("arguments", f"`{_function(call)}` is not used like this", USAGE)
        return tuple(dict.fromkeys(found))

    def words(self, node: ast.expr, names: Sequence[str]) -> tuple[str, ...]:
        """Statuses that each of the names can have."""
        elements = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        found = []
        for element in elements:
            word = element.id if isinstance(element, ast.Name) else quote(ast.unparse(element))
            for name in names:
                known = ITEM_WORDS if name in self.subjects.items else WARNING_WORDS
                if word not in known:
                    message = f"`{word}` is not a status of `{name}` ({quote_list(known)})"
                    raise ConditionFault("unknown-value", message, did_you_mean(word, known, "write one of them"))
            found.append(word)
        if not found:
            raise ConditionFault("in", "no status is named", "write `status(id) in (recommended, open)`")
        return tuple(dict.fromkeys(found))

    def facts(self, arguments: Sequence[ast.expr]) -> tuple[str, ...]:
        """The facts named; without any, every fact there is."""
        known = self.subjects.scope.facts
        found = []
        for argument in arguments:
            name = argument.id if isinstance(argument, ast.Name) else quote(ast.unparse(argument))
            if name not in known:
                raise ConditionFault("unknown-name", f"`{name}` is not a fact", did_you_mean(name, known))
            found.append(name)
        return tuple(found) or tuple(known)


def _function(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
