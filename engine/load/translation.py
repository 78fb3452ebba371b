"""A rulebase in another language: the built-in catalogs, then those that lie beside its knowledge."""

from __future__ import annotations

from pathlib import Path

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import SOURCE
from demandfirst.engine.language.catalogs import KNOWLEDGE, catalog, texts
from demandfirst.engine.load.messages import translated

LOCALE = Path("knowledge") / "locale"


def in_language(rulebase: Rulebase, root: Path, code: str) -> Rulebase:
    """The rulebase of the folder `root` in a language; what has no translation stays as it is.

    The folder's own catalog, `knowledge/locale/CODE/LC_MESSAGES/knowledge.mo`, comes before the built-in ones.
    """
    if code == SOURCE:
        return rulebase
    own = catalog(root / LOCALE, code, KNOWLEDGE)
    own.add_fallback(texts(code))

    def change(context: str, text: str) -> str:
        if not text:
            return text
        return own.pgettext(context, text) if context else own.gettext(text)

    return translated(rulebase, code, change)
