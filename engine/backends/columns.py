"""A table of clients at once: the program of a rulebase as column expressions, over Polars, DuckDB or PySpark.

narwhals speaks the language of Polars. So one table of operators serves both: on DuckDB and PySpark it is applied to narwhals,
on Polars to Polars itself, where the expressions are made once and then serve every chunk of clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, reduce
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
    Step,
    Truth,
    Word,
)
from demandfirst.engine.backends.program.lower import lower
from demandfirst.engine.backends.program.names import required_columns
from demandfirst.engine.backends.program.plan import Stage, plan, without
from demandfirst.engine.errors import DemandfirstError, Fault, MissingExtra, Place
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _

try:
    import narwhals as nw
except ImportError:
    message = _("lists of clients need a part that is not installed: {install}")
    raise MissingExtra(message.format(install="pip install 'demandfirst[batch]'")) from None

COMPARE = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
CALCULATE = {"+": add, "-": sub, "*": mul, "/": truediv}
WHOLE = 2.0**53
"""From here on every floating-point number is a whole one."""
SMALL = 32
"""Steps up to this size, counted once for each reader, are repeated where a plan is long: fewer stages."""
STAGES_AT_ONCE = 6
"""So many stages PySpark plans at once; then it works them out, or planning takes longer than the work."""


class Columns:
    """The advice table for an answers table."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase, self.program = rulebase, lower(rulebase)
        self._plan = cache(lambda absent, names, small=0: plan(without(self.program, absent), names, small))
        self._in_polars = cache(self._polars_stages)

    def advise(self, frame: Any, wanted: Iterable[str] | None = None) -> Any:
        """The columns wanted (all, where none are named) of a frame, as a frame of the kind that was given.

        Questions without a column count as not answered, the required ones aside. Columns that only the frame has may be wanted
        too, and are passed on. In Polars texts come out as `Enum`.
        """
        names = tuple(wanted or self.program.outputs)
        table = nw.from_native(frame)
        schema = table.collect_schema()
        absent = self._absent(schema)
        if table.implementation.is_polars():
            return self._polars(frame, schema, self._in_polars(absent, names))
        spark = table.implementation.is_pyspark()
        translate = Translation(nw, FOR_SPARK if spark else TRANSLATE)
        for at, stage in enumerate(self._plan(absent, names, SMALL)):
            if spark and at and at % STAGES_AT_ONCE == 0:
                table = nw.from_native(table.to_native().localCheckpoint())
            table = table.select(*translate.stage(stage))
        return table.select(*names).to_native()

    def _absent(self, given: Iterable[str]) -> tuple[str, ...]:
        absent = tuple(self.program.inputs.keys() - set(given))
        required = [
            fact.id for fact in self.rulebase.facts.values() if not set(absent).isdisjoint(required_columns(fact))
        ]
        if required:
            raise DemandfirstError(
                Fault(Place("the table"), "missing-column", f"`{name}` has no column", "this question needs an answer")
                for name in required
            )
        return absent

    def _polars(self, frame: Any, schema: Mapping[str, Any], stages: Sequence[Sequence[Any]]) -> Any:
        """Chunk by chunk on all processors, so that steps on the way stay in the processor's cache."""
        import polars as pl

        facts = [
            one for one in self.rulebase.facts.values() if one.type == "choice" and schema.get(one.id) == nw.String
        ]
        lazy = frame.lazy().with_columns(
            pl.col(one.id).cast(pl.Enum([value.id for value in one.values])) for one in facts
        )
        for stage in stages:
            lazy = lazy.select(stage)
        return lazy if isinstance(frame, pl.LazyFrame) else lazy.collect(engine="streaming")

    def _polars_stages(self, absent: tuple[str, ...], names: tuple[str, ...]) -> Sequence[Sequence[Any]]:
        import polars as pl

        translate = Translation(pl, FOR_POLARS)
        return [translate.stage(stage) for stage in self._plan(absent, names)] + [[pl.col(name) for name in names]]


class Translation:
    """Expressions as those of a library with the language of Polars."""

    def __init__(self, library: Any, table: Mapping[type, Callable[[Translation, Any], Any]]) -> None:
        self.library, self.table = library, table
        self.words: tuple[str, ...] = ()

    def stage(self, stage: Stage) -> list[Any]:
        """The columns of a stage."""
        kept = [self.library.col(name) for name in stage.kept]
        return kept + [self.step(step).alias(step.name) for step in stage.steps]

    def step(self, step: Step) -> Any:
        """The definition of a column."""
        self.words = step.values
        return self(step.expression)

    def __call__(self, expression: Expression) -> Any:
        return self.table[type(expression)](self, expression)

    def lit(self, value: Any, kind: str) -> Any:
        """A constant of a type."""
        return self.library.lit(value, getattr(self.library, kind))


def _compared(to: Translation, one: Compare) -> Any:
    right: Any = one.right.value if isinstance(one.right, Word) else to(one.right)
    return COMPARE[one.op](to(one.left), right)


def _spark_floor(to: Translation, one: Floor) -> Any:
    """Spark's `floor` is a whole number of 64 bits, and fails on larger ones."""
    part = to(one.part)
    small = nw.when(part.abs() < WHOLE).then(part)
    return nw.when(part.abs() < WHOLE).then(small.floor().cast(nw.Float64)).otherwise(part)


TRANSLATE: Mapping[type, Callable[[Translation, Any], Any]] = {
    Column: lambda to, one: to.library.col(one.name),
    Truth: lambda to, one: to.lit(one.value, "Boolean"),
    Figure: lambda to, one: to.lit(one.value, "Float64"),
    Word: lambda to, one: to.lit(one.value, "String"),
    And: lambda to, one: reduce(and_, map(to, one.parts)),
    Or: lambda to, one: reduce(or_, map(to, one.parts)),
    Not: lambda to, one: ~to(one.part),
    Missing: lambda to, one: to(one.part).is_null(),
    Compare: _compared,
    Among: lambda to, one: reduce(or_, (to(one.part) == value for value in one.values)),
    Calculate: lambda to, one: CALCULATE[one.op](to(one.left), to(one.right)),
    Floor: lambda to, one: to(one.part).floor(),
    Millionths: lambda to, one: to(one.part) / 1e6,
    Greatest: lambda to, one: to.library.max_horizontal(*map(to, one.parts)),
    Pick: lambda to, one: to.library.when(to(one.test)).then(to(one.then)).otherwise(to(one.otherwise)),
}
FOR_SPARK = {**TRANSLATE, Floor: _spark_floor}
FOR_POLARS = {
    **TRANSLATE,
    Word: lambda to, one: to.library.lit(one.value, to.library.Enum(to.words)),
    # Polars divides by a constant as it multiplies with the inverse; its rounding is exact
    Millionths: lambda to, one: (to(one.part) * 1e-6).round(6),
}
