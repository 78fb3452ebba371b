"""The rulebase as a program: for every outcome a definition over the columns of the answers table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from demandfirst.engine.backends.program import names
from demandfirst.engine.backends.program.conditions import Conditions
from demandfirst.engine.backends.program.expressions import (
    FALSE,
    TRUE,
    Calculate,
    Column,
    Compare,
    Expression,
    Figure,
    Greatest,
    Missing,
    Word,
    choice,
    conjunction,
    disjunction,
    negation,
    total,
)
from demandfirst.engine.backends.program.figures import ZERO
from demandfirst.engine.backends.program.needs import Needs
from demandfirst.engine.backends.program.program import Builder, Program
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Recommend, Rule
from demandfirst.engine.ir.vocabulary import SEVERITIES, Finding, Item, Parameter
from demandfirst.engine.standing import rule_severity

ITEM_STATUSES = ("recommended", "withheld", "not_recommended", "open")
WARNING_STATUSES = ("raised", "not_raised", "open")


def lower(rulebase: Rulebase, parameters: Mapping[str, Parameter] | None = None) -> Program:
    """The program of a rulebase, with other parameters where they are given."""
    return _Lowering(rulebase, {**rulebase.parameters, **(parameters or {})}).program()


class _Lowering:
    def __init__(self, rulebase: Rulebase, parameters: dict[str, Parameter]) -> None:
        self.rulebase = rulebase
        self.builder = Builder(dict(names.input_columns(rulebase)))
        self.conditions = Conditions(rulebase, parameters, self.builder.let)
        self.focus_count = int(parameters[rulebase.focus_parameter].value)
        self.holds: dict[int, Expression] = {}

    def program(self) -> Program:
        self.quantities()
        strata = sorted({rule.stratum for rule in self.rulebase.domain_rules})
        for stratum in strata:
            self.rules([rule for rule in self.rulebase.domain_rules if rule.stratum == stratum])
            self.findings([name for name, at in self.rulebase.finding_strata.items() if at == stratum])
        self.findings([name for name, at in self.rulebase.finding_strata.items() if at not in strata])
        self.items()
        self.warnings()
        self.focus()
        self.questions()
        self.define(names.DOUBTFUL, choice(disjunction(self.conditions.figures.doubts), TRUE, FALSE))
        return self.builder.program()

    def define(self, name: str, expression: Expression, values: Sequence[str] = ()) -> None:
        self.builder.define(name, expression, tuple(values))

    def quantities(self) -> None:
        figures = self.conditions.figures
        for quantity in self.rulebase.quantities.values():
            amount = figures.term(quantity.formula)
            self.define(quantity.id, figures.rounded(amount))
            self.define(names.unknown(quantity.id), amount.dont_know)

    # --- rules and findings -------------------------------------------------------------------------------------

    def rules(self, rules: Iterable[Rule]) -> None:
        """Whether the conditions of rules hold; a case waits for the others of its table."""
        for rule in rules:
            own = conjunction(self.conditions.truth(line.condition) for line in rule.when)
            if rule.role == "case":
                self.holds[rule.index] = self.builder.let(own)
            else:
                self.define(names.rule_column(rule), own)

    def findings(self, found: Iterable[str]) -> None:
        for name in found:
            finding, rules = self.rulebase.findings[name], self.rulebase.concluding.get(name, ())
            if finding.choice:
                self.choice_finding(finding, rules)
            else:
                self.define(name, self.any_of(rules))

    def choice_finding(self, finding: Finding, cases: Sequence[Rule]) -> None:
        """The cases, each where no earlier one holds; which values are possible, and the one that is left."""
        for at, case in enumerate(cases):
            earlier = [negation(self.holds[one.index]) for one in cases[:at]]
            self.define(names.rule_column(case), conjunction([self.holds[case.index], *earlier]))
        possible = {value.id: names.mark(finding.id, value.id) for value in finding.values}
        for value, column in possible.items():
            truths = [_truth(case) for case in cases if any(getattr(one, "value", None) == value for one in case.then)]
            self.define(column, disjunction(choice(truth, TRUE, Missing(truth)) for truth in truths))
        decided: Expression = Word(None)
        for value in reversed(possible):
            others = [negation(Column(column)) for other, column in possible.items() if other != value]
            decided = choice(conjunction(others), Word(value), decided)
        self.define(finding.id, decided, tuple(possible))

    def any_of(self, rules: Iterable[Rule]) -> Expression:
        return disjunction(map(_truth, rules))

    # --- outcomes -----------------------------------------------------------------------------------------------

    def items(self) -> None:
        for name in self.rulebase.items:
            wanted = self.builder.let(self.any_of(self.rulebase.recommending.get(name, ())))
            vetoed = self.builder.let(self.any_of(self.rulebase.vetoing.get(name, ())))
            tests = (
                conjunction([wanted, negation(vetoed)]),
                conjunction([wanted, vetoed]),
                disjunction([negation(wanted), vetoed]),
            )
            self.define(name, _first(tests, ITEM_STATUSES), ITEM_STATUSES)

    def warnings(self) -> None:
        for warning in self.rulebase.warnings.values():
            rules = self.rulebase.warning.get(warning.id, ())
            raised = self.builder.let(self.any_of(rules))
            self.define(warning.id, _first((raised, negation(raised)), WARNING_STATUSES), WARNING_STATUSES)
            by_severity = [
                self.any_of(rule for rule in rules if rule_severity(rule, warning.id) == at)
                for at in range(len(SEVERITIES))
            ]
            words = (*reversed(SEVERITIES), warning.severity or "info")
            self.define(names.severity(warning.id), _first(by_severity[::-1], words), SEVERITIES)

    def focus(self) -> None:
        """The objectives of most weight, then those that serve a goal, then in their order; as `Standing` ranks them."""
        objectives = [item for item in self.rulebase.items.values() if item.kind == "objective"]
        scores = [self.builder.let(self.score(item, len(objectives), at)) for at, item in enumerate(objectives)]
        for place in range(1, self.focus_count + 1):
            best = self.builder.let(Greatest(tuple(scores)))
            chosen: Expression = Word(None)
            for item, score in reversed(list(zip(objectives, scores, strict=True))):
                first = conjunction([Compare("==", score, best), Compare(">", score, ZERO)])
                chosen = choice(first, Word(item.id), chosen)
            self.define(names.focus(place), chosen, [item.id for item in objectives])
            scores = [self.builder.let(choice(Compare("<", score, best), score, ZERO)) for score in scores]

    def score(self, item: Item, count: int, at: int) -> Expression:
        """A number that ranks an objective among `count`; zero where it is not recommended."""
        recommending = self.rulebase.recommending.get(item.id, ())
        weights = [choice(_truth(rule), Figure(float(_weight(rule, item.id))), ZERO) for rule in recommending]
        self.define(names.weight(item.id), total(weights))
        goals = disjunction(Column(names.mark(self.rulebase.goals_fact, goal)) for goal in item.goals)
        parts = (
            Calculate("*", Column(names.weight(item.id)), Figure(2.0 * count)),
            choice(goals, Figure(float(count)), ZERO),
            Figure(float(count - at)),
        )
        return choice(Compare("==", Column(item.id), Word("recommended")), total(parts), ZERO)

    def questions(self) -> None:
        needs = Needs(self.rulebase, self.conditions, self.builder.let)
        needs.want_finding(self.rulebase.verdict, TRUE)
        for fact, needed in needs.facts().items():
            self.define(names.verdict_ask(fact), needed)
        needs.want_finding(self.rulebase.verdict, TRUE)
        for item in self.rulebase.items:
            is_open = Compare("==", Column(item), Word("open"))
            wanted = self.any_of(self.rulebase.recommending.get(item, ()))
            needs.want_rules(self.rulebase.vetoing.get(item, ()), is_open)
            needs.want_rules(
                self.rulebase.recommending.get(item, ()), conjunction([is_open, negation(choice(wanted, TRUE, FALSE))])
            )
        for warning in self.rulebase.warnings:
            raised = Compare("==", Column(warning), Word("raised"))
            for rule in self.rulebase.warning.get(warning, ()):
                milder = SEVERITIES[: rule_severity(rule, warning)]
                stronger = disjunction(Compare("==", Column(names.severity(warning)), Word(word)) for word in milder)
                needs.want_rules([rule], disjunction([negation(raised), stronger]))
        for fact, needed in needs.facts().items():
            self.define(names.ask(fact), needed)


def _truth(rule: Rule) -> Expression:
    return Column(names.rule_column(rule))


def _first(tests: Iterable[Expression], words: Sequence[str]) -> Expression:
    """The word of the first test that is true; the last word where none is."""
    *earlier, found = (Word(word) for word in words)
    result: Expression = found
    for test, word in reversed(list(zip(tests, earlier, strict=True))):
        result = choice(test, word, result)
    return result


def _weight(rule: Rule, item: str) -> int:
    return sum(effect.weight for effect in rule.then if isinstance(effect, Recommend) and effect.item == item)
