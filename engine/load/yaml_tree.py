"""YAML and JSON text to plain data that remembers its lines.

Built on the parser's event stream, so that nesting is bounded by us and not by the stack. Anchors, aliases and tags
are refused, keys must differ, and dates stay text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.language import _

Path = tuple[str | int, ...]

MAX_DEPTH = 24
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\Z")
_SPECIAL = {
    ".inf": "inf",
    "+.inf": "inf",
    "-.inf": "-inf",
    ".nan": "nan",
    "nan": "nan",
    "infinity": "inf",
    "-infinity": "-inf",
}
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_NULL = frozenset({"", "~", "null"})
_LONGEST_NUMBER = 40
MAX_FAULTS = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_JSON_ESCAPES = re.compile(r"\\(\\|/|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")


@dataclass(frozen=True)
class Document:
    """Data, the line of every part of it (by path), and what was wrong with the text.

    `cut`: the parsing ended early, so that what is missing may stand further down.
    """

    file: str
    data: Any
    lines: dict[Path, int]
    faults: tuple[Fault, ...]
    cut: bool = False

    def place(self, path: Path) -> Place:
        """Where a part stands; for a part that is missing, where its parent stands."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.file, self.lines.get(path, 1))


def parse(text: str, file: str) -> Document:
    """Parse one YAML or JSON document; every fault that does not end the parsing is gathered."""
    builder, cut = _Builder(file), False
    if text.lstrip().startswith("{"):
        text = _JSON_ESCAPES.sub(_json_escape, text)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                cut = builder.documents == 1
                break
    except yaml.YAMLError as error:
        builder.fault(_line_of(error), "not-yaml", _problem(error), _("check the indentation, colons and quotes"))
        cut = True
    return Document(file, builder.data, builder.lines, tuple(builder.faults), cut)


def _json_escape(match: re.Match[str]) -> str:
    escape = match.group(0)
    if escape in (r"\\", r"\/"):
        return escape if escape == r"\\" else "/"
    return escape.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _problem(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or _("it cannot be read")
    return _("this is not valid YAML or JSON: {problem}").format(problem=problem)


@dataclass
class _Open:
    """A collection that is being filled."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


@dataclass
class _Builder:
    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0

    def fault(self, line: int, code: str, message: str, help_line: str) -> None:
        self.faults.append(Fault(Place(self.file, line), code, message, help_line))

    def take(self, event: Any) -> bool:
        """Use one event; False ends the parsing."""
        line = event.start_mark.line + 1
        if len(self.faults) >= MAX_FAULTS:
            self.fault(
                line, "too-many", _("more than {count} faults").format(count=MAX_FAULTS), _("is this the right file?")
            )
            return False
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.fault(line, "many-documents", _("a second document begins here"), _("keep one document in a file"))
            return self.documents == 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.fault(line, "alias", _("anchors and aliases are not supported"), _("write the value out"))
            return False
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.CollectionStartEvent):
            return self._open(event, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        return True

    def _open(self, event: Any, line: int) -> bool:
        if len(self.stack) >= MAX_DEPTH:
            self.fault(
                line,
                "too-deep",
                _("more than {count} levels inside each other").format(count=MAX_DEPTH),
                _("is this the right file?"),
            )
            return False
        if self._expects_key():
            self.fault(line, "bad-key", _("a key must be a word"), _("write `key: value`"))
            return False
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if event.tag:
            self.fault(line, "tag", _("tags are not supported"), _("write the plain value"))
        self.stack.append(_Open(value, self._put(value, line)))
        return True

    def _scalar(self, event: Any, line: int) -> None:
        if _CONTROL.search(event.value):
            self.fault(
                line,
                "control",
                _("`{value}` has a control character in it").format(value=quote(event.value)),
                _("take it out"),
            )
        if self._expects_key():
            self._key(event.value, line)
            return
        if event.tag:
            self.fault(line, "tag", _("tags are not supported"), _("write the plain value"))
        value = plain(event.value) if event.implicit[0] and not event.style else event.value
        self._put(value, line)

    def _expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def _key(self, key: str, line: int) -> None:
        top = self.stack[-1]
        top.key = key
        path = (*top.path, key)
        if isinstance(top.value, dict) and key in top.value:
            first = self.lines.get(path, line)
            self.fault(
                line,
                "duplicate-key",
                _("`{key}` stands here twice").format(key=quote(key)),
                _("the first is in line {first}: keep one").format(first=first),
            )
        else:
            self.lines[path] = line

    def _put(self, value: Any, line: int) -> Path:
        if not self.stack:
            self.data = value
            self.lines[()] = line
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            path: Path = (*top.path, len(top.value))
            top.value.append(value)
            self.lines[path] = line
            return path
        key, top.key = top.key or "", None
        path = (*top.path, key)
        top.value.setdefault(key, value)
        return path


def plain(word: str) -> Any:
    """What an unquoted word means: true/false (yes/no, on/off), nothing, a number, or itself."""
    low = word.lower()
    if low in _TRUE or low in _FALSE:
        return low in _TRUE
    if low in _NULL:
        return None
    if low in _SPECIAL:
        return float(_SPECIAL[low])
    if len(word) <= _LONGEST_NUMBER:
        if _INTEGER.match(word):
            return int(word)
        if _FLOAT.match(word):
            return float(word)
    return word


def quote(word: object, limit: int = 60) -> str:
    """A word of the person's for a message: as YAML writes it, printable, on one line, not too long."""
    text = "".join(char if char.isprintable() else " " for char in _written(word))
    text = text.replace("`", "'")
    return text if len(text) <= limit else f"{text[:limit]}..."


def _written(word: object) -> str:
    if word is None or isinstance(word, bool):
        return {None: "null", True: "true", False: "false"}[word]
    try:
        return json.dumps(word, ensure_ascii=False, default=str) if isinstance(word, dict | list) else str(word)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list inside itself
        return "..."
