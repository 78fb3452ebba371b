"""The application: pages, API and static files behind the same guards."""

from __future__ import annotations

from demandfirst import __version__
from demandfirst.web.api.access import Access
from demandfirst.web.api.routes import router as advice
from demandfirst.web.api.sessions import router as sessions
from demandfirst.web.embed import router as embed
from demandfirst.web.faults import handle_faults
from demandfirst.web.guards import BodyLimits, SecurityHeaders
from demandfirst.web.pages.render import EMBED
from demandfirst.web.pages.results import router as results
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
    app.state.service, app.state.access = service, Access(service)
    for router in (advice, sessions, embed):
        app.include_router(router)
    for prefix in ("", EMBED):
        app.include_router(pages, prefix=prefix)
        app.include_router(results, prefix=prefix)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    handle_faults(app)
    own = settings.public_url.host if settings.public_url else None
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*settings.trusted_hosts, *([own] if own else [])])
    app.add_middleware(BodyLimits, most=settings.max_body_bytes, seconds=settings.body_timeout_seconds)
    app.add_middleware(SecurityHeaders, parents=settings.embed_parents)
    return app
