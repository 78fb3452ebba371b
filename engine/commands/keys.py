"""`demandfirst keys`: API keys, shown once and kept as hashes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

import click
from demandfirst.engine.commands.common import USAGE, faults, print_lines
from demandfirst.engine.commands.database import opened
from demandfirst.engine.language import _, mark, pgettext

if TYPE_CHECKING:
    from demandfirst.web.database import Database
    from demandfirst.web.models import Key

NEVER = mark("never")


@click.group()
def command() -> None:
    """Make, list, rotate and revoke the keys of the HTTP API."""


@contextmanager
def ready() -> Iterator[Database]:
    """The database with its tables; what is wrong with it ends the command."""
    with faults(), opened() as database:
        database.prepare()
        yield database


def _unknown(key: str) -> NoReturn:
    message = _("there is no key `{key}` that could be; `{command}` shows them")
    click.echo(message.format(key=key, command="demandfirst keys list"), err=True)
    raise SystemExit(USAGE)


def _show(name: str, secret: str) -> None:
    click.echo(_("{name}: this is shown once, and cannot be found again:").format(name=name), err=True)
    click.echo(secret)


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do: advise, sessions, clients.")
@click.option("--days", type=click.IntRange(1, 36500), help="After so many days it ends.")
def create(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a key for NAME, and print it; nothing else goes to standard output."""
    with ready() as database:
        from demandfirst.web.api import keys

        made, secret = keys.create(database, name, scopes, days=days)
    _show(made, secret)


@command.command("list")
def list_() -> None:
    """List the keys: id, state, scopes, end, last use, name."""
    with ready() as database:
        from demandfirst.web.api import keys

        print_lines(_line(key) for key in keys.every(database))


def _line(key: Key) -> str:
    from demandfirst.web.api.keys import state

    scopes = ",".join(str(scope) for scope in key.scopes)
    words = {
        "good": pgettext("state of a key", "good"), "revoked": pgettext("state of a key", "revoked"),
        "over": pgettext("state of a key", "over"),
    }  # fmt: skip
    return f"{key.id}  {words[state(key)]:<7}  {scopes:<24}  {_day(key.expires)}  {_day(key.last_used)}  {key.name}"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else f"{_(NEVER):<10}"


@command.command()
@click.argument("key", metavar="ID")
@click.option(
    "--grace", type=click.IntRange(0, 24 * 365), default=24, show_default=True, metavar="HOURS",
    help="How long the old key goes on.",
)  # fmt: skip
def rotate(key: str, grace: int) -> None:
    """Make a key in place of ID, which ends after a while, and print the new one."""
    with ready() as database:
        from demandfirst.web.api import keys

        found = keys.rotate(database, key, grace_hours=grace)
    if found is None:
        _unknown(key)
    _show(*found)


@command.command()
@click.argument("key", metavar="ID")
def revoke(key: str) -> None:
    """End the key ID; the service refuses it within ten seconds."""
    with ready() as database:
        from demandfirst.web.api import keys

        found = keys.revoke(database, key)
    if not found:
        _unknown(key)
    click.echo(_("{key} is revoked").format(key=key), err=True)
