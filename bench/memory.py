"""Prints how many bytes Python holds for a loaded rulebase and one piece of advice (tracemalloc, modules left out)."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import demandfirst


def main() -> None:
    demandfirst.load().advise_file(sys.argv[1])  # whatever is imported or kept by a module is there from now on
    gc.collect()
    tracemalloc.start()
    advisor = demandfirst.load(sys.argv[2])
    advice = advisor.advise_file(sys.argv[1])
    gc.collect()
    print(tracemalloc.get_traced_memory()[0])
    del advisor, advice


if __name__ == "__main__":
    main()
