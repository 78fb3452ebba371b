"""What happens to errors: problems for the API, pages for people, and nothing of the inside for either."""

from __future__ import annotations

import logging
from http import HTTPStatus

from demandfirst.engine.errors import ClientError, DemandfirstError, Fault, Place
from demandfirst.engine.language import _, mark
from demandfirst.web.api.problems import Problem, phrase, problem
from demandfirst.web.logs import FIELDS
from demandfirst.web.pages.render import page
from demandfirst.web.service import Service
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = "/v1/"
TITLES = {
    404: mark("Not found"), 409: mark("Not yet"), 422: mark("That did not fit"), 503: mark("Not available at the moment"),
}  # fmt: skip
OTHER = mark("That did not work")
AWAY = mark(
    "The service cannot reach its database at the moment. Nothing that was saved is lost; try again in a minute."
)
BROKEN = mark("Something went wrong here, not with you. Nothing that was saved is lost.")
INVALID = mark("The request is not valid.")
log = logging.getLogger("demandfirst.web")


def handle_faults(app: FastAPI) -> None:
    """Give an application its answers to errors."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(DemandfirstError, _wrong)
    app.add_exception_handler(RequestValidationError, _request)
    app.add_exception_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError, NoConnection):
        app.add_exception_handler(away, _database)
    app.add_exception_handler(DataError, _unkeepable)


class Unexpected:
    """Answers what nobody expected with 500, inside the other guards, and logs where it came from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        began = False

        async def send_noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception:
            log.exception("unexpected")
            if began or scope["type"] != "http":
                raise
            await _told(Request(scope), 500, _(BROKEN))(scope, receive, send)


def _told(
    request: Request, status: int, text: str, faults: tuple[Fault, ...] = (), headers: dict[str, str] | None = None
) -> Response:
    if request.url.path.startswith(API):
        return problem(status, text, faults, headers)
    service: Service = request.app.state.service
    title = _(TITLES.get(status, OTHER))
    response = page(request, service, "message.html", status, title=title, text=text)
    response.headers.update(headers or {})
    return response


def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return error.response()


def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, DemandfirstError)  # noqa: S101
    text = _("The facts about the client are not valid.") if isinstance(error, ClientError) else _(INVALID)
    return _told(request, 422, text, error.faults)


def _request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = tuple(
        Fault(Place(".".join(str(part) for part in one["loc"])), one["type"].replace("_", "-"), one["msg"].lower())
        for one in error.errors()
    )
    return _told(request, 422, _(INVALID), faults)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    text = str(error.detail)
    if text == HTTPStatus(error.status_code).phrase:  # the framework's own
        text = phrase(error.status_code)
    return _told(request, error.status_code, text, headers=dict(error.headers or {}))


def _unkeepable(request: Request, error: Exception) -> Response:
    """A text that the database takes in no column, such as one with a null character on PostgreSQL."""
    log.error("not taken by the database", exc_info=error)
    return _told(request, 422, _(INVALID))


def _database(request: Request, error: Exception) -> Response:
    log.error("database away", extra={FIELDS: {"kind": type(error).__name__}})
    return _told(request, 503, _(AWAY), headers={"Retry-After": "5"})
