"""The plan as an experta engine: facts, rule pairs, a matcher and a strategy of our own.

What a run puts into working memory: one `Answered` fact with the truth of every reading, then for each stage one `Stage`
fact (the phase, with the truth of every finding test that its rules need), and one `Undecided` fact for each decide-table
while none of its cases has held. A production becomes a pair of rules: one fires when its literals are certain, one while
they are still possible (only where something is missing). The last rule of a stage settles its findings and opens the next.

Rules are kept outside the engine class: experta's `Rule.__get__` would remember the last engine that touched them.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from typing import Any

from demandfirst.engine.backends.forward.imported import (
    Activation,
    ConflictSetNode,
    Fact,
    FeatureCheck,
    FeatureTesterNode,
    KnowledgeEngine,
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
        for activation in removed:
            waiting[:] = [one for one in waiting if one.rule is not activation.rule]
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


class PairMatcher(ReteMatcher):  # type: ignore[misc]
    """A Rete network for conjunctions of literals: nothing to bring to normal form, nothing to poll."""

    def build_network(self) -> None:
        """Wire every rule of the engine: shared literal tests, then joins, then the conflict set."""
        self.added: list[Any] = []
        self.removed: list[Any] = []
        self.joins: list[Any] = []
        terminals: dict[Any, Any] = {}
        for rule in self.engine.get_rules():
            node: Any = None
            for pattern in rule:
                terminal = self._terminal(pattern, terminals)
                node = terminal if node is None else self._join(node, terminal)
            report = ReportingNode(rule, self.added, self.removed)
            node.add_child(report, report.activate)

    def _terminal(self, pattern: Fact, terminals: dict[Any, Any]) -> Any:
        """The node that passes the facts which match a pattern; literals in their order, shared from the left."""
        node: Any = self.root_node
        path: tuple[Any, ...] = ()
        for check in (TypeCheck(type(pattern)), *(FeatureCheck(key, value) for key, value in pattern.items())):
            path = (*path, check)
            if path not in terminals:
                terminals[path] = FeatureTesterNode(check)
                node.add_child(terminals[path], terminals[path].activate)
            node = terminals[path]
        return node

    def _join(self, left: Any, right: Any) -> Any:
        node = OrdinaryMatchNode(SameContextCheck())
        left.add_child(node, node.activate_left)
        right.add_child(node, node.activate_right)
        self.joins.append(node)
        return node

    def reset(self) -> None:
        """Forget the facts of the last client; joins are the only nodes that remember any."""
        for node in self.joins:
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


def make_rules(plan: Plan) -> list[Rule]:
    """The rules of the network: a pair for each production, and one that closes each stage."""
    rules: list[Rule] = []
    for production in plan.productions:
        for certain in (True, False):
            rules.append(
                _rule(
                    _patterns(production, certain),
                    _firing(production, certain),
                    _salience(production, certain),
                    len(rules),
                )
            )
    for stage in range(plan.stages):
        rules.append(_rule([Stage(number=stage)], _closing(stage), CLOSING_SALIENCE, len(rules)))
    return rules


def _rule(patterns: list[Fact], action: Callable[..., None], salience: int, order: int) -> Rule:
    rule = Rule(*patterns, salience=salience)(action)
    rule.order = order
    return rule


def _patterns(production: Production, certain: bool) -> list[Fact]:
    """What a rule of the pair matches: certain literals, or literals that are at least possible in a stage with gaps."""
    wanted = CERTAIN if certain else POSSIBLE
    stage: dict[str, Any] = {"number": production.stage} if certain else {"number": production.stage, "gaps": True}
    stage.update({f"{wanted} {test_name(test)}": True for test in production.tests})
    patterns: list[Fact] = [Stage(**stage)]
    if production.readings:
        patterns.append(Answered(**{f"{wanted} {reading}": True for reading in production.readings}))
    if production.table:
        patterns.append(Undecided(table=production.table))
    return patterns


def _salience(production: Production, certain: bool) -> int:
    pair = CERTAIN_SALIENCE if certain else POSSIBLE_SALIENCE
    return CASE_SALIENCE - 2 * production.position + pair if production.table else pair


def _firing(production: Production, certain: bool) -> Callable[..., None]:
    def fire(engine: StagedEngine) -> None:
        engine.board.fired(engine, production, certain)

    return fire


def _closing(stage: int) -> Callable[..., None]:
    def close(engine: StagedEngine) -> None:
        engine.board.close(engine, stage)

    return close


def test_name(test: FindingTest) -> str:
    """The key of a finding test on a `Stage` fact."""
    sign = "not " if test.negated else ""
    return f"{sign}{test.finding} {','.join(test.values)}" if isinstance(test, Decided) else f"{sign}{test.finding}"
