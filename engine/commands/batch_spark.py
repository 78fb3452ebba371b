"""`demandfirst batch --engine spark`: folders of Parquet files, advised by the workers of a Spark session."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from demandfirst.engine.commands.common import faults
from demandfirst.engine.errors import Fault, MissingExtra
from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.language import _, ngettext

if TYPE_CHECKING:
    from demandfirst.engine.advise import Advisor

FITTING = ("source", "out", "engine", "rulebase", "quiet", "columns", "keep", "maps", "mapping", "blank")


def advise_folders(context: click.Context, advisor: Advisor, source: str, out: str, *, quiet: bool) -> None:
    """Advise every row of a folder; ends the command with 1 where rows were set aside."""
    from demandfirst.engine.batch.header import raise_all
    from demandfirst.engine.commands.batch import settings_of

    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in FITTING and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            message = _("{option} does not go with {other}")
            raise click.UsageError(message.format(option=parameter.opts[-1], other="--engine spark"))
    with faults():
        settings = settings_of(context.params, advisor.rulebase.facts, wrong := list[Fault]())
        raise_all(wrong)
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            message = _("{library} is not installed: {install}")
            install = "pip install 'demandfirst[batch,spark]'"
            raise MissingExtra(message.format(library="Spark", install=install)) from None
        from demandfirst.engine.batch.spark import ADVICE, REJECTED, advise_folder

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        session = SparkSession.builder.getOrCreate()
        found = advise_folder(
            session, source, out, settings.columns, advisor=advisor, keep=settings.keep, mapping=settings.mapping,
            blank=settings.blank,
        )  # fmt: skip
    if not quiet:
        rows = found.advised + found.rejected
        text = ngettext(
            "{rows} row in: {advised} advised ({good}), {rejected} rejected ({bad})",
            "{rows} rows in: {advised} advised ({good}), {rejected} rejected ({bad})",
            rows,
        )
        counts = {"rows": figure(rows), "advised": figure(found.advised), "rejected": figure(found.rejected)}
        click.echo(text.format(**counts, good=f"{out}/{ADVICE}", bad=f"{out}/{REJECTED}"), err=True)
    if found.rejected:
        raise SystemExit(1)
