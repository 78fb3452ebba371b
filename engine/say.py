"""Conditions as sentences, from the labels of the vocabulary: text cannot drift from logic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.conditions import (
    And,
    Arithmetic,
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
    Leaf,
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
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.numbers import figure, measure
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact, Value

UNDECIDED = "not decided"
"""Where a choice finding has no value yet; `open` may be one of its values."""
GAPS = {Gap.DONT_KNOW: "don't know", Gap.NOT_ANSWERED: "not answered"}
ASKS: dict[CompareOp, str] = {
    "==": "exactly", "!=": "anything but", "<": "below", "<=": "at most", ">": "above", ">=": "at least",
}  # fmt: skip
MIRRORED: dict[CompareOp, CompareOp] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
SHOWN = Fraction(1, 100)
"""Numbers are shown to two decimals; an end of an interval with more of them stands for one that is left out (`<10`)."""


@dataclass(frozen=True, slots=True)
class Said:
    """A condition in words: the sentence, what was given, and what it would take."""

    text: str
    given: str
    needed: str


class Speaker:
    """Says the conditions of one rulebase about one client."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase, self.outcome = rulebase, outcome

    def brief(self, condition: Condition) -> str:
        """A condition in one line, whatever is joined in it."""
        if isinstance(condition, And | Or):
            word = " and " if isinstance(condition, And) else " or "
            return word.join(self.brief(part) for part in condition.parts)
        return self.leaf(condition).text

    def leaf(self, leaf: Leaf) -> Said:
        """A single condition."""
        match leaf:
            case Compare(op, left, right):
                return self._compare(op, left, right) if self._told(left) else self._compare(MIRRORED[op], right, left)
            case OneOf(name, values, negated):
                fact = self.rulebase.facts[name]
                return _is(fact.label, fact.values, values, negated, self.answer(fact))
            case Holds(name, negated):
                fact = self.rulebase.facts[name]
                given = self.outcome.client.answer(name)
                told = (fact.label if given else fact.negative) if isinstance(given, bool) else self.answer(fact)
                wanted = fact.negative if negated else fact.label
                return Said(wanted, told, wanted)
            case Contains(name, value, negated):
                fact = self.rulebase.facts[name]
                wanted = f"{_labels(fact.values, [value])} {'is not' if negated else 'is'} among them"
                return Said(f"{fact.label}: {wanted}", self.answer(fact), wanted)
            case Only(name, values, negated):
                fact = self.rulebase.facts[name]
                wanted = ("something besides " if negated else "nothing but ") + _labels(fact.values, values, "and")
                return Said(f"{fact.label}: {wanted}", self.answer(fact), wanted)
            case _:
                return self._other(leaf)

    def _told(self, term: Term) -> bool:
        """Whether a side of a comparison is what the client told, so that it comes first."""
        return not isinstance(term, Number | ParameterTerm)

    def _compare(self, op: CompareOp, left: Term, right: Term) -> Said:
        """`marketing budget (9,000 a month): at least 500 a month (smallest budget)`."""
        wanted = f"{ASKS[op]} {self.amount(right)}"
        name = "" if isinstance(right, Number) else f" ({self.name(right)})"
        return Said(f"{self.name(left)} ({self.amount(left)}): {wanted}{name}", self.amount(left), wanted)

    def _other(self, leaf: Leaf) -> Said:
        match leaf:
            case Unknown(name, negated):
                known = "is known" if negated else "is not known"
                return Said(f"{self.label(name)} {known}", self.given(name), known)
            case Switch(name, negated):
                wanted = "off" if negated else "on"
                given = "on" if self.outcome.client.parameter(name) else "off"
                return Said(f'setting "{self.rulebase.parameters[name].label}" is {wanted}', given, wanted)
            case Concluded(name, negated):
                finding = self.rulebase.findings[name]
                state = self.outcome.findings[name]
                given = "open" if state is None else finding.label if state else finding.negative
                wanted = finding.negative if negated else finding.label
                return Said(wanted, given, wanted)
            case Decided(name, values, negated):
                finding = self.rulebase.findings[name]
                state = self.outcome.findings[name]
                possible = [value.id for value in finding.values if isinstance(state, frozenset) and value.id in state]
                return _is(finding.label, finding.values, values, negated, _labels(finding.values, possible))
            case _:
                raise ValueError(leaf)

    def label(self, name: str) -> str:
        """What a fact, quantity, parameter or finding is called."""
        for kind in (self.rulebase.facts, self.rulebase.quantities, self.rulebase.parameters, self.rulebase.findings):
            if name in kind:
                return str(kind[name].label)
        return name

    def answer(self, fact: Fact) -> str:
        """The client's answer to a fact, in words."""
        return spoken(fact, self.outcome.client.answer(fact.id))

    def given(self, name: str) -> str:
        """The answer to a fact, or the value of a quantity, in words."""
        if fact := self.rulebase.facts.get(name):
            return self.answer(fact)
        return self.amount(QuantityTerm(name))

    def amount(self, term: Term) -> str:
        """The value of a term with its unit, where it has one."""
        if isinstance(term, FactTerm):
            return self.answer(self.rulebase.facts[term.id])
        value = self.outcome.client.number(term)
        return GAPS[value] if isinstance(value, Gap) else measure(value, self.unit(term))

    def unit(self, term: Term) -> str:
        """The unit of a term; of several terms the one they share, else none."""
        match term:
            case FactTerm(name):
                return self.rulebase.facts[name].unit
            case QuantityTerm(name):
                return self.rulebase.quantities[name].unit
            case ParameterTerm(name):
                return self.rulebase.parameters[name].unit
            case Arithmetic("+" | "-", left, right) | Coalesce(left, right):
                return self._shared(left, right)
            case Extreme(_, terms):
                return self._shared(*terms)
            case _:
                return ""

    def _shared(self, *terms: Term) -> str:
        units = {self.unit(term) for term in terms}
        return units.pop() if len(units) == 1 else ""

    def name(self, term: Term) -> str:
        """A term by name only."""
        match term:
            case Number(value):
                return figure(value)
            case FactTerm(name) | QuantityTerm(name) | ParameterTerm(name):
                return self.label(name)
            case Count(name):
                return f"number of entries in {self.label(name)}"
            case Arithmetic(op, left, right):
                sign = {"+": "plus", "-": "less", "*": "times", "/": "divided by"}[op]
                return f"{self.name(left)} {sign} {self.name(right)}"
            case Extreme(op, terms):
                listed = " and ".join(self.name(inner) for inner in terms)
                return f"the {'smaller' if op == 'min' else 'larger'} of {listed}"
            case Coalesce(first, second):
                return f"{self.name(first)}, or else {self.name(second)}"


