"""Proofs replayed from the bottom up: what an explanation says is worked out anew from the answers, node by node."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from fractions import Fraction

from clients import Answers, book
from demandfirst import Advisor
from demandfirst.engine.explain import Explanation, Mark, Node
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
    Holds,
    Leaf,
    OneOf,
    Only,
    Or,
    Switch,
    Term,
    Unknown,
)
from demandfirst.engine.ir.conditions import Number as Literal
from demandfirst.engine.ir.rules import Decide, Rule
from demandfirst.engine.say import Speaker
from oracle import Evaluation, Gap, Number, Rulebook, Truth, all_of, any_of, worst

TRUTHS: dict[Mark, Truth] = {"holds": True, "fails": False, "waits": None}
MARKS = {truth: mark for mark, truth in TRUTHS.items()}
ARITHMETIC: dict[str, ast.operator] = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div()}
COMPARISON: dict[str, ast.cmpop] = {
    "==": ast.Eq(), "!=": ast.NotEq(), "<": ast.Lt(), "<=": ast.LtE(), ">": ast.Gt(), ">=": ast.GtE(),
}  # fmt: skip


class Replay:
    """Checks every node of an explanation against its children, and the leaves against the answers."""

    def __init__(self, advisor: Advisor, client: Answers, rulebook: Rulebook | None = None) -> None:
        self.book = rulebook or book()
        self.rulebase, self.client = advisor.rulebase, client
        self.evaluation = Evaluation(self.book, client)
        self.speaker = Speaker(advisor.rulebase, advisor.advise(client).outcome)
        self.checked: set[int] = set()
        self.kept: list[Explanation] = []
        self.by_id = {rule.id: rule for rule in self.rulebase.domain_rules}

    def check(self, found: Explanation) -> None:
        """Every proof holds, and each rule stands where it belongs."""
        self.kept.append(found)
        if found.kind == "quantity":
            return self.sum(found.id, found.why)
        for node in (*found.why, *found.held_back_by, *found.why_not):
            self.rule(node)
        rules = {rule.id for rule in self.rules_about(found.id)}
        assert {node.id for node in (*found.why, *found.why_not)} == rules
        assert all(node.mark == "holds" for node in found.why)
        assert all(node.mark != "holds" for node in found.why_not)
        vetoes = {rule.id: self.evaluation.fires(rule) for rule, _ in self.book.effects.get(("veto", found.id), [])}
        assert {node.id for node in found.held_back_by} == {
            name for name, truth in vetoes.items() if truth is not False
        }
        return None

    def rules_about(self, name: str) -> Sequence[Rule]:
        """The rules that recommend, raise or conclude something."""
        rulebase = self.rulebase
        return (
            *rulebase.recommending.get(name, ()),
            *rulebase.warning.get(name, ()),
            *rulebase.concluding.get(name, ()),
        )

    # --- rules -----------------------------------------------------------------------------------------------

    def rule(self, node: Node) -> Truth:
        """A rule holds if all its lines do; a row of a table if moreover no earlier one does. A node is checked once."""
        if id(node) in self.checked:
            return TRUTHS[node.mark]
        rule = self.by_id[node.id]
        lines = list(node.children)
        earlier = self.earlier(rule)
        if earlier:
            assert lines
            self.none_earlier(lines.pop(), earlier)
        for child, line in zip(lines, rule.when, strict=True):
            self.condition(child, line.condition)
        assert node.kind == "rule"
        truth = self.agreed(node, all_of(TRUTHS[child.mark] for child in node.children))
        self.checked.add(id(node))
        return truth

    def earlier(self, rule: Rule) -> list[Rule]:
        effect = rule.then[0]
        if not isinstance(effect, Decide):
            return []
        cases = self.rulebase.tables[effect.finding].cases
        return [self.rulebase.rules[index] for index in cases[: cases.index(rule.index)]]

    def none_earlier(self, node: Node, earlier: list[Rule]) -> None:
        """Every earlier row is shown to fail, or one is shown to hold; those that still may are named."""
        truths = {rule.id: self.lines(rule) for rule in earlier}
        assert node.kind == "earlier"
        for child in node.children:
            self.case(child)
        match node.mark:
            case "holds":
                assert [child.id for child in node.children] == list(truths)
                assert all(child.mark == "fails" for child in node.children)
            case "fails":
                assert [child.mark for child in node.children] == ["holds"]
                assert node.given == node.children[0].id
            case _:
                assert True not in truths.values()
                assert node.given.split(", ") == [name for name, truth in truths.items() if truth is None]

    def lines(self, rule: Rule) -> Truth:
        return all_of(self.truth(line.condition) for line in rule.when)

    def case(self, node: Node) -> Truth:
        """A rule by its conditions alone; of one that fails, a condition that does."""
        rule = self.by_id[node.id]
        assert node.kind == "case"
        if node.mark == "fails":
            assert [child.mark for child in node.children] == ["fails"]
            assert any(self.fits(node.children[0], line.condition) for line in rule.when)
        else:
            for child, line in zip(node.children, rule.when, strict=True):
                self.condition(child, line.condition)
        return self.agreed(node, all_of(TRUTHS[child.mark] for child in node.children))

    # --- conditions ------------------------------------------------------------------------------------------

    def condition(self, node: Node, condition: Condition) -> Truth:
        """A condition by its parts, its finding's rules, or the answers."""
        match condition:
            case And(parts):
                assert node.kind == "all"
                for child, part in zip(node.children, parts, strict=True):
                    self.condition(child, part)
                truth = all_of(TRUTHS[child.mark] for child in node.children)
            case Or(parts):
                assert node.kind == "any"
                assert all(any(self.fits(child, part) for part in parts) for child in node.children)
                shown = {child.mark for child in node.children}
                assert shown == {"holds"} if node.mark == "holds" else len(node.children) == len(parts)
                truth = any_of(TRUTHS[child.mark] for child in node.children)
            case Concluded(name, _) | Decided(name, _, _):
                assert (node.kind, node.id) == ("condition", name)
                assert node.text == self.speaker.leaf(condition).text
                truth = self.finding(node, condition)
            case _:
                assert (node.kind, node.text) == ("condition", self.speaker.leaf(condition).text)
                truth = self.leaf(condition)
                if isinstance(condition, Compare):
                    self.numbers(node.children)
        assert bool(node.waiting_for) == (node.mark == "waits" and node.kind == "condition")
        return self.agreed(node, truth)

    def agreed(self, node: Node, truth: Truth) -> Truth:
        assert node.mark == MARKS[truth], node.text
        return truth

    def fits(self, node: Node, condition: Condition) -> bool:
        """Whether a node is about a condition."""
        try:
            self.condition(node, condition)
        except (AssertionError, ValueError):
            return False
        return True

    def finding(self, node: Node, condition: Concluded | Decided) -> Truth:
        """The truth of a test on a finding, from the rules shown; while it waits only the answers tell."""
        if node.mark == "waits":
            assert node.children == ()
            return self.truth(condition)
        for child in node.children:
            self.rule(child) if child.kind == "rule" else self.case(child)
        if isinstance(condition, Concluded):
            concluded = any_of(TRUTHS[child.mark] for child in node.children)
            rules = {rule.id for rule in self.rulebase.concluding.get(condition.finding, ())}
            assert concluded or {child.id for child in node.children} == rules
            return concluded != condition.negated
        held = {(value in condition.values) != condition.negated for value in self.possible(node, condition.finding)}
        return held.pop() if len(held) == 1 else None

    def possible(self, node: Node, finding: str) -> set[str]:
        """The values a table can still give, from the rows shown; a row that is not shown comes after one that holds."""
        marks = {child.id: child.mark for child in node.children}
        found: set[str] = set()
        for index in self.rulebase.tables[finding].cases:
            row = self.rulebase.rules[index]
            effect = row.then[0]
            assert isinstance(effect, Decide)
            if marks.get(row.id, "fails") != "fails":
                found.add(effect.value)
            elif row.id not in marks:
                assert self.lines(row) is False or "holds" in marks.values() or self.forestalled(row)
        assert len(found) == 1 or "holds" not in marks.values()
        return found

    def forestalled(self, row: Rule) -> bool:
        return any(self.lines(one) is True for one in self.earlier(row))

    def truth(self, condition: Condition) -> Truth:
        """A condition straight from the answers, by the interpreter that shares no code with the engine."""
        match condition:
            case And(parts):
                return all_of(self.truth(part) for part in parts)
            case Or(parts):
                return any_of(self.truth(part) for part in parts)
            case Concluded(name, negated):
                concluded = self.evaluation.concluded(name)
                return None if concluded is None else concluded != negated
            case Decided(name, values, negated):
                held = {(value in values) != negated for value in self.evaluation.possible(name)}
                return held.pop() if len(held) == 1 else None
            case _:
                return self.leaf(condition)

    def leaf(self, leaf: Leaf) -> Truth:
        about = self.evaluation.about
        match leaf:
            case Compare(op, left, right):
                return self.evaluation.compare_numbers(
                    self.number(left), COMPARISON[op], self.number(right), negated=False
                )
            case OneOf(name, values, negated):
                return about(name, lambda answer: answer in values, negated)
            case Holds(name, negated):
                return about(name, bool, negated)
            case Contains(name, value, negated):
                return about(name, lambda answer: value in answer, negated)
            case Only(name, values, negated):
                return about(name, lambda answer: set(answer) <= set(values), negated)
            case Unknown(name, negated):
                gap = self.evaluation.gap(name)
                return None if gap is Gap.NOT_ANSWERED else (gap is Gap.DONT_KNOW) != negated
            case Switch(name, negated):
                return bool(self.book.parameters[name]["value"]) != negated
            case _:
                raise ValueError(leaf)

    # --- numbers ---------------------------------------------------------------------------------------------

    def number(self, term: Term) -> Number:
        match term:
            case Literal(value):
                return value
            case Count(name):
                return self.evaluation.gap(name) or Fraction(len(set(self.client[name])))
            case Arithmetic(op, left, right):
                return self.evaluation.arithmetic(self.number(left), ARITHMETIC[op], self.number(right))
            case Extreme(op, terms):
                numbers = [self.number(inner) for inner in terms]
                known = [number for number in numbers if not isinstance(number, Gap)]
                return worst(numbers) or (min(known) if op == "min" else max(known))
            case Coalesce(first, second):
                found = self.number(first)
                return self.number(second) if found is Gap.DONT_KNOW else found
            case _:
                return self.evaluation.named_number(term.id)

    def sum(self, name: str, nodes: Iterable[Node]) -> None:
        """A sum is marked by what it comes to, and what goes into it likewise."""
        assert self.evaluation.quantity(name) is not None
        self.numbers(nodes)

    def numbers(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            assert node.kind in ("quantity", "number")
            gap = self.evaluation.gap(node.id) if node.id not in self.book.parameters else None
            assert TRUTHS[node.mark] is (None if gap is Gap.NOT_ANSWERED else gap is None)
            self.numbers(node.children)
