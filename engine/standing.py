"""Where items and warnings stand after a run: statuses, weights, ranks, severities. No texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from demandfirst.engine.ir.advice import ItemStatus, WarningStatus
from demandfirst.engine.ir.answers import Truth
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Recommend, Rule, Warn
from demandfirst.engine.ir.vocabulary import ITEM_KINDS, SEVERITIES, Item, Severity

Kind = Literal["item", "warning", "finding"]


class Standing:
    """Statuses of one outcome."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase, self.outcome = rulebase, outcome

    def truth(self, rules: Sequence[Rule]) -> Truth:
        """The `or` of rules."""
        truths = [self.outcome.rules[rule.index] for rule in rules]
        return True if True in truths else None if None in truths else False

    def fired(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        """The rules that definitely hold."""
        return tuple(rule for rule in rules if self.outcome.rules[rule.index] is True)

    def undecided(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        """The rules that answers still missing decide."""
        return tuple(rule for rule in rules if self.outcome.rules[rule.index] is None)

    def item(self, name: str) -> ItemStatus:
        """The status of an item."""
        recommending, vetoing = self.rulebase.recommending.get(name, ()), self.rulebase.vetoing.get(name, ())
        return item_status(self.truth(recommending), self.truth(vetoing))

    def warning(self, name: str) -> tuple[WarningStatus, Severity]:
        """The status of a warning, and the severity of the strongest rule that raised it (else its own)."""
        rules = self.rulebase.warning.get(name, ())
        truth = self.truth(rules)
        own = SEVERITIES.index(self.rulebase.warnings[name].severity or "info")
        severity = max((rule_severity(rule, name) for rule in self.fired(rules)), default=own)
        return "raised" if truth else "open" if truth is None else "not_raised", SEVERITIES[severity]

    def state(self, kind: Kind, name: str) -> str | None:
        """Where an outcome stands, a raised warning with its severity; None for a choice that is not decided.

        What the rulebase does not have is not recommended, and not raised.
        """
        if kind == "item":
            return self.item(name)
        if kind == "warning":
            status, severity = self.warning(name) if name in self.rulebase.warnings else ("not_raised", "")
            return f"raised {severity}" if status == "raised" else status
        found = self.outcome.findings[name]
        if isinstance(found, frozenset):
            return next(iter(found)) if len(found) == 1 else None
        return "open" if found is None else str(found).lower()

    def weight(self, name: str) -> int:
        """The summed weight of the rules that recommend an item and fired."""
        fired = self.fired(self.rulebase.recommending.get(name, ()))
        effects = [effect for rule in fired for effect in rule.then]
        return sum(effect.weight for effect in effects if isinstance(effect, Recommend) and effect.item == name)

    @cached_property
    def ranked(self) -> tuple[Item, ...]:
        """Items by kind, then weight, then whether they serve a goal of the client's, then their order in the knowledge."""
        wanted = self.outcome.client.answer(self.rulebase.goals_fact)
        goals = wanted if isinstance(wanted, frozenset) else frozenset()

        def key(item: Item) -> tuple[int, int, bool]:
            return ITEM_KINDS.index(item.kind), -self.weight(item.id), goals.isdisjoint(item.goals)

        return tuple(sorted(self.rulebase.items.values(), key=key))

    def focus(self) -> tuple[str, ...]:
        """The first recommended objectives, as many as one can work on at a time."""
        count = int(self.outcome.client.parameter(self.rulebase.focus_parameter))
        fitting = [one.id for one in self.ranked if one.kind == "objective" and self.item(one.id) == "recommended"]
        return tuple(fitting[:count])

    def verdict(self) -> str | None:
        """The value of the flagship finding, None while it is open."""
        state = self.outcome.findings[self.rulebase.verdict]
        assert isinstance(state, frozenset)  # noqa: S101
        return next(iter(state)) if len(state) == 1 else None


def item_status(recommended: Truth, vetoed: Truth) -> ItemStatus:
    """The status of an item from the `or` of the rules that recommend it and of those that veto it."""
    if recommended is True and vetoed is not None:
        return "withheld" if vetoed else "recommended"
    return "not_recommended" if recommended is False or vetoed is True else "open"


def rule_severity(rule: Rule, warning: str) -> int:
    """How severe a rule makes a warning, as an index into the severities."""
    effects = [effect for effect in rule.then if isinstance(effect, Warn) and effect.warning == warning]
    return max(SEVERITIES.index(effect.severity) for effect in effects)
