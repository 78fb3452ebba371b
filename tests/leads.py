"""Lists of clients in files, for the tests of batches."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import demandfirst
import pytest
from demandfirst.engine.batch.answers import answers_in
from demandfirst.engine.batch.reading import Chunk, Reader, open_source
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.rulebase import Rulebase

HEADER = "id,business_type,goals,seo,marketing_budget\n"
ROW = "{id},ecommerce,sales,used,1000\n"


@cache
def rulebase() -> Rulebase:
    """The built-in rulebase."""
    return demandfirst.load().rulebase


@contextmanager
def a_file(content: bytes | str, name: str = "leads.csv") -> Iterator[str]:
    """A file with a content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield str(path)


def chunks_of(path: str, **options: Any) -> tuple[Reader, list[Chunk]]:
    """All chunks of a file; every record is in one place or another."""
    reader = open_source(path, rulebase(), **options)
    chunks = list(reader.chunks())
    row = options.get("skip_rows", 0) + 1
    for chunk in chunks:
        assert chunk.first_row == row
        assert chunk.rows == chunk.answers.height + len(chunk.bounded) + len({one.row for one in chunk.rejected})
        assert len(chunk.bounded) == len(chunk.bounded_kept) or not reader.kept
        assert list(chunk.kept.columns) == list(reader.kept)
        row += chunk.rows
    return reader, chunks


def read_text(content: bytes | str, name: str = "leads.csv", **options: Any) -> tuple[Reader, list[Chunk]]:
    """All chunks of a file with a content."""
    with a_file(content, name) as path:
        return chunks_of(path, **options)


def by_row(chunks: list[Chunk]) -> dict[int, dict[str, Answer]]:
    """The answers of every row that is not rejected."""
    facts = rulebase().facts
    exact = {row["_row"]: answers_in(row, facts, {}) for chunk in chunks for row in chunk.answers.to_dicts()}
    return exact | {row: answers for chunk in chunks for row, answers in chunk.bounded}


def rejected(chunks: list[Chunk]) -> list[tuple[int, int, str, str]]:
    """Row, line, column and code of every rejection."""
    return [(one.row, one.line, one.column, one.code) for chunk in chunks for one in chunk.rejected]


def refused(content: bytes | str, name: str = "leads.csv", **options: Any) -> list[str]:
    """The codes of the faults for which a file cannot be used."""
    with pytest.raises(DemandfirstError) as error:
        read_text(content, name, **options)
    assert all(fault.help and "\n" not in fault.message for fault in error.value.faults)
    return [fault.code for fault in error.value.faults]


def written(write: Callable[[Any], Any]) -> bytes:
    """What a writer of polars writes."""
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def lines_of(objects: list[Any]) -> str:
    """Objects as JSON Lines."""
    return "".join(f"{json.dumps(one)}\n" for one in objects)
