"""Lists of clients read from files: every format and dialect says the same, and nothing is lost."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from clients import Answers, a_client, tried
from demandfirst.engine.backends.program.names import input_columns
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.load.client import answers_of
from hypothesis import given
from hypothesis import strategies as st
from leads import HEADER, ROW, by_row, lines_of, read_text, rejected, rulebase, written

# --- every client in every dialect ---------------------------------------------------------------------------


def bounded(rng: random.Random, client: Answers) -> Answers:
    """The client with some numbers known only within bounds."""
    facts = rulebase().facts
    numbers = [name for name, value in client.items() if facts[name].numeric and not isinstance(value, str)]
    for name in rng.sample(numbers, min(len(numbers), rng.choice([0, 0, 1, 3]))):
        least, value = facts[name].least, client[name]
        client = client | {name: rng.choice([f">={value}", f"{float(least):g}..{value}" if least < value else value])}
    return client


def plain_cell(value: Any) -> str:
    """An answer as the cell of a spreadsheet."""
    if isinstance(value, list):
        return "; ".join(value) or "[]"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def local_cell(name: str, value: Any) -> str:
    """The same with labels, decimal commas, thousands and units."""
    fact = rulebase().facts[name]
    labels = {one.id: one.label for one in fact.values}
    if isinstance(value, list):
        return "|".join(labels[one].upper() for one in value) or "none"
    if isinstance(value, str):
        return labels.get(value, value).replace(".", ",").replace(",,", "..") if fact.values or fact.numeric else value
    if isinstance(value, bool):
        return plain_cell(value)
    whole, _, decimals = f"{value:.4f}".rstrip("0").partition(".")
    unit = {"percent": " %", "money": " \u20ac"}.get(fact.type, "")
    sign, figures = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(figures):,}".replace(",", " ") + (f",{decimals}" if decimals else "") + unit


def as_csv(clients: list[Answers], cell: Callable[[str, Any], str], **dialect: Any) -> str:
    """Clients as a CSV file with an id in front."""
    out = io.StringIO()
    names = [name for name in rulebase().facts if any(name in client for client in clients)]
    writer = csv.writer(out, **dialect)
    writer.writerow(["Lead no", *names])
    for number, client in enumerate(clients, 1):
        writer.writerow(
            [
                f"L\n{number}" if number % 3 == 0 else f"L{number}",
                *(cell(name, client[name]) if name in client else "" for name in names),
            ]
        )
    return out.getvalue()


def table(clients: list[Answers]) -> pl.DataFrame:
    """Clients as a typed table: *don't know* has columns of its own."""
    facts = rulebase().facts
    dtypes: dict[str, Any] = {"choice": pl.String, "yes_no": pl.Boolean, "set": pl.List(pl.String)}
    columns = [pl.Series("Lead no", [f"L{number}" for number in range(1, len(clients) + 1)])]
    for fact in facts.values():
        given_ = [client.get(fact.id) for client in clients]
        values = [None if isinstance(value, str) and value == "unknown" else value for value in given_]
        columns.append(pl.Series(fact.id, values, dtype=dtypes.get(fact.type, pl.Float64), strict=False))
        if not fact.required:
            columns.append(pl.Series(f"{fact.id}__unknown", [value == "unknown" for value in given_]))
    return pl.DataFrame(columns)


def spread(frame: pl.DataFrame) -> pl.DataFrame:
    """A typed table with a column for each value of a set."""
    sets = [fact for fact in rulebase().facts.values() if fact.type == "set"]
    flags = [
        pl.col(one.id).list.contains(value.id).alias(f"{one.id}__{value.id}") for one in sets for value in one.values
    ]
    return frame.with_columns(flags).drop([one.id for one in sets])


def written_json_column(clients: list[Answers]) -> str:
    """Clients as JSON in a column of CSV."""
    out = io.StringIO()
    csv.writer(out).writerows([["answers", "note"], *([json.dumps(client, indent=1), "n, o"] for client in clients)])
    return out.getvalue()


