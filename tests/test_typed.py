"""Numbers as people type them, in whichever country."""

from __future__ import annotations

from typing import Any

import pytest
from demandfirst.engine.load.typed import typed_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1 250", 1250),
        ("60,000", 60000),
        ("60\u00a0000", 60000),
        ("60\u202f000", 60000),
        ("1,250.50", 1250.5),
        ("1 234 567,89", 1234567.89),
        ("1'250", 1250),
        ("12,5", 12.5),
        ("0,125", 0.125),
        ("12,5 %", 12.5),
        ("12.5%", 12.5),
        ("<10", "<10"),
        ("<12,5", "<12.5"),
        ("< 1 000", "< 1000"),
        ("5000..10000", "5000..10000"),
        ("5,000..10,000", "5000..10000"),
        ("5,5..6,5", "5.5..6.5"),
        ("7", 7),
        (" -5 ", -5),
    ],
)
def test_what_is_meant(typed: str, kept: Any) -> None:
    """A comma before three digits separates thousands, any other decimals; spaces, apostrophes and `%` say nothing."""
    assert typed_number(typed) == kept


@pytest.mark.parametrize("typed", ["1,2,3", "12,345,6", "0.5,5", "12 34", "a,5", "twelve"])
def test_what_is_no_number_stays_a_text(typed: str) -> None:
    """Nothing is guessed; the text goes to the checks, which say what is wrong with it."""
    assert isinstance(typed_number(typed), str)
