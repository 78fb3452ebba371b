"""JSON Lines, and answers that stand as JSON in one column: objects to columns, each line or cell on its own."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Map
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from demandfirst.engine.batch.header import Target
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.rejection import Rejection, cut
from demandfirst.engine.batch.source import Source, as_utf8, lines_in
from demandfirst.engine.batch.words import listing
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, mark

ABSENT = "\x02absent"
"""The text of a key that is left out, where that is not the same as a blank."""
AN_OBJECT = mark("write an object, such as {example}")
EXAMPLE = '{"goals": ["sales"]}'
_EXACT = 1 << 53
_WORDS = ("choice", "set", "yes_no")
_YES_NO, _TEXTS, _NUMBERS = {bool, type(None)}, {str, type(None)}, {float, int, type(None)}
Object = dict[str, Any]
Problem = tuple[str, str, str]


class _Duplicate(ValueError):
    """A key stands twice in an object."""


@dataclass
class Objects:
    """Objects of the input, with their rows and lines, and the records that are none."""

    first_row: int
    records: int = 0
    objects: list[Object] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def add(self, text: str, line: int) -> None:
        """Take a line of text."""
        found, row = parse_object(text), self.first_row + self.records
        self.records += 1
        if isinstance(found, dict):
            self.objects.append(found)
            self.rows.append(row)
            self.lines.append(line)
        else:
            self.rejected.append(Rejection(row, line, "", "", *found, cut(text.rstrip())))


def read_objects(source: Source, chunk_rows: int) -> Iterator[Objects]:
    """The objects of a JSON Lines file, chunk by chunk; blank lines are no records."""
    row = 1
    with lines_in(source) as lines:
        while taken := lines.take(chunk_rows):
            chunk = Objects(row)
            with collector_at_rest():
                for line, text in enumerate(taken, lines.number - len(taken) + 1):
                    if not text.isspace():
                        chunk.add(text, line)
            yield chunk
            row += chunk.records


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Plain data has no cycles: looking for them while a hundred thousand objects are made takes half of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def parse_object(text: str) -> Object | Problem:
    """A JSON object, or why it is none."""
    try:
        found = _DECODER.decode(text)
    except _Duplicate as error:
        return "duplicate-key", _("the key `{key}` stands twice").format(key=error), _("keep one of them")
    except (ValueError, RecursionError):
        return "not-json", _("this is not valid JSON"), _(AN_OBJECT).format(example=EXAMPLE)
    if not isinstance(found, dict):
        return "not-an-object", _("this is JSON, but not an object"), _(AN_OBJECT).format(example=EXAMPLE)
    if not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text):
        return "not-text", _("there are bytes in it that are not text"), as_utf8()
    if "\\ud" in text.lower() and _HALF.search(json.dumps(found, ensure_ascii=False)):
        message = _("there is half of a character in it, such as `{example}`").format(example="\\ud800")
        return "not-text", message, _("write the character whole")
    return found


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Duplicate(next(key for key in keys if keys.count(key) > 1)[:60])
    return found


_HALF = re.compile("[\ud800-\udfff]")
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=str)


def columns_of(objects: list[Object]) -> list[str]:
    """Every key, in the order in which they first come."""
    keys: dict[str, None] = {}
    for one in objects:
        if not one.keys() <= keys.keys():
            keys.update(dict.fromkeys(one))
    return list(keys)


def fact_columns(
    objects: list[Object], targets: Map[str, Target], facts: Map[str, Fact], *, blank_unknown: bool
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """The columns that answer facts, and the numbers in columns that hold texts as well."""
    columns: list[pl.Series] = []
    numbers: dict[str, pl.Series] = {}
    absent = ABSENT if blank_unknown else None
    for key, target in targets.items():
        values = [one.get(key, absent) for one in objects]
        kind = facts[target.fact].type if target.part == "value" else "yes_no"
        if kind in _WORDS:
            columns.append(_words(key, values))
        else:
            texts, numbers[key] = _figures(key, values)
            columns.append(texts)
    return pl.DataFrame(columns), numbers


def _words(key: str, values: list[Any]) -> pl.Series:
    """A column of texts, or of yes and no where there is nothing else."""
    kinds = set(map(type, values))
    if kinds <= _YES_NO:
        return pl.Series(key, values, dtype=pl.Boolean)
    return _strings(key, values if kinds <= _TEXTS else [as_text(value) for value in values])


def _figures(key: str, values: list[Any]) -> tuple[pl.Series, pl.Series]:
    """A column of numbers: its texts, and the numbers that are none."""
    if set(map(type, values)) <= _NUMBERS | _TEXTS:
        with suppress(OverflowError):
            found = [None if type(value) is str else value for value in values]
            numbers = pl.Series(key, found, dtype=pl.Float64)
            if (numbers.abs() < _EXACT).all():
                return _strings(key, [value if type(value) is str else None for value in values]), numbers
    found = [value if _exact(value) else None for value in values]
    rest = [None if _exact(value) else as_text(value) for value in values]
    return _strings(key, rest), pl.Series(key, found, dtype=pl.Float64, strict=False)


def _strings(key: str, values: list[str | None]) -> pl.Series:
    return pl.Series(key, values, dtype=pl.String)


def _exact(value: Any) -> bool:
    """Whether a value is a number that a column of numbers holds as it is."""
    return type(value) is float or (type(value) is int and -_EXACT < value < _EXACT)


def as_text(value: Any) -> str | None:
    """A value as the text of a cell: a list of texts in its own form, anything else that is no text as JSON."""
    if value is None or type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is list:
        with suppress(TypeError):
            return listing(value)
    return json.dumps(value, ensure_ascii=False)


def kept_columns(objects: list[Object], keys: tuple[str, ...]) -> pl.DataFrame:
    """Columns that are passed through: texts as they are, other values as JSON."""
    return pl.DataFrame([pl.Series(key, [_kept(one.get(key)) for one in objects], dtype=pl.String) for key in keys])


def _kept(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    return json.dumps(value, ensure_ascii=False)
