"""One client through the network: declare what is answered, run stage by stage, collect what fired."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from demandfirst.engine.backends.forward.network import (
    CERTAIN,
    POSSIBLE,
    Answered,
    Stage,
    StagedEngine,
    Undecided,
    make_rules,
    test_name,
)
from demandfirst.engine.backends.forward.plan import FindingTest, Plan, Production, make_plan
from demandfirst.engine.ir.answers import Answer, Client, Truth
from demandfirst.engine.ir.outcome import FindingState, Firing, Outcome, finding_truth
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Rule
from demandfirst.engine.ir.vocabulary import Parameter


class ForwardBackend:
    """Forward chaining over one rulebase; engines are built once and reused, one client at a time in each."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.plan = make_plan(rulebase)
        self.needs = [_needs(self.plan, stage) for stage in range(self.plan.stages)]
        self._rules = make_rules(self.plan)
        self._idle: list[StagedEngine] = []
        self._lock = threading.Lock()

    def run(self, answers: Mapping[str, Answer], parameters: Mapping[str, Parameter] | None = None) -> Outcome:
        """The outcome for one client's answers; `parameters` stand in for those of the rulebase."""
        engine = self._take()
        client = Client.of(answers, parameters or self.rulebase.parameters, self.rulebase.quantities)
        engine.board = board = Board(self, client)
        try:
            engine.reset()
            board.start(engine)
            engine.run()
        finally:
            engine.board = None
        with self._lock:
            self._idle.append(engine)
        return board.outcome()

    def _take(self) -> StagedEngine:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return StagedEngine(self._rules)


class Board:
    """What one run finds out: firings in order, findings as they settle."""

    def __init__(self, backend: ForwardBackend, client: Client) -> None:
        self.backend, self.plan, self.rulebase = backend, backend.plan, backend.rulebase
        self.client = client
        self.findings: dict[str, FindingState] = {}
        self.rules: list[Truth] = [False] * len(self.rulebase.rules)
        self.firings: list[Firing] = []
        self.truths = [client.truth(condition) for condition in self.plan.readings]
        self.possible: dict[str, set[str]] = {name: set() for name in self.rulebase.tables}
        self.concluded: dict[str, Truth] = {}

    def start(self, engine: StagedEngine) -> None:
        """Declare what the answers say, and open the first stage."""
        literals: dict[str, bool] = {}
        for number, truth in enumerate(self.truths):
            literals[f"{CERTAIN} {number}"] = truth is True
            literals[f"{POSSIBLE} {number}"] = truth is not False
        engine.facts.declare(Answered(**literals))
        self.open(engine, 0)

    def open(self, engine: StagedEngine, stage: int) -> None:
        """Declare a stage with the truth of every finding test its rules need."""
        tests, tables = self.backend.needs[stage]
        literals: dict[str, Any] = {"number": stage, "gaps": None in self.truths}
        for test in tests:
            truth = finding_truth(test, self.findings[test.finding])
            literals[f"{CERTAIN} {test_name(test)}"] = truth is True
            literals[f"{POSSIBLE} {test_name(test)}"] = truth is not False
        for table in tables:
            engine.facts.declare(Undecided(table=table))
        engine.facts.declare(Stage(**literals))

    def fired(self, engine: StagedEngine, production: Production, certain: bool) -> None:
        """Take up what a firing concludes, and record it."""
        if production.rule is None:
            self._conclude(production.line, certain)
            return
        if self.rules[production.rule] is True:
            return
        rule = self.rulebase.rules[production.rule]
        if production.table:
            if certain:
                self._retract(engine, production.table)
            certain = certain and not self.possible[production.table]
            self.possible[production.table].add(rule.then[0].value)  # type: ignore[union-attr]
        else:
            for effect in rule.then:
                if isinstance(effect, Conclude):
                    self._conclude(effect.finding, certain)
        self.rules[production.rule] = True if certain else None
        self.record(production, rule, certain)

    def record(self, production: Production, rule: Rule, certain: bool) -> None:
        """Add a firing to the trace: the rule, what it read with which values, and what it concludes."""
        read = tuple((name, self.value(name)) for name in production.reads)
        self.firings.append(Firing(len(self.firings) + 1, rule.index, production.stage, certain, read, rule.then))

    def _conclude(self, finding: str, certain: bool) -> None:
        if self.concluded.get(finding) is not True:
            self.concluded[finding] = True if certain else None

    def _retract(self, engine: StagedEngine, table: str) -> None:
        for fact in list(engine.facts.values()):
            if isinstance(fact, Undecided) and fact["table"] == table:
                engine.retract(fact)

    def value(self, name: str) -> Answer | FindingState:
        """The value of a name that a rule reads."""
        if name in self.findings:
            return self.findings[name]
        return self.client.quantities[name] if name in self.client.quantities else self.client.answer(name)

    def close(self, engine: StagedEngine, stage: int) -> None:
        """Settle the findings of a stage and open the next one."""
        for name in self.plan.settling(stage):
            self.findings[name] = (
                frozenset(self.possible[name]) if name in self.possible else self.concluded.get(name, False)
            )
        if stage + 1 < self.plan.stages:
            self.open(engine, stage + 1)

    def outcome(self) -> Outcome:
        """The result, without the findings that only stand for lines."""
        findings = {name: self.findings[name] for name in self.rulebase.findings}
        return Outcome(self.client, tuple(self.rules), findings, tuple(self.firings))


def _needs(plan: Plan, stage: int) -> tuple[tuple[FindingTest, ...], tuple[str, ...]]:
    """The finding tests and the decide-tables of a stage."""
    productions = plan.at(stage)
    tests = dict.fromkeys(test for production in productions for test in production.tests)
    tables = dict.fromkeys(production.table for production in productions if production.table)
    return tuple(tests), tuple(tables)
