"""`demandfirst report`: the advice as a document that one hands over."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any, cast

import click
from demandfirst.engine.commands.common import faults, load, rulebase_option
from demandfirst.engine.errors import DemandfirstError, Fault
from demandfirst.engine.report.handout.model import READERS, Brand, Reader
from demandfirst.engine.report.handout.target import KINDS, Kind, Target, find_target, write


@click.command("report")
@click.argument("client", metavar="CLIENT")
@click.option(
    "-o", "--output", metavar="FILE", help="The file to write; its ending says the kind: html, pdf, md, docx."
)
@click.option("--format", "kind", type=click.Choice(KINDS), help="The kind of report, where no ending says it.")
@click.option(
    "--for", "reader", type=click.Choice(READERS), default="client", show_default=True, help="Who is to read it."
)
@click.option("--name", metavar="TEXT", help="The client's name (default: the `name` in the client file).")
@click.option("--brand", metavar="FILE", help="A settings file with the agency's name, logo and colours.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="The date (default: today).")
@rulebase_option
def command(client: str, output: str | None, name: str | None, brand: str | None, **options: Any) -> None:
    """Write the advice as a report to hand over.

    CLIENT is a YAML or JSON file of facts, or - for standard input. The report is for the client, or for whoever talks to the
    client: then with objections and answers, what to ask next, risks, and what to offer.
    """
    with faults():
        target, own = _asked(client, output, brand, cast("Kind | None", options["kind"]))
    advisor = load(options["rulebase"])
    with faults():
        from demandfirst.engine.load.client import read_named_client
        from demandfirst.engine.report.handout.written import report

        answers, called = read_named_client(client, advisor.rulebase.facts)
        content = report(
            advisor, advisor.advise_answers(answers), target.kind, reader=cast("Reader", options["reader"]),
            name=called if name is None else name, brand=own, made=_day(options["date"]),
        )  # fmt: skip
        if target.path is None:
            click.echo(content.decode(), nl=False)
        else:
            write(target.path, content)


def _asked(client: str, output: str | None, brand: str | None, kind: Kind | None) -> tuple[Target, Brand | None]:
    """Where the report goes, and who hands it over. Raises `DemandfirstError` with what is wrong with either."""
    wrong: list[Fault] = []
    target, own = None, None
    try:
        target = find_target(output, kind, [one for one in (client, brand) if one and one != "-"])
    except DemandfirstError as error:
        wrong += error.faults
    try:
        own = _brand(brand) if brand else None
    except DemandfirstError as error:
        wrong += error.faults
    if target is None or wrong:
        raise DemandfirstError(wrong)
    return target, own


def _brand(path: str) -> Brand:
    from demandfirst.engine.report.handout.brand_file import read_brand

    found = read_brand(path)
    for remark in found.remarks:
        click.echo(remark, file=sys.stderr)
    return found.brand


def _day(given: dt.datetime | None) -> dt.date | None:
    return given.date() if given else None
