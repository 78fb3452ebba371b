"""Reading files that people wrote: size, encoding and permission faults, never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.language import _

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
        raise ReadFault(
            Fault(place, "no-file", _("there is no file `{path}`").format(path=path), _neighbours(path))
        ) from None
    except IsADirectoryError:
        raise ReadFault(
            Fault(place, "directory", _("`{path}` is a directory").format(path=path), _("name a file in it"))
        ) from None
    except PermissionError:
        raise ReadFault(
            Fault(place, "no-permission", _("`{path}` may not be read").format(path=path), _("check its permissions"))
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or _("not a usable path")
        message = _("`{path}` cannot be read: {reason}").format(path=path, reason=reason.lower())
        raise ReadFault(Fault(place, "unreadable", message, _("name another file, or - for standard input"))) from None


def decode(raw: bytes, place: Place, limit: int = MAX_BYTES) -> str:
    """Bytes as text; UTF-8, or UTF-16 where a byte order mark says so."""
    if len(raw) > limit:
        help_line = _("such a file has a few kilobytes: is this the right one?")
        raise ReadFault(
            Fault(place, "too-large", _("the file is larger than {limit} kB").format(limit=limit // 1000), help_line)
        )
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        help_line = _("save it as UTF-8 text, in YAML or JSON")
        raise ReadFault(Fault(Place(place.file, line), "not-text", _("the file is not text"), help_line)) from None
    if "\x00" in text:
        raise ReadFault(
            Fault(place, "not-text", _("the file is not text"), _("save it as UTF-8 text, in YAML or JSON"))
        )
    return text


def _neighbours(path: str) -> str:
    from demandfirst.engine.errors import did_you_mean

    parent = Path(path).parent
    try:
        names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    except OSError:
        names = []
    return did_you_mean(Path(path).name, names, _("check the spelling of the path"))
