"""One harness for every engine: the same clients, and every outcome beside that of forward chaining."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import demandfirst
import polars as pl
from clients import Answers, book, client_file, personas, seeded
from demandfirst.engine.backends.columns import Columns
from demandfirst.engine.backends.program import names
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.backends.sql.table import ClientTable
from demandfirst.engine.backends.sql.view import Warehouse
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.outcome import FindingState, Outcome
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing

KINDS = {"number": pl.Float64, "text": pl.String, "boolean": pl.Boolean}
GROUPS = ("verdict", "focus", "statuses", "findings", "quantities", "rules")
Row = dict[str, Any]
Difference = tuple[str, Any, Any]
AT_ONCE = 20_000
Engine = Callable[[pl.DataFrame, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True)
class Case:
    """A client, and columns of the advice table as forward chaining has them; `columns` is one object for many clients."""

    name: str
    client: Answers
    columns: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def expected(self) -> Row:
        """The columns with their values."""
        return dict(zip(self.columns, self.values, strict=True))


def case(name: str, client: Answers, row: Row) -> Case:
    """A client with what is expected."""
    return Case(name, client, same(tuple(row)), tuple(row.values()))


@cache
def same(columns: tuple[str, ...]) -> tuple[str, ...]:
    """One object for the same columns."""
    return columns


# --- what the advice table has to say ------------------------------------------------------------------------


def rulebase() -> Any:
    """The built-in rulebase."""
    return demandfirst.load().rulebase


def row_of(answers: Mapping[str, Answer]) -> Row:
    """A row of the answers table."""
    found: Row = {}
    for fact in rulebase().facts.values():
        given: Any = answers.get(fact.id, Gap.NOT_ANSWERED)
        value = None if isinstance(given, Gap) else given
        if fact.type == "set":
            found |= {names.mark(fact.id, one.id): None if value is None else one.id in value for one in fact.values}
        else:
            found[fact.id] = float(value) if fact.numeric and value is not None else value
        if not fact.required:
            found[names.unknown(fact.id)] = given is Gap.DONT_KNOW
    return found


def table(clients: Iterable[Answers]) -> pl.DataFrame:
    """The answers table of clients."""
    rows = [row_of(answers_of(client, rulebase().facts)) for client in clients]
    return pl.DataFrame(rows, schema={name: KINDS[kind] for name, kind in names.input_columns(rulebase())})


def expected(outcome: Outcome) -> Row:
    """The row of the advice table for an outcome, without its questions."""
    base = rulebase()
    standing = Standing(base, outcome)
    found: Row = {item: standing.item(item) for item in base.items}
    for warning in base.warnings:
        found[warning], found[names.severity(warning)] = standing.warning(warning)
    found |= {name: finding_cell(state) for name, state in outcome.findings.items()}
    for name, value in outcome.client.quantities.items():
        found[name] = None if isinstance(value, Gap) else float(value)  # type: ignore[arg-type]
        found[names.unknown(name)] = value is Gap.DONT_KNOW
    found |= {names.rule_column(rule): outcome.rules[rule.index] for rule in base.domain_rules}
    return found | {names.focus(place): item for place, item in enumerate(standing.focus(), 1)}


def finding_cell(state: FindingState) -> str | bool | None:
    """A finding as a cell."""
    if isinstance(state, frozenset):
        return next(iter(state)) if len(state) == 1 else None
    return state


def asked(client: Answers) -> Row:
    """The columns that say which questions are open."""
    advice = demandfirst.load().advise(client)
    deciding = {question.fact for question in advice.questions if question.decides}
    verdict = set(advice.verdict.questions)
    found: Row = {names.ask(fact): fact in deciding for fact in book().facts}
    return found | {names.verdict_ask(fact): fact in verdict for fact in book().facts}


# --- the reference -------------------------------------------------------------------------------------------


def judged(task: tuple[str, Answers]) -> Case:
    """A client judged by forward chaining."""
    name, client = task
    return case(name, client, expected(demandfirst.load().backend.run(answers_of(client, book_facts()))))


def book_facts() -> Any:
    """The facts as the engine has them."""
    return rulebase().facts


@cache
def cases(count: int) -> tuple[Case, ...]:
    """Every persona and so many generated clients; judged once in a test run."""
    tasks = [(name, persona["client"]) for name, persona in personas().items()]
    tasks += [(f"seed {seed}", client) for seed, client in seeded(count)]
    if count < 4000:
        return tuple(map(judged, tasks))
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        return tuple(pool.imap(judged, tasks, chunksize=500))


# --- the engines ---------------------------------------------------------------------------------------------


@cache
def columns() -> Columns:
    """The columns of the built-in rulebase."""
    return Columns(rulebase())


@cache
def warehouse() -> Warehouse:
    """The built-in rulebase as SQL."""
    return Warehouse(rulebase())


def outputs(groups: Iterable[str] = GROUPS) -> list[str]:
    """The columns of groups, with `doubtful`."""
    return list(warehouse().columns(groups)[:-1])


def polars(frame: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """Polars."""
    advice: pl.DataFrame = columns().advise(frame, wanted)
    return advice


def duckdb(frame: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """The same columns on DuckDB."""
    import duckdb as db

    with db.connect() as connection:
        answers = connection.from_arrow(frame.with_row_index("client").to_arrow())
        advice: pl.DataFrame = columns().advise(answers, ["client", *wanted]).pl()
        return advice.sort("client").drop("client")


@cache
def query(dialect: Any, sets: Any = "columns") -> str:
    """The SQL over the table `clients`, without its last semicolon."""
    text = warehouse().view(dialect, ClientTable(sets=sets, kept=("client",)), groups=GROUPS, name=None)
    return text.strip().removesuffix(";")


def duckdb_sql(frame: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """SQL on DuckDB."""
    import duckdb as db

    with db.connect() as connection:
        connection.register("clients", frame.with_row_index("client").to_arrow())
        advice: pl.DataFrame = connection.sql(query("duckdb")).pl()
        return advice.sort("client").select(wanted)


def scalar_rows(clients: Iterable[Answers]) -> Iterator[Row]:
    """The compiled function."""
    backend = ScalarBackend(rulebase())
    return (expected(backend.run(answers_of(client, book_facts()))) for client in clients)


# --- differences ---------------------------------------------------------------------------------------------


def differences(found: Row, right: Row) -> list[Difference]:
    """Wherever a row does not say what is right; a column that is not there says nothing."""
    return [(name, found[name], value) for name, value in right.items() if name in found and found[name] != value]


def failures(engine: Engine, tried: Sequence[Case], wanted: Sequence[str], most: int = 1) -> list[str]:
    """What an engine gets wrong, doubtful rows aside, each with the smallest client that shows it."""
    wrong = [
        found for at in range(0, len(tried), AT_ONCE) for found in unlike(engine, tried[at : at + AT_ONCE], wanted)
    ]

    def fails(clients: Sequence[Answers]) -> list[bool]:
        judged_ = [judged(("", client)) for client in clients]
        bad = [one.client for one, _ in unlike(engine, judged_, wanted)]
        return [client in bad for client in clients]

    return [report(one, found, shrunk(one.client, fails)) for one, found in wrong[:most]]


def agree(engine: Engine, tried: Sequence[Case], wanted: Sequence[str]) -> None:
    """Fail with the smallest client that an engine gets wrong, as a client file."""
    found = failures(engine, tried, wanted)
    assert not found, "\n".join(found)


def shrunk(client: Answers, fails: Callable[[Sequence[Answers]], list[bool]]) -> Answers:
    """The client with every answer left out that the failure does not need; many are tried at once, for plans are slow."""
    while True:
        optional = [name for name in client if not book().facts[name].get("required", False)]
        alone = [without(client, [name]) for name in optional]
        loose = [name for name, failed in zip(optional, fails(alone), strict=True) if failed] if alone else []
        if not loose:
            return client
        together = [without(client, loose[: count + 1]) for count in range(len(loose))]
        client = [fewer for fewer, failed in zip(together, fails(together), strict=True) if failed][-1]


def without(client: Answers, names_: Sequence[str]) -> Answers:
    """A client without some answers."""
    return {name: answer for name, answer in client.items() if name not in names_}


def unlike(engine: Engine, tried: Sequence[Case], wanted: Sequence[str]) -> Iterator[tuple[Case, list[Difference]]]:
    """The clients that an engine gets wrong."""
    advice = engine(table(case.client for case in tried), [*wanted])
    assert advice.height == len(tried)
    for one, row in zip(tried, advice.iter_rows(named=True), strict=True):
        if not row[names.DOUBTFUL] and (found := differences(row, one.expected)):
            yield one, found


def report(case: Case, found: Iterable[Difference], client: Answers) -> str:
    """A failure as somebody needs it: who says what, and a client file that shows it."""
    shown = "\n".join(f"  {name}: {said!r}, forward chaining {right!r}" for name, said, right in found)
    return f"{case.name}\n{shown}\n{client_file(client)}"
