"""Watches every request: gives it an id, counts it, and logs it by its route."""

from __future__ import annotations

import re
import secrets
import time

from demandfirst.web.guards import ASKED
from demandfirst.web.logs import FIELDS, log
from demandfirst.web.metrics import Metrics
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
ID = b"x-request-id"
REQUEST_ID = "demandfirst.request"
NOWHERE, OTHER = "unmatched", "OTHER"
GONE = 499
"""The status that is logged where the caller left before the answer began."""
_USABLE = re.compile(rb"[0-9A-Za-z-]{8,64}")


class Observed:
    """Stands before everything else; an id that the caller gave is kept where it is nothing but letters and digits."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == ID), b"")
        name = given if _USABLE.fullmatch(given) else secrets.token_hex(8).encode()
        scope[REQUEST_ID] = name.decode()
        began, status = time.perf_counter(), GONE

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (ID, name)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self.note(scope, status, time.perf_counter() - began)

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log a request that is over."""
        asked = scope.get(ASKED, scope["method"])
        method, route = asked if asked in METHODS else OTHER, route_of(scope)
        self.metrics.took(method, route, status, seconds)
        fields = {
            "method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), "id": scope[REQUEST_ID],
        }  # fmt: skip
        log.info("request", extra={FIELDS: fields})


def route_of(scope: Scope) -> str:
    """The template of the route that a request took."""
    route = scope.get("route")
    if isinstance(route, Mount):
        return route.path
    found = getattr(route, "path_format", None)
    return found if isinstance(found, str) else NOWHERE
