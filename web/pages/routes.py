"""The questionnaire: one question a page, complete without scripts."""

from __future__ import annotations

from typing import Annotated, Any

from demandfirst.engine.errors import ClientError
from demandfirst.engine.ir.interview import Asked, Turn
from demandfirst.web.pages.forms import given
from demandfirst.web.questionnaires import Held
from demandfirst.web.service import Service, Shared
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
Word = Annotated[str, Form(max_length=80)]


def page(service: Service, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template."""
    text = service.templates.get_template(name).render(agency=service.settings.agency_name, **values)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def held(service: Service, link: str) -> Held:
    """The questionnaire of a link; 404 where there is none."""
    found = service.questionnaires.find(link)
    if found is None:
        raise HTTPException(404, "This link is not valid, or no longer.")
    return found


def to(link: str, place: str = "") -> RedirectResponse:
    """On to another page of the questionnaire."""
    return RedirectResponse(f"/q/{link}{place}", SEE_OTHER)


@router.get("/")
def welcome(service: Shared) -> HTMLResponse:
    """Where visitors begin."""
    return page(service, "welcome.html", title="Should you advertise on social media?")


@router.post("/start")
def start(service: Shared) -> RedirectResponse:
    """Begin a questionnaire."""
    return to(service.questionnaires.start({}))


@router.get("/q/{link}")
def question(service: Shared, link: str) -> HTMLResponse:
    """The next question, or the way to the advice."""
    found = held(service, link)
    turn = service.interview.turn(found.state)
    return asking(service, link, found, turn)


def asking(
    service: Service, link: str, found: Held, turn: Turn, faults: tuple[str, ...] = (), status: int = 200
) -> HTMLResponse:
    """The page of a question, with what was wrong about the answer."""
    asked: Asked | None = turn.question
    name = "question.html" if asked else "settled.html"
    title = asked.question if asked else "Your advice is ready"
    return page(service, name, status, title=title, link=link, held=found, turn=turn, asked=asked, faults=faults)


@router.post("/q/{link}/answer")
async def answer(request: Request, service: Shared, link: str) -> Any:
    """Take an answer, a *don't know*, or the wish to be asked later."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form(max_fields=100, max_files=0)
    return await run_in_threadpool(_answer, service, link, form)


def _answer(service: Service, link: str, form: Any) -> Any:
    interview, name, action = service.interview, str(form.get("fact", "")), str(form.get("action", "answer"))
    found = held(service, link)
    fact = interview.rulebase.facts.get(name)
    value = given(form, fact) if fact is not None else None
    try:
        match action:
            case "dont_know":
                service.questionnaires.step(link, lambda state: interview.dont_know(state, name))
            case "skip":
                service.questionnaires.step(link, lambda state: interview.skip(state, name))
            case _ if value is None:
                turn = interview.turn(interview.change(found.state, name))
                return asking(service, link, found, turn, ("Choose an answer, or say that you don't know.",), 422)
            case _:
                service.questionnaires.step(link, lambda state: interview.answer(state, name, value))
    except ClientError as error:
        turn = interview.turn(found.state if fact is None else interview.change(found.state, name))
        return asking(
            service, link, found, turn, tuple(f"{one.message}. {one.help}".strip() for one in error.faults), 422
        )
    return to(link)


@router.post("/q/{link}/back")
def back(service: Shared, link: str) -> RedirectResponse:
    """Take the last step back."""
    service.questionnaires.step(link, service.interview.back)
    return to(link)


@router.post("/q/{link}/change")
def change(service: Shared, link: str, fact: Word) -> RedirectResponse:
    """Ask a question again."""
    service.questionnaires.step(link, lambda state: service.interview.change(state, fact))
    return to(link)


@router.get("/q/{link}/advice")
def advice(service: Shared, link: str) -> HTMLResponse:
    """The advice on the answers so far."""
    found = held(service, link)
    turn = service.interview.turn(found.state)
    if turn.certain is None:
        raise HTTPException(409, "The first questions are still to be answered.")
    given_advice = service.advisor.advise(found.state.answers)
    return page(
        service, "advice.html", title=given_advice.verdict.title, link=link, held=found, turn=turn, advice=given_advice
    )
