"""Words put together as the language does it: quoted, listed, labelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from demandfirst.engine.language.spoken import gettext as _

ARMENIAN_AND = ("\N{ARMENIAN SMALL LIGATURE ECH YIWN}", "Եվ")
"""A letter that Unicode makes two capitals of, as they were written before the reform."""


def quoted(words: str) -> str:
    """Words in the quotation marks of the language."""
    return _('"{words}"').format(words=words)


def stated(label: str, text: str) -> str:
    """A label and what it says: `marketing budget: 500 a month`."""
    return _("{label}: {text}").format(label=label, text=text)


def bracketed(text: str, note: str) -> str:
    """A text with a note behind it in brackets."""
    return _("{text} ({note})").format(text=text, note=note)


def apart(texts: Iterable[str]) -> str:
    """Texts that may have commas in them, one after the other."""
    return _("; ").join(texts)


def either(words: Sequence[str]) -> str:
    """Words of which one is enough: `a, b or c`."""
    return _last(words, _("{listed} or {last}")) if len(words) > 1 else "".join(words)


def together(words: Sequence[str]) -> str:
    """Words that belong together: `a, b and c`."""
    return _last(words, _("{listed} and {last}")) if len(words) > 1 else "".join(words)


def neither(words: Sequence[str]) -> str:
    """Words of which none is meant, behind a *not*: `a, b nor c`."""
    return _last(words, _("{listed} nor {last}")) if len(words) > 1 else "".join(words)


def _last(words: Sequence[str], template: str) -> str:
    return template.format(listed=", ".join(words[:-1]), last=words[-1])


def first_few(words: Sequence[str], shown: int, between: str = ", ") -> str:
    """The first of some words, and how many more there are: `a, b and 3 more`."""
    listed = between.join(words[:shown])
    more = len(words) - shown
    return _("{listed} and {count} more").format(listed=listed, count=more) if more > 0 else listed


def chained(parts: Iterable[str], *, all_: bool) -> str:
    """Conditions that hold together, or of which one is enough: `a and b and c`."""
    first, *others = parts
    template = _("{first} and {next}") if all_ else _("{first} or {next}")
    for one in others:
        first = template.format(first=first, next=one)
    return first


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return ARMENIAN_AND[1] + text[1:] if text[:1] == ARMENIAN_AND[0] else text[:1].upper() + text[1:]
