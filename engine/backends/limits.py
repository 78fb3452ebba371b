"""What each engine can and cannot do, each with the reason; the table in the documents is compared with this."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.ir.record import record

EXECUTED = ("duckdb", "postgres", "spark")
"""The dialects of SQL that the tests run."""
BOUNDS = "a bounded answer (`<10`) has no column"
DOUBT = "floating point may fall on the wrong side of a boundary: such rows are marked `doubtful`"
TRACE = "columns hold the truth of each rule, not the order in which rules fired"
UNCHECKED = "an answer that cannot be used is named in `rejected`, and the row is answered all the same"
PLANNING = "a plan of many stages takes Spark minutes: every few stages are worked out before the next are planned"
NOT_RUN = "there is nothing to run it on in the tests: it is only parsed back"


@record
class Engine:
    """An engine: what it is for, and what it cannot do, with the reason."""

    name: str
    purpose: str
    cannot: dict[str, str]


COLUMNS = {"bounded answers": BOUNDS, "exact figures": DOUBT, "trace": TRACE}
IN_SQL = {**COLUMNS, "rejecting rows": UNCHECKED}
ENGINES: tuple[Engine, ...] = (
    Engine("experta", "one client, with the trace; the reference", {}),
    Engine("scalar", "one client, fast", {}),
    Engine("Polars", "files of clients; the default of `batch`", COLUMNS),
    Engine("DuckDB columns", "relations of DuckDB in Python", COLUMNS),
    Engine("PySpark columns", "DataFrames of PySpark", {**COLUMNS, "one plan": PLANNING}),
    Engine("DuckDB SQL", "a view in DuckDB", IN_SQL),
    Engine("PostgreSQL SQL", "a view in PostgreSQL", IN_SQL),
    Engine("Spark SQL", "a view in Spark", IN_SQL),
    Engine("BigQuery SQL", "a view in BigQuery", {**IN_SQL, "a test run": NOT_RUN}),
    Engine("Snowflake SQL", "a view in Snowflake", {**IN_SQL, "a test run": NOT_RUN}),
)


def limits_table() -> Iterator[str]:
    """The engines as a Markdown table."""
    yield "| engine | for | cannot |"
    yield "| --- | --- | --- |"
    for engine in ENGINES:
        cannot = "; ".join(f"{what}: {why}" for what, why in engine.cannot.items()) or "-"
        yield f"| {engine.name} | {engine.purpose} | {cannot} |"
