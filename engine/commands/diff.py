"""The command `diff`: two rulebases compared."""

from __future__ import annotations

import click
from demandfirst.engine.commands.common import faults, format_option, print_json, print_lines


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("clients", metavar="[CLIENTS]...", nargs=-1)
@format_option
@click.option(
    "--seconds",
    type=click.FloatRange(0.001, 3600),
    default=10,
    show_default=True,
    help="The solver's limit for one question.",
)
@click.option("--exit-code", is_flag=True, help="End with 1 when somebody is, or may be, advised otherwise.")
def command(old: str, new: str, clients: tuple[str, ...], style: str, seconds: float, exit_code: bool) -> None:
    """What differs between two rulebases, and who is advised otherwise.

    OLD and NEW are each `built-in`, a folder with knowledge/ and rules/ in it, or a git revision such as HEAD~1 or v1.0:folder.
    CLIENTS are client files, personas, or folders of them; without any, every client there can be is looked at.
    """
    from demandfirst.engine.advise import BUILT_IN
    from demandfirst.engine.deep.diff import Comparison
    from demandfirst.engine.load.clients import given_clients
    from demandfirst.engine.load.revision import named_rulebases
    from demandfirst.engine.report.rulebase_diff import diff_lines

    with faults():
        before, after = named_rulebases([old, new], BUILT_IN)
        comparison = Comparison(before, after)
        given = given_clients(clients, before.rulebase, after.rulebase)
        found = comparison.these(given) if clients else comparison.everyone(seconds)
    if style == "json":
        print_json(found.model_dump(mode="json"))
    else:
        print_lines(diff_lines(found, markdown=style == "markdown"))
    if exit_code and found.advises_otherwise:
        raise SystemExit(1)
