"""`demandfirst sql`: one view over a client table, whatever the table calls its sets and whichever columns it lacks."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psycopg
import pytest
import servers
import sqlglot
from conformance import cases, differences, outputs, query, rulebase, table, warehouse
from demandfirst.engine.backends.limits import EXECUTED, limits_table
from demandfirst.engine.backends.program import names
from demandfirst.engine.backends.sql.table import ClientTable
from demandfirst.engine.backends.sql.view import DEFAULT, DIALECTS
from sqlglot import exp
from support import run

ROOT = Path(__file__).resolve().parent.parent
FEW = 150
KINDS = {"choice": "VARCHAR", "yes_no": "BOOLEAN"}
LONGEST_NAME = 63
MOST_COLUMNS = 1600


def clients_table(connection: Any, sets: str) -> None:
    """A client table as a warehouse has it, with sets as text or arrays, `unknown` as a word where there are words."""
    kinds = {fact.id: "DOUBLE PRECISION" if fact.numeric else KINDS.get(fact.type, "VARCHAR") for fact in facts()}
    if sets == "array":
        kinds |= {fact.id: "VARCHAR[]" for fact in facts() if fact.type == "set"}
    flags = [names.unknown(fact.id) for fact in facts() if not fact.required]
    defined = [*(f"{name} {kind}" for name, kind in kinds.items()), *(f"{flag} BOOLEAN" for flag in flags)]
    connection.execute(f"CREATE TABLE clients (client INTEGER, {', '.join(defined)})")
    sign = "%s" if isinstance(connection, psycopg.Connection) else "?"
    width = 1 + len(kinds) + len(flags)
    rows = [[at, *cells(case.client, sets)] for at, case in enumerate(cases(FEW))]
    insert: Any = f"INSERT INTO clients VALUES ({', '.join([sign] * width)})"  # noqa: S608 - signs alone
    (connection.cursor() if sign == "%s" else connection).executemany(insert, rows)


def facts() -> list[Any]:
    """The facts."""
    return list(rulebase().facts.values())


def cells(client: dict[str, Any], sets: str) -> list[Any]:
    """The row of a client."""
    found, flags = [], []
    for fact in facts():
        given = client.get(fact.id)
        word = given == "unknown" and (fact.type == "choice" or (fact.type == "set" and sets == "text"))
        value = given if given != "unknown" or word else None
        found.append("; ".join(value) if fact.type == "set" and sets == "text" and isinstance(value, list) else value)
        if not fact.required:
            flags.append(None if word or given is None else given == "unknown")
    return [*found, *flags]


def wrong(rows: list[tuple[Any, ...]], columns: list[str]) -> list[Any]:
    """Where rows of the view differ from forward chaining."""
    found = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    assert not [row for row in found.values() if row["rejected"]]
    pairs = [(found[at], case) for at, case in enumerate(cases(FEW))]
    return [(case.name, each) for row, case in pairs if not row["doubtful"] for each in differences(row, case.expected)]


@pytest.mark.parametrize("sets", ["text", "array"])
def test_sets_on_duckdb(sets: str) -> None:
    """Sets as text, with other separators and spaces, and as arrays."""
    with duckdb.connect() as connection:
        clients_table(connection, sets)
        found = connection.execute(query("duckdb", sets))
        columns = [each[0] for each in found.description]
        assert not wrong(found.fetchall(), columns)


@pytest.mark.parametrize("sets", ["text", "array"])
def test_sets_on_postgres(sets: str) -> None:
    """The same on PostgreSQL, as a view."""
    with servers.postgres() as server, psycopg.connect(server) as connection:
        clients_table(connection, sets)
        view = warehouse().view("postgres", ClientTable(sets=sets, kept=("client",)))  # type: ignore[arg-type]
        connection.execute(view)
        found = connection.execute("SELECT * FROM demandfirst_advice")
        assert not wrong(found.fetchall(), [column.name for column in found.description or ()])


def advised(rows: str, **table_: Any) -> list[tuple[Any, ...]]:
    """What the view says of a query's rows."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE clients AS {rows}")
        sql = warehouse().view("duckdb", ClientTable(**table_), groups=("verdict",))
        connection.execute(sql)
        return connection.execute("SELECT * FROM demandfirst_advice").fetchall()


def test_columns_that_the_table_lacks() -> None:
    """A question without a column counts as not answered: the advice is that of a table where nobody answered it."""
    row = "SELECT 'ecommerce' AS business_type, 'sales' AS goals"
    ((verdict, _, bad),) = advised(row, columns=("business_type", "goals"))

    assert (verdict, bad) == (None, None)


