"""`demandfirst webhooks`: who is told when a questionnaire is completed."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from demandfirst.engine.commands.kept import the_database
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from demandfirst.engine.language import _, ngettext

SECRET_BYTES = 32
SHOWN = 1000
SHORT = 100


@click.group("webhooks")
def command() -> None:
    """Tell other programs when a questionnaire is completed."""


def fault(place: str, code: str, message: str, help_line: str) -> DemandfirstError:
    """What is wrong about a receiver."""
    return DemandfirstError([Fault(Place(place), code, message, help_line)])


@command.command("add")
@click.argument("url", metavar="URL")
@click.option("--event", "events", multiple=True, help="Only this event; may be given several times.")
def add(url: str, events: tuple[str, ...]) -> None:
    """Tell the receiver at URL; prints its id, and the secret that signs what is sent to it."""
    import base64
    import secrets

    with the_database() as (database, settings), database.transaction() as session:
        from demandfirst.web.models import Webhook
        from demandfirst.web.tokens import new_id
        from demandfirst.web.webhooks.events import EVENTS
        from demandfirst.web.webhooks.targets import Refused, read_url

        if wrong := [event for event in events if event not in EVENTS]:
            message = _("`{word}` is not an event").format(word=wrong[0][:SHORT])
            raise fault("--event", "unknown-event", message, _("known: {words}").format(words=", ".join(EVENTS)))
        try:
            read_url(url, private=settings.webhook_private_targets)
        except Refused as error:
            help_line = _("write it as {example}").format(example="https://agency.example/hooks")
            raise fault("URL", "not-a-receiver", str(error), help_line) from None
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        row = Webhook(id=new_id(), url=url, secret=secret, events=list(events or EVENTS), created=datetime.now(UTC))
        session.add(row)
        session.flush()
        click.echo(f"{row.id}\t{secret}")
        click.echo(_("The secret is shown once; the receiver checks signatures with it."), err=True)


@command.command("list")
def listed() -> None:
    """List the receivers, with how many deliveries wait, arrived, and did not."""
    with the_database() as (database, _settings), database.transaction() as session:
        from demandfirst.web.webhooks.queue import receivers

        for one in receivers(session):
            state = _("{waiting} waiting, {delivered} delivered, {dead} dead")
            if one.disabled:
                state = _("{waiting} waiting, {delivered} delivered, {dead} dead, disabled")
            counts = state.format(waiting=one.waiting, delivered=one.delivered, dead=one.dead)
            click.echo(f"{one.id}\t{one.url}\t{', '.join(one.events)}\t{counts}")


@command.command("remove")
@click.argument("receiver", metavar="ID")
def remove(receiver: str) -> None:
    """Tell the receiver ID no more, also not what is on its way."""
    with the_database() as (database, _settings), database.transaction() as session:
        from demandfirst.web.models import Webhook

        row = session.get(Webhook, receiver)
        if row is None:
            message = _("there is no receiver `{id}`").format(id=receiver[:SHORT])
            help_line = _("`{command}` has the ids").format(command="demandfirst webhooks list")
            raise fault("ID", "unknown-receiver", message, help_line)
        session.delete(row)


@command.command("dead")
def dead() -> None:
    """List the deliveries that were tried in vain, the newest first."""
    with the_database() as (database, _settings), database.transaction() as session:
        from demandfirst.web.webhooks.queue import letters

        for row, url in letters(session, SHOWN, dead=True):
            click.echo(f"{row.id}\t{row.created:%Y-%m-%d %H:%M}\t{row.event}\t{url}\t{row.attempts}\t{row.last_answer}")


@command.command("resend")
@click.argument("delivery", metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="All that were tried in vain.")
def resend(delivery: str | None, everything: bool) -> None:
    """Try a dead delivery again, from the beginning."""
    if (delivery is None) is not everything:
        raise click.UsageError(_("name one {id}, or give {all}").format(id="ID", all="--all"))
    with the_database() as (database, _settings), database.transaction() as session:
        from demandfirst.web.webhooks.queue import send_again

        count = send_again(session, datetime.now(UTC), delivery)
        if delivery is not None and not count:
            message = _("there is no dead delivery `{id}`").format(id=delivery[:SHORT])
            help_line = _("`{command}` has the ids").format(command="demandfirst webhooks dead")
            raise fault("ID", "unknown-delivery", message, help_line)
        click.echo(ngettext("{count} to be sent again", "{count} to be sent again", count).format(count=count))
