"""Texts for spreadsheets, which take some for formulas and run them."""

from __future__ import annotations

import re

GUARD = "'"
_FORMULA = re.compile("[\t\r\n]|\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
"""Full-width signs count too: some spreadsheets take them for the plain ones."""


def disarmed(text: str) -> str:
    """A text that no spreadsheet runs."""
    return GUARD + text if _FORMULA.match(text) else text
