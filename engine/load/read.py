"""The files of a rulebase to checked documents that remember where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from demandfirst.engine.errors import Fault, Place, did_you_mean, quote_list
from demandfirst.engine.load.documents import LISTS, MAPPINGS, Shape, TableDoc
from demandfirst.engine.load.files import rulebase_files
from demandfirst.engine.load.text import ReadFault, read_text
from demandfirst.engine.load.yaml_tree import Document, parse, quote
from demandfirst.engine.load.yaml_tree import Path as TreePath
from pydantic import ValidationError

MAX_KNOWLEDGE_BYTES = 2_000_000
WANTED = {
    "string_type": "a text (in quotes, if it looks like a number, a date or yes/no)",
    "string_too_long": "at most {max_length} characters",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping, `key: value`",
    "greater_than_equal": "a number of {ge} or more",
    "less_than_equal": "a number of {le} or less",
}
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
    """All entries by kind, and the faults met on the way.

    `broken`: ids that stand in entries which are wrong themselves, so that nobody misses them. `unread`: a file could not be
    read to its end, so that any id may stand in it.
    """

    entries: dict[str, list[Entry[Any]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    unread: bool = False
    families: set[str] = field(default_factory=set)

    def of(self, kind: str, shape: type[T]) -> list[Entry[T]]:
        """The entries of one kind."""
        return [entry for entry in self.entries.get(kind, []) if isinstance(entry.doc, shape)]

    def fault(self, place: Place, code: str, message: str, help_line: str = "") -> None:
        """Note a fault and go on."""
        self.faults.append(Fault(place, code, message, help_line))

    def own_faults(self) -> list[Fault]:
        """The faults less those that only say that something broken is missing."""
        return [fault for fault in self.faults if not (_misses(fault) and _word(fault) in self.broken)]


def _misses(fault: Fault) -> bool:
    if fault.code in ("unknown-key", "unknown-file", "unknown-function"):
        return False
    return fault.code.startswith("unknown-") or fault.code in ("varies-by", "undecided")


def _word(fault: Fault) -> str:
    """The first word of a message that stands in backticks."""
    return fault.message.partition("`")[2].partition("`")[0].strip("{}")


def read_library(root: Path) -> Library:
    """Read and check every file under `root`; faults are gathered, not raised."""
    library = Library()
    files = rulebase_files(root)
    if not files:
        message = f"`{root.name}` holds no rulebase: no YAML file under knowledge/ or rules/"
        library.fault(Place(str(root)), "no-rulebase", message, "name a folder with knowledge/ and rules/ in it")
        library.unread = True
    for path in files:
        _read_file(root, path, library)
    return library


def _read_file(root: Path, path: Path, library: Library) -> None:
    name = path.relative_to(root).as_posix()
    try:
        text = read_text(str(path), limit=MAX_KNOWLEDGE_BYTES)
    except ReadFault as error:
        fault = error.fault
        library.fault(Place(name, fault.place.line), fault.code, fault.message.replace(str(path), name), fault.help)
        library.unread = True
        return
    document = parse(text, name)
    library.faults.extend(document.faults)
    if document.cut:
        library.unread = True
        return
    kind = _kind(path.relative_to(root))
    if kind in LISTS:
        _read_list(document, kind, library)
    elif kind in MAPPINGS:
        _check(document, (), kind, MAPPINGS[kind], library)
    else:
        known = sorted({*LISTS, *MAPPINGS})
        help_line = did_you_mean(kind, known, f"the kinds are {quote_list(known, 20)}")
        library.fault(Place(name), "unknown-file", f"`{quote(kind)}` is no kind of knowledge", help_line)
        library.unread = True


def _kind(relative: Path) -> str:
    """The folder below knowledge/ or rules/ names the kind, else the file's own name."""
    top, *folders = relative.parent.parts
    return "rules" if top == "rules" else folders[0] if folders else relative.stem


