"""Questionnaires by API, and the completed clients of the agency."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Any

from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.language import _, current, mark
from demandfirst.engine.load.yaml_tree import quote
from demandfirst.web.api import documents
from demandfirst.web.api.access import needs
from demandfirst.web.api.idempotency import REPLAYED, once
from demandfirst.web.api.keys import Bearer
from demandfirst.web.api.media import answer, body, the_object
from demandfirst.web.api.problems import Problem
from demandfirst.web.models import Questionnaire
from demandfirst.web.questionnaires import Held, Step
from demandfirst.web.service import Service, Shared
from demandfirst.web.spoken import QUERY
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

router = APIRouter(prefix="/v1", tags=["sessions"])
Sender = Annotated[Bearer, Depends(needs("sessions"))]
Agency = Annotated[Bearer, Depends(needs("clients"))]
GONE = mark("there is no such session, or no longer")
CREATED = 201
MOST_REFERENCE = 200


def told(service: Service, found: Held) -> dict[str, Any]:
    """A session as data."""
    return {
        "answers": found.state.answers, "turn": service.interview.turn(found.state).model_dump(mode="json"),
        "completed": found.completed.isoformat() if found.completed else None, "expires": found.expires.isoformat(),
        "messages": list(found.messages), "language": found.language, "rulebase": found.state.rulebase.model_dump(mode="json"),
    }  # fmt: skip


@router.post("/sessions", status_code=CREATED, **documents.START)
async def start(request: Request, service: Shared, sender: Sender) -> Response:
    """Begin a questionnaire, with answers known already. The `session` of the answer is its secret: keep it like a password."""
    found = the_object(await body(request), frozenset({"client", "reference"}))
    client, reference = the_object(found.get("client", {}), place="client"), found.get("reference", "")
    if not isinstance(reference, str) or len(reference) > MOST_REFERENCE or "\0" in reference:
        message = _("a reference is a text of at most {most} characters").format(most=MOST_REFERENCE)
        raise Problem(422, _("The reference cannot be kept."), [Fault(Place("reference"), "not-a-reference", message)])

    def make(session: Session, secret: str) -> None:
        service.questionnaires.start_in(session, secret, client, reference=reference)

    secret, replayed = await run_in_threadpool(once, request, service.database, sender.caller, found, make)
    base = str(service.settings.public_url or request.base_url).rstrip("/")
    asked = f"?{QUERY}={current()}" if QUERY in request.query_params else ""
    response = answer(request, json.dumps({"session": secret, "url": f"{base}/q/{secret}{asked}"}), CREATED)
    response.headers["Location"] = f"{base}/v1/sessions/{secret}"
    if replayed:
        response.headers[REPLAYED] = "true"
    return response


@router.get("/sessions/{session}", **documents.SESSION)
def look(request: Request, service: Shared, _sender: Sender, session: str) -> Response:
    """Where a questionnaire stands, and what to ask next."""
    return _told(request, service, service.questionnaires.find(session))


@router.post("/sessions/{session}/answers", **documents.ANSWERS)
async def give(request: Request, service: Shared, _sender: Sender, session: str) -> Response:
    """Answer questions, or change answers; `"unknown"` is *don't know*. Either all are kept or none."""
    client = the_object(await body(request))
    return await _step(request, service, session, lambda state: service.questionnaires.answered(state, client))


@router.post("/sessions/{session}/skip", **documents.SKIP)
async def skip(request: Request, service: Shared, _sender: Sender, session: str) -> Response:
    """Put a question off until the others are asked."""
    fact = str(the_object(await body(request), frozenset({"fact"})).get("fact"))
    return await _step(request, service, session, lambda state: service.interview.skip(state, fact))


@router.post("/sessions/{session}/back", **documents.BACK)
async def back(request: Request, service: Shared, _sender: Sender, session: str) -> Response:
    """Take the last step back."""
    return await _step(request, service, session, service.interview.back)


async def _step(request: Request, service: Service, session: str, step: Step) -> Response:
    def work() -> Response:
        return _told(request, service, service.questionnaires.step(session, step))

    return await run_in_threadpool(work)


def _told(request: Request, service: Service, found: Held | None) -> Response:
    """A session as an answer; 404 where there is none."""
    if found is None:
        raise Problem(404, _(GONE))
    return answer(request, json.dumps(told(service, found), ensure_ascii=False))


@router.post("/sessions/{session}/finish", **documents.FINISH)
def finish(request: Request, service: Shared, _sender: Sender, session: str) -> Response:
    """Hand the answers in, and get the advice; the agency is told once for the same answers."""
    advice = service.questionnaires.finish(session, service.advisor, service.settings.rulebase)
    if advice is None:
        raise Problem(404, _(GONE))
    return answer(request, advice.json_line())


@router.delete("/sessions/{session}", status_code=204, **documents.ERASE)
def erase(service: Shared, _sender: Sender, session: str) -> Response:
    """Erase a questionnaire with everything that hangs on it; where there is none, nothing happens."""
    service.questionnaires.erase(session)
    return Response(status_code=204)


@router.get("/clients", **documents.CLIENTS)
def clients(
    request: Request, service: Shared, _agency: Agency, limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Response:  # fmt: skip
    """The completed clients, the newest first; `next` is the cursor of the page after this one."""
    wanted = select(Questionnaire).where(Questionnaire.completed.is_not(None))
    if cursor:
        moment, name = read_cursor(cursor)
        earlier = (Questionnaire.completed == moment) & (Questionnaire.id < name)
        wanted = wanted.where(or_(Questionnaire.completed < moment, earlier))
    ordered = wanted.order_by(Questionnaire.completed.desc(), Questionnaire.id.desc()).limit(limit + 1)
    with service.database.reading() as session:
        rows = list(session.scalars(ordered))
        found = [_client(row) for row in rows[:limit]]
    following = make_cursor(rows[limit - 1]) if len(rows) > limit else None
    return answer(request, json.dumps({"clients": found, "next": following}, ensure_ascii=False))


def _client(row: Questionnaire) -> dict[str, Any]:
    return {
        "id": row.id, "completed": row.completed.isoformat() if row.completed else None, "reference": row.reference,
        "language": row.language, "verdict": row.verdict or None, "warnings": row.warnings, "planned_budget": row.budget,
        "answers": row.state.get("answers", {}),
    }  # fmt: skip


def make_cursor(row: Questionnaire) -> str:
    """Where a page ends."""
    moment = row.completed.isoformat() if row.completed else ""
    return urlsafe_b64encode(f"{moment} {row.id}".encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Where the page before ended. Raises `Problem`."""
    try:
        moment, _space, name = urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        found = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        found, name = None, ""
    if found is None or not name.isprintable():
        message = _("`{word}` is not a cursor").format(word=quote(cursor))
        help_line = _("pass on what `{member}` gave").format(member="next")
        fault = Fault(Place("cursor"), "not-a-cursor", message, help_line)
        raise Problem(422, _("The cursor cannot be read."), [fault])
    return found, name
