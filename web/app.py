"""The application: pages, API and static files behind the same guards."""

from __future__ import annotations

from demandfirst import __version__
from demandfirst.web.api.routes import router as api
from demandfirst.web.guards import BodyLimits, SecurityHeaders
from demandfirst.web.pages.routes import router as pages
from demandfirst.web.service import FOLDER, Service
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware


def create_app(service: Service) -> FastAPI:
    """The application over a service."""
    settings = service.settings
    app = FastAPI(
        title="demandfirst", version=__version__, openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.service = service
    app.include_router(api)
    app.include_router(pages)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    hosts = [
        *settings.trusted_hosts,
        *([settings.public_url.host] if settings.public_url and settings.public_url.host else []),
    ]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.add_middleware(BodyLimits, most=settings.max_body_bytes, seconds=settings.body_timeout_seconds)
    app.add_middleware(SecurityHeaders, parents=settings.embed_parents)
    return app