def _read_list(document: Document, kind: str, library: Library) -> None:
    if not isinstance(document.data, list):
        help_line = "begin each entry with `- id:`"
        library.fault(document.place(()), "not-a-list", "the file must be a list of entries", help_line)
        library.unread = True
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
        library.broken |= {kind, *_ids(data)}
    else:
        library.entries.setdefault(kind, []).append(Entry(doc, document, path))


def _ids(data: Any) -> Iterator[str]:
    """Every id that stands in an entry."""
    if isinstance(data, list):
        for part in data:
            yield from _ids(part)
    elif isinstance(data, dict):
        for key, part in data.items():
            if key in ("id", "group", "decide") and isinstance(part, str):
                yield part
            yield from _ids(part)


def _translate(error: ValidationError, document: Document, path: TreePath, shape: type[Shape]) -> Iterator[Fault]:
    """Pydantic's errors as faults with places, one for each spot."""
    spots: dict[TreePath, list[Any]] = {}
    for detail in error.errors(include_url=False):
        loc = _existing(document, path, detail["loc"])
        if detail["type"] == "missing":
            loc = (*loc, detail["loc"][-1])
        spots.setdefault(loc, []).append(detail)
    for loc, details in spots.items():
        words = [step for step in loc[len(path) :] if isinstance(step, str)]
        yield _fault(details, quote(words[-1]) if words else "", document.place(loc), _innermost(shape, words))


def _existing(document: Document, path: TreePath, loc: TreePath) -> TreePath:
    """The longest part of an error's location that stands in the document (unions add words of their own)."""
    found = path
    for step in loc:
        if (*found, step) in document.lines:
            found = (*found, step)
    return found


def _innermost(shape: type[Shape], words: Sequence[str]) -> type[Shape]:
    """The shape in which the last of the words stands."""
    for word in words:
        found = shape.model_fields.get(word)
        inner = (
            [one for one in _parts(found.annotation) if isinstance(one, type) and issubclass(one, Shape)]
            if found
            else []
        )
        shape = inner[0] if inner else shape
    return shape


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and everything inside it."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _fault(details: Sequence[Any], word: str, place: Place, shape: type[Shape]) -> Fault:
    """What pydantic says of one spot (a union has a say for each side)."""
    kind, data = details[0]["type"], details[0].get("input")
    given, known = quote(data), list(shape.model_fields)
    if kind == "extra_forbidden":
        help_line = did_you_mean(word, known, f"keys: {quote_list(known, 30)}")
        return Fault(place, "unknown-key", f"`{word}` is not a key here", help_line)
    if kind == "missing":
        return Fault(place, "missing-key", f"`{word}` is missing", f"add `{word}:`")
    if data is None or kind == "string_too_short":
        help_line = (
            "write a value, or take the key away" if word else f"write `key: value`; keys: {quote_list(known, 30)}"
        )
        return Fault(place, "empty", f"`{word}` is empty" if word else "the entry is empty", help_line)
    if kind == "model_type":
        return Fault(
            place, "not-a-mapping", f"`{given}` is not a mapping", f"write `key: value`; keys: {quote_list(known, 30)}"
        )
    if kind == "literal_error":
        expected = str(details[0]["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
        help_line = did_you_mean(given, expected.split(", "), f"one of {expected}")
        return Fault(place, "unknown-value", f"`{given}` is not a value of `{word}`", help_line)
    if kind == "string_pattern_mismatch":
        claim = details[0]["ctx"]["pattern"].startswith("^[A-Z]")
        help_line = (
            "write `S0.1`, a document and a number" if claim else "use lower-case letters, digits and `_` (rules: `-`)"
        )
        return Fault(place, "bad-id", f"`{given}` is not an id", help_line)
    if kind == "too_short":
        return Fault(place, "empty", f"`{word}` is empty", "write at least one entry")
    wanted = dict.fromkeys(WANTED.get(detail["type"], detail["msg"].lower()) for detail in details)
    if "a number" in wanted:
        wanted.pop("a whole number", None)
    help_line = f"write {' or '.join(wanted)}".format(**details[0].get("ctx", {}))
    return Fault(place, "wrong-type", f"`{given}` does not fit `{word}`", help_line)
