"""`demandfirst privacy`: what is kept on a person, handed out or erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from demandfirst.engine.commands.common import print_json
from demandfirst.engine.commands.kept import the_database
from demandfirst.engine.language import _, ngettext


@click.group("privacy")
def command() -> None:
    """Hand out or erase what is kept on a person."""


def person(function: Callable[..., None]) -> Callable[..., None]:
    """The ways to name a person."""
    options: Any = function
    options = click.option("--email", default="", help="The e-mail address that was left.")(options)
    options = click.option("--reference", default="", help="The reference that the page around passed on.")(options)
    chosen: Callable[..., None] = click.argument("questionnaire", metavar="ID", default="", required=False)(options)
    return chosen


def chosen(questionnaire: str, reference: str, email: str) -> dict[str, str]:
    """How somebody is named; a usage error where nothing is."""
    if not (questionnaire or reference or email):
        message = _("name somebody by {ways} or {last}")
        raise click.UsageError(message.format(ways="ID, --reference", last="--email"))
    return {"name": questionnaire, "reference": reference, "email": email}


@command.command("export")
@person
def export(questionnaire: str, reference: str, email: str) -> None:
    """Print everything that is kept on a person as JSON; ends with 1 where there is nothing."""
    named = chosen(questionnaire, reference, email)
    with the_database() as (database, _settings):
        from demandfirst.web.privacy import exported, of_person

        with database.reading() as session:
            found = [exported(session, row) for row in session.scalars(of_person(**named))]
    print_json(found)
    if not found:
        raise SystemExit(1)


@command.command("erase")
@person
@click.option("--yes", is_flag=True, help="Do not ask once more.")
def erase(questionnaire: str, reference: str, email: str, yes: bool) -> None:
    """Erase everything that is kept on a person; ends with 1 where there is nothing."""
    named = chosen(questionnaire, reference, email)
    with the_database() as (database, _settings):
        from demandfirst.web.privacy import erase as erase_all
        from demandfirst.web.privacy import of_person

        with database.reading() as session:
            names = [row.id for row in session.scalars(of_person(**named))]
        if not names:
            click.echo(_("nothing is kept on this person"), err=True)
            raise SystemExit(1)
        if not yes:
            asked = ngettext(
                "Erase {count} questionnaire with everything that hangs on it?",
                "Erase {count} questionnaires with everything that hangs on it?",
                len(names),
            )
            click.confirm(asked.format(count=len(names)), abort=True, err=True)
        erase_all(database, names)
        click.echo(erased(len(names)))


@command.command("sweep")
def sweep() -> None:
    """Erase what was kept for as long as the settings say; the service does it by itself once an hour."""
    with the_database() as (database, settings):
        from demandfirst.web.privacy import sweep as sweep_all

        count = sweep_all(database, settings.retention_days, datetime.now(UTC))
        click.echo(erased(count))


def erased(count: int) -> str:
    """How many questionnaires are gone."""
    return ngettext("{count} questionnaire erased", "{count} questionnaires erased", count).format(count=count)
