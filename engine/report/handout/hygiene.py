"""Names that somebody typed, made fit to stand in a report."""

from __future__ import annotations

import unicodedata

LONGEST = 120
JOINERS = "\u200c\u200d"
"""Format characters that some scripts and emoji are written with."""


def cleaned(text: str, longest: int = LONGEST) -> str:
    """One line without control characters and without those that turn the direction of writing, cut where it is too long."""
    spaced = "".join(
        " " if unicodedata.category(sign) in ("Zl", "Zp") or sign in "\t\n\r\v\f" else sign for sign in text
    )
    kept = "".join(sign for sign in spaced if sign in JOINERS or not unicodedata.category(sign).startswith("C"))
    line = " ".join(unicodedata.normalize("NFC", kept).split()).strip(JOINERS)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
