"""The rulebase as formulas: what each rule, finding, item and warning comes to, over whatever facts are free.

Only what is asked for is encoded, and facts that are not free are constants, so that a question about one client stays small.

With `valid` numbers everything is exact. Otherwise a quantity may be any number within half a unit of the sixth decimal of the
true one, and an answer may have any decimals: more is possible then than in truth. What cannot be under these looser terms
cannot be at all; what can be is to be tried on the reference backend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from operator import le
from typing import Any, assert_never

from demandfirst.engine.backends.proof.bits import (
    Bit,
    Pair,
    all_of,
    any_of,
    both,
    constant,
    either,
    opposite,
    turned,
)
from demandfirst.engine.backends.proof.figures import (
    Figure,
    Real,
    choose,
    coalesced,
    compared,
    extreme,
    joined,
    lifted,
    on,
    settled,
)
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.variables import YES, NumberKind, Variable, variable
from demandfirst.engine.ir.answers import QUANTITY_DECIMALS, Answer, Client
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
from demandfirst.engine.ir.vocabulary import SEVERITIES, Severity

UNIT = Fraction(1, 10**QUANTITY_DECIMALS)
HALF = Fraction(1, 2)
NOT_RENAMED: Mapping[str, str] = {}


class Encoder:
    """Formulas over the free facts of one client; all other facts have the answers given.

    `roundings` holds each loosely rounded quantity with the formula that it is near to, by that formula's number in the context;
    encoders in one context may share it, so that what is reckoned alike is rounded alike. Encoders in one context share the
    variables of their facts, but for those that are `renamed`.
    """

    def __init__(
        self, rulebase: Rulebase, answers: Mapping[str, Answer], free: Iterable[str], *, bounded: Iterable[str] = (),
        numbers: NumberKind = "whole", context: Any = None, renamed: Mapping[str, str] = NOT_RENAMED,
        roundings: dict[int, tuple[Any, Any]] | None = None,
    ) -> None:  # fmt: skip
        self.rulebase = rulebase
        self.free, self.bounded, self.numbers = frozenset(free), frozenset(bounded), numbers
        self.context = context or z3.Context()
        given = {name: answer for name, answer in answers.items() if name not in self.free}
        self.client = Client(given, rulebase.parameters, {})
        self.validity: list[Any] = []
        self.roundings = {} if roundings is None else roundings
        self.renamed = renamed
        self.variables: dict[str, Variable] = {}
        self._figures: dict[str, Figure] = {}
        self._rules: dict[int, Pair] = {}
        self._conditions: dict[Condition, Pair] = {}

    @property
    def axioms(self) -> list[Any]:
        """What must hold beside every formula taken from here: that answers are valid, and that rounding is near."""
        return [*self.validity, *(self.close(near, value) for near, value in self.roundings.values())]

    def close(self, near: Any, value: Any) -> Any:
        """Whether a number is within half a unit of the sixth decimal of another."""
        half = lifted(UNIT * HALF, self.context)
        return z3.And(near - value <= half, value - near <= half)

    # --- what comes of it ---------------------------------------------------------------------------------------

    def item(self, name: str) -> dict[str, Bit]:
        """Each status of an item, and whether the client gets it."""
        recommended = any_of(map(self.rule, self.rulebase.recommending.get(name, ())))
        vetoed = any_of(map(self.rule, self.rulebase.vetoing.get(name, ())))
        found = {
            "recommended": both(recommended.certain, opposite(vetoed.possible)),
            "withheld": both(recommended.certain, vetoed.certain),
            "not_recommended": either(
                opposite(recommended.possible), both(vetoed.certain, opposite(recommended.certain))
            ),
        }
        return {**found, "open": opposite(either(*found.values()))}

    def warning(self, name: str, least: Severity = "info") -> dict[str, Bit]:
        """Each status of a warning of this severity or more."""
        rules = self.rulebase.warning.get(name, ())
        raised = any_of(self.rule(rule) for rule in rules if _severity(rule, name) >= SEVERITIES.index(least))
        return {
            "raised": raised.certain,
            "not_raised": opposite(raised.possible),
            "open": both(raised.possible, opposite(raised.certain)),
        }

    def rule(self, rule: Rule) -> Pair:
        """Whether a rule fires; a case of a table only where no earlier one does."""
        if rule.index not in self._rules:
            if rule.role == "case":
                self._table(rule.then[0].finding)  # type: ignore[union-attr]
            else:
                self._rules[rule.index] = self.holds(rule)
        return self._rules[rule.index]

    def holds(self, rule: Rule) -> Pair:
        """Whether the lines of a rule hold."""
        return all_of(self.condition(line.condition) for line in rule.when)

    def _table(self, finding: str) -> None:
        none_certain: Bit = True
        none_possible: Bit = True
        for index in self.rulebase.tables[finding].cases:
            lines = self.holds(self.rulebase.rules[index])
            self._rules[index] = Pair(both(none_possible, lines.certain), both(none_certain, lines.possible))
            none_certain = both(none_certain, opposite(lines.certain))
            none_possible = both(none_possible, opposite(lines.possible))

    def concluded(self, finding: str) -> Pair:
        """The truth of a yes/no finding."""
        return any_of(map(self.rule, self.rulebase.concluding.get(finding, ())))

    def possible(self, finding: str) -> dict[str, Bit]:
        """Each value of a choice finding, and whether it is still possible."""
        found: dict[str, Bit] = dict.fromkeys((value.id for value in self.rulebase.findings[finding].values), False)
        for rule in self.rulebase.concluding.get(finding, ()):
            for effect in rule.then:
                if isinstance(effect, Decide):
                    found[effect.value] = either(found[effect.value], self.rule(rule).possible)
        return found

    # --- conditions ---------------------------------------------------------------------------------------------

    def condition(self, condition: Condition) -> Pair:
        """The truth of a condition."""
        if condition not in self._conditions:
            self._conditions[condition] = self._condition(condition)
        return self._conditions[condition]

    def suppose(self, condition: Condition, pair: Pair) -> None:
        """Take a condition for granted wherever it is read from now on."""
        self._conditions[condition] = pair

    def _condition(self, condition: Condition) -> Pair:
        match condition:
            case And(parts):
                return all_of(map(self.condition, parts))
            case Or(parts):
                return any_of(map(self.condition, parts))
            case Concluded(name, negated):
                return turned(self.concluded(name), negated=negated)
            case Decided(name, values, negated):
                return self._decided(name, values, negated=negated)
            case Compare(op, left, right):
                return compared(op, self.figure(left), self.figure(right))
            case Unknown(name, negated):
                return self._unknown(name, negated=negated)
            case Switch(name, negated):
                return constant(bool(self.client.parameter(name)) != negated)
            case OneOf() | Holds() | Contains() | Only():
                return self._about(condition)
            case _:
                assert_never(condition)

    def _decided(self, name: str, values: Iterable[str], *, negated: bool) -> Pair:
        possible = self.possible(name)
        within = either(*(possible[value] for value in values))
        outside = either(*(bit for value, bit in possible.items() if value not in values))
        return Pair(opposite(within), outside) if negated else Pair(opposite(outside), within)

    def _unknown(self, name: str, *, negated: bool) -> Pair:
        if name in self.rulebase.quantities:
            figure = self.figure(QuantityTerm(name))
            wanted, missing = figure.valued if negated else figure.dont_know, figure.missing
        elif name in self.free:
            made = self.variable(name)
            wanted, missing = made.known if negated else made.dont_know, made.missing
        else:
            return constant(self.client.unknown(name, negated=negated))
        return Pair(wanted, either(wanted, missing))

    def _about(self, leaf: OneOf | Holds | Contains | Only) -> Pair:
        """A test on the value of a fact: false on *don't know*, undecided while it is not answered."""
        if leaf.fact not in self.free:
            return constant(self.client.truth(leaf))
        made = self.variable(leaf.fact)
        match leaf:
            case OneOf(_, values, _):
                test = either(*(made.marks[value] for value in values))
            case Holds():
                test = made.marks[YES]
            case Contains(_, value, _):
                test = made.marks[value]
            case Only(_, values, _):
                test = both(*(opposite(mark) for value, mark in made.marks.items() if value not in values))
        certain = made.about(opposite(test) if leaf.negated else test)
        return Pair(certain, either(certain, made.missing))

    # --- numbers ------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Variable:
        """The variable of a free fact, made at its first use."""
        if name not in self.variables:
            fact = self.rulebase.facts[name]
            made, valid = variable(
                fact,
                self.context,
                bounded=name in self.bounded,
                numbers=self.numbers,
                name=self.renamed.get(name, name),
            )
            self.variables[name] = made
            self.validity.append(valid)
        return self.variables[name]

    def figure(self, term: Term) -> Figure:
        """The value of a term."""
        match term:
            case Number(value):
                return settled(value)
            case ParameterTerm(name):
                return self._parameter(name)
            case FactTerm(name) | Count(name) if name not in self.free:
                return settled(self.client.number(term))
            case FactTerm(name):
                made = self.variable(name)
                return Figure(made.dont_know, made.missing, made.low, made.high)
            case Count(name):
                made = self.variable(name)
                count = z3.ToReal(z3.Sum([z3.If(mark, z3.IntVal(1, self.context), 0) for mark in made.marks.values()]))
                return Figure(made.dont_know, made.missing, count, count)
            case QuantityTerm(name):
                return self._quantity(name)
            case Arithmetic(op, left, right):
                return joined(op, self.figure(left), self.figure(right))
            case Extreme(op, terms):
                return extreme([self.figure(inner) for inner in terms], smallest=op == "min")
            case Coalesce(first, second):
                return coalesced(self.figure(first), self.figure(second))
            case _:
                assert_never(term)

    def _parameter(self, name: str) -> Figure:
        parameter = self.rulebase.parameters[name]
        if parameter.varies_by not in self.free:
            return settled(Fraction(self.client.parameter(name)))
        marks = self.variable(parameter.varies_by).marks
        variants = [(marks[word], value) for word, value in parameter.variants.items()]
        value: Real = reduce(lambda other, one: choose(one[0], one[1], other), variants, Fraction(parameter.value))
        return Figure(False, False, value, value)

    def _quantity(self, name: str) -> Figure:
        if name not in self._figures:
            found = self.figure(self.rulebase.quantities[name].formula)
            low = self._rounded(found.low)
            high = low if found.point else self._rounded(found.high)
            if not found.point and self.numbers != "valid":
                self.validity.append(either(opposite(found.valued), on(le, low, high)))
            self._figures[name] = Figure(found.dont_know, found.missing, low, high)
        return self._figures[name]

    def _rounded(self, value: Real) -> Real:
        """A number rounded to six decimals (half even), or any number that near."""
        if isinstance(value, Fraction):
            return round(value, QUANTITY_DECIMALS)
        if self.numbers == "valid":
            return self.rounded(value)
        number = value.get_id()
        if number not in self.roundings:
            self.roundings[number] = z3.FreshReal("rounded", self.context), value
        return self.roundings[number][0]

    @staticmethod
    def rounded(value: Any) -> Any:
        """A real rounded to six decimals, half even."""
        unit = lifted(UNIT, value.ctx)
        scaled = value / unit
        floor = z3.ToInt(scaled)
        return z3.ToReal(z3.If(rounds_up(floor, scaled - z3.ToReal(floor)), floor + 1, floor)) * unit


def rounds_up(floor: Any, rest: Any) -> Any:
    """Whether a number is rounded to the whole number after its floor: half to the even one."""
    half = lifted(HALF, rest.ctx)
    return z3.Or(rest > half, z3.And(rest == half, floor % 2 == 1))


def read_by(encoder: Encoder) -> Iterator[str]:
    """The free facts on which the formulas taken so far depend, in asking order."""
    return (name for name in encoder.rulebase.facts if name in encoder.variables)


def _severity(rule: Rule, warning: str) -> int:
    return max(
        SEVERITIES.index(effect.severity)
        for effect in rule.then
        if isinstance(effect, Warn) and effect.warning == warning
    )
