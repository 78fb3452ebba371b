"""The command `catalogs`: the translations of a rulebase, and of the program where it is the built-in one."""

from __future__ import annotations

from pathlib import Path

import click
import demandfirst
from demandfirst.engine.commands.common import faults, print_lines
from demandfirst.engine.commands.words import paragraphs
from demandfirst.engine.language import SOURCE, speaking


@click.command("catalogs")
@click.argument("folder", metavar="[FOLDER]", required=False, type=click.Path(file_okay=False))
@click.option(
    "--check", is_flag=True, help="Write nothing; list what is missing or wrong, and end with 1 if anything is."
)
def command(folder: str | None, check: bool) -> None:
    """Bring the gettext catalogs up to date with the texts that they translate, and compile them.

    FOLDER has knowledge/ and rules/ in it; its catalogs are knowledge/locale/LANGUAGE/LC_MESSAGES/knowledge.po, which any
    translation tool opens. Without FOLDER: those of the built-in rulebase and of the program.
    """
    from demandfirst.engine.catalogs.gather import knowledge_texts, program_texts
    from demandfirst.engine.catalogs.update import Kept, all_faults
    from demandfirst.engine.language.catalogs import KNOWLEDGE, PLACES, PROGRAM
    from demandfirst.engine.load.translation import LOCALE

    with faults(), speaking(SOURCE):
        texts = knowledge_texts(demandfirst.load(folder).rulebase)
        kept = [Kept(KNOWLEDGE, Path(folder) / LOCALE if folder else PLACES[KNOWLEDGE], texts)]
        if not folder:
            kept.append(
                Kept(
                    PROGRAM, PLACES[PROGRAM], program_texts(click.get_current_context().find_root().command, paragraphs)
                )
            )
        if not check:
            for one in kept:
                one.update()
        found = all_faults(kept)
    if check:
        print_lines(str(fault) for fault in found)
    else:
        missing = sum(fault.code == "missing" for fault in found)
        click.echo(f"up to date; not translated yet: {missing}, other faults: {len(found) - missing}")
    if check and found:
        raise SystemExit(1)
