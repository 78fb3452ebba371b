"""What can be wrong with a translation: missing, other placeholders, other markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from babel.messages import Catalog, Message

_PLACEHOLDERS = re.compile(r"\{[^{}]*\}|%\([^)]*\)[a-z]")
_MARKUP = re.compile(r"</?[a-z][^>]*>|`|\*\*|&[a-z]+;|--[a-z][a-z-]*")


def wrongs(template: Catalog, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Of each text whose translation is missing or wrong: a code, the text, and what is wrong."""
    for message in template:
        if message.id:
            found = catalog.get(message.id, message.context)
            yield from _of(message, found, catalog.num_plurals)
    for message in catalog:
        if message.id and template.get(message.id, message.context) is None:
            yield "unused", _text(message), "this text is no longer there"


def _of(message: Message, found: Message | None, forms: int) -> Iterator[tuple[str, str, str]]:
    said = [] if found is None else forms_of(found)
    wanted = 1 if isinstance(message.id, str) else forms
    if len([one for one in said if one]) < wanted:
        yield "missing", _text(message), "there is no translation"
        return
    if found is not None and found.fuzzy:
        yield "fuzzy", _text(message), "the translation is only a guess (`fuzzy`)"
    for one in said:
        yield from _one(message, one)


def forms_of(message: Message) -> list[str]:
    """The translation of a message, in each plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _one(message: Message, said: str) -> Iterator[tuple[str, str, str]]:
    texts = [message.id] if isinstance(message.id, str) else list(message.id)
    for code, pattern, what in (("placeholder", _PLACEHOLDERS, "placeholders"), ("markup", _MARKUP, "markup")):
        known = [Counter(pattern.findall(text)) for text in texts]
        given = Counter(pattern.findall(said))
        if given not in known and not _one_less(known, given):
            yield code, texts[0], f"other {what}: {_listed(given)} instead of {_listed(known[-1])}"
    if texts[0][:1].isspace() != said[:1].isspace() or texts[0][-1:].isspace() != said[-1:].isspace():
        yield "space", texts[0], "begins or ends with a space, or should"


def _one_less(known: list[Counter[str]], given: Counter[str]) -> bool:
    """Whether one of several plural forms says its number in words."""
    return len(known) > 1 and not given - known[-1] and (known[-1] - given).total() == 1


def _listed(found: Counter[str]) -> str:
    return ", ".join(sorted(found.elements())) or "none"


def _text(message: Any) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])
