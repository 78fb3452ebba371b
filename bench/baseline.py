"""Polars merely reading and writing: `python bench/baseline.py IN OUT COPY` reads IN and writes what is in OUT once more, as COPY.

Prints the seconds that it took to have OUT in memory, which do not count.
"""

from __future__ import annotations

import sys
import time

import polars as pl


def main() -> None:
    source, advice, copy = sys.argv[1:4]
    start = time.perf_counter()
    frame = pl.read_parquet(advice)
    print(time.perf_counter() - start)
    pl.read_parquet(source)
    frame.write_parquet(copy)


if __name__ == "__main__":
    main()
