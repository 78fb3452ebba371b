"""The rulebase brought to the form that a Rete network takes well: every production is a conjunction of literals.

A literal tests a *reading* (a condition on answers alone, whose truth is computed once a client) or a finding that an
earlier stage has settled. A line that joins findings by `or` gets a finding of its own, with one production for each
alternative; experta would otherwise multiply everything out. No experta in here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from demandfirst.engine.ir.conditions import And, Concluded, Condition, Decided, Or, names_in, reads_findings
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Rule

FindingTest = Concluded | Decided


@dataclass(frozen=True, slots=True)
class Production:
    """Readings and finding tests that must all hold; stands for a rule, or for one alternative of a line (`line`)."""

    rule: int | None
    line: str
    readings: tuple[int, ...]
    tests: tuple[FindingTest, ...]
    stage: int
    table: str = ""
    position: int = 0
    reads: tuple[str, ...] = ()


@dataclass
class Plan:
    """Productions by stage, the readings, and what each stage settles and needs."""

    readings: list[Condition] = field(default_factory=list)
    productions: list[Production] = field(default_factory=list)
    settled: dict[str, int] = field(default_factory=dict)
    stages: int = 0

    def settling(self, stage: int) -> tuple[str, ...]:
        """The findings (and lines) whose truth is known after a stage."""
        return tuple(name for name, settled in self.settled.items() if settled == stage)

    def at(self, stage: int) -> list[Production]:
        """The productions of a stage."""
        return [production for production in self.productions if production.stage == stage]


def make_plan(rulebase: Rulebase) -> Plan:
    """Every rule as one production, lines with `or` over findings as findings of their own."""
    planner = _Planner(rulebase)
    for rule in sorted(rulebase.rules, key=lambda one: (one.stratum, one.index)):
        planner.rule(rule)
    planner.level_tables()
    plan = planner.plan
    plan.stages = max((production.stage for production in plan.productions), default=0) + 1
    for finding in rulebase.findings:
        plan.settled.setdefault(finding, 0)
    return plan


@dataclass
class _Conjunction:
    readings: list[Condition] = field(default_factory=list)
    tests: list[FindingTest] = field(default_factory=list)


class _Planner:
    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.quantities = frozenset(rulebase.quantities)
        self.plan = Plan()
        self.reading_index: dict[Condition, int] = {}
        self.lines: dict[Condition, str] = {}
        self.cases = {
            case: (name, at) for name, table in rulebase.tables.items() for at, case in enumerate(table.cases)
        }

    def rule(self, rule: Rule) -> None:
        found = _Conjunction()
        for line in rule.when:
            self.split(line.condition, found)
        table, position = self.cases.get(rule.index, ("", 0))
        names = [names_in(line.condition, self.quantities) for line in rule.when]
        reads = dict.fromkeys(name for one in names for name in (*one.facts, *one.quantities, *one.findings))
        self.add(rule.index, "", found, table, position, tuple(reads))

    def add(
        self, rule: int | None, line: str, found: _Conjunction, table: str = "", position: int = 0, reads: tuple[str, ...] = ()
    ) -> int:  # fmt: skip
        stage = max((self.settled(test) + 1 for test in found.tests), default=0)
        readings = tuple(dict.fromkeys(self.reading(condition) for condition in found.readings))
        tests = tuple(dict.fromkeys(found.tests))
        self.plan.productions.append(Production(rule, line, readings, tests, stage, table, position, reads))
        if rule is not None:
            for name in _made(self.rulebase.rules[rule]):
                self.plan.settled[name] = max(self.plan.settled.get(name, 0), stage)
        return stage

    def settled(self, test: FindingTest) -> int:
        return self.plan.settled.get(test.finding, 0)

    def reading(self, condition: Condition) -> int:
        if condition not in self.reading_index:
            self.reading_index[condition] = len(self.plan.readings)
            self.plan.readings.append(condition)
        return self.reading_index[condition]

    def split(self, condition: Condition, found: _Conjunction) -> None:
        """Add a condition to a conjunction: readings whole, findings one by one, `or` over findings as a line."""
        if not reads_findings(condition):
            found.readings.append(condition)
        elif isinstance(condition, Concluded | Decided):
            found.tests.append(condition)
        elif isinstance(condition, And):
            for part in condition.parts:
                self.split(part, found)
        elif isinstance(condition, Or):
            found.tests.append(Concluded(self.line(condition), negated=False))

    def line(self, condition: Or) -> str:
        """The name of the finding that stands for a line, made at its first use."""
        if condition not in self.lines:
            name = self.lines[condition] = f"line {len(self.lines) + 1}"
            stages = [self.alternative(name, part) for part in self._alternatives(condition)]
            self.plan.settled[name] = max(stages)
        return self.lines[condition]

    def _alternatives(self, condition: Or) -> Sequence[Condition]:
        """The parts of an `or`, those on answers alone taken together as one reading."""
        plain = [part for part in condition.parts if not reads_findings(part)]
        other = [part for part in condition.parts if reads_findings(part)]
        return [*([Or(tuple(plain))] if plain else []), *other]

    def alternative(self, name: str, part: Condition) -> int:
        found = _Conjunction()
        self.split(part, found)
        return self.add(None, name, found)

    def level_tables(self) -> None:
        """Move the cases of a table to the last stage among them: the first case that holds wins, so all must be there."""
        last: dict[str, int] = {}
        for production in self.plan.productions:
            if production.table:
                last[production.table] = max(last.get(production.table, 0), production.stage)
        self.plan.productions = [
            replace(production, stage=last[production.table]) if production.table else production
            for production in self.plan.productions
        ]


def _made(rule: Rule) -> tuple[str, ...]:
    return tuple(effect.finding for effect in rule.then if isinstance(effect, Conclude | Decide))
