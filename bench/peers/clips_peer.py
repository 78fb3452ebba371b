"""CLIPS through clipspy: a template with a slot for each answer, one defrule for each rule, salience for strata.

Conditions on one answer are constraints of its slot, all in one pattern; those that compare several bind them and test them
together. What the rules say is collected in global variables, which Python reads once for each client.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, assert_never

import clips
from clips._clips import lib
from clips.facts import Fact
from demandfirst.engine.ir.conditions import (
    And,
    Arithmetic,
    Coalesce,
    Compare,
    Concluded,
    Condition,
    Contains,
    Count,
    Decided,
    Extreme,
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
    names_in,
    subterms,
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Rule, Veto, Warn
from demandfirst.engine.ir.vocabulary import SEVERITIES, Parameter

from peers.base import Client, Statuses, item_statuses, number, one_by_one, varying

STRATUM = 1_000
FINDING = "(deftemplate finding (slot id) (slot value (default TRUE)))"
TOLD = ("recommended", "vetoed", *SEVERITIES)


def _release(fact: Any) -> None:
    """What clipspy 1.0.6 means to do when a fact is no longer held by Python; its own call has an argument too many.

    Without this CLIPS keeps every fact ever asserted from Python, and is four times as slow after some thousand clients.
    """
    lib.ReleaseFact(fact._fact)  # noqa: SLF001


Fact.__del__ = _release


class Clips:
    """The environment, built once and reset for each client."""

    name = "CLIPS"
    version = f"clipspy {clips.__version__}"
    help = ""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.environment = clips.Environment()
        for construct in _Writer(rulebase).constructs():
            self.environment.build(construct)
        self.template = self.environment.find_template("client")
        self.told = [self.environment.find_global(name) for name in TOLD]
        values = [value.id for fact in rulebase.facts.values() for value in fact.values]
        self.symbols = {value: clips.Symbol(value) for value in values} | {"unknown": clips.Symbol("nil")}

    def advise(self, client: Client) -> Statuses:
        """The status of every item and warning."""
        self.environment.reset()
        self.template.assert_fact(**{name: self.slot(value) for name, value in client.items()})
        self.environment.run()
        recommended, vetoed, *raised = (one.value for one in self.told)
        warnings = dict.fromkeys(self.rulebase.warnings, "not_raised")
        for severity, names in zip(SEVERITIES, raised, strict=True):
            warnings |= dict.fromkeys(names, severity)
        return item_statuses(self.rulebase, set(recommended), set(vetoed)) | warnings

    def slot(self, value: Any) -> Any:
        """An answer as the value of a slot."""
        if isinstance(value, str):
            return self.symbols[value]
        return tuple(map(self.symbols.__getitem__, value)) if isinstance(value, list) else value

    def batch(self, clients: Sequence[Client]) -> list[Statuses]:
        """CLIPS takes one client at a time."""
        return one_by_one(self.advise, clients)


class _Writer:
    """Writes a rulebase as constructs."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.positions = {case: place for table in rulebase.tables.values() for place, case in enumerate(table.cases)}
        self.computed = {one.id for one in varying(rulebase)} | set(rulebase.quantities)

    def constructs(self) -> Iterator[str]:
        """Templates, globals, and a rule for each of ours."""
        facts = (
            f"({'multislot' if fact.type == 'set' else 'slot'} {fact.id})" for fact in self.rulebase.facts.values()
        )
        yield f"(deftemplate client {' '.join(facts)})"
        yield f"(deftemplate computed {' '.join(f'(slot {name})' for name in sorted(self.computed))})"
        yield FINDING
        yield f"(defglobal {' '.join(f'?*{name}* = (create$)' for name in TOLD)})"
        yield self.computing()
        yield from map(self.rule, self.rulebase.domain_rules)

    def computing(self) -> str:
        """The rule that computes quantities and the parameters that vary, before any other."""
        terms = [one.formula for one in self.rulebase.quantities.values()]
        read = _facts_in(terms) | {one.varies_by for one in varying(self.rulebase)}
        values = {one.id: self.variant(one) for one in varying(self.rulebase)}
        values |= {name: _rounded(self.term(one.formula)) for name, one in self.rulebase.quantities.items()}
        slots = " ".join(f"({name} ?{name})" for name in sorted(read))
        binds = " ".join(f"(bind ?{name} {value})" for name, value in values.items())
        made = " ".join(f"({name} ?{name})" for name in values)
        return f"(defrule computing (declare (salience 1)) (client {slots}) => {binds} (assert (computed {made})))"

    def variant(self, parameter: Parameter) -> str:
        """The value of a parameter for the client at hand."""
        cases = " ".join(f"(case {value} then {number(of)})" for value, of in parameter.variants.items())
        return f"(switch ?{parameter.varies_by} {cases} (default {number(parameter.value)}))"

    def rule(self, rule: Rule) -> str:
        """A rule as a defrule; a case waits for the earlier ones, and fires only while nothing is decided."""
        stratum, patterns = rule.stratum, self.together([line.condition for line in rule.when])
        for effect in rule.then:
            if isinstance(effect, Decide):
                stratum = self.rulebase.finding_strata[effect.finding]
                patterns.append(f"(not (finding (id {effect.finding})))")
        salience = -STRATUM * stratum - self.positions.get(rule.index, 0)
        effects = " ".join(map(_effect, rule.then))
        return f"(defrule rule_{rule.index} (declare (salience {salience})) {' '.join(patterns)} => {effects})"

    def together(self, conditions: Iterable[Condition]) -> list[str]:
        """Conditions that must all hold, those about answers in one pattern of the client."""
        slots: dict[str, dict[str, str]] = {"client": {}, "computed": {}}
        others: list[str] = []
        for condition in conditions:
            match condition:
                case And(parts):
                    others += self.together(parts)
                case Or(parts):
                    others.append(f"(or {' '.join(map(self.one, parts))})")
                case Concluded(name, negated):
                    others.append(f"(not (finding (id {name})))" if negated else f"(finding (id {name}))")
                case Decided(name, values, negated):
                    others.append(f"(finding (id {name}) (value {_among(values, negated)}))")
                case Switch(name, negated):
                    others += [] if self.rulebase.parameters[name].value != negated else ["(test (not TRUE))"]
                case Compare():
                    others += self.compare(condition, slots)
                case _:
                    others += self.answer(condition, slots)
        patterns = [
            f"({name} {' '.join(f'({slot} {of})' for slot, of in held.items())})"
            for name, held in slots.items()
            if held
        ]
        return patterns + others

    def one(self, condition: Condition) -> str:
        """A condition that stands alone, as a part of an `or`."""
        patterns = self.together([condition])
        return patterns[0] if len(patterns) == 1 else f"(and {' '.join(patterns)})"

    def answer(self, condition: Condition, slots: dict[str, dict[str, str]]) -> list[str]:
        """A condition on one answer, as a constraint of its slot; a pattern of its own where the slot has one already."""
        match condition:
            case OneOf(name, values, negated):
                constraint = _among(values, negated)
            case Holds(name, negated):
                constraint = "FALSE" if negated else "TRUE"
            case Contains(name, value, negated):
                constraint = f"$?{name}&:(not (member$ {value} ?{name}))" if negated else f"$? {value} $?"
            case Only(name, values, negated):
                subset = f"(subsetp ?{name} (create$ {' '.join(values)}))"
                constraint = f"$?{name}&:{f'(not {subset})' if negated else subset}"
            case Unknown(name, negated):
                constraint = "~nil" if negated else "nil"
            case _:
                raise ValueError(condition)
        pattern = self.pattern(name)
        if name in slots[pattern]:
            return [f"({pattern} ({name} {constraint}))"]
        slots[pattern][name] = constraint
        return []

    def compare(self, condition: Compare, slots: dict[str, dict[str, str]]) -> list[str]:
        """A comparison: a constraint where it reads one answer alone, else a test over all that it reads."""
        test = (
            f"({_OPERATORS.get(condition.op, condition.op)} {self.term(condition.left)} {self.term(condition.right)})"
        )
        names = sorted(self.names(condition))
        sets = {fact.id for fact in self.rulebase.facts.values() if fact.type == "set"}
        bound = {name: f"{'$' if name in sets else ''}?{name}" for name in names}
        if len(names) == 1 and names[0] not in slots[self.pattern(names[0])]:
            slots[self.pattern(names[0])][names[0]] = f"{bound[names[0]]}&:{test}"
            return []
        patterns = []
        for name in names:
            held = slots[self.pattern(name)]
            if held.setdefault(name, bound[name]).split("&")[0] != bound[name]:
                patterns.append(f"({self.pattern(name)} ({name} {bound[name]}))")
        return [*patterns, f"(test {test})"]

    def names(self, condition: Compare) -> set[str]:
        """The slots that a comparison reads."""
        names = names_in(condition, set(self.rulebase.quantities))
        return {*names.facts, *names.quantities, *(self.computed & set(names.parameters))}

    def pattern(self, name: str) -> str:
        """The template with this slot."""
        return "computed" if name in self.computed else "client"

    def term(self, term: Term) -> str:
        """A term as an expression over variables with the names of their slots."""
        match term:
            case Number(value):
                return number(value)
            case ParameterTerm(name):
                return f"?{name}" if name in self.computed else number(self.rulebase.parameters[name].value)
            case FactTerm(name) | QuantityTerm(name):
                return f"?{name}"
            case Count(name):
                return f"(length$ ?{name})"
            case Arithmetic(op, left, right):
                return f"({op} {self.term(left)} {self.term(right)})"
            case Extreme(op, terms):
                return f"({op} {' '.join(map(self.term, terms))})"
            case Coalesce(first, second):
                one = self.term(first)
                return f"(if (eq {one} nil) then {self.term(second)} else {one})"
            case _:
                assert_never(term)


_OPERATORS = {"==": "=", "!=": "<>"}


def _facts_in(terms: Iterable[Term]) -> set[str]:
    return {inner.id for term in terms for inner in subterms(term) if isinstance(inner, FactTerm)}


def _rounded(expression: str) -> str:
    return f"(/ (round (* {expression} 1000000)) 1000000)"


def _among(values: tuple[str, ...], negated: bool) -> str:
    return "&".join(f"~{value}" for value in values) if negated else "|".join(values)


def _effect(effect: Effect) -> str:
    match effect:
        case Conclude(finding):
            return f"(assert (finding (id {finding})))"
        case Decide(finding, value):
            return f"(assert (finding (id {finding}) (value {value})))"
        case Recommend(item, _):
            return _told("recommended", item)
        case Veto(item):
            return _told("vetoed", item)
        case Warn(warning, severity):
            return _told(severity, warning)
        case _:
            raise ValueError(effect)


def _told(where: str, name: str) -> str:
    return f"(bind ?*{where}* (create$ ?*{where}* {name}))"
