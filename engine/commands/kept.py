"""What commands about the web service share: its settings and its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from demandfirst.engine.commands.common import faults

if TYPE_CHECKING:
    from demandfirst.web.database import Database
    from demandfirst.web.settings import Settings


@contextmanager
def the_database() -> Iterator[tuple[Database, Settings]]:
    """The database of the settings, ready to use; faults end the command."""
    with faults():
        from demandfirst.web.imported import require_web

        require_web()
        from demandfirst.web.database import Database
        from demandfirst.web.settings import read_settings

        settings = read_settings()
        database = Database(settings.database_url)
        database.prepare()
        try:
            yield database, settings
        finally:
            database.engine.dispose()