Dialect = tuple[str, Callable[[list[Answers]], bytes | str], dict[str, Any]]
ANSWERS = {"json_column": "answers"}
DIALECTS: list[Dialect] = [
    ("a.csv", lambda clients: as_csv(clients, lambda _, value: plain_cell(value)), {}),
    ("b.csv", lambda clients: as_csv(clients, local_cell, delimiter=";"), {"decimal": ","}),
    ("c.tsv", lambda clients: as_csv(clients, local_cell, delimiter="\t", quoting=csv.QUOTE_ALL), {"decimal": ","}),
    ("d.txt", lambda clients: as_csv(clients, lambda _, value: plain_cell(value), delimiter="|").encode("utf-16"), {}),
    ("e.csv.gz", lambda clients: gzip.compress(as_csv(clients, local_cell).encode()), {"decimal": ","}),
    ("f.jsonl", lambda clients: lines_of([{"Lead no": 1, **client} for client in clients]), {}),
    ("g.ndjson", lambda clients: lines_of([{"x": None, "answers": client} for client in clients]), ANSWERS),
    ("h.csv", written_json_column, ANSWERS),
    ("i.parquet", lambda clients: written(table(clients).write_parquet), {}),
    ("j.arrow", lambda clients: written(table(clients).write_ipc), {}),
    ("k.arrows", lambda clients: written(table(clients).write_ipc_stream), {}),
    ("l.parquet", lambda clients: written(spread(table(clients)).write_parquet), {}),
    ("m.csv", lambda clients: written(spread(table(clients)).write_csv), {}),
]  # fmt: skip
TYPED = "ijklm"


@pytest.mark.parametrize(("name", "write", "options"), DIALECTS, ids=[name for name, _, _ in DIALECTS])
@tried(12)
@given(seed=st.integers(0, 10**6), chunk_rows=st.sampled_from([1, 2, 100]))
def test_any_client_is_read_back_from_any_file(
    name: str, write: Callable[[list[Answers]], bytes | str], options: dict[str, Any], seed: int, chunk_rows: int
) -> None:
    """Whatever the format and the dialect, the answers are those of the client file, whole or within bounds."""
    rng = random.Random(seed)  # noqa: S311
    clients = [a_client(rng) for _ in range(rng.choice([1, 4, 7]))]
    clients = clients if name[0] in TYPED else [bounded(rng, client) for client in clients]

    reader, chunks = read_text(write(clients), name, chunk_rows=chunk_rows, **options)

    assert rejected(chunks) == []
    assert by_row(chunks) == {row: answers_of(client, rulebase().facts) for row, client in enumerate(clients, 1)}
    assert reader.kept


# --- records of CSV ------------------------------------------------------------------------------------------


cells = st.text(alphabet='ab",;\n \u00e4', max_size=6)


