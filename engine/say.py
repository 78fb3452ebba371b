"""Conditions as sentences, from the labels of the vocabulary, and effects: text cannot drift from logic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.codes import severity_words
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
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Show, Veto, Warn
from demandfirst.engine.ir.vocabulary import Fact, Finding, Value
from demandfirst.engine.language import _, mark, pgettext
from demandfirst.engine.language.phrases import chained, either, neither, quoted, stated, together

UNDECIDED = mark("not decided")
"""Where a choice finding has no value yet; `open` may be one of its values."""
GAPS = {Gap.DONT_KNOW: mark("don't know"), Gap.NOT_ANSWERED: mark("not answered")}
ASKS: dict[CompareOp, str] = {
    "==": mark("exactly {number}"), "!=": mark("anything but {number}"), "<": mark("below {number}"),
    "<=": mark("at most {number}"), ">": mark("above {number}"), ">=": mark("at least {number}"),
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
            return chained(map(self.brief, condition.parts), all_=isinstance(condition, And))
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
                among = _("{value} is not among them") if negated else _("{value} is among them")
                wanted = among.format(value=quoted(_words(fact.values)[value]))
                return Said(stated(fact.label, wanted), self.answer(fact), wanted)
            case Only(name, values, negated):
                fact = self.rulebase.facts[name]
                only = _("something besides {values}") if negated else _("nothing but {values}")
                wanted = only.format(values=together(_labels(fact.values, values)))
                return Said(stated(fact.label, wanted), self.answer(fact), wanted)
            case _:
                return self._other(leaf)

    def _told(self, term: Term) -> bool:
        """Whether a side of a comparison is what the client told, so that it comes first."""
        return not isinstance(term, Number | ParameterTerm)

    def _compare(self, op: CompareOp, left: Term, right: Term) -> Said:
        """`marketing budget (9,000 a month): at least 500 a month (smallest budget)`."""
        name, given, wanted = self.name(left), self.amount(left), _(ASKS[op]).format(number=self.amount(right))
        if isinstance(right, Number):
            return Said(_("{name} ({given}): {wanted}").format(name=name, given=given, wanted=wanted), given, wanted)
        template = _("{name} ({given}): {wanted} ({limit})")
        return Said(template.format(name=name, given=given, wanted=wanted, limit=self.name(right)), given, wanted)

    def _other(self, leaf: Leaf) -> Said:
        match leaf:
            case Unknown(name, negated):
                text = _("{label} is known") if negated else _("{label} is not known")
                known = _("is known") if negated else _("is not known")
                return Said(text.format(label=self.label(name)), self.given(name), known)
            case Switch(name, negated):
                text = _('setting "{label}" is off') if negated else _('setting "{label}" is on')
                wanted, given = on_off(not negated), on_off(bool(self.outcome.client.parameter(name)))
                return Said(text.format(label=self.rulebase.parameters[name].label), given, wanted)
            case Concluded(name, negated):
                finding = self.rulebase.findings[name]
                wanted = finding.negative if negated else finding.label
                return Said(wanted, self._found(finding), wanted)
            case Decided(name, values, negated):
                finding = self.rulebase.findings[name]
                return _is(finding.label, finding.values, values, negated, self._found(finding))
            case _:
                raise ValueError(leaf)

    def _found(self, finding: Finding) -> str:
        """A finding as it stands: its sentence, or the values that are still possible."""
        state = self.outcome.findings[finding.id]
        if isinstance(state, frozenset):
            return either(_labels(finding.values, [value.id for value in finding.values if value.id in state]))
        if state is None:
            return pgettext("a conclusion", "open")
        return finding.label if state else finding.negative

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
        return _(GAPS[value]) if isinstance(value, Gap) else measure(value, self.unit(term))

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
                return _("number of entries in {label}").format(label=self.label(name))
            case Arithmetic(op, left, right):
                return _reckoned(op).format(left=self.name(left), right=self.name(right))
            case Extreme(op, terms):
                template = _("the smaller of {listed}") if op == "min" else _("the larger of {listed}")
                return template.format(listed=chained(map(self.name, terms), all_=True))
            case Coalesce(first, second):
                return _("{first}, or else {second}").format(first=self.name(first), second=self.name(second))


def _reckoned(op: str) -> str:
    signs = {
        "+": _("{left} plus {right}"), "-": _("{left} less {right}"), "*": _("{left} times {right}"),
        "/": _("{left} divided by {right}"),
    }  # fmt: skip
    return signs[op]


def does(effect: Effect) -> str:
    """What follows from a rule, by the ids that rules are written with."""
    match effect:
        case Conclude(finding):
            return _("conclude {finding}").format(finding=finding)
        case Decide(finding, value):
            return _("{finding} is {value}").format(finding=finding, value=value)
        case Recommend(item, weight):
            return _("recommend {item} (weight {weight})").format(item=item, weight=weight)
        case Warn(warning, severity):
            return _("warn {warning} ({severity})").format(warning=warning, severity=severity_words(severity))
        case Veto(item):
            return _("veto {item}").format(item=item)
        case Show(owner):
            return _("show a line of {item}").format(item=owner)
        case _:
            assert_never(effect)


def on_off(on: bool) -> str:
    """How a setting stands."""
    return pgettext("a setting", "on") if on else pgettext("a setting", "off")


def yes_no(yes: bool) -> str:
    """The answer to a yes/no question."""
    return _("yes") if yes else _("no")


def spoken(fact: Fact, given: Answer) -> str:
    """An answer to a fact, in words."""
    match given:
        case Gap():
            return _(GAPS[given])
        case bool():
            return yes_no(given)
        case frozenset():
            listed = together(_labels(fact.values, [one.id for one in fact.values if one.id in given]))
            return listed or _("none of them")
        case str():
            return quoted(_words(fact.values)[given])
        case Interval():
            return _bounds(fact, given)
        case _:
            return measure(given, fact.unit)


def _bounds(fact: Fact, given: Interval) -> str:
    """A bounded answer as it was meant: `below 10%`, `at least 90%`, `5,000 to 10,000 searches a month`."""
    above, low = _end(given.low, -fact.step)
    below, high = _end(given.high, fact.step)
    if given.low == fact.least:
        return _(ASKS["<" if below else "<="]).format(number=measure(high, fact.unit))
    if given.high == fact.most:
        return _(ASKS[">" if above else ">="]).format(number=measure(low, fact.unit))
    return measure(given, fact.unit)


def _end(end: Fraction, step: Fraction) -> tuple[bool, Fraction]:
    """Whether an end of an interval stands for the round number beside it, which is left out; and the number to show."""
    left_out = (end / SHOWN).denominator != 1 and ((end + step) / SHOWN).denominator == 1
    return left_out, end + step if left_out else end


def _is(label: str, known: tuple[Value, ...], values: tuple[str, ...], negated: bool, given: str) -> Said:
    labels = _labels(known, values)
    if negated:
        listed = neither(labels)
        return Said(
            _("{label} is not {values}").format(label=label, values=listed),
            given,
            _("not {values}").format(values=listed),
        )
    return Said(_("{label} is {values}").format(label=label, values=either(labels)), given, either(labels))


def _words(known: tuple[Value, ...]) -> dict[str, str]:
    return {value.id: value.label for value in known}


def _labels(known: tuple[Value, ...], values: Iterable[str]) -> list[str]:
    """Values by their labels, in quotation marks: a label may be any words."""
    labels = _words(known)
    return [quoted(labels[value]) for value in values]
