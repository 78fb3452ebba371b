"""What comes of the answers: the list of them, the advice, and both to take along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import _, mark
from demandfirst.engine.report.interview_page import said
from demandfirst.engine.report.markdown import markdown
from demandfirst.web.pages.advice_page import parts
from demandfirst.web.pages.render import NO_STORE, base, page, to
from demandfirst.web.pages.routes import held
from demandfirst.web.pages.sections import beside, shown
from demandfirst.web.questionnaires import Held
from demandfirst.web.service import Service, Shared
from demandfirst.web.words import severity_words
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

router = APIRouter(include_in_schema=False)
TOO_EARLY = mark("The first two questions are still to be answered.")


@dataclass(frozen=True, slots=True)
class Row:
    """An answer in words."""

    fact: str
    question: str
    said: str


def advised(service: Service, found: Held) -> Advice:
    """The advice on the answers so far; 409 while needed ones are missing."""
    facts = service.interview.rulebase.facts.values()
    if any(fact.required and fact.id not in found.state.answers for fact in facts):
        raise HTTPException(409, _(TOO_EARLY))
    return service.advisor.advise(found.state.answers, engine="scalar")


@router.get("/q/{link}/answers")
def answers(request: Request, service: Shared, link: str) -> HTMLResponse:
    """All answers, each to be changed."""
    found = held(service, link)
    turn = service.interview.turn(found.state)
    groups = list(_groups(service, found))
    return page(
        request, service, "answers.html", title=_("Your answers"), link=link, held=found, turn=turn, groups=groups
    )


def _groups(service: Service, found: Held) -> Iterator[tuple[str, list[Row]]]:
    rulebase = service.interview.rulebase
    rows: dict[str, list[Row]] = {}
    for name, value in found.state.answers.items():
        fact = rulebase.facts[name]
        rows.setdefault(fact.group, []).append(Row(name, fact.question, said(fact, value)))
    for group, label in rulebase.question_groups.items():
        if group in rows:
            yield label, rows[group]


@router.post("/q/{link}/finish")
def finish(request: Request, service: Shared, link: str) -> RedirectResponse:
    """Hand the answers in, and show the advice."""
    advised(service, held(service, link))
    service.questionnaires.finish(link, service.advisor, service.settings.rulebase)
    return to(request, link, "/advice")


@router.get("/q/{link}/advice")
def advice(request: Request, service: Shared, link: str) -> HTMLResponse:
    """The advice on the answers so far."""
    found = held(service, link)
    given, turn = advised(service, found), service.interview.turn(found.state)
    drawn = beside(request, service, f"{base(request)}/q/{link}")
    return page(
        request, service, "advice.html", title=given.verdict.title, link=link, held=found, turn=turn, advice=given,
        severities=severity_words(), report=shown(service.advisor, given, drawn), **parts(given),
    )  # fmt: skip


@router.get("/q/{link}/advice.json")
def advice_json(service: Shared, link: str) -> Response:
    """The advice as `demandfirst advise --format json` prints it."""
    text = advised(service, held(service, link)).model_dump_json(indent=2)
    return _file(text, "application/json", "advice.json")


@router.get("/q/{link}/advice.md")
def advice_markdown(service: Shared, link: str) -> Response:
    """The advice as Markdown."""
    return _file(markdown(advised(service, held(service, link))), "text/markdown; charset=utf-8", "advice.md")


@router.get("/q/{link}/answers.yaml")
def answers_yaml(service: Shared, link: str) -> Response:
    """The answers as a client file."""
    given = {"client": held(service, link).state.answers}
    return _file(yaml.safe_dump(given, sort_keys=False, allow_unicode=True), "application/yaml", "client.yaml")


def _file(text: str, kind: str, name: str) -> Response:
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=kind, headers=headers)
