"""The files of a run that has not come to its end: they lie beside the target, under names that nobody takes for it.

The journal says, part by part, how far the files are good. A killed run may have written more; `resume` cuts that off.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from demandfirst.engine.batch.targets import shown
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

Header = Mapping[str, Any]
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Commit:
    """How far a run is: rows of the input done, sizes and checksums of the files, what the format and the summary remember."""

    rows: int = 0
    size: int = 0
    check: int = 0
    rejected_size: int = 0
    rejected_check: int = 0
    note: Any = None
    state: Any = None
    finished: bool = False


@dataclass
class Growing:
    """A file that grows, with its size and checksum."""

    path: Path
    size: int = 0
    check: int = 0
    file: BinaryIO | None = None

    def open(self, size: int = 0, check: int = 0) -> None:
        """Open the file for appending after `size` bytes; whatever stands after them goes."""
        self.file = self.path.open("r+b" if size else "wb")
        self.size, self.check = size, check
        self.file.truncate(size)
        self.file.seek(size)

    def append(self, data: bytes) -> None:
        """Write bytes through to the system."""
        assert self.file is not None  # noqa: S101
        self.file.write(data)
        self.file.flush()
        self.size += len(data)
        self.check = zlib.crc32(data, self.check)

    def close(self, *, safe: bool = False) -> None:
        """Close the file; `safe` waits until it is on the disk."""
        if self.file is not None:
            if safe:
                os.fsync(self.file.fileno())
            self.file.close()
            self.file = None


@dataclass
class Unfinished:
    """The unfinished files of one target."""

    target: Path

    def __post_init__(self) -> None:
        self.held: BinaryIO | None = None
        name = self.target.name
        self.rejected_target = self.target.with_name(f"{name}.rejected.jsonl")
        self.journal = Growing(self.target.with_name(f"{name}.partial.journal"))
        self.data = Growing(self.target.with_name(f"{name}.partial"))
        self.rejected = Growing(self.target.with_name(f"{name}.rejected.jsonl.partial"))

    @property
    def exists(self) -> bool:
        """Whether an earlier run was left unfinished."""
        return self.journal.path.exists()

    def begin(self, header: Header, head: bytes) -> None:
        """Start anew."""
        self._lock()
        self.journal.open()
        self.data.open()
        self.rejected.open()
        self.data.append(head)
        self._note(header)

    def good(self, header: Header) -> list[Commit]:
        """How far an earlier run got, as far as its files are good; raises `DemandfirstError` where it was another run."""
        if b"\n" not in self.journal.path.read_bytes():
            return []
        (begun, _end), *lines = self._lines() or [({}, 0)]
        damaged = _("the journal of the unfinished run is damaged")
        if differing := list(differences(begun, header)) if begun else [damaged]:
            message = _("cannot resume: {reason}")
            raise DemandfirstError(self._fault("other-run", message.format(reason=text)) for text in differing)
        commits = [Commit(**line) for line, _ in lines]
        if commits and commits[-1].finished:
            return commits
        sizes = _matching(self.data.path, [(one.size, one.check) for one in commits])
        rejected = _matching(self.rejected.path, [(one.rejected_size, one.rejected_check) for one in commits])
        return commits[: min(sizes, rejected)]

    def resume(self, commits: Sequence[Commit]) -> None:
        """Go on after the last of the commits; whatever stands after it in the files goes."""
        self._lock()
        last = commits[-1]
        self.journal.open([end for _, end in self._lines()][len(commits)])
        if not last.finished:
            self.data.open(last.size, last.check)
            self.rejected.open(last.rejected_size, last.rejected_check)

    def commit(self, data: bytes, rejected: bytes, rows: int, note: Any, state: Any) -> None:
        """Append to the files, then say so in the journal."""
        self.data.append(data)
        self.rejected.append(rejected)
        self._commit(rows, note, state)

    def finish(self, tail: bytes, rows: int, state: Any) -> None:
        """Write the end of the file; from now on it is whole."""
        self.data.append(tail)
        self.data.close(safe=True)
        self.rejected.close(safe=True)
        self._commit(rows, None, state, finished=True)

    def publish(self) -> None:
        """Give the finished files their names; a list of rejected rows from an earlier run goes."""
        if self.rejected.path.exists() and self.rejected.path.stat().st_size:
            self.rejected.path.replace(self.rejected_target)
        elif self.rejected.path.exists():
            self.rejected.path.unlink()
            self.rejected_target.unlink(missing_ok=True)
        if self.data.path.exists():
            self.data.path.replace(self.target)

    def done(self) -> None:
        """The run is over, and its journal goes."""
        self.close()
        self.journal.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the files as they are."""
        for growing in (self.data, self.rejected, self.journal):
            with suppress(OSError):
                growing.close()
        if self.held is not None:
            self.held.close()
            self.held = None

    def _commit(self, rows: int, note: Any, state: Any, *, finished: bool = False) -> None:
        commit = Commit(
            rows, self.data.size, self.data.check, self.rejected.size, self.rejected.check, note, state, finished
        )
        self._note(asdict(commit))

    def _note(self, line: Header) -> None:
        self.journal.append(json.dumps(line).encode() + b"\n")

    def _lines(self) -> list[tuple[Any, int]]:
        """The whole lines of the journal, each with the place where it ends; the last may have been cut short."""
        found, at = [], 0
        with suppress(OSError, ValueError):
            for line in self.journal.path.read_bytes().splitlines(keepends=True):
                at += len(line)
                if not line.endswith(b"\n"):
                    break
                found.append((json.loads(line), at))
        return found

    def _lock(self) -> None:
        """Two runs at once would write into each other's files."""
        if self.held is not None:
            return
        self.held = self.journal.path.open("ab")
        if not locked(self.held):
            self.close()
            message = _("another run is writing this output")
            raise DemandfirstError([self._fault("in-use", message, _("wait until it is done"))])

    def _fault(self, code: str, message: str, help_line: str = "") -> Fault:
        anew = _("leave out {option} to start from the first row").format(option="--resume")
        return Fault(Place(shown(self.target)), code, message, help_line or anew)


def locked(file: BinaryIO) -> bool:
    """Take the lock of a file; False where another process has it. Systems without such locks always give it."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def differences(before: Header, now: Header, name: str = "") -> Iterable[str]:
    """What differs between two runs, in words."""
    for key in [*before, *(key for key in now if key not in before)]:
        one, other = before.get(key), now.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from differences(one, other, key)
        elif one != other:
            message = _("{name} was `{before}`, and is now `{now}`")
            yield message.format(name=_named(name, key), before=quote(one), now=quote(other))


def _named(part: str, key: str) -> str:
    """What differs between two runs: an option by its name, everything else in words."""
    if part == "option":
        return _("option {name}").format(name=key)
    name = f"{part} {key}".strip()
    words = {
        "input size": _("input size"), "input time of writing": _("input time of writing"),
        "input content": _("input content"), "rulebase": _("rulebase"), "language": _("language"),
    }  # fmt: skip
    return words.get(name, name)


def _matching(path: Path, marks: Iterable[tuple[int, int]]) -> int:
    """How many of the marks, from the first, agree with the file's bytes."""
    found, at, check = 0, 0, 0
    with suppress(OSError), path.open("rb") as file:
        for size, wanted in marks:
            while at < size and (data := file.read(min(_BLOCK, size - at))):
                check = zlib.crc32(data, check)
                at += len(data)
            if at != size or check != wanted:
                break
            found += 1
    return found
