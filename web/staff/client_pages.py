"""The pages of one client: advice, explanation, what-if, decisions, history, files, export, erasure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import yaml
from demandfirst.engine.explain import ExplainError, explain
from demandfirst.engine.language import _, mark
from demandfirst.web.models import Decision, Questionnaire
from demandfirst.web.pages.advice_page import parts
from demandfirst.web.pages.sections import beside, shown
from demandfirst.web.privacy import erase, exported
from demandfirst.web.service import Service, Shared
from demandfirst.web.staff import what_if
from demandfirst.web.staff.client import UNKNOWN_CLIENT, Client, answered, the_client
from demandfirst.web.staff.guard import HEADERS, HOME, Posted, Signed, go, staff_page
from demandfirst.web.staff.history import history
from demandfirst.web.staff.signing import Member
from demandfirst.web.tokens import new_id
from demandfirst.web.words import moment, severity_words
from fastapi import APIRouter, HTTPException, Request, Response

router = APIRouter(prefix="/staff/clients/{name}", include_in_schema=False)
LONGEST_REASON = 2000
NO_REASON = mark("Say why it is dismissed.")
NO_ITEM = mark("This is not recommended to the client.")


@router.get("")
def client(request: Request, service: Shared, member: Signed, name: str) -> Response:
    """A client's advice and everything about it."""
    return _shown(request, service, member, the_client(service, name))


def _shown(
    request: Request, service: Service, member: Member, found: Client, status: int = 200, **values: Any
) -> Response:  # fmt: skip
    answers = values.pop("answers", found.advice.answers)
    drawn = beside(request, service, f"{HOME}/{found.row.id}")
    return staff_page(
        request, service, "client.html", member, status, title=found.row.reference or _("Client"), client=found, day=moment,
        advice=found.advice, groups=list(answered(found.rulebase, found.advice.answers)),
        fields=list(what_if.fields(found.rulebase, answers)), past=list(history(service, found)),
        severities=severity_words(), report=shown(found.advisor, found.advice, drawn),
        **{"changed": [], "wrong": [], "fault": "", **values}, **parts(found.advice),
    )  # fmt: skip


@router.post("/what-if")
def try_out(request: Request, service: Shared, member: Signed, form: Posted, name: str) -> Response:
    """The same page with what other answers would change."""
    found = the_client(service, name)
    answers = what_if.read(form, found.rulebase)
    changed, wrong = what_if.tried(found.advisor, found.advice, answers)
    return _shown(request, service, member, found, 422 if wrong else 200, answers=answers, changed=changed, wrong=wrong)


@router.get("/why/{what}")
def why(request: Request, service: Shared, member: Signed, name: str, what: str) -> Response:
    """Why, or why not."""
    found = the_client(service, name)
    try:
        told = explain(found.rulebase, found.advice, what)
    except ExplainError:
        raise HTTPException(404, _("There is nothing of that name to explain.")) from None
    labels = {fact.id: fact.label for fact in found.rulebase.facts.values()}
    return staff_page(request, service, "why.html", member, title=told.title, client=found, told=told, labels=labels)


@router.post("/decisions")
def decide(request: Request, service: Shared, member: Signed, form: Posted, name: str) -> Response:
    """Accept or dismiss a recommendation."""
    found = the_client(service, name)
    item, accepted = str(form.get("item", "")), form.get("decision") == "accept"
    reason = str(form.get("reason", "")).strip()[:LONGEST_REASON].replace("\x00", "")
    recommended = {one.id for one in found.advice.items if one.status == "recommended"}
    if item not in recommended or (not accepted and not reason):
        fault = _(NO_REASON) if item in recommended else _(NO_ITEM)
        return _shown(request, service, member, found, 422, fault=fault)
    with service.database.transaction() as session:
        if session.get(Questionnaire, name, with_for_update=True) is None:
            raise HTTPException(404, _(UNKNOWN_CLIENT))
        session.add(
            Decision(
                id=new_id(), questionnaire=name, item=item, accepted=accepted, reason=reason, staff=member.name,
                decided=datetime.now(UTC),
            )
        )  # fmt: skip
    return go(f"{HOME}/{name}#{item}")


@router.get("/advice.json")
def advice_json(service: Shared, _member: Signed, name: str) -> Response:
    """The advice as `demandfirst advise --format json` prints it."""
    return _file(the_client(service, name).advice.model_dump_json(indent=2), "application/json", "advice.json")


@router.get("/client.yaml")
def client_yaml(service: Shared, _member: Signed, name: str) -> Response:
    """The answers as a client file."""
    given = {"client": the_client(service, name).past[0].answers}
    return _file(yaml.safe_dump(given, sort_keys=False, allow_unicode=True), "application/yaml", "client.yaml")


@router.get("/export.json")
def export(service: Shared, _member: Signed, name: str) -> Response:
    """Everything that is kept on this person."""
    with service.database.reading() as session:
        row = session.get(Questionnaire, name)
        if row is None:
            raise HTTPException(404, _(UNKNOWN_CLIENT))
        text = json.dumps(exported(session, row), indent=2, ensure_ascii=False)
    return _file(text, "application/json", "export.json")


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, 200, {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}, kind)


@router.get("/erase")
def erasing(request: Request, service: Shared, member: Signed, name: str) -> Response:
    """Ask once more."""
    found = the_client(service, name)
    return staff_page(request, service, "erase.html", member, title=_("Erase this client"), client=found, day=moment)


@router.post("/erase")
def erase_client(service: Shared, _member: Signed, form: Posted, name: str) -> Response:
    """Erase a client with everything that hangs on it."""
    if form.get("sure") != "yes":
        return go(f"{HOME}/{name}/erase")
    erase(service.database, [name])
    return go(HOME)
