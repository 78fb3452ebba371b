"""Reading files that people wrote: size, encoding and permission faults, never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from demandfirst.engine.errors import Fault, Place

MAX_BYTES = 1_000_000
STDIN = "-"


class ReadFault(Exception):
    """A file cannot be read as text."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def read_text(path: str, stdin: BinaryIO | None = None, limit: int = MAX_BYTES) -> str:
    """The text of a file, or of standard input for `-`; a byte order mark is accepted."""
    if path == STDIN:
        return decode((stdin or sys.stdin.buffer).read(limit + 1), Place("standard input"), limit)
    place = Place(path)
    try:
        with Path(path).open("rb") as file:
            return decode(file.read(limit + 1), place, limit)
    except FileNotFoundError:
        raise ReadFault(Fault(place, "no-file", f"there is no file `{path}`", _neighbours(path))) from None
    except IsADirectoryError:
        raise ReadFault(Fault(place, "directory", f"`{path}` is a directory", "name a file in it")) from None
    except PermissionError:
        raise ReadFault(Fault(place, "no-permission", f"`{path}` may not be read", "check its permissions")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        message = f"`{path}` cannot be read: {reason.lower()}"
        raise ReadFault(Fault(place, "unreadable", message, "name another file, or - for standard input")) from None


def decode(raw: bytes, place: Place, limit: int = MAX_BYTES) -> str:
    """Bytes as text; UTF-8, or UTF-16 where a byte order mark says so."""
    if len(raw) > limit:
        help_line = "such a file has a few kilobytes: is this the right one?"
        raise ReadFault(Fault(place, "too-large", f"the file is larger than {limit // 1000} kB", help_line))
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        help_line = "save it as UTF-8 text, in YAML or JSON"
        raise ReadFault(Fault(Place(place.file, line), "not-text", "the file is not text", help_line)) from None
    if "\x00" in text:
        raise ReadFault(Fault(place, "not-text", "the file is not text", "save it as UTF-8 text, in YAML or JSON"))
    return text


def _neighbours(path: str) -> str:
    from demandfirst.engine.errors import did_you_mean

    parent = Path(path).parent
    try:
        names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    except OSError:
        names = []
    return did_you_mean(Path(path).name, names, "check the spelling of the path")
