"""Texts in the language that is spoken now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from demandfirst.engine.language.tongues import SOURCE

_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def current() -> str:
    """The code of the language that is spoken now."""
    return _spoken.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language, in this thread or task."""
    before = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(before)


def mark(message: str) -> str:
    """A text that is looked up where it is shown, marked for the catalogs where it stands."""
    return message


def gettext(message: str) -> str:
    """A text in the language that is spoken now."""
    code = _spoken.get()
    if code == SOURCE or not message:
        return message
    from demandfirst.engine.language.catalogs import texts

    return texts(code).gettext(message)


def pgettext(context: str, message: str) -> str:
    """A text that other words would stand for elsewhere; the context says where this is."""
    code = _spoken.get()
    if code == SOURCE or not message:
        return message
    from demandfirst.engine.language.catalogs import texts

    return texts(code).pgettext(context, message)


def ngettext(one: str, many: str, count: int) -> str:
    """A text by number, in the plural forms of the language."""
    code = _spoken.get()
    if code == SOURCE:
        return one if count == 1 else many
    from demandfirst.engine.language.catalogs import texts

    return texts(code).ngettext(one, many, count)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """A text by number that other words would stand for elsewhere."""
    code = _spoken.get()
    if code == SOURCE:
        return one if count == 1 else many
    from demandfirst.engine.language.catalogs import texts

    return texts(code).npgettext(context, one, many, count)
