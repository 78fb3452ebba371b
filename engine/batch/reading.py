"""A file of leads to chunks of the answers table, with the rows that are set aside and the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from demandfirst.engine.batch.answers import Answers, AnswersReader, answers_in
from demandfirst.engine.batch.figures import Style
from demandfirst.engine.batch.header import Guess, Header, plan, raise_all, read_header
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.mapping import Blank, Mapping
from demandfirst.engine.batch.raw import Raw, some_rows
from demandfirst.engine.batch.raw_csv import read_csv, read_header_line
from demandfirst.engine.batch.raw_json import Objects, columns_of, fact_columns, kept_columns, read_objects
from demandfirst.engine.batch.raw_table import Table
from demandfirst.engine.batch.rejection import Rejection, cut
from demandfirst.engine.batch.source import Source, find_source
from demandfirst.engine.batch.within import Unpacker, unpacked
from demandfirst.engine.errors import Fault
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _

CHUNK_ROWS = 100_000


@dataclass
class Chunk:
    """Rows of the input, one after the other: those that can be advised in columns, those with bounds, and those set aside."""

    first_row: int
    rows: int
    answers: pl.DataFrame
    kept: pl.DataFrame
    bounded: list[tuple[int, dict[str, Answer]]]
    bounded_kept: pl.DataFrame
    rejected: list[Rejection]


@dataclass
class Reader:
    """A file of leads that can be read: what its columns are taken for, how many rows it has, and its chunks."""

    source: Source
    header: Header
    total_rows: int | None
    exact_total: bool
    answers: AnswersReader
    raws: Iterator[Raw]
    skip_rows: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the input."""
        return self.header.columns

    @property
    def facts(self) -> dict[str, str]:
        """Column of the input -> the fact that is read from it."""
        return self.header.facts

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that are passed through."""
        return self.header.kept

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """Columns that may be meant for facts."""
        return self.header.guesses

    def chunks(self) -> Iterator[Chunk]:
        """The chunks in order; may raise `DemandfirstError` where the file cannot be read any further."""
        for raw in self.raws:
            if raw.first_row + raw.records - 1 <= self.skip_rows:
                continue
            yield self._chunk(raw.rows_from(self.skip_rows + 1) if raw.first_row <= self.skip_rows else raw)

    def _chunk(self, raw: Raw) -> Chunk:
        found = self.answers.read(raw)
        bad = {wrong.at for _, wrong in found.wrong}
        bounded = [at for at in sorted(found.bounded) if at not in bad]
        answers, kept, bounded_kept = found.table, raw.kept, raw.kept.clear()
        with_bounds: list[tuple[int, dict[str, Answer]]] = []
        if bad or bounded:
            rows = answers[bounded].to_dicts()
            with_bounds = [
                (row["_row"], answers_in(row, self.answers.facts, found.bounded[at]))
                for at, row in zip(bounded, rows, strict=True)
            ]
            out = pl.Series(sorted(bad | set(bounded)), dtype=pl.Int64)
            good = ~pl.int_range(len(raw.rows), eager=True, dtype=pl.Int64).is_in(out.implode())
            bounded_kept = kept[bounded] if kept.width else kept
            answers, kept = answers.filter(good), some_rows(kept, good)
        rejected = sorted([*raw.rejected, *_rejections(raw, found)], key=lambda one: one.row)
        return Chunk(raw.first_row, raw.records, answers, kept, with_bounds, bounded_kept, rejected)


def _rejections(raw: Raw, found: Answers) -> Iterator[Rejection]:
    for column, wrong in found.wrong:
        row, line, fault = int(raw.rows[wrong.at]), raw.line(wrong.at), wrong.fault
        named = f"{raw.within}.{column}" if raw.within else column
        fact = raw.targets[column].fact if column in raw.targets else wrong.name
        yield Rejection(row, line, named, fact, fault.code, fault.message, fault.help, cut(wrong.shown))


def open_source(  # noqa: PLR0913 - the options of the command
    path: str,
    rulebase: Rulebase,
    *,
    format: str | None = None,  # noqa: A002 - the word of the option
    mapping: Mapping | None = None,
    blank: Blank | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    json_column: str | None = None,
    chunk_rows: int = CHUNK_ROWS,
    skip_rows: int = 0,
) -> Reader:
    """A reader for a file of leads; raises `DemandfirstError` with every fault where it cannot be used."""
    mapping = mapping or Mapping()
    source = find_source(path, format, encoding, delimiter)
    style = Style(decimal or mapping.decimal, dot_is_decimal=source.format != "csv" or source.delimiter != ";")
    blank_unknown = (blank or mapping.blank) == "unknown"
    opener = _Opener(source, rulebase, mapping, json_column, chunk_rows, blank_unknown=blank_unknown)
    header, raws, total = opener.open()
    answers = AnswersReader(rulebase.facts, mapping, style, blank_unknown=blank_unknown)
    notes = [note for note in (source.note, *header.notes) if note]
    opener.notes = notes
    exact = source.format in ("parquet", "arrow") and total is not None
    return Reader(source, header, total, exact, answers, raws, skip_rows, notes)


class _Opener:
    """Finds the columns of a file, and begins to read it."""

    def __init__(
        self, source: Source, rulebase: Rulebase, mapping: Mapping, json_column: str | None, chunk_rows: int, *, blank_unknown: bool
    ) -> None:  # fmt: skip
        self.source = source
        self.facts = rulebase.facts
        self.mapping = mapping
        self.json_column = json_column
        self.chunk_rows = chunk_rows
        self.blank_unknown = blank_unknown
        self.notes: list[str] = []
        self.late: set[str] = set()

    def open(self) -> tuple[Header, Iterator[Raw], int | None]:
        """The header, the records, and the number of rows."""
        if self.source.format == "jsonl":
            return self._json()
        if self.source.format == "csv":
            columns = read_header_line(self.source)
            header = self._header(columns)
            raws = self._planned(read_csv(self.source, columns, self.chunk_rows), header)
            return header, raws, None if self.source.lines is None else max(self.source.lines - 1, 0)
        table = Table(self.source)
        header = self._header(list(table.schema))
        return header, self._planned(table.chunks(self.chunk_rows), header), table.rows

    def _header(self, columns: list[str]) -> Header:
        return read_header(columns, self.mapping, self.facts, self.source.path, self.json_column)

    def _planned(self, raws: Iterator[Raw], header: Header) -> Iterator[Raw]:
        planned = (replace(raw, targets=header.targets, kept=raw.frame.select(header.kept)) for raw in raws)
        return self._unpacked(planned) if self.json_column else planned

    def _unpacked(self, raws: Iterator[Raw]) -> Iterator[Raw]:
        column = self.json_column or ""
        unpacker = Unpacker(self.source.path, column, self.mapping, self.facts, blank_unknown=self.blank_unknown)
        return unpacked(raws, unpacker)

    def _json(self) -> tuple[Header, Iterator[Raw], int | None]:
        chunks = read_objects(self.source, self.chunk_rows)
        first = next(chunks, Objects(1))
        header = self._header(columns_of(first.objects)) if first.objects else Header(())
        return header, self._objects(first, chunks, header), self.source.lines

    def _objects(self, first: Objects, others: Iterator[Objects], header: Header) -> Iterator[Raw]:
        raws = (self._raw(chunk, header) for chunks in ([first], others) for chunk in chunks)
        return self._unpacked(raws) if self.json_column else raws

    def _raw(self, chunk: Objects, header: Header) -> Raw:
        rows, lines = pl.Series("_row", chunk.rows, dtype=pl.Int64), pl.Series(chunk.lines, dtype=pl.Int64)
        raw = Raw(chunk.first_row, chunk.records, pl.DataFrame(), rows, lines, chunk.rejected)
        raw.kept = kept_columns(chunk.objects, header.kept)
        keys = columns_of(chunk.objects)
        if self.json_column:
            self._note_late(keys, header)
            column = pl.Series(self.json_column, [one.get(self.json_column) for one in chunk.objects], dtype=pl.Object)
            raw.frame = column.to_frame()
            return raw
        faults: list[Fault] = []
        columns = [*header.columns, *(key for key in keys if key not in header.columns)]
        found = plan(columns, self.mapping, self.facts, self.source.path, faults)
        raise_all(faults)
        self._note_late([key for key in keys if key not in found.targets], header)
        raw.targets = found.targets
        raw.frame, raw.numbers = fact_columns(chunk.objects, raw.targets, self.facts, blank_unknown=self.blank_unknown)
        return raw

    def _note_late(self, keys: list[str], header: Header) -> None:
        """A key that the first chunk did not have is not passed through, and that is said."""
        for key in keys:
            if key not in header.columns and key not in self.late:
                self.late.add(key)
                note = _("the key `{key}` comes first after row {row} and is not passed through")
                self.notes.append(note.format(key=key, row=self.chunk_rows))
