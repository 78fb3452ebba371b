"""How long `check --deep` takes as rules are multiplied: `python bench/deep.py [TIMES...]` (default 1 2 4)."""

from __future__ import annotations

import sys
from time import perf_counter, process_time

import demandfirst
from demandfirst.engine.deep.run import deep_issues
from grown import grown

MOST = 120.0  # seconds, for the rules as they are


def main() -> None:
    rulebase = demandfirst.load().rulebase
    for times in map(int, sys.argv[1:] or ("1", "2", "4")):
        larger = grown(rulebase, times)
        started, worked = perf_counter(), process_time()
        issues = deep_issues(larger)
        wall, processor = perf_counter() - started, process_time() - worked
        unsettled = sum(issue.code == "unknown" for issue in issues)
        line = (
            f"{len(larger.rules):>5} rules{wall:>8.1f} s ({processor:.1f} s of processor time), {unsettled} not settled"
        )
        print(f"{line}, at most {MOST:.0f} s: {'met' if wall <= MOST else 'NOT MET'}" if times == 1 else line)


if __name__ == "__main__":
    main()
