"""Faults that people meet: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from demandfirst.engine.language import _


@dataclass(frozen=True, order=True)
class Place:
    """A spot in a file (line from 1; 0 where there is no line), or a path into data that came without a file."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong. The message quotes what the person wrote in backticks; the help says what to do."""

    place: Place
    code: str
    message: str
    help: str = field(default="")

    def __str__(self) -> str:
        text = f"{self.place}: {self.code}: {self.message}"
        return f"{text}\n  {_('help: {what}').format(what=self.help)}" if self.help else text


class DemandfirstError(Exception):
    """The root of every error raised on purpose; carries all faults at once, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ClientError(DemandfirstError):
    """The facts about a client are not valid."""


class MissingExtra(Exception):
    """An optional part is not installed; the message says what to install."""


class RulebaseError(DemandfirstError):
    """The knowledge or the rules are not valid."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The help line that names the nearest known word, or `otherwise` (else the known words) where none is near."""
    import difflib

    words = list(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return _("did you mean `{word}`?").format(word=near[0])
    return otherwise or (_("known: {words}").format(words=quote_list(words, 20)) if words else _("none is declared"))


def quote_list(words: Iterable[str], limit: int = 12) -> str:
    """Words for a message: `a, b, c`, cut after `limit`."""
    listed = list(words)
    shown = ", ".join(listed[:limit])
    return f"{shown}, ..." if len(listed) > limit else shown
