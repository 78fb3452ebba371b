"""The application: pages, API and static files behind the same guards."""

from __future__ import annotations

from functools import partial
from typing import Any

from demandfirst import __version__
from demandfirst.engine.language import SOURCE, speaking
from demandfirst.web.api.access import Access, not_too_many_starts
from demandfirst.web.api.openapi import document
from demandfirst.web.api.routes import router as advice
from demandfirst.web.api.sessions import router as sessions
from demandfirst.web.contact import router as contact
from demandfirst.web.embed import router as embed
from demandfirst.web.faults import Unexpected, handle_faults
from demandfirst.web.guards import ApiOrigins, BodyLimits, Heads, Hosts, SecurityHeaders
from demandfirst.web.health import router as health
from demandfirst.web.health import stock
from demandfirst.web.metrics import Metrics
from demandfirst.web.observed import Observed
from demandfirst.web.pages.results import router as results
from demandfirst.web.pages.routes import router as pages
from demandfirst.web.report_parts import visitors as report_parts
from demandfirst.web.reports import visitors as reports
from demandfirst.web.service import FOLDER, Service
from demandfirst.web.spoken import EMBED, Spoken
from demandfirst.web.staff.routes import router as staff
from demandfirst.web.webhooks.worker import working
from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

SILENT: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}
"""The framework's own telemetry would send paths, which have secrets in them, to whatever the environment names."""


class Application(FastAPI):
    """FastAPI with a document of our own."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once, in English."""
        if self.openapi_schema is None:
            with speaking(SOURCE):
                self.openapi_schema = document(self, self.state.service)
        return self.openapi_schema


def create_app(service: Service) -> FastAPI:
    """The application over a service."""
    app = Application(
        title="demandfirst", version=__version__, openapi_url=None, docs_url=None, redoc_url=None,
        telemetry=SILENT, lifespan=working,
    )  # fmt: skip
    app.state.service, app.state.access = service, Access(service)
    app.state.metrics = Metrics(partial(stock, service))
    for router in (health, advice, sessions):
        app.include_router(router)
    visitors = [Depends(not_too_many_starts)]
    app.include_router(embed, dependencies=visitors)
    for prefix in ("", EMBED):
        app.include_router(pages, prefix=prefix, dependencies=visitors)
        app.include_router(results, prefix=prefix)
        app.include_router(reports, prefix=prefix)
        app.include_router(report_parts, prefix=prefix)
        app.include_router(contact, prefix=prefix)
    app.include_router(staff)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    handle_faults(app)
    guard(app, service)
    return app


def guard(app: FastAPI, service: Service) -> None:
    """Put the guards before an application; the last one added stands first."""
    settings = service.settings
    own = settings.public_url.host if settings.public_url else None
    app.add_middleware(Unexpected)
    app.add_middleware(BodyLimits, most=settings.max_body_bytes, seconds=settings.body_timeout_seconds)
    app.add_middleware(Hosts, allowed_hosts=[*settings.trusted_hosts, *([own] if own else [])], www_redirect=False)
    if settings.cors_origins:
        app.add_middleware(ApiOrigins, origins=settings.cors_origins)
    app.add_middleware(Spoken, default=settings.default_language, https=settings.https)
    app.add_middleware(SecurityHeaders, parents=settings.embed_parents)
    app.add_middleware(Observed, metrics=app.state.metrics)
    app.add_middleware(Heads)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
