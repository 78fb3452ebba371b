"""`demandfirst staff`: who of the agency may sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import click
from demandfirst.engine.commands.kept import the_database
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from demandfirst.engine.language import _, ngettext, pgettext

if TYPE_CHECKING:
    from demandfirst.web.settings import Settings
    from demandfirst.web.staff.signing import SignIns

LIST = "demandfirst staff list"


@click.group("staff")
def command() -> None:
    """Let members of staff sign in, and see who may."""


@contextmanager
def the_staff() -> Iterator[tuple[SignIns, Settings]]:
    """The staff in the database of the settings."""
    with the_database() as (database, settings):
        from demandfirst.web.staff.signing import SignIns

        yield SignIns(database, hours=settings.staff_session_hours), settings


def fault(name: str, code: str, message: str, help_line: str) -> DemandfirstError:
    """What is wrong about a name."""
    return DemandfirstError([Fault(Place(name), code, message, help_line)])


def the_name(text: str) -> str:
    """A name as it is kept. Raises `DemandfirstError`."""
    from demandfirst.web.staff.signing import LONGEST_NAME, known_as

    name = known_as(text)
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        shown = "".join(char if char.isprintable() else " " for char in text)[:LONGEST_NAME]
        message = _("`{name}` is not a name").format(name=shown)
        help_line = _("a name has 1 to {count} printable characters").format(count=LONGEST_NAME)
        raise fault("NAME", "not-a-name", message, help_line)
    return name


def print_link(staff: SignIns, settings: Settings, name: str, kind: Literal["link", "password"]) -> None:
    """Print a link that works once. Raises `DemandfirstError`."""
    from demandfirst.web.staff.signing import LINK_MINUTES

    secret = staff.link(name, kind)
    if secret is None:
        message = _("`{name}` may not sign in").format(name=name)
        raise fault(name, "unknown-name", message, _("`{command}` names who may").format(command=LIST))
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = str(settings.public_url or f"http://{host}:{settings.port}").rstrip("/")
    does = _("This link signs in.")
    if kind == "password":
        does = _("This link sets a password and signs in.")
    text = ngettext(
        "It works once, within {count} minute:", "It works once, within {count} minutes:", LINK_MINUTES
    ).format(count=LINK_MINUTES)
    click.echo(f"{does} {text}", err=True)
    click.echo(f"{base}/staff/link/{secret}")


@command.command("add")
@click.argument("name", metavar="NAME")
def add(name: str) -> None:
    """Let somebody sign in: print a link with which NAME sets a password."""
    with the_staff() as (staff, settings):
        known = the_name(name)
        if not staff.add(known):
            message = _("`{name}` is there already").format(name=known)
            help_line = _("`{command}` prints a new link").format(command="demandfirst staff link")
            raise fault(known, "name-taken", message, help_line)
        print_link(staff, settings, known, "password")


@command.command("link")
@click.argument("name", metavar="NAME")
@click.option("--password", is_flag=True, help="The link also sets a new password.")
def link(name: str, password: bool) -> None:
    """Print a link with which NAME signs in once; earlier links no longer work."""
    with the_staff() as (staff, settings):
        print_link(staff, settings, the_name(name), "password" if password else "link")


@command.command("list")
def listed() -> None:
    """List who may sign in."""
    with the_staff() as (staff, _settings):
        for one in staff.everybody():
            state = pgettext("somebody", "disabled")
            if not one.disabled:
                state = pgettext("how somebody signs in", "password") if one.password else _("no password yet")
            since = _("since {day}").format(day=f"{one.created:%Y-%m-%d}")
            click.echo(f"{one.name}\t{state}\t{since}")


@command.command("disable")
@click.argument("name", metavar="NAME")
def disable(name: str) -> None:
    """End every sign-in of NAME, and let none begin."""
    _switch(name, "disable")


@command.command("enable")
@click.argument("name", metavar="NAME")
def enable(name: str) -> None:
    """Let NAME sign in again, with a link."""
    _switch(name, "enable")


def _switch(name: str, how: Any) -> None:
    with the_staff() as (staff, _settings):
        known = the_name(name)
        if not getattr(staff, how)(known):
            help_line = _("`{command}` names everybody").format(command=LIST)
            raise fault(known, "unknown-name", _("there is no `{name}`").format(name=known), help_line)
