"""Writes docs/benchmarks.md and its plot from what was measured last: `python bench/report.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch import BASELINE, COMMAND, FEW, LARGEST, LIBRARY, MILLION
from engines import CHECKED, COLUMNS, FORWARD, SCALAR
from machine import kept
from plot import exponent, plot

DOCS = Path(__file__).resolve().parent.parent / "docs"
PLOT = "benchmarks.svg"
SETTLED = 10**5
"""From so many rows on, the start of a process counts little."""
GIBIBYTE = 2**30
PEAK, MORE, FILES, AHEAD = 2 * GIBIBYTE, 1.5, 5.0, {FORWARD: 20_000, "CLIPS": 500, "GoRules ZEN": 300}
"""Targets: peak memory, and its growth to ten million; against the files alone; against other engines."""
TWO_DIGITS = 10
OURS = (FORWARD, SCALAR, CHECKED, COLUMNS)
Cells = Sequence[str]

HEAD = """# Benchmarks

Our engines beside other rule engines with the same rules, and many clients at once. Written by `python bench/report.py`
from what `python bench/engines.py` and `python bench/batch.py --full` measured last; [performance.md](performance.md) has
the rest. Everything compared on one line ran in one go: in turn, round after round, the first round not counted, medians.
So a slow or busy machine changes the times, and the ratios little.
"""

ONE_CLIENT = """
{rules} rules, {personas} personas, {rounds} rounds. The other engines have two truth values, so every question is answered with
a value; what a persona leaves open gets some value. On {compared} such clients ({statuses} statuses of items and warnings,
severities included) every status was compared with that of the experta path, our reference.

All rules are in the comparison. Where an engine has no words for something, Python does it, as its users would, and the time
counts: {text}. Left out for all other engines are open questions, *don't know* and the trace. Ours start from
checked answers, as the others start from values that nobody checks; one line has the check too. Ours also give the rules
that fired.

How the others are used (`bench/peers/`, written from the linked rulebase, built once):

- **CLIPS**: a template with a slot for each answer, a `defrule` for each rule with all conditions on answers in one pattern,
  salience for strata, `reset` between clients. clipspy 1.0.6 never releases a fact; that is mended for the benchmark, as
  otherwise CLIPS is four times as slow after some thousand clients.
- **GoRules ZEN**: one decision graph with one expression node, compiled in the static loader, called client by client; that was
  the fastest of the ways that its documentation offers.
- **durable_rules**: one fact with all answers, a fact for each finding, `when_all`, a session for each client.
- **experta**: the rules as its users write them (`bench/usual.py`).
"""

MANY_CLIENTS = """
The first lines are processes from start to exit, over a million clients: a Parquet file of {in} MB with answers, *don't know*
and gaps comes in, one of {out} MB with statuses, warnings, severities and the truth of every rule goes out. The library alone
is the command without its checks of every answer. "Polars reads and writes" reads the one file and writes the other, which it
has in memory already. The other lines are engines in a process that runs already, on clients who answered every question,
with nothing read or written. Polars uses every core of the machine, the other engines one.
"""

GROWTH = """
The processor's seconds of "Polars reads and writes" include those for having the second file in memory. Seconds grow with
rows to the power of {all_rows:.2f}; from 100,000 rows on, where the start of the process counts little, of {settled:.2f}.
With the rules times {times} (copies with findings and items of their own, {few:,} clients in memory) they grow to the power
of {slope:.2f}.
"""

TAIL = """
## Doing it again

