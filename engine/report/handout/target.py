"""Where a report is written: checked before anything is made, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

Kind = Literal["html", "pdf", "markdown", "docx"]

KINDS: tuple[Kind, ...] = ("html", "pdf", "markdown", "docx")
ENDINGS: dict[str, Kind] = {
    ".html": "html", ".htm": "html", ".pdf": "pdf", ".md": "markdown", ".markdown": "markdown", ".docx": "docx",
}  # fmt: skip
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """The file to write (None: standard output), and the kind of report."""

    path: Path | None
    kind: Kind


def find_target(out: str | None, wanted: Kind | None, read: Iterable[str] = ()) -> Target:
    """Where to write what; `read` are the files that are read. Raises `DemandfirstError` with every fault."""
    if out is None:
        if wanted != "markdown":
            message = _("no file is named to write the report to")
            help_line = _("add `-o report.html`; only Markdown, `--format markdown`, may go to standard output")
            raise DemandfirstError([Fault(Place("-o"), "no-output", message, help_line)])
        return Target(None, wanted)
    path = Path(out)
    faults = list(_unfit(path, read)) or list(_unknown(path, wanted))
    kind = wanted or ENDINGS.get(path.suffix.lower())
    if faults or kind is None:
        raise DemandfirstError(faults)
    return Target(path.resolve(), kind)


def _unfit(path: Path, read: Iterable[str]) -> Iterator[Fault]:
    place = Place(_shown(path))
    try:
        folder, taken = path.resolve().parent, {Path(one).resolve() for one in read}
        if path.is_dir():
            yield Fault(place, "directory", _("`-o` names a folder"), _("name a file in it, such as report.html"))
        elif path.exists() and not path.is_file():
            yield Fault(place, "not-a-file", _("`-o` names something that is no file"), _("name a file to write"))
        elif not folder.is_dir():
            help_line = _("make it first: {command}").format(command=f"mkdir -p {_shown(folder)}")
            yield Fault(place, "no-folder", _("the folder for the report does not exist"), help_line)
        elif path.resolve() in taken:
            yield Fault(place, "same-file", _("`-o` names a file that is read"), _("give the report another name"))
    except (OSError, ValueError, RuntimeError) as error:
        yield _cannot_write(path, error)


def _unknown(path: Path, wanted: Kind | None) -> Iterator[Fault]:
    ending = path.suffix.lower()
    known = ENDINGS.get(ending)
    if known is None and wanted is None:
        listed = ", ".join(ENDINGS)
        help_line = did_you_mean(
            ending, ENDINGS, _("end it in one of {endings}, or add --format").format(endings=listed)
        )
        message = (
            _("no kind of report ends in `{ending}`").format(ending=quote(path.suffix))
            if ending
            else _("the name has no ending that says which kind of report it is")
        )
        yield Fault(Place(_shown(path)), "unknown-format", message, help_line)
    if known and wanted and known != wanted:
        message = _("the name ends like {known}, and the format is {wanted}").format(known=known, wanted=wanted)
        yield Fault(Place(_shown(path)), "two-formats", message, _("leave out `--format`, or give it another ending"))


def write(path: Path, content: bytes) -> None:
    """Write a file whole, or leave what is there. Raises `DemandfirstError`."""
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise DemandfirstError([_cannot_write(path, error)]) from None


def _cannot_write(path: Path, error: Exception) -> Fault:
    reason = (getattr(error, "strerror", None) or _("not a usable path")).lower()
    message = _("the report cannot be written: {reason}").format(reason=reason)
    return Fault(Place(_shown(path)), "cannot-write", message, _("name another file, or mend that first"))


def _shown(path: Path) -> str:
    return quote(path, _LONGEST_PATH)
