"""Terms as columns: a number beside whether it is *don't know*.

Floating point may fall on the wrong side of a boundary. Wherever it could, `doubts` collects a test that says so: each number
carries its `size`, the same formula with all signs made plus, and 32 roundings lose less than `SLACK` of that.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce

from demandfirst.engine.backends.program.expressions import (
    FALSE,
    Calculate,
    Column,
    Compare,
    Expression,
    Figure,
    Floor,
    Millionths,
    Missing,
    Pick,
    Word,
    choice,
    conjunction,
    disjunction,
    negation,
    total,
)
from demandfirst.engine.backends.program.names import mark, unknown
from demandfirst.engine.ir.answers import QUANTITY_DECIMALS
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    ArithmeticOp,
    Coalesce,
    Count,
    Extreme,
    FactTerm,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
)
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Parameter

SLACK, NEAR = Figure(2.0**-48), Figure(2.0**-20)
MILLION = Figure(10.0**QUANTITY_DECIMALS)
NONE, ZERO, ONE, TWO, HALF = Figure(None), Figure(0.0), Figure(1.0), Figure(2.0), Figure(0.5)
Let = Callable[[Expression], Expression]


@record
class Amount:
    """A number, null where there is none, whether that is because it is *don't know*, and its size for error bounds."""

    value: Expression
    dont_know: Expression
    size: Expression


class Figures:
    """Terms of one rulebase as columns."""

    def __init__(self, rulebase: Rulebase, parameters: dict[str, Parameter], let: Let) -> None:
        self.rulebase, self.parameters, self.let = rulebase, parameters, let
        self.doubts: list[Expression] = []

    def term(self, term: Term) -> Amount:
        """A term."""
        match term:
            case Number(number):
                return _constant(number)
            case FactTerm(name):
                return Amount(Column(name), self.dont_know(name), self.size(Column(name)))
            case ParameterTerm(name):
                return self.parameter(self.parameters[name])
            case QuantityTerm(name):
                return Amount(Column(name), Column(unknown(name)), self.size(Column(name)))
            case Count(name):
                return self.count(name)
            case Arithmetic(op, left, right):
                return self.joined(op, self.term(left), self.term(right))
            case Extreme(op, terms):
                return reduce(lambda one, other: _extreme(op == "min", one, other), map(self.term, terms))
            case Coalesce(first, second):
                one, other = self.term(first), self.term(second)
                value, size = (
                    choice(one.dont_know, second, first)
                    for second, first in ((other.value, one.value), (other.size, one.size))
                )
                return Amount(value, conjunction([one.dont_know, other.dont_know]), size)

    def dont_know(self, fact: str) -> Expression:
        """Whether a fact is answered *don't know*."""
        return FALSE if self.rulebase.facts[fact].required else Column(unknown(fact))

    def parameter(self, parameter: Parameter) -> Amount:
        """A parameter; where it varies, by the answer to a required choice fact."""
        value: Expression = Figure(float(parameter.value))
        for word, variant in reversed(list(parameter.variants.items())):
            if variant != parameter.value:
                test = self.let(Compare("==", Column(parameter.varies_by), Word(word)))
                value = choice(test, Figure(float(variant)), value)
        value = self.let(value)
        return Amount(value, FALSE, self.size(value))

    def count(self, fact: str) -> Amount:
        """How many entries a set has."""
        marks = [Column(mark(fact, value.id)) for value in self.rulebase.facts[fact].values]
        counted = total(choice(one, ONE, ZERO) for one in marks)
        value = self.let(choice(Missing(marks[0]), NONE, counted))
        return Amount(value, self.dont_know(fact), value)

    def joined(self, op: ArithmeticOp, left: Amount, right: Amount) -> Amount:
        """Two numbers joined; division by zero is *don't know*."""
        dont_know = disjunction([left.dont_know, right.dont_know])
        value: Expression = Calculate(op, left.value, right.value)
        size: Expression = Calculate("*" if op == "*" else "+", left.size, right.size)
        if op == "/":
            divisor = self.size(right.value)
            size = Calculate("/", Calculate("/", Calculate("*", left.size, right.size), divisor), divisor)
        if op == "/" and not isinstance(right.value, Figure):
            zero = choice(Compare("==", right.value, ZERO), negation(Missing(left.value)), FALSE)
            value, size = (choice(Compare("!=", right.value, ZERO), one, NONE) for one in (value, size))
            dont_know = disjunction([dont_know, zero])
        return Amount(value, dont_know, size)

    def rounded(self, amount: Amount) -> Expression:
        """A number rounded to six decimals, half to even."""
        scaled = self.let(Calculate("*", amount.value, MILLION))
        nearest = self.let(Floor(Calculate("+", scaled, HALF)))
        distance = self.let(Calculate("-", nearest, scaled))
        error = Calculate("*", Calculate("*", amount.size, MILLION), SLACK)
        self.doubts.append(Compare(">=", total([self.size(distance), error, NEAR]), HALF))
        odd = Compare("==", Calculate("-", nearest, Calculate("*", TWO, Floor(Calculate("/", nearest, TWO)))), ONE)
        tie = conjunction([Compare("==", distance, HALF), odd])
        return Millionths(Calculate("-", nearest, choice(tie, ONE, ZERO)))

    def compared(self, left: Amount, right: Amount) -> None:
        """Take up the doubt about a comparison in which something is computed: nearly equal, and not the same."""
        sides = self.let(left.value), self.let(right.value)
        apart = self.size(self.let(Calculate("-", *sides)))
        error = Calculate("+", Calculate("*", Calculate("+", left.size, right.size), SLACK), NEAR)
        self.doubts.append(conjunction([Compare("<=", apart, error), Compare("!=", *sides)]))

    def size(self, value: Expression) -> Expression:
        """A number without its sign."""
        if isinstance(value, Figure):
            return Figure(abs(value.value or 0.0))
        return self.let(Pick(Compare("<", value, ZERO), Calculate("-", ZERO, value), value))


def computed(term: Term) -> bool:
    """Whether a term is computed in place, and not an answer, a parameter or a rounded quantity."""
    return isinstance(term, Arithmetic | Extreme | Coalesce)


def _constant(value: Fraction) -> Amount:
    return Amount(Figure(float(value)), FALSE, Figure(abs(float(value))))


def _extreme(smallest: bool, left: Amount, right: Amount) -> Amount:
    first = Compare("<=" if smallest else ">=", left.value, right.value)
    second = Compare(">" if smallest else "<", left.value, right.value)
    value = choice(first, left.value, choice(second, right.value, NONE))
    return Amount(value, disjunction([left.dont_know, right.dont_know]), Calculate("+", left.size, right.size))
