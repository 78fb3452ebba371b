"""Many clients, Parquet to Parquet: `python bench/batch.py [--full]`. What the lines mean: docs/benchmarks.md.

With `--full` the table grows to ten million rows. Every way is a process of its own, from start to exit; engines that take one
client at a time run beside them on a sample, in turn, round after round.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import demandfirst
from demandfirst.cli import COMMANDS
from demandfirst.engine.ir.rulebase import Rulebase
from engines import Trial
from grown import grown
from machine import keep
from measure import interleaved
from ours import Table
from run import personas
from tables import chunk, write_table

HERE = Path(__file__).parent
MILLION = 10**6
ROWS = (10**3, 10**4, 10**5, MILLION)
LARGEST = 10**7
TIMES = (1, 2, 4, 8)
FEW = 50_000
"""Clients on which growth with rules is measured, in memory."""
ROUNDS = 3
WANTED = ("--columns", "statuses,rules", "--quiet")
COMMAND, LIBRARY, BASELINE = "ours: demandfirst batch", "ours: library alone", "Polars reads and writes"


def advise_file(source: Path, target: Path) -> tuple[str, ...]:
    """The command that advises every client of a table."""
    return str(Path(sys.executable).with_name("demandfirst")), "batch", str(source), "-o", str(target), *WANTED


def script(name: str, *paths: Path) -> tuple[str, ...]:
    """A script beside this one."""
    return sys.executable, str(HERE / name), *map(str, paths)


@dataclass(frozen=True)
class Row:
    """The medians of a way over a number of rows."""

    way: str
    rows: int
    seconds: float
    processor: float
    peak: int


@dataclass(frozen=True)
class Way:
    """A way to do it, and of each run the seconds, without those it says do not count, those of the processor, the peak bytes."""

    name: str
    command: tuple[str, ...]
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Once more."""
        told = subprocess.run(script("peak.py") + self.command, stdout=subprocess.PIPE, check=True, text=True).stdout
        found = json.loads(told)
        spare = float(found["printed"]) if self.name == BASELINE else 0.0
        self.seconds.append(found["seconds"] - spare)
        self.processor.append(found["processor"])
        self.peaks.append(found["peak"])

    def row(self, rows: int) -> Row:
        """What came of it over so many rows; the first run counts for memory only."""
        seconds, processor = (median(one[-ROUNDS:]) for one in (self.seconds, self.processor))
        return Row(self.name, rows, seconds, processor, max(self.peaks))


class Files:
    """A table of so many rows, and what becomes of it."""

    def __init__(self, rulebase: Rulebase, folder: Path, rows: int) -> None:
        self.rows, self.source, self.advice = rows, folder / "clients.parquet", folder / "advice.parquet"
        self.copy = folder / "copy.parquet"
        write_table(rulebase, personas(), rows, self.source)

    def ways(self) -> Iterator[Way]:
        """Ours, and what is left when nothing is computed. The advice of the largest table does not fit into memory."""
        yield Way(LIBRARY, script("library.py", self.source, self.advice))
        if "batch" in COMMANDS:
            yield Way(COMMAND, advise_file(self.source, self.advice))
        if self.rows < LARGEST:
            yield Way(BASELINE, script("baseline.py", self.source, self.advice, self.copy))

    def measured(self, others: dict[str, Callable[[], object]]) -> tuple[list[Row], dict[str, float]]:
        """Every way, with other tasks in turn with them; the largest table goes each way once."""
        ways = list(self.ways())
        if self.rows < LARGEST:
            taken = interleaved(ROUNDS, {way.name: way.run for way in ways} | others)
        else:
            taken = {}
            for way in ways:
                way.run()
        rows = [way.row(self.rows) for way in ways]
        return rows, {name: taken[name] for name in others}


def main() -> None:
    rulebase = demandfirst.load().rulebase
    if "batch" not in COMMANDS:
        print(f"{COMMAND} is left out: there is no such command")
    beside = {engine.name: engine for engine in Trial(rulebase).engines() if engine.many}
    found: list[Row] = []
    taken: dict[str, float] = {}
    sizes: dict[str, int] = {}
    for rows in (*ROWS, LARGEST) if "--full" in sys.argv else ROWS:
        others = {name: engine.many for name, engine in beside.items() if engine.many and rows == MILLION}
        with tempfile.TemporaryDirectory() as folder:
            files = Files(rulebase, Path(folder), rows)
            measured, times = files.measured(others)
            if rows == MILLION:
                sizes = {"in": files.source.stat().st_size, "out": files.advice.stat().st_size}
        taken |= times
        found += measured
        show(measured)
    engines = {name: seconds / beside[name].clients for name, seconds in taken.items()}
    for name, seconds in engines.items():
        print(f"{name:<30}{seconds * 1e6:>14,.1f} microseconds a client")
    rules = growth(rulebase)
    keep("batch", {"rows": list(map(asdict, found)), "bytes": sizes, "engines": engines, "rules": rules})


def show(rows: Sequence[Row]) -> None:
    """The rows, one a line."""
    for row in rows:
        spent = f"{row.seconds:>9.2f} s {row.processor:>9.2f} s of processor time {row.peak / 2**20:>7,.0f} MiB"
        print(f"{row.way:<30}{row.rows:>11,} rows {spent}", flush=True)


def growth(rulebase: Rulebase) -> dict[int, float]:
    """Seconds for a table in memory, by how many times the rules are there."""
    frame = chunk(rulebase, personas(), 0, whole=False).head(FEW)
    larger = {times: Table(grown(rulebase, times)) for times in TIMES}
    taken = interleaved(ROUNDS, {times: partial(table.advise, frame) for times, table in larger.items()})
    for times, seconds in taken.items():
        print(f"rules times {times:<18}{FEW:>11,} rows {seconds:>9.2f} s")
    return taken


if __name__ == "__main__":
    main()
