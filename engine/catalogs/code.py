"""The texts in Python code, read from its syntax tree: Babel's own reader misses those inside f-strings."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

PLACES: Mapping[str, tuple[int, ...]] = {
    "_": (0,), "gettext": (0,), "mark": (0,), "ngettext": (0, 1), "pgettext": (0, 1), "npgettext": (0, 1, 2),
}  # fmt: skip
"""Name of a function -> which of its arguments are texts; those of Babel's keywords, counted from 0."""
Found = tuple[int, str, str | tuple[str, ...], list[str]]


def code_texts(file: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[Found]:  # noqa: ARG001
    """Every text that is written out where it is looked up or marked; an extraction method as Babel calls it."""
    calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        places = PLACES.get(name, ())
        given = [call.args[place] for place in places if place < len(call.args)]
        texts = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if texts and len(texts) == len(places) and texts[-1]:
            yield call.lineno, name, texts[0] if len(texts) == 1 else tuple(texts), []
