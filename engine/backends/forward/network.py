"""The plan as an experta engine: facts, rule pairs, a matcher and a strategy of our own.

What a run puts into working memory: one `Answered` fact with the truth of every reading, then for each stage one `Stage`
fact (the phase, with the truth of every finding test that its rules need), and one `Undecided` fact for each decide-table
while none of its cases has held. A production becomes a pair of rules: one fires when its literals are certain, one while
they are still possible (only where something is missing). The last rule of a stage settles its findings and opens the next.

Rules are kept outside the engine class: experta's `Rule.__get__` would remember the last engine that touched them.
Rules share their patterns, and the network a node for each pattern and for each pair of patterns, so that building takes
as long as there are different conditions, not rules.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from typing import Any, Self

from demandfirst.engine.backends.forward.imported import (
    Activation,
    AnyChild,
    ChildNode,
    ConflictSetNode,
    Fact,
    FeatureCheck,
    FeatureTesterNode,
    KnowledgeEngine,
    NoMemory,
    OneInputNode,
    OrdinaryMatchNode,
    ReteMatcher,
    Rule,
    SameContextCheck,
    Strategy,
    TypeCheck,
)
from demandfirst.engine.backends.forward.plan import FindingTest, Plan, Production
from demandfirst.engine.ir.conditions import Decided

CASE_SALIENCE = 1_000
CERTAIN_SALIENCE = 2
POSSIBLE_SALIENCE = 1
CLOSING_SALIENCE = -1

CERTAIN = "certain"
POSSIBLE = "possible"

SWITCHES = ("number", "table")

Pattern = tuple[type[Fact], tuple[tuple[str, Any], ...]]


class Answered(Fact):  # type: ignore[misc]
    """The truth of every reading, for the client in work."""


class Stage(Fact):  # type: ignore[misc]
    """The stage in work, with the truth of what its rules read of earlier stages."""


class Undecided(Fact):  # type: ignore[misc]
    """A decide-table none of whose cases has held yet."""


class ExactStrategy(Strategy):  # type: ignore[misc]
    """Salience first, then the order of the rulebase; a withdrawn activation is found by its rule, never by its neighbours."""

    def _update_agenda(self, agenda: Any, added: Iterable[Any], removed: Iterable[Any]) -> None:
        waiting = agenda.activations
        if removed:
            gone = {activation.rule.order for activation in removed}
            waiting[:] = [one for one in waiting if one.rule.order not in gone]
        for activation in added:
            activation.key = (activation.rule.salience, -activation.rule.order)
            insort(waiting, activation)


class ReportingNode(ConflictSetNode):  # type: ignore[misc]
    """A conflict-set node that tells the matcher what changed, so that nobody has to ask every node after every firing."""

    def __init__(self, rule: Rule, added: list[Any], removed: list[Any]) -> None:
        super().__init__(rule)
        self.added_activations, self.removed_activations = added, removed

    def _activate(self, token: Any) -> None:
        changed = self.added_activations if token.is_valid() else self.removed_activations
        changed.append(Activation(self.rule, token.data))


class SwitchNode(AnyChild, NoMemory, OneInputNode):  # type: ignore[misc]
    """Passes a fact on by the value of one key, so that not every table has to look at what concerns another."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.branches: dict[Any, Any] = {}

    def _activate(self, token: Any) -> None:
        (fact,) = token.data
        if branch := self.branches.get(fact[self.key]):
            branch.activate(token)


