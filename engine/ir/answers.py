"""Answers, and the plain three-valued arithmetic and logic over them (no findings: those are the backends' business)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, assert_never

from demandfirst.engine.ir import intervals
from demandfirst.engine.ir.conditions import (
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
from demandfirst.engine.ir.intervals import Amount, Interval
from demandfirst.engine.ir.vocabulary import Parameter, Quantity

QUANTITY_DECIMALS = 6


class Gap(Enum):
    """Why there is no value."""

    DONT_KNOW = "unknown"
    NOT_ANSWERED = None

    __hash__ = object.__hash__  # that of `Enum` is Python, and a gap is looked up for every question not answered


Answer = str | bool | Fraction | Interval | frozenset[str] | Gap
Number_ = Fraction | Interval | Gap
Truth = bool | None


@dataclass(frozen=True, slots=True)
class Client:
    """One client's answers (a fact left out is not answered) with the quantities computed from them."""

    answers: Mapping[str, Answer]
    parameters: Mapping[str, Parameter]
    quantities: Mapping[str, Number_]

    @classmethod
    def of(
        cls, answers: Mapping[str, Answer], parameters: Mapping[str, Parameter], formulas: Mapping[str, Quantity]
    ) -> Client:
        """Compute the quantities in their order, each rounded to six decimals (half even)."""
        computed: dict[str, Number_] = {}
        client = cls(answers, parameters, computed)
        for quantity in formulas.values():
            value = client.number(quantity.formula)
            computed[quantity.id] = value if isinstance(value, Gap) else round(value, QUANTITY_DECIMALS)
        return client

    def answer(self, fact: str) -> Answer:
        """The answer to a fact."""
        return self.answers.get(fact, Gap.NOT_ANSWERED)

    def parameter(self, name: str) -> Fraction | bool:
        """A parameter's value for this client."""
        parameter = self.parameters[name]
        if parameter.varies_by:
            return parameter.variants.get(str(self.answer(parameter.varies_by)), parameter.value)
        return parameter.value

    def number(self, term: Term) -> Number_:
        """The value of a term."""
        match term:
            case Number(value):
                return value
            case FactTerm(name):
                return _as_number(self.answer(name))
            case ParameterTerm(name):
                return _exact(self.parameter(name))
            case QuantityTerm(name):
                return self.quantities[name]
            case Count(name):
                entries = self.answer(name)
                return Fraction(len(entries)) if isinstance(entries, frozenset) else _as_number(entries)
            case Arithmetic(op, left, right):
                return _join(op, self.number(left), self.number(right))
            case Extreme(op, terms):
                return _extreme(op == "min", [self.number(inner) for inner in terms])
            case Coalesce(first, second):
                found = self.number(first)
                return self.number(second) if found is Gap.DONT_KNOW else found
            case _:
                assert_never(term)

    def truth(self, condition: Condition) -> Truth:
        """The truth of a condition that reads no findings; None is *unknown*."""
        match condition:
            case And(parts):
                return all_of(self.truth(part) for part in parts)
            case Or(parts):
                return any_of(self.truth(part) for part in parts)
            case Compare(op, left, right):
                return _compare(op, self.number(left), self.number(right))
            case OneOf(fact, values, negated):
                return _about(self.answer(fact), lambda answer: (answer in values) != negated)
            case Holds(fact, negated):
                return _about(self.answer(fact), lambda answer: answer is not negated)
            case Contains(fact, value, negated):
                return _about(self.answer(fact), lambda answer: (value in answer) != negated)
            case Only(fact, values, negated):
                return _about(self.answer(fact), lambda answer: answer.issubset(values) != negated)
            case Unknown(name, negated):
                return self.unknown(name, negated=negated)
            case Switch(name, negated):
                return bool(self.parameter(name)) != negated
            case Concluded() | Decided():
                raise ValueError(condition)
            case _:
                assert_never(condition)

    def unknown(self, name: str, *, negated: bool) -> Truth:
        """Whether a fact or quantity is *don't know*; undecided while it is not answered."""
        value = self.quantities[name] if name in self.quantities else self.answer(name)
        return None if value is Gap.NOT_ANSWERED else (value is Gap.DONT_KNOW) != negated


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's `and`."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's `or`."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def _about(answer: Answer, test: Callable[[Any], bool]) -> Truth:
    if answer is Gap.NOT_ANSWERED:
        return None
    return False if answer is Gap.DONT_KNOW else test(answer)


def _as_number(answer: Answer) -> Number_:
    return answer if isinstance(answer, Fraction | Gap | Interval) else Fraction(answer)  # type: ignore[arg-type]


def _exact(value: Fraction | bool) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(value)


def _gap(values: Iterable[Number_]) -> Gap | None:
    """*Don't know* beats *not answered*, and both beat a value."""
    found = None
    for value in values:
        if value is Gap.DONT_KNOW:
            return value
        if value is Gap.NOT_ANSWERED:
            found = value
    return found


def _join(op: ArithmeticOp, left: Number_, right: Number_) -> Number_:
    if isinstance(left, Gap) or isinstance(right, Gap):
        return _gap([left, right]) or Gap.DONT_KNOW
    match op:
        case "+":
            return intervals.add(left, right)
        case "-":
            return intervals.subtract(left, right)
        case "*":
            return intervals.multiply(left, right)
        case "/":
            return _quotient(left, right)
        case _:
            assert_never(op)


def _quotient(left: Amount, right: Amount) -> Number_:
    """Division by zero is *don't know*; where the divisor only may be zero, nothing can be said yet."""
    if right == 0:
        return Gap.DONT_KNOW
    found = intervals.divide(left, right)
    return Gap.NOT_ANSWERED if found is None else found


def _extreme(smallest: bool, values: list[Number_]) -> Number_:
    if (gap := _gap(values)) is not None:
        return gap
    numbers = [value for value in values if not isinstance(value, Gap)]
    return intervals.smallest(numbers) if smallest else intervals.largest(numbers)


def _compare(op: CompareOp, left: Number_, right: Number_) -> Truth:
    if isinstance(left, Gap) or isinstance(right, Gap):
        return False if _gap([left, right]) is Gap.DONT_KNOW else None
    match op:
        case "==":
            return intervals.equal(left, right)
        case "!=":
            return _not(intervals.equal(left, right))
        case "<":
            return intervals.below(left, right)
        case "<=":
            return intervals.at_most(left, right)
        case ">":
            return intervals.below(right, left)
        case ">=":
            return intervals.at_most(right, left)
        case _:
            assert_never(op)


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth
