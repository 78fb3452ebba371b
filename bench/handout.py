"""How long a report takes, its charts and what the verdict hangs on included: `python bench/handout.py [ROUNDS]` (default 15).

In one process, after one report that is not counted: advice for the example shop and for every tenth persona, then the page;
for the shop also as PDF and as a Word document.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import demandfirst
import yaml
from demandfirst.engine.report.handout.content import handout
from demandfirst.engine.report.handout.model import Reader
from demandfirst.engine.report.handout.target import Kind
from demandfirst.engine.report.handout.written import written

ROOT = Path(__file__).resolve().parent.parent
DAY = dt.date(2026, 11, 22)
TARGETS: dict[Kind, float] = {"html": 0.3, "pdf": 3, "docx": 3}  # seconds


def main() -> None:
    advisor = demandfirst.load()
    files = [ROOT / "examples" / "phone-shop.yaml", *sorted((ROOT / "tests" / "personas").glob("*.yaml"))[::10]]
    clients = [yaml.safe_load(file.read_text(encoding="utf-8"))["client"] for file in files]
    readers: tuple[Reader, ...] = ("client", "sales")
    rounds = int(sys.argv[1] if len(sys.argv) > 1 else 15)
    for reader in readers:
        for kind in TARGETS:
            timed(advisor, clients[0], reader, kind)
            line(kind, f"{reader}, shop, median", [timed(advisor, clients[0], reader, kind) for _ in range(rounds)])
        line("html", f"{reader}, personas, median", [timed(advisor, client, reader, "html") for client in clients])


def timed(advisor: demandfirst.Advisor, client: dict[str, object], reader: Reader, kind: Kind) -> tuple[float, float]:
    """The seconds and the processor's seconds from the answers to the file."""
    started, worked = perf_counter(), process_time()
    advice = advisor.advise(client, engine="scalar")
    written(handout(advisor, advice, reader=reader, subject="Example", made=DAY), kind)
    return perf_counter() - started, process_time() - worked


def line(kind: Kind, what: str, times: list[tuple[float, float]]) -> None:
    wall, processor = (1000 * median(each) for each in zip(*times, strict=True))
    most = 1000 * TARGETS[kind]
    met = "met" if wall <= most else "NOT MET"
    print(f"{kind:<6}{what:<26}{wall:>5.0f} ms ({processor:.0f} ms of processor time), at most {most:.0f} ms: {met}")


if __name__ == "__main__":
    main()
