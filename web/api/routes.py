"""The part of the API that keeps nothing: advice, explanations, questions, vocabulary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.explain import explain as explain_one
from demandfirst.engine.explain import noteworthy
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import SOURCE, _, speaking
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.whatif import difference
from demandfirst.web.api import documents
from demandfirst.web.api.access import needs
from demandfirst.web.api.keys import Bearer
from demandfirst.web.api.media import answer, body, tagged, the_object
from demandfirst.web.api.problems import Problem, fault_data
from demandfirst.web.api.schema import client_schema
from demandfirst.web.service import Service, Shared
from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

router = APIRouter(prefix="/v1", tags=["advice"])
Asker = Annotated[Bearer, Depends(needs("advise"))]


def advised(service: Service, client: Any, place: str = "client") -> Advice:
    """The advice for one client. Raises `ClientError` with the place of every fault."""
    try:
        return service.advisor.advise(the_object(client, place=place), engine="scalar")
    except ClientError as error:
        raise ClientError(_within(error.faults, place)) from None


def _within(faults: tuple[Fault, ...], place: str) -> Iterator[Fault]:
    for fault in faults:
        where = f"{place}{str(fault.place).removeprefix('client')}"
        yield Fault(Place(where), fault.code, fault.message, fault.help)


@router.post("/advise", **documents.ADVISE)
async def advise(request: Request, service: Shared, _asker: Asker) -> Response:
    """Advise one client. The body is a client; the answer is what `demandfirst advise --format json` prints."""
    return answer(request, advised(service, await body(request)).json_line())


@router.post("/advise-many", **documents.ADVISE_MANY)
async def advise_many(request: Request, service: Shared, _asker: Asker) -> Response:
    """Advise several clients. Each gets its advice or its faults; one bad client does not spoil the others."""
    found = the_object(await body(request), frozenset({"clients"}))
    clients, most = found.get("clients"), service.settings.max_clients
    if not isinstance(clients, list) or len(clients) > most:
        message = _("`{name}` has to be a list of at most {most} clients").format(name="clients", most=most)
        raise Problem(422, _("The clients cannot be read."), [Fault(Place("clients"), "not-a-list", message)])
    return answer(request, await run_in_threadpool(_many, service, clients))


def _many(service: Service, clients: list[Any]) -> bytes:
    results = [_result(service, client, f"clients[{number}]") for number, client in enumerate(clients)]
    return b'{"results":[' + b",".join(results) + b"]}"


def _result(service: Service, client: Any, place: str) -> bytes:
    try:
        return b'{"advice":' + advised(service, client, place).json_line() + b"}"
    except (ClientError, Problem) as error:
        return json.dumps({"errors": [fault_data(fault) for fault in error.faults]}).encode()


@router.post("/explain", **documents.EXPLAIN)
async def explain(request: Request, service: Shared, _asker: Asker) -> Response:
    """Why, or why not. With `id` the proof of one item, warning, finding or quantity; without, of everything worth a word."""
    found = the_object(await body(request), frozenset({"client", "id"}))
    return answer(request, await run_in_threadpool(_explained, service, found.get("client"), found.get("id")))


def _explained(service: Service, client: Any, name: Any) -> str:
    advice, rulebase = advised(service, client), service.advisor.rulebase
    names = noteworthy(advice) if name is None else [str(name)]
    explained = [explain_one(rulebase, advice, one).model_dump(mode="json") for one in names]
    return json.dumps({"explanations": explained}, ensure_ascii=False)


@router.post("/next-question", **documents.NEXT_QUESTION)
async def next_question(request: Request, service: Shared, _asker: Asker) -> Response:
    """What to ask next, what is certain already, and how many questions can still matter. Keeps nothing."""
    found = the_object(await body(request), frozenset({"client"}))
    client = the_object(found.get("client", {}), place="client")
    return answer(request, await run_in_threadpool(_turn, service, client))


def _turn(service: Service, client: dict[str, Any]) -> str:
    state = service.questionnaires.answered(service.interview.start(), client)
    return service.interview.turn(state).model_dump_json()


@router.post("/what-if", **documents.WHAT_IF)
async def what_if(request: Request, service: Shared, _asker: Asker) -> Response:
    """What changes in the advice when answers change. A change to null takes an answer back."""
    found = the_object(await body(request), frozenset({"client", "changes"}))
    client, changes = (the_object(found.get(name), place=name) for name in ("client", "changes"))
    return answer(request, await run_in_threadpool(_changed, service, client, changes))


def _changed(service: Service, client: dict[str, Any], changes: dict[str, Any]) -> str:
    facts, advisor = service.advisor.rulebase.facts, service.advisor
    faults: list[Fault] = []
    both = []
    for place, given in (("client", client), ("changes", client | changes)):
        try:
            both.append(answers_of(given, facts))
        except ClientError as error:
            faults += (one for one in _within(error.faults, place) if place == "client" or _about(one, changes))
    if len(both) < 2:  # noqa: PLR2004
        raise ClientError(faults)
    before, after = (advisor.advise_answers(answers, engine="scalar") for answers in both)
    return difference(before, after).model_dump_json()


def _about(fault: Fault, changes: Mapping[str, Any]) -> bool:
    """Whether a fault is in the changes, and not in what they leave as it was."""
    return any(f"`{name}`" in fault.message or str(fault.place).startswith(f"changes.{name}") for name in changes)


@router.get("/vocabulary", **documents.VOCABULARY)
async def vocabulary(request: Request, service: Shared, _asker: Asker) -> Response:
    """What a client may say, as JSON Schema."""
    rulebase = service.advisor.rulebase
    return tagged(
        request,
        json.dumps(client_schema(rulebase), ensure_ascii=False),
        f"{request.app.version}-{rulebase.hash}-vocabulary",
    )


@router.get("/rulebase", **documents.RULEBASE)
async def rulebase(request: Request, service: Shared, _asker: Asker) -> Response:
    """Which rulebase answers."""
    advisor = service.advisor
    return tagged(request, json.dumps({"version": advisor.version, "hash": advisor.hash}), advisor.hash)


@router.get("/openapi.json", **documents.DOCUMENT)
async def openapi(request: Request, service: Shared, _asker: Asker) -> Response:
    """The document that says all of this."""
    text = json.dumps(request.app.openapi(), ensure_ascii=False)
    with speaking(SOURCE):
        return tagged(request, text, f"{request.app.version}-{service.advisor.hash}")
