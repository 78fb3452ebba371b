"""Pages from templates, and the words that they share."""

from __future__ import annotations

from typing import Any

from demandfirst.web.service import Service
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

EMBED = "/embed"
SEE_OTHER = 303
NO_STORE = {"Cache-Control": "no-store"}


def base(request: Request) -> str:
    """What stands before every address: `/embed` inside another page, else nothing."""
    return EMBED if request.url.path.startswith(f"{EMBED}/") else ""


def page(request: Request, service: Service, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template."""
    link = values.get("link", "")
    text = service.templates.get_template(name).render(
        agency=service.settings.agency_name, lang="en", base=base(request), embedded=bool(base(request)),
        here=f"{base(request)}/q/{link}", **values,
    )  # fmt: skip
    return HTMLResponse(text, status, headers=NO_STORE)


def to(request: Request, link: str, place: str = "") -> RedirectResponse:
    """On to a page of a questionnaire."""
    return RedirectResponse(f"{base(request)}/q/{link}{place}", SEE_OTHER, headers=NO_STORE)
