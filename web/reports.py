"""The report to take along: visitors get that for the client, staff both; only kinds whose libraries are installed."""

from __future__ import annotations

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import _, mark
from demandfirst.engine.report.handout.model import READERS, Reader
from demandfirst.engine.report.handout.target import Kind
from demandfirst.engine.report.handout.written import available, report
from demandfirst.web.busy import Room
from demandfirst.web.pages.results import advised
from demandfirst.web.pages.routes import held
from demandfirst.web.service import Service, Shared
from demandfirst.web.staff.client import the_client
from demandfirst.web.staff.guard import HEADERS, Signed
from fastapi import APIRouter, HTTPException, Response

visitors = APIRouter(include_in_schema=False)
staff = APIRouter(prefix="/staff/clients/{name}", include_in_schema=False)
TYPES: dict[Kind, str] = {
    "html": "text/html; charset=utf-8", "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip
FOR_STAFF: tuple[Kind, ...] = ("html", "pdf", "docx")
FOR_VISITORS: tuple[Kind, ...] = ("html", "pdf")
AT_ONCE = 4
"""Reports that are made at the same time; a PDF takes seconds."""
NOWHERE = mark("There is no such report.")
_ROOM = Room(AT_ONCE)


@visitors.get("/q/{link}/report.{kind}")
def for_visitor(service: Shared, link: str, kind: str) -> Response:
    """The report for the client, on the answers so far."""
    wanted = _kind(kind, FOR_VISITORS)
    return _made(service, service.advisor, advised(service, held(service, link)), wanted, "client")


@staff.get("/report-{reader}.{kind}")
def for_staff(service: Shared, _member: Signed, name: str, reader: str, kind: str) -> Response:
    """The report on a client, for the client or for the conversation."""
    wanted, found = _kind(kind, FOR_STAFF), the_client(service, name)
    wanted_by = next((one for one in READERS if one == reader), None)
    if wanted_by is None:
        raise HTTPException(404, _(NOWHERE))
    called = str((found.row.contact or {}).get("name") or found.row.reference or "")
    return _made(service, found.advisor, found.advice, wanted, wanted_by, called)


def _kind(word: str, kinds: tuple[Kind, ...]) -> Kind:
    found = next((kind for kind in kinds if kind == word and kind in available()), None)
    if found is None:
        raise HTTPException(404, _(NOWHERE))
    return found


def _made(service: Service, advisor: Advisor, advice: Advice, kind: Kind, reader: Reader, name: str = "") -> Response:
    """The file; 503 while too many are being made."""
    with _ROOM.taken():
        content = report(advisor, advice, kind, reader=reader, name=name, brand=service.brand)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="report-{reader}.{kind}"'}
    return Response(content, 200, headers, TYPES[kind])
