"""Numbers for people: no more digits than they mean, the unit beside them."""

from __future__ import annotations

from fractions import Fraction

from demandfirst.engine.ir.answers import Gap

NOT_KNOWN = "not known yet"
_SHOWN_DECIMALS = 2


def figure(value: Fraction | float) -> str:
    """A number with thousands separated and at most two decimals: `3,857.14`, `60,000`."""
    rounded = round(Fraction(value), _SHOWN_DECIMALS)
    return f"{rounded.numerator:,}" if rounded.denominator == 1 else f"{float(rounded):,.{_SHOWN_DECIMALS}f}"


def measure(value: Fraction | bool | Gap, unit: str) -> str:
    """A value with its unit: `80%`, `25.60 per order`, `24 hours`; gaps are *not known yet*."""
    if isinstance(value, Gap):
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit.startswith("percent"):
        return f"{figure(value)}%{unit.removeprefix('percent')}"
    return f"{figure(value)} {unit.removeprefix('money').strip()}".strip()
