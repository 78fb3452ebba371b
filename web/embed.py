"""The questionnaire inside other people's pages: the script that they include, and the start with what they know already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandfirst.engine.errors import ClientError, Fault, Place, did_you_mean
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, mark
from demandfirst.engine.load.typed import typed_number
from demandfirst.engine.load.yaml_tree import quote
from demandfirst.web.pages.render import page, to
from demandfirst.web.service import FOLDER, Service, Shared
from demandfirst.web.spoken import EMBED
from demandfirst.web.words import told
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

router = APIRouter(include_in_schema=False)
PARENT, REFERENCE = "parent", "reference"
LONGEST = 200
FOREIGN = mark("This page may not show the questionnaire. The operator has to add its origin to the allowed parents.")


@router.get("/embed.js")
def script() -> FileResponse:
    """The web component, for pages of any origin."""
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=3600"}
    return FileResponse(FOLDER / "static" / "embed.js", media_type="text/javascript", headers=headers)


@router.post(f"{EMBED}/start")
async def start(request: Request, service: Shared) -> Response:
    """Begin inside a page, with the answers that the page knows."""
    form = await request.form(max_fields=200, max_files=0)
    return await run_in_threadpool(_start, request, service, form)


def _start(request: Request, service: Service, form: FormData) -> Response:
    parent = str(form.get(PARENT, ""))
    if parent not in service.settings.embed_parents:
        raise HTTPException(403, _(FOREIGN))
    given = {name: str(value) for name, value in form.items() if name not in (PARENT, REFERENCE)}
    try:
        answers = prefilled(given, service.interview.rulebase.facts)
        reference = str(form.get(REFERENCE, ""))[:LONGEST]
        link = service.questionnaires.start(answers, parent=parent, reference=reference)
    except ClientError as error:
        text = " ".join(map(told, error.faults))
        return page(request, service, "message.html", 422, title=_("The page passed on something wrong"), text=text)
    return to(request, link)


def prefilled(given: Mapping[str, str], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Answers from texts: sets with commas between their entries. Raises `ClientError` for names that are no facts."""
    faults = [
        Fault(
            Place(quote(name)),
            "unknown-fact",
            _("`{name}` is not a fact").format(name=quote(name)),
            did_you_mean(name, facts),
        )
        for name in given
        if name not in facts
    ]
    if faults:
        raise ClientError(faults)
    return {name: answer(text.strip(), facts[name]) for name, text in given.items() if text.strip()}


def answer(text: str, fact: Fact) -> Any:
    """A text as an answer in plain form."""
    if text == "unknown":
        return text
    match fact.type:
        case "set":
            return [part.strip() for part in text.split(",") if part.strip()]
        case "yes_no":
            return {"yes": True, "true": True, "no": False, "false": False}.get(text.casefold(), text)
        case "choice":
            return text
        case _:
            return typed_number(text)