@tried(100)
@given(
    rows=st.lists(st.tuples(cells, cells), max_size=12),
    chunk_rows=st.sampled_from([1, 3, 100]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_csv_is_read_as_python_reads_it(rows: list[tuple[str, str]], chunk_rows: int, end: str, quoting: Any) -> None:
    """Well-formed CSV with quotes, delimiters and line breaks in its cells comes through cell for cell."""
    out = io.StringIO()
    rows = [(one.replace("\n", end), other.replace("\n", end)) for one, other in rows]
    lines = [("a", "business_type", "goals", "b"), *((one, "app", "sales", other) for one, other in rows)]
    csv.writer(out, lineterminator=end, quoting=quoting).writerows(lines)

    _, chunks = read_text(out.getvalue(), chunk_rows=chunk_rows)

    assert rejected(chunks) == []
    assert [(row["a"] or "", row["b"] or "") for chunk in chunks for row in chunk.kept.to_dicts()] == rows


def test_a_long_file_is_read_in_chunks_and_from_any_row() -> None:
    """Chunks follow each other; reading can begin at any row and gives the same rows with the same numbers."""
    rows = [ROW.format(id=number) if number % 7 else f'{number},"ecommerce\n' for number in range(1, 101)]
    content = HEADER + "".join(rows)
    _, every = read_text(content, chunk_rows=10)
    for skip in (0, 1, 9, 10, 55, 99, 100, 200):
        _, later = read_text(content, chunk_rows=10, skip_rows=skip)

        assert by_row(later) == {row: answers for row, answers in by_row(every).items() if row > skip}
        assert rejected(later) == [one for one in rejected(every) if one[0] > skip]


def test_the_answers_table_has_the_agreed_columns() -> None:
    """Every fact has its columns, of the agreed types and in the agreed order, also those that the list does not have."""
    types = {"text": pl.String, "boolean": pl.Boolean, "number": pl.Float64}
    _, chunks = read_text(HEADER + ROW.format(id=1) + "2\n")

    expected = {"_row": pl.Int64, **{name: types[kind] for name, kind in input_columns(rulebase())}}
    assert dict(chunks[0].answers.schema) == expected
    flags = [name for name in expected if name.endswith("__unknown")]
    assert chunks[0].answers.select(pl.all_horizontal(pl.col(flags).is_not_null())).to_series().all()


def test_a_header_alone_is_a_list_of_nobody() -> None:
    """No rows are no fault."""
    assert by_row(read_text(HEADER)[1]) == {}
    assert by_row(read_text("\n", "a.jsonl")[1]) == {}
    assert (
        by_row(read_text(written(pl.DataFrame({"business_type": [], "goals": []}).write_parquet), "a.parquet")[1]) == {}
    )


def test_the_number_of_rows_is_told_for_the_progress() -> None:
    """Exactly where the format says it, nearly for lines of text, not at all where it cannot be known."""
    frame = pl.DataFrame({"business_type": ["app"] * 9, "goals": ["sales"] * 9})
    for name, content, total, exact in (
        ("a.parquet", written(frame.write_parquet), 9, True),
        ("a.arrow", written(frame.write_ipc), 9, True),
        ("a.arrows", written(frame.write_ipc_stream), None, False),
        ("a.csv", written(frame.write_csv), 9, False),
        ("a.jsonl", written(frame.write_ndjson), 9, False),
        ("a.csv.gz", gzip.compress(written(frame.write_csv)), None, False),
    ):
        reader, _ = read_text(content, name)
        assert (reader.total_rows, reader.exact_total) == (total, exact), name


# --- JSON ----------------------------------------------------------------------------------------------------


def test_a_number_in_json_is_no_text_with_a_decimal_sign() -> None:
    """A declared decimal comma is about texts: 1.234 in JSON stays what it is."""
    line = '{"business_type": "app", "goals": ["sales"], "marketing_budget": %s}\n'
    _, chunks = read_text(line % "1.234" + line % '"1.234"' + line % '"unknown"', "a.jsonl", decimal=",")

    assert [answers["marketing_budget"] for answers in by_row(chunks).values()][:2] == [Fraction("1.234"), 1234]


def test_a_key_left_out_is_not_a_blank() -> None:
    """`unknown` for blanks turns null into *don't know*, and leaves what is not mentioned unanswered."""
    lines = lines_of(
        [{"business_type": "app", "goals": ["sales"], "seo": None}, {"business_type": "app", "goals": ["sales"]}]
    )
    _, chunks = read_text(lines, "a.jsonl", blank="unknown")

    assert [answers.get("seo") for answers in by_row(chunks).values()] == [
        answers_of({"business_type": "app", "goals": ["sales"], "seo": "unknown"}, rulebase().facts)["seo"],
        None,
    ]


def test_late_keys_answer_facts_and_others_are_noted() -> None:
    """A fact that comes first in a later chunk is read; another late key is not passed through, and that is said."""
    start = {"business_type": "app", "goals": ["sales"]}
    reader, chunks = read_text(lines_of([start, start | {"seo": "used", "phone": 1}]), "a.jsonl", chunk_rows=1)

    assert by_row(chunks)[2]["seo"] == "used"
    assert reader.notes == ["the key `phone` comes first after row 1 and is not passed through"]


# --- headers -------------------------------------------------------------------------------------------------


def test_columns_are_taken_by_name_or_mapping_and_guesses_are_only_shown() -> None:
    """Ids are facts; a mapping may name a fact for a column, or none; what looks like a fact is shown."""
    mapping = Mapping(columns={"Branche": "business_type", "seo": ""})
    reader, chunks = read_text(" goals ,Branche,seo,Marketing budgett,\nsales,app,x,5,y\n", mapping=mapping)

    assert reader.facts == {"goals": "goals", "Branche": "business_type"}
    assert reader.kept == ("seo", "Marketing budgett", "column_5")
    assert [(guess.column, guess.fact) for guess in reader.guesses] == [("Marketing budgett", "marketing_budget")]
    assert chunks[0].kept.to_dicts() == [{"seo": "x", "Marketing budgett": "5", "column_5": "y"}]
