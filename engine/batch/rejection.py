"""A row that cannot be advised, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason for which a row is set aside; `column` and `fact` are empty where it is the whole record.

    `row` counts the records of the input from 1; `line` is the line of the file in which the record begins, 0 where there are
    no lines.
    """

    row: int
    line: int
    column: str
    fact: str
    code: str
    reason: str
    help: str
    value: str

    def as_dict(self) -> dict[str, Any]:
        """The rejection as plain data."""
        return asdict(self)


def cut(value: str) -> str:
    """A raw value short enough to be shown; bytes that are no text are shown as question marks."""
    shown = value[: LONGEST_VALUE + 1].encode("utf-8", "replace").decode("utf-8")
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}..."
