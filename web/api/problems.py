"""Errors as `application/problem+json` (RFC 9457): every fault at once, each with its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from demandfirst.engine.errors import Fault
from demandfirst.engine.language import _, mark
from starlette.responses import Response

TYPE = "application/problem+json"
PHRASES = {
    400: mark("Bad Request"), 401: mark("Unauthorized"), 403: mark("Forbidden"), 404: mark("Not Found"),
    405: mark("Method Not Allowed"), 406: mark("Not Acceptable"), 408: mark("Request Timeout"), 409: mark("Conflict"),
    413: mark("Content Too Large"), 415: mark("Unsupported Media Type"), 422: mark("Unprocessable Content"),
    429: mark("Too Many Requests"), 500: mark("Internal Server Error"), 503: mark("Service Unavailable"),
}  # fmt: skip


def phrase(status: int) -> str:
    """The usual name of a status."""
    return _(PHRASES.get(status) or HTTPStatus(status).phrase)


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
    """A response that says what is wrong; its title is the name of the status in RFC 9110, in the language that is spoken."""
    body: dict[str, Any] = {
        "type": "about:blank", "title": phrase(status), "status": status, "detail": detail,
    }  # fmt: skip
    if listed := [fault_data(fault) for fault in faults]:
        body["errors"] = listed
    return Response(json.dumps(body), status, {"Cache-Control": "no-store", **(headers or {})}, TYPE)


def fault_data(fault: Fault) -> dict[str, str]:
    """A fault as data."""
    return {"place": str(fault.place), "code": fault.code, "message": fault.message, "help": fault.help}
