"""A list of clients is advised as each client would be alone, in every format, in order, nothing lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import demandfirst
import polars as pl
import pytest
from batching import (
    EVERYTHING,
    FORMATS,
    advice_of,
    advised,
    expected,
    fired,
    read_back,
    same,
    shown_rules,
    some_clients,
    typed,
    write_leads,
)
from clients import Answers
from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.engines import engines
from demandfirst.engine.batch.exact import Exact
from demandfirst.engine.batch.reading import open_source
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.load.client import answers_of
from leads import HEADER, ROW, a_file, lines_of, rulebase

COUNT = 36


@cache
def listed() -> tuple[Answers, ...]:
    """Generated clients, among them some for whom floating point is not sure of itself."""
    clients = some_clients(200)
    doubtful = [client for client, doubt in zip(clients, doubts(clients), strict=True) if doubt]
    assert len(doubtful) > 1
    return (*clients[: COUNT - 2], *doubtful[:2])


def doubts(clients: Sequence[Answers]) -> list[bool]:
    """For whom floating point is not sure of itself."""
    with a_file(lines_of(list(clients)), "in.jsonl") as path:
        (chunk,) = open_source(path, rulebase()).chunks()
    found: list[bool] = engines(rulebase()).columns.advise(chunk.answers, [names.DOUBTFUL])[names.DOUBTFUL].to_list()
    return found


@cache
def advices() -> tuple[Advice, ...]:
    """What the reference engine says about each."""
    return tuple(map(advice_of, listed()))


@pytest.mark.parametrize("form", FORMATS)
def test_every_client_gets_the_advice_it_would_get_alone(form: str, tmp_path: Path) -> None:
    """Verdict, focus, warnings, statuses, rules, findings, quantities and questions, client by client and in order."""
    source = write_leads(tmp_path / f"in.{form}", listed())
    result = advised(source, tmp_path / f"out.{form}", chunk_rows=10, settings={"columns": EVERYTHING})
    rows = read_back(tmp_path / f"out.{form}")

    assert (result.rows, result.advised, result.rejected) == (COUNT, COUNT, 0)
    assert [row["lead"] for row in rows] == [f"lead {at}" for at in range(1, COUNT + 1)]
    for row, advice in zip(rows, advices(), strict=True):
        wrong = [(name, row[name], wanted) for name, wanted in expected(advice).items() if not same(row[name], wanted)]
        assert not wrong
        assert shown_rules(row) == fired(advice)
    assert not (tmp_path / f"out.{form}.rejected.jsonl").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"in.{form}", f"out.{form}"]


def test_bounded_answers_are_advised_in_their_place(tmp_path: Path) -> None:
    """Rows with `<10` go through the exact engine and come back in the order of the input."""
    clients: list[dict[str, Any]] = [dict(client) for client in listed()[:12]]
    for at in (0, 3, 4, 11):
        clients[at]["search_impression_share"] = "<10"
        clients[at]["marketing_budget"] = "500..1000"
    source = write_leads(tmp_path / "in.jsonl", clients)
    advised(source, tmp_path / "out.parquet", chunk_rows=5, settings={"columns": EVERYTHING})
    rows = read_back(tmp_path / "out.parquet")

    assert [row["lead"] for row in rows] == [f"lead {at}" for at in range(1, 13)]
    for row, client in zip(rows, clients, strict=True):
        advice = advice_of(client)
        assert [name for name, wanted in expected(advice).items() if not same(row[name], wanted)] == []
        assert shown_rules(row) == fired(advice)


def test_the_exact_engine_gives_the_columns_of_the_advice_table() -> None:
    """Every column of the advice table is the same from the exact engine, where the columns do not doubt themselves."""
    columns = engines(rulebase()).columns
    wanted = [name for name in columns.program.outputs if name != names.DOUBTFUL]
    exact, clients = Exact(rulebase(), wanted), some_clients(60)
    with a_file(lines_of(list(clients)), "in.jsonl") as path:
        (chunk,) = open_source(path, rulebase()).chunks()
    by_columns = columns.advise(chunk.answers, wanted)

    for at, (answers, doubt) in enumerate(zip(exact.answers(chunk.answers), doubts(clients), strict=True)):
        assert answers == answers_of(clients[at], rulebase().facts)
        assert doubt or dict(zip(wanted, exact.row(answers), strict=True)) == by_columns.row(at, named=True)


def test_the_default_columns_are_for_people(tmp_path: Path) -> None:
    """The lead, the verdict in words, the focus, warnings to act on, and at most three questions as one asks them."""
    source = write_leads(tmp_path / "in.jsonl", listed())
    advised(source, tmp_path / "out.csv")
    rows = read_back(tmp_path / "out.csv")

    assert list(rows[0]) == ["lead", "verdict", "verdict_text", "focus", "alerts", "next_questions"]
    for row, advice in zip(rows, advices(), strict=True):
        assert row["verdict_text"] == advice.verdict.title
        asked = [
            rulebase().facts[name].question for name in (*advice.verdict.questions, *(q.fact for q in advice.questions))
        ]
        assert row["next_questions"].count("?") <= 3
        assert all(part.strip() + "?" in asked for part in row["next_questions"].split("?")[:-1])
        assert "note: " not in row["alerts"]


def test_columns_are_chosen_by_group_and_by_name(tmp_path: Path) -> None:
    """Any column of the advice table can be named; `keep` says which columns of the input come out."""
    path = tmp_path / "in.csv"
    path.write_text(HEADER + ROW.format(id="a"))
    advised(path, tmp_path / "out.jsonl", settings={"columns": ("focus_1", "gate", "focus_1"), "keep": ()})

    assert [list(row) for row in read_back(tmp_path / "out.jsonl")] == [["row", "focus_1", "gate"]]
    for columns, keep, code in ((("vredict",), None, "unknown-column"), (("gate",), ("idd",), "no-column")):
        with pytest.raises(DemandfirstError) as error:
            advised(path, tmp_path / "out.jsonl", settings={"columns": columns, "keep": keep})
        assert [fault.code for fault in error.value.faults] == [code]


def test_a_column_of_the_input_cannot_hide_one_of_the_advice(tmp_path: Path) -> None:
    """An earlier output advised again has its old verdict beside the new one: that is refused, not mixed up."""
    path = tmp_path / "in.csv"
    path.write_text("id,verdict,business_type,goals\n1,old,ecommerce,sales\n")
    with pytest.raises(DemandfirstError) as error:
        advised(path, tmp_path / "out.csv")

    assert [fault.code for fault in error.value.faults] == ["column-twice"]
    advised(path, tmp_path / "out.csv", settings={"keep": ("id",)})
    assert list(read_back(tmp_path / "out.csv")[0])[:2] == ["id", "verdict"]


def test_rejected_rows_add_up_and_say_why(tmp_path: Path) -> None:
    """Every row is advised or stands in the list of the rejected, with row, column, reason, help and raw value."""
    lines = [ROW.format(id=at) if at % 3 else f"{at},ecomerce,sales,used,-5\n" for at in range(1, 41)]
    (tmp_path / "in.csv").write_text(HEADER + "".join(lines))
    result = advised(tmp_path / "in.csv", tmp_path / "out.csv", chunk_rows=7)
    rejected = [json.loads(line) for line in (tmp_path / "out.csv.rejected.jsonl").read_text().splitlines()]

    assert (result.rows, result.advised, result.rejected) == (40, 27, 13)
    assert [int(row["id"]) for row in read_back(tmp_path / "out.csv")] == [at for at in range(1, 41) if at % 3]
    assert sorted({one["row"] for one in rejected}) == list(range(3, 41, 3))
    found = {(one["column"], one["code"]): one["value"] for one in rejected}
    assert found.keys() == {("business_type", "unknown-value"), ("marketing_budget", "out-of-range")}
    assert found["business_type", "unknown-value"] == "ecomerce"
    assert all(one["reason"] and one["help"] and one["line"] == one["row"] + 1 for one in rejected)
    assert sum(result.reasons.values()) == 13


def test_a_list_of_rejected_rows_from_an_earlier_run_goes(tmp_path: Path) -> None:
    """When no row is rejected, no list of rejected rows lies beside the output, nor an old one."""
    (tmp_path / "in.csv").write_text(HEADER + "1,nonsense,sales,,\n")
    assert advised(tmp_path / "in.csv", tmp_path / "out.csv").rejected == 1
    assert (tmp_path / "out.csv.rejected.jsonl").exists()
    (tmp_path / "in.csv").write_text(HEADER + ROW.format(id=1))
    advised(tmp_path / "in.csv", tmp_path / "out.csv")

    assert not (tmp_path / "out.csv.rejected.jsonl").exists()


def test_too_many_rejected_rows_stop_the_run(tmp_path: Path) -> None:
    """A column that is wrong throughout is not worth a million lines; what was allowed later goes on where it stopped."""
    wrong = "".join(f"{at},nonsense,sales,,\n" for at in range(20))
    (tmp_path / "in.csv").write_text(HEADER + ROW.format(id="first") * 10 + wrong)
    with pytest.raises(DemandfirstError) as error:
        advised(tmp_path / "in.csv", tmp_path / "out.csv", chunk_rows=5, max_rejected=7)

    assert [fault.code for fault in error.value.faults] == ["too-many-rejected"]
    assert not (tmp_path / "out.csv").exists()
    assert len((tmp_path / "out.csv.rejected.jsonl.partial").read_text().splitlines()) == 7
    result = advised(tmp_path / "in.csv", tmp_path / "out.csv", chunk_rows=5, max_rejected=20, resume=True)
    assert (result.advised, result.rejected) == (10, 20)
    assert len((tmp_path / "out.csv.rejected.jsonl").read_text().splitlines()) == 20


@pytest.mark.parametrize("form", FORMATS)
def test_a_list_of_nobody_gives_an_empty_table(form: str, tmp_path: Path) -> None:
    """A header without rows is no fault: the output has the columns and no rows."""
    (tmp_path / "in.csv").write_text(HEADER)
    result = advised(
        tmp_path / "in.csv", tmp_path / f"out.{form}", summary=tmp_path / "page.html", calls=tmp_path / "c.csv"
    )

    assert (result.rows, result.advised) == (0, 0)
    assert read_back(tmp_path / f"out.{form}") == []
    if form in ("parquet", "arrow"):
        read = pl.read_parquet if form == "parquet" else pl.read_ipc
        assert read(tmp_path / f"out.{form}").columns[:2] == ["id", "verdict"]


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(tmp_path: Path) -> None:
    """In CSV such texts get an apostrophe in front, names of columns too; plain numbers stay numbers, other formats keep all."""
    cells = ["=HYPERLINK(1)", "+1+1", "-2-3", "@SUM(1)", "\tx", "\rx", "\uff1d1", "-", "+49 170 1"]
    client = {"business_type": "ecommerce", "goals": ["sales"]}
    frame = (
        typed([{"lead": cell, **client} for cell in cells]).rename({"lead": "=lead"}).with_columns(kept=pl.lit("-5.5"))
    )
    frame.write_parquet(tmp_path / "in.parquet")
    for form in ("csv", "jsonl"):
        advised(tmp_path / "in.parquet", tmp_path / f"out.{form}", calls=tmp_path / "calls.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [row["'=lead"] for row in rows] == [f"'{cell}" for cell in cells]
    assert {row["kept"] for row in rows} == {"-5.5"}
    assert [row["=lead"] for row in read_back(tmp_path / "out.jsonl")] == cells
    with (tmp_path / "calls.csv").open(newline="") as file:
        assert [row["'=lead"] for row in csv.DictReader(file)] == [f"'{cell}" for cell in cells]


def test_a_frame_is_advised_as_a_file_is() -> None:
    """`advise_table` takes a DataFrame, keeps its order, and says which rows are rejected."""
    good = typed([{"lead": f"lead {at}", **client} for at, client in enumerate(listed()[:6])])
    third = pl.when(pl.col("lead") == "lead 2").then(pl.lit("nonsense")).otherwise("business_type")
    bad = good.with_columns(third.alias("business_type"))
    found = demandfirst.advise_table(bad, ["statuses"])

    assert found.table["lead"].to_list() == [f"lead {at}" for at in (0, 1, 3, 4, 5)]
    assert [(one.row, one.column, one.code) for one in found.rejected] == [(3, "business_type", "unknown-value")]
    for row, advice in zip(found.table.to_dicts(), [advices()[at] for at in (0, 1, 3, 4, 5)], strict=True):
        assert {item.id: row[item.id] for item in advice.items} == {item.id: item.status for item in advice.items}
    assert demandfirst.advise_table(good.clear(), ["gate"]).table.columns == ["lead", "gate"]


def test_categories_lists_and_bytes_pass_through(tmp_path: Path) -> None:
    """Whatever the columns that are kept hold: categories become words, in CSV lists become JSON."""
    frame = typed([{"lead": f"lead {at}", **client} for at, client in enumerate(listed()[:4])]).with_columns(
        kind=pl.Series(["a", "b", None, "a"], dtype=pl.Categorical),
        size=pl.Series(["s", "s", "l", None], dtype=pl.Enum(["s", "l"])),
        tags=pl.Series([["x", 'y"'], [], None, ["z"]]),
        raw=pl.Series([b"\xff", b"", None, b"a"]),
    )
    frame.write_parquet(tmp_path / "in.parquet")
    out = {form: tmp_path / f"out.{form}" for form in FORMATS}
    for path in out.values():
        advised(tmp_path / "in.parquet", path, chunk_rows=2)

    assert [row["tags"] for row in read_back(out["csv"])] == ['["x","y\\""]', "[]", "", '["z"]']
    for form in ("jsonl", "parquet", "arrow"):
        rows = read_back(out[form])
        assert [row["kind"] for row in rows] == ["a", "b", None, "a"]
        assert [row["size"] for row in rows] == ["s", "s", "l", None]
        assert [row["tags"] for row in rows] == [["x", 'y"'], [], None, ["z"]]
    assert [row["raw"] for row in read_back(out["parquet"])] == [b"\xff", b"", None, b"a"]
    assert [row["raw"] for row in read_back(out["jsonl"])] == ["ff", "", None, "61"]
