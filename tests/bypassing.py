"""Finds the words that bypass the catalogs in texts of the pseudo language, in which every catalogued text is accented."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact, Finding, Parameter, Quantity

_TOKEN = re.compile(r"[⟦⟧]|\w(?:[\w./+-]*\w)?")
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"`[^`]*`")
ACCENTED = frozenset("aceilnorsuyzACEINOSUYZ")
"""Letters that the pseudo language never leaves as they are."""


def bypassing(text: str, code: Iterable[str]) -> list[str]:
    """The words that no catalog gave: those outside the brackets, or with a letter that would be accented; code words aside."""
    known = {" ".join(one.split()) for one in code}
    left = _CODE.sub(" ", " ".join(text.split()))
    for phrase in sorted((one for one in known if not _TOKEN.fullmatch(one)), key=len, reverse=True):
        left = left.replace(phrase, " ") if phrase else left
    found, depth = [], 0
    for token in _TOKEN.findall(left):
        depth += {"⟦": 1, "⟧": -1}.get(token, 0)
        if token not in known:
            found += [word for word in _WORD.findall(token) if depth <= 0 or not ACCENTED.isdisjoint(word)]
    return found


def names(rulebase: Rulebase) -> set[str]:
    """What texts name so that it can be looked up, and the units, which are in English in the pseudo language."""
    kinds = (
        rulebase.facts, rulebase.parameters, rulebase.quantities, rulebase.findings, rulebase.items, rulebase.warnings,
        rulebase.guarantees, rulebase.claims,
    )  # fmt: skip
    found = set(chain.from_iterable(kinds)) | {rule.id for rule in rulebase.rules}
    figures: list[Fact | Parameter | Quantity] = [*rulebase.facts.values(), *rulebase.parameters.values()]
    figures += rulebase.quantities.values()
    units = {one.unit for one in figures}
    found |= units | {unit.removeprefix("money").removeprefix("percent").strip() for unit in units}
    found |= {name for one in rulebase.platforms.values() for names in one.objectives.values() for name in names}
    return found | {rulebase.hash, rulebase.version}


def values(rulebase: Rulebase) -> set[str]:
    """The code words that stand for answers, for entries of the lexicon, and for groups of things."""
    decided: list[Fact | Finding] = [*rulebase.facts.values(), *rulebase.findings.values()]
    found = {value.id for one in decided for value in one.values}
    found |= {*rulebase.lexicon, *rulebase.platforms, *rulebase.item_groups}
    found |= {entry.id for group in rulebase.lexicon.values() for entry in group.entries}
    return found | {f"{group.id}.{entry.id}" for group in rulebase.lexicon.values() for entry in group.entries}


def documents(rulebase: Rulebase) -> set[str]:
    """Sources with titles and places, which are quoted as they are, and the conditions of rules as they are written."""
    sources = rulebase.sources.values()
    found = {text for one in sources for text in (one.id, one.title, one.where, f"{one.title}, {one.where}")}
    found |= {" and ".join(line.text for line in rule.when) for rule in rulebase.rules}
    found |= {line.text for rule in rulebase.rules for line in rule.when}
    found |= {str(rule.place) for rule in rulebase.rules} | {claim.kind for claim in rulebase.claims.values()}
    return found | {"judgement"}
