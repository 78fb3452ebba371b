"""Numbers for people: no more digits than they mean, the unit beside them."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import Fact

NOT_KNOWN = "not known yet"
UNBOUNDED = 10**12
BARE = ("factor", "share")
"""Units that the label says already."""
_SHOWN_DECIMALS = 2


@lru_cache(maxsize=4096, typed=True)
def figure(value: Fraction | float) -> str:
    """A number with thousands separated and at most two decimals: `3,857.14`, `60,000`."""
    rounded = round(Fraction(value), _SHOWN_DECIMALS)
    return f"{rounded.numerator:,}" if rounded.denominator == 1 else f"{float(rounded):,.{_SHOWN_DECIMALS}f}"


def amount(value: Fraction | Interval) -> str:
    """A number, or an interval as `5,000 to 10,000`."""
    if not isinstance(value, Interval):
        return figure(value)
    if value.high >= UNBOUNDED:
        return f"at least {figure(value.low)}"
    return f"{figure(value.low)} to {figure(value.high)}"


def bracketed(value: Fraction | Interval) -> str:
    """A number inside a sum; an interval in brackets."""
    return f"({amount(value)})" if isinstance(value, Interval) else figure(value)


def measure(value: Fraction | Interval | bool | Gap, unit: str) -> str:
    """A value with its unit: `80%`, `25.60 per order`, `24 hours`; gaps are *not known yet*."""
    if isinstance(value, Gap):
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit in BARE:
        return amount(value)
    if unit.startswith("percent"):
        return f"{amount(value)}%{unit.removeprefix('percent')}"
    return f"{amount(value)} {unit.removeprefix('money').strip()}".strip()


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
