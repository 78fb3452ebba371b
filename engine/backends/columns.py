"""A table of clients at once: the program of a rulebase as narwhals expressions, over Polars, DuckDB or PySpark."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add, and_, eq, ge, gt, le, lt, mul, ne, or_, sub, truediv
from typing import Any

from demandfirst.engine.backends.program.expressions import (
    Among,
    And,
    Calculate,
    Column,
    Compare,
    Expression,
    Figure,
    Floor,
    Greatest,
    Millionths,
    Missing,
    Not,
    Or,
    Pick,
    Truth,
    Word,
)
from demandfirst.engine.backends.program.lower import lower
from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.ir.rulebase import Rulebase

try:
    import narwhals as nw
except ImportError:
    raise MissingExtra("lists of clients need a part that is not installed: pip install 'demandfirst[batch]'") from None

COMPARE = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
CALCULATE = {"+": add, "-": sub, "*": mul, "/": truediv}


class Columns:
    """The advice table for an answers table."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.program = lower(rulebase)

    def advise(self, frame: Any, wanted: Iterable[str] | None = None) -> Any:
        """The columns wanted (all, where none are named) added to a frame, of the kind that was given."""
        names = list(wanted or self.program.outputs)
        table = nw.from_native(frame)
        steps = self.program.cone(names)
        for stage in sorted({step.stage for step in steps}):
            table = table.with_columns(
                **{step.name: translated(step.expression) for step in steps if step.stage == stage}
            )
        return table.select(*names).to_native()


def translated(expression: Expression) -> Any:
    """An expression as one of narwhals."""
    match expression:
        case Column(name):
            return nw.col(name)
        case Truth(value):
            return nw.lit(value, nw.Boolean)
        case Figure(value):
            return nw.lit(value, nw.Float64)
        case Word(value):
            return nw.lit(value, nw.String)
        case And(parts):
            return reduce(and_, map(translated, parts))
        case Or(parts):
            return reduce(or_, map(translated, parts))
        case Not(part):
            return ~translated(part)
        case Missing(part):
            return translated(part).is_null()
        case Compare(op, left, right):
            return COMPARE[op](translated(left), translated(right))
        case Among(part, values):
            return reduce(or_, (translated(part) == value for value in values))
        case Calculate(op, left, right):
            return CALCULATE[op](translated(left), translated(right))
        case Floor(part):
            return translated(part).floor()
        case Millionths(part):  # Polars divides by a constant as it multiplies with the inverse; its rounding is exact
            return (translated(part) * 1e-6).round(6)
        case Greatest(parts):
            return nw.max_horizontal(*map(translated, parts))
        case Pick(test, then, otherwise):
            return nw.when(translated(test)).then(translated(then)).otherwise(translated(otherwise))
