"""`demandfirst batch`: a list of clients, advised row by row."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click
from demandfirst.engine.commands.common import faults, load, rulebase_option
from demandfirst.engine.errors import Fault
from demandfirst.engine.ir.numbers import figure, percent
from demandfirst.engine.language import _, ngettext
from demandfirst.engine.language.phrases import bracketed
from demandfirst.engine.load.yaml_tree import quote

if TYPE_CHECKING:
    from demandfirst.engine.batch.reading import Reader
    from demandfirst.engine.batch.run import Result
    from demandfirst.engine.batch.settings import Settings

FORMATS = click.Choice(["csv", "parquet", "jsonl", "arrow"])
INTERRUPTED = 130
MINUTE = 60
SHOWN_REASONS = 5


@click.command("batch")
@click.argument("source", metavar="IN")
@click.option("-o", "--out", metavar="OUT", required=True, help="The file to write; its ending says the format.")
@click.option("--columns", metavar="NAMES", help="What comes out: groups and columns of the advice, with commas.")
@click.option(
    "--keep", metavar="NAMES", help="Columns of the input that come out too (default: all that answer no fact)."
)
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FACT", help="A column that answers a fact; repeat for more."
)
@click.option("--mapping", metavar="FILE", help="A file of such columns, and of words for answers.")
@click.option(
    "--blank", type=click.Choice(["not_answered", "unknown"]), help="What an empty cell means (default: not_answered)."
)
@click.option("--decimal", type=click.Choice([".", ","]), help="The decimal sign (default: found out).")
@click.option("--encoding", metavar="NAME", help="The encoding of a text file (default: found out).")
@click.option("--delimiter", metavar="SIGN", help="What stands between the cells of a CSV file (default: found out).")
@click.option("--json-column", metavar="COLUMN", help="A column in which all answers stand as JSON.")
@click.option("--in-format", type=FORMATS, help="The format of IN, where its ending does not say it.")
@click.option("--out-format", type=FORMATS, help="The format of OUT, where its ending does not say it.")
@click.option(
    "--engine",
    type=click.Choice(["polars", "spark"]),
    default="polars",
    show_default=True,
    help="spark: IN and OUT are folders of Parquet files, which may lie in a cluster's storage.",
)
@click.option("--summary", metavar="FILE", help="Write a page with the figures of the whole list (HTML).")
@click.option("--calls", metavar="FILE", help="Write whom to call first, and what to ask (CSV).")
@click.option(
    "--calls-limit", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="At most so many calls."
)
@click.option(
    "--max-rejected",
    type=click.IntRange(0),
    default=10_000,
    show_default=True,
    help="Stop when more rows cannot be advised.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was broken off.")
@click.option("--quiet", is_flag=True, help="Print nothing but what is wrong.")
@rulebase_option
def command(source: str, out: str, rulebase: str | None, quiet: bool, **options: Any) -> None:
    """Advise every client of a list: CSV, Parquet, JSON Lines or Arrow in and out.

    Rows that cannot be advised go to OUT.rejected.jsonl. Exit code 1 where there are such rows, 2 where IN cannot be used or
    OUT not be written, 130 after Ctrl-C; then the same command with --resume goes on.
    """
    advisor = load(rulebase)
    if options.pop("engine") == "spark":
        from demandfirst.engine.commands.batch_spark import advise_folders

        advise_folders(click.get_current_context(), advisor, source, out, quiet=quiet)
        return
    screen = Screen(quiet)
    with faults():
        from demandfirst.engine.report.batch import batch, checked

        settings = settings_of(options, advisor.rulebase.facts, wrong := list[Fault]())
        if wrong:
            targets = (out, options["out_format"], options["summary"], options["calls"])
            checked(advisor.rulebase, source, targets, settings, *wrong)
        try:
            result = batch(
                source, out, advisor=advisor, settings=settings, out_format=options["out_format"],
                summary=options["summary"], calls=options["calls"], resume=options["resume"],
                max_rejected=options["max_rejected"], begin=screen.begin, progress=screen.progress,
            )  # fmt: skip
        except KeyboardInterrupt:
            screen.clear()
            message = ngettext(
                "stopped after {count} row; to go on: {command}",
                "stopped after {count} rows; to go on: {command}",
                screen.done,
            )
            click.echo(message.format(count=figure(screen.done), command=_again()), err=True)
            raise SystemExit(INTERRUPTED) from None
        finally:
            screen.clear()
    screen.end(result, out)
    if result.rejected:
        raise SystemExit(1)


def settings_of(options: dict[str, Any], facts: Any, wrong: list[Fault]) -> Settings:
    """The options as the settings of a run; what is wrong with mappings is added to `wrong`."""
    from demandfirst.engine.batch.header import gathered
    from demandfirst.engine.batch.mapping import Mapping, parse_maps, read_mapping
    from demandfirst.engine.batch.settings import Settings

    mapping = Mapping()
    with gathered(wrong):
        mapping = read_mapping(options["mapping"], facts) if options["mapping"] else mapping
    with gathered(wrong):
        mapping = mapping.with_columns(parse_maps(options["maps"]))
    given: dict[str, Any] = {name: _names(options[name]) for name in ("columns", "keep") if options[name] is not None}
    same = ("in_format", "blank", "decimal", "encoding", "delimiter", "json_column", "calls_limit")
    return Settings(mapping=mapping, **given, **{name: options[name] for name in same})


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _again() -> str:
    """The command as it was given, with --resume."""
    given = ["demandfirst", *sys.argv[1:]]
    return shlex.join(given if "--resume" in given else [*given, "--resume"])


@dataclass
class Screen:
    """What a person sees on standard error: on a terminal how far the run is, at the end what came of it."""

    quiet: bool
    total: int | None = None
    exact: bool = False
    before: int = 0
    done: int = 0
    width: int = 0
    started: float = field(default_factory=time.monotonic)

    def begin(self, reader: Reader, before: int) -> None:
        """Say what is read, and what a column may have been meant for."""
        self.total, self.exact, self.before, self.done = reader.total_rows, reader.exact_total, before, before
        if self.quiet:
            return
        if before:
            click.echo(_("going on after row {row}").format(row=figure(before)), err=True)
        for guess in reader.guesses:
            column = quote(guess.column)
            message = _("column `{column}` is passed through; if it is meant for {label}:")
            click.echo(message.format(column=column, label=guess.label), err=True)
            click.echo(f"  --map {shlex.quote(f'{column}={guess.fact}')}", err=True)

    def progress(self, rows: int) -> None:
        """Show how far the run is."""
        self.done = rows
        if self.quiet or not sys.stderr.isatty():
            return
        line = self.line(rows, time.monotonic() - self.started)
        click.echo("\r" + line.ljust(self.width), err=True, nl=False)
        self.width = len(line)

    def line(self, rows: int, seconds: float) -> str:
        """How far, how fast, and how long still."""
        rate = (rows - self.before) / seconds if seconds else 0.0
        parts = [self.far(rows), _("{count} a second").format(count=figure(round(rate)))]
        if self.total and rate:
            parts.append(_("{time} left").format(time=_span(max(0.0, (self.total - rows) / rate))))
        return ", ".join(parts)

    def far(self, rows: int) -> str:
        """How far."""
        if not self.total:
            return ngettext("{count} row", "{count} rows", rows).format(count=figure(rows))
        text = ngettext("{count} of {total} row ({share})", "{count} of {total} rows ({share})", self.total)
        if not self.exact:
            text = ngettext(
                "{count} of about {total} row ({share})", "{count} of about {total} rows ({share})", self.total
            )
        share = percent(f"{min(1.0, rows / self.total):.0%}".removesuffix("%"))
        return text.format(count=figure(rows), total=figure(self.total), share=share)

    def clear(self) -> None:
        """Take the line away."""
        if self.width:
            click.echo("\r" + " " * self.width + "\r", err=True, nl=False)
            self.width = 0

    def end(self, result: Result, out: str) -> None:
        """Say that nothing was lost."""
        if self.quiet:
            return
        text = ngettext(
            "{rows} row in: {advised} advised, {rejected} rejected",
            "{rows} rows in: {advised} advised, {rejected} rejected",
            result.rows,
        )
        line = text.format(rows=figure(result.rows), advised=figure(result.advised), rejected=figure(result.rejected))
        if result.rejected:
            line = bracketed(line, _("{file} says why").format(file=f"{out}.rejected.jsonl"))
        click.echo(line, err=True)
        most = sorted(result.reasons.items(), key=lambda one: (-one[1], one[0]))
        for reason, count in most[:SHOWN_REASONS]:
            click.echo(f"  {figure(count)} × {reason}", err=True)
        if len(most) > SHOWN_REASONS:
            others = len(most) - SHOWN_REASONS
            text = ngettext("and {count} other reason", "and {count} other reasons", others)
            click.echo(f"  {text.format(count=others)}", err=True)
        for note in result.notes:
            click.echo(_("note: {text}").format(text=note), err=True)


def _span(seconds: float) -> str:
    """A time in words: `40 s`, `3 min`."""
    if seconds < 2 * MINUTE:
        return _("{count} s").format(count=f"{seconds:.0f}")
    return _("{count} min").format(count=f"{seconds / MINUTE:.0f}")
