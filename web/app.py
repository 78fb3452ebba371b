"""The application: pages, API and static files behind the same guards."""

from __future__ import annotations

from demandfirst import __version__
from demandfirst.web.api.routes import router as api
from demandfirst.web.embed import router as embed
from demandfirst.web.guards import BodyLimits, SecurityHeaders
from demandfirst.web.pages.render import EMBED, page
from demandfirst.web.pages.results import router as results
from demandfirst.web.pages.routes import router as pages
from demandfirst.web.service import FOLDER, Service
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware


def create_app(service: Service) -> FastAPI:
    """The application over a service."""
    settings = service.settings
    app = FastAPI(
        title="demandfirst", version=__version__, openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.service = service
    app.include_router(api)
    app.include_router(embed)
    for prefix in ("", EMBED):
        app.include_router(pages, prefix=prefix)
        app.include_router(results, prefix=prefix)
    app.add_exception_handler(HTTPException, explained)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    hosts = [
        *settings.trusted_hosts,
        *([settings.public_url.host] if settings.public_url and settings.public_url.host else []),
    ]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.add_middleware(BodyLimits, most=settings.max_body_bytes, seconds=settings.body_timeout_seconds)
    app.add_middleware(SecurityHeaders, parents=settings.embed_parents)
    return app


def explained(request: Request, error: Exception) -> Response:
    """A page that says what is wrong."""
    assert isinstance(error, HTTPException)  # noqa: S101
    service: Service = request.app.state.service
    title = {404: "Not found", 409: "Not yet", 422: "That did not fit"}.get(error.status_code, "That did not work")
    return page(request, service, "message.html", error.status_code, title=title, text=str(error.detail))
