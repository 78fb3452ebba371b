"""What happens to errors: problems for the API, pages for people, and nothing of the inside for either."""

from __future__ import annotations

import logging

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.web.api.problems import Problem, problem
from demandfirst.web.pages.render import page
from demandfirst.web.service import Service
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

API = "/v1/"
TITLES = {404: "Not found", 409: "Not yet", 422: "That did not fit", 503: "Not available at the moment"}
AWAY = "The service cannot reach its database at the moment. Nothing that was saved is lost; try again in a minute."
BROKEN = "Something went wrong here, not with you. Nothing that was saved is lost."
log = logging.getLogger("demandfirst.web")


def handle_faults(app: FastAPI) -> None:
    """Give an application its answers to errors."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(ClientError, _client)
    app.add_exception_handler(RequestValidationError, _request)
    app.add_exception_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError):
        app.add_exception_handler(away, _database)
    app.add_exception_handler(Exception, _unexpected)


def _told(
    request: Request, status: int, text: str, faults: tuple[Fault, ...] = (), headers: dict[str, str] | None = None
) -> Response:
    if request.url.path.startswith(API):
        return problem(status, text, faults, headers)
    service: Service = request.app.state.service
    title = TITLES.get(status, "That did not work")
    response = page(request, service, "message.html", status, title=title, text=text)
    response.headers.update(headers or {})
    return response


def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return error.response()


def _client(request: Request, error: Exception) -> Response:
    assert isinstance(error, ClientError)  # noqa: S101
    return _told(request, 422, "The facts about the client are not valid.", error.faults)


def _request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = tuple(
        Fault(Place(".".join(str(part) for part in one["loc"])), one["type"].replace("_", "-"), one["msg"].lower())
        for one in error.errors()
    )
    return _told(request, 422, "The request is not valid.", faults)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return _told(request, error.status_code, str(error.detail), headers=dict(error.headers or {}))


def _database(request: Request, error: Exception) -> Response:
    log.error("database away", extra={"kind": type(error).__name__})
    return _told(request, 503, AWAY, headers={"Retry-After": "5"})


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    return _told(request, 500, BROKEN)
