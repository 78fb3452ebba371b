"""A program: steps in stages, what is asked for and what only leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    Kind,
    Millionths,
    Missing,
    Not,
    Or,
    Pick,
    Step,
    Truth,
    Word,
    columns_in,
)
from demandfirst.engine.ir.record import record

LOCAL = "_"


@record
class Program:
    """Steps by name, each after those that it reads. A name that starts with `_` is a step on the way."""

    inputs: Mapping[str, Kind]
    steps: Mapping[str, Step]

    def cone(self, wanted: Iterable[str]) -> list[Step]:
        """The steps that lead to the columns wanted, in their order."""
        needed = set(wanted)
        found = []
        for step in reversed(list(self.steps.values())):
            if step.name in needed:
                found.append(step)
                needed.update(columns_in(step.expression))
        return found[::-1]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns of the advice table."""
        return tuple(name for name in self.steps if not name.startswith(LOCAL))


class Builder:
    """Takes up definitions; an expression that stands in several places is defined once."""

    def __init__(self, inputs: Mapping[str, Kind]) -> None:
        self.inputs = inputs
        self.steps: dict[str, Step] = {}
        self._lets: dict[Expression, Column] = {}

    def let(self, expression: Expression) -> Expression:
        """A name for an expression, the same one for the same expression; plain ones need none."""
        if isinstance(expression, Column | Truth | Figure | Word):
            return expression
        if expression not in self._lets:
            name = f"{LOCAL}{len(self._lets) + 1}"
            self._lets[expression] = Column(name)
            self.define(name, expression)
        return self._lets[expression]

    def define(self, name: str, expression: Expression, values: tuple[str, ...] = ()) -> None:
        """A column."""
        read = set(columns_in(expression))
        stage = 1 + max((self.steps[one].stage for one in read if one not in self.inputs), default=0)
        self.steps[name] = Step(name, self.kind(expression), expression, stage, values)

    def kind(self, expression: Expression) -> Kind:
        """The type of an expression."""
        match expression:
            case Truth() | And() | Or() | Not() | Missing() | Compare() | Among():
                return "boolean"
            case Figure() | Calculate() | Floor() | Millionths() | Greatest():
                return "number"
            case Word():
                return "text"
            case Pick(_, then, otherwise):
                return self.kind(otherwise if isinstance(then, Truth) else then)
            case Column(name):
                return self.steps[name].kind if name in self.steps else self.inputs[name]

    def program(self) -> Program:
        """What was defined."""
        return Program(self.inputs, dict(self.steps))
