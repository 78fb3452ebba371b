"""What a summary counts, chunk by chunk: clients and planned money at each verdict, behind vetoes, warnings and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.advising import Advised
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.ir.conditions import Concluded, Decided, leaves
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule, Veto
from demandfirst.engine.ir.vocabulary import SEVERITIES

Counted = dict[str, tuple[int, float]]
"""By key: how many clients, and their planned budgets together, as far as these are known."""
Test = tuple[str, str, pl.Expr]
"""The part and the key of a count, and whom it counts."""
ALL, NOT_SAID, HELD = "all", "not_said", "held"
_BUDGET = "_budget"


@dataclass
class Tally:
    """Counts of everything advised so far."""

    clients: Counted = field(default_factory=dict)
    verdicts: Counted = field(default_factory=dict)
    holders: Counted = field(default_factory=dict)
    warnings: Counted = field(default_factory=dict)
    questions: Counted = field(default_factory=dict)
    alone: Counted = field(default_factory=dict)

    def add(self, part: str, key: str, clients: int, budget: float) -> None:
        """Count more clients under a key."""
        counted: Counted = getattr(self, part)
        before = counted.get(key, (0, 0.0))
        counted[key] = before[0] + clients, before[1] + budget

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Tally:
        """The counts that were kept."""
        return cls(
            **{part: {key: (each[0], each[1]) for key, each in counted.items()} for part, counted in state.items()}
        )


class Tallying:
    """Counts chunks for one rulebase."""

    def __init__(self, rulebase: Rulebase, outputs: Iterable[str]) -> None:
        self.rulebase = rulebase
        self.facts = [name for name in rulebase.facts if names.verdict_ask(name) in set(outputs)]
        tests = [*self.verdicts(), *self.holders(), *self.warnings(), *self.questions()]
        self.tests = [(part, key, test.fill_null(value=False)) for part, key, test in tests]
        self.needs = tuple(dict.fromkeys(name for _, _, test in self.tests for name in test.meta.root_names()))

    def add(self, tally: Tally, advised: Advised) -> None:
        """Count a chunk."""
        frame = advised.advice.with_columns(advised.budget.fill_null(0.0).alias(_BUDGET))
        bits = frame.select(_BUDGET, *(test.alias(str(at)) for at, (_, _, test) in enumerate(self.tests)))
        columns = [str(at) for at in range(len(self.tests))]
        counts = bits.select(pl.col(columns).sum()).row(0) if columns else ()
        budgets = bits.select(pl.col(_BUDGET).filter(pl.col(one)).sum().alias(one) for one in columns).row(0)
        for (part, key, _), clients, budget in zip(self.tests, counts, budgets, strict=True):
            if clients:
                tally.add(part, key, clients, budget)
        tally.add("clients", ALL, frame.height, float(bits[_BUDGET].sum()))
        tally.add("clients", NOT_SAID, advised.budget.null_count(), 0.0)

    def verdicts(self) -> Iterable[Test]:
        """Each value of the verdict; the empty key stands for a verdict that is not decided."""
        finding = self.rulebase.findings[self.rulebase.verdict]
        yield "verdicts", "", pl.col(finding.id).is_null()
        for value in finding.values:
            yield "verdicts", value.id, pl.col(finding.id) == value.id

    def warnings(self) -> Iterable[Test]:
        """Each warning, by the severity with which it is raised."""
        for name in self.rulebase.warnings:
            for severity in SEVERITIES:
                raised = (pl.col(name) == "raised") & (pl.col(names.severity(name)) == severity)
                yield "warnings", f"{name}/{severity}", raised

    def questions(self) -> Iterable[Test]:
        """Each question that the verdict waits for, and where it waits for no other."""
        asked = pl.sum_horizontal(pl.col(names.verdict_ask(name)).cast(pl.UInt8) for name in self.facts)
        for name in self.facts:
            own = pl.col(names.verdict_ask(name))
            yield "questions", name, own
            yield "alone", name, own & (asked == 1)

    def holders(self) -> Iterable[Test]:
        """The rules at the root of the vetoes that withhold something for a client."""
        found: dict[str, list[pl.Expr]] = {}
        for rule in dict.fromkeys(rule for rules in self.rulebase.vetoing.values() for rule in rules):
            items = [effect.item for effect in rule.then if isinstance(effect, Veto)]
            withheld = reduce(or_, (pl.col(item) == "withheld" for item in items))
            for root, path in self.roots(rule, ()):
                found.setdefault(root.id, []).append(reduce(and_, path, withheld))
        tests = {key: reduce(or_, paths) for key, paths in found.items()}
        yield from (("holders", key, test) for key, test in tests.items())
        if tests:
            yield "clients", HELD, reduce(or_, (pl.col(item) == "withheld" for item in self.rulebase.vetoing))

    def roots(self, rule: Rule, path: tuple[pl.Expr, ...]) -> Iterable[tuple[Rule, tuple[pl.Expr, ...]]]:
        """The rules at the root of one, as `texts.causes` finds them, each with what must have fired on the way."""
        path = (*path, pl.col(names.rule_column(rule)))
        behind = [] if rule.until else list(behind_rule(self.rulebase, rule))
        fired = [pl.col(names.rule_column(one)) for one in behind]
        nothing = [~reduce(or_, fired).fill_null(value=False)] if fired else []
        yield rule, (*path, *nothing)
        for one in behind:
            yield from self.roots(one, path)


def behind_rule(rulebase: Rulebase, rule: Rule) -> Iterable[Rule]:
    """The rules that can conclude what the lines of a rule rest on."""
    tests = [leaf for line in rule.when for leaf in leaves(line.condition) if isinstance(leaf, Concluded | Decided)]
    found = [one for leaf in tests for one in rulebase.concluding.get(leaf.finding, ()) if _leads_to(one, leaf)]
    return dict.fromkeys(found)


def _leads_to(rule: Rule, leaf: Concluded | Decided) -> bool:
    """Whether a test of a finding holds where the rule has concluded it."""
    if isinstance(leaf, Concluded):
        return not leaf.negated
    decided = {effect.value for effect in rule.then if isinstance(effect, Decide)}
    return bool(decided.intersection(leaf.values)) != leaf.negated
