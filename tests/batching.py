"""Lists of generated clients, written in every format, advised, and read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import demandfirst
import polars as pl
from clients import Answers, seeded
from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.settings import Settings
from demandfirst.engine.ir.advice import Advice, ChoiceFinding
from demandfirst.engine.report.batch import Result, batch
from leads import rulebase

FORMATS = ("csv", "jsonl", "parquet", "arrow")
TYPES: dict[str, Any] = {"choice": pl.String, "yes_no": pl.Boolean, "set": pl.List(pl.String)}
EVERYTHING = ("verdict", "focus", "warnings", "statuses", "rules", "findings", "quantities", "questions")


@cache
def some_clients(count: int) -> tuple[Answers, ...]:
    """Generated clients."""
    return tuple(client for _, client in seeded(count, 7000))


def write_leads(path: Path, clients: Sequence[Answers]) -> Path:
    """A list of clients in the format of the file's ending, each with a `lead` of its own."""
    rows = [{"lead": f"lead {at}", **client} for at, client in enumerate(clients, 1)]
    match path.suffix:
        case ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        case ".csv":
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, ["lead", *rulebase().facts])
                writer.writeheader()
                writer.writerows({name: as_cell(value) for name, value in row.items()} for row in rows)
        case ".parquet":
            typed(rows).write_parquet(path)
        case ".arrow":
            typed(rows).write_ipc(path)
    return path


def as_cell(value: Any) -> str:
    """An answer as it stands in a cell."""
    return json.dumps(value) if isinstance(value, list | bool) else str(value)


def typed(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """The list as a table with types: *don't know* in columns of its own."""
    columns = {"lead": pl.Series([row["lead"] for row in rows])}
    for fact in rulebase().facts.values():
        given = [row.get(fact.id) for row in rows]
        values = [None if one == "unknown" else one for one in given]
        columns[fact.id] = pl.Series(values, dtype=TYPES.get(fact.type, pl.Float64), strict=False)
        if not fact.required:
            columns[names.unknown(fact.id)] = pl.Series([one == "unknown" for one in given])
    return pl.DataFrame(columns)


def advised(source: Path, out: Path, *, chunk_rows: int = 50, settings: Any = None, **options: Any) -> Result:
    """Advise a list in small chunks."""
    return batch(source, out, settings=Settings(chunk_rows=chunk_rows, **(settings or {})), **options)


def read_back(path: Path) -> list[dict[str, Any]]:
    """The rows of an output."""
    match path.suffix:
        case ".csv":
            with path.open(newline="") as file:
                return list(csv.DictReader(file))
        case ".jsonl":
            return [json.loads(line) for line in path.read_text().splitlines()]
        case ".parquet":
            return pl.read_parquet(path).to_dicts()
        case _:
            return pl.read_ipc(path).to_dicts()


def expected(advice: Advice) -> dict[str, Any]:
    """What stands in the columns of `EVERYTHING` for a client, rules aside."""
    titles = {item.id: item.title for item in advice.items}
    asked = {question.fact for question in advice.questions if question.decides}
    facts = [name for name in rulebase().facts if name in asked]
    first = [name for name in facts if name in advice.verdict.questions]
    found: dict[str, Any] = {
        "verdict": advice.verdict.value,
        "verdict_text": advice.verdict.title,
        "focus": "; ".join(titles[name] for name in advice.focus),
        "questions": "; ".join(rulebase().facts[name].label for name in dict.fromkeys([*first, *facts])),
        "warnings": "; ".join(
            f"{word}: {one.title}"
            for severity, word in (("stop", "STOP"), ("caution", "caution"), ("info", "note"))
            for one in advice.warnings
            if one.status == "raised" and one.severity == severity
        ),
    }
    found |= {item.id: item.status for item in advice.items}
    for warning in advice.warnings:
        found |= {warning.id: warning.status, names.severity(warning.id): warning.severity}
    truth = {"true": True, "false": False, "open": None}
    found |= {one.id: one.value if isinstance(one, ChoiceFinding) else truth[one.status] for one in advice.findings}
    for name, quantity in advice.quantities.items():
        found[name] = quantity.value if isinstance(quantity.value, float) else None
        found[names.unknown(name)] = quantity.value == "unknown"
    return found


def fired(advice: Advice) -> set[str]:
    """The rules that fired."""
    return {rule.id for rule in rulebase().domain_rules if advice.outcome.rules[rule.index]}


def shown_rules(row: dict[str, Any]) -> set[str]:
    """The rules that fired, as an output says it in either way."""
    if "rules" in row:
        return set(str(row["rules"]).split())
    return {rule.id for rule in rulebase().domain_rules if row[names.rule_column(rule)]}


def same(cell: Any, wanted: Any) -> bool:
    """Whether a cell says what is wanted; in CSV everything is text."""
    if not isinstance(cell, str) or isinstance(wanted, str):
        return bool(cell == wanted)
    if isinstance(wanted, bool) or wanted is None:
        return cell == {True: "true", False: "false", None: ""}[wanted]
    return bool(float(cell) == wanted)


def advice_of(client: Answers) -> Advice:
    """The advice of the reference engine."""
    return demandfirst.load().advise(client)
