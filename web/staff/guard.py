"""What stands before the agency's pages: the cookie of the session, the token of every form, the origin of every request."""

from __future__ import annotations

from hmac import compare_digest
from typing import Annotated, Any
from urllib.parse import urlsplit

from demandfirst.engine.language import _, mark
from demandfirst.web.pages.render import NO_STORE, SEE_OTHER, page
from demandfirst.web.service import Service, Shared
from demandfirst.web.settings import Settings
from demandfirst.web.staff.signing import Member
from demandfirst.web.tokens import hashed, new_secret
from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

HOME, DOOR = "/staff/clients", "/staff/sign-in"
SESSION, FORM = "demandfirst-staff", "demandfirst-form"
TOKEN = "token"  # noqa: S105
MOST_FIELDS = 600
HEADERS = {**NO_STORE, "Referrer-Policy": "same-origin"}
"""Without a referrer browsers hide the origin of a form, which is checked here."""
FOREIGN = mark("This form is too old, or it came from another page. Load the page again and try once more.")


def cookie_name(settings: Settings, name: str) -> str:
    """Over HTTPS a name that browsers take from this host alone."""
    return f"__Host-{name}" if settings.https else name


def set_cookie(response: Response, settings: Settings, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie that no script reads and no other site sends with its forms."""
    response.set_cookie(
        cookie_name(settings, name), value, max_age=seconds, path="/" if settings.https else "/staff",
        secure=settings.https, httponly=True, samesite="lax" if name == SESSION else "strict",
    )  # fmt: skip


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Let the browser forget a cookie."""
    set_cookie(response, settings, name, "", 0)


def secret_of(request: Request, settings: Settings, name: str) -> str:
    """What a browser sent as a cookie."""
    return request.cookies.get(cookie_name(settings, name), "")


def signed_in(request: Request, service: Shared) -> Member:
    """Who asks; whoever is not signed in is sent to the sign-in."""
    secret = secret_of(request, service.settings, SESSION)
    member = service.sign_ins.member(secret) if secret else None
    if member is None:
        raise HTTPException(SEE_OTHER, _("Sign in first."), {"Location": DOOR, **HEADERS})
    return member


Signed = Annotated[Member, Depends(signed_in)]


async def sent(request: Request) -> FormData:
    """The form of a request."""
    return await request.form(max_fields=MOST_FIELDS, max_files=0)


Sent = Annotated[FormData, Depends(sent)]


def posted(request: Request, service: Shared, member: Signed, form: Sent) -> FormData:
    """A form that one of our pages sent, in this sign-in; anything else is refused."""
    check(request, service, form, member.csrf)
    return form


Posted = Annotated[FormData, Depends(posted)]


def check(request: Request, service: Service, form: FormData, token: str) -> None:
    """Refuse a form without the token, or from another origin. Raises `HTTPException`."""
    given = str(form.get(TOKEN, ""))
    if not token or not compare_digest(given.encode(), token.encode()) or not _from_here(request, service.settings):
        raise HTTPException(403, _(FOREIGN))


def _from_here(request: Request, settings: Settings) -> bool:
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    own = {f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if settings.public_url is not None:
        parts = urlsplit(str(settings.public_url))
        own.add(f"{parts.scheme}://{parts.netloc}")
    return origin in own


def before(request: Request, service: Service) -> tuple[str, str]:
    """For forms of whoever is not signed in yet: the secret of a cookie, and the token that belongs to it."""
    secret = secret_of(request, service.settings, FORM) or new_secret()
    return secret, token_of(secret)


def token_of(secret: str) -> str:
    """The token for the forms of a browser."""
    return hashed(f"form\n{secret}") if secret else ""


def staff_page(
    request: Request, service: Service, name: str, member: Member | None, status: int = 200, **values: Any
) -> HTMLResponse:  # fmt: skip
    """A page of the agency."""
    token = values.pop(TOKEN, member.csrf if member else "")
    response = page(request, service, f"staff/{name}", status, member=member, token=token, **values)
    response.headers.update(HEADERS)
    return response


def go(place: str) -> RedirectResponse:
    """On to another of the agency's pages."""
    return RedirectResponse(place, SEE_OTHER, HEADERS)
