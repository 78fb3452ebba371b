"""A completed client as the agency sees it: what was answered and advised, and what was decided about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demandfirst.engine.advise import Advisor
from demandfirst.engine.errors import ClientError
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _, mark
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.report.interview_page import said
from demandfirst.web.models import Decision, GivenAdvice, Questionnaire
from demandfirst.web.service import Service
from fastapi import HTTPException
from sqlalchemy import select

UNKNOWN_CLIENT = mark("There is no such client, or no longer.")
MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Client:
    """A client; `advice` is what it was told last, by `advisor`: the rulebase of then, where it is still there.

    `past` has one more than is shown, which the last one shown is compared with.
    """

    row: Questionnaire
    past: tuple[GivenAdvice, ...]
    decisions: tuple[Decision, ...]
    advisor: Advisor
    advice: Advice
    lost: tuple[str, ...]
    moved_on: bool

    @property
    def rulebase(self) -> Rulebase:
        """The rulebase of the advice."""
        return self.advisor.rulebase

    @property
    def decided(self) -> dict[str, Decision]:
        """Item -> the last decision about it."""
        return {one.item: one for one in reversed(self.decisions)}


def the_client(service: Service, name: str) -> Client:
    """A completed client with its history; 404 where there is none."""
    with service.database.reading() as session:
        row = session.get(Questionnaire, name)
        if row is None or row.completed is None:
            raise HTTPException(404, _(UNKNOWN_CLIENT))
        advice = select(GivenAdvice).where(GivenAdvice.questionnaire == name).order_by(GivenAdvice.given.desc())
        past = tuple(session.scalars(advice.limit(MOST_PAST + 1)))
        decisions = (
            select(Decision).where(Decision.questionnaire == name).order_by(Decision.decided.desc(), Decision.id)
        )
        made = tuple(session.scalars(decisions))
    last = past[0]
    advisor = service.replays.advisor(last.rulebase) or service.advisor
    given, lost = advised(advisor, last.answers)
    if given is None:
        raise HTTPException(409, _("The answers of this client no longer fit any rulebase that is kept."))
    moved_on = row.state.get("answers", {}) != last.answers
    return Client(row, past, made, advisor, given, lost, moved_on)


def advised(advisor: Advisor, answers: Mapping[str, Any]) -> tuple[Advice | None, tuple[str, ...]]:
    """The advice on answers under any rulebase, and those that do not fit it and are left out; None where nothing can be said."""
    facts = advisor.rulebase.facts
    fitting = {name: value for name, value in answers.items() if name in facts and _fits(facts, name, value)}
    lost = tuple(name for name in answers if name not in fitting)
    try:
        return advisor.advise(fitting, engine="scalar"), lost
    except ClientError:
        return None, lost


def _fits(facts: Any, name: str, value: Any) -> bool:
    try:
        answers_of({name: value}, {name: facts[name]})
    except ClientError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in words."""

    fact: str
    question: str
    said: str


def answered(rulebase: Rulebase, answers: Mapping[str, Any]) -> Iterator[tuple[str, list[Answered]]]:
    """The answers in words, group by group; those that the rulebase does not know are left out."""
    rows: dict[str, list[Answered]] = {}
    for name, value in answers.items():
        fact = rulebase.facts.get(name)
        if fact is not None:
            rows.setdefault(fact.group, []).append(Answered(name, fact.question, said(fact, value)))
    for group, label in rulebase.question_groups.items():
        if group in rows:
            yield label, rows[group]
