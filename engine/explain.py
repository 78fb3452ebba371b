"""Why, why not, and what holds it back: proofs from the recorded run, down to the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.advice import Advice, ChoiceFinding, Part
from demandfirst.engine.ir.answers import Gap, Truth, all_of
from demandfirst.engine.ir.codes import severity_words, still_words
from demandfirst.engine.ir.conditions import (
    And,
    Arithmetic,
    Coalesce,
    Compare,
    Concluded,
    Condition,
    Count,
    Decided,
    Extreme,
    FactTerm,
    Leaf,
    Number,
    Or,
    ParameterTerm,
    QuantityTerm,
    Term,
)
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.numbers import unit_words
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule
from demandfirst.engine.language import _, speaking
from demandfirst.engine.language.phrases import apart, capital, first_few, quoted, stated
from demandfirst.engine.pending import Facts, Pending
from demandfirst.engine.say import UNDECIDED, Speaker
from demandfirst.engine.texts import Texts, causes

Mark = Literal["holds", "fails", "waits"]
SAID = (Number, FactTerm, ParameterTerm, Count)
"""Terms whose value stands in the sentence itself."""
MARKS: dict[Truth, Mark] = {True: "holds", False: "fails", None: "waits"}
MOST_NAMED = 5


class ExplainError(DemandfirstError):
    """There is nothing of that name to explain."""


class Node(Part):
    """A statement of a proof, whether it holds, and what it rests on.

    `given` is the answer or value at hand, `needed` what would make the statement hold. What makes a node hold, by its kind:

    - `rule`, `all`: all children hold (of a row of a decide-table also that no earlier row does);
    - `case`: a rule or row judged by its conditions alone; where it fails, one of these stands for all that fail;
    - `any`: one child holds; where it holds, the others are left out;
    - `earlier`: no earlier row of the table holds; the children are the rows that settle this;
    - `condition`: a single condition; the children are the rules behind a finding (named by `id`), or the numbers behind a sum;
      while a finding is open it has none, and `waiting_for` names the facts that decide it;
    - `quantity`, `number`: there is a value (`fails`: don't know; `waits`: not answered).
    """

    kind: Literal["rule", "case", "earlier", "condition", "any", "all", "quantity", "number"]
    id: str
    text: str
    mark: Mark
    given: str = ""
    needed: str = ""
    waiting_for: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()


class Explanation(Part):
    """The whole story of one item, warning, finding or quantity.

    `why`: the rules that fired; `held_back_by`: the vetoes that do or still may; `why_not`: the rules that did not fire, nearest
    first; `waiting_for`: the facts that are still to be answered. The `status` of a choice finding is its value, or `not decided`.
    """

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
    """Explain an item, warning, finding or quantity of the advice; raises `ExplainError` for another id.

    It is worded in the language of the rulebase.
    """
    with speaking(rulebase.language):
        explainer = _Explainer(rulebase, advice)
        if name in rulebase.items:
            return explainer.item(name)
        if name in rulebase.warnings:
            return explainer.warning(name)
        if name in rulebase.findings:
            return explainer.finding(name)
        if name in rulebase.quantities:
            return explainer.quantity(name)
        raise ExplainError([_no_such(rulebase, name)])


def _no_such(rulebase: Rulebase, name: str) -> Fault:
    known = [*rulebase.items, *rulebase.warnings, *rulebase.findings, *rulebase.quantities]
    every = _("`{command}` lists the items and warnings").format(command="demandfirst items")
    help_line = did_you_mean(name, known, every)
    if name in rulebase.facts:
        help_line = _("it is a question: see `{command}`").format(command=f"demandfirst facts {name}")
    elif any(rule.id == name for rule in rulebase.domain_rules):
        help_line = _("it is a rule: see `{command}`").format(command=f"demandfirst rules {name}")
    message = _("`{name}` is not an item, warning, finding or quantity").format(name=name[:60])
    return Fault(Place("explain"), "unknown-id", message, help_line)


def noteworthy(advice: Advice) -> list[str]:
    """The verdict, and every item and warning that is not simply left out."""
    items = [item.id for item in advice.items if item.status != "not_recommended"]
    warnings = [warning.id for warning in advice.warnings if warning.status != "not_raised"]
    return [advice.verdict.finding, *items, *warnings]


class _Prover:
    """Proofs: rules, their conditions, and what these rest on."""

    def __init__(self, rulebase: Rulebase, advice: Advice) -> None:
        self.rulebase, self.advice = rulebase, advice
        self.outcome: Outcome = advice.outcome
        self.speaker = Speaker(rulebase, self.outcome)
        self.texts = Texts(rulebase, self.outcome)
        self.pending = Pending(rulebase, self.outcome)
        self.proved: dict[int, Node] = {}

    def having(self, rules: Iterable[Rule], *truths: Truth) -> list[Rule]:
        """The rules with one of these truths; in the order of the truths."""
        listed = list(rules)
        return [rule for truth in truths for rule in listed if self.outcome.rules[rule.index] is truth]

    def rules(self, rules: Iterable[Rule]) -> tuple[Node, ...]:
        return tuple(self.rule(rule) for rule in rules)

    def nearest(self, rules: Sequence[Rule]) -> list[Rule]:
        """The rules that did not fire, those first of which the smallest part is missing."""
        return sorted(self.having(rules, None, False), key=lambda rule: (self.distance(rule), rule.index))

    def distance(self, rule: Rule) -> tuple[int, int]:
        """How many lines of a rule fail, and how many wait for an answer; that no earlier case holds counts as a line."""
        truths = [self.outcome.truth(line.condition) for line in rule.when]
        truths += [self.first(rule)] if self.earlier(rule) else []
        return truths.count(False), truths.count(None)

    def earlier(self, rule: Rule) -> list[Rule]:
        """The rows of a decide-table above a case."""
        if rule.role != "case":
            return []
        cases = self.rulebase.tables[rule.then[0].finding].cases  # type: ignore[union-attr]
        return [self.rulebase.rules[index] for index in cases[: cases.index(rule.index)]]

    def lines(self, rule: Rule) -> Truth:
        """Whether the conditions of a rule hold, whatever the earlier rows of its table say."""
        return all_of(self.outcome.truth(line.condition) for line in rule.when)

    def first(self, rule: Rule) -> Truth:
        """Whether no earlier row of the table holds."""
        truths = [self.lines(one) for one in self.earlier(rule)]
        return False if True in truths else None if None in truths else True

    def rule(self, rule: Rule) -> Node:
        """A rule; one that several findings rest on is proved once."""
        if rule.index not in self.proved:
            children = [self.condition(line.condition) for line in rule.when]
            if self.earlier(rule):
                children.append(self.none_earlier(rule))
            text, mark = self.texts.fill(rule.because), MARKS[self.outcome.rules[rule.index]]
            self.proved[rule.index] = Node(kind="rule", id=rule.id, text=text, mark=mark, children=tuple(children))
        return self.proved[rule.index]

    def none_earlier(self, rule: Rule) -> Node:
        """That no earlier row holds: why each fails, or the row that does hold; rows that still may are only named."""
        truth = self.first(rule)
        found = [one for one in self.earlier(rule) if self.lines(one) is (None if truth is None else not truth)]
        named = found[:1] if truth is False else found
        return Node(
            kind="earlier", id="", text=_("no earlier case applies"), mark=MARKS[truth],
            given="" if truth else ", ".join(one.id for one in named),
            children=tuple(self.case(one) for one in named if truth is not None),
        )  # fmt: skip

    def case(self, rule: Rule) -> Node:
        """A row judged by its conditions alone; of one that fails, the plainest condition that makes it fail."""
        children = [self.condition(line.condition) for line in rule.when]
        mark = MARKS[self.lines(rule)]
        if mark == "fails":
            failing = [child for child in children if child.mark == "fails"]
            children = [min(failing, key=lambda child: bool(child.children))]
        return Node(kind="case", id=rule.id, text=self.texts.fill(rule.because), mark=mark, children=tuple(children))

    def condition(self, condition: Condition) -> Node:
        mark = MARKS[self.outcome.truth(condition)]
        if isinstance(condition, And | Or):
            kind: Literal["any", "all"] = "all" if isinstance(condition, And) else "any"
            text = _("all of these") if kind == "all" else _("at least one of these")
            chosen = [part for part in condition.parts if kind == "all" or mark != "holds" or self.outcome.truth(part)]
            children = tuple(self.condition(part) for part in chosen)
            return Node(kind=kind, id="", text=text, mark=mark, children=children)
        said = self.speaker.leaf(condition)
        finding = condition.finding if isinstance(condition, Concluded | Decided) else ""
        return Node(
            kind="condition", id=finding, text=said.text, mark=mark, given=said.given, needed=said.needed,
            waiting_for=self.waiting(condition), children=self.behind(condition, mark),
        )  # fmt: skip

    def waiting(self, condition: Condition) -> tuple[str, ...]:
        """The facts that keep a condition open, in asking order."""
        found = self.pending.condition(condition)
        return tuple(fact for fact in self.rulebase.facts if fact in found)

    def behind(self, leaf: Leaf, mark: Mark) -> tuple[Node, ...]:
        """What a condition rests on: the rules behind a settled finding, the sums behind a comparison."""
        match leaf:
            case Concluded(name, _) | Decided(name, _, _):
                return self.conclusion(name) if mark != "waits" else ()
            case Compare(_, left, right):
                sides = (left, right)
                return tuple(node for side in sides if not isinstance(side, SAID) for node in self.parts(side))
            case _:
                return ()

    def conclusion(self, name: str) -> tuple[Node, ...]:
        """The rules that settled a finding; where none fired, why each of those that could have does not hold.

        A test on a choice may be settled while several rows are still possible, if all of them agree.
        """
        rules = self.rulebase.concluding.get(name, ())
        if fired := self.having(rules, True):
            return self.rules(fired)
        failing = [rule for rule in self.nearest(rules) if self.lines(rule) is False]
        return (*self.rules(self.having(rules, None)), *(self.case(rule) for rule in failing))

    def parts(self, term: Term) -> tuple[Node, ...]:
        """The numbers and sums in a term, each once."""
        found: dict[str, Node] = {}
        for inner in self.counting(term):
            match inner:
                case QuantityTerm(name):
                    found[name] = self.sum(name)
                case FactTerm(name) | Count(name):
                    found[name] = self.number(name, inner)
                case ParameterTerm(name) if not self.fixed(name):
                    found[name] = self.number(name, inner)
                case _:
                    pass
        return tuple(found.values())

    def counting(self, term: Term) -> Iterable[Term]:
        """The names in a term; of `coalesce` the second side only where it counts."""
        match term:
            case Coalesce(first, second):
                yield from self.counting(first)
                if self.outcome.client.number(first) is Gap.DONT_KNOW:
                    yield from self.counting(second)
            case Arithmetic(_, left, right):
                yield from self.counting(left)
                yield from self.counting(right)
            case Extreme(_, terms):
                for inner in terms:
                    yield from self.counting(inner)
            case _:
                yield term

    def fixed(self, name: str) -> bool:
        """Whether a parameter can have only one value, such as the whole of a percentage."""
        parameter = self.rulebase.parameters[name]
        return parameter.minimum is not None and parameter.minimum == parameter.maximum

    def sum(self, name: str) -> Node:
        quantity, value = self.rulebase.quantities[name], self.outcome.client.quantities[name]
        text = stated(quantity.label, self.advice.quantities[name].sum)
        mark = MARKS[None if value is Gap.NOT_ANSWERED else value is not Gap.DONT_KNOW]
        return Node(kind="quantity", id=name, text=text, mark=mark, children=self.parts(quantity.formula))

    def number(self, name: str, term: Term) -> Node:
        value = self.outcome.client.number(term)
        mark = MARKS[None if value is Gap.NOT_ANSWERED else value is not Gap.DONT_KNOW]
        given = self.speaker.amount(term)
        return Node(kind="number", id=name, text=stated(self.speaker.name(term), given), mark=mark, given=given)


class _Explainer(_Prover):
    """One explanation for each kind of thing."""

    def item(self, name: str) -> Explanation:
        item = self.advice.item(name)
        recommending, vetoing = self.rulebase.recommending.get(name, ()), self.rulebase.vetoing.get(name, ())
        held_back = item.status != "recommended" and item.held_back
        told = [reason.because for reason in (item.held_back if held_back else item.reasons)]
        if item.status == "not_recommended":
            told = self.missing(recommending) or told
        return Explanation(
            id=name, kind=item.kind, title=item.title, status=item.status,
            line=self.line(item.title, still_words(item.status), told, item.questions),
            why=self.rules(self.having(recommending, True)), why_not=self.rules(self.nearest(recommending)),
            held_back_by=self.rules(self.having(vetoing, True, None)), waiting_for=item.questions,
        )  # fmt: skip

    def warning(self, name: str) -> Explanation:
        warning = next(one for one in self.advice.warnings if one.id == name)
        rules = self.rulebase.warning.get(name, ())
        raised = warning.status == "raised"
        word = (
            _("raised ({severity})").format(severity=severity_words(warning.severity))
            if raised
            else still_words(warning.status)
        )
        told = [reason.because for reason in warning.reasons] or self.missing(rules)
        return Explanation(
            id=name, kind="warning", title=warning.title, status=warning.status,
            line=self.line(warning.title, word, told, () if raised else warning.questions),
            why=self.rules(self.having(rules, True)), why_not=self.rules(self.nearest(rules)),
            waiting_for=warning.questions,
        )  # fmt: skip

    def finding(self, name: str) -> Explanation:
        finding = self.rulebase.findings[name]
        rules = self.rulebase.concluding.get(name, ())
        fired = self.having(rules, True)
        found = next(one for one in self.advice.findings if one.id == name)
        pending = self.pending.finding(name)
        waiting = tuple(fact for fact in self.rulebase.facts if fact in pending)
        roots = [root for rule in fired for root in causes(self.rulebase, self.outcome, rule)]
        told = [self.texts.fill(rule.because) for rule in (roots if name == self.rulebase.verdict else fired)]
        if isinstance(found, ChoiceFinding):
            words = {value.id: value.title or value.label for value in finding.values}
            possible = apart(words[value] for value in found.possible)
            status = found.value or UNDECIDED
            some = _("still open ({values})") if len(found.possible) < len(words) else _("still open")
            title, word = finding.label, possible if found.value else some.format(values=possible)
        else:
            status = found.status
            title = finding.negative if found.status == "false" else finding.label
            word = _("still open") if found.status == "open" else ""
            told = told or self.missing(rules)
        return Explanation(
            id=name, kind="finding", title=finding.label, status=status,
            line=self.line(title, word, told, waiting), why=self.rules(fired),
            why_not=tuple(self.named_case(rule) for rule in self.nearest(rules)), waiting_for=waiting,
        )  # fmt: skip

    def named_case(self, rule: Rule) -> Node:
        """A rule; of a case also what it would decide."""
        node, effect = self.rule(rule), rule.then[0]
        if not isinstance(effect, Decide):
            return node
        label = next(value.label for value in self.rulebase.findings[effect.finding].values if value.id == effect.value)
        return Node(
            kind="rule", id=node.id, text=stated(quoted(label), node.text), mark=node.mark, children=node.children
        )

    def quantity(self, name: str) -> Explanation:
        quantity, value = self.rulebase.quantities[name], self.outcome.client.quantities[name]
        shown = self.advice.quantities[name].sum
        waiting: Facts = self.pending.term(QuantityTerm(name))
        status = (
            "open" if value is Gap.NOT_ANSWERED else "unknown" if value is Gap.DONT_KNOW else
            "bounded" if isinstance(value, Interval) else "known"
        )  # fmt: skip
        return Explanation(
            id=name, kind="quantity", title=quantity.label, status=status,
            line=_("{label} ({unit}): {sum}").format(
                label=capital(quantity.label), unit=unit_words(quantity.unit), sum=shown
            ), why=self.parts(quantity.formula), sum=shown,
            waiting_for=tuple(fact for fact in self.rulebase.facts if fact in waiting),
        )  # fmt: skip

    def missing(self, rules: Sequence[Rule]) -> list[str]:
        """What keeps the nearest of the rules from firing, in one sentence."""
        for rule in self.nearest(rules)[:1]:
            lines = [line.condition for line in rule.when if self.outcome.truth(line.condition) is not True]
            if lines:
                conditions = apart(self.speaker.brief(line) for line in lines)
                return [_("It would take: {conditions}.").format(conditions=conditions)]
        return []

    def line(self, title: str, word: str, told: Iterable[str], waiting: Sequence[str]) -> str:
        """The explanation in one line: what it is, how it stands, and why or what it waits for."""
        if waiting:
            labels = [self.rulebase.facts[name].label for name in waiting]
            told = [_("Waits for: {facts}.").format(facts=first_few(labels, MOST_NAMED, "; "))]
        stands = _("{title}: {status}.") if word else _("{title}.")
        return " ".join([stands.format(title=capital(title), status=word), *dict.fromkeys(told)])
