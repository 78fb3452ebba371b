"""What somebody types as an answer, as a value: by number, by word, or as people write numbers."""

from __future__ import annotations

import re
from typing import Any

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.ir.interview import Asked
from demandfirst.engine.language import _
from demandfirst.engine.load.said import no_words, none_words, unknown_words, yes_words
from demandfirst.engine.load.typed import typed_number
from demandfirst.engine.load.yaml_tree import quote

_DONT_KNOW = frozenset({"d", "unknown", "don't know", "dont know"})
_NOTHING = frozenset({"none", "nothing", "-"})
_YES = frozenset({"1", "y", "yes", "true"})
_NO = frozenset({"2", "n", "no", "false"})


def is_unknown(asked: Asked, text: str) -> bool:
    """Whether a text says *don't know*, in whichever language, and is not the label of an answer."""
    word = _word_of(text)
    return word in _DONT_KNOW or (word in unknown_words() and _known(asked, text) is None)


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
            return typed_number(text)


def _yes_no(asked: Asked, text: str) -> bool:
    word = _word_of(text)
    for said, words in ((True, _YES | yes_words()), (False, _NO | no_words())):
        if word in words:
            return said
    help_line = _("type {one} or yes, {two} or no, or {unknown} for don't know").format(one=1, two=2, unknown="d")
    raise _fault(asked, _("`{given}` is neither yes nor no").format(given=quote(text)), help_line)


def _words(asked: Asked, text: str) -> list[str]:
    """Several words: commas between them, or spaces."""
    if _word_of(text) in _NOTHING | none_words() and _known(asked, text) is None:
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
        message = _("there is no {number} on the list").format(number=quote(text))
        help_line = _("type a number from {first} to {last}, or a word").format(first=1, last=len(asked.values))
        raise _fault(asked, message, help_line)
    return found or text


def _known(asked: Asked, text: str) -> str | None:
    if text.isdecimal() and len(text) < len(str(len(asked.values))) + 1:
        place = int(text)
        return asked.values[place - 1].id if 1 <= place <= len(asked.values) else None
    word = _word_of(text)
    for one in asked.values:
        if word in (one.id, one.id.replace("_", " "), one.label.casefold()):
            return one.id
    return None


def _word_of(text: str) -> str:
    """A text in small letters, with one space for any."""
    return " ".join(text.casefold().split())


def _fault(asked: Asked, message: str, help_line: str) -> ClientError:
    return ClientError([Fault(Place(f"client.{asked.fact}"), "unknown-value", message, help_line)])
