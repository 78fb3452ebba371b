"""The weakly supported parameters that a verdict rests on: those of the proof that needs the fewest of them."""

from __future__ import annotations

from collections.abc import Iterable

from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.conditions import (
    And,
    Compare,
    Concluded,
    Condition,
    Decided,
    Or,
    ParameterTerm,
    QuantityTerm,
    Switch,
    Term,
    subterms,
)
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule

Parameters = frozenset[str]
NONE: Parameters = frozenset()
WEAK = ("low", "judgement")


class Support:
    """What the decided findings of one outcome rest on."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase, self.outcome = rulebase, outcome
        self._findings: dict[str, Parameters] = {}

    def finding(self, name: str) -> Parameters:
        """The weak parameters behind a finding, as it stands; none while it is open."""
        if name not in self._findings:
            state = self.outcome.findings[name]
            decided = len(state) == 1 if isinstance(state, frozenset) else state is not None
            self._findings[name] = self._decided(name) if decided else NONE
        return self._findings[name]

    def _decided(self, name: str) -> Parameters:
        """Of a finding that holds, the cheapest rule that fired (and for a case, why the earlier ones do not hold)."""
        rules = self.rulebase.concluding.get(name, ())
        fired = [rule for rule in rules if self.outcome.rules[rule.index] is True]
        if not fired and name in self.rulebase.tables:
            return NONE
        if not fired:
            return NONE.union(*(self._fails(rule) for rule in rules))
        if name not in self.rulebase.tables:
            return _cheapest(self._holds(rule) for rule in fired)
        earlier = rules[: rules.index(fired[0])]
        return self._holds(fired[0]).union(*(self._fails(rule) for rule in earlier))

    def _holds(self, rule: Rule) -> Parameters:
        return NONE.union(*(self.condition(line.condition) for line in rule.when))

    def _fails(self, rule: Rule) -> Parameters:
        failing = [line.condition for line in rule.when if self.outcome.truth(line.condition) is False]
        return _cheapest(self.condition(condition) for condition in failing)

    def condition(self, condition: Condition) -> Parameters:
        """The weak parameters that make a condition hold or fail."""
        match condition:
            case And(parts) | Or(parts):
                truth = self.outcome.truth(condition)
                if truth is isinstance(condition, And):
                    return NONE.union(*(self.condition(part) for part in parts))
                return _cheapest(self.condition(part) for part in parts if self.outcome.truth(part) is truth)
            case Concluded(name, _) | Decided(name, _, _):
                return self.finding(name)
            case Compare(_, left, right):
                gaps = any(isinstance(self.outcome.client.number(side), Gap) for side in (left, right))
                return NONE if gaps else self._terms(left, right)
            case Switch(name, _):
                return self._weak([name])
            case _:
                return NONE

    def _terms(self, *terms: Term) -> Parameters:
        found = NONE
        for inner in (inner for term in terms for inner in subterms(term)):
            if isinstance(inner, ParameterTerm):
                found |= self._weak([inner.id])
            elif isinstance(inner, QuantityTerm):
                found |= self._terms(self.rulebase.quantities[inner.id].formula)
        return found

    def _weak(self, names: Iterable[str]) -> Parameters:
        return frozenset(name for name in names if self.rulebase.parameters[name].confidence in WEAK)


def _cheapest(choices: Iterable[Parameters]) -> Parameters:
    """The smallest set; of equals the first in the alphabet, so that the answer does not depend on order."""
    return min(choices, key=lambda found: (len(found), sorted(found)), default=NONE)
