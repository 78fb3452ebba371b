"""Where a run writes: checked before anything is read, so that a night's work does not end at a folder that is not there."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demandfirst.engine.batch.writing import ENDINGS, FORMATS
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Targets:
    """The files that a run writes; links are followed, so that what they point to is replaced."""

    out: Path
    format: str
    summary: Path | None
    calls: Path | None


def find_targets(
    source: str, out: str, form: str | None, summary: str | None = None, calls: str | None = None
) -> Targets:
    """The files to write; raises `DemandfirstError` with every fault."""
    given = {"-o": out, "--summary": summary, "--calls": calls}
    named = {option: Path(path) for option, path in given.items() if path is not None}
    paths = {option: path.resolve() for option, path in named.items()}
    faults = [fault for option, path in named.items() for fault in _unfit(option, path)]
    faults += _same(source, paths)
    ending = Path(out).suffix.lower()
    found = form or ENDINGS.get(ending)
    if found is None and not faults:
        otherwise = _("end it in {endings}, or name a format with {option}").format(
            endings=", ".join(ENDINGS), option="--out-format"
        )
        what = _("no format is known that ends in `{ending}`").format(ending=quote(ending))
        what = what if ending else _("the name has no ending")
        faults.append(Fault(Place(shown(out)), "unknown-format", what, did_you_mean(ending, ENDINGS, otherwise)))
    elif found and found not in FORMATS:
        message = _("`{word}` is no format").format(word=quote(found))
        faults.append(Fault(Place("--out-format"), "unknown-format", message, did_you_mean(found, FORMATS)))
    if faults or found is None:
        raise DemandfirstError(faults)
    return Targets(paths["-o"], found, paths.get("--summary"), paths.get("--calls"))


def _unfit(option: str, path: Path) -> Iterator[Fault]:
    place, folder = Place(shown(path)), path.resolve().parent
    if path.exists() and not path.is_file():
        message = _("{option} names something that is no file").format(option=option)
        yield Fault(place, "not-a-file", message, _("name a file to write"))
    elif not folder.is_dir():
        help_line = _("make it first: {command}").format(command=f"mkdir -p {shown(folder)}")
        yield Fault(place, "no-folder", _("the folder for {option} does not exist").format(option=option), help_line)


def _same(source: str, paths: dict[str, Path]) -> Iterator[Fault]:
    """What is read is never written to, and every output has a file of its own."""
    rejected = _("the list of rejected rows")
    taken = {Path(source).resolve(): _("the input")}
    for option, path in [*paths.items(), *((rejected, path) for path in rejected_beside(paths))]:
        if path in taken:
            message = _("{one} is the same file as {other}").format(one=option, other=taken[path])
            yield Fault(Place(shown(path)), "same-file", message, _("give it another name"))
        taken[path] = option


def rejected_beside(paths: dict[str, Path]) -> Iterable[Path]:
    """Where the rejected rows of an output go."""
    return [paths["-o"].with_name(f"{paths['-o'].name}.rejected.jsonl")]


def shown(path: Path | str) -> str:
    """A path for a message."""
    return quote(path, _LONGEST_PATH)


@contextmanager
def writing(path: Path, rows: int | None = None) -> Iterator[None]:
    """Whatever keeps a file from being written is a fault that says how far it got."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or _("no reason given")).lower()
        message = _("it cannot be written: {reason}").format(reason=reason)
        if rows is not None:
            message = _("it cannot be written after row {row}: {reason}").format(row=rows, reason=reason)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        help_line = _("make room, then go on with {option}") if full else _("mend that, then go on with {option}")
        said = help_line.format(option="--resume")
        raise DemandfirstError([Fault(Place(shown(path)), "cannot-write", message, said)]) from error
