"""Numbers with all the decimals they need, where rounded ones would say something else."""

from __future__ import annotations

from fractions import Fraction

from demandfirst.engine.ir.numbers import ENGLISH, measure
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS
from demandfirst.engine.language import current


def exactly(value: Fraction) -> str:
    """A number to the last decimal that an answer can have, as the language writes it."""
    written = f"{float(value):,.{ANSWER_DECIMALS}f}".rstrip("0").rstrip(".")
    if current() in ENGLISH:
        return written
    from demandfirst.engine.language.written import decimal

    return decimal(value, len(written.partition(".")[2]), current())


def answered(value: float, unit: str) -> str:
    """An answer that is a number, with its unit."""
    number = Fraction(str(value))
    return f"{exactly(number)} {unit}".strip() if current() in ENGLISH else measure(number, unit)
