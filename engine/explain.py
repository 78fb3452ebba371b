"""Why, why not, and what holds it back: proofs from the recorded run, down to the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.advice import Advice, Part
from demandfirst.engine.ir.answers import Truth
from demandfirst.engine.ir.conditions import (
    And,
    Compare,
    Concluded,
    Condition,
    Decided,
    Leaf,
    Or,
    QuantityTerm,
    subterms,
)
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.say import Speaker
from demandfirst.engine.texts import Texts

Mark = Literal["holds", "fails", "waits"]
MARKS: dict[Truth, Mark] = {True: "holds", False: "fails", None: "waits"}


class ExplainError(DemandfirstError):
    """There is nothing of that name to explain."""


class Node(Part):
    """A statement of a proof, whether it holds, and what it rests on.

    `given` is the answer or value at hand, `needed` what would make the statement hold.
    """

    kind: Literal["rule", "condition", "any", "all", "finding", "quantity"]
    id: str
    text: str
    mark: Mark
    given: str = ""
    needed: str = ""
    children: tuple[Node, ...] = ()


class Explanation(Part):
    """The whole story of one item, warning, finding or quantity."""

    id: str
    kind: str
    title: str
    status: str
    line: str
    why: tuple[Node, ...] = ()
    why_not: tuple[Node, ...] = ()
    held_back_by: tuple[Node, ...] = ()
    waiting_for: tuple[str, ...] = ()
    sum: str = ""


def explain(rulebase: Rulebase, advice: Advice, name: str) -> Explanation:
    """Explain an item, warning, finding or quantity of the advice; raises `ExplainError` for another id."""
    explainer = _Explainer(rulebase, advice)
    if name in rulebase.items:
        return explainer.item(name)
    if name in rulebase.warnings:
        return explainer.warning(name)
    if name in rulebase.findings:
        return explainer.finding(name)
    if name in rulebase.quantities:
        return explainer.quantity(name)
    known = [*rulebase.items, *rulebase.warnings, *rulebase.findings, *rulebase.quantities]
    message = f"`{name[:60]}` is not an item, warning, finding or quantity"
    help_line = did_you_mean(name, known, "`demandfirst items` lists the items and warnings")
    raise ExplainError([Fault(Place("explain"), "unknown-id", message, help_line)])


def noteworthy(advice: Advice) -> list[str]:
    """The verdict, and every item and warning that is not simply left out."""
    items = [item.id for item in advice.items if item.status != "not_recommended"]
    warnings = [warning.id for warning in advice.warnings if warning.status != "not_raised"]
    return [advice.verdict.finding, *items, *warnings]


class _Explainer:
    def __init__(self, rulebase: Rulebase, advice: Advice) -> None:
        self.rulebase, self.advice = rulebase, advice
        self.outcome: Outcome = advice.outcome
        self.speaker = Speaker(rulebase, self.outcome)
        self.texts = Texts(rulebase, self.outcome)

    def item(self, name: str) -> Explanation:
        item = self.advice.item(name)
        recommending, vetoing = self.rulebase.recommending.get(name, ()), self.rulebase.vetoing.get(name, ())
        because = [reason.because for reason in (item.held_back if item.status == "withheld" else item.reasons)]
        return Explanation(
            id=name, kind=item.kind, title=item.title, status=item.status,
            line=_line(item.title, item.status, because, item.questions),
            why=self.rules(self.having(recommending, True)), why_not=self.nearest(recommending),
            held_back_by=self.rules([*self.having(vetoing, True), *self.having(vetoing, None)]),
            waiting_for=item.questions,
        )  # fmt: skip

    def warning(self, name: str) -> Explanation:
        warning = next(one for one in self.advice.warnings if one.id == name)
        rules = self.rulebase.warning.get(name, ())
        because = [reason.because for reason in warning.reasons]
        return Explanation(
            id=name, kind="warning", title=warning.title, status=warning.status,
            line=_line(warning.title, warning.status, because, warning.questions),
            why=self.rules(self.having(rules, True)), why_not=self.nearest(rules), waiting_for=warning.questions,
        )  # fmt: skip

    def finding(self, name: str) -> Explanation:
        finding = self.rulebase.findings[name]
        rules = self.rulebase.concluding.get(name, ())
        status = self.advice.status(name)
        fired = self.having(rules, True)
        return Explanation(
            id=name, kind="finding", title=finding.label, status=status,
            line=_line(finding.label, status, [self.texts.fill(rule.because) for rule in fired], ()),
            why=self.rules(fired), why_not=self.nearest(rules),
        )  # fmt: skip

    def quantity(self, name: str) -> Explanation:
        quantity, value = self.rulebase.quantities[name], self.advice.quantities[name]
        status = "open" if value.value is None else "unknown" if value.value == "unknown" else "known"
        return Explanation(
            id=name, kind="quantity", title=quantity.label, status=status, line=f"{quantity.label}: {value.sum}",
            why=self.sums(quantity.formula), sum=value.sum,
        )  # fmt: skip

    def having(self, rules: Iterable[Rule], truth: Truth) -> list[Rule]:
        return [rule for rule in rules if self.outcome.rules[rule.index] is truth]

    def rules(self, rules: Iterable[Rule]) -> tuple[Node, ...]:
        return tuple(self.rule(rule) for rule in rules)

    def nearest(self, rules: Sequence[Rule]) -> tuple[Node, ...]:
        """The rules that did not fire, those first of which the smallest part is missing."""
        others = [rule for rule in rules if self.outcome.rules[rule.index] is not True]
        return self.rules(sorted(others, key=lambda rule: (self.distance(rule), rule.index)))

    def distance(self, rule: Rule) -> tuple[int, int]:
        """How many lines of a rule fail, and how many wait for an answer."""
        truths = [self.outcome.truth(line.condition) for line in rule.when]
        return truths.count(False), truths.count(None)

    def rule(self, rule: Rule) -> Node:
        children = tuple(self.condition(line.condition) for line in rule.when)
        mark = MARKS[self.outcome.rules[rule.index]]
        return Node(kind="rule", id=rule.id, text=self.texts.fill(rule.because), mark=mark, children=children)

    def condition(self, condition: Condition) -> Node:
        mark = MARKS[self.outcome.truth(condition)]
        if isinstance(condition, And | Or):
            kind: Literal["any", "all"] = "all" if isinstance(condition, And) else "any"
            text = "all of these" if kind == "all" else "at least one of these"
            chosen = [part for part in condition.parts if kind == "all" or mark != "holds" or self.outcome.truth(part)]
            children = tuple(self.condition(part) for part in chosen)
            return Node(kind=kind, id="", text=text, mark=mark, children=children)
        said = self.speaker.leaf(condition)
        return Node(
            kind="condition", id="", text=said.text, mark=mark, given=said.given, needed=said.needed,
            children=self.behind(condition),
        )  # fmt: skip

    def behind(self, leaf: Leaf) -> tuple[Node, ...]:
        """What a condition rests on: the rules behind a finding, the sum behind a quantity."""
        match leaf:
            case Concluded(name, _) | Decided(name, _, _):
                return self.conclusion(name)
            case Compare(_, left, right):
                return (*self.sums(left), *self.sums(right))
            case _:
                return ()

    def conclusion(self, name: str) -> tuple[Node, ...]:
        """The rules that settled a finding; where none fired, those that could have."""
        rules = self.rulebase.concluding.get(name, ())
        fired = self.having(rules, True)
        undecided = self.having(rules, None)
        if fired or undecided:
            return self.rules([*fired, *undecided])
        return self.nearest(rules)

    def sums(self, term: object) -> tuple[Node, ...]:
        """The sums of the quantities in a term."""
        inner = subterms(term)  # type: ignore[arg-type]
        names = dict.fromkeys(one.id for one in inner if isinstance(one, QuantityTerm))
        return tuple(self.sum(name) for name in names)

    def sum(self, name: str) -> Node:
        quantity, value = self.rulebase.quantities[name], self.advice.quantities[name]
        mark: Mark = "waits" if value.value is None else "fails" if value.value == "unknown" else "holds"
        children = self.sums(quantity.formula)
        return Node(kind="quantity", id=name, text=f"{quantity.label}: {value.sum}", mark=mark, children=children)


def _line(title: str, status: str, because: Iterable[str], questions: Sequence[str]) -> str:
    """The explanation in one line."""
    told = " ".join(dict.fromkeys(because))
    if status == "open" and questions:
        told = f"waits for {', '.join(questions)}."
    return f"{title}: {status.replace('_', ' ')}{'. ' + told if told else ''}"
