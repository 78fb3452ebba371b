"""Parquet and Arrow: tables that are typed already, read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.raw import Raw, row_numbers
from demandfirst.engine.batch.source import Source, fail, opened
from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import _

FILE_MARK = b"ARROW1"
_DAMAGED = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)


class Table:
    """A file of columns: their names and types, the number of rows where the file says it, and the batches."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.row = 0
        with opened(source) as file:
            self.stream = source.format == "arrow" and file.read(len(FILE_MARK)) != FILE_MARK
        with self.readable(_("the file is damaged, cut off, or of another format")):
            self.schema, self.rows = self._describe()

    def _describe(self) -> tuple[pl.Schema, int | None]:
        if self.stream:
            with _stream(self.source) as reader:
                return pl.from_arrow(reader.schema.empty_table()).schema, None  # type: ignore[union-attr]
        scan = self._scan()
        return scan.collect_schema(), scan.select(pl.len()).collect().item()

    def _scan(self) -> pl.LazyFrame:
        if self.source.format == "parquet":
            return pl.scan_parquet(self.source.path, glob=False, hive_partitioning=False)
        return pl.scan_ipc(self.source.path, glob=False, hive_partitioning=False)

    def chunks(self, chunk_rows: int) -> Iterator[Raw]:
        """The rows in order; raises `DemandfirstError` where the file cannot be read any further."""
        batches = self._stream(chunk_rows) if self.stream else self._batches(chunk_rows)
        while True:
            with self.readable(_("the file cannot be read after row {row}").format(row=self.row)):
                frame = next(batches, None)
            if frame is None:
                return
            yield Raw(self.row + 1, frame.height, frame, row_numbers(self.row + 1, frame.height))
            self.row += frame.height

    def _batches(self, chunk_rows: int) -> Iterator[pl.DataFrame]:
        """The rows part by part; of Parquet `collect_batches` would read far ahead, and memory would grow with the file."""
        scan = self._scan()
        if self.source.format == "arrow":  # where a part would cost as much as the record batch that it is in
            yield from scan.collect_batches(chunk_size=chunk_rows, maintain_order=True)
            return
        for at in range(0, self.rows or 0, chunk_rows):
            yield scan.slice(at, chunk_rows).collect()

    def _stream(self, chunk_rows: int) -> Iterator[pl.DataFrame]:
        with _stream(self.source) as reader:
            for batch in reader:
                table: Any = pl.from_arrow(batch)
                yield from (part for part in table.iter_slices(chunk_rows) if part.height)

    @contextmanager
    def readable(self, message: str) -> Iterator[None]:
        """Whatever goes wrong is a fault of the file."""
        try:
            yield
        except pl.exceptions.DuplicateError:
            message, help_line = _("two columns have the same name"), _("rename or remove one")
            raise fail(self.source.path, "duplicate-column", message, help_line) from None
        except _DAMAGED as error:
            first = str(error).partition("\n")[0][:120]
            help_line = _("export it again ({reason})").format(reason=first) if first else _("export it again")
            raise fail(self.source.path, f"not-{self.source.format}", message, help_line) from None


@contextmanager
def _stream(source: Source) -> Iterator[Any]:
    try:
        import pyarrow as pa  # type: ignore[import-untyped]
    except ImportError:
        message = _("an Arrow stream needs {library}: {install}")
        raise MissingExtra(message.format(library="pyarrow", install="pip install 'demandfirst[batch]'")) from None
    with Path(source.path).open("rb") as file, pa.ipc.open_stream(file) as reader:
        yield reader
