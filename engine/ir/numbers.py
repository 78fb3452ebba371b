"""Numbers for people: no more digits than they mean, the unit beside them."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import PSEUDO, SOURCE, _, current, mark, npgettext

ENGLISH = (SOURCE, PSEUDO)
FEW, MANY = 2, 5
"""Numbers that stand for plural forms: that of a fraction (one and a half years), and that of a unit named by itself."""
NOT_KNOWN = mark("not known yet")
UNBOUNDED = 10**12
BARE = ("factor", "share")
"""Units that the label says already."""
_SHOWN_DECIMALS = 2


def figure(value: Fraction | float) -> str:
    """A number with thousands separated and at most two decimals, as the language writes it: `3,857.14`, `60\u00a0000`."""
    return _figure(value, current())


@lru_cache(maxsize=4096, typed=True)
def _figure(value: Fraction | float, language: str) -> str:
    rounded = round(Fraction(value), _SHOWN_DECIMALS)
    whole = rounded.denominator == 1
    if language in ENGLISH:
        return f"{rounded.numerator:,}" if whole else f"{float(rounded):,.{_SHOWN_DECIMALS}f}"
    from demandfirst.engine.language.written import decimal

    return decimal(rounded, 0 if whole else _SHOWN_DECIMALS, language)


def amount(value: Fraction | Interval) -> str:
    """A number, or an interval as `5,000 to 10,000`."""
    if not isinstance(value, Interval):
        return figure(value)
    if value.high >= UNBOUNDED:
        return _("at least {number}").format(number=figure(value.low))
    return _("{low} to {high}").format(low=figure(value.low), high=figure(value.high))


def bracketed(value: Fraction | Interval) -> str:
    """A number inside a sum; an interval in brackets."""
    return f"({amount(value)})" if isinstance(value, Interval) else figure(value)


def measure(value: Fraction | Interval | bool | Gap, unit: str) -> str:
    """A value with its unit: `80%`, `25.60 per order`, `24 hours`; gaps are *not known yet*."""
    if isinstance(value, Gap):
        return _(NOT_KNOWN)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if unit in BARE:
        return amount(value)
    said = unit_of(value, unit)
    if unit.startswith("percent"):
        return f"{percent(amount(value))}{said.removeprefix('percent')}"
    return f"{amount(value)} {said.removeprefix('money').strip()}".strip()


def unit_of(value: Fraction | Interval, unit: str) -> str:
    """A unit in the language, and in the form that stands behind the number."""
    if not unit or current() in ENGLISH:
        return unit
    last = value.high if isinstance(value, Interval) else value
    fraction = last.denominator != 1
    return npgettext("unit", unit, unit, FEW if fraction else min(last.numerator, UNBOUNDED))


def unit_words(unit: str) -> str:
    """A unit by itself, for people to read, in the form that stands behind many."""
    if current() in ENGLISH:
        return unit
    said = npgettext("unit", unit, unit, MANY)
    for code, word in (("money", _("money")), ("percent", _("percent"))):
        if said.startswith(code):
            return word + said.removeprefix(code)
    return said


def percent(number: str) -> str:
    """A number as a percentage, with the space before the sign where the language has one."""
    if current() in ENGLISH:
        return f"{number}%"
    from demandfirst.engine.language.written import percentage

    return percentage(number, current())


def plain(fact: Fact, given: Answer) -> Any:
    """An answer as it would stand in a client file; sets in the order of the vocabulary."""
    match given:
        case frozenset():
            return [value.id for value in fact.values if value.id in given]
        case Gap():
            return given.value
        case Interval(low, high):
            return f"{_number(low)}..{_number(high)}"
        case Fraction():
            return _number(given)
        case _:
            return given


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
