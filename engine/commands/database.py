"""`demandfirst database`: bring the tables of the web service up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from demandfirst.engine.commands.common import faults
from demandfirst.engine.language import _, pgettext

if TYPE_CHECKING:
    from demandfirst.web.database import Database


@click.group()
def command() -> None:
    """Look after the database of the web service, which DATABASE_URL names."""


@contextmanager
def opened() -> Iterator[Database]:
    """The database that the settings name. Raises `DemandfirstError` and `MissingExtra`."""
    from demandfirst.web.imported import require_web

    require_web()
    from demandfirst.web.database import Database
    from demandfirst.web.settings import read_settings

    database = Database(read_settings().database_url)
    try:
        yield database
    finally:
        database.engine.dispose()


@command.command()
def upgrade() -> None:
    """Bring the tables up to date; nothing happens where they are."""
    with faults(), opened() as database:
        before = database.state()
        if before != database.newest:
            database.upgrade()
    text = _("the tables are up to date ({newest}; before: {before})")
    click.echo(text.format(newest=database.newest, before=before or pgettext("tables of the database", "none")))


@command.command()
def check() -> None:
    """Whether the tables are up to date: exit code 0, or 1 where they are not."""
    with faults(), opened() as database:
        found = database.state()
    if found != database.newest:
        text = _("the tables are not up to date ({found} instead of {newest})")
        none = pgettext("tables of the database", "none")
        click.echo(text.format(found=found or none, newest=database.newest))
        raise SystemExit(1)
    click.echo(_("the tables are up to date ({newest})").format(newest=found))
