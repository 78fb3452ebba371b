"""What commands have in common: options, faults on standard error, printing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click
import demandfirst
from demandfirst.engine.errors import DemandfirstError, MissingExtra
from demandfirst.engine.language import SOURCE, current, ngettext, speaking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from demandfirst.engine.advise import Advisor

USAGE = 2


def fail(error: DemandfirstError) -> NoReturn:
    click.echo("".join(char if char.isprintable() or char == "\n" else " " for char in str(error)), err=True)
    count = len(error.faults)
    click.echo(ngettext("{count} fault", "{count} faults", count).format(count=count), err=True)
    raise SystemExit(USAGE)


@contextmanager
def faults() -> Iterator[None]:
    """Faults of the person's input end the command with all of them on standard error."""
    try:
        yield
    except DemandfirstError as error:
        fail(error)
    except MissingExtra as error:
        click.echo(str(error), err=True)
        raise SystemExit(USAGE) from None


def load(rulebase: str | None = None) -> Advisor:
    try:
        return demandfirst.load(rulebase, language=current())
    except DemandfirstError as error:
        with speaking(SOURCE):  # as everything about the files of a rulebase
            fail(error)


rulebase_option = click.option(
    "--rulebase", metavar="FOLDER", help="A folder with knowledge/ and rules/ instead of the built-in one."
)


format_option = click.option(
    "--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print."
)


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def print_json(data: Any) -> None:
    import json

    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
