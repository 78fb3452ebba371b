"""A rulebase several times as large: its rules, findings, items and warnings once more under other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from demandfirst.engine.ir.conditions import And, Concluded, Condition, Decided, Or
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Rule, Show, Veto, Warn
from demandfirst.engine.ir.vocabulary import Item

Named = TypeVar("Named")


def grown(rulebase: Rulebase, times: int) -> Rulebase:
    """The rulebase with every rule `times` times; the copies read the same answers, but findings of their own."""
    copies = [_Copy(rulebase, number) for number in range(times)]
    return replace(
        rulebase,
        findings=_all(copy.renamed(rulebase.findings) for copy in copies),
        items=_all({copy.name(name): copy.item(item) for name, item in rulebase.items.items()} for copy in copies),
        warnings=_all({copy.name(name): copy.item(item) for name, item in rulebase.warnings.items()} for copy in copies),
        rules=tuple(copy.rule(rule) for copy in copies for rule in rulebase.rules),
        tables={
            copy.name(name): replace(
                table, finding=copy.name(table.finding), cases=tuple(case + copy.offset for case in table.cases)
            )
            for copy in copies
            for name, table in rulebase.tables.items()
        },
        finding_strata=_all(copy.renamed(rulebase.finding_strata) for copy in copies),
    )
