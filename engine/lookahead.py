"""One step ahead: a plain evaluator that keeps, for everything still open, the set of facts that it waits for.

It only puts questions in order. What is advised comes from the forward backend, and tests hold the two together. An answer
changes a copy of a position, and only where it reaches: its leaves, the rules that read them, the findings of these, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from demandfirst.engine.ir.answers import Answer, Client, Gap, Truth
from demandfirst.engine.ir.conditions import (
    And,
    Compare,
    Concluded,
    Condition,
    Count,
    Decided,
    FactTerm,
    Leaf,
    Or,
    ParameterTerm,
    QuantityTerm,
    Switch,
    Term,
    Unknown,
    leaves,
    subterms,
)
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.outcome import FindingState, finding_truth
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule
from demandfirst.engine.standing import item_status, rule_severity

Facts = int
"""A set of facts, one bit for each in asking order."""
Tree = int | tuple[bool, tuple["Tree", ...]]
"""A condition: the number of a leaf, or `and` (True) or `or` (False) over parts."""


@dataclass(frozen=True, slots=True)
class ItemNode:
    """An item: the rules that recommend it and those that veto it."""

    recommending: tuple[int, ...]
    vetoing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WarningNode:
    """A warning: the rules that raise it, each with how severe it makes it."""

    rules: tuple[tuple[int, int], ...]


class Wiring:
    """A rulebase wired for looking ahead; built once, shared by all positions.

    INVARIANT: rules stand in the order of their strata, so that a finding is settled before a rule reads it.
    """

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.bits: dict[str, Facts] = {name: 1 << place for place, name in enumerate(rulebase.facts)}
        self.rules = sorted(rulebase.rules, key=lambda rule: (rule.stratum, rule.index))
        self.places = {rule.index: place for place, rule in enumerate(self.rules)}
        self.leaves: list[Leaf] = []
        self._numbers: dict[Leaf, int] = {}
        self.when = [tuple(self._tree(line.condition) for line in rule.when) for rule in self.rules]
        self.readers = self._readers()
        self.fact_leaves: dict[str, list[int]] = {name: [] for name in rulebase.facts}
        self.finding_leaves: dict[str, list[int]] = {name: [] for name in rulebase.findings}
        self._sort_leaves()
        self.computed = frozenset(name for one in rulebase.quantities for name in self.reads(QuantityTerm(one)))
        self.concluding = {name: self._at(rules) for name, rules in rulebase.concluding.items()}
        self.concludes: list[list[str]] = [[] for _ in self.rules]
        for name, places in self.concluding.items():
            for place in places:
                self.concludes[place].append(name)
        self.values = {
            place: effect.value
            for name in rulebase.tables
            for place in self.concluding[name]
            for effect in self.rules[place].then
            if isinstance(effect, Decide)
        }
        self._add_outcomes()

    def _tree(self, condition: Condition) -> Tree:
        if isinstance(condition, And | Or):
            return isinstance(condition, And), tuple(self._tree(part) for part in condition.parts)
        if condition not in self._numbers:
            self._numbers[condition] = len(self.leaves)
            self.leaves.append(condition)
        return self._numbers[condition]

    def _readers(self) -> list[int]:
        """For each leaf the rules that read it, one bit each."""
        found = [0] * len(self.leaves)
        for place, rule in enumerate(self.rules):
            for line in rule.when:
                for leaf in leaves(line.condition):
                    found[self._numbers[leaf]] |= 1 << place
        return found

    def _sort_leaves(self) -> None:
        for number, leaf in enumerate(self.leaves):
            match leaf:
                case Concluded(name, _) | Decided(name, _, _):
                    self.finding_leaves[name].append(number)
                case Switch():
                    pass
                case Compare(_, left, right):
                    for name in self.reads(left) | self.reads(right):
                        self.fact_leaves[name].append(number)
                case Unknown(name, _) if name in self.rulebase.quantities:
                    for fact in self.reads(QuantityTerm(name)):
                        self.fact_leaves[fact].append(number)
                case Unknown(name, _):
                    self.fact_leaves[name].append(number)
                case _:
                    self.fact_leaves[leaf.fact].append(number)

    def reads(self, term: Term) -> frozenset[str]:
        """The facts that a term may read, through quantities and parameters that vary."""
        found: set[str] = set()
        for inner in subterms(term):
            match inner:
                case FactTerm(name) | Count(name):
                    found.add(name)
                case QuantityTerm(name):
                    found |= self.reads(self.rulebase.quantities[name].formula)
                case ParameterTerm(name):
                    found.update(filter(None, [self.rulebase.parameters[name].varies_by]))
                case _:
                    pass
        return frozenset(found)

    def _at(self, rules: Iterable[Rule]) -> tuple[int, ...]:
        return tuple(self.places[rule.index] for rule in rules)

    def _add_outcomes(self) -> None:
        """Items, then warnings, then the verdict."""
        rulebase = self.rulebase
        self.outcomes: list[ItemNode | WarningNode | None] = [
            ItemNode(self._at(rulebase.recommending.get(name, ())), self._at(rulebase.vetoing.get(name, ())))
            for name in rulebase.items
        ]
        for name in rulebase.warnings:
            raising = rulebase.warning.get(name, ())
            self.outcomes.append(
                WarningNode(tuple((self.places[rule.index], rule_severity(rule, name)) for rule in raising))
            )
        self.verdict = len(self.outcomes)
        self.outcomes.append(None)
        self.decides: list[list[int]] = [[] for _ in self.rules]
        for number, node in enumerate(self.outcomes):
            for place in _read_by(node):
                self.decides[place].append(number)

    def position(self, answers: Mapping[str, Answer]) -> Position:
        """Where a client stands."""
        client = Client.of(answers, self.rulebase.parameters, self.rulebase.quantities)
        position = Position(
            self, client, [None] * len(self.leaves), [0] * len(self.leaves), [False] * len(self.rules), [0] * len(self.rules),
            {}, {}, [0] * len(self.outcomes),
        )  # fmt: skip
        for number, leaf in enumerate(self.leaves):
            if not isinstance(leaf, Concluded | Decided):
                position.read(number)
        for name in self.rulebase.findings:
            position.findings[name] = frozenset() if name in self.rulebase.tables else False
            position.waits_of_finding[name] = 0
            position.show(name)
        position.spread((1 << len(self.rules)) - 1, set(range(len(self.outcomes))))
        return position


def _read_by(node: ItemNode | WarningNode | None) -> tuple[int, ...]:
    match node:
        case ItemNode(recommending, vetoing):
            return (*recommending, *vetoing)
        case WarningNode(rules):
            return tuple(place for place, _ in rules)
        case None:
            return ()


@dataclass(slots=True)
class Position:
    """Truths and what each of them waits for; `waits` has the facts behind every outcome, nothing where it is decided."""

    wiring: Wiring
    client: Client
    leaves: list[Truth]
    waits_of_leaf: list[Facts]
    rules: list[Truth]
    waits_of_rule: list[Facts]
    findings: dict[str, FindingState]
    waits_of_finding: dict[str, Facts]
    waits: list[Facts]

    def after(self, fact: str, answer: Answer) -> Position:
        """The position once a fact is answered; what is decided stays so."""
        wiring, answers = self.wiring, {**self.client.answers, fact: answer}
        next_ = Position(
            wiring, wiring_client(wiring, self.client, answers, fact), self.leaves[:], self.waits_of_leaf[:], self.rules[:],
            self.waits_of_rule[:], self.findings.copy(), self.waits_of_finding.copy(), self.waits[:],
        )  # fmt: skip
        changed = 0
        for number in wiring.fact_leaves[fact]:
            if self.leaves[number] is None and next_.read(number):
                changed |= wiring.readers[number]
        next_.spread(changed, set())
        return next_

    def read(self, number: int) -> bool:
        """Read a leaf off the answers; whether it or what it waits for has changed."""
        leaf = self.wiring.leaves[number]
        truth = self.client.truth(leaf)
        waits = self.waiting_leaf(leaf) if truth is None else 0
        changed = truth is not self.leaves[number] or waits != self.waits_of_leaf[number]
        self.leaves[number], self.waits_of_leaf[number] = truth, waits
        return changed

    def waiting_leaf(self, leaf: Leaf) -> Facts:
        """The facts that a leaf which reads only answers waits for."""
        match leaf:
            case Compare(_, left, right):
                return self.waiting_term(left) | self.waiting_term(right)
            case Unknown(name, _) if name in self.client.quantities:
                return self.waiting_term(QuantityTerm(name))
            case Unknown(name, _):
                return self.waiting_fact(name)
            case Concluded() | Decided() | Switch():
                return 0
            case _:
                return self.waiting_fact(leaf.fact)

    def waiting_term(self, term: Term) -> Facts:
        """The unanswered facts in a term, through the quantities that have no value yet."""
        found = 0
        for inner in subterms(term):
            match inner:
                case FactTerm(name) | Count(name):
                    found |= self.waiting_fact(name)
                case QuantityTerm(name):
                    value = self.client.quantities[name]
                    if value is Gap.NOT_ANSWERED or isinstance(value, Interval):
                        found |= self.waiting_term(self.wiring.rulebase.quantities[name].formula)
                case _:
                    pass
        return found

    def waiting_fact(self, name: str) -> Facts:
        """The fact itself where it is not answered, or only within bounds."""
        given = self.client.answer(name)
        return self.wiring.bits[name] if given is Gap.NOT_ANSWERED or isinstance(given, Interval) else 0

    def spread(self, changed: int, outcomes: set[int]) -> None:
        """Work out the rules in `changed` (one bit each) and everything that follows from them, lowest stratum first."""
        wiring = self.wiring
        while changed:
            lowest = changed & -changed
            changed ^= lowest
            place = lowest.bit_length() - 1
            truth, waits = self.tree((True, wiring.when[place]))
            if truth is self.rules[place] and waits == self.waits_of_rule[place]:
                continue
            self.rules[place], self.waits_of_rule[place] = truth, waits
            outcomes.update(wiring.decides[place])
            for name in wiring.concludes[place]:
                changed |= self.conclude(name)
        for number in outcomes:
            self.waits[number] = self.waiting_outcome(wiring.outcomes[number])
        self.waits[wiring.verdict] = self.waits_of_finding[wiring.rulebase.verdict]

    def tree(self, tree: Tree) -> tuple[Truth, Facts]:
        """The truth of a condition, and what it waits for."""
        if isinstance(tree, int):
            return self.leaves[tree], self.waits_of_leaf[tree]
        joined, parts = tree
        result: Truth = joined
        waits = 0
        for part in parts:
            truth, own = (self.leaves[part], self.waits_of_leaf[part]) if isinstance(part, int) else self.tree(part)
            if truth is None:
                result, waits = None, waits | own
            elif truth is not joined:
                return truth, 0
        return result, waits

    def conclude(self, name: str) -> int:
        """Work out a finding anew; the rules that have to be, because it changed."""
        state, waits = self.state(name)
        if state == self.findings[name] and waits == self.waits_of_finding[name]:
            return 0
        self.findings[name], self.waits_of_finding[name] = state, waits
        return self.show(name)

    def state(self, name: str) -> tuple[FindingState, Facts]:
        """A finding from the rules that conclude it, or from the cases of its table up to the first that holds."""
        values = self.wiring.values if name in self.wiring.rulebase.tables else None
        possible: set[str] = set()
        waits, open_ = 0, False
        for place in self.wiring.concluding.get(name, ()):
            truth = self.rules[place]
            if truth is False:
                continue
            waits |= self.waits_of_rule[place]
            open_ |= truth is None
            if values is not None:
                possible.add(values[place])
            if truth:
                break
        else:
            if values is None:
                return (None, waits) if open_ else (False, 0)
        if values is None:
            return True, 0
        return frozenset(possible), waits if len(possible) > 1 else 0

    def show(self, name: str) -> int:
        """Pass a finding on to the leaves that test it; the rules that read them."""
        state, waits, changed = self.findings[name], self.waits_of_finding[name], 0
        for number in self.wiring.finding_leaves[name]:
            leaf = self.wiring.leaves[number]
            assert isinstance(leaf, Concluded | Decided)  # noqa: S101
            truth = finding_truth(leaf, state)
            own = waits if truth is None else 0
            if truth is not self.leaves[number] or own != self.waits_of_leaf[number]:
                self.leaves[number], self.waits_of_leaf[number] = truth, own
                changed |= self.wiring.readers[number]
        return changed

    def waiting_outcome(self, node: ItemNode | WarningNode | None) -> Facts:
        """The facts that an item or warning waits for."""
        if isinstance(node, ItemNode):
            recommended, wants = self.any_of(node.recommending)
            vetoed, against = self.any_of(node.vetoing)
            if item_status(recommended, vetoed) != "open":
                return 0
            return against if recommended else against | wants
        if node is None:
            return 0
        raised = max((severity for place, severity in node.rules if self.rules[place]), default=-1)
        stronger = [place for place, severity in node.rules if self.rules[place] is None and severity > raised]
        return self.any_of(stronger)[1]

    def any_of(self, places: Sequence[int]) -> tuple[Truth, Facts]:
        """The `or` of rules, and what those undecided wait for."""
        result: Truth = False
        waits = 0
        for place in places:
            truth = self.rules[place]
            if truth:
                result = True
            elif truth is None:
                waits |= self.waits_of_rule[place]
                result = result or None
        return result, waits


def wiring_client(wiring: Wiring, client: Client, answers: Mapping[str, Answer], fact: str) -> Client:
    """The client with an answer more; quantities are computed anew only where they may read it."""
    rulebase = wiring.rulebase
    if fact in wiring.computed:
        return Client.of(answers, rulebase.parameters, rulebase.quantities)
    return Client(answers, rulebase.parameters, client.quantities)
