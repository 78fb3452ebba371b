"""An outcome to the advice: statuses, ranks, reasons, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from demandfirst.engine.ir.advice import (
    Advice,
    ChoiceFinding,
    GoalAdvice,
    GoalStatus,
    ItemAdvice,
    ItemStatus,
    PlatformObjective,
    QuantityAdvice,
    Question,
    Reason,
    RulebaseStamp,
    TruthStatus,
    Verdict,
    WarningAdvice,
    YesNoFinding,
)
from demandfirst.engine.ir.answers import Answer, Gap, Number_, Truth
from demandfirst.engine.ir.numbers import NOT_KNOWN
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Recommend, Rule, Warn
from demandfirst.engine.ir.vocabulary import ITEM_KINDS, SEVERITIES, Item
from demandfirst.engine.pending import Facts, Pending
from demandfirst.engine.texts import Texts, causes

TRUTH_STATUS: dict[Truth, TruthStatus] = {True: "true", False: "false", None: "open"}


def compose(rulebase: Rulebase, outcome: Outcome) -> Advice:
    """The advice that an outcome amounts to."""
    return _Composer(rulebase, outcome).advice()


class _Composer:
    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase, self.outcome = rulebase, outcome
        self.pending = Pending(rulebase, outcome)
        self.texts = Texts(rulebase, outcome)

    def advice(self) -> Advice:
        items = self.items()
        warnings = tuple(self.warning(warning) for warning in self.rulebase.warnings.values())
        verdict = self.verdict()
        return Advice(
            rulebase=RulebaseStamp(version=self.rulebase.version, hash=self.rulebase.hash),
            verdict=verdict,
            goals=tuple(self.goals(items)),
            focus=self.focus(items),
            items=items,
            warnings=warnings,
            findings=tuple(self.finding(name) for name in self.rulebase.findings),
            quantities={name: self.quantity(name) for name in self.rulebase.quantities},
            questions=self.questions(verdict, items, warnings),
            answers={
                name: plain_answer(self.rulebase, name, given) for name, given in self.outcome.client.answers.items()
            },
            outcome=self.outcome,
        )

    def truth(self, rules: Sequence[Rule]) -> Truth:
        truths = [self.outcome.rules[rule.index] for rule in rules]
        return True if True in truths else None if None in truths else False

    def fired(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if self.outcome.rules[rule.index] is True)

    def undecided(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if self.outcome.rules[rule.index] is None)

    def items(self) -> tuple[ItemAdvice, ...]:
        """Every item, in the order of its rank."""
        wanted = self.outcome.client.answer(self.rulebase.goals_fact)
        goals = wanted if isinstance(wanted, frozenset) else frozenset()
        weights = {name: self.weight(name) for name in self.rulebase.items}

        def key(item: Item) -> tuple[int, int, bool]:
            return ITEM_KINDS.index(item.kind), -weights[item.id], goals.isdisjoint(item.goals)

        ranked = sorted(self.rulebase.items.values(), key=key)
        return tuple(self.item(item, rank, weights[item.id]) for rank, item in enumerate(ranked, 1))

    def weight(self, name: str) -> int:
        """The summed weight of the rules that recommend an item and fired."""
        fired = self.fired(self.rulebase.recommending.get(name, ()))
        return sum(
            effect.weight
            for rule in fired
            for effect in rule.then
            if isinstance(effect, Recommend) and effect.item == name
        )

    def item(self, item: Item, rank: int, weight: int) -> ItemAdvice:
        recommending = self.rulebase.recommending.get(item.id, ())
        vetoing = self.rulebase.vetoing.get(item.id, ())
        status = item_status(self.truth(recommending), self.truth(vetoing))
        supporters, holders = self.fired(recommending), self.fired(vetoing)
        waiting = self.undecided((*recommending, *vetoing)) if status == "open" else ()
        return ItemAdvice(
            id=item.id, kind=item.kind, status=status, rank=rank, weight=weight, **self.words(item),
            leads_to=self.texts.named("destinations", item.leads_to), buyers=self.texts.named("buyers", item.buyers),
            benefits=self.texts.named("benefits", item.benefits), goals=item.goals,
            platforms=tuple(self.platforms(item)), rules=_ids((*supporters, *holders, *waiting)),
            recommended_by=_ids(supporters), held_back_by=_ids(holders), waiting_for=_ids(waiting),
            reasons=tuple(map(self.texts.reason, supporters)), held_back=self.held_back(holders),
            questions=self.ordered(self.item_pending(item.id, status)),
        )  # fmt: skip

    def words(self, item: Item) -> dict[str, Any]:
        """What items and warnings have in common: texts, and where they belong."""
        return {
            "title": item.title, "summary": self.texts.fill(item.summary), "steps": self.texts.steps(item),
            "journey": self.texts.named("journey", item.journey),
            "components": self.texts.named("components", item.components), "kpis": item.kpis,
            "not_judged_by": item.not_judged_by, "owner": self.texts.owner(item),
        }  # fmt: skip

    def held_back(self, rules: Iterable[Rule]) -> tuple[Reason, ...]:
        """Vetoes by their root causes."""
        found = dict.fromkeys(cause for rule in rules for cause in causes(self.rulebase, self.outcome, rule))
        return tuple(map(self.texts.reason, found))

    def item_pending(self, name: str, status: ItemStatus) -> Facts:
        if status != "open":
            return frozenset()
        recommending = self.rulebase.recommending.get(name, ())
        vetoing = self.pending.rules(self.rulebase.vetoing.get(name, ()))
        return vetoing if self.truth(recommending) is True else vetoing | self.pending.rules(recommending)

    def platforms(self, item: Item) -> Iterable[PlatformObjective]:
        for platform in self.rulebase.platforms.values():
            truth = self.outcome.rules[platform.rule]
            if item.id in platform.objectives and truth is not False:
                yield PlatformObjective(
                    platform=platform.id, label=platform.label, objectives=platform.objectives[item.id],
                    status="usable" if truth else "open", checked=platform.checked, valid_until=platform.valid_until,
                    note=platform.note,
                )  # fmt: skip

    def warning(self, item: Item) -> WarningAdvice:
        rules = self.rulebase.warning.get(item.id, ())
        truth, raised = self.truth(rules), self.fired(rules)
        severity = max((_severity(rule, item.id) for rule in raised), default=SEVERITIES.index(item.severity or "info"))
        stronger = [rule for rule in self.undecided(rules) if not raised or _severity(rule, item.id) > severity]
        return WarningAdvice(
            id=item.id, status="raised" if truth else "open" if truth is None else "not_raised",
            severity=SEVERITIES[severity], **self.words(item), rules=_ids(raised), waiting_for=_ids(stronger),
            reasons=tuple(map(self.texts.reason, raised)), questions=self.ordered(self.pending.rules(stronger)),
        )  # fmt: skip

    def finding(self, name: str) -> YesNoFinding | ChoiceFinding:
        finding, state = self.rulebase.findings[name], self.outcome.findings[name]
        rules = self.rulebase.concluding.get(name, ())
        fired, waiting = _ids(self.fired(rules)), _ids(self.undecided(rules))
        if not isinstance(state, frozenset):
            text = finding.label if state else finding.negative if state is False else ""
            return YesNoFinding(id=name, status=TRUTH_STATUS[state], text=text, rules=fired, waiting_for=waiting)
        possible = tuple(value.id for value in finding.values if value.id in state)
        value = possible[0] if len(possible) == 1 else None
        text = next((one.text or one.label for one in finding.values if one.id == value), "")
        return ChoiceFinding(
            id=name, value=value, possible=possible, text=self.texts.fill(text), rules=fired or (waiting if value else ()),
            waiting_for=() if value else waiting,
        )  # fmt: skip

    def quantity(self, name: str) -> QuantityAdvice:
        quantity = self.rulebase.quantities[name]
        return QuantityAdvice(
            value=plain_number(self.outcome.client.quantities[name]), unit=quantity.unit, label=quantity.label,
            sum=self.texts.sum(quantity), explanation=quantity.explanation,
        )  # fmt: skip

    def verdict(self) -> Verdict:
        finding = self.rulebase.findings[self.rulebase.verdict]
        state = self.outcome.findings[finding.id]
        assert isinstance(state, frozenset)  # noqa: S101
        possible = [value for value in finding.values if value.id in state]
        questions = self.ordered(self.pending.finding(finding.id))
        if len(possible) > 1:
            title = f"{finding.label}: {NOT_KNOWN}"
            text = "Still possible: " + "; ".join(value.title or value.label for value in possible) + "."
            return Verdict(finding=finding.id, value=None, title=title, text=text, reasons=(), questions=questions)
        fired = self.fired(self.rulebase.concluding[finding.id])
        found = dict.fromkeys(cause for rule in fired for cause in causes(self.rulebase, self.outcome, rule))
        return Verdict(
            finding=finding.id, value=possible[0].id, title=possible[0].title or possible[0].label,
            text=self.texts.fill(possible[0].text), reasons=tuple(map(self.texts.reason, found)), questions=questions,
        )  # fmt: skip

    def goals(self, items: Sequence[ItemAdvice]) -> Iterable[GoalAdvice]:
        """Each goal the client named: served, open, postponed (with what holds it back), or without an objective."""
        fact = self.rulebase.facts[self.rulebase.goals_fact]
        wanted = self.outcome.client.answer(fact.id)
        for value in fact.values:
            if not isinstance(wanted, frozenset) or value.id not in wanted:
                continue
            serving = [item for item in items if item.kind == "objective" and value.id in item.goals]
            by_status = {
                status: tuple(item.id for item in serving if item.status == status)
                for status in ("recommended", "open", "withheld")
            }
            held_back = dict.fromkeys(
                reason for item in serving for reason in item.held_back if item.status == "withheld"
            )
            yield GoalAdvice(
                goal=value.id, label=value.label, status=_goal_status(by_status), served_by=by_status["recommended"],
                open=by_status["open"], postponed=by_status["withheld"], held_back=tuple(held_back),
            )  # fmt: skip

    def focus(self, items: Sequence[ItemAdvice]) -> tuple[str, ...]:
        """The first recommended objectives, as many as one can work on at a time."""
        count = int(self.outcome.client.parameter(self.rulebase.focus_parameter))
        fitting = [item.id for item in items if item.kind == "objective" and item.status == "recommended"]
        return tuple(fitting[:count])

    def ordered(self, facts: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(facts, key=lambda name: self.rulebase.facts[name].order))

    def questions(
        self, verdict: Verdict, items: Sequence[ItemAdvice], warnings: Sequence[WarningAdvice]
    ) -> tuple[Question, ...]:
        """The unanswered facts that can still change something, those first that most depends on.

        An open item, warning or verdict that waits for n facts gives each of them 1/n; the verdict counts for as many items as it
        holds back. Facts that could only move an item to withheld, or change the lines of one, come last.
        """
        decides: dict[str, dict[str, float]] = {}
        parts: tuple[ItemAdvice | WarningAdvice, ...] = (*items, *warnings)
        for part in parts:
            for fact in part.questions:
                decides.setdefault(fact, {})[part.id] = 1 / len(part.questions)
        for fact in verdict.questions:
            decides.setdefault(fact, {})[verdict.finding] = len(items) / len(verdict.questions)
        for fact in self.minor(items):
            decides.setdefault(fact, {})
        facts = self.rulebase.facts
        ranked = sorted(decides, key=lambda name: (-sum(decides[name].values()), facts[name].order))
        return tuple(
            Question(
                fact=name, question=facts[name].question, help=facts[name].help, who=facts[name].who,
                group=facts[name].group, decides=tuple(decides[name]),
            )
            for name in ranked
        )  # fmt: skip

    def minor(self, items: Sequence[ItemAdvice]) -> Facts:
        """Facts that cannot change what is recommended, but what is withheld or what a line says."""
        found: set[str] = set()
        for item in items:
            if item.status == "not_recommended":
                found |= self.pending.rules(self.rulebase.recommending.get(item.id, ()))
                found |= self.pending.rules(self.rulebase.vetoing.get(item.id, ())) if found else set()
            elif item.status != "withheld":
                steps = self.rulebase.items[item.id].steps
                found |= self.pending.rules(self.rulebase.rules[step.rule] for step in steps if step.rule is not None)
        return frozenset(found)


def _goal_status(by_status: Mapping[str, tuple[str, ...]]) -> GoalStatus:
    if by_status["recommended"]:
        return "served"
    return "open" if by_status["open"] else "postponed" if by_status["withheld"] else "unserved"


def item_status(recommended: Truth, vetoed: Truth) -> ItemStatus:
    """The status of an item from the `or` of the rules that recommend it and of those that veto it."""
    if recommended is True and vetoed is not None:
        return "withheld" if vetoed else "recommended"
    return "not_recommended" if recommended is False or vetoed is True else "open"


def plain_answer(rulebase: Rulebase, name: str, given: Answer) -> Any:
    """An answer as it would stand in a client file; sets in the order of the vocabulary."""
    if isinstance(given, frozenset):
        return [value.id for value in rulebase.facts[name].values if value.id in given]
    if isinstance(given, Gap | str | bool):
        return given.value if isinstance(given, Gap) else given
    return int(given) if given.denominator == 1 else float(given)


def plain_number(value: Number_) -> Any:
    """A quantity for JSON: a number, `unknown`, or None."""
    return value.value if isinstance(value, Gap) else float(value)


def _ids(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)


def _severity(rule: Rule, warning: str) -> int:
    return max(
        SEVERITIES.index(effect.severity)
        for effect in rule.then
        if isinstance(effect, Warn) and effect.warning == warning
    )
