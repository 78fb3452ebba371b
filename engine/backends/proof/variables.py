"""Facts as variables: the state of an answer, its value, and what makes it a valid answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from demandfirst.engine.backends.proof.bits import Bit, both, either, opposite
from demandfirst.engine.backends.proof.figures import Real, lifted
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Interval, between, ends
from demandfirst.engine.ir.vocabulary import Fact

YES = "yes"


@dataclass(frozen=True, slots=True)
class Variable:
    """A free answer: `known` where it has a value, `dont_know`, or neither (not answered).

    `marks` holds a bit for each value of a choice (exactly one is true) or of a set, and one for a yes/no. A number lies
    between `low` and `high`, which are the same unless the answer may be bounded; `symbols` stand for these, in whole `unit`s
    if there is one.
    """

    fact: Fact
    known: Bit
    dont_know: Bit
    marks: Mapping[str, Bit]
    low: Real
    high: Real
    symbols: tuple[Any, ...] = ()
    unit: Fraction | None = None

    @property
    def missing(self) -> Bit:
        """Whether it is not answered."""
        return both(opposite(self.known), opposite(self.dont_know))

    def about(self, test: Bit) -> Bit:
        """Whether it has a value that passes a test."""
        return both(self.known, test)

    def is_answer(self, answer: Answer) -> Bit:
        """Whether it is this answer, gaps included."""
        match answer:
            case Gap.DONT_KNOW:
                return self.dont_know
            case Gap.NOT_ANSWERED:
                return self.missing
            case bool():
                return self.about(self.marks[YES] if answer else opposite(self.marks[YES]))
            case str():
                return self.about(self.marks[answer])
            case frozenset():
                return self.about(
                    both(*(mark if name in answer else opposite(mark) for name, mark in self.marks.items()))
                )
            case _:
                low, high = ends(answer)
                context = self.low.ctx
                return self.about(both(self.low == lifted(low, context), self.high == lifted(high, context)))

    def assigned(self, answer: Answer) -> list[tuple[Any, Any]]:
        """Each symbol with what it stands for under an answer, for substitution into a formula; under a gap no mark holds."""
        states = ((self.known, not isinstance(answer, Gap)), (self.dont_know, answer is Gap.DONT_KNOW))
        pairs = [(bit, z3.BoolVal(holds, bit.ctx)) for bit, holds in states if not isinstance(bit, bool)]
        if isinstance(answer, Fraction | Interval):
            low, high = ends(answer)
            return pairs + [
                (symbol, self.counted(symbol, end)) for symbol, end in zip(self.symbols, (low, high), strict=False)
            ]
        chosen = answer if isinstance(answer, frozenset) else {YES if answer is True else answer}
        return pairs + [(mark, z3.BoolVal(word in chosen, mark.ctx)) for word, mark in self.marks.items()]

    def counted(self, symbol: Any, number: Fraction) -> Any:
        """What a symbol is for a number."""
        return lifted(number, symbol.ctx) if self.unit is None else z3.IntVal(int(number / self.unit), symbol.ctx)


NumberKind = Literal["valid", "whole", "real"]


def variable(
    fact: Fact, context: Any, *, bounded: bool = False, numbers: NumberKind = "valid", name: str = ""
) -> tuple[Variable, Bit]:  # fmt: skip
    """A variable for a fact, and what makes its answer valid.

    `name` is what its symbols are called (else by the fact). `bounded`: the answer may be an interval. `numbers`: `valid` ones
    have at most four decimals and are whole where they must be, `whole` ones only that, and `real` ones neither; the last two
    allow more than there is, and are easier to reason about.
    """
    name = name or fact.id
    known = fact.required or z3.Bool(f"{name} known", context)
    dont_know = not fact.required and z3.Bool(f"{name} don't know", context)
    if not fact.numeric:
        words = [YES] if fact.type == "yes_no" else [value.id for value in fact.values]
        made = Variable(
            fact, known, dont_know, {word: z3.Bool(f"{name} {word}", context) for word in words}, None, None
        )
        return made, _valid(made, _words(made))
    whole = numbers == "valid" or (numbers == "whole" and fact.type == "integer")
    make, unit = (z3.Int, fact.step) if whole else (z3.Real, None)
    symbols = tuple(make(end, context) for end in ([name, f"{name} at most"] if bounded else [name]))
    found = [_number(symbol, unit) for symbol in symbols]
    made = Variable(fact, known, dont_know, {}, found[0], found[-1], symbols, unit)
    ordered = found[0] <= found[-1] if bounded else True
    within = (symbols[0] >= made.counted(symbols[0], fact.least), symbols[-1] <= made.counted(symbols[-1], fact.most))
    return made, _valid(made, both(*within, ordered))


def _number(symbol: Any, unit: Fraction | None) -> Any:
    """The real that a symbol stands for."""
    if unit is None:
        return symbol
    return z3.ToReal(symbol) if unit == 1 else z3.ToReal(symbol) * lifted(unit, symbol.ctx)


def _valid(made: Variable, value: Bit) -> Bit:
    """A state, and a valid value where there is one."""
    return both(opposite(both(made.known, made.dont_know)), either(opposite(made.known), value))


def _words(made: Variable) -> Bit:
    marks = list(made.marks.values())
    if made.fact.type == "choice":
        return z3.PbEq([(mark, 1) for mark in marks], 1)
    return z3.PbGe([(mark, 1) for mark in marks], made.fact.at_least) if made.fact.at_least else True


def answer_in(model: Any, made: Variable) -> Answer:
    """The answer that a model gives; a real that a valid answer cannot be is rounded to one."""

    def holds(bit: Bit) -> bool:
        return bit if isinstance(bit, bool) else z3.is_true(model.eval(bit, model_completion=True))

    if not holds(made.known):
        return Gap.DONT_KNOW if holds(made.dont_know) else Gap.NOT_ANSWERED
    chosen = [name for name, mark in made.marks.items() if holds(mark)]
    match made.fact.type:
        case "yes_no":
            return bool(chosen)
        case "choice":
            return chosen[0]
        case "set":
            return frozenset(chosen)
        case _:
            low, high = (fraction_in(model, end) for end in (made.low, made.high))
            return between(to_grid(made.fact, low), to_grid(made.fact, high))


def fraction_in(model: Any, number: Any) -> Fraction:
    """The number that a model gives; of an irrational one a near fraction."""
    value = model.eval(number, model_completion=True)
    if z3.is_algebraic_value(value):
        value = value.approx(10)
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def to_grid(fact: Fact, value: Fraction) -> Fraction:
    """The nearest valid answer to a number."""
    return min(max(round(value / fact.step) * fact.step, fact.least), fact.most)
