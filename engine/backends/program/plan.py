"""The steps to some columns in few stages: what is read only once stands where it is read, what is read no more is dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from demandfirst.engine.backends.program.expressions import (
    FALSE,
    UNKNOWN,
    Column,
    Constant,
    Expression,
    Figure,
    Kind,
    Step,
    Word,
    columns_in,
    rebuilt,
    size,
)
from demandfirst.engine.backends.program.names import unknown
from demandfirst.engine.backends.program.program import LOCAL, Program
from demandfirst.engine.ir.record import record

NOTHING: Mapping[Kind, Constant] = {"boolean": UNKNOWN, "number": Figure(None), "text": Word(None)}


@record
class Stage:
    """Columns that are defined at once, and those from before that are still needed afterwards."""

    steps: tuple[Step, ...]
    kept: tuple[str, ...]


def without(program: Program, absent: Iterable[str]) -> Program:
    """The program for a table that lacks some columns: nobody has answered these questions."""
    known: dict[str, Expression] = {
        name: FALSE if name.endswith(unknown("")) else NOTHING[program.inputs[name]] for name in absent
    }
    steps: dict[str, Step] = {}
    for step in program.steps.values():
        expression = _filled(step.expression, known)
        if isinstance(expression, Constant):
            known[step.name] = expression
        steps[step.name] = Step(step.name, step.kind, expression, step.stage, step.values)
    return Program({name: kind for name, kind in program.inputs.items() if name not in known}, steps)


def plan(program: Program, wanted: Iterable[str], small: int = 0) -> tuple[Stage, ...]:
    """The stages that lead from the answers table to the columns wanted.

    A step whose readers would grow by no more than `small` altogether is repeated in each, which saves stages.
    """
    names = tuple(wanted)
    steps = inlined(program.cone(names), small)
    staged = sorted(_staged(steps), key=lambda step: step.stage)
    return tuple(_kept([tuple(group) for _, group in groupby(staged, key=lambda step: step.stage)], names))


def inlined(steps: Iterable[Step], small: int = 0) -> list[Step]:
    """The steps without those on the way that are read once or are small: they stand where they are read."""
    steps = list(steps)
    reads = Counter(name for step in steps for name in columns_in(step.expression))
    pending: dict[str, Expression] = {}
    found = []
    for step in steps:
        expression = _filled(step.expression, pending)
        local = step.name.startswith(LOCAL)
        if (local and reads[step.name] == 1) or (step.kind != "text" and reads[step.name] * size(expression) <= small):
            pending[step.name] = expression
        if not local or step.name not in pending:
            found.append(Step(step.name, step.kind, expression, step.stage, step.values))
    return found


def _filled(expression: Expression, pending: dict[str, Expression]) -> Expression:
    match expression:
        case Column(name):
            return pending.get(name, expression)
        case _ if isinstance(expression, Constant):
            return expression
        case _:
            return rebuilt(expression, lambda part: _filled(part, pending))


def _staged(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps with the earliest stage in which each can stand."""
    stages: dict[str, int] = {}
    for step in steps:
        stages[step.name] = 1 + max((stages.get(name, 0) for name in columns_in(step.expression)), default=0)
        yield Step(step.name, step.kind, step.expression, stages[step.name], step.values)


def _kept(groups: list[tuple[Step, ...]], wanted: tuple[str, ...]) -> list[Stage]:
    """For each group of steps what later ones still read, and what is wanted."""
    needed = dict.fromkeys(wanted)
    found: list[Stage] = []
    for steps in reversed(groups):
        own = {step.name for step in steps}
        kept = tuple(name for name in needed if name not in own)
        found.append(Stage(steps, kept))
        needed = dict.fromkeys([*kept, *(name for step in steps for name in columns_in(step.expression))])
    return found[::-1]
