"""What somebody types as an answer, as a value: by number, by word, or as people write numbers."""

from __future__ import annotations

import re
from typing import Any

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.ir.interview import Asked
from demandfirst.engine.load.yaml_tree import plain, quote

DONT_KNOW = ("d", "unknown", "don't know", "dont know")
NOTHING = ("none", "nothing", "-")
_YES = ("1", "y", "yes", "true")
_NO = ("2", "n", "no", "false")
_GROUPING = re.compile(r"(?<=\d)[ ,'_\u00a0\u202f](?=\d{3}(?!\d))")
_NUMERIC = ("integer", "number", "percent", "money")


def value(asked: Asked, text: str) -> Any:
    """The value that a text stands for; raises `ClientError` where a number or word is not on the list."""
    match asked.type:
        case "yes_no":
            return _yes_no(asked, text)
        case "choice":
            return _word(asked, text)
        case "set":
            return _words(asked, text)
        case _:
            return _number(text)


def _yes_no(asked: Asked, text: str) -> bool:
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise _fault(asked, f"`{quote(text)}` is neither yes nor no", "type 1 or yes, 2 or no, or d for don't know")


def _words(asked: Asked, text: str) -> list[str]:
    """Several words: commas between them, or spaces."""
    ids = [one.id for one in asked.values]
    if text.casefold() in NOTHING and text.casefold() not in ids:
        return []
    found: list[str] = []
    for part in filter(None, map(str.strip, re.split(r"[,;]", text.strip("[] ")))):
        known = _known(asked, part)
        found.extend([known] if known else [_word(asked, word) for word in part.split()])
    return list(dict.fromkeys(found))


def _word(asked: Asked, text: str) -> str:
    """A value by its number, its id or its label; an unknown word as it is, for the checks that all faces share."""
    found = _known(asked, text)
    if found is None and text.isdecimal():
        raise _fault(
            asked, f"there is no {quote(text)} on the list", f"type a number from 1 to {len(asked.values)}, or a word"
        )
    return found or text


def _known(asked: Asked, text: str) -> str | None:
    if text.isdecimal() and len(text) < len(str(len(asked.values))) + 1:
        place = int(text)
        return asked.values[place - 1].id if 1 <= place <= len(asked.values) else None
    word = " ".join(text.casefold().split())
    for one in asked.values:
        if word in (one.id, one.id.replace("_", " "), one.label.casefold()):
            return one.id
    return None


def _number(text: str) -> Any:
    """A number as people write it (`60 000`, `60,000`, `12%`), or the text, which may be a bound."""
    word = _GROUPING.sub("", text).removesuffix("%").strip()
    return plain(word)


def _fault(asked: Asked, message: str, help_line: str) -> ClientError:
    return ClientError([Fault(Place(f"client.{asked.fact}"), "unknown-value", message, help_line)])
