"""Parameters as if the client gave them: the same rulebase, with settings that may be any that are allowed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.conditions import (
    And,
    Arithmetic,
    Coalesce,
    Compare,
    Condition,
    Extreme,
    FactTerm,
    Holds,
    Number,
    Or,
    ParameterTerm,
    Switch,
    Term,
    subterms,
)
from demandfirst.engine.ir.formulas import Certain, Every, Not, Possible, Some
from demandfirst.engine.ir.guarantees import Guarantee, Other, Promise, PromiseLine
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Line
from demandfirst.engine.ir.vocabulary import Fact, Parameter

PRODUCTS = Fraction(10**100)
"""How large a product may be that is taken to be any number."""


def switches(rulebase: Rulebase) -> frozenset[str]:
    """The parameters that are on or off."""
    return frozenset(one.id for one in rulebase.parameters.values() if isinstance(one.value, bool))


def ranged(rulebase: Rulebase) -> frozenset[str]:
    """The parameters that may have more than one value."""
    limits = {one.id: (one.minimum, one.maximum) for one in rulebase.parameters.values()}
    return switches(rulebase) | {
        name for name, (low, high) in limits.items() if None not in (low, high) and low != high
    }


class Settings:
    """A rulebase with some parameters turned into questions that every client has answered.

    A number may be anything within its range. One that varies is one number then, whatever it varies by. With `loose`, what is
    multiplied or divided by such a parameter may come to any number: more is possible then than can be.
    """

    def __init__(self, rulebase: Rulebase, names: Collection[str], *, loose: bool = False) -> None:
        self.names, self.loose = frozenset(names), loose
        self._products: dict[Term, str] = {}
        rules = tuple(replace(rule, when=tuple(map(self._line, rule.when))) for rule in rulebase.rules)
        formulas = {name: replace(one, formula=self.term(one.formula)) for name, one in rulebase.quantities.items()}
        guarantees = {name: self._guarantee(one) for name, one in rulebase.guarantees.items()}
        asked = {name: _question(rulebase.parameters[name]) for name in rulebase.parameters if name in self.names}
        products = {name: _number(name, -PRODUCTS, PRODUCTS) for name in self._products.values()}
        self.rulebase = replace(
            rulebase, facts={**rulebase.facts, **asked, **products}, rules=rules, quantities=formulas, guarantees=guarantees
        )  # fmt: skip

    def condition(self, condition: Condition) -> Condition:
        """A condition that reads answers where it read these parameters."""
        match condition:
            case And(parts) | Or(parts):
                return replace(condition, parts=tuple(map(self.condition, parts)))
            case Compare(_, left, right):
                return replace(condition, left=self.term(left), right=self.term(right))
            case Switch(name, negated) if name in self.names:
                return Holds(name, negated)
            case _:
                return condition

    def term(self, term: Term) -> Term:
        """A term that reads answers where it read these parameters."""
        match term:
            case ParameterTerm(name) if name in self.names:
                return FactTerm(name)
            case Arithmetic(op, left, right):
                inner = replace(term, left=self.term(left), right=self.term(right))
                return self._any(inner) if self.loose and op in ("*", "/") and self._reads(term) else inner
            case Extreme(_, terms):
                return replace(term, terms=tuple(map(self.term, terms)))
            case Coalesce(first, second):
                return replace(term, first=self.term(first), second=self.term(second))
            case _:
                return term

    def _reads(self, term: Term) -> bool:
        return any(isinstance(inner, ParameterTerm) and inner.id in self.names for inner in subterms(term))

    def _any(self, product: Term) -> Term:
        """Any number, where the product is one; *don't know* and *not answered* where it is."""
        name = self._products.setdefault(product, f"product {len(self._products) + 1}")
        return Arithmetic("+", Arithmetic("*", product, Number(Fraction(0))), FactTerm(name))

    def _line(self, line: Line) -> Line:
        return replace(line, condition=self.condition(line.condition))

    def _guarantee(self, one: Guarantee) -> Guarantee:
        def lines(given: tuple[PromiseLine, ...]) -> tuple[PromiseLine, ...]:
            return tuple(replace(line, promise=self._promise(line.promise)) for line in given)

        return replace(one, when=lines(one.when), always=lines(one.always), never=lines(one.never))

    def _promise(self, promise: Promise) -> Promise:
        match promise:
            case Certain(condition) | Possible(condition):
                return replace(promise, condition=self.condition(condition))
            case Every(parts) | Some(parts):
                return replace(promise, parts=tuple(map(self._promise, parts)))
            case Not(part) | Other(part):
                return replace(promise, part=self._promise(part))
            case _:
                return promise


def _question(parameter: Parameter) -> Fact:
    if isinstance(parameter.value, bool):
        return replace(_number(parameter.id, None, None), type="yes_no")
    return _number(parameter.id, parameter.minimum, parameter.maximum)


def _number(name: str, low: Fraction | None, high: Fraction | None) -> Fact:
    return Fact(
        name, Place(""), "number", "", 0, name, "", "", "", (), core=False, required=True, values=(), unit="", minimum=low,
        above=None, maximum=high, at_least=0, sources=(),
    )  # fmt: skip
