"""Two rulebases over the same clients: those whose answers are valid for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class Shared:
    """Two rulebases whose common facts take only answers that both allow; a fact that only one has, the other does not read.

    `barred`: values of a common fact that only one of them has, so that no client gives them. `closed`: common facts with no
    value that fits both, so that no client answers them. `impossible`: those of these that must be answered, so that there is no
    client.
    """

    old: Rulebase
    new: Rulebase
    barred: Mapping[str, frozenset[str]]
    closed: frozenset[str]
    impossible: frozenset[str]

    @property
    def kinds(self) -> dict[str, Literal["item", "warning", "finding"]]:
        """What can be compared: items and warnings of either, and findings that both have as the same kind."""
        return {
            **dict.fromkeys(self.items, "item"), **dict.fromkeys(self.warnings, "warning"),
            **dict.fromkeys(self.findings, "finding"),
        }  # fmt: skip

    @property
    def findings(self) -> tuple[str, ...]:
        """Every finding that both have, and as the same kind."""
        known = self.new.findings
        return tuple(
            one.id for one in self.old.findings.values() if one.id in known and known[one.id].choice == one.choice
        )

    @property
    def items(self) -> tuple[str, ...]:
        """Every item of either."""
        return tuple(dict.fromkeys([*self.old.items, *self.new.items]))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning of either."""
        return tuple(dict.fromkeys([*self.old.warnings, *self.new.warnings]))


def shared(old: Rulebase, new: Rulebase) -> Shared:
    """Two rulebases put over the same clients."""
    common = {name: (fact, new.facts[name]) for name, fact in old.facts.items() if name in new.facts}
    joined = {name: _joined(*pair) for name, pair in common.items()}
    closed = frozenset(name for name, fact in joined.items() if fact is None)
    barred = {name: _words(one) ^ _words(other) for name, (one, other) in common.items() if name not in closed}
    return Shared(
        old=_over(old, joined),
        new=_over(new, joined),
        barred={name: words for name, words in barred.items() if words},
        closed=closed,
        impossible=frozenset(name for name in closed if any(fact.required for fact in common[name])),
    )


def _over(rulebase: Rulebase, joined: Mapping[str, Fact | None]) -> Rulebase:
    """The rulebase with joined facts, and without those that cannot be joined."""
    facts = {name: joined.get(name, fact) for name, fact in rulebase.facts.items()}
    return replace(rulebase, facts={name: fact for name, fact in facts.items() if fact is not None})


def _joined(one: Fact, other: Fact) -> Fact | None:
    """A fact that takes the answers that both take, beside values of either; None where there are none."""
    if one == other:
        return one
    if one.numeric and other.numeric:
        return _number(one, other)
    if one.type != other.type:
        return None
    least = max(one.at_least, other.at_least)
    if len(_words(one) & _words(other)) < (1 if one.type == "choice" else least):
        return None
    values = (*one.values, *(value for value in other.values if value.id not in _words(one)))
    return replace(one, values=values, at_least=least, required=one.required or other.required)


def _number(one: Fact, other: Fact) -> Fact | None:
    step = max(one.step, other.step)
    low = Fraction(ceil(max(one.least, other.least) / step)) * step
    high = Fraction(floor(min(one.most, other.most) / step)) * step
    coarser = one if one.step == step else other
    required = one.required or other.required
    return replace(coarser, minimum=low, above=None, maximum=high, required=required) if low <= high else None


def _words(fact: Fact) -> frozenset[str]:
    return frozenset(value.id for value in fact.values)
