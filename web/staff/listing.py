"""The list of completed clients, on a page and as a table to take along."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Annotated, Any

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _
from demandfirst.web.service import Service, Shared
from demandfirst.web.staff.cells import disarmed
from demandfirst.web.staff.filters import SORTED, Filter, of_view, read, token_of, with_view
from demandfirst.web.staff.found import Row, found, how_many
from demandfirst.web.staff.guard import HEADERS, HOME, Posted, Signed, go, staff_page
from demandfirst.web.staff.signing import Member
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

router = APIRouter(prefix="/staff", include_in_schema=False)
Token = Annotated[str, Query(max_length=400)]
AT_ONCE = 500
CSV_NAME = "clients.csv"
COLUMNS = (
    "id", "completed", "reference", "name", "email", "phone", "verdict", "verdict_title", "planned_budget", "stop",
    "caution", "info",
)  # fmt: skip


@router.get("/clients")
def clients(
    request: Request, service: Shared, member: Signed, view: Token = "", after: Token = "", before: Token = ""
) -> Response:  # fmt: skip
    """The completed clients."""
    return _listed(request, service, member, view, after=after, before=before)


def _listed(
    request: Request, service: Service, member: Member, view: str, *, after: str = "", before: str = "",
    faults: tuple[str, ...] = (), typed: Filter | None = None,
) -> Response:  # fmt: skip
    rulebase, filters = service.advisor.rulebase, of_view(member.views, view)
    with service.database.reading() as session:
        shown = found(session, filters, rulebase, after=after, before=before)
        total = how_many(session, filters, rulebase)
    return staff_page(
        request, service, "clients.html", member, 422 if faults else 200, title=_("Clients"), found=shown, total=total,
        filters=typed or filters, narrowed=filters.narrows, view=view if view in member.views else "", faults=faults,
        sorts={name: _(label) for name, label in SORTED.items()}, verdicts=verdict_titles(rulebase),
        warnings={name: one.title for name, one in rulebase.warnings.items()},
    )  # fmt: skip


def verdict_titles(rulebase: Rulebase) -> dict[str, str]:
    """Verdict -> its words."""
    return {value.id: value.title or value.label for value in rulebase.findings[rulebase.verdict].values}


@router.post("/clients")
def search(request: Request, service: Shared, member: Signed, form: Posted) -> Response:
    """Look for clients."""
    filters, faults = read(form)
    if faults:
        return _listed(request, service, member, "", faults=faults, typed=filters)
    token = token_of(member.views, filters)
    service.sign_ins.remember(member, lambda views: with_view(views, token, filters))
    return go(f"{HOME}?view={token}")


@router.get("/clients.csv")
def as_csv(service: Shared, member: Signed, view: Token = "") -> Response:
    """Those who are listed, all of them, as a table."""
    if view and view not in member.views:
        raise HTTPException(404, _("This search is no longer known. Search once more."))
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{CSV_NAME}"'}
    lines = csv_lines(service, of_view(member.views, view))
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(service: Service, filters: Filter) -> Iterator[str]:
    """The table, a part at a time; no cell is a formula to a spreadsheet."""
    rulebase, cursor = service.advisor.rulebase, ""
    titles = verdict_titles(rulebase)
    yield "\ufeff" + _line(COLUMNS)
    while True:
        with service.database.reading() as session:
            part = found(session, filters, rulebase, after=cursor, limit=AT_ONCE)
        yield "".join(_line(_cells(row, titles)) for row in part.rows)
        if not part.later:
            return
        cursor = part.later


def _cells(row: Row, titles: dict[str, str]) -> Iterator[Any]:
    contact = row.contact or {}
    yield from (row.id, row.completed.isoformat(timespec="seconds"), row.reference)
    yield from (contact.get(name, "") for name in ("name", "email", "phone"))
    yield from (row.verdict, titles.get(row.verdict, ""), "" if row.budget is None else f"{row.budget:.10g}")
    for severity in ("stop", "caution", "info"):
        yield " ".join(one.id for one in row.warnings if one.severity == severity)


def _line(cells: Any) -> str:
    text = StringIO()
    csv.writer(text).writerow([disarmed(str(cell)) for cell in cells])
    return text.getvalue()
