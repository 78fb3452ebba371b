"""A Parquet file that grows: each part is written by Polars, its pages are copied as they are, the footer comes last.

So nothing that was written is read or compressed again, whatever the number of parts, and an unfinished file has no footer.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.thrift import I64, LIST, STRUCT, Compact, Plan, listed, struct, unsigned, unzigzag

MAGIC = b"PAR1"
ROWS, GROUPS = 3, 4
_END = len(MAGIC) + 4


class ParquetFile:
    """One row group for each part."""

    def __init__(self) -> None:
        self.size = len(MAGIC)
        self.rows = 0
        self.fields: dict[int, tuple[int, bytes]] = {}
        self.groups: list[bytes] = []

    def head(self) -> bytes:
        """What stands before the first part."""
        return MAGIC

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]:
        """The bytes of a part, and what has to be remembered of it."""
        buffer = BytesIO()
        frame.write_parquet(buffer, row_group_size=max(1, frame.height))
        data = buffer.getvalue()
        length = int.from_bytes(data[-_END : -len(MAGIC)], "little")
        pages, footer = data[len(MAGIC) : -_END - length], data[-_END - length : -_END]
        fields, groups = self._read(footer)
        note = {
            "rows": frame.height, "size": len(pages), "groups": [_text(group) for group in groups],
            "fields": [] if self.fields else [[number, kind, _text(value)] for number, (kind, value) in fields.items()],
        }  # fmt: skip
        self.remember([note])
        return pages, note

    def remember(self, notes: Iterable[Any]) -> None:
        """Go on after parts that were written before."""
        for note in notes:
            self.fields |= {number: (kind, b64decode(value)) for number, kind, value in note["fields"]}
            self.groups += [b64decode(group) for group in note["groups"]]
            self.rows += note["rows"]
            self.size += note["size"]

    def tail(self) -> bytes:
        """What stands after the last part."""
        counted = {ROWS: (I64, unsigned(unzigzag(self.rows))), GROUPS: (LIST, listed(STRUCT, self.groups))}
        fields = sorted({**self.fields, **counted}.items())
        footer = struct((number, kind, value) for number, (kind, value) in fields)
        return footer + len(footer).to_bytes(4, "little") + MAGIC

    def _read(self, footer: bytes) -> tuple[dict[int, tuple[int, bytes]], list[bytes]]:
        """The fields of a part's footer but for the row groups, and these, moved to where the part stands."""
        moved = {GROUPS: _moved(self.size - len(MAGIC), len(self.groups))}
        fields = {number: (kind, value) for number, kind, value in Compact(footer).fields(moved)}
        groups = Compact(fields.pop(GROUPS)[1])
        count, kind = groups.entries()
        return fields, [groups.value(kind) for _ in range(count)]


def _moved(by: int, before: int) -> Plan:
    """What changes in a row group that is moved: every place in the file that it names, and its number."""

    def place(number: int) -> int:
        return number + by if number > 0 else number

    pages: Plan = {9: place, 10: place, 11: place, 14: place}
    column: Plan = {2: place, 3: pages, 4: place, 6: place}
    return {1: column, 5: place, 7: lambda number: number + before}


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")
