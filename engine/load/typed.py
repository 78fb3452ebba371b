"""Numbers as people type them: `60 000`, `60,000`, `12,5 %`, `<1 000`."""

from __future__ import annotations

import re
from typing import Any

from demandfirst.engine.load.yaml_tree import plain

_BETWEEN = " '_\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{RIGHT SINGLE QUOTATION MARK}"
_GROUPED = re.compile(rf"(?<=\d)[{_BETWEEN}](?=\d{{3}}(?!\d))")
_THOUSANDS = re.compile(r"(?<![\d,])(?<!\d\.)[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_DECIMAL = re.compile(r"(?<![\d,])(?<!\d\.)(\d+),(\d+)(?!\d|,|\.\d)")


def typed_number(text: str) -> Any:
    """The number that somebody typed, or the text without what people put between digits, which may be a bound.

    A comma before just three digits separates thousands, since nobody answers to a thousandth; any other is a decimal comma.
    """
    word = _GROUPED.sub("", text.strip().removesuffix("%"))
    word = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), word)
    return plain(_DECIMAL.sub(r"\1.\2", word).strip())
