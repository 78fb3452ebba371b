"""Every engine answers as forward chaining does: personas and generated clients, answered in full and in part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import psycopg
import pytest
import servers
from clients import how_many, seeded
from conformance import (
    Case,
    Engine,
    agree,
    asked,
    case,
    cases,
    differences,
    duckdb,
    duckdb_sql,
    outputs,
    polars,
    query,
    report,
    scalar_rows,
    table,
)
from demandfirst.engine.backends.program import names

CLIENTS = 2000
SAMPLE = 60
TYPES = {"Float64": "double precision", "String": "text", "Boolean": "boolean", "UInt32": "bigint"}


@pytest.fixture(scope="module")
def tried() -> tuple[Case, ...]:
    return cases(how_many(CLIENTS))


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[str]:
    with servers.postgres() as found:
        yield found


def postgres_sql(server: str) -> Engine:
    """SQL on PostgreSQL."""

    def advise(frame: pl.DataFrame, wanted: Any) -> pl.DataFrame:
        indexed = frame.with_row_index("client")
        with psycopg.connect(server) as connection:
            connection.execute("DROP TABLE IF EXISTS clients")
            defined = ", ".join(f"{name} {TYPES[str(kind)]}" for name, kind in indexed.schema.items())
            connection.execute(f"CREATE TABLE clients ({defined})")
            with connection.cursor().copy("COPY clients FROM STDIN") as copy:
                for row in indexed.iter_rows():
                    copy.write_row(row)
            found = connection.execute(query("postgres"))
            named = [column.name for column in found.description or ()]
            advice = pl.DataFrame(found.fetchall(), schema=named, orient="row", infer_schema_length=None)
        return advice.sort("client").select(wanted)

    return advise


@pytest.mark.parametrize("engine", [polars, duckdb, duckdb_sql], ids=lambda engine: engine.__name__)
def test_agrees(engine: Engine, tried: tuple[Case, ...]) -> None:
    """Statuses, severities, findings, quantities, truths of rules and the focus are those of forward chaining."""
    agree(engine, tried, outputs())


def test_postgres_agrees(tried: tuple[Case, ...], postgres_server: str) -> None:
    """SQL on PostgreSQL says the same."""
    agree(postgres_sql(postgres_server), tried, outputs())


def test_scalar_agrees(tried: tuple[Case, ...]) -> None:
    """The compiled function says the same, to the last client."""
    rows = zip(tried, scalar_rows(one.client for one in tried), strict=True)
    wrong = [(one, found) for one, row in rows if (found := differences(row, one.expected))]
    assert not [report(one, found, one.client) for one, found in wrong[:3]]


@pytest.mark.parametrize("engine", [polars], ids=lambda engine: engine.__name__)
def test_questions_agree(engine: Callable[..., pl.DataFrame]) -> None:
    """The open questions in columns are those of the advice."""
    tried = [case(f"seed {seed}", client, asked(client)) for seed, client in seeded(how_many(SAMPLE))]
    agree(engine, tried, outputs(("questions",)))


def test_few_rows_are_doubtful(tried: tuple[Case, ...]) -> None:
    """What has to go to an exact engine is the exception; random answers are on boundaries far more often than real ones."""
    advice = polars(table(one.client for one in tried), [names.DOUBTFUL])
    assert advice[names.DOUBTFUL].sum() < 0.05 * len(tried)
