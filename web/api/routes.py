"""The part of the API that keeps nothing: advice, explanations, questions, vocabulary."""

from __future__ import annotations

import json
from typing import Annotated, Any

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.explain import explain as explain_one
from demandfirst.engine.explain import noteworthy
from demandfirst.engine.ir.advice import Advice
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

router = APIRouter(prefix="/v1", tags=["advice"], responses=documents.PROBLEMS)
Asker = Annotated[Bearer, Depends(needs("advise"))]


def advised(service: Service, client: Any, place: str = "") -> Advice:
    """The advice for one client. Raises `ClientError` with the place of every fault."""
    try:
        return service.advisor.advise(the_object(client), engine="scalar")
    except ClientError as error:
        if not place:
            raise
        raise ClientError(_within(fault, place) for fault in error.faults) from None


def _within(fault: Fault, place: str) -> Fault:
    return Fault(Place(f"{place}.{fault.place}".replace(".client.", ".")), fault.code, fault.message, fault.help)


@router.post("/advise", **documents.ADVISE)
async def advise(request: Request, service: Shared, _: Asker) -> Response:
    """Advise one client. The body is a client; the answer is what `demandfirst advise --format json` prints."""
    return answer(request, advised(service, await body(request)).model_dump_json())


@router.post("/advise-many", **documents.ADVISE_MANY)
async def advise_many(request: Request, service: Shared, _: Asker) -> Response:
    """Advise several clients. Each gets its advice or its faults; one bad client does not spoil the others."""
    found = the_object(await body(request), frozenset({"clients"}))
    clients, most = found.get("clients"), service.settings.max_clients
    if not isinstance(clients, list) or len(clients) > most:
        fault = Fault(Place("clients"), "not-a-list", f"`clients` has to be a list of at most {most} clients")
        raise Problem(422, "The clients cannot be read.", [fault])
    return answer(request, await run_in_threadpool(_many, service, clients))


def _many(service: Service, clients: list[Any]) -> str:
    results = []
    for number, client in enumerate(clients):
        try:
            results.append(f'{{"advice":{advised(service, client, f"clients[{number}]").model_dump_json()}}}')
        except ClientError as error:
            results.append(json.dumps({"errors": [fault_data(fault) for fault in error.faults]}, ensure_ascii=False))
        except Problem as error:
            results.append(json.dumps({"errors": [fault_data(fault) for fault in error.faults]}, ensure_ascii=False))
    return f'{{"results":[{",".join(results)}]}}'


@router.post("/explain", **documents.EXPLAIN)
async def explain(request: Request, service: Shared, _: Asker) -> Response:
    """Why, or why not. With `id` the proof of one item, warning, finding or quantity; without, of everything worth a word."""
    found = the_object(await body(request), frozenset({"client", "id"}))
    advice, rulebase, name = advised(service, found.get("client"), "client"), service.advisor.rulebase, found.get("id")
    names = noteworthy(advice) if name is None else [str(name)]
    explained = [explain_one(rulebase, advice, one).model_dump(mode="json") for one in names]
    return answer(request, json.dumps({"explanations": explained}, ensure_ascii=False))


@router.post("/next-question", **documents.NEXT_QUESTION)
async def next_question(request: Request, service: Shared, _: Asker) -> Response:
    """What to ask next, what is certain already, and how many questions can still matter. Keeps nothing."""
    found = the_object(await body(request), frozenset({"client"}))
    state = service.questionnaires.answered(service.interview.start(), the_object(found.get("client", {})))
    return answer(request, service.interview.turn(state).model_dump_json())


@router.post("/what-if", **documents.WHAT_IF)
async def what_if(request: Request, service: Shared, _: Asker) -> Response:
    """What changes in the advice when answers change. A change to null takes an answer back."""
    found = the_object(await body(request), frozenset({"client", "changes"}))
    client, changes = the_object(found.get("client")), the_object(found.get("changes"))
    after = {name: value for name, value in {**client, **changes}.items() if value is not None}
    facts = service.advisor.rulebase.facts
    before = service.advisor.advise_answers(answers_of(client, facts), engine="scalar")
    changed = difference(before, advised(service, after, "changes"))
    return answer(request, changed.model_dump_json())


@router.get("/vocabulary", **documents.VOCABULARY)
async def vocabulary(request: Request, service: Shared, _: Asker) -> Response:
    """What a client may say, as JSON Schema."""
    rulebase = service.advisor.rulebase
    return tagged(request, json.dumps(client_schema(rulebase), ensure_ascii=False), f"{rulebase.hash}-vocabulary")


@router.get("/rulebase", **documents.RULEBASE)
async def rulebase(request: Request, service: Shared, _: Asker) -> Response:
    """Which rulebase answers."""
    advisor = service.advisor
    return tagged(request, json.dumps({"version": advisor.version, "hash": advisor.hash}), advisor.hash)
