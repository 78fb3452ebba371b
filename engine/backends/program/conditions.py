"""Conditions as columns: DESIGN's three truth values become true, false and null."""

from __future__ import annotations

from demandfirst.engine.backends.program.expressions import (
    FALSE,
    UNKNOWN,
    Among,
    Column,
    Compare,
    Expression,
    Missing,
    Truth,
    choice,
    conjunction,
    disjunction,
    negation,
)
from demandfirst.engine.backends.program.figures import Figures, Let, computed
from demandfirst.engine.backends.program.names import mark, unknown, value_columns
from demandfirst.engine.ir import conditions as ir
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Parameter


class Conditions:
    """Conditions of one rulebase as columns; each distinct one is defined once."""

    def __init__(self, rulebase: Rulebase, parameters: dict[str, Parameter], let: Let) -> None:
        self.rulebase, self.parameters, self.let = rulebase, parameters, let
        self.figures = Figures(rulebase, parameters, let)
        self._known: dict[ir.Condition, Expression] = {}

    def truth(self, condition: ir.Condition) -> Expression:
        """The truth of a condition."""
        if condition not in self._known:
            self._known[condition] = self.let(self._truth(condition))
        return self._known[condition]

    def _truth(self, condition: ir.Condition) -> Expression:
        match condition:
            case ir.And(parts):
                return conjunction(map(self.truth, parts))
            case ir.Or(parts):
                return disjunction(map(self.truth, parts))
            case ir.Compare():
                return self._compare(condition)
            case ir.OneOf(fact, values, negated):
                return self._about(fact, Among(Column(fact), values), negated=negated)
            case ir.Holds(fact, negated):
                return self._about(fact, Column(fact), negated=negated)
            case ir.Contains(fact, value, negated):
                return self._about(fact, Column(mark(fact, value)), negated=negated)
            case ir.Only(fact, values, negated):
                others = [one.id for one in self.rulebase.facts[fact].values if one.id not in values]
                beyond = disjunction(Column(mark(fact, other)) for other in others)
                return self._about(fact, beyond, negated=not negated)
            case ir.Unknown(name, negated):
                return self._unknown(name, negated=negated)
            case ir.Switch(name, negated):
                return Truth(bool(self.parameters[name].value) != negated)
            case ir.Concluded(finding, negated):
                return negation(Column(finding)) if negated else Column(finding)
            case ir.Decided():
                return self._decided(condition)

    def missing(self, name: str) -> Expression:
        """Whether a fact is not answered, or a quantity waits for an answer."""
        facts = self.rulebase.facts
        column = value_columns(facts[name])[0] if name in facts else name
        return conjunction([Missing(Column(column)), negation(self._dont_know(name))])

    def _dont_know(self, name: str) -> Expression:
        return self.figures.dont_know(name) if name in self.rulebase.facts else Column(unknown(name))

    def _about(self, fact: str, test: Expression, *, negated: bool) -> Expression:
        """A test of the answer to a fact: false on *don't know*, in both directions."""
        answered = test if test != FALSE else choice(self.missing(fact), UNKNOWN, FALSE)
        held = negation(answered) if negated else answered
        return conjunction([negation(self.figures.dont_know(fact)), held])

    def _unknown(self, name: str, *, negated: bool) -> Expression:
        dont_know = self._dont_know(name)
        return choice(self.missing(name), UNKNOWN, negation(dont_know) if negated else dont_know)

    def _compare(self, condition: ir.Compare) -> Expression:
        left, right = self.figures.term(condition.left), self.figures.term(condition.right)
        if computed(condition.left) or computed(condition.right):
            self.figures.compared(left, right)
        known = [negation(left.dont_know), negation(right.dont_know)]
        return conjunction([*known, Compare(condition.op, left.value, right.value)])

    def _decided(self, condition: ir.Decided) -> Expression:
        """A test on a choice: undecided while values within and outside are both possible."""
        values = [value.id for value in self.rulebase.findings[condition.finding].values]
        within, outside = (
            disjunction(
                Column(mark(condition.finding, value)) for value in values if (value in condition.values) is inside
            )
            for inside in (True, False)
        )
        held = negation(within) if condition.negated else within
        return choice(conjunction([within, outside]), UNKNOWN, held)
