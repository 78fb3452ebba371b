"""The rules as an experta user would write them: what the engine of this project is measured against.

One fact for each answer, one rule for each rule of the domain, a closed world with two truth values, experta's own matcher
and strategy. Conditions on one answer are field constraints; those that compare several bind them and test them together.
Findings are facts; strata are salience. The cases of a decide-table come in the order of their salience, each only while the
finding is not there yet. What a rule recommends, warns of or vetoes is recorded as it fires.

A line with `or` is an OR, which experta multiplies out: at most three times in our rules as long as tables are written as
above. (With "none of the earlier cases" as conditions the network is minutes in the building.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, assert_never

from demandfirst.engine.backends.forward import imported
from demandfirst.engine.ir.conditions import (
    And,
    Compare,
    Concluded,
    Condition,
    Contains,
    Decided,
    Holds,
    OneOf,
    Only,
    Or,
    Switch,
    Unknown,
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Rule, Veto, Warn
from demandfirst.engine.ir.vocabulary import SEVERITIES
from experta import AND, MATCH, NOT, OR, TEST, P
from experta import Rule as ExpertaRule
from formulas import DONT_KNOW, compiled, names_of, plain, source

STRATUM = 1_000


class Answer(imported.Fact):  # type: ignore[misc]
    """An answer, a quantity, or a parameter that depends on the client."""


class Known(imported.Fact):  # type: ignore[misc]
    """A finding; a choice has a value."""


class Usual:
    """The engine, built once; `advise` says what it found about one client."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.formulas = {
            one.id: compiled(source(one.formula, rulebase), names_of(rulebase, one.formula))
            for one in rulebase.quantities.values()
        }
        rules = dict(_Writer(rulebase).rules())
        self.engine = type("Rules", (imported.KnowledgeEngine,), rules)()

    def advise(self, client: Mapping[str, Any]) -> dict[str, str]:
        """The status of every item and warning."""
        engine = self.engine
        engine.recommended, engine.vetoed, engine.raised = set(), set(), {}
        engine.reset()
        for name, value in self.given(client).items():
            engine.declare(Answer(name=name, value=value))
        engine.run()
        found = {name: self.status(name) for name in self.rulebase.items}
        return found | {name: engine.raised.get(name, "not_raised") for name in self.rulebase.warnings}

    def given(self, client: Mapping[str, Any]) -> dict[str, Any]:
        """Answers, parameters for this client, and the quantities that can be computed."""
        values: dict[str, Any] = {
            name: DONT_KNOW if value == "unknown" else frozenset(value) if isinstance(value, list) else value
            for name, value in client.items()
            if value is not None
        }
        for one in self.rulebase.parameters.values():
            if one.varies_by:
                variants: Mapping[str, Fraction | bool] = one.variants
                values[one.id] = plain(variants.get(values[one.varies_by], one.value))
            elif one.unit == "switch":
                values[one.id] = one.value
        for name, formula in self.formulas.items():
            if formula.names <= values.keys():
                found = formula.of(values)
                values[name] = DONT_KNOW if found is DONT_KNOW else round(found, 6)
        return values

    def status(self, item: str) -> str:
        if item not in self.engine.recommended:
            return "not_recommended"
        return "withheld" if item in self.engine.vetoed else "recommended"


class _Writer:
    """Writes the rules of a rulebase."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.positions = {case: place for table in rulebase.tables.values() for place, case in enumerate(table.cases)}

    def rules(self) -> Iterator[tuple[str, Any]]:
        """Every rule under a name of its own."""
        for rule in self.rulebase.domain_rules:
            patterns = [self.condition(line.condition) for line in rule.when]
            stratum = rule.stratum
            for effect in rule.then:
                if isinstance(effect, Decide):
                    patterns.append(NOT(Known(name=effect.finding)))
                    stratum = self.rulebase.finding_strata[
                        effect.finding
                    ]  # of all its cases, or a later one comes first
            salience = -STRATUM * stratum - self.positions.get(rule.index, 0)
            yield f"rule_{rule.index}", ExpertaRule(*patterns, salience=salience)(_firing(rule))

    def condition(self, condition: Condition) -> Any:
        """A condition as a pattern."""
        match condition:
            case And(parts):
                return AND(*map(self.condition, parts))
            case Or(parts):
                return OR(*map(self.condition, parts))
            case Compare():
                return self.compare(condition)
            case Concluded(name, negated):
                return NOT(Known(name=name)) if negated else Known(name=name)
            case Decided(name, values, negated):
                return Known(name=name, value=_among(values, negated))
            case OneOf(name, values, negated):
                return Answer(name=name, value=_among(values, negated))
            case Holds(name, negated):
                return Answer(name=name, value=not negated)
            case Contains(name, value, negated):
                return Answer(name=name, value=P(lambda given: given is not DONT_KNOW and (value in given) != negated))
            case Only(name, values, negated):
                return Answer(
                    name=name, value=P(lambda given: given is not DONT_KNOW and given.issubset(values) != negated)
                )
            case Unknown(name, negated):
                return Answer(name=name, value=P(lambda given: (given is DONT_KNOW) != negated))
            case Switch(name, negated):
                return Answer(name=name, value=not negated)
            case _:
                assert_never(condition)

    def compare(self, condition: Compare) -> Any:
        """A comparison: a constraint of the one answer that it reads, or a test over all of them."""
        left, right = source(condition.left, self.rulebase), source(condition.right, self.rulebase)
        names = names_of(self.rulebase, condition.left, condition.right)
        test = compiled(f"{left} - {right} {condition.op} 0", names)  # None takes part in no subtraction
        if len(names) == 1:
            name = min(names)
            return Answer(name=name, value=P(lambda given: test.function(**{name: given})))
        bound = [Answer(name=name, value=getattr(MATCH, name)) for name in sorted(names)]
        return AND(*bound, TEST(test.function))


def _among(values: tuple[str, ...], negated: bool) -> Any:
    if len(values) == 1 and not negated:
        return values[0]
    return P(lambda given: given is not DONT_KNOW and (given in values) != negated)


def _firing(rule: Rule) -> Callable[[Any], None]:
    def fire(self: Any) -> None:
        for effect in rule.then:
            _take_effect(self, effect)

    return fire


def _take_effect(engine: Any, effect: Effect) -> None:
    match effect:
        case Conclude(finding):
            engine.declare(Known(name=finding))
        case Decide(finding, value):
            engine.declare(Known(name=finding, value=value))
        case Recommend(item, _):
            engine.recommended.add(item)
        case Veto(item):
            engine.vetoed.add(item)
        case Warn(warning, severity):
            engine.raised[warning] = max(engine.raised.get(warning, severity), severity, key=SEVERITIES.index)
        case _:
            raise ValueError(effect)
