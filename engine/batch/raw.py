"""A part of the input as it was read, before its cells are understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from demandfirst.engine.batch.header import Target
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.rejection import Rejection


@dataclass
class Raw:
    """Records of the input; a record that cannot be read at all is in `rejected`.

    `rows` and `lines` say where each row of `frame` comes from. `targets`: which of its columns answer facts; `kept`: the columns
    that are passed through; `numbers`: in JSON, numbers that stand among the texts of a column. `within`: the column in which the
    answers stand as JSON.
    """

    first_row: int
    records: int
    frame: pl.DataFrame
    rows: pl.Series
    lines: pl.Series | None = None
    rejected: list[Rejection] = field(default_factory=list)
    numbers: dict[str, pl.Series] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    kept: pl.DataFrame = field(default_factory=pl.DataFrame)
    within: str = ""

    def line(self, at: int) -> int:
        """The line in which a row begins; 0 where there are no lines."""
        return 0 if self.lines is None else int(self.lines[at])

    def rows_from(self, row: int) -> Raw:
        """The part from a row on."""
        rejected = [one for one in self.rejected if one.row >= row]
        part = self.filtered(self.rows >= row)
        part.first_row, part.records, part.rejected = row, self.first_row + self.records - row, rejected
        return part

    def filtered(self, keep: pl.Series) -> Raw:
        """The same records with some of the rows."""
        return Raw(
            self.first_row,
            self.records,
            some_rows(self.frame, keep),
            self.rows.filter(keep),
            None if self.lines is None else self.lines.filter(keep),
            self.rejected,
            {name: series.filter(keep) for name, series in self.numbers.items()},
            self.targets,
            some_rows(self.kept, keep),
            self.within,
        )


def some_rows(frame: pl.DataFrame, keep: pl.Series) -> pl.DataFrame:
    """Rows of a table, which may have no columns."""
    return frame.filter(keep) if frame.width else frame


def row_numbers(first: int, count: int) -> pl.Series:
    """The numbers of rows one after the other."""
    return pl.int_range(first, first + count, eager=True, dtype=pl.Int64).alias("_row")
