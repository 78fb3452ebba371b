"""The batch in the library alone: `python bench/library.py IN OUT`, Parquet to Parquet through Polars, streaming."""

from __future__ import annotations

import sys

import demandfirst
import polars as pl
from ours import Table


def main() -> None:
    source, target = sys.argv[1:3]
    Table(demandfirst.load().rulebase).advise(pl.scan_parquet(source)).sink_parquet(target)


if __name__ == "__main__":
    main()