@pytest.mark.parametrize(
    ("row", "fact"),
    [
        ("'shop' AS business_type, 'sales' AS goals, 'used' AS seo", "business_type"),
        ("NULL AS business_type, 'sales' AS goals, 'used' AS seo", "business_type"),
        ("'app' AS business_type, '' AS goals, 'used' AS seo", "goals"),
        ("'app' AS business_type, NULL AS goals, 'used' AS seo", "goals"),
        ("'app' AS business_type, 'sales,fame' AS goals, 'used' AS seo", "goals"),
        ("'app' AS business_type, 'sales, leads' AS goals, 'often' AS seo", "seo"),
        ("'app' AS business_type, 'sales' AS goals, 'unknown' AS seo", None),
    ],
)
def test_answers_that_cannot_be_used(row: str, fact: str | None) -> None:
    """`rejected` names the first fact whose answer cannot be used."""
    ((_, _, bad),) = advised(f"SELECT {row}", columns=("business_type", "goals", "seo"))

    assert bad == fact


@pytest.mark.parametrize("dialect", DIALECTS)
def test_reads_back(dialect: str) -> None:
    """Each dialect is parsed back without loss, and one that was never run says so."""
    text = warehouse().view(dialect, ClientTable(kept=("id",)))  # type: ignore[arg-type]
    (tree,) = sqlglot.parse(text, dialect)

    assert isinstance(tree, exp.Create)
    assert ("NOT EXECUTED" in text) == (dialect not in EXECUTED)
    again = sqlglot.parse_one(tree.sql(dialect), dialect)
    assert again.sql(dialect) == tree.sql(dialect)


def test_names_fit_every_dialect() -> None:
    """No name is longer than PostgreSQL takes, and no part of the query is wider."""
    tree = sqlglot.parse_one(query("postgres"), "postgres")
    found = {name.name for name in tree.find_all(exp.Identifier)}

    assert max(map(len, found)) <= LONGEST_NAME
    assert len({alias.alias for alias in tree.find_all(exp.Alias)}) < MOST_COLUMNS


def test_identifiers_cannot_break_out() -> None:
    """Names of the person's are quoted, and what is no name is refused."""
    text = warehouse().view("bigquery", ClientTable("my-project.crm.leads", kept=("Client Id",)), groups=("verdict",))
    assert "`my-project`.crm.leads" in text
    assert "`Client Id`" in text

    for option, name in (("--table", "clients; DROP TABLE x"), ("--view", 'v"'), ("--keep", "a'b")):
        result = run("sql", "--dialect", "duckdb", option, name)
        assert (result.code, result.out) == (2, "")
        assert f"{option}: bad-name: `" in result.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--have", "business_type,goals,sed"], "unknown-column: `sed` is no column of an answer\n  help: did you mean `seo`?"),
        (["--have", "business_type,seo"], "--have: missing-column: `goals` is not among the columns"),
        (["--keep", "gate"], "--keep: name-taken: `gate` is the name of a column of the advice"),
        (["--columns", "status"], "--columns: unknown-group: `status` is no group of columns\n  help: did you mean `statuses`?"),
        (["-o", "/no/such/folder/view.sql"], "/no/such/folder/view.sql: not-written: the file cannot be written: no such file"),
    ],
)  # fmt: skip
def test_mistakes(options: list[str], message: str) -> None:
    """A mistake is told with the option, the word and what to do."""
    result = run("sql", "--dialect", "duckdb", *options)

    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_the_command(tmp_path: Path) -> None:
    """The file is the view that the library makes; `--select` leaves `CREATE VIEW` out."""
    result = run("sql", "--dialect", "duckdb", "--keep", "id", "-o", str(tmp_path / "view.sql"))
    plain = run("sql", "--dialect", "duckdb", "--select", "--columns", "verdict")

    assert (result.code, result.out, result.err) == (0, "", "")
    expected = warehouse().view("duckdb", ClientTable(kept=("id",)), groups=DEFAULT)
    assert (tmp_path / "view.sql").read_text(encoding="utf-8") == expected
    assert rulebase().hash in expected
    assert "CREATE VIEW" not in plain.out


def test_columns_of_a_frame_that_lacks_some() -> None:
    """Columns that a frame lacks count as not answered; without a required one there is no advice."""
    from conformance import columns
    from demandfirst.engine.errors import DemandfirstError

    frame = table(case.client for case in cases(FEW)[:50])
    lacking = [names.unknown("seo"), "seo"]
    blank = frame.with_columns(pl.lit(None, pl.String).alias("seo"), pl.lit(value=False).alias(lacking[0]))

    assert columns().advise(frame.drop(lacking), outputs()).equals(columns().advise(blank, outputs()))
    with pytest.raises(DemandfirstError, match="missing-column: `goals` has no column"):
        columns().advise(frame.drop("goals__sales"))


def test_the_documents_show_the_limits() -> None:
    """The table of engines in the documents is the one in the code."""
    assert "\n".join(limits_table()) in (ROOT / "docs/columns-and-sql.md").read_text(encoding="utf-8")


def test_the_example_in_the_documents() -> None:
    """The session in the documents runs and prints what it shows."""
    text = (ROOT / "docs/columns-and-sql.md").read_text(encoding="utf-8")
    session = doctest.DocTestParser().get_doctest(text, {}, "columns-and-sql.md", None, 0)

    assert session.examples
    assert not doctest.DocTestRunner().run(session).failed
