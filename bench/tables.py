"""Tables of clients, made column by column: most answers of one persona, some of another, the rest anything.

Numbers are the persona's own or near it. How much a client does not know, and how much is not answered yet, differs from client
to client. The same seed gives the same table, and a longer table begins with the shorter one of the same chunk size.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from demandfirst.engine.backends.program.names import input_columns, mark, unknown
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from numpy.typing import NDArray

SEED = 20261122
CHUNK = 250_000
ID = "client_id"
OF_ONE, OF_OTHER = 0.75, 0.15
"""How much of a client comes from one persona, and how much from another."""
DOUBTS = (0.0, 0.02, 0.1, 0.3)
GAPS = (0.0, 0.0, 0.1, 0.4)
"""The share of answers that are *don't know*, or left out; a client has one of each."""
AS_IS, NEAR = 0.5, 0.35
"""How often a number is exactly the persona's, and how far it lies from it otherwise (the logarithm)."""
LARGE = 1e7
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The clients of a chunk: their personas, and what they leave open. `whole`: every question has a value."""

    dice: np.random.Generator
    one: Ints
    other: Ints
    doubt: NDArray[np.float64]
    gaps: NDArray[np.float64]
    whole: bool

    @classmethod
    def made(cls, count: int, personas: int, dice: np.random.Generator, whole: bool) -> Rows:
        """So many clients."""
        one, other = dice.integers(personas, size=count), dice.integers(personas, size=count)
        return cls(dice, one, other, dice.choice(DOUBTS, size=count), dice.choice(GAPS, size=count), whole)

    def sources(self, nobody: int) -> Ints:
        """Whose answer each client has; `nobody` stands for anything at all."""
        drawn = self.dice.random(len(self.one))
        return np.where(drawn < OF_ONE, self.one, np.where(drawn < OF_ONE + OF_OTHER, self.other, nobody))

    def some(self, share: NDArray[np.float64] | float) -> Bools:
        """Some of the clients."""
        return self.dice.random(len(self.one)) < share


def write_table(rulebase: Rulebase, personas: Sequence[Mapping[str, Any]], rows: int, path: Path) -> None:
    """An answers table as a Parquet file."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        for place, frame in enumerate(chunks(rulebase, personas, rows)):
            frame.write_parquet(Path(folder) / f"{place:05}.parquet")
        pl.scan_parquet(Path(folder) / "*.parquet").sink_parquet(path)


def chunks(rulebase: Rulebase, personas: Sequence[Mapping[str, Any]], rows: int) -> Iterator[pl.DataFrame]:
    """An answers table, chunk by chunk."""
    for place, start in enumerate(range(0, rows, CHUNK)):
        yield chunk(rulebase, personas, place, whole=False).slice(0, rows - start)


def chunk(rulebase: Rulebase, personas: Sequence[Mapping[str, Any]], place: int, *, whole: bool) -> pl.DataFrame:
    """One chunk of the table; `whole`: every question is answered with a value."""
    dice = np.random.default_rng([SEED, place])
    rows = Rows.made(CHUNK, len(personas), dice, whole)
    columns: dict[str, pl.Series] = {ID: pl.Series(np.arange(CHUNK, dtype=np.int64) + place * CHUNK)}
    for fact in rulebase.facts.values():
        columns |= answers(fact, [persona.get(fact.id) for persona in personas], rows)
    return pl.DataFrame(columns)


def answers(fact: Fact, known: Sequence[Any], rows: Rows) -> dict[str, pl.Series]:
    """The columns of one fact; `known` are the personas' answers."""
    nobody = len(known)
    dont_know, left_out = (np.array([*(one == gap for one in known), False]) for gap in ("unknown", None))
    whose = rows.sources(nobody)
    if rows.whole or fact.required:
        whose = np.where(dont_know[whose] | left_out[whose], nobody, whose)
    gap = rows.some(0.0 if rows.whole or fact.required else rows.gaps) | left_out[whose]
    doubt = (rows.some(0.0 if rows.whole or fact.required else rows.doubt) | dont_know[whose]) & ~gap
    made = values(fact, known, whose, gap | doubt, rows.dice)
    return made if fact.required else made | {unknown(fact.id): pl.Series(doubt)}


