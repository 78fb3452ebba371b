"""Lists that are not as they should be: nothing is lost, and whatever is wrong is said where it is."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import polars as pl
import pytest
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.raw_csv import LONGEST_RECORD
from leads import HEADER, ROW, by_row, read_text, refused, rejected, written

WRONG_CELLS = {
    "business_type": "unknown-value", "goals": "missing-fact", "marketing_budget": "wrong-type", "seo": "unknown-value"
}  # fmt: skip
BROKEN: list[tuple[str, list[tuple[int, int, str, str]]]] = [
    ('2,"ecommerce,sales,used,5\n', [(2, 3, "", "broken-quote")]),
    ('2,"ecommerce"x,sales,used,5\n', [(2, 3, "", "broken-quote")]),
    ('2,"ecom\nmerce"x,sales,used,5\n', [(2, 3, "", "broken-quote"), (3, 4, "", "ragged")]),
    ("2,ecommerce,sales,used\n", [(2, 3, "", "ragged")]),
    ("2,ecommerce,sales,used,5,6\n", [(2, 3, "", "ragged")]),
    ("2,ecommerce,sales,used,5\0\n", [(2, 3, "", "nul")]),
    ("2,ecom\rmerce,sales,used,5\n", [(2, 3, "", "stray-line-break")]),
    ('2,"' + "x" * 200_000 + "\n", [(2, 3, "", "cell-too-long")]),
    ("\n\n2,,sales,used,5\n", [(2, 5, "business_type", "missing-fact")]),
    ("2,shop,,ussed,x\n", [(2, 3, column, code) for column, code in WRONG_CELLS.items()]),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "expected"), BROKEN)
@pytest.mark.parametrize("chunk_rows", [3, 5000])
def test_a_broken_record_is_set_aside_and_the_others_go_on(
    broken: str, expected: list[tuple[int, int, str, str]], chunk_rows: int
) -> None:
    """The row and the line say where the record begins; the rows before and after it are read."""
    after = "".join(
        ROW.format(id=number) for number in range(LONGEST_RECORD + 20 if chunk_rows > LONGEST_RECORD else 9)
    )

    _, chunks = read_text(HEADER + ROW.format(id=1) + broken + after, chunk_rows=chunk_rows)

    assert rejected(chunks) == expected
    assert len(by_row(chunks)) == 1 + after.count("\n")
    assert all(one.reason and one.help for chunk in chunks for one in chunk.rejected)


def test_bytes_of_another_encoding_set_their_row_aside() -> None:
    """Where all but a few rows are UTF-8, these few are named."""
    good = HEADER + "".join(ROW.format(id="\u00fcber") for _ in range(40_000))
    _, chunks = read_text(good.encode() + ROW.format(id="\u00fcber").encode("latin-1") + ROW.format(id=1).encode())

    assert rejected(chunks) == [(40_001, 40_002, "", "not-text")]


def test_a_list_with_thousands_of_columns_is_read() -> None:
    """However many columns there are, whole records go one way and ragged ones are set aside."""
    names, cells = ",".join(f"c{at}" for at in range(5000)), ",".join(['"a, ""b"""', "z"] * 2500)
    good = f"business_type,goals,{names}\n" + f"app,sales,{cells}\n" * 3
    _, chunks = read_text(good + f"app,sales,{cells},\n" + f"app,sales,{cells}\n")

    assert rejected(chunks) == [(4, 5, "", "ragged")]
    assert [chunk.kept["c4998"].unique().to_list() for chunk in chunks if chunk.kept.height] == [['a, "b"']]


def test_what_a_cell_said_is_quoted_as_it_stands() -> None:
    """A number that cannot be an answer is shown as somebody wrote it, and the help speaks of cells."""
    header = "business_type;goals;marketing_budget;gross_margin;monthly_searches\n"
    _, chunks = read_text(header + "app;sales;-5;145 %;10,5\n")

    found = [one for chunk in chunks for one in chunk.rejected]
    assert sorted((one.value, one.reason.split("`")[1]) for one in found) == [
        ("-5", "-5"), ("10,5", "10,5"), ("145 %", "145"),
    ]  # fmt: skip
    assert not any("monthly_searches:" in one.help for one in found)


# --- JSON ----------------------------------------------------------------------------------------------------


def test_lines_that_are_no_objects_are_set_aside() -> None:
    """A line of JSON is an object; keys differ; a value of any type is checked like a cell."""
    good = '{"business_type": "app", "goals": ["sales"], "marketing_budget": 5, "opinion_leaders": true}\n'
    lines = [
        good, "{oops\n", "[1]\n", '{"seo": 1, "seo": 2}\n', "\n", '{"goals": ["sales"]}\n',
        good.replace("5", "10.00001"), good.replace("5", "true"), good.replace("5", '"<10"'), good.replace("5", '"1,234"'),
        good.replace("5", "1e400"), good.replace("5", "9" * 400), good.replace("true", "{}"), good.replace('["sales"]', "[]"),
        good.replace("5", "NaN"), good.replace('"app"', "5"),
    ]  # fmt: skip
    for chunk_rows in (1, 100):
        _, chunks = (
            read_text("".join(lines), "a.jsonl", chunk_rows=chunk_rows)
            if chunk_rows == 100
            else read_text("".join(lines), "a.jsonl")
        )
        assert rejected(chunks) == [
            (2, 2, "", "not-json"), (3, 3, "", "not-an-object"), (4, 4, "", "duplicate-key"),
            (5, 6, "business_type", "missing-fact"), (6, 7, "marketing_budget", "decimals"),
            (7, 8, "marketing_budget", "wrong-type"), (9, 10, "marketing_budget", "ambiguous-number"),
            (10, 11, "marketing_budget", "not-finite"), (11, 12, "marketing_budget", "wrong-type"),
            (12, 13, "opinion_leaders", "wrong-type"), (13, 14, "goals", "too-few"),
            (14, 15, "marketing_budget", "wrong-type"), (15, 16, "business_type", "unknown-value"),
        ]  # fmt: skip
        assert sorted(by_row(chunks)) == [1, 8]


