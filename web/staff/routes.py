"""All of the agency's pages; whatever else is asked for below /staff is answered to nobody who is not signed in."""

from __future__ import annotations

from demandfirst.engine.language import _
from demandfirst.web.report_parts import staff as report_parts
from demandfirst.web.reports import staff as reports
from demandfirst.web.staff.client_pages import router as client
from demandfirst.web.staff.door import router as door
from demandfirst.web.staff.guard import Signed
from demandfirst.web.staff.listing import router as listing
from demandfirst.web.staff.webhook_pages import router as webhooks
from fastapi import APIRouter, HTTPException

router = APIRouter(include_in_schema=False)
for part in (door, listing, client, reports, report_parts, webhooks):
    router.include_router(part)


@router.api_route("/staff/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nowhere(_member: Signed) -> None:
    """There is no such page."""
    raise HTTPException(404, _("There is no such page."))
