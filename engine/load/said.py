"""Words with which people answer yes, no, none and don't know, in every language there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from demandfirst.engine.language import LANGUAGES, pgettext, speaking


@cache
def yes_words() -> frozenset[str]:
    """Words for *yes*, in small letters."""
    return _everywhere(lambda: pgettext("typed as an answer; more than one word: with commas between", "yes"))


@cache
def no_words() -> frozenset[str]:
    """Words for *no*, in small letters."""
    return _everywhere(lambda: pgettext("typed as an answer; more than one word: with commas between", "no"))


@cache
def none_words() -> frozenset[str]:
    """Words for *none of these*, in small letters."""
    return _everywhere(lambda: pgettext("typed as an answer; more than one word: with commas between", "none, nothing"))


@cache
def unknown_words() -> frozenset[str]:
    """Words for *don't know*, in small letters."""
    return _everywhere(lambda: pgettext("typed as an answer; more than one word: with commas between", "don't know"))


def _everywhere(text: Callable[[], str]) -> frozenset[str]:
    found: set[str] = set()
    for code in LANGUAGES:
        with speaking(code):
            found.update(word.strip().casefold() for word in text().split(","))
    return frozenset(found - {""})
