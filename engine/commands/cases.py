"""The command `cases`: test cases made from the rules."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click
from demandfirst.engine.commands.common import faults, load, print_lines, rulebase_option
from demandfirst.engine.language import SOURCE, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from demandfirst.engine.ir.rulebase import Rulebase


@click.command("cases")
@click.option(
    "-o", "--output", "folder", metavar="FOLDER", default="tests/cases", show_default=True, help="Where the cases are."
)
@click.option("--check", is_flag=True, help="Only say what is out of date; exit code 1 if anything is.")
@click.option(
    "--coverage",
    metavar="CLIENTS",
    is_flag=False,
    flag_value="tests/personas",
    help="Say of which conditions some two of these clients show that they matter (default: tests/personas).",
)
@rulebase_option
def command(folder: str, check: bool, coverage: str | None, rulebase: str | None) -> None:
    """For each condition of each rule two small clients who differ in it only, so that the rule fires for one of them.

    Writes one file a rule and prints what changed. Files of rules that did not change stay as they are.
    """
    with faults(), speaking(SOURCE):  # as the files that it writes
        knowledge = load(rulebase).rulebase
        if coverage is not None:
            print_lines(_coverage(knowledge, Path(folder), coverage))
        elif check:
            _check(knowledge, Path(folder))
        else:
            print_lines(_renew(knowledge, Path(folder)))


def _check(rulebase: Rulebase, folder: Path) -> None:
    from demandfirst.engine.deep.cases import Corpus

    stale = [f"{folder.as_posix()}/{one}" for one in Corpus(rulebase, folder).stale()]
    print_lines(stale)
    if stale:
        click.echo("help: `demandfirst cases` renews them")
        raise SystemExit(1)


def _renew(rulebase: Rulebase, folder: Path) -> Iterator[str]:
    from demandfirst.engine.deep.cases import Corpus

    corpus = Corpus(rulebase, folder)
    before, after = corpus.texts(), dict(corpus.renewed())
    corpus.write(after)
    yield from _changes(before, after)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    for name in changed:
        old, new = before.get(name, ""), after.get(name, "")
        if old and new:
            yield from unified_diff(old.splitlines(), new.splitlines(), name, name, lineterm="", n=1)
        else:
            yield f"{'new' if new else 'gone'}: {name}"
    yield f"{len(after)} rules, {len(changed)} changed"


def _coverage(rulebase: Rulebase, folder: Path, clients: str) -> Iterator[str]:
    from demandfirst.engine.deep.cases import Corpus, coverage
    from demandfirst.engine.load.clients import given_clients

    given = [one.old for one in given_clients([clients], rulebase, rulebase) if one.old is not None]
    found = coverage(rulebase, given)
    impossible = Corpus(rulebase, folder).impossible()
    for spot in found.uncovered:
        why = impossible.get((spot.rule.id, spot.name))
        yield f"{spot.rule.place}: {spot.rule.id}: `{spot.name}`{f' ({why})' if why else ''}"
    total = len(found.covered) + len(found.uncovered)
    yield f"{len(given)} clients show of {len(found.covered)} of {total} conditions that they matter"
    yield f"{total - len(impossible)} of them have a pair of clients at all"
