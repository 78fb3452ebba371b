"""An outcome to the advice: statuses, ranks, reasons, and what is still to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from demandfirst.engine.assumptions import Support
from demandfirst.engine.details import Details
from demandfirst.engine.ir.advice import (
    Advice,
    Assumption,
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
from demandfirst.engine.ir.answers import Gap, Number_, Truth
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.numbers import measure, plain, unit_words
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import SEVERITIES, Item
from demandfirst.engine.language import _
from demandfirst.engine.language.phrases import apart, capital
from demandfirst.engine.pending import Facts, Pending
from demandfirst.engine.questions import Asker
from demandfirst.engine.shelf import P, Shelf
from demandfirst.engine.standing import Standing, rule_severity
from demandfirst.engine.texts import Texts, causes

TRUTH_STATUS: dict[Truth, TruthStatus] = {True: "true", False: "false", None: "open"}


def compose(rulebase: Rulebase, outcome: Outcome, asker: Asker, shelf: Shelf | None = None) -> Advice:
    """The advice that an outcome amounts to; parts that were made before are taken from the shelf."""
    return _Composer(rulebase, outcome, asker, shelf).advice()


class _Composer:
    def __init__(self, rulebase: Rulebase, outcome: Outcome, asker: Asker, shelf: Shelf | None) -> None:
        self.rulebase, self.outcome, self.asker = rulebase, outcome, asker
        self.shelf = None if shelf is None else shelf.reader(outcome)
        self.pending = Pending(rulebase, outcome)
        self.standing = Standing(rulebase, outcome)
        self.texts = Texts(rulebase, outcome)

    def advice(self) -> Advice:
        items = self.items()
        warnings = tuple(
            self.part("warning", one, 0, partial(self.warning, one)) for one in self.rulebase.warnings.values()
        )
        verdict = self.verdict()
        return Advice(
            rulebase=RulebaseStamp(version=self.rulebase.version, hash=self.rulebase.hash),
            verdict=verdict,
            assumptions=tuple(self.assumptions()),
            goals=tuple(self.goals(items)),
            focus=self.standing.focus(),
            items=items,
            warnings=warnings,
            findings=tuple(map(self.found, self.rulebase.findings)),
            quantities={name: self.quantity(name) for name in self.rulebase.quantities},
            questions=self.questions(verdict, items, warnings),
            answers={
                name: plain(self.rulebase.facts[name], given) for name, given in self.outcome.client.answers.items()
            },
            outcome=self.outcome,
            language=self.rulebase.language,
        )

    def items(self) -> tuple[ItemAdvice, ...]:
        """Every item, in the order of its rank."""
        ranked = enumerate(self.standing.ranked, 1)
        return tuple(self.part("item", item, rank, partial(self.item, item, rank)) for rank, item in ranked)

    def part(self, kind: str, item: Item, place: int, make: Callable[[], P]) -> P:
        """An item or warning, from the shelf where there is one."""
        return make() if self.shelf is None else self.shelf.part(kind, item.id, place, make, partial(self.said, item))

    def found(self, name: str) -> YesNoFinding | ChoiceFinding:
        """A finding, from the shelf where there is one."""
        make = partial(self.finding, name)
        return make() if self.shelf is None else self.shelf.part("finding", name, 0, make, dict)

    def said(self, item: Item) -> dict[str, Any]:
        """The texts of items and warnings that may have figures in them."""
        return {"summary": self.texts.fill(item.summary), "steps": self.texts.steps(item)}

    def item(self, item: Item, rank: int) -> ItemAdvice:
        recommending = self.rulebase.recommending.get(item.id, ())
        vetoing = self.rulebase.vetoing.get(item.id, ())
        status = self.standing.item(item.id)
        supporters, holders = self.standing.fired(recommending), self.standing.fired(vetoing)
        waiting = self.standing.undecided((*recommending, *vetoing)) if status == "open" else ()
        return ItemAdvice(
            id=item.id, kind=item.kind, status=status, rank=rank, weight=self.standing.weight(item.id), **self.words(item),
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
            "title": item.title, **self.said(item), "journey": self.texts.named("journey", item.journey),
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
        return vetoing if self.standing.truth(recommending) is True else vetoing | self.pending.rules(recommending)

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
        raised = self.standing.fired(rules)
        status, severity = self.standing.warning(item.id)
        least = SEVERITIES.index(severity)
        stronger = [one for one in self.standing.undecided(rules) if not raised or rule_severity(one, item.id) > least]
        return WarningAdvice(
            id=item.id, status=status, severity=severity, **self.words(item), rules=_ids(raised), waiting_for=_ids(stronger),
            reasons=tuple(map(self.texts.reason, raised)), questions=self.ordered(self.pending.rules(stronger)),
        )  # fmt: skip

    def finding(self, name: str) -> YesNoFinding | ChoiceFinding:
        finding, state = self.rulebase.findings[name], self.outcome.findings[name]
        rules = self.rulebase.concluding.get(name, ())
        fired, waiting = _ids(self.standing.fired(rules)), _ids(self.standing.undecided(rules))
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
        value = self.outcome.client.quantities[name]
        bounds = (float(value.low), float(value.high)) if isinstance(value, Interval) else None
        return QuantityAdvice(
            value=plain_number(value), bounds=bounds, unit=unit_words(quantity.unit), label=quantity.label,
            sum=self.texts.sum(quantity), explanation=quantity.explanation,
        )  # fmt: skip

    def verdict(self) -> Verdict:
        finding = self.rulebase.findings[self.rulebase.verdict]
        state = self.outcome.findings[finding.id]
        assert isinstance(state, frozenset)  # noqa: S101
        possible = [value for value in finding.values if value.id in state]
        questions = self.ordered(self.pending.finding(finding.id))
        if len(possible) > 1:
            title = capital(_("{label}: not decided yet").format(label=finding.label))
            listed = apart(value.title or value.label for value in possible)
            text = _("Still possible: {values}.").format(values=listed)
            return Verdict(finding=finding.id, value=None, title=title, text=text, reasons=(), questions=questions)
        fired = self.standing.fired(self.rulebase.concluding[finding.id])
        found = dict.fromkeys(cause for rule in fired for cause in causes(self.rulebase, self.outcome, rule))
        return Verdict(
            finding=finding.id, value=possible[0].id, title=possible[0].title or possible[0].label,
            text=self.texts.fill(possible[0].text), reasons=tuple(map(self.texts.reason, found)), questions=questions,
        )  # fmt: skip

    def assumptions(self) -> Iterable[Assumption]:
        """The weakly supported parameters that the verdict rests on."""
        names = Support(self.rulebase, self.outcome).finding(self.rulebase.verdict)
        for parameter in self.rulebase.parameters.values():
            if parameter.id in names:
                shown = measure(self.outcome.client.parameter(parameter.id), parameter.unit)
                yield Assumption(
                    parameter=parameter.id, label=parameter.label, shown=shown, confidence=parameter.confidence,
                    note=parameter.note,
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

    def ordered(self, facts: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(facts, key=lambda name: self.rulebase.facts[name].order))

    def questions(
        self, verdict: Verdict, items: Sequence[ItemAdvice], warnings: Sequence[WarningAdvice]
    ) -> tuple[Question, ...]:
        """The facts not answered, or only within bounds, that can still change something, the next to ask first.

        Those that decide something come in the order of `Asker`; those that only change reasons, order, lines or figures
        come last, in asking order.
        """
        decides: dict[str, list[str]] = {}
        parts: tuple[ItemAdvice | WarningAdvice, ...] = (*items, *warnings)
        for name, waiting in [(verdict.finding, verdict.questions), *((part.id, part.questions) for part in parts)]:
            for fact in waiting:
                decides.setdefault(fact, []).append(name)
        ranked = self.asker.order(self.outcome.client.answers) if decides else []
        facts = self.rulebase.facts
        details = () if self.pending.over else Details(self.rulebase, self.outcome, self.pending).facts()
        minor = self.ordered(set(details).difference(decides))
        return tuple(
            Question(
                fact=name, question=facts[name].question, help=facts[name].help, who=facts[name].who,
                group=facts[name].group, decides=tuple(decides.get(name, ())),
            )
            for name in (*ranked, *minor)
        )  # fmt: skip


def _goal_status(by_status: Mapping[str, tuple[str, ...]]) -> GoalStatus:
    if by_status["recommended"]:
        return "served"
    return "open" if by_status["open"] else "postponed" if by_status["withheld"] else "unserved"


def plain_number(value: Number_) -> Any:
    """A quantity for JSON: a number, `unknown`, or None while an answer is missing or only bounded."""
    if isinstance(value, Interval):
        return None
    return value.value if isinstance(value, Gap) else float(value)


def _ids(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)
