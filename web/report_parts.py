"""What the pages of an advice show beside themselves: the pictures of the report, and how sure the verdict is."""

from __future__ import annotations

from collections.abc import Mapping

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import _, mark
from demandfirst.engine.report.handout import content, first
from demandfirst.engine.report.handout.charts import svg_file
from demandfirst.engine.report.handout.colours import palette
from demandfirst.engine.report.handout.given import Given
from demandfirst.engine.report.handout.model import Picture
from demandfirst.web.busy import Room
from demandfirst.web.pages.render import NO_STORE, page
from demandfirst.web.pages.results import advised
from demandfirst.web.pages.routes import held
from demandfirst.web.pages.sections import sure
from demandfirst.web.service import Service, Shared
from demandfirst.web.staff.client import the_client
from demandfirst.web.staff.guard import HEADERS, Signed, staff_page
from fastapi import APIRouter, HTTPException, Request, Response

visitors = APIRouter(include_in_schema=False)
staff = APIRouter(prefix="/staff/clients/{name}", include_in_schema=False)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""A drawing has its colours in attributes, and nothing else that a browser would do."""
ALONE = {"Content-Security-Policy": POLICY, "Cross-Origin-Resource-Policy": "same-origin"}
PICTURES, REASONS = Room(16), Room(4)
NOWHERE = mark("There is no such picture.")


@visitors.get("/q/{link}/pictures/{picture}.svg")
def picture_for_visitor(service: Shared, link: str, picture: str) -> Response:
    """A picture of the report on the answers so far."""
    return _drawn(service, service.advisor, advised(service, held(service, link)), picture, NO_STORE)


@staff.get("/pictures/{picture}.svg")
def picture_for_staff(service: Shared, _member: Signed, name: str, picture: str) -> Response:
    """A picture of the report on a client."""
    found = the_client(service, name)
    return _drawn(service, found.advisor, found.advice, picture, HEADERS)


def _drawn(service: Service, advisor: Advisor, advice: Advice, name: str, headers: Mapping[str, str]) -> Response:
    """A picture as a file; 404 where there is none, or nothing that draws."""
    (money,) = content.sections(Given(advisor, advice, "client"), (first.money,))
    picture = next((one for one in money.blocks if isinstance(one, Picture) and one.id == name), None)
    if picture is None or not service.pictures:
        raise HTTPException(404, _(NOWHERE))
    with PICTURES.taken():
        drawn = svg_file(picture, palette(service.brand))
    return Response(drawn, 200, {**headers, **ALONE}, "image/svg+xml")


@visitors.get("/q/{link}/how-sure")
def sure_for_visitor(request: Request, service: Shared, link: str) -> Response:
    """What the verdict rests on, and what would change it."""
    found = held(service, link)
    given = advised(service, found)
    with REASONS.taken():
        told = sure(service.advisor, given, "client")
    return page(
        request, service, "sure.html", title=given.verdict.title, link=link, held=found, advice=given, told=told
    )


@staff.get("/how-sure")
def sure_for_staff(request: Request, service: Shared, member: Signed, name: str) -> Response:
    """The same of a client, with every change that would be enough."""
    found = the_client(service, name)
    with REASONS.taken():
        told = sure(found.advisor, found.advice, "sales")
    title = found.advice.verdict.title
    return staff_page(request, service, "sure.html", member, title=title, client=found, told=told)
