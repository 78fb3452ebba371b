"""The figures of a summary, sorted and in words: what the page shows, without any layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from demandfirst.engine.batch.choice import undecided
from demandfirst.engine.batch.tally import ALL, HELD, NOT_SAID, Counted, Tally
from demandfirst.engine.ir.numbers import ENGLISH, figure, measure, percent
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import SEVERITIES
from demandfirst.engine.language import _, current
from demandfirst.engine.language.written import decimal

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_TINY = 0.0005


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: what it is about, more words beside it, how many clients, and their planned budgets together.

    `alone`: the clients for whom it is the only thing missing, and their budgets.
    """

    title: str
    beside: str
    clients: int
    budget: float
    alone: tuple[int, float] = (0, 0.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in a summary."""

    clients: int
    budget: float
    without_budget: int
    held: int
    held_budget: float
    verdicts: tuple[Line, ...]
    holders: tuple[Line, ...]
    warnings: tuple[Line, ...]
    questions: tuple[Line, ...]


def figures(rulebase: Rulebase, tally: Tally) -> Figures:
    """The figures of a tally."""
    clients, budget = tally.clients.get(ALL, (0, 0.0))
    held, held_budget = tally.clients.get(HELD, (0, 0.0))
    return Figures(
        clients, budget, tally.clients.get(NOT_SAID, (0, 0.0))[0], held, held_budget, tuple(_verdicts(rulebase, tally)),
        _sorted(_holders(rulebase, tally.holders)), _warnings(rulebase, tally.warnings), _questions(rulebase, tally),
    )  # fmt: skip


def share(part: float, whole: float) -> str:
    """A share in words: `12.3%`, `under 0.1%`."""
    found = part / whole if whole else 0.0
    if 0 < found < _TINY:
        return _("under {share}").format(share=_per_cent(0.001))
    return _per_cent(found)


def _per_cent(part: float) -> str:
    """A share with one decimal, as the language writes it."""
    number = f"{part:.1%}".removesuffix("%")
    return percent(number if current() in ENGLISH else decimal(Fraction(number), 1, current()))


def money(amount: float) -> str:
    """A sum of money without decimals."""
    return figure(round(amount))


def general(rulebase: Rulebase, text: str) -> str:
    """A text that speaks of no client in particular: parameters with their general values, everything else by its label."""

    def words(match: re.Match[str]) -> str:
        name = match[1]
        if parameter := rulebase.parameters.get(name):
            return measure(parameter.value, parameter.unit)
        named = rulebase.quantities.get(name) or rulebase.facts.get(name)
        return named.label if named else name

    return _PLACEHOLDER.sub(words, text)


def _verdicts(rulebase: Rulebase, tally: Tally) -> Iterable[Line]:
    """In the order of the knowledge, those that are not decided last."""
    for value in rulebase.findings[rulebase.verdict].values:
        yield Line(value.title or value.label, "", *tally.verdicts.get(value.id, (0, 0.0)))
    yield Line(undecided(rulebase), "", *tally.verdicts.get("", (0, 0.0)))


def _holders(rulebase: Rulebase, counted: Counted) -> Iterable[Line]:
    rules = {rule.id: rule for rule in rulebase.domain_rules}
    for name, (clients, budget) in counted.items():
        rule = rules[name]
        yield Line(general(rulebase, rule.because), general(rulebase, rule.until), clients, budget)


def _warnings(rulebase: Rulebase, counted: Counted) -> tuple[Line, ...]:
    """The most severe first."""
    found: list[Line] = []
    for severity in reversed(SEVERITIES):
        lines = [(key.partition("/"), count) for key, count in counted.items()]
        found += _sorted(
            Line(rulebase.warnings[key[0]].title, severity, *count) for key, count in lines if key[2] == severity
        )
    return tuple(found)


def _questions(rulebase: Rulebase, tally: Tally) -> tuple[Line, ...]:
    """The answers that decide most clients at once first, then those for which most clients wait."""
    labels: Mapping[tuple[str, str], str] = rulebase.lexicon_labels
    lines = []
    for name, (clients, budget) in tally.questions.items():
        fact = rulebase.facts[name]
        who = ", ".join(labels.get(("people", one), one) for one in fact.who)
        lines.append(Line(fact.question, who, clients, budget, tally.alone.get(name, (0, 0.0))))
    return tuple(sorted(lines, key=lambda line: (-line.alone[0], -line.clients, line.title)))


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.clients, line.title)))
