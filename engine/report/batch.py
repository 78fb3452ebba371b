"""A list of clients advised, with what is made of it: the summary page and the list of whom to call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from demandfirst.engine.batch.choice import Choice
from demandfirst.engine.batch.engines import engines
from demandfirst.engine.batch.header import gathered, raise_all
from demandfirst.engine.batch.run import Batch, Begin, Progress, Result
from demandfirst.engine.batch.settings import MAX_REJECTED, Settings
from demandfirst.engine.batch.source import find_source
from demandfirst.engine.batch.targets import Targets, find_targets, writing
from demandfirst.engine.errors import Fault
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import speaking
from demandfirst.engine.language.written import day

if TYPE_CHECKING:
    from demandfirst.engine.advise import Advisor

__all__ = ["Result", "Settings", "batch"]


def batch(  # noqa: PLR0913 - the options of the command
    source: str | Path,
    out: str | Path,
    *,
    advisor: Advisor | None = None,
    settings: Settings | None = None,
    out_format: str | None = None,
    summary: str | Path | None = None,
    calls: str | Path | None = None,
    resume: bool = False,
    max_rejected: int = MAX_REJECTED,
    begin: Begin = lambda _reader, _before: None,
    progress: Progress = lambda _rows: None,
) -> Result:
    """Advise every row of a file and write the advice to another; the options are those of `demandfirst batch`.

    Rows that cannot be advised go to `OUT.rejected.jsonl`. Raises `DemandfirstError` where the input is unusable, the output
    cannot be written, or too many rows are rejected. `begin` is called with the reader and the rows done before, `progress` with
    the rows done.
    """
    from demandfirst.engine.advise import load

    rulebase, settings = (advisor or load()).for_lists, settings or Settings()
    with speaking(rulebase.language):
        targets = checked(rulebase, source, (out, out_format, summary, calls), settings)
        run = Batch(rulebase, str(source), targets, settings)
        publish = _publisher(run, str(source))
        return run.run(resume=resume, max_rejected=max_rejected, begin=begin, progress=progress, publish=publish)


def checked(
    rulebase: Rulebase,
    source: str | Path,
    out: tuple[str | Path, str | None, str | Path | None, str | Path | None],
    settings: Settings,
    *before: Fault,
) -> Targets:
    """The files to write; raises `DemandfirstError` with what is wrong with them, the input, the columns wanted, and before."""
    faults = list(before)
    with gathered(faults):
        find_source(str(source), settings.in_format, settings.encoding, settings.delimiter)
    with gathered(faults):
        Choice(rulebase, engines(rulebase).columns.program.outputs, text=False).columns(settings.columns)
    with gathered(faults):
        path, form, *beside = out
        targets = find_targets(str(source), str(path), form, *(str(one) if one else None for one in beside))
    raise_all(faults)
    return targets


def _publisher(run: Batch, source: str) -> Callable[[Result], None]:
    """Writes what is made of a result."""

    def publish(result: Result) -> None:
        targets = run.targets
        if targets.calls:
            run.calling.found = result.calls
            _replace(targets.calls, run.calling.csv())
        if targets.summary:
            from demandfirst.engine.report.batch_page import Run, page

            calls = targets.calls.name if targets.calls else ""
            about = Run(Path(source).name, day(datetime.now(UTC).date()), calls, run.work.rejected_target.name)
            _replace(targets.summary, page(run.rulebase, result, about))

    return publish


def _replace(path: Path, text: str) -> None:
    """Write a file whole, or leave the one that is there."""
    partial = path.with_name(f"{path.name}.partial")
    with writing(path):
        partial.write_text(text, encoding="utf-8", newline="")
        partial.replace(path)
