"""Texts of the rulebase for one client: placeholders filled, conditional lines chosen, sums shown, causes traced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from demandfirst.engine.ir.advice import Named, Reason
from demandfirst.engine.ir.answers import Gap, Number_
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    Coalesce,
    Count,
    Extreme,
    FactTerm,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
    leaves,
    names_in,
)
from demandfirst.engine.ir.numbers import NOT_KNOWN, amount, bracketed, figure, measure
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Item, Quantity
from demandfirst.engine.language import _

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_SIGNS = {"+": ("+", 1), "-": ("−", 1), "*": ("×", 2), "/": ("÷", 2)}


class Texts:
    """Fills the texts of one rulebase with what is known of one client."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase, self.outcome = rulebase, outcome
        self.labels = rulebase.lexicon_labels
        self._values: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """The text with every `{name}` replaced by its value and unit."""
        return _PLACEHOLDER.sub(self._filled, text) if "{" in text else text

    def _filled(self, match: re.Match[str]) -> str:
        name = match[1]
        if name not in self._values:
            self._values[name] = self.value(name)
        return self._values[name]

    def value(self, name: str) -> str:
        """A parameter, quantity or numeric answer with its unit."""
        client = self.outcome.client
        if parameter := self.rulebase.parameters.get(name):
            return measure(client.parameter(name), parameter.unit)
        if quantity := self.rulebase.quantities.get(name):
            return measure(client.quantities[name], quantity.unit)
        answer = client.answer(name)
        return (
            measure(answer, self.rulebase.facts[name].unit) if not isinstance(answer, str | frozenset) else str(answer)
        )

    @staticmethod
    def figures(item: Item) -> list[str]:
        """The names whose values stand in the texts of an item."""
        return placeholders(" ".join([item.summary, *(step.text for step in item.steps)]))

    def steps(self, item: Item) -> tuple[str, ...]:
        """The lines that always show and those whose conditions hold."""
        shown = [step for step in item.steps if step.rule is None or self.outcome.rules[step.rule] is True]
        return tuple(self.fill(step.text) for step in shown)

    def named(self, group: str, ids: tuple[str, ...]) -> tuple[Named, ...]:
        """Entries of a lexicon group, with their labels."""
        return tuple(_word(name, self.labels.get((group, name), name)) for name in ids)

    def owner(self, item: Item) -> Named | None:
        """Who does it."""
        return self.named("people", (item.owner,))[0] if item.owner else None

    def reason(self, rule: Rule) -> Reason:
        """Why a rule concludes what it does."""
        return Reason(rule=rule.id, because=self.fill(rule.because), until=self.fill(rule.until))

    def sum(self, quantity: Quantity) -> str:
        """The formula with its numbers, `50 × 18 ÷ 7 × 30 = 3,857.14`; labels stand where a number is missing."""
        result = self.outcome.client.quantities[quantity.id]
        return f"{self.written(quantity.formula)} = {_(NOT_KNOWN) if isinstance(result, Gap) else amount(result)}"

    def written(self, term: Term, binding: int = 0) -> str:
        """A term with its numbers put in; of a `coalesce` the side that counts."""
        client = self.outcome.client
        match term:
            case Number(value):
                return figure(value)
            case ParameterTerm(name):
                return figure(client.parameter(name))
            case FactTerm(name):
                return self.operand(client.number(term), self.rulebase.facts[name].label)
            case QuantityTerm(name):
                return self.operand(client.number(term), self.rulebase.quantities[name].label)
            case Count(name):
                counted = _("number of {label}").format(label=self.rulebase.facts[name].label)
                return self.operand(client.number(term), counted)
            case Coalesce(first, second):
                return self.written(second if client.number(first) is Gap.DONT_KNOW else first, binding)
            case Extreme(op, terms):
                listed = ", ".join(self.written(inner) for inner in terms)
                template = _("the smaller of ({listed})") if op == "min" else _("the larger of ({listed})")
                return template.format(listed=listed)
            case Arithmetic(op, left, right):
                sign, own = _SIGNS[op]
                text = f"{self.written(left, own)} {sign} {self.written(right, own + (op in '-/'))}"
                return f"({text})" if own < binding else text

    @staticmethod
    def operand(value: Number_, label: str) -> str:
        """A number, or what it is called where there is none."""
        return f"[{label}]" if isinstance(value, Gap) else bracketed(value)


def placeholders(text: str) -> list[str]:
    """The names whose values a text shows."""
    found: list[str] = _PLACEHOLDER.findall(text)
    return found


@lru_cache(maxsize=4096)
def _word(name: str, label: str) -> Named:
    return Named(id=name, label=label)


def causes(rulebase: Rulebase, outcome: Outcome, rule: Rule) -> Iterator[Rule]:
    """The rules at the root of one that fired: itself, or, where it only passes findings on, the rules behind these.

    A rule says what ends it (`until`) where it is a root.
    """
    behind = [] if rule.until else _behind(rulebase, outcome, rule)
    if not behind:
        yield rule
    for one in behind:
        yield from causes(rulebase, outcome, one)


def _behind(rulebase: Rulebase, outcome: Outcome, rule: Rule) -> list[Rule]:
    """The fired rules that concluded the findings which a rule's lines rest on."""
    names = [
        name
        for line in rule.when
        for leaf in leaves(line.condition)
        if outcome.truth(leaf) is True
        for name in names_in(leaf, frozenset()).findings
    ]
    found = [made for name in dict.fromkeys(names) for made in rulebase.concluding.get(name, ())]
    return [made for made in found if outcome.rules[made.index] is True]