def values(
    fact: Fact, known: Sequence[Any], whose: Ints, without: Bools, dice: np.random.Generator
) -> dict[str, pl.Series]:
    """The columns that hold the answer."""
    if fact.type == "set":
        return sets(fact, known, whose, without, dice)
    if fact.numeric:
        return {fact.id: numbers(fact, known, whose, without, dice)}
    names = [value.id for value in fact.values] if fact.type == "choice" else [False, True]
    of_persona = np.array([*(names.index(one) if one in names else 0 for one in known), 0])
    any_one = dice.integers(len(names), size=len(whose))
    codes = np.where(whose == len(known), any_one, of_persona[whose])
    return {fact.id: pl.Series([*names, None]).gather(np.where(without, len(names), codes))}


def numbers(fact: Fact, known: Sequence[Any], whose: Ints, without: Bools, dice: np.random.Generator) -> pl.Series:
    """Numbers: the persona's, near it, or anything in the range; whole ones, money with two decimals."""
    least, most = float(fact.least), min(float(fact.most), LARGE)
    of_persona = np.array([*(one if isinstance(one, int | float) else least for one in known), 0.0])
    near = of_persona[whose] * np.exp(dice.normal(0.0, NEAR, size=len(whose)))
    like = np.where(dice.random(len(whose)) < AS_IS, of_persona[whose], near)
    anything = max(least, 0.0) + np.expm1(dice.random(len(whose)) * math.log1p(most))
    found = np.where(whose == len(known), anything, like)
    found = np.round(found, 2 if fact.type == "money" else 0)
    found = np.where(without, np.nan, np.clip(found, least, most))
    return pl.Series(found).fill_nan(None)


def sets(
    fact: Fact, known: Sequence[Any], whose: Ints, without: Bools, dice: np.random.Generator
) -> dict[str, pl.Series]:
    """A column for each value of a set."""
    names = [value.id for value in fact.values]
    of_persona = np.array([[isinstance(one, list) and name in one for name in names] for one in [*known, None]])
    anything = dice.random((len(whose), len(names))) < 1 / 3
    chosen = np.where((whose == len(known))[:, None], anything, of_persona[whose])
    if fact.at_least:
        few = chosen.sum(axis=1) < fact.at_least
        chosen |= few[:, None] & (
            dice.permuted(np.tile(np.arange(len(names)), (len(whose), 1)), axis=1) < fact.at_least
        )
    told = pl.Series([False, True, None])
    return {
        mark(fact.id, name): told.gather(np.where(without, 2, chosen[:, place])) for place, name in enumerate(names)
    }


def as_table(rulebase: Rulebase, told: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Client files as an answers table."""
    kinds = {"number": pl.Float64, "text": pl.String, "boolean": pl.Boolean}
    schema = {name: kinds[kind] for name, kind in input_columns(rulebase)}
    return pl.DataFrame([_row(rulebase, one) for one in told], schema=schema)


def _row(rulebase: Rulebase, told: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for fact in rulebase.facts.values():
        answer = told.get(fact.id)
        row[unknown(fact.id)] = answer == "unknown"
        given = None if answer in (None, "unknown") else answer
        if fact.type == "set":
            row |= {mark(fact.id, value.id): None if given is None else value.id in given for value in fact.values}
        else:
            row[fact.id] = given
    return row


def clients(rulebase: Rulebase, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table in which every question is answered, as client files have them."""
    return [{fact.id: _answer(fact, row) for fact in rulebase.facts.values()} for row in frame.iter_rows(named=True)]


def _answer(fact: Fact, row: Mapping[str, Any]) -> Any:
    if fact.type == "set":
        return [value.id for value in fact.values if row[mark(fact.id, value.id)]]
    answer = row[fact.id]
    return int(answer) if fact.numeric and answer == int(answer) else answer
