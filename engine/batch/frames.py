"""A table of clients in memory, advised: for programs that hold their leads in a DataFrame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
from demandfirst.engine.batch.advising import Advising
from demandfirst.engine.batch.answers import AnswersReader
from demandfirst.engine.batch.choice import DEFAULT, Choice
from demandfirst.engine.batch.engines import engines
from demandfirst.engine.batch.figures import Style
from demandfirst.engine.batch.header import Header, read_header
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.layout import kept_columns, laid_out
from demandfirst.engine.batch.mapping import Blank, Mapping
from demandfirst.engine.batch.raw import Raw, row_numbers
from demandfirst.engine.batch.reading import CHUNK_ROWS, Reader
from demandfirst.engine.batch.rejection import Rejection
from demandfirst.engine.batch.source import Source
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import speaking

if TYPE_CHECKING:
    from demandfirst.engine.advise import Advisor

NAME = "table"


@dataclass(frozen=True, slots=True)
class AdvisedTable:
    """The rows that could be advised, in their order, and the reasons why others could not."""

    table: pl.DataFrame
    rejected: tuple[Rejection, ...]


def advise_table(
    frame: Any,
    columns: Sequence[str] = DEFAULT,
    *,
    advisor: Advisor | None = None,
    keep: Sequence[str] | None = None,
    mapping: Mapping | None = None,
    blank: Blank | None = None,
) -> AdvisedTable:
    """Advise the rows of a DataFrame (Polars, pandas, PyArrow); `columns` and `keep` as for `demandfirst batch`.

    The columns of the frame are those of an input file, its words in whichever language. Raises `DemandfirstError` where they
    cannot be used.
    """
    from demandfirst.engine.advise import load

    rulebase = (advisor or load()).for_lists
    with speaking(rulebase.language):
        return _advised(rulebase, nw.from_native(frame, eager_only=True).to_polars(), columns, keep, mapping, blank)


def _advised(
    rulebase: Rulebase, given: pl.DataFrame, columns: Sequence[str], keep: Sequence[str] | None, mapping: Mapping | None,
    blank: Blank | None,
) -> AdvisedTable:  # fmt: skip
    by_columns = engines(rulebase).columns
    shown = Choice(rulebase, by_columns.program.outputs, text=False).columns(columns)
    reader = _reader(given, rulebase.facts, mapping or Mapping(), blank)
    kept = kept_columns(keep, reader, shown, NAME)
    needs = dict.fromkeys(name for one in shown for name in one.needs)
    advising = Advising(rulebase, needs, by_columns.advise)
    chunks = list(reader.chunks())
    advised = [advising.advise(chunk) for chunk in chunks] or [advising.nothing(given.clear())]
    table = pl.concat(laid_out(one, kept, shown) for one in advised)
    return AdvisedTable(table, tuple(one for chunk in chunks for one in chunk.rejected))


def _reader(table: pl.DataFrame, facts: Any, mapping: Mapping, blank: Blank | None) -> Reader:
    """A reader of the table, as of a file with these columns."""
    header = read_header(table.columns, mapping, facts, NAME)
    blank_unknown = (blank or mapping.blank) == "unknown"
    answers = AnswersReader(facts, mapping, Style(mapping.decimal), blank_unknown=blank_unknown)
    return Reader(Source(NAME, "arrow"), header, table.height, True, answers, _parts(table, header))


def _parts(table: pl.DataFrame, header: Header) -> Iterator[Raw]:
    """The table in parts."""
    for first in range(0, table.height, CHUNK_ROWS):
        part = table.slice(first, CHUNK_ROWS)
        rows = row_numbers(first + 1, part.height)
        yield Raw(first + 1, part.height, part, rows, targets=header.targets, kept=part.select(header.kept))