def test_json_in_a_column_is_checked_like_a_client_file() -> None:
    """A key that is no fact, or text that is no JSON, sets the row aside; other columns are passed through."""
    answers = [
        '{"business_type": "app", "goals": ["sales"]}',
        '{"busines_type": "app"}',
        "oops",
        "",
        '{"business_type": "app", "goals": ["x"]}',
    ]
    out = io.StringIO()
    csv.writer(out).writerows([["seo", "answers"], *(["used", text] for text in answers)])
    reader, chunks = read_text(out.getvalue(), json_column="answers")

    assert reader.notes == ["column `seo` stands beside `answers` and is not read"]
    assert sorted(by_row(chunks)) == [1]
    assert rejected(chunks) == [
        (2, 3, "answers.busines_type", "unknown-fact"), (3, 4, "answers", "not-json"),
        (4, 5, "answers.business_type", "missing-fact"), (4, 5, "answers.goals", "missing-fact"),
        (5, 6, "answers.goals", "unknown-value"),
    ]  # fmt: skip


def test_half_a_character_and_an_empty_list_are_shown() -> None:
    """JSON can escape half of a character, which is no text; and what stands for a list inside is never shown."""
    objects = ['{"business_type": "app", "goals": ["\\ud800"]}', '{"business_type": "app", "goals": []}']
    whole = '{"business_type": "app", "goals": ["sales"], "name": "\\ud83d\\ude00"}'
    _, chunks = read_text("\n".join([*objects, whole]), "leads.jsonl")

    assert rejected(chunks) == [(1, 1, "", "not-text"), (2, 2, "goals", "too-few")]
    assert [one.value for chunk in chunks for one in chunk.rejected][1] == "[]"
    assert chunks[0].kept["name"].to_list() == ["\U0001f600"]


# --- headers -------------------------------------------------------------------------------------------------


HEADERS: list[tuple[str, dict[str, str], list[str]]] = [
    ("business_type,goals,seo,seo", {}, ["duplicate-column"]),
    ("business_type,goals,x,x", {}, ["duplicate-column"]),
    ("business_type,goals,seo,Seo", {"Seo": "seo"}, ["fact-twice"]),
    ("business_type,goals", {"Budget": "marketing_budget"}, ["no-column"]),
    ("business_type,goals,Budget", {"Budget": "marketing_budgett"}, ["unknown-fact"]),
    ("Kind of business,Ziele", {}, ["missing-column", "missing-column"]),
    ("business_type,goals,kpis__likes", {}, ["missing-column"]),
    ("goals,seo,seo,x", {"x": "y", "z": "seo"}, ["duplicate-column", "missing-column", "no-column", "unknown-fact"]),
]  # fmt: skip


@pytest.mark.parametrize(("header", "columns", "expected"), HEADERS)
def test_every_fault_of_a_header_is_told_at_once(header: str, columns: dict[str, str], expected: list[str]) -> None:
    """Columns that stand twice, are missing, or are mapped to nothing make the input unusable."""
    assert sorted(refused(f"{header}\n", mapping=Mapping(columns=columns))) == expected


# --- files that cannot be used -------------------------------------------------------------------------------


PARQUET = written(pl.DataFrame({"business_type": ["app"] * 1000, "goals": ["sales"] * 1000}).write_parquet)
UNUSABLE: list[tuple[str, bytes | str, dict[str, Any], list[str]]] = [
    ("a.csv", b"", {}, ["empty"]),
    ("a.csv", b"\n\n", {}, ["empty"]),
    ("a.csv", 'a,"b\n', {}, ["broken-header"]),
    ("a.csv", HEADER.encode("utf-16-le"), {}, ["not-text"]),
    ("a.csv", (HEADER + "\u041f\u0440\u0438\u0432\u0435\u0442\n").encode("cp1251"), {}, ["not-utf8"]),
    ("a.csv", HEADER, {"encoding": "utf-77"}, ["unknown-encoding"]),
    ("a.csv", HEADER.encode() + b"\xff", {"encoding": "ascii"}, ["wrong-encoding"]),
    ("a.csv", HEADER, {"encoding": "utf-16"}, ["wrong-encoding"]),
    ("a.csv", HEADER, {"encoding": "hex"}, ["unknown-encoding"]),
    ("a.csv", HEADER, {"delimiter": "ab"}, ["bad-delimiter"]),
    ("a.xlsx", b"PK", {}, ["unknown-format"]),
    ("a.csv", HEADER, {"format": "excel"}, ["unknown-format"]),
    ("a.csv", HEADER, {"json_column": "answer"}, ["no-json-column"]),
    ("a.parquet", PARQUET[:-20], {}, ["not-parquet"]),
    ("a.parquet", PARQUET[:100] + b"\0" * 400 + PARQUET[500:], {}, ["not-parquet"]),
    ("a.parquet", b"PAR1", {}, ["not-parquet"]),
    ("a.parquet.gz", gzip.compress(PARQUET), {}, ["compressed"]),
    ("a.arrow", b"ARROW1\0\0xxxx", {}, ["not-arrow"]),
    ("a.arrow", b"something else", {}, ["not-arrow"]),
    ("a.csv.gz", b"no gzip", {}, ["unreadable"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "options", "expected"), UNUSABLE)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    name: str, content: bytes | str, options: dict[str, Any], expected: list[str]
) -> None:
    """Whatever is wrong with a file, it is a fault with help and no traceback."""
    assert refused(content, name, **options) == expected
