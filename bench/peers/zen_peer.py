"""GoRules ZEN through zen-engine: one decision graph whose expression node has a line for each finding, item and warning.

A decide-table is a chain of conditions, the first that holds wins. The graph is compiled once, in the engine's static loader.
A decision of its own (`create_decision`), several nodes, a loader in Python and JSON instead of a dictionary were all slower.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any, assert_never

import zen
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
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule

from peers.base import Client, Statuses, by_severity, number, one_by_one, varying

KEY = "rules"


class Zen:
    """The engine with its one decision, compiled once."""

    name = "GoRules ZEN"
    version = f"zen-engine {version('zen-engine')}"
    help = ""

    def __init__(self, rulebase: Rulebase) -> None:
        self.told = [*rulebase.items, *rulebase.warnings]
        content = {KEY: _graph(_Writer(rulebase).expressions())}
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})

    def advise(self, client: Client) -> Statuses:
        """The status of every item and warning."""
        result = self.engine.evaluate(KEY, client)["result"]
        return {name: result[name] for name in self.told}

    def batch(self, clients: Sequence[Client]) -> list[Statuses]:
        """One client after the other; `evaluate_batch` takes a fifth longer."""
        return one_by_one(self.advise, clients)


class _Writer:
    """Writes a rulebase as named expressions; `$` is what earlier lines gave."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Every line in an order in which each reads only earlier ones."""
        for one in varying(self.rulebase):
            cases = [(f"{one.varies_by} == {_quoted(value)}", number(of)) for value, of in one.variants.items()]
            yield one.id, _chain(cases, number(one.value))
        for quantity in self.rulebase.quantities.values():
            yield quantity.id, f"round({self.term(quantity.formula)}, 6)"
        for name in sorted(self.rulebase.findings, key=self.rulebase.finding_strata.__getitem__):
            yield name, self.finding(name)
        for name in self.rulebase.items:
            yield name, self.item(name)
        for name in self.rulebase.warnings:
            raised = [(self.any(rules), _quoted(severity)) for severity, rules in by_severity(self.rulebase, name)]
            yield name, _chain(raised, _quoted("not_raised"))

    def finding(self, name: str) -> str:
        """A finding: any of its rules, or the first case that holds."""
        rules = self.rulebase.concluding.get(name, ())
        if name not in self.rulebase.tables:
            return self.any(rules)
        decided = [
            (self.when(rule), _quoted(one.value)) for rule in rules for one in rule.then if isinstance(one, Decide)
        ]
        return _chain(decided, "null")

    def item(self, name: str) -> str:
        """The status of an item."""
        vetoed = self.any(self.rulebase.vetoing.get(name, ()))
        fitting = _chain([(vetoed, _quoted("withheld"))], _quoted("recommended"))
        return _chain([(self.any(self.rulebase.recommending.get(name, ())), fitting)], _quoted("not_recommended"))

    def any(self, rules: Iterable[Rule]) -> str:
        """Whether one of the rules holds."""
        return " or ".join(map(self.when, rules)) or "false"

    def when(self, rule: Rule) -> str:
        """Whether a rule holds."""
        return f"({' and '.join(self.condition(line.condition) for line in rule.when) or 'true'})"

    def condition(self, condition: Condition) -> str:
        """A condition as an expression."""
        match condition:
            case And(parts):
                return f"({' and '.join(map(self.condition, parts))})"
            case Or(parts):
                return f"({' or '.join(map(self.condition, parts))})"
            case Compare(op, left, right):
                return f"{self.term(left)} {op} {self.term(right)}"
            case OneOf(name, values, negated):
                return _among(name, values, negated)
            case Holds(name, negated):
                return f"not {name}" if negated else name
            case Contains(name, value, negated):
                return f"{_quoted(value)} {'not in' if negated else 'in'} {name}"
            case Only(name, values, negated):
                only = f"all({name}, # in {json.dumps(values)})"
                return f"not {only}" if negated else only
            case Unknown(name, negated):
                read = f"$.{name}" if name in self.rulebase.quantities else name
                return f"{read} {'!=' if negated else '=='} null"
            case Switch(name, negated):
                return "true" if self.rulebase.parameters[name].value != negated else "false"
            case Concluded(name, negated):
                return f"not $.{name}" if negated else f"$.{name}"
            case Decided(name, values, negated):
                return _among(f"$.{name}", values, negated)
            case _:
                assert_never(condition)

    def term(self, term: Term) -> str:
        """A term as an expression."""
        match term:
            case Number(value):
                return number(value)
            case ParameterTerm(name):
                parameter = self.rulebase.parameters[name]
                return f"$.{name}" if parameter.varies_by else number(parameter.value)
            case FactTerm(name):
                return name
            case QuantityTerm(name):
                return f"$.{name}"
            case Count(name):
                return f"len({name})"
            case Arithmetic(op, left, right):
                return f"({self.term(left)} {op} {self.term(right)})"
            case Extreme(op, terms):
                return f"{op}([{', '.join(map(self.term, terms))}])"
            case Coalesce(first, second):
                return f"({self.term(first)} ?? {self.term(second)})"
            case _:
                assert_never(term)


def _quoted(value: str) -> str:
    return json.dumps(value)


def _chain(cases: Iterable[tuple[str, str]], otherwise: str) -> str:
    """The value of the first condition that holds."""
    return f"({''.join(f'({condition}) ? {value} : ' for condition, value in cases)}{otherwise})"


def _among(name: str, values: tuple[str, ...], negated: bool) -> str:
    if len(values) == 1:
        return f"{name} {'!=' if negated else '=='} {_quoted(values[0])}"
    return f"{name} {'not in' if negated else 'in'} {json.dumps(values)}"


def _graph(expressions: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Input, one expression node, output."""
    content = {"expressions": [{"id": name, "key": name, "value": value} for name, value in expressions]}
    kinds = {"input": "inputNode", "rules": "expressionNode", "output": "outputNode"}
    nodes = [{"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}} for name, kind in kinds.items()]
    nodes[1]["content"] = content
    ends = (("input", "rules"), ("rules", "output"))
    edges = [{"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other} for one, other in ends]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
