"""Tables as the formats can hold them: words instead of categories, and in CSV no cell that a spreadsheet would run."""

from __future__ import annotations

import re
from typing import Any

from demandfirst.engine.batch.imported import pl

GUARD = "'"
"""What is put before a cell that a spreadsheet would take for a formula."""
# Full-width signs count too: some spreadsheets take them for the plain ones.
_FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_ODD = (pl.Categorical, pl.Enum)
_NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]+)*%?$"


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with every text disarmed that begins like a formula and is no plain number; names of columns too."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    return frame.with_columns(map(_guarded, texts)).rename({name: disarmed(name) for name in frame.columns})


def disarmed(text: str) -> str:
    """One text, disarmed where it begins like a formula."""
    return GUARD + text if re.match(_FORMULA, text) and not re.fullmatch(_NUMBER, text) else text


def plain(frame: pl.DataFrame, *, flat: bool) -> pl.DataFrame:
    """Categories as words; with `flat` enumerations too, and nested values as JSON."""
    return frame.with_columns(
        _plain(name, kind, flat=flat)
        for name, kind in frame.schema.items()
        if isinstance(kind, _ODD) or kind.is_nested()
    )


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """For text formats: bytes as hexadecimal digits."""
    return frame.with_columns(pl.col(pl.Binary).bin.encode("hex"))


def _plain(name: str, kind: pl.DataType, *, flat: bool) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, _ODD):
        return column.cast(pl.String) if flat or isinstance(kind, pl.Categorical) else column
    column = column.cast(_worded(kind))
    if not flat:
        return column
    held = pl.struct(column.alias("v")).struct.json_encode()
    return pl.when(column.is_not_null()).then(held.str.slice(5).str.head(-1)).alias(name)


def _worded(kind: Any) -> Any:
    """The type with words in place of categories."""
    match kind:
        case pl.List():
            return pl.List(_worded(kind.inner))
        case pl.Array():
            return pl.Array(_worded(kind.inner), kind.size)
        case pl.Struct():
            return pl.Struct({one.name: _worded(one.dtype) for one in kind.fields})
        case _:
            return pl.String() if isinstance(kind, _ODD) else kind


def _guarded(name: str) -> pl.Expr:
    text = pl.col(name)
    formula = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    return pl.when(formula).then(pl.concat_str(pl.lit(GUARD), text)).otherwise(text).alias(name)
