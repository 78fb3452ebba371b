"""Spark in this machine: SQL and columns agree with forward chaining, and folders of Parquet are advised."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import servers
from clients import how_many
from conformance import Engine, agree, cases, columns, outputs, query, row_of, rulebase, table
from demandfirst.engine.batch.spark import REASONS, ROW, FolderResult, advise_folder
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.load.client import answers_of

CLIENTS = 400
VERDICT = ("verdict",)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with servers.spark() as found:
        yield found


def on(session: Any, folder: Path, frame: pl.DataFrame) -> Any:
    """The answers table in Spark."""
    frame.with_row_index("client").write_parquet(folder / "clients.parquet")
    return session.read.parquet(str(folder / "clients.parquet"))


def in_sql(session: Any, folder: Path) -> Engine:
    """SQL on Spark."""

    def advise(frame: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
        on(session, folder, frame).createOrReplaceTempView("clients")
        found: Any = pl.from_arrow(session.sql(query("spark")).toArrow())
        advice: pl.DataFrame = found.sort("client").select(wanted)
        return advice

    return advise


def in_columns(session: Any, folder: Path) -> Engine:
    """The same expressions as on Polars."""

    def advise(frame: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
        found: Any = columns().advise(on(session, folder, frame), ["client", *wanted]).toArrow()
        advice: Any = pl.from_arrow(found)
        advice = advice.sort("client").select(wanted)
        assert isinstance(advice, pl.DataFrame)
        return advice

    return advise


def test_sql_agrees(spark: Any, tmp_path: Path) -> None:
    """Statuses, severities, findings, quantities, truths of rules and the focus."""
    agree(in_sql(spark, tmp_path), cases(how_many(CLIENTS)), outputs())


def test_columns_agree(spark: Any, tmp_path: Path) -> None:
    """The verdict, and whatever leads to it."""
    agree(in_columns(spark, tmp_path), cases(how_many(CLIENTS)), outputs(VERDICT))


def typed(clients: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Clients as a warehouse may hold them: `unknown` in the place of a choice, sets as lists."""
    rows = []
    for number, client in enumerate(clients):
        row: dict[str, Any] = {"id": f"c{number}", "country": "am" if number % 3 else "ua"}
        for fact in rulebase().facts.values():
            given = client.get(fact.id)
            choice = fact.type == "choice"
            row[fact.id] = given if choice or given != "unknown" else None
            row[fact.id] = float(row[fact.id]) if fact.numeric and row[fact.id] is not None else row[fact.id]
            if not fact.required and not choice:
                row[f"{fact.id}__unknown"] = given == "unknown"
        rows.append(row)
    return rows


def test_a_folder_of_parquet(spark: Any, tmp_path: Path) -> None:
    """Each row is advised into its partition, or set aside whole with the reasons; the advice is that of the reference."""
    tried = cases(40)
    kinds: dict[str, Any] = {"choice": pl.String, "set": pl.List(pl.String), "yes_no": pl.Boolean}
    schema: dict[str, Any] = {"id": pl.String, "country": pl.String}
    for fact in rulebase().facts.values():
        schema[fact.id] = pl.Float64 if fact.numeric else kinds[fact.type]
        if not fact.required and fact.type != "choice":
            schema[f"{fact.id}__unknown"] = pl.Boolean
    frame = pl.DataFrame(typed([case.client for case in tried]), schema=schema)
    bad = frame.head(3).with_columns(pl.lit("shop").alias("business_type"), ("bad" + pl.col("id")).alias("id"))
    pl.concat([frame, bad]).write_parquet(tmp_path / "in", partition_by="country")

    result = advise_folder(spark, str(tmp_path / "in"), str(tmp_path / "out"), [rulebase().verdict])

    assert result == FolderResult(len(tried), 3)
    advice = pl.read_parquet(tmp_path / "out/advice/**/*.parquet", hive_partitioning=True)
    said = {row["id"]: row[rulebase().verdict] for row in advice.iter_rows(named=True)}
    assert said == {f"c{at}": case.expected[rulebase().verdict] for at, case in enumerate(tried)}
    assert set(advice["country"]) == {"am", "ua"}
    rejected = pl.read_parquet(tmp_path / "out/rejected/**/*.parquet", hive_partitioning=True)
    assert {json.loads(row)["id"] for row in rejected[ROW]} == {"badc0", "badc1", "badc2"}
    assert {json.loads(row)[0]["fact"] for row in rejected[REASONS]} == {"business_type"}


def test_the_answers_table_in_a_folder(spark: Any, tmp_path: Path) -> None:
    """A folder in the layout of the answers table, without partitions, is taken as it is."""
    tried = cases(10)
    table(case.client for case in tried).with_row_index("id").write_parquet(tmp_path / "in.parquet")

    result = advise_folder(spark, str(tmp_path / "in.parquet"), str(tmp_path / "out"), ["statuses"])

    assert result == FolderResult(len(tried), 0)
    advice = pl.read_parquet(tmp_path / "out/advice/*.parquet").sort("id")
    for case, row in zip(tried, advice.iter_rows(named=True), strict=True):
        assert {item: row[item] for item in rulebase().items} == {
            item: case.expected[item] for item in rulebase().items
        }


def test_folders_that_cannot_be_used(spark: Any, tmp_path: Path) -> None:
    """No folder, and an output that is there already, are faults that name the folder."""
    (tmp_path / "out/advice").mkdir(parents=True)
    answers = row_of(answers_of({"business_type": "ecommerce", "goals": ["sales"]}, rulebase().facts))
    pl.DataFrame([answers]).write_parquet(tmp_path / "in.parquet")

    with pytest.raises(DemandfirstError, match="not-found"):
        advise_folder(spark, str(tmp_path / "none"), str(tmp_path / "out"))
    with pytest.raises(DemandfirstError, match="exists"):
        advise_folder(spark, str(tmp_path / "in.parquet"), str(tmp_path / "out"), ["verdict"])
