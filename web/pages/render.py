"""Pages from templates, and the words that they share."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.language import current
from demandfirst.web.service import Service
from demandfirst.web.spoken import EMBED, PREFIX, switches
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

SEE_OTHER = 303
NO_STORE = {"Cache-Control": "no-store"}


def base(request: Request) -> str:
    """What stands before every address: `/embed` inside another page, with the language where it is said; else nothing."""
    return EMBED + request.scope[PREFIX] if PREFIX in request.scope else ""


def page(
    request: Request, service: Service, name: str, status: int = 200, *, place: str = "", **values: Any
) -> HTMLResponse:
    """A page from its template; `place` is where it is found in other languages, if that is not its address."""
    link = values.get("link", "")
    text = service.templates.get_template(name).render(
        agency=service.settings.agency_name, lang=current(), switches=switches(request.scope, place), base=base(request),
        embedded=bool(base(request)), here=f"{base(request)}/q/{link}", **values,
    )  # fmt: skip
    return HTMLResponse(text, status, headers=NO_STORE)


def to(request: Request, link: str, place: str = "") -> RedirectResponse:
    """On to a page of a questionnaire."""
    return RedirectResponse(f"{base(request)}/q/{link}{place}", SEE_OTHER, headers=NO_STORE)
