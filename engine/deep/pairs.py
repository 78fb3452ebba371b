"""Pairs of clients who differ in one condition of a rule, so that it fires for the first and not for the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.deep.truths import target
from demandfirst.engine.ir.answers import Answer, Truth
from demandfirst.engine.ir.conditions import Leaf, leaves, names_in, names_in_term
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Rule, Warn
from demandfirst.engine.ir.written import written
from demandfirst.engine.standing import Kind, Standing

Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Spot:
    """One condition of a rule or case."""

    rule: Rule
    leaf: Leaf

    @property
    def name(self) -> str:
        """The condition as it is written."""
        return written(self.leaf)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clients: the rule fires for `one` and not for `other`."""

    one: dict[str, Answer]
    other: dict[str, Answer]

    @property
    def apart(self) -> tuple[str, ...]:
        """The facts to which their answers differ."""
        facts = dict.fromkeys([*self.one, *self.other])
        return tuple(name for name in facts if self.one.get(name) != self.other.get(name))

    def without(self, name: str) -> Pair:
        """The same clients, who do not answer a question."""
        return Pair(left_out(self.one, name), left_out(self.other, name))


def left_out(answers: Answers, name: str) -> dict[str, Answer]:
    """The answers without one."""
    return {other: answer for other, answer in answers.items() if other != name}


def conditions_of(rule: Rule) -> tuple[Leaf, ...]:
    """The conditions of a rule, each once."""
    return tuple(dict.fromkeys(leaf for line in rule.when for leaf in leaves(line.condition)))


def spots(rule: Rule) -> Iterator[Spot]:
    """Each condition of a rule."""
    return (Spot(rule, leaf) for leaf in conditions_of(rule))


def kind_of(effect: Effect) -> Kind:
    """What an effect is about."""
    return "finding" if isinstance(effect, Conclude | Decide) else "warning" if isinstance(effect, Warn) else "item"


def named(rule: Rule) -> dict[str, Kind]:
    """The findings, items and warnings that a rule is about."""
    return {target(effect): kind_of(effect) for effect in rule.then}


class Trial:
    """Clients and pairs of them on the compiled engine."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.backend = ScalarBackend(rulebase)

    def separates(self, spot: Spot, pair: Pair) -> bool:
        """Whether the rule fires for the first only, and of its conditions this one alone has another truth."""
        one, other = self.backend.run(pair.one), self.backend.run(pair.other)
        fires = one.rules[spot.rule.index] is True and other.rules[spot.rule.index] is False
        return fires and turned(spot.rule, one, other) == (spot.leaf,)

    def states(self, answers: Answers, names: Mapping[str, Kind]) -> dict[str, str]:
        """Where findings, items and warnings stand for a client."""
        standing = Standing(self.rulebase, self.backend.run(answers))
        return {name: standing.state(kind, name) or "undecided" for name, kind in names.items()}

    def flips(self, spot: Spot, pair: Pair) -> tuple[str, ...]:
        """Which of the findings, items and warnings that the rule is about stand elsewhere for the other."""
        names = named(spot.rule)
        one, other = self.states(pair.one, names), self.states(pair.other, names)
        return tuple(name for name in names if one[name] != other[name])

    def plain(self, answers: Answers) -> dict[str, object]:
        """Answers as they stand in a client file, in asking order."""
        return {name: plain(fact, answers[name]) for name, fact in self.rulebase.facts.items() if name in answers}


def turned(rule: Rule, one: Outcome, other: Outcome) -> tuple[Leaf, ...]:
    """The conditions of a rule that have another truth for the other client."""
    return tuple(leaf for leaf in conditions_of(rule) if one.truth(leaf) is not other.truth(leaf))


def truths(rule: Rule, outcome: Outcome) -> tuple[Truth, ...]:
    """The truth of each condition of a rule."""
    return tuple(outcome.truth(leaf) for leaf in conditions_of(rule))


class Reads:
    """What conditions rest on, findings and quantities seen through."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self._findings: dict[str, frozenset[str]] = {}

    @cached_property
    def _quantities(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for quantity in self.rulebase.quantities.values():
            names = names_in_term(quantity.formula)
            inner = (found[name] for name in names.quantities)
            found[quantity.id] = frozenset(names.facts).union(self._varied(names.parameters), *inner)
        return found

    def _varied(self, parameters: tuple[str, ...]) -> frozenset[str]:
        by = (self.rulebase.parameters[name].varies_by for name in parameters)
        return frozenset(fact for fact in by if fact)

    def facts(self, leaf: Leaf) -> frozenset[str]:
        """The facts whose answers can turn a condition."""
        names = names_in(leaf, frozenset(self._quantities))
        inner = [*(self._quantities[name] for name in names.quantities), *map(self._finding, names.findings)]
        return frozenset(names.facts).union(self._varied(names.parameters), *inner)

    def _finding(self, finding: str) -> frozenset[str]:
        if finding not in self._findings:
            rules = self.rulebase.concluding.get(finding, ())
            self._findings[finding] = frozenset().union(
                *(self.facts(leaf) for rule in rules for leaf in conditions_of(rule))
            )
        return self._findings[finding]


def _done(effect: Effect) -> str:
    """What an effect does, its weight aside."""
    match effect:
        case Decide(finding, value):
            return f"decide {finding} {value}"
        case Warn(warning, severity):
            return f"warn {warning} {severity}"
        case _:
            return f"{type(effect).__name__} {target(effect)}"


def fingerprint(rulebase: Rulebase, rule: Rule) -> str:
    """Changes with what a rule does, its conditions, those of the cases before it, and the parameters that they name."""
    before: tuple[Rule, ...] = ()
    if isinstance(rule.then[0], Decide):
        table = rulebase.tables[rule.then[0].finding].cases
        before = tuple(rulebase.rules[index] for index in table[: table.index(rule.index)])
    known = frozenset(rulebase.quantities)
    said = list(map(_done, rule.then))
    for one in (*before, rule):
        for line in one.when:
            parameters = (rulebase.parameters[name] for name in names_in(line.condition, known).parameters)
            said += [written(line.condition), *(f"{each.id} {each.value} {each.variants}" for each in parameters)]
        said.append(";")
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
