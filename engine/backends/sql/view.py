"""The rulebase as one SQL query over a client table, a view of it, and what is known about each dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

from demandfirst.engine.backends.limits import EXECUTED
from demandfirst.engine.backends.program.expressions import Step
from demandfirst.engine.backends.program.groups import GROUPS, grouped, rejected
from demandfirst.engine.backends.program.lower import lower
from demandfirst.engine.backends.program.names import DOUBTFUL
from demandfirst.engine.backends.program.plan import Stage, plan, without
from demandfirst.engine.backends.program.program import Program
from demandfirst.engine.backends.sql.imported import exp
from demandfirst.engine.backends.sql.operators import Sql
from demandfirst.engine.backends.sql.parts import called
from demandfirst.engine.backends.sql.table import ClientTable, bad_name, identifier, other
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.ir.rulebase import Rulebase

Dialect = Literal["duckdb", "postgres", "spark", "bigquery", "snowflake"]
DIALECTS: tuple[str, ...] = get_args(Dialect)
DEFAULT = tuple(group for group in GROUPS if group not in {"rules", "questions", "weights"})
REJECTED = "rejected"
VIEW = "demandfirst_advice"
SMALL = 16
"""Steps up to this size, counted once for each reader, are repeated: fewer columns pass from one part of the query to the next."""

FENCES: Mapping[str, bool] = {"postgres": True, "duckdb": False}
"""Whether parts are worked out one by one: PostgreSQL would repeat each in all its readers, DuckDB would keep copies of all."""


class Warehouse:
    """The rulebase for the warehouse in which the clients are."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        program = lower(rulebase)
        check = Step(REJECTED, "text", rejected(rulebase), 1, tuple(rulebase.facts))
        self.program = Program(program.inputs, {**program.steps, REJECTED: check})
        self.groups = grouped(rulebase, program)

    def view(
        self, dialect: Dialect, table: ClientTable, *, groups: Iterable[str] = DEFAULT, name: str | None = VIEW
    ) -> str:
        """The text of a view, or without a name of the query alone; raises `DemandfirstError`."""
        table.check(self.rulebase.facts, [*self.program.inputs, *self.program.steps])
        query = self.query(dialect, table, self.columns(groups))
        if name is not None:
            faults = [fault for part in name.split(".") for fault in bad_name(part, "--view")]
            if faults:
                raise DemandfirstError(faults)
            query = exp.Create(this=_table(name), kind="VIEW", expression=query)
        text: str = query.sql(dialect, pretty=True, max_text_width=100)
        return "".join(f"-- {line}\n" for line in self.heading(dialect)) + text + ";\n"

    def columns(self, groups: Iterable[str]) -> tuple[str, ...]:
        """The columns of groups, each once."""
        found = [name for group in GROUPS if group in set(groups) for name in self.groups[group]]
        return (*dict.fromkeys(found), DOUBTFUL, REJECTED)

    def heading(self, dialect: str) -> Iterator[str]:
        """What the text is, and whether it was ever run."""
        rulebase = self.rulebase
        yield f"demandfirst: rulebase {' '.join(rulebase.version.split())} ({rulebase.hash}), dialect {dialect}"
        yield "Made by `demandfirst sql`; make it again when the rulebase changes."
        if dialect in EXECUTED:
            yield "SQL of this dialect is run in the tests and compared with the other engines."
        else:
            yield "NOT EXECUTED: SQL of this dialect was only parsed back, never run. Compare a sample before you rely on it."
        yield f"`{DOUBTFUL}`: rounding may be off by a hair where it decides; `{REJECTED}`: the first answer that cannot be used."

    def query(self, dialect: Dialect, table: ClientTable, columns: Iterable[str]) -> Any:
        """The query: a part for the answers, then one for each stage of the program, named by what it holds."""
        names = tuple(columns)
        stages = plan(without(self.program, self.absent(table)), names, SMALL)
        called_steps = called(step for stage in stages for step in stage.steps)
        to = Sql(dialect, called_steps)
        kept = [exp.column(identifier(name)) for name in table.kept]
        facts, fence = list(self.rulebase.facts.values()), FENCES.get(dialect)
        texts = exp.select(exp.Star(), *table.texts(facts)).from_(_table(table.name))
        answers = exp.select(*kept, *table.answers(facts)).from_("texts")
        query = exp.select(*(column.copy() for column in kept), *(self._shown(name, table) for name in names))
        query = query.with_("texts", as_=texts, copy=False).with_(
            "answers", as_=answers, materialized=fence, copy=False
        )
        before = "answers"
        for number, stage in enumerate(stages, 1):
            title = "_".join([f"step_{number}", *self._holds(stage)])
            steps = [
                exp.alias_(to.value(step.expression, step.kind), called_steps.get(step.name, step.name))
                for step in stage.steps
            ]
            part = exp.select(exp.Star(), *steps).from_(before)
            query = query.with_(title, as_=part, materialized=fence, copy=False)
            before = title
        return query.from_(before)

    def _shown(self, name: str, table: ClientTable) -> Any:
        """A column as it comes out; an entry of a set that is no value is as bad as an answer that cannot be used."""
        sets = table.with_others(self.rulebase.facts.values())
        if name != REJECTED or not sets:
            return exp.column(name)
        case = exp.case()
        for fact in sets:
            case = case.when(exp.column(other(fact)), exp.Literal.string(fact.id))
        return exp.alias_(exp.func("COALESCE", exp.column(name), case), name)

    def absent(self, table: ClientTable) -> list[str]:
        """The columns of the answers table for which the client table has nothing."""
        facts = [fact for fact in self.rulebase.facts.values() if not any(map(table.has, table.columns_of(fact)))]
        return [
            name for fact in facts for name in self.program.inputs if name == fact.id or name.startswith(f"{fact.id}__")
        ]

    def _holds(self, stage: Stage) -> list[str]:
        names = {step.name for step in stage.steps}
        return [group for group in GROUPS if not names.isdisjoint(self.groups[group])] or ["conditions"]


def _table(name: str) -> Any:
    *path, last = (identifier(part) for part in name.split("."))
    return exp.Table(this=last, **dict(zip(("db", "catalog"), reversed(path), strict=False)))
