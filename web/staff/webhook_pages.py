"""The receivers of webhooks, and what did not reach them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from demandfirst.engine.language import _
from demandfirst.web.service import Shared
from demandfirst.web.staff.guard import Posted, Signed, go, staff_page
from demandfirst.web.webhooks.queue import letters, receivers, send_again
from demandfirst.web.webhooks.sending import said
from demandfirst.web.words import moment
from fastapi import APIRouter, Request, Response

router = APIRouter(prefix="/staff/webhooks", include_in_schema=False)
PLACE = "/staff/webhooks"
MOST = 50
ALL = "all"


@router.get("")
def webhooks(request: Request, service: Shared, member: Signed) -> Response:
    """Receivers, dead letters, the last deliveries."""
    with service.database.reading() as session:
        known = receivers(session)
        dead, newest = letters(session, MOST, dead=True), letters(session, MOST, dead=False)
    return staff_page(
        request, service, "webhooks.html", member, title=_("Webhooks"), receivers=known, dead=dead, newest=newest, day=moment,
        short=short, said=said,
    )  # fmt: skip


def short(url: str) -> str:
    """A URL without its query, which may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


@router.post("/resend")
def resend(service: Shared, _member: Signed, form: Posted) -> Response:
    """Send a dead letter again, or all of them."""
    wanted = str(form.get("delivery", ""))
    with service.database.transaction() as session:
        send_again(session, datetime.now(UTC), None if wanted == ALL else wanted)
    return go(PLACE)
