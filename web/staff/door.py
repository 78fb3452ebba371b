"""Sign in, by password or by a one-time link, and sign out."""

from __future__ import annotations

from math import ceil

from demandfirst.engine.language import _, mark, ngettext
from demandfirst.web.pages.render import page
from demandfirst.web.service import Service, Shared
from demandfirst.web.staff import passwords
from demandfirst.web.staff.attempts import Attempts
from demandfirst.web.staff.guard import (
    DOOR,
    FORM,
    HEADERS,
    HOME,
    SESSION,
    Posted,
    Sent,
    Signed,
    before,
    check,
    drop_cookie,
    go,
    secret_of,
    set_cookie,
    staff_page,
    token_of,
)
from demandfirst.web.staff.signing import LONGEST_NAME, known_as
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

router = APIRouter(prefix="/staff", include_in_schema=False)
WRONG = mark("The name or the password is not right.")
NO_LINK = mark("This link is not valid, or no longer. It works once, and for fifteen minutes.")
SECONDS_A_MINUTE = 60


@router.get("")
@router.get("/")
def home(_member: Signed) -> RedirectResponse:
    """On to the list."""
    return go(HOME)


@router.get("/sign-in")
def door(request: Request, service: Shared) -> Response:
    """The form to sign in with."""
    if service.sign_ins.member(secret_of(request, service.settings, SESSION)) is not None:
        return go(HOME)
    return _asking(request, service)


def _asking(request: Request, service: Service, status: int = 200, fault: str = "", name: str = "") -> HTMLResponse:
    secret, token = before(request, service)
    response = staff_page(
        request, service, "sign_in.html", None, status, title=_("Sign in"), token=token, fault=fault, who=name
    )
    set_cookie(response, service.settings, FORM, secret)
    return response


@router.post("/sign-in")
def sign_in(request: Request, service: Shared, form: Sent) -> Response:
    """Take a name and a password."""
    check(request, service, form, token_of(secret_of(request, service.settings, FORM)))
    name, password = known_as(str(form.get("name", ""))[:LONGEST_NAME]), str(form.get("password", ""))
    address, attempts = request.client.host if request.client else "", Attempts(service.database)
    wait = attempts.begin(name, address)
    try:
        secret = None if wait else service.sign_ins.with_password(name, password)
    except passwords.Busy:
        wait = passwords.PATIENCE
    if wait:
        response: Response = _asking(request, service, 429, _later(wait), name)
        response.headers["Retry-After"] = str(ceil(wait))
        return response
    if secret is None:
        return _asking(request, service, 403, _(WRONG), name)
    attempts.succeed(name, address)
    return _entered(request, service, secret)


def _later(seconds: float) -> str:
    minutes = ceil(seconds / SECONDS_A_MINUTE)
    if minutes > 1:
        return ngettext(
            "There were too many attempts. Try again in {count} minute, or ask for a one-time link.",
            "There were too many attempts. Try again in {count} minutes, or ask for a one-time link.",
            minutes,
        ).format(count=minutes)
    if seconds > SECONDS_A_MINUTE / 2:
        return _("There were too many attempts. Try again in a minute, or ask for a one-time link.")
    return _("There were too many attempts. Try again in half a minute, or ask for a one-time link.")


def _entered(request: Request, service: Service, secret: str) -> Response:
    """In, with a session of a new secret; the one that the browser had before ends."""
    service.sign_ins.end(secret_of(request, service.settings, SESSION))
    response = go(HOME)
    set_cookie(response, service.settings, SESSION, secret, service.settings.staff_session_hours * 3600)
    drop_cookie(response, service.settings, FORM)
    return response


@router.get("/link/{secret}")
def link(request: Request, service: Shared, secret: str) -> Response:
    """What a one-time link opens. Looking at it does not use it up: programs look at links too."""
    return _link(request, service, secret)


def _link(request: Request, service: Service, secret: str, fault: str = "") -> Response:
    found = service.sign_ins.of_link(secret)
    if found is None:
        response = page(request, service, "message.html", 404, title=_("Not found"), text=_(NO_LINK))
        response.headers.update(HEADERS)
        return response
    kept, token = before(request, service)
    response = staff_page(
        request, service, "link.html", None, 422 if fault else 200, token=token, fault=fault, who=found[0],
        setting=found[1] == "password", secret=secret, title=_("Choose a password") if found[1] == "password" else _("Sign in"),
    )  # fmt: skip
    set_cookie(response, service.settings, FORM, kept)
    return response


@router.post("/link/{secret}")
def enter(request: Request, service: Shared, form: Sent, secret: str) -> Response:
    """Use a one-time link up."""
    check(request, service, form, token_of(secret_of(request, service.settings, FORM)))
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    found = service.sign_ins.of_link(secret)
    if found is not None and found[1] == "password" and (fault := passwords.fault(password, again, found[0])):
        return _link(request, service, secret, fault)
    setting = found is not None and found[1] == "password"
    session = service.sign_ins.enter(secret, password if setting else "")
    return _link(request, service, secret) if session is None else _entered(request, service, session)


@router.post("/sign-out")
def sign_out(request: Request, service: Shared, _form: Posted) -> RedirectResponse:
    """End the session."""
    service.sign_ins.end(secret_of(request, service.settings, SESSION))
    response = go(DOOR)
    drop_cookie(response, service.settings, SESSION)
    return response