def spoken(fact: Fact, given: Answer) -> str:
    """An answer to a fact, in words."""
    match given:
        case Gap():
            return GAPS[given]
        case bool():
            return "yes" if given else "no"
        case frozenset():
            return _labels(fact.values, [one.id for one in fact.values if one.id in given], "and") or "none of them"
        case str():
            return _labels(fact.values, [given])
        case Interval():
            return _bounds(fact, given)
        case _:
            return measure(given, fact.unit)


def _bounds(fact: Fact, given: Interval) -> str:
    """A bounded answer as it was meant: `below 10%`, `at least 90%`, `5,000 to 10,000 searches a month`."""
    above, low = _end(given.low, -fact.step)
    below, high = _end(given.high, fact.step)
    if given.low == fact.least:
        return f"{'below' if below else 'at most'} {measure(high, fact.unit)}"
    if given.high == fact.most:
        return f"{'above' if above else 'at least'} {measure(low, fact.unit)}"
    return measure(given, fact.unit)


def _end(end: Fraction, step: Fraction) -> tuple[bool, Fraction]:
    """Whether an end of an interval stands for the round number beside it, which is left out; and the number to show."""
    left_out = (end / SHOWN).denominator != 1 and ((end + step) / SHOWN).denominator == 1
    return left_out, end + step if left_out else end


def _is(label: str, known: tuple[Value, ...], values: tuple[str, ...], negated: bool, given: str) -> Said:
    if negated:
        wanted = f"not {_labels(known, values, 'nor')}"
        return Said(f"{label} is {wanted}", given, wanted)
    return Said(f"{label} is {_labels(known, values)}", given, _labels(known, values))


def _labels(known: tuple[Value, ...], values: Iterable[str], last: str = "or") -> str:
    """Values by their labels, in quotation marks: a label may be any words."""
    labels = {value.id: value.label for value in known}
    words = [f'"{labels[value]}"' for value in values]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
