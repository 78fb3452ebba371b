"""What decides an outcome, whatever its parts are called and wherever they stand: two alike need no proof."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import reduce
from operator import or_
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
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule, Warn

Shape = int
Known = dict[Hashable, Shape]
MIRRORED = {">": "<", ">=": "<="}


class Shapes:
    """The shapes of a rulebase's outcomes as numbers; rulebases that share `known` have equal numbers for equal shapes.

    Equal shapes have equal truths for every client. Unequal ones may have, too: rules that say the same in other words.
    Facts are taken by their names.
    """

    def __init__(self, rulebase: Rulebase, known: Known) -> None:
        self.rulebase, self.known = rulebase, known
        self._named: dict[str, Shape] = {}

    def outcome(self, name: str) -> Shape:
        """The shape of an item, a warning or a finding."""
        if name in self.rulebase.findings:
            return self.finding(name)
        warned = self._of(
            "warning", frozenset((_severities(rule, name), self.rule(rule)) for rule in self._rules("warning", name))
        )
        vetoes = self._any(self._rules("vetoing", name))
        return self._of("outcome", self._any(self._rules("recommending", name)), vetoes, warned)

    def finding(self, name: str) -> Shape:
        """The shape of a finding: of its rules, or of the cases of its table in order."""
        if name not in self._named:
            rules = self._rules("concluding", name)
            self._named[name] = (
                self._of("table", tuple((_value(rule), self.rule(rule)) for rule in rules))
                if name in self.rulebase.tables
                else self._any(rules)
            )
        return self._named[name]

    def rule(self, rule: Rule) -> Shape:
        """The shape of a rule's lines."""
        return self._of("and", frozenset(self.condition(line.condition) for line in rule.when))

    def condition(self, condition: Condition) -> Shape:
        """The shape of a condition."""
        match condition:
            case And(parts):
                return self._of("and", frozenset(map(self.condition, parts)))
            case Or(parts):
                return self._of("or", frozenset(map(self.condition, parts)))
            case Compare(op, left, right):
                return self._compared(op, self.term(left), self.term(right))
            case OneOf(fact, values, negated) | Only(fact, values, negated):
                return self._of(type(condition).__name__, fact, frozenset(values), negated)
            case Unknown(name, negated):
                asked: Hashable = self.term(QuantityTerm(name)) if name in self.rulebase.quantities else name
                return self._of("unknown", asked, negated)
            case Switch(name, negated):
                return self._of("settled", bool(self.rulebase.parameters[name].value) != negated)
            case Concluded(name, negated):
                return self._of("concluded", self.finding(name), negated)
            case Decided(name, values, negated):
                return self._of("decided", self.finding(name), frozenset(values), negated)
            case Holds() | Contains():
                return self._of(condition)
            case _:
                assert_never(condition)

    def _compared(self, op: str, left: Shape, right: Shape) -> Shape:
        if op in MIRRORED:
            return self._of(MIRRORED[op], right, left)
        return self._of(op, *(sorted((left, right)) if op in ("==", "!=") else (left, right)))

    def term(self, term: Term) -> Shape:
        """The shape of a term."""
        match term:
            case Number(value):
                return self._of("number", value)
            case ParameterTerm(name):
                return self._parameter(name)
            case QuantityTerm(name):
                return self._of("rounded", self.term(self.rulebase.quantities[name].formula))
            case Arithmetic(op, left, right):
                parts = (self.term(left), self.term(right))
                return self._of(op, *(sorted(parts) if op in "+*" else parts))
            case Extreme(op, terms):
                return self._of(op, frozenset(map(self.term, terms)))
            case Coalesce(first, second):
                return self._of("coalesce", self.term(first), self.term(second))
            case FactTerm() | Count():
                return self._of(term)
            case _:
                assert_never(term)

    def _parameter(self, name: str) -> Shape:
        parameter = self.rulebase.parameters[name]
        if not parameter.varies_by:
            return self._of("number", parameter.value)
        return self._of("varies", parameter.varies_by, parameter.value, frozenset(parameter.variants.items()))

    def _rules(self, verb: str, name: str) -> tuple[Rule, ...]:
        found: tuple[Rule, ...] = getattr(self.rulebase, verb).get(name, ())
        return found

    def _any(self, rules: Iterable[Rule]) -> Shape:
        return self._of("or", frozenset(map(self.rule, rules)))

    def _of(self, *parts: Hashable) -> Shape:
        return self.known.setdefault(parts, len(self.known))


def _severities(rule: Rule, warning: str) -> frozenset[str]:
    found = ({effect.severity} for effect in rule.then if isinstance(effect, Warn) and effect.warning == warning)
    return frozenset(reduce(or_, found, set[str]()))


def _value(rule: Rule) -> str:
    return next(effect.value for effect in rule.then if isinstance(effect, Decide))
