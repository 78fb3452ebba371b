"""The linked rulebase: one immutable object that every engine reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from demandfirst.engine.ir.conditions import names_in, names_in_term
from demandfirst.engine.ir.guarantees import Guarantee
from demandfirst.engine.ir.report import Report
from demandfirst.engine.ir.rules import Conclude, Effect, Recommend, Rule, Table, Veto, Warn
from demandfirst.engine.ir.vocabulary import (
    Claim,
    Fact,
    Finding,
    Item,
    ItemGroup,
    LexiconGroup,
    Parameter,
    Platform,
    Quantity,
    Source,
)
from demandfirst.engine.language import SOURCE


@dataclass(frozen=True)
class Rulebase:
    """Vocabulary and rules, every name resolved, rules in strata.

    INVARIANT: `rules[i].index == i`; a rule reads only findings settled in a lower stratum; quantities stand
    in an order in which each reads only earlier ones.
    """

    version: str
    hash: str
    verdict: str
    goals_fact: str
    focus_parameter: str
    question_groups: Mapping[str, str]
    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    quantities: Mapping[str, Quantity]
    findings: Mapping[str, Finding]
    items: Mapping[str, Item]
    warnings: Mapping[str, Item]
    item_groups: Mapping[str, ItemGroup]
    lexicon: Mapping[str, LexiconGroup]
    families: frozenset[str]
    platforms: Mapping[str, Platform]
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    tables: Mapping[str, Table]
    finding_strata: Mapping[str, int]
    guarantees: Mapping[str, Guarantee] = field(default_factory=dict)
    budget_fact: str = ""
    language: str = SOURCE
    report: Report = field(default_factory=Report)

    @cached_property
    def domain_rules(self) -> tuple[Rule, ...]:
        """The rules and cases that carry marketing knowledge, without those that only show a line of text."""
        return tuple(rule for rule in self.rules if rule.role != "text")

    @cached_property
    def recommending(self) -> Mapping[str, tuple[Rule, ...]]:
        """Item id -> rules that recommend it."""
        return self._by_effect(lambda effect: effect.item if isinstance(effect, Recommend) else None)

    @cached_property
    def vetoing(self) -> Mapping[str, tuple[Rule, ...]]:
        """Item id -> rules that veto it."""
        return self._by_effect(lambda effect: effect.item if isinstance(effect, Veto) else None)

    @cached_property
    def warning(self) -> Mapping[str, tuple[Rule, ...]]:
        """Warning id -> rules that raise it."""
        return self._by_effect(lambda effect: effect.warning if isinstance(effect, Warn) else None)

    @cached_property
    def concluding(self) -> Mapping[str, tuple[Rule, ...]]:
        """Finding id -> rules that conclude it, or the cases of its table in order."""
        found = dict(self._by_effect(lambda effect: effect.finding if isinstance(effect, Conclude) else None))
        for table in self.tables.values():
            found[table.finding] = tuple(self.rules[index] for index in table.cases)
        return found

    @cached_property
    def lexicon_labels(self) -> Mapping[tuple[str, str], str]:
        """(group, entry) -> label."""
        return {(group.id, entry.id): entry.label for group in self.lexicon.values() for entry in group.entries}

    @cached_property
    def carrying_rules(self) -> Mapping[str, tuple[str, ...]]:
        """Source or claim id -> ids of the rules that rest on it."""
        return _grouped((source, rule.id) for rule in self.domain_rules for source in rule.sources)

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """Name of a fact, finding, quantity or parameter -> ids of the rules and quantities that read it."""
        known = frozenset(self.quantities)
        read = [
            (name, rule.id) for rule in self.rules for line in rule.when for name in names_in(line.condition, known).all
        ]
        computed = [(name, one.id) for one in self.quantities.values() for name in names_in_term(one.formula).all]
        varied = [(one.varies_by, one.id) for one in self.parameters.values() if one.varies_by]
        return _grouped([*read, *computed, *varied])

    def _by_effect(self, key: Callable[[Effect], str | None]) -> Mapping[str, tuple[Rule, ...]]:
        return _grouped(
            (name, rule) for rule in self.rules for effect in rule.then if (name := key(effect)) is not None
        )


T = TypeVar("T")


def _grouped(pairs: Iterable[tuple[str, T]]) -> Mapping[str, tuple[T, ...]]:
    """The second of each pair by the first, each once, in order."""
    found: dict[str, list[T]] = {}
    for name, thing in pairs:
        if thing not in found.setdefault(name, []):
            found[name].append(thing)
    return {name: tuple(things) for name, things in found.items()}
