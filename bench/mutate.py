"""Mistakes put into the rules, and who notices them: `python bench/mutate.py [--sample N] [--write]` (`make mutate`).

`--sample N`: N mutants only, spread evenly. `--write`: the score goes into docs/mutation.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import demandfirst
import yaml
from demandfirst.engine.deep.cases import document_of
from demandfirst.engine.deep.mutants import OPERATORS, mutants
from demandfirst.engine.deep.mutation import Judge, Judged, of_cases, of_personas

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutation.md"
HEADING = "## The score\n"
TARGET = 0.9
SUITES = ("personas", "cases", "guarantees")


def judged(sample: int | None) -> list[Judged]:
    rulebase = demandfirst.load().rulebase
    texts = {
        folder: [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / folder).glob("*.yaml"))]
        for folder in ("personas", "cases")
    }
    judge = Judge(
        rulebase,
        list(of_personas(rulebase, map(yaml.safe_load, texts["personas"]))),
        list(of_cases(rulebase, map(document_of, texts["cases"]))),
    )
    every = list(mutants(rulebase))
    return [judge.judged(mutant) for mutant in every[:: max(1, len(every) // sample) if sample else 1]]


def table(found: Sequence[Judged]) -> Iterator[str]:
    yield "| what is done | mutants | change nothing | left | personas | cases | guarantees | any |"
    yield "| --- | --: | --: | --: | --: | --: | --: | --: |"
    for operator in OPERATORS:
        yield _row(operator, [one for one in found if one.mutant.operator == operator])
    yield _row("**all**", found)


def _row(label: str, found: Sequence[Judged]) -> str:
    left = [one for one in found if not one.equivalent]
    kills = (share(left, [one for one in left if suite in one.killed_by]) for suite in SUITES)
    noticed = share(left, [one for one in left if one.killed_by])
    cells = [label, str(len(found)), str(len(found) - len(left)), str(len(left)), *kills, noticed]
    return f"| {' | '.join(cells)} |"


def share(left: Sequence[Judged], killed: Sequence[Judged]) -> str:
    return f"{len(killed)} ({len(killed) / len(left):.1%})" if left else "-"


def survivors(found: Sequence[Judged]) -> Iterator[str]:
    """What the personas do not notice: where, what, who else does, and for whom it makes a difference."""
    for one in found:
        if not one.equivalent and "personas" not in one.killed_by:
            by = f"noticed by {' and '.join(sorted(one.killed_by))}" if one.killed_by else "noticed by nobody"
            yield f"- `{one.mutant.subject}`, {one.mutant.operator}: {one.mutant.change}; {by}"
            if one.client:
                yield f"  - `{one.name}` is another for `{json.dumps(one.client)}`"
            else:
                yield f"  - not settled: {one.unsettled}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    started = perf_counter()
    found = judged(asked.sample)
    page = "\n".join([*table(found), "", "What the personas do not notice:", "", *(survivors(found) or ["- nothing"])])
    print(page)
    left = [one for one in found if not one.equivalent]
    reached = sum("personas" in one.killed_by for one in left) / len(left)
    met = "met" if reached >= TARGET else "NOT MET"
    print(f"\npersonas {reached:.1%}, at least {TARGET:.0%}: {met}; {perf_counter() - started:.0f} s")
    if asked.write:
        head = PAGE.read_text(encoding="utf-8").partition(HEADING)[0]
        PAGE.write_text(f"{head}{HEADING}\n{page}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
