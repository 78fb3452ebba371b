"""The server process."""

from __future__ import annotations

import uvicorn
from demandfirst.web.app import create_app
from demandfirst.web.service import Service
from demandfirst.web.settings import Settings


def serve(settings: Settings) -> None:
    """Answer requests until told to stop; those under way are finished first."""
    app = create_app(Service.start(settings))
    uvicorn.run(
        app, host=settings.host, port=settings.port, server_header=False, access_log=False, log_level="warning",
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )  # fmt: skip
