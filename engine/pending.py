"""Which unanswered facts keep something undecided: a walk over what is unknown, and only that."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.conditions import (
    And,
    Compare,
    Concluded,
    Condition,
    Contains,
    Count,
    Decided,
    FactTerm,
    Holds,
    OneOf,
    Only,
    Or,
    QuantityTerm,
    Switch,
    Term,
    Unknown,
    subterms,
)
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule

Facts = frozenset[str]
NOTHING: Facts = frozenset()


class Pending:
    """The unanswered facts behind rules and findings whose truth is unknown, for one outcome."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase = rulebase
        self.outcome = outcome
        self._findings: dict[str, Facts] = {}
        self._rules: dict[int, Facts] = {}

    @cached_property
    def over(self) -> bool:
        """Whether every fact is answered, none of them within bounds only: then nothing waits for anything."""
        return not any(map(self.fact, self.rulebase.facts))

    def rules(self, rules: Iterable[Rule]) -> Facts:
        """The facts that keep these rules undecided; decided rules wait for nothing."""
        return NOTHING.union(*(self.rule(rule) for rule in rules))

    def rule(self, rule: Rule) -> Facts:
        """The facts that keep one rule undecided."""
        if self.outcome.rules[rule.index] is not None:
            return NOTHING
        if rule.index not in self._rules:
            self._rules[rule.index] = NOTHING.union(*(self.condition(line.condition) for line in rule.when))
        return self._rules[rule.index]

    def finding(self, name: str) -> Facts:
        """The facts that keep a finding undecided."""
        if name not in self._findings:
            state = self.outcome.findings[name]
            undecided = len(state) > 1 if isinstance(state, frozenset) else state is None
            self._findings[name] = self.rules(self.rulebase.concluding.get(name, ())) if undecided else NOTHING
        return self._findings[name]

    def condition(self, condition: Condition) -> Facts:
        """The facts that keep a condition undecided; a part that is decided adds none."""
        if self.outcome.truth(condition) is not None:
            return NOTHING
        match condition:
            case And(parts) | Or(parts):
                return NOTHING.union(*(self.condition(part) for part in parts))
            case Concluded(name, _) | Decided(name, _, _):
                return self.finding(name)
            case Switch():
                return NOTHING
            case Compare(_, left, right):
                return self.term(left) | self.term(right)
            case OneOf(name, _, _) | Holds(name, _) | Contains(name, _, _) | Only(name, _, _) | Unknown(name, _):
                return self.term(QuantityTerm(name)) if name in self.rulebase.quantities else self.fact(name)

    def names(self, names: Iterable[str]) -> Facts:
        """The facts that keep figures from being shown: of facts and quantities, by name."""
        rulebase = self.rulebase
        terms = [QuantityTerm(name) if name in rulebase.quantities else FactTerm(name) for name in names]
        return NOTHING.union(*(self.term(term) for term in terms if term.id not in rulebase.parameters))

    def term(self, term: Term) -> Facts:
        """The unanswered facts in a term, through its quantities."""
        found = NOTHING
        for inner in subterms(term):
            match inner:
                case FactTerm(name) | Count(name):
                    found |= self.fact(name)
                case QuantityTerm(name):
                    value = self.outcome.client.quantities[name]
                    if value is Gap.NOT_ANSWERED or isinstance(value, Interval):
                        found |= self.term(self.rulebase.quantities[name].formula)
                case _:
                    pass
        return found

    def fact(self, name: str) -> Facts:
        """The fact itself, if it is not answered, or answered only within bounds."""
        given = self.outcome.client.answer(name)
        return frozenset({name}) if given is Gap.NOT_ANSWERED or isinstance(given, Interval) else NOTHING
