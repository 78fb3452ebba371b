"""How long `how-to` takes over the personas and every goal: `python bench/howto.py [STEP]` (each STEPth question, default 5)."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import demandfirst
import yaml
from demandfirst.engine.howto import how_to
from demandfirst.engine.load.client import answers_of

PERSONAS = Path(__file__).resolve().parent.parent / "tests" / "personas"
MEDIAN, WORST = 1.0, 5.0  # seconds


def main() -> None:
    advisor = demandfirst.load()
    rulebase = advisor.rulebase
    goals = [goal for item in rulebase.items for goal in (item, f"not {item}")]
    goals += [f"not {warning}" for warning in rulebase.warnings]
    files = sorted(PERSONAS.glob("*.yaml"))
    asked = [(file, goal) for file in files for goal in goals][:: int(sys.argv[1]) if len(sys.argv) > 1 else 5]
    wall, processor, ways = [], [], 0
    for file, goal in asked:
        answers = answers_of(yaml.safe_load(file.read_text(encoding="utf-8"))["client"], rulebase.facts)
        started, worked = perf_counter(), process_time()
        found = how_to(advisor, answers, goal)
        if not found.reached:
            wall.append(perf_counter() - started)
            processor.append(process_time() - worked)
            ways += len(found.ways)
    print(f"{len(wall)} goals not reached yet, {ways} ways")
    line("median", median(wall), median(processor), MEDIAN)
    line("worst", max(wall), max(processor), WORST)


def line(what: str, wall: float, processor: float, target: float) -> None:
    met = "met" if wall <= target else "NOT MET"
    print(f"{what:<8}{wall:>7.3f} s ({processor:.3f} s of processor time), at most {target:.0f} s: {met}")


if __name__ == "__main__":
    main()
