"""`demandfirst serve`: the questionnaire, the API and the agency's pages on one address."""

from __future__ import annotations

from typing import Any

import click
from demandfirst.engine.commands.common import faults


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes answer requests.")
def command(**given: Any) -> None:
    """Serve the questionnaire, the HTTP API and the pages for staff.

    Everything else is set by environment variables or a file: see docs/web.md.
    """
    with faults():
        from demandfirst.web.imported import require_web

        require_web()
        from demandfirst.web.running import serve
        from demandfirst.web.settings import read_settings

        serve(read_settings(**given))
