"""The catalogs of a language: the program's, the built-in rulebase's, and those of other rulebases that were loaded."""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from demandfirst.engine.language.pseudo import Pseudo
from demandfirst.engine.language.tongues import PSEUDO

PROGRAM = "program"
KNOWLEDGE = "knowledge"
ROOT = Path(__file__).parent.parent.parent
PLACES = {PROGRAM: ROOT / "engine" / "language" / "locale", KNOWLEDGE: ROOT / "knowledge" / "locale"}


def catalog_file(folder: Path, code: str, domain: str, kind: str = "mo") -> Path:
    """Where a catalog stands: `FOLDER/uk/LC_MESSAGES/knowledge.mo`."""
    return folder / code / "LC_MESSAGES" / f"{domain}.{kind}"


@lru_cache(maxsize=8)
def texts(code: str) -> NullTranslations:
    """Every text of a language; what has no translation is given as it is."""
    if code == PSEUDO:
        return Pseudo()
    found = catalog(PLACES[PROGRAM], code, PROGRAM)
    found.add_fallback(catalog(PLACES[KNOWLEDGE], code, KNOWLEDGE))
    return found


def catalog(folder: Path, code: str, domain: str) -> NullTranslations:
    """One compiled catalog; an empty one where there is none."""
    if code == PSEUDO:
        return Pseudo()
    path = catalog_file(folder, code, domain)
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)
