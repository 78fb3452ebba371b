"""An Arrow file that grows: the record batches of each part as Polars writes them, the footer with their places last."""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from demandfirst.engine.batch.imported import pl

MAGIC = b"ARROW1"
HEAD = MAGIC + b"\0\0"
END_OF_BATCHES = b"\xff\xff\xff\xff\0\0\0\0"
DICTIONARIES, BATCHES = 2, 3
"""The numbers of the fields of the footer that list the words of enumerations, and the record batches."""
_BLOCK = struct.Struct("<qi4xq")
_ALIGNED = 8


class ArrowFile:
    """One record batch for each part; enumerations have the same words in every part, so those of the first stand for all."""

    def __init__(self) -> None:
        self.size = len(HEAD)
        self.footer = b""
        self.blocks: list[tuple[int, int, int]] = []

    def head(self) -> bytes:
        """What stands before the first part."""
        return HEAD

    def part(self, frame: pl.DataFrame) -> tuple[bytes, Any]:
        """The bytes of a part, and what has to be remembered of it."""
        data = _file(frame)
        length = int.from_bytes(data[-len(MAGIC) - 4 : -len(MAGIC)], "little")
        end = len(data) - len(MAGIC) - 4 - length
        footer = data[end : end + length]
        blocks = _blocks(footer, BATCHES)
        first = not self.footer
        places = [*blocks, *(_blocks(footer, DICTIONARIES) if first else [])]
        start = len(HEAD) if first else min((at for at, _, _ in blocks), default=end)
        stop = max((at + meta + body for at, meta, body in places), default=start)
        if first and not places:
            stop = end - len(END_OF_BATCHES) if data[:end].endswith(END_OF_BATCHES) else end
        note = {
            "size": stop - start, "blocks": [[at - start + self.size, meta, body] for at, meta, body in blocks],
            "footer": "" if self.footer else b64encode(footer).decode("ascii"),
        }  # fmt: skip
        self.remember([note])
        return data[start:stop], note

    def remember(self, notes: Iterable[Any]) -> None:
        """Go on after parts that were written before."""
        for note in notes:
            self.size += note["size"]
            self.blocks += [tuple(block) for block in note["blocks"]]
            self.footer = self.footer or b64decode(note["footer"])

    def tail(self) -> bytes:
        """What stands after the last part."""
        footer = _with_blocks(self.footer, self.blocks)
        return END_OF_BATCHES + footer + len(footer).to_bytes(4, "little") + MAGIC


def _file(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.rechunk().write_ipc(buffer, compat_level=pl.CompatLevel.oldest(), record_batch_size=max(1, frame.height))
    return buffer.getvalue()


def _field(footer: bytes, number: int) -> int:
    """Where a field of the footer, a flatbuffer, stands; 0 where it is left out."""
    table = int.from_bytes(footer[:4], "little")
    rows = table - int.from_bytes(footer[table : table + 4], "little", signed=True)
    entry = 4 + 2 * number
    if entry >= int.from_bytes(footer[rows : rows + 2], "little"):
        return 0
    offset = int.from_bytes(footer[rows + entry : rows + entry + 2], "little")
    return table + offset if offset else 0


def _blocks(footer: bytes, number: int) -> list[tuple[int, int, int]]:
    """The place of each record batch or dictionary, and the lengths of its two parts."""
    field = _field(footer, number)
    if not field:
        return []
    at = field + int.from_bytes(footer[field : field + 4], "little")
    count = int.from_bytes(footer[at : at + 4], "little")
    return [_BLOCK.unpack_from(footer, at + 4 + _BLOCK.size * index) for index in range(count)]


def _with_blocks(footer: bytes, blocks: list[tuple[int, int, int]]) -> bytes:
    """The footer with another list of record batches, which comes to stand at its end."""
    field = _field(footer, BATCHES)
    if not field:
        return footer
    padded = footer + b"\0" * ((4 - len(footer)) % _ALIGNED)
    distance = (len(padded) - field).to_bytes(4, "little")
    listed = len(blocks).to_bytes(4, "little") + b"".join(_BLOCK.pack(*block) for block in blocks)
    return padded[:field] + distance + padded[field + 4 :] + listed
