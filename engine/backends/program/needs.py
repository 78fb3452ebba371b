"""Which unanswered facts can still decide something: the walk of `Pending`, backwards through the program."""

from __future__ import annotations

from collections.abc import Iterable

from demandfirst.engine.backends.program.conditions import Conditions
from demandfirst.engine.backends.program.expressions import (
    FALSE,
    TRUE,
    Column,
    Expression,
    Missing,
    choice,
    conjunction,
    disjunction,
)
from demandfirst.engine.backends.program.figures import Let
from demandfirst.engine.backends.program.names import rule_column
from demandfirst.engine.ir import conditions as ir
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule


class Needs:
    """Rules and findings that something waits for, and through them the facts."""

    def __init__(self, rulebase: Rulebase, conditions: Conditions, let: Let) -> None:
        self.rulebase, self.conditions, self.let = rulebase, conditions, let
        self._rules: dict[int, list[Expression]] = {}
        self._findings: dict[str, list[Expression]] = {}
        self._facts: dict[str, list[Expression]] = {}

    def want_finding(self, name: str, when: Expression) -> None:
        """Something waits for a finding, where a test is true."""
        self._findings.setdefault(name, []).append(when)

    def want_rules(self, rules: Iterable[Rule], when: Expression) -> None:
        """Something waits for rules, where a test is true."""
        for rule in rules:
            self._rules.setdefault(rule.index, []).append(when)

    def facts(self) -> dict[str, Expression]:
        """For each fact whether it is not answered and something waits for it; what was wanted is then forgotten."""
        at = self.rulebase.finding_strata
        for stratum in sorted({rule.stratum for rule in self.rulebase.domain_rules} | set(at.values()), reverse=True):
            for name in [name for name in self._findings if at[name] == stratum]:
                undecided = conjunction([self._undecided(name), disjunction(self._findings[name])])
                self.want_rules(self.rulebase.concluding.get(name, ()), self.let(undecided))
            for rule in self.rulebase.domain_rules:
                if rule.stratum == stratum and rule.index in self._rules:
                    self._rule(rule)
        found = {
            name: choice(conjunction([self.conditions.missing(name), disjunction(self._facts[name])]), TRUE, FALSE)
            for name in self.rulebase.facts
            if name in self._facts
        }
        self._rules, self._findings, self._facts = {}, {}, {}
        return found

    def _undecided(self, name: str) -> Expression:
        return Missing(Column(name))

    def _rule(self, rule: Rule) -> None:
        waiting = self.let(conjunction([Missing(Column(rule_column(rule))), disjunction(self._rules[rule.index])]))
        for line in rule.when:
            self._condition(line.condition, waiting)

    def _condition(self, condition: ir.Condition, waiting: Expression) -> None:
        truth = self.conditions.truth(condition)
        undecided = self.let(conjunction([waiting, Missing(truth)]))
        match condition:
            case ir.And(parts) | ir.Or(parts):
                for part in parts:
                    self._condition(part, undecided)
            case ir.Concluded(name, _) | ir.Decided(name, _, _):
                self.want_finding(name, undecided)
            case ir.Switch():
                pass
            case ir.Compare(_, left, right):
                for term in (left, right):
                    self._term(term, undecided)
            case (
                ir.OneOf(name, _, _)
                | ir.Holds(name, _)
                | ir.Contains(name, _, _)
                | ir.Only(name, _, _)
                | ir.Unknown(name, _)
            ):
                self._name(name, undecided)

    def _name(self, name: str, waiting: Expression) -> None:
        if name in self.rulebase.quantities:
            self._term(ir.QuantityTerm(name), waiting)
        else:
            self._facts.setdefault(name, []).append(waiting)

    def _term(self, term: ir.Term, waiting: Expression) -> None:
        for inner in ir.subterms(term):
            match inner:
                case ir.FactTerm(name) | ir.Count(name):
                    self._name(name, waiting)
                case ir.QuantityTerm(name):
                    still = self.let(conjunction([waiting, self.conditions.missing(name)]))
                    self._term(self.rulebase.quantities[name].formula, still)
                case _:
                    pass
