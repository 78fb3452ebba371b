"""The files of a rulebase to checked documents that remember where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from demandfirst.engine.errors import Fault, Place, did_you_mean, quote_list
from demandfirst.engine.load.documents import LISTS, MAPPINGS, Shape, TableDoc
from demandfirst.engine.load.files import rulebase_files
from demandfirst.engine.load.text import ReadFault, read_text
from demandfirst.engine.load.yaml_tree import Document, parse, quote
from demandfirst.engine.load.yaml_tree import Path as TreePath
from pydantic import ValidationError

MAX_KNOWLEDGE_BYTES = 2_000_000
T = TypeVar("T", bound=Shape)


@dataclass(frozen=True)
class Entry(Generic[T]):
    """A checked document and where each part of it stands."""

    doc: T
    document: Document
    path: TreePath

    def place(self, *path: str | int) -> Place:
        """The place of a part of the entry."""
        return self.document.place((*self.path, *path))


@dataclass
class Library:
    """All entries by kind, and the faults met on the way."""

    entries: dict[str, list[Entry[Any]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    families: set[str] = field(default_factory=set)

    def of(self, kind: str, shape: type[T]) -> list[Entry[T]]:
        """The entries of one kind."""
        return [entry for entry in self.entries.get(kind, []) if isinstance(entry.doc, shape)]

    def fault(self, place: Place, code: str, message: str, help_line: str = "") -> None:
        """Note a fault and go on."""
        self.faults.append(Fault(place, code, message, help_line))


def read_library(root: Path) -> Library:
    """Read and check every file under `root`; faults are gathered, not raised."""
    library = Library()
    files = rulebase_files(root)
    if not files:
        message = f"`{root.name}` holds no rulebase: no YAML file under knowledge/ or rules/"
        library.fault(Place(str(root)), "no-rulebase", message, "name a folder with knowledge/ and rules/ in it")
    for path in files:
        _read_file(root, path, library)
    return library


def _read_file(root: Path, path: Path, library: Library) -> None:
    name = path.relative_to(root).as_posix()
    try:
        text = read_text(str(path), limit=MAX_KNOWLEDGE_BYTES)
    except ReadFault as error:
        library.faults.append(Fault(Place(name), error.fault.code, error.fault.message, error.fault.help))
        return
    document = parse(text, name)
    library.faults.extend(document.faults)
    if document.data is None and document.faults:
        return
    kind = _kind(path.relative_to(root))
    if kind in LISTS:
        _read_list(document, kind, library)
    elif kind in MAPPINGS:
        _check(document, (), kind, MAPPINGS[kind], library)
    else:
        known = sorted({*LISTS, *MAPPINGS})
        help_line = did_you_mean(kind, known, f"the kinds are {quote_list(known, 20)}")
        library.fault(Place(name), "unknown-file", f"nothing is known of files such as `{quote(path.stem)}`", help_line)


def _kind(relative: Path) -> str:
    """The folder below knowledge/ or rules/ names the kind, else the file's own name."""
    top, *folders = relative.parent.parts
    return "rules" if top == "rules" else folders[0] if folders else relative.stem


def _read_list(document: Document, kind: str, library: Library) -> None:
    if not isinstance(document.data, list):
        library.fault(
            document.place(()), "not-a-list", "the file must be a list of entries", "begin each entry with `- id:`"
        )
        return
    for index, data in enumerate(document.data):
        shape = TableDoc if kind == "rules" and isinstance(data, dict) and "decide" in data else LISTS[kind]
        _check(document, (index,), kind, shape, library)


def _check(document: Document, path: TreePath, kind: str, shape: type[Shape], library: Library) -> None:
    data = document.data
    for step in path:
        data = data[step]
    try:
        doc = shape.model_validate(data)
    except ValidationError as error:
        library.faults.extend(_translate(error, document, path, shape))
    else:
        library.entries.setdefault(kind, []).append(Entry(doc, document, path))


def _translate(error: ValidationError, document: Document, path: TreePath, shape: type[Shape]) -> Iterator[Fault]:
    """Pydantic's errors as faults with places, one for each spot."""
    seen: set[TreePath] = set()
    for detail in error.errors(include_url=False):
        loc = _existing(document, path, detail["loc"])
        if detail["type"] == "missing":
            loc = (*loc, detail["loc"][-1])
        if loc in seen:
            continue
        seen.add(loc)
        word = quote(loc[-1]) if len(loc) > len(path) else "entry"
        yield _fault(detail, word, document.place(loc), shape)


def _existing(document: Document, path: TreePath, loc: TreePath) -> TreePath:
    """The longest part of an error's location that stands in the document (unions add words of their own)."""
    found = path
    for step in loc:
        if (*found, step) in document.lines:
            found = (*found, step)
    return found


def _fault(detail: Any, word: str, place: Place, shape: type[Shape]) -> Fault:
    kind, given = detail["type"], quote(detail.get("input"))
    if kind == "extra_forbidden":
        known = list(shape.model_fields)
        return Fault(
            place,
            "unknown-key",
            f"`{word}` is not a key here",
            did_you_mean(word, known, f"keys: {quote_list(known, 30)}"),
        )
    if kind == "missing":
        return Fault(place, "missing-key", f"`{word}` is missing", f"add `{word}:`")
    if kind == "literal_error":
        expected = str(detail["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
        return Fault(
            place,
            "unknown-value",
            f"`{given}` is not a value of `{word}`",
            did_you_mean(given, expected.split(", "), f"one of {expected}"),
        )
    if kind == "string_pattern_mismatch":
        return Fault(place, "bad-id", f"`{given}` is not an id", "use lower-case letters, digits and `_` (rules: `-`)")
    if kind in ("too_short", "string_too_short"):
        return Fault(place, "empty", f"`{word}` is empty", "write at least one entry")
    return Fault(
        place, "wrong-type", f"`{given}` does not fit `{word}`: {detail['msg'].lower()}", "see docs/knowledge-format.md"
    )
