"""Our own engines beside the peers: from checked answers, or from a table of them, to statuses and the rules that fired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from demandfirst.engine.backends.columns import Columns
from demandfirst.engine.backends.forward.engine import ForwardBackend
from demandfirst.engine.backends.program.names import rule_column, severity
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.standing import Standing
from peers.base import Statuses

Answers = Mapping[str, Answer]


def forward(rulebase: Rulebase) -> Callable[[Answers], Statuses]:
    """The experta path: a run that records every firing, then the statuses."""
    backend = ForwardBackend(rulebase)

    def advise(answers: Answers) -> Statuses:
        standing = Standing(rulebase, backend.run(answers))
        items: Statuses = {name: standing.item(name) for name in rulebase.items}
        return items | {name: _told(*standing.warning(name)) for name in rulebase.warnings}

    return advise


def scalar(rulebase: Rulebase) -> Callable[[Answers], Statuses]:
    """The compiled functions, which also name the rules that fired."""
    backend = ScalarBackend(rulebase)

    def advise(answers: Answers) -> Statuses:
        found = backend.standing(answers)
        return {**found.items, **{name: _told(*one) for name, one in found.warnings.items()}}

    return advise


class Table:
    """Columns, with only the statuses, warnings, severities and rules asked for."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase, self.columns = rulebase, Columns(rulebase)
        severities = map(severity, rulebase.warnings)
        rules = map(rule_column, rulebase.domain_rules)
        self.wanted = [*rulebase.items, *rulebase.warnings, *severities, *rules]

    def advise(self, frame: Any) -> Any:
        """The advice table for an answers table."""
        return self.columns.advise(frame, self.wanted)

    def statuses(self, frame: Any) -> list[Statuses]:
        """The same, row by row, as peers give it."""
        names = [(name, severity(name)) for name in self.rulebase.warnings]
        return [
            {name: row[name] for name in self.rulebase.items}
            | {name: _told(row[name], row[how]) for name, how in names}
            for row in self.advise(frame).iter_rows(named=True)
        ]


def _told(status: str, severity: str) -> str:
    return severity if status == "raised" else status
