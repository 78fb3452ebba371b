"""The language that texts are given in: looked up in gettext catalogs, for the thread or request that asks.

English is the source: its texts stand in the code and in the rulebase, and no catalog is read for it. In code:

    from demandfirst.engine.language import _, mark, ngettext

    _("`{word}` is no fact").format(word=word)
"""

from demandfirst.engine.language.spoken import current, gettext, mark, ngettext, npgettext, pgettext, speaking
from demandfirst.engine.language.tongues import LANGUAGES, PSEUDO, SOURCE, best, nearest_language

_ = gettext

__all__ = [
    "LANGUAGES",
    "PSEUDO",
    "SOURCE",
    "_",
    "best",
    "current",
    "gettext",
    "mark",
    "nearest_language",
    "ngettext",
    "npgettext",
    "pgettext",
    "speaking",
]
