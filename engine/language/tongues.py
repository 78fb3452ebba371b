"""Which languages there are, and which of them somebody means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SOURCE = "en"
LANGUAGES = {"en": "English", "uk": "Українська", "ru": "Русский", "hy": "Հայերեն"}
"""Code (ISO 639-1) -> what the language calls itself."""
PSEUDO = "en-XA"
"""English with accents in brackets, 40 per cent longer: what stands outside the brackets bypasses the catalogs."""
_NAMES = {
    "english": "en", "ukrainian": "uk", "russian": "ru", "armenian": "hy", "ua": "uk", "am": "hy", "arm": "hy", "ukr": "uk",
    "rus": "ru", "eng": "en", "hye": "hy",
}  # fmt: skip


NEAR = 0.6
"""How alike a word and a name have to be; two letters of which one is the same are not."""


def best(wanted: Iterable[str]) -> str:
    """The first language that there is, of codes such as `uk`, `uk-UA`, `uk_UA.UTF-8`; English where there is none."""
    for word in wanted:
        code = word.partition(".")[0].partition("@")[0].replace("_", "-")
        if code == PSEUDO:
            return PSEUDO
        if (short := code.partition("-")[0].lower()) in LANGUAGES:
            return short
    return SOURCE


def nearest_language(word: str) -> str:
    """The code of the language that an unknown word may mean, or nothing."""
    known = {
        **{name.casefold(): code for code, name in LANGUAGES.items()},
        **_NAMES,
        **{code: code for code in LANGUAGES},
    }
    near = difflib.get_close_matches(word.casefold(), known, n=1, cutoff=NEAR)
    return known[near[0]] if near else ""