`python bench/engines.py` takes about a minute, `python bench/batch.py` two, with `--full` some eight and about 2 GB of disk.
The clients come from `bench/tables.py`, column by column from the personas, with a fixed seed. A peer that is not installed
(`pip install 'demandfirst[peers]'`) is left out with a line that says so.
"""


@dataclass(frozen=True)
class Batch:
    """What was measured of tables: seconds and peak bytes of each way by rows, the engines beside a million, growth with rules."""

    runs: Mapping[str, Mapping[int, Mapping[str, float]]]
    engines: Mapping[str, float]
    rules: Mapping[int, float]
    sizes: Mapping[str, int]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Batch:
        """From the results."""
        runs: dict[str, dict[int, Mapping[str, float]]] = {}
        for row in found["rows"]:
            runs.setdefault(row["way"], {})[row["rows"]] = row
        rules = {int(times): seconds for times, seconds in found["rules"].items()}
        return cls(runs, found["engines"], rules, found["bytes"])

    @property
    def way(self) -> str:
        """What stands for us: the command, or the library while there is no command."""
        return COMMAND if COMMAND in self.runs else LIBRARY

    def seconds(self, way: str, rows: int = MILLION) -> float:
        """How long a way takes."""
        return self.runs[way][rows]["seconds"]

    def slope(self, way: str, least: int = 0) -> float:
        """The exponent by which a way grows with its rows."""
        return exponent({rows: run["seconds"] for rows, run in self.runs[way].items() if rows >= least})


@dataclass(frozen=True)
class Target:
    """What was wished for, what was measured, and whether it is met; None where it was not measured."""

    what: str
    wanted: str
    measured: str
    met: bool | None

    @property
    def cells(self) -> Cells:
        """A row of the table."""
        return (
            self.what,
            self.wanted,
            self.measured,
            {True: "met", False: "**not met**", None: "not measured"}[self.met],
        )


def main() -> None:
    single, found = kept("engines"), kept("batch")
    if not (single and found):
        raise SystemExit("nothing to tell: run bench/engines.py and bench/batch.py first")
    batch = Batch.of(found)
    seconds = {way: {rows: run["seconds"] for rows, run in runs.items()} for way, runs in batch.runs.items()}
    plot(seconds, batch.rules, DOCS / PLOT)
    text = "\n".join(page(single, batch, found["machine"]))
    (DOCS / "benchmarks.md").write_text(text.strip() + "\n", encoding="utf-8")
    print(f"written: docs/benchmarks.md, docs/{PLOT}")


def page(single: Mapping[str, Any], batch: Batch, machine: Mapping[str, str]) -> Iterator[str]:
    """The document."""
    rows: dict[str, Mapping[str, Any]] = {row["name"]: row for row in single["engines"]}
    peers = [row for row in rows.values() if row["name"] not in OURS]
    yield HEAD
    yield from (f"- {name}: {value}" for name, value in machine.items())
    yield "\n## Targets\n"
    yield from table(("what", "target", "measured", ""), (one.cells for one in targets(rows, peers, batch)))
    yield bound(batch)
    yield "\n## One client\n"
    yield from table(("engine", "microseconds", "scalar is faster by", "statuses that differ"), one_client(rows))
    yield ONE_CLIENT.format(**single, statuses=f"{rows[FORWARD]['statuses']:,}", text=help_of(peers))
    yield "\n## Many clients\n"
    yield from table(("engine", "microseconds a client", f"{batch.way} is faster by"), many_clients(batch))
    yield MANY_CLIENTS.format(**{name: f"{size / 1e6:.0f}" for name, size in batch.sizes.items()})
    yield "\n## Growth\n"
    yield f"![Seconds by rows and by rules]({PLOT})\n"
    yield from table(("way", "rows", "seconds", "of the processor", "peak memory (MiB)"), growth(batch))
    yield GROWTH.format(few=FEW, slope=exponent(batch.rules), times=", ".join(map(str, batch.rules)), **slopes(batch))
    yield TAIL


def targets(rows: Mapping[str, Any], peers: Sequence[Mapping[str, Any]], batch: Batch) -> Iterator[Target]:
    """Every target of the project, with what was measured."""
    ours = batch.seconds(batch.way) / MILLION
    for name, times in AHEAD.items():
        what = "the experta path" if name == FORWARD else name
        yield at_least(f"a million clients, Parquet to Parquet, beside {what}", times, batch.engines.get(name), ours)
    ratio = batch.seconds(batch.way) / batch.seconds(BASELINE)
    alone = "the same beside Polars merely reading and writing"
    yield Target(alone, f"at most {FILES:.0f} times", f"{ratio:.1f} times", ratio <= FILES)
    yield from memory(batch)
    yield at_least("one client, scalar, beside the experta path", 200, rows[FORWARD]["one"], rows[SCALAR]["one"])
    for peer in peers:
        yield at_least(f"one client, scalar, beside {peer['name']}", 1, peer["one"], rows[SCALAR]["one"])
    for peer in peers:
        yield at_least(f"a million clients beside {peer['name']}", 1, batch.engines.get(peer["name"]), ours)


def at_least(what: str, times: int, theirs: float | None, ours: float) -> Target:
    """That we are so many times as fast."""
    wanted = f"at least {times:,} times" if times > 1 else "faster"
    if theirs is None:
        return Target(what, wanted, "", None)
    return Target(what, wanted, f"{faster(theirs, ours)} times", theirs / ours >= times)


def memory(batch: Batch) -> Iterator[Target]:
    """Peak memory at a million, and how much more it is at ten."""
    runs = batch.runs[batch.way]
    peak = runs[MILLION]["peak"]
    limit, held = (f"{size / GIBIBYTE:.2g} GiB" for size in (PEAK, peak))
    yield Target("peak memory at a million clients", f"at most {limit}", held, peak <= PEAK)
    more = runs[LARGEST]["peak"] / peak if LARGEST in runs else None
    shown = "" if more is None else f"{more:.2f} times"
    met = None if more is None else more <= MORE
    yield Target("peak memory at ten million", f"at most {MORE} times that", shown, met)


def bound(batch: Batch) -> str:
    """How far ahead anything that reads and writes these files could be."""
    least = batch.seconds(BASELINE) / MILLION
    ahead = [f"{faster(seconds, least)} times less than {name}" for name, seconds in batch.engines.items()]
    text = "What the two files allow: reading the one and writing the other takes {} microseconds a client. That is {}."
    return "\n" + text.format(micro(least), ", ".join(ahead))


def one_client(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Cells]:
    """One client in each engine."""
    ours = rows[SCALAR]["one"]
    for row in rows.values():
        if row["one"]:
            yield named(row), micro(row["one"]), faster(row["one"], ours), str(row["differing"])


def many_clients(batch: Batch) -> Iterator[Cells]:
    """Many clients in each engine; ours are whole processes over files."""
    ours = batch.seconds(batch.way) / MILLION
    for way in batch.runs:
        each = batch.seconds(way) / MILLION
        yield way, micro(each), faster(each, ours)
    for name, seconds in batch.engines.items():
        yield name, micro(seconds), faster(seconds, ours)


def growth(batch: Batch) -> Iterator[Cells]:
    """Every way over every number of rows."""
    for way, runs in batch.runs.items():
        for rows, run in runs.items():
            yield way, f"{rows:,}", f"{run['seconds']:.2f}", f"{run['processor']:.2f}", f"{run['peak'] / 2**20:,.0f}"


def slopes(batch: Batch) -> dict[str, float]:
    """The exponents of ours, over all rows and where the start counts little."""
    return {"all_rows": batch.slope(batch.way), "settled": batch.slope(batch.way, SETTLED)}


def help_of(peers: Iterable[Mapping[str, Any]]) -> str:
    """What Python does for peers."""
    return "; ".join(f"for {peer['name']} {peer['help']}" for peer in peers if peer["help"])


def named(row: Mapping[str, Any]) -> str:
    return f"{row['name']} ({row['version']})" if row["version"] else row["name"]


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f}"


def faster(theirs: float, ours: float) -> str:
    """How many times as fast, with about two digits."""
    times = theirs / ours
    return f"{times:,.0f}" if times >= TWO_DIGITS else f"{times:.1f}"


def table(head: Cells, rows: Iterable[Cells]) -> Iterator[str]:
    """A Markdown table."""
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |")


if __name__ == "__main__":
    main()
