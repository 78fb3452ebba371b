"""A rulebase several times as large: its rules, findings, items and warnings once more under other names."""

from __future__ import annotations

from dataclasses import replace

from demandfirst.engine.ir.conditions import And, Concluded, Condition, Decided, Or
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Rule, Show, Table, Veto, Warn
from demandfirst.engine.ir.vocabulary import Item, Platform


def grown(rulebase: Rulebase, times: int) -> Rulebase:
    """The rulebase with every rule `times` times; the copies read the same answers, but findings of their own."""
    copies = [Copy(number, number * len(rulebase.rules)) for number in range(times)]
    items, warnings = rulebase.items.values(), rulebase.warnings.values()
    findings = [replace(one, id=copy.name(one.id)) for copy in copies for one in rulebase.findings.values()]
    tables = [copy.table(one) for copy in copies for one in rulebase.tables.values()]
    return replace(
        rulebase,
        findings={one.id: one for one in findings},
        items={one.id: one for copy in copies for one in map(copy.item, items)},
        warnings={one.id: one for copy in copies for one in map(copy.item, warnings)},
        platforms={one.id: one for copy in copies for one in map(copy.platform, rulebase.platforms.values())},
        rules=tuple(copy.rule(one) for copy in copies for one in rulebase.rules),
        tables={one.finding: one for one in tables},
        finding_strata={copy.name(name): at for copy in copies for name, at in rulebase.finding_strata.items()},
    )


class Copy:
    """One copy of everything; the first keeps its names."""

    def __init__(self, number: int, offset: int) -> None:
        self.number, self.offset = number, offset

    def name(self, name: str) -> str:
        return f"{name}_{self.number}" if self.number else name

    def item(self, item: Item) -> Item:
        shift = self.offset
        steps = [step if step.rule is None else replace(step, rule=step.rule + shift) for step in item.steps]
        return replace(item, id=self.name(item.id), steps=tuple(steps))

    def platform(self, platform: Platform) -> Platform:
        objectives = {self.name(item): words for item, words in platform.objectives.items()}
        return replace(platform, id=self.name(platform.id), rule=platform.rule + self.offset, objectives=objectives)

    def table(self, table: Table) -> Table:
        return replace(table, finding=self.name(table.finding), cases=tuple(case + self.offset for case in table.cases))

    def rule(self, rule: Rule) -> Rule:
        return replace(
            rule,
            index=rule.index + self.offset,
            id=self.name(rule.id),
            when=tuple(replace(line, condition=self.condition(line.condition)) for line in rule.when),
            then=tuple(map(self.effect, rule.then)),
        )

    def condition(self, condition: Condition) -> Condition:
        match condition:
            case And(parts) | Or(parts):
                return replace(condition, parts=tuple(map(self.condition, parts)))
            case Concluded(finding) | Decided(finding):
                return replace(condition, finding=self.name(finding))
            case _:
                return condition

    def effect(self, effect: Effect) -> Effect:
        match effect:
            case Conclude(name) | Decide(name):
                return replace(effect, finding=self.name(name))
            case Recommend(name) | Veto(name):
                return replace(effect, item=self.name(name))
            case Warn(name):
                return replace(effect, warning=self.name(name))
            case Show(name):
                return replace(effect, owner=self.name(name))
