"""durable_rules: one fact with the answers, a fact for each finding, rules as `when_all`, consequents in Python.

Numbers that the rule language cannot compute (quantities, counts, sums with the client's parameters) are computed in Python and
asserted with the answers; *don't know* is a property that is not there. Negation looks only at what was asserted before it, so
rules that need a settled finding also wait for the fact that says that its stratum is over; the cases of a table fire in the
order of their priority, and only the first counts. Each client is a session of its own that is deleted afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from importlib.metadata import version
from itertools import chain, count, product
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

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
    Number,
    OneOf,
    Only,
    Or,
    ParameterTerm,
    QuantityTerm,
    Switch,
    Term,
    Unknown,
    reads_findings,
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Recommend, Rule, Veto, Warn
from demandfirst.engine.ir.vocabulary import SEVERITIES
from durable.lang import assert_fact, delete_state, item, m, none, pri, ruleset, when_all
from formulas import DONT_KNOW, Formula, compiled, names_of, plain, source

from peers.base import Client, Statuses, item_statuses, one_by_one

_numbers = count()


@dataclass
class _Told:
    """What the rules said about the client at hand."""

    recommended: set[str] = field(default_factory=set)
    vetoed: set[str] = field(default_factory=set)
    raised: dict[str, str] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)


class Durable:
    """The ruleset, registered once."""

    name = "durable_rules"
    version = f"durable_rules {version('durable_rules')}"
    help = "arithmetic, counts, quantities, parameters that vary, and that a table is decided once"

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.ruleset = f"rules_{next(_numbers)}"
        self.told = _Told()
        writer = _Writer(rulebase)
        with ruleset(self.ruleset):
            for rule, conditions, priority in writer.rules():
                when_all(*conditions, pri(priority))(self.consequent(rule))
        self.formulas, self.stages = writer.formulas, sorted(writer.stages)

    def advise(self, client: Client) -> Statuses:
        """The status of every item and warning."""
        self.told = told = _Told()
        session = str(next(_numbers))
        assert_fact(self.ruleset, {"kind": "client", "sid": session, **self.given(client)})
        for stage in self.stages:
            assert_fact(self.ruleset, {"kind": "stage", "number": stage, "sid": session})
        delete_state(self.ruleset, session)
        warnings = {name: told.raised.get(name, "not_raised") for name in self.rulebase.warnings}
        return item_statuses(self.rulebase, told.recommended, told.vetoed) | warnings

    def given(self, client: Client) -> dict[str, Any]:
        """Answers and the numbers computed from them, without what the client does not know."""
        values: dict[str, Any] = {name: DONT_KNOW if value == "unknown" else value for name, value in client.items()}
        for one in self.rulebase.parameters.values():
            if one.varies_by:
                values[one.id] = plain(one.variants.get(values[one.varies_by], one.value))
        for name, formula in self.formulas.items():
            found = formula.of(values)
            values[name] = DONT_KNOW if found is DONT_KNOW else round(found, 6)
        return {name: value for name, value in values.items() if value is not DONT_KNOW}

    def consequent(self, rule: Rule) -> Callable[[Any], None]:
        """What happens when a rule fires."""

        def fire(context: Any) -> None:
            for effect in rule.then:
                match effect:
                    case Conclude(finding):
                        context.assert_fact({"kind": "finding", "id": finding})
                    case Decide(finding, value) if finding not in self.told.decided:
                        self.told.decided.add(finding)
                        context.assert_fact({"kind": "finding", "id": finding, "value": value})
                    case Recommend(name, _):
                        self.told.recommended.add(name)
                    case Veto(name):
                        self.told.vetoed.add(name)
                    case Warn(name, severity):
                        held = self.told.raised.get(name, severity)
                        self.told.raised[name] = max(held, severity, key=SEVERITIES.index)
                    case _:
                        pass

        return fire

    def batch(self, clients: Sequence[Client]) -> list[Statuses]:
        """One session after the other."""
        return one_by_one(self.advise, clients)


class _Writer:
    """Writes a rulebase as conditions of durable_rules."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.positions = {case: place for table in rulebase.tables.values() for place, case in enumerate(table.cases)}
        self.formulas = {name: self.formula(one.formula) for name, one in rulebase.quantities.items()}
        self.terms: dict[str, Term] = {}
        self.stages: set[int] = set()

    def rules(self) -> Iterator[tuple[Rule, list[Any], int]]:
        """Every rule once for each alternative, with its conditions and its priority."""
        for rule in self.rulebase.domain_rules:
            decided = [effect.finding for effect in rule.then if isinstance(effect, Decide)]
            stage = self.rulebase.finding_strata[decided[0]] if decided else rule.stratum
            for alternative in _alternatives([line.condition for line in rule.when]):
                patterns = self.patterns(alternative)
                if decided or any(isinstance(one, Concluded) and one.negated for one in alternative):
                    self.stages.add(stage)
                    patterns.insert(0, (m.kind == "stage") & (m.number == stage))
                yield rule, patterns or [m.kind == "client"], self.positions.get(rule.index, 0)

    def patterns(self, conditions: Sequence[Condition]) -> list[Any]:
        """Conditions that must all hold: one pattern of the client for all answers, one for each finding."""
        answers = [self.answer(one) for one in conditions if not isinstance(one, Concluded | Decided)]
        patterns = [reduce(and_, answers, m.kind == "client")] if answers else []
        for one in conditions:
            match one:
                case Concluded(name, negated):
                    found = (m.kind == "finding") & (m.id == name)
                    patterns.append(none(found) if negated else found)
                case Decided(name, values, negated):
                    patterns.append((m.kind == "finding") & (m.id == name) & _among("value", values, negated))
                case _:
                    pass
        return patterns

    def answer(self, condition: Condition) -> Any:
        """A condition on the client's answers."""
        match condition:
            case And(parts):
                return reduce(and_, map(self.answer, parts))
            case Or(parts):
                return reduce(or_, map(self.answer, parts))
            case Compare():
                return self.compare(condition)
            case OneOf(name, values, negated):
                return _among(name, values, negated)
            case Holds(name, negated):
                return getattr(m, name) == (not negated)
            case Contains(name, value, negated):
                lacks = getattr(m, name).allItems(item != value)
                return lacks | self.empty(name) if negated else getattr(m, name).anyItem(item == value)
            case Only(name, values, negated):
                if negated:
                    return getattr(m, name).anyItem(reduce(and_, (item != value for value in values)))
                return getattr(m, name).allItems(reduce(or_, (item == value for value in values))) | self.empty(name)
            case Unknown(name, negated):
                return +getattr(m, name) if negated else -getattr(m, name)
            case Switch(name, negated):
                return m.kind == ("client" if self.rulebase.parameters[name].value != negated else "never")
            case _:
                raise ValueError(condition)

    def empty(self, name: str) -> Any:
        """A set without entries, about which `allItems` does not hold."""
        return getattr(m, self.computed(Count(name))) == 0

    def compare(self, condition: Compare) -> Any:
        """A comparison of an answer or computed number with another or a constant."""
        left, right = self.operand(condition.left), self.operand(condition.right)
        return OPERATORS[condition.op](getattr(m, str(left)), getattr(m, right) if isinstance(right, str) else right)

    def operand(self, term: Term) -> str | float:
        """A constant, or the property that holds the value of a term."""
        match term:
            case Number(value):
                return plain(value)
            case ParameterTerm(name) if not self.rulebase.parameters[name].varies_by:
                return plain(self.rulebase.parameters[name].value)
            case FactTerm(name) | QuantityTerm(name) | ParameterTerm(name):
                return name
            case _:
                return self.computed(term)

    def computed(self, term: Term) -> str:
        """The property for a term that Python computes."""
        formula = self.formula(term)
        known = next((name for name, one in self.terms.items() if one == term), "")
        name = known or f"computed_{len(self.terms)}"
        self.terms[name] = term
        self.formulas.setdefault(name, formula)
        return name

    def formula(self, term: Term) -> Formula:
        """A term as a function of what the client answers."""
        return compiled(source(term, self.rulebase), names_of(self.rulebase, term))


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def _among(name: str, values: tuple[str, ...], negated: bool) -> Any:
    each = [getattr(m, name) != value if negated else getattr(m, name) == value for value in values]
    return reduce(and_ if negated else or_, each)


def _alternatives(conditions: Sequence[Condition]) -> Iterator[list[Condition]]:
    """The conditions multiplied out, as far as they join findings with something else by `or`."""
    return (list(chain.from_iterable(each)) for each in product(*map(_branches, conditions)))


def _branches(condition: Condition) -> list[list[Condition]]:
    match condition:
        case Or(parts) if reads_findings(condition):
            return [branch for part in parts for branch in _branches(part)]
        case And(parts) if reads_findings(condition):
            return list(_alternatives(parts))
        case _:
            return [[condition]]
