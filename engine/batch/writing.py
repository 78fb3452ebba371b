"""Files that grow part by part; each part is made in memory, so that a full disk is met in one place only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Protocol

from demandfirst.engine.batch.arrow import ArrowFile
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.parquet import ParquetFile
from demandfirst.engine.batch.safe_cells import as_text, guarded, plain


class GrowingFile(Protocol):
    """A file in one format: `part` gives bytes to append and a note; `remember` takes notes to go on where others stopped."""

    def head(self) -> bytes: ...

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]: ...

    def remember(self, notes: Iterable[Any]) -> None: ...

    def tail(self) -> bytes: ...


class Plain:
    """A format without a head or a tail."""

    def head(self) -> bytes:
        """What stands before the first part."""
        return b""

    def tail(self) -> bytes:
        """What stands after the last part."""
        return b""


class CsvFile(Plain):
    """Comma-separated, UTF-8; the names of the columns stand before the first part."""

    def __init__(self) -> None:
        self.begun = False

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]:
        """The bytes of a part."""
        buffer = BytesIO()
        guarded(as_text(plain(frame, flat=True))).write_csv(buffer, include_header=not self.begun)
        self.begun = True
        return buffer.getvalue(), None

    def remember(self, notes: Iterable[Any]) -> None:
        """Go on after parts that were written before."""
        self.begun = any(True for _ in notes)


class LinesFile(Plain):
    """JSON Lines."""

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]:
        """The bytes of a part."""
        buffer = BytesIO()
        as_text(plain(frame, flat=False)).write_ndjson(buffer)
        return buffer.getvalue(), None

    def remember(self, notes: Iterable[Any]) -> None:
        """Go on after parts that were written before."""


class PlainParquet(ParquetFile):
    """Parquet, categories as words: their numbers would differ from part to part."""

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]:
        """The bytes of a part, and what has to be remembered of it."""
        return super().part(plain(frame, flat=False))


class PlainArrow(ArrowFile):
    """Arrow, categories as words."""

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]:
        """The bytes of a part, and what has to be remembered of it."""
        return super().part(plain(frame, flat=False))


FORMATS: dict[str, Callable[[], GrowingFile]] = {
    "csv": CsvFile,
    "parquet": PlainParquet,
    "jsonl": LinesFile,
    "arrow": PlainArrow,
}
TEXT_FORMATS = ("csv", "jsonl")
ENDINGS = {
    ".csv": "csv", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".arrow": "arrow",
    ".feather": "arrow", ".ipc": "arrow",
}  # fmt: skip
