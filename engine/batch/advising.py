"""A chunk of answers to a chunk of the advice table, in the order of the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.exact import Exact
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.reading import Chunk
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.rulebase import Rulebase

KINDS = {"text": pl.String, "boolean": pl.Boolean, "number": pl.Float64}
ROW = "_row"
Advise = Callable[[pl.DataFrame, Sequence[str]], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Advised:
    """Rows that were advised: their numbers, the columns of the advice table, those passed through, and the planned budget.

    The budget is null where it is not known, and the lower end where it is given within bounds.
    """

    rows: pl.Series
    advice: pl.DataFrame
    kept: pl.DataFrame
    budget: pl.Series


class Advising:
    """Advises chunks: by columns, and one by one where the columns cannot be sure."""

    def __init__(self, rulebase: Rulebase, wanted: Iterable[str], advise: Advise) -> None:
        self.rulebase, self.wanted, self.by_columns = rulebase, tuple(wanted), advise
        self.exact = Exact(rulebase, self.wanted)

    def advise(self, chunk: Chunk) -> Advised:
        """The rows of a chunk, each advised."""
        answers, rows = chunk.answers, chunk.answers[ROW]
        advice = self.by_columns(answers, [*self.wanted, names.DOUBTFUL])
        doubtful, advice = advice[names.DOUBTFUL].arg_true(), advice.drop(names.DOUBTFUL)
        budget, kept = self._budget(answers), chunk.kept
        one_by_one = self.exact.answers(answers[doubtful]) if len(doubtful) else []
        clients = [*one_by_one, *(given for _, given in chunk.bounded)]
        if not clients:
            return Advised(rows, advice, kept, budget)
        places = pl.int_range(advice.height, eager=True).scatter(
            doubtful, pl.int_range(advice.height, advice.height + len(doubtful), eager=True)
        )
        cells = zip(*map(self.exact.row, clients), strict=True)
        exact = [
            pl.Series(name, column, kind) for (name, kind), column in zip(advice.schema.items(), cells, strict=True)
        ]
        stacked = advice.vstack(pl.DataFrame(exact))
        if not chunk.bounded:
            return Advised(rows, stacked[places], kept, budget)
        first = advice.height + len(doubtful)
        places = pl.concat([places, pl.int_range(first, first + len(chunk.bounded), eager=True)])
        rows = pl.concat([rows, pl.Series([row for row, _ in chunk.bounded], dtype=rows.dtype)])
        order = rows.arg_sort()
        budget = pl.concat([budget, pl.Series([self._least(given) for _, given in chunk.bounded], dtype=pl.Float64)])
        kept = kept.vstack(chunk.bounded_kept)[order] if kept.width else kept
        return Advised(rows[order], stacked[places[order]], kept, budget[order])

    def nothing(self, kept: pl.DataFrame) -> Advised:
        """No rows, with all columns."""
        schema: dict[str, Any] = {name: KINDS[kind] for name, kind in names.input_columns(self.rulebase)}
        answers = pl.DataFrame(schema={ROW: pl.Int64, **schema})
        return self.advise(Chunk(1, 0, answers, kept, [], kept, []))

    def _budget(self, answers: pl.DataFrame) -> pl.Series:
        name = self.rulebase.budget_fact
        return answers[name] if name else pl.repeat(None, answers.height, dtype=pl.Float64, eager=True)

    def _least(self, answers: Mapping[str, Answer]) -> float | None:
        given = answers.get(self.rulebase.budget_fact)
        return (
            float(given.low if isinstance(given, Interval) else given)
            if isinstance(given, Interval | Fraction)
            else None
        )
