"""What the answers still missing can change although everything is decided: order, reasons, lines, figures.

A fact that is neither in here nor among what decides something changes no word of the advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from demandfirst.engine.ir.conditions import Concluded, Decided, leaves
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.pending import Facts, Pending
from demandfirst.engine.standing import Standing
from demandfirst.engine.texts import Texts


class Details:
    """The facts behind the details of one outcome."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome, pending: Pending) -> None:
        self.rulebase, self.outcome, self.pending = rulebase, outcome, pending
        self.standing = Standing(rulebase, outcome)
        statuses = {name: self.standing.item(name) for name in rulebase.items}
        self.shown = [name for name, status in statuses.items() if status in ("recommended", "withheld")]
        self.held = [name for name, status in statuses.items() if status in ("withheld", "not_recommended")]
        self.raised = [name for name in rulebase.warnings if self.standing.warning(name)[0] == "raised"]

    def facts(self) -> Facts:
        """Every fact that can change a word."""
        texts = [
            *(self.rulebase.items[name] for name in self.shown),
            *(self.rulebase.warnings[name] for name in self.raised),
        ]
        lines = [self.rulebase.rules[step.rule] for one in texts for step in one.steps if step.rule is not None]
        figures = [*self.rulebase.quantities, *(name for one in texts for name in Texts.figures(one))]
        return self.pending.rules([*lines, *self.platforms(), *self.reasons()]) | self.pending.names(figures)

    def platforms(self) -> Iterator[Rule]:
        """The rules that show a network beside a campaign."""
        for platform in self.rulebase.platforms.values():
            if not platform.objectives.keys().isdisjoint(self.shown):
                yield self.rulebase.rules[platform.rule]

    def reasons(self) -> Iterator[Rule]:
        """Rules that may join those that speak for something, hold it back or raise it, and those behind what is held back.

        The weights of those that speak for an item put it in order.
        """
        for name in self.raised:
            yield from self.rulebase.warning[name]
        for name in dict.fromkeys([*self.shown, *self.held]):
            recommending = self.rulebase.recommending.get(name, ())
            yield from recommending
            if self.standing.truth(recommending) is not False:
                yield from self.causes(self.rulebase.vetoing.get(name, ()), set())
        yield from self.causes(self.rulebase.concluding.get(self.rulebase.verdict, ()), set())

    def causes(self, rules: Sequence[Rule], seen: set[int]) -> Iterator[Rule]:
        """Rules, and behind those that fired the rules that conclude what they rest on."""
        yield from rules
        for rule in self.standing.fired(rules):
            for name in self.findings(rule):
                concluding = [one for one in self.rulebase.concluding.get(name, ()) if one.index not in seen]
                seen.update(one.index for one in concluding)
                yield from self.causes(concluding, seen)

    @staticmethod
    def findings(rule: Rule) -> Iterable[str]:
        """The findings that a rule reads."""
        read = (leaf for line in rule.when for leaf in leaves(line.condition))
        return dict.fromkeys(leaf.finding for leaf in read if isinstance(leaf, Concluded | Decided))
