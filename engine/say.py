"""Conditions as sentences, from the labels of the vocabulary: text cannot drift from logic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.conditions import (
    PHRASES,
    Arithmetic,
    Coalesce,
    Compare,
    Concluded,
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
    ParameterTerm,
    QuantityTerm,
    Switch,
    Term,
    Unknown,
)
from demandfirst.engine.ir.numbers import figure, measure
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact, Value

GAPS = {Gap.DONT_KNOW: "don't know", Gap.NOT_ANSWERED: "not answered"}


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

    def leaf(self, leaf: Leaf) -> Said:
        """A single condition."""
        match leaf:
            case Compare(op, left, right):
                given, wanted = self.amount(left), self.amount(right)
                text = f"{self.named(left)} {PHRASES[op]} {self.named(right)}"
                return Said(text, given, f"{PHRASES[op]} {wanted}")
            case OneOf(name, values, negated):
                fact = self.rulebase.facts[name]
                return self._is(fact.label, fact.values, values, negated, self.answer(fact))
            case Holds(name, negated):
                fact = self.rulebase.facts[name]
                return Said(fact.negative if negated else fact.label, self.answer(fact), "no" if negated else "yes")
            case Contains(name, value, negated):
                fact = self.rulebase.facts[name]
                verb = "does not include" if negated else "includes"
                wanted = _labels(fact.values, [value])
                return Said(f"{fact.label}: {verb} {wanted}", self.answer(fact), f"{verb} {wanted}")
            case Only(name, values, negated):
                fact = self.rulebase.facts[name]
                wanted = ("something besides " if negated else "nothing but ") + _labels(fact.values, values, "and")
                return Said(f"{fact.label}: {wanted}", self.answer(fact), wanted)
            case _:
                return self._other(leaf)

    def _other(self, leaf: Leaf) -> Said:
        match leaf:
            case Unknown(name, negated):
                known = "is known" if negated else "is not known"
                return Said(f"{self.label(name)} {known}", self.given(name), known)
            case Switch(name, negated):
                wanted = "off" if negated else "on"
                given = "on" if self.outcome.client.parameter(name) else "off"
                return Said(f"setting: {self.rulebase.parameters[name].label} ({wanted})", given, wanted)
            case Concluded(name, negated):
                finding = self.rulebase.findings[name]
                state = self.outcome.findings[name]
                given = "open" if state is None else "yes" if state else "no"
                return Said(finding.negative if negated else finding.label, given, "no" if negated else "yes")
            case Decided(name, values, negated):
                finding = self.rulebase.findings[name]
                state = self.outcome.findings[name]
                possible = [value.id for value in finding.values if isinstance(state, frozenset) and value.id in state]
                return self._is(finding.label, finding.values, values, negated, _labels(finding.values, possible))
            case _:
                raise ValueError(leaf)

    def _is(self, label: str, known: tuple[Value, ...], values: tuple[str, ...], negated: bool, given: str) -> Said:
        verb = "is not" if negated else "is"
        wanted = _labels(known, values, "nor" if negated else "or")
        return Said(f"{label} {verb} {wanted}", given, f"{verb} {wanted}")

    def label(self, name: str) -> str:
        """What a fact, quantity, parameter or finding is called."""
        for kind in (self.rulebase.facts, self.rulebase.quantities, self.rulebase.parameters, self.rulebase.findings):
            if name in kind:
                return str(kind[name].label)
        return name

    def answer(self, fact: Fact) -> str:
        """The client's answer to a fact, in words."""
        given = self.outcome.client.answer(fact.id)
        match given:
            case Gap():
                return GAPS[given]
            case bool():
                return "yes" if given else "no"
            case frozenset():
                return _labels(fact.values, [one.id for one in fact.values if one.id in given], "and") or "none of them"
            case str():
                return _labels(fact.values, [given])
            case _:
                return measure(given, fact.unit)

    def given(self, name: str) -> str:
        """The answer to a fact, or the value of a quantity, in words."""
        if fact := self.rulebase.facts.get(name):
            return self.answer(fact)
        return self.amount(QuantityTerm(name))

    def amount(self, term: Term) -> str:
        """The value of a term with its unit, where it has one."""
        value = self.outcome.client.number(term)
        if isinstance(value, Gap):
            return GAPS[value]
        return measure(value, self.unit(term))

    def unit(self, term: Term) -> str:
        """The unit of a term; sums of terms have none of their own."""
        match term:
            case FactTerm(name):
                return self.rulebase.facts[name].unit
            case QuantityTerm(name):
                return self.rulebase.quantities[name].unit
            case ParameterTerm(name):
                return self.rulebase.parameters[name].unit
            case _:
                return ""

    def named(self, term: Term) -> str:
        """A term by name, its value in brackets: `monthly searches (60,000 searches a month)`."""
        return figure(term.value) if isinstance(term, Number) else f"{self.name(term)} ({self.amount(term)})"

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


def _labels(known: tuple[Value, ...], values: Iterable[str], last: str = "or") -> str:
    labels = {value.id: value.label for value in known}
    words = [labels[value] for value in values]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
