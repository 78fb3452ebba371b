"""Whom to call first: clients whose verdict waits for answers, the most planned money for each missing answer first."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.advising import ROW, Advised
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.safe_cells import disarmed, plain
from demandfirst.engine.ir.rulebase import Rulebase

LIMIT = 1000
BETWEEN = " / "
OWN = ("rank", "row", "planned_budget", "missing_answers", "questions", "who_knows")


@dataclass(frozen=True, slots=True)
class Call:
    """A client to call: the row of the input, the planned budget, that for each answer, how many are missing and which."""

    row: int
    budget: float | None
    worth: float
    missing: int
    asked: list[str]
    kept: dict[str, str]

    def order(self) -> tuple[float, int, int]:
        """What comes first."""
        return -self.worth, self.missing, self.row


class Calls:
    """The best calls found so far, at most `limit` of them."""

    def __init__(self, rulebase: Rulebase, outputs: Iterable[str], limit: int = LIMIT) -> None:
        self.rulebase, self.limit = rulebase, limit
        known = set(outputs)
        self.facts = [name for name in rulebase.facts if names.verdict_ask(name) in known]
        self.needs = tuple(map(names.verdict_ask, self.facts))
        self.found: list[Call] = []

    def add(self, advised: Advised) -> None:
        """Look through a chunk."""
        missing = pl.sum_horizontal(pl.col(name).cast(pl.UInt32) for name in self.needs)
        frame = advised.advice.select(*self.needs, missing.alias("missing")).with_columns(
            advised.rows.alias(ROW), advised.budget.alias("budget"), pl.int_range(pl.len()).alias("_at")
        )
        worth = (pl.col("budget") / pl.col("missing")).fill_null(-1.0).alias("worth")
        waiting = frame.filter(pl.col("missing") > 0).with_columns(worth)
        best = waiting.sort(["worth", "missing", ROW], descending=[True, False, False]).head(self.limit)
        kept = plain(advised.kept[best["_at"]], flat=True) if advised.kept.width else pl.DataFrame()
        words = [{name: _text(value) for name, value in row.items()} for row in kept.iter_rows(named=True)]
        fresh = [
            Call(
                row[ROW], row["budget"], row["worth"], row["missing"],
                [fact for fact, name in zip(self.facts, self.needs, strict=True) if row[name]], words[at] if words else {},
            )
            for at, row in enumerate(best.iter_rows(named=True))
        ]  # fmt: skip
        self.found = sorted([*self.found, *fresh], key=Call.order)[: self.limit]

    def csv(self) -> str:
        """The list as CSV, the first to call at the top."""
        kept = list(dict.fromkeys(name for call in self.found for name in call.kept))
        own = [name if name not in kept else f"call_{name}" for name in OWN]
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(map(disarmed, [*own[:2], *kept, *own[2:]]))
        for rank, call in enumerate(self.found, 1):
            budget = "" if call.budget is None else f"{call.budget:.4f}".rstrip("0").rstrip(".")
            cells = [call.kept.get(name, "") for name in kept]
            last = [budget, call.missing, self.questions(call), self.who(call)]
            writer.writerow([rank, call.row, *map(disarmed, cells), *last])
        return text.getvalue()

    def questions(self, call: Call) -> str:
        """The questions to ask, as one asks them."""
        return BETWEEN.join(self.rulebase.facts[name].question for name in call.asked)

    def who(self, call: Call) -> str:
        """Who can answer, whoever answers most of them first."""
        people = Counter(one for name in call.asked for one in self.rulebase.facts[name].who)
        labels = self.rulebase.lexicon_labels
        return ", ".join(labels.get(("people", one), one) for one, _ in people.most_common())


def _text(value: object) -> str:
    return "" if value is None else str(value)
