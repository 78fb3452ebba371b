"""Errors as `application/problem+json` (RFC 9457): every fault at once, each with its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from demandfirst.engine.errors import Fault
from starlette.responses import Response

TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read", 401: "An API key is needed", 403: "The key may not do this", 404: "Not found",
    405: "This address does not take this method", 406: "This version is not offered", 408: "The request took too long to arrive",
    409: "This clashes with an earlier request", 413: "The request is too large", 415: "The body has to be JSON",
    422: "The request is not valid", 429: "Too many requests", 500: "Something went wrong here", 503: "Not available at the moment",
}  # fmt: skip


class Problem(Exception):
    """A request that is answered with a problem."""

    def __init__(
        self, status: int, detail: str, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.faults, self.headers = status, detail, tuple(faults), dict(headers or {})

    def response(self) -> Response:
        """The problem as a response."""
        return problem(self.status, self.detail, self.faults, self.headers)


def problem(
    status: int, detail: str, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """A response that says what is wrong."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if listed := [fault_data(fault) for fault in faults]:
        body["errors"] = listed
    return Response(json.dumps(body, ensure_ascii=False), status, dict(headers or {}), TYPE)


def fault_data(fault: Fault) -> dict[str, str]:
    """A fault as data."""
    return {"place": str(fault.place), "code": fault.code, "message": fault.message, "help": fault.help}