class PairMatcher(ReteMatcher):  # type: ignore[misc]
    """A Rete network for conjunctions of literals: nothing to bring to normal form, nothing to poll."""

    def build_network(self) -> None:
        """Wire every rule of the engine: literal tests, then joins, then the conflict set; rules share what is equal."""
        self.added: list[Any] = []
        self.removed: list[Any] = []
        self.testers: dict[Any, Any] = {}
        self.terminals: dict[Fact, Any] = {}
        self.joins: dict[Any, Any] = {}
        for rule in self.engine.get_rules():
            node: Any = None
            for pattern in rule:
                terminal = self.terminals.get(pattern) or self._terminal(pattern)
                node = terminal if node is None else self._join(node, terminal)
            report = ReportingNode(rule, self.added, self.removed)
            node.children.append(ChildNode(report, report.activate))

    def _terminal(self, pattern: Fact) -> Any:
        """The node that passes the facts which match a pattern; literals in their order, shared from the left."""
        node: Any = self._tester(self.root_node, type(pattern))
        for literal in pattern.items():
            node = self._tester(node, literal)
        self.terminals[pattern] = node
        return node

    def _tester(self, parent: Any, test: Any) -> Any:
        """The node below `parent` that tests a fact's type, or one of its literals."""
        if (parent, test) not in self.testers:
            check = FeatureCheck(*test) if isinstance(test, tuple) else TypeCheck(test)
            node = self.testers[parent, test] = FeatureTesterNode(check)
            if isinstance(test, tuple) and test[0] in SWITCHES:
                self._switch(parent, test[0]).branches[test[1]] = node
            else:
                parent.children.append(ChildNode(node, node.activate))
        return self.testers[parent, test]

    def _switch(self, parent: Any, key: str) -> Any:
        """The node below `parent` that goes by the value of a key."""
        if (parent, key) not in self.testers:
            node = self.testers[parent, key] = SwitchNode(key)
            parent.children.append(ChildNode(node, node.activate))
        return self.testers[parent, key]

    def _join(self, left: Any, right: Any) -> Any:
        if (left, right) not in self.joins:
            node = self.joins[left, right] = OrdinaryMatchNode(SameContextCheck())
            left.children.append(ChildNode(node, node.activate_left))
            right.children.append(ChildNode(node, node.activate_right))
        return self.joins[left, right]

    def reset(self) -> None:
        """Forget the facts of the last client; joins are the only nodes that remember any."""
        for node in self.joins.values():
            node.left_memory.clear()
            node.right_memory.clear()
        self.added.clear()
        self.removed.clear()

    def changes(self, adding: Any = None, deleting: Any = None) -> tuple[list[Any], list[Any]]:
        """Pass facts through the network; returns the activations that came and went."""
        for fact in deleting or ():
            self.root_node.remove(fact)
        for fact in adding or ():
            self.root_node.add(fact)
        added, removed = list(self.added), list(self.removed)
        self.added.clear()
        self.removed.clear()
        return added, removed


class StagedEngine(KnowledgeEngine):  # type: ignore[misc]
    """An experta engine over prepared rules; `board` is where firings write what they found."""

    __matcher__ = PairMatcher
    __strategy__ = ExactStrategy

    def __init__(self, rules: list[Rule]) -> None:
        self.prepared = rules
        self.board: Any = None
        super().__init__()

    def get_rules(self) -> list[Rule]:
        """The prepared rules."""
        return self.prepared

    def get_deffacts(self) -> list[Any]:
        """No facts are declared by default."""
        return []


class BoardRule(Rule):  # type: ignore[misc]
    """A rule that only tells the engine's board that it fired, and for what: a production, or a stage that is over.

    Made without experta's decorator, which inspects the signature of every function that it wraps.
    """

    def __new__(cls, patterns: Iterable[Fact], salience: int, order: int, *told: Any) -> Self:
        """Build the rule at once; `order` breaks ties of salience."""
        rule: Self = super().__new__(cls, *patterns, salience=salience)
        rule.__name__, rule.order, rule.told = f"{cls.__name__} {order}", order, told
        return rule

    def __call__(self, engine: StagedEngine) -> None:
        """Fire."""
        engine.board.fired(engine, *self.told)


class ClosingRule(BoardRule):
    """Closes a stage when nothing else in it fires any more."""

    def __call__(self, engine: StagedEngine) -> None:
        """Fire."""
        engine.board.close(engine, *self.told)


def make_rules(plan: Plan) -> list[Rule]:
    """The rules of the network: a pair for each production, and one that closes each stage."""
    rules: list[Rule] = []
    facts: dict[Pattern, Fact] = {}

    def shared(pattern: Pattern) -> Fact:
        if pattern not in facts:
            kind, literals = pattern
            facts[pattern] = kind(**dict(literals))
        return facts[pattern]

    for production in plan.productions:
        for certain in (True, False):
            patterns = map(shared, _patterns(production, certain))
            rules.append(BoardRule(patterns, _salience(production, certain), len(rules), production, certain))
    for stage in range(plan.stages):
        rules.append(ClosingRule([Stage(number=stage)], CLOSING_SALIENCE, len(rules), stage))
    return rules


def _patterns(production: Production, certain: bool) -> Iterator[Pattern]:
    """What a rule of the pair matches: certain literals, or literals that are at least possible in a stage with gaps."""
    wanted = CERTAIN if certain else POSSIBLE
    gaps = () if certain else (("gaps", True),)
    tests = ((f"{wanted} {test_name(test)}", True) for test in production.tests)
    yield Stage, (("number", production.stage), *gaps, *tests)
    if production.readings:
        yield Answered, tuple((f"{wanted} {reading}", True) for reading in production.readings)
    if production.table:
        yield Undecided, (("table", production.table),)


def _salience(production: Production, certain: bool) -> int:
    pair = CERTAIN_SALIENCE if certain else POSSIBLE_SALIENCE
    return CASE_SALIENCE - 2 * production.position + pair if production.table else pair


def test_name(test: FindingTest) -> str:
    """The key of a finding test on a `Stage` fact."""
    sign = "not " if test.negated else ""
    return f"{sign}{test.finding} {','.join(test.values)}" if isinstance(test, Decided) else f"{sign}{test.finding}"
