"""A rulebase in another language: the built-in catalogs, then those that lie beside its knowledge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import LANGUAGES, SOURCE
from demandfirst.engine.language.catalogs import KNOWLEDGE, catalog, texts
from demandfirst.engine.load.messages import Change, translated

LOCALE = Path("knowledge") / "locale"


def in_language(rulebase: Rulebase, root: Path, code: str) -> Rulebase:
    """The rulebase of the folder `root` in a language; what has no translation stays as it is.

    The folder's own catalog, `knowledge/locale/CODE/LC_MESSAGES/knowledge.mo`, comes before the built-in ones.
    """
    if code == SOURCE:
        return rulebase
    return translated(rulebase, code, _changing(root, code))


def known_everywhere(rulebase: Rulebase, source: Rulebase, root: Path) -> Rulebase:
    """The rulebase with facts that are known by their words in every other language too; `source` is the same in English."""
    others = [in_language(source, root, code).facts for code in LANGUAGES if code != rulebase.language]
    facts = {
        name: replace(fact, elsewhere=tuple(facts[name] for facts in others)) for name, fact in rulebase.facts.items()
    }
    return replace(rulebase, facts=facts)


def _changing(root: Path, code: str) -> Change:
    """Gives the text of a language for a context and a text."""
    own = catalog(root / LOCALE, code, KNOWLEDGE)
    own.add_fallback(texts(code))

    def change(context: str, text: str) -> str:
        if not text:
            return text
        return own.pgettext(context, text) if context else own.gettext(text)

    return change
