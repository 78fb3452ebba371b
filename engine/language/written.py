"""Numbers and dates as a language writes them (CLDR, through Babel)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from demandfirst.engine.language.spoken import current
from demandfirst.engine.language.tongues import PSEUDO, SOURCE


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse(SOURCE if language == PSEUDO else language)


def decimal(value: Fraction, decimals: int, language: str) -> str:
    """A number with just so many decimals, thousands separated."""
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return format_decimal(number, format=pattern, locale=_locale(language))


def percentage(number: str, language: str) -> str:
    """A number that is written already, with the percent sign where the language puts it."""
    pattern: str = _locale(language).percent_formats[None].pattern
    return number + pattern[pattern.index("0") + 1 :]


def day(when: date) -> str:
    """A day for people to read: `22 November 2026`."""
    language = current()
    british = Locale("en", "GB") if language in (SOURCE, PSEUDO) else _locale(language)
    return format_date(when, format="long", locale=british)
