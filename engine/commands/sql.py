"""`demandfirst sql`: the rulebase as a view for a warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from demandfirst.engine.commands.common import faults, load, rulebase_option
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

DIALECTS = ("duckdb", "postgres", "spark", "bigquery", "snowflake")


def _words(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


@click.command("sql")
@click.option(
    "--dialect", type=click.Choice(DIALECTS), required=True, help="bigquery and snowflake: not executed in the tests."
)
@click.option("--table", metavar="NAME", default="clients", show_default=True, help="The table of clients.")
@click.option(
    "--view", metavar="NAME", default="demandfirst_advice", show_default=True, help="What the view is called."
)
@click.option("--select", "plain", is_flag=True, help="Only the query, without CREATE VIEW.")
@click.option(
    "--have", metavar="COLUMN,...", callback=_words, help="The columns of answers that the table has (default: all)."
)
@click.option("--keep", metavar="COLUMN,...", callback=_words, help="Columns of the table to pass on, such as an id.")
@click.option("--sets", type=click.Choice(["text", "array", "columns"]), default="text", show_default=True,
              help="Sets are one text with commas, an array of texts, or a yes/no column a value.")  # fmt: skip
@click.option("--columns", metavar="GROUP,...", callback=_words,
              help="verdict, focus, statuses, findings, quantities (the default), rules, questions, weights.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write there instead of to standard output.")
@rulebase_option
def command(table: str, plain: bool, output: str | None, rulebase: str | None, **given: Any) -> None:
    """Print the rulebase as one SQL view over a table of clients.

    The table has a column for each fact, and FACT__unknown for *don't know*; columns that --have does not name count as not
    answered.
    """
    with faults():
        from demandfirst.engine.backends.sql.table import ClientTable
        from demandfirst.engine.backends.sql.view import DEFAULT, Warehouse

        groups = _groups(given["columns"] or DEFAULT)
        clients = ClientTable(table, given["have"], given["sets"], given["keep"] or ())
        warehouse = Warehouse(load(rulebase).rulebase)
        text = warehouse.view(given["dialect"], clients, groups=groups, name=None if plain else given["view"])
        if output:
            _write(output, text)
        else:
            click.echo(text, nl=False)


def _groups(words: tuple[str, ...]) -> tuple[str, ...]:
    from demandfirst.engine.backends.program.groups import GROUPS

    unknown = [word for word in words if word not in GROUPS]
    if unknown:
        message = _("`{word}` is no group of columns")
        raise DemandfirstError(
            Fault(
                Place("--columns"),
                "unknown-group",
                message.format(word=quote(word)),
                did_you_mean(word, GROUPS),
            )
            for word in unknown
        )
    return words


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or _("no reason given")).lower()
        message = _("the file cannot be written: {reason}").format(reason=reason)
        raise DemandfirstError([Fault(Place(quote(path)), "not-written", message)]) from None
