"""The questionnaire: one question a page, complete without scripts. The same pages stand under `/embed` for frames."""

from __future__ import annotations

from typing import Annotated, Any

from demandfirst.engine.errors import ClientError
from demandfirst.engine.ir.interview import Asked, Choice, Turn
from demandfirst.engine.language import _, mark
from demandfirst.web.pages.forms import NONE, given
from demandfirst.web.pages.render import base, page, to
from demandfirst.web.questionnaires import Held
from demandfirst.web.service import Service, Shared
from demandfirst.web.words import told
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

router = APIRouter(include_in_schema=False)
Word = Annotated[str, Form(max_length=80)]
NOTHING = mark("Choose an answer, or say that you don't know.")
GONE = mark("This link is not valid, or no longer. Begin again, or look for the newest link that you kept.")


def held(service: Service, link: str) -> Held:
    """The questionnaire of a link; 404 where there is none."""
    found = service.questionnaires.find(link)
    if found is None:
        raise HTTPException(404, _(GONE))
    return found


@router.get("/")
def welcome(request: Request, service: Shared) -> HTMLResponse:
    """Where visitors begin."""
    return page(request, service, "welcome.html", title=_("Should you advertise on social media now?"))


@router.post("/start")
def start(request: Request, service: Shared) -> RedirectResponse:
    """Begin a questionnaire."""
    return to(request, service.questionnaires.start({}))


@router.get("/q/{link}")
def question(request: Request, service: Shared, link: str) -> HTMLResponse:
    """The next question, or the way to the advice."""
    found = held(service, link)
    return asking(request, service, link, found, service.interview.turn(found.state))


def asking(
    request: Request, service: Service, link: str, found: Held, turn: Turn, faults: tuple[str, ...] = (), typed: str = ""
) -> HTMLResponse:  # fmt: skip
    """The page of a question, with what was wrong about the answer."""
    asked = turn.question
    if asked is None:
        title = _("Your advice is ready") if turn.settled else _("That was the last question")
        return page(request, service, "settled.html", title=title, link=link, held=found, turn=turn)
    shown = asked.given if not isinstance(asked.given, bool) else "yes" if asked.given else "no"
    chosen = list(shown) if isinstance(shown, list | tuple) else [shown]
    return page(
        request, service, "question.html", 422 if faults else 200, title=asked.question, link=link, held=found, turn=turn,
        asked=asked, faults=faults, options=options(asked), chosen=chosen if chosen != [] else [NONE],
        typed=typed or ("" if shown in (None, "unknown") else shown),
    )  # fmt: skip


def options(asked: Asked) -> list[Choice]:
    """What can be chosen."""
    if asked.type == "yes_no":
        return [Choice(id="yes", label=_("Yes"), help=""), Choice(id="no", label=_("No"), help="")]
    nothing = Choice(id=NONE, label=_("None of these"), help="")
    return [*asked.values, *([nothing] if asked.type == "set" and not asked.at_least else [])]


@router.post("/q/{link}/answer")
async def answer(request: Request, service: Shared, link: str) -> Any:
    """Take an answer, a *don't know*, or the wish to be asked later."""
    form = await request.form(max_fields=100, max_files=0)
    return await run_in_threadpool(_answer, request, service, link, form)


def _answer(request: Request, service: Service, link: str, form: FormData) -> Any:
    interview, name, action = service.interview, str(form.get("fact", "")), str(form.get("action", "answer"))
    found = held(service, link)
    fact = interview.rulebase.facts.get(name)
    value = None if fact is None else given(form, fact)
    typed = str(form.get("value", ""))
    try:
        match action:
            case "dont_know":
                service.questionnaires.step(link, lambda state: interview.dont_know(state, name))
            case "skip":
                service.questionnaires.step(link, lambda state: interview.skip(state, name))
            case _ if value is None and fact is not None:
                turn = interview.turn(interview.change(found.state, name))
                return asking(request, service, link, found, turn, (_(NOTHING),))
            case _:
                service.questionnaires.step(link, lambda state: interview.answer(state, name, value))
    except ClientError as error:
        turn = interview.turn(found.state if fact is None else interview.change(found.state, name))
        return asking(request, service, link, found, turn, tuple(map(told, error.faults)), typed)
    return to(request, link)


@router.post("/q/{link}/back")
def back(request: Request, service: Shared, link: str) -> RedirectResponse:
    """Take the last step back."""
    service.questionnaires.step(link, service.interview.back)
    return to(request, link)


@router.post("/q/{link}/details")
def details(request: Request, service: Shared, link: str) -> RedirectResponse:
    """Go on with what only refines the advice."""
    service.questionnaires.step(link, service.interview.with_details)
    return to(request, link)


@router.post("/q/{link}/change")
def change(request: Request, service: Shared, link: str, fact: Word) -> RedirectResponse:
    """Ask a question again."""
    try:
        service.questionnaires.step(link, lambda state: service.interview.change(state, fact))
    except ClientError as error:
        raise HTTPException(422, told(error.faults[0])) from None
    return to(request, link)


@router.get("/q/{link}/link")
def keep(request: Request, service: Shared, link: str) -> HTMLResponse:
    """The link to go on with later."""
    found, own = held(service, link), service.settings.public_url
    address = f"{str(own or request.base_url).rstrip('/')}/q/{link}"
    return page(request, service, "link.html", title=_("Go on later"), link=link, held=found, address=address)


@router.post("/q/{link}/erase")
def erase(request: Request, service: Shared, link: str) -> HTMLResponse:
    """Erase the questionnaire with everything that hangs on it."""
    service.questionnaires.erase(link)
    text = _("Your answers are erased, and the link no longer works.")
    return page(request, service, "message.html", title=_("Erased"), text=text, place=f"{base(request)}/")
