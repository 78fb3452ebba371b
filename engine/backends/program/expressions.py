"""A small language over columns with nulls. A null truth is Kleene's *unknown*; a null number or text is *no value*.

Every constructor below folds constants, so that a program holds only what depends on the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from demandfirst.engine.ir.conditions import ArithmeticOp, CompareOp
from demandfirst.engine.ir.record import record


@record
class Column:
    """A column of the table, or one defined earlier."""

    name: str


@record
class Truth:
    """A truth; None is Kleene's *unknown*."""

    value: bool | None


@record
class Figure:
    """A number; None is null."""

    value: float | None


@record
class Word:
    """A text; None is null."""

    value: str | None


@record
class And:
    """Kleene's `and`."""

    parts: tuple[Expression, ...]


@record
class Or:
    """Kleene's `or`."""

    parts: tuple[Expression, ...]


@record
class Not:
    """Kleene's `not`."""

    part: Expression


@record
class Missing:
    """Whether a value is null; never null itself."""

    part: Expression


@record
class Compare:
    """Two numbers or texts compared; null if either is."""

    op: CompareOp
    left: Expression
    right: Expression


@record
class Among:
    """Whether a text is one of several; null if it is."""

    part: Expression
    values: tuple[str, ...]


@record
class Calculate:
    """Two numbers joined; null if either is. The divisor is not zero where it counts."""

    op: ArithmeticOp
    left: Expression
    right: Expression


@record
class Floor:
    """The largest whole number that is not above."""

    part: Expression


@record
class Millionths:
    """A whole number of millionths as the number nearest to it, so that the same decimals are the same number."""

    part: Expression


@record
class Greatest:
    """The largest of numbers, none of them null."""

    parts: tuple[Expression, ...]


@record
class Pick:
    """One value where a test is true, another where it is false or null."""

    test: Expression
    then: Expression
    otherwise: Expression


Constant = Truth | Figure | Word
Expression = (
    Column | Constant | And | Or | Not | Missing | Compare | Among | Calculate | Floor | Millionths | Greatest | Pick
)
Kind = Literal["boolean", "number", "text"]

TRUE, FALSE, UNKNOWN = Truth(True), Truth(False), Truth(None)
ZERO, ONE = Figure(0.0), Figure(1.0)


@record
class Step:
    """A column defined by an expression over the table and earlier steps.

    `stage`: one more than the highest stage it reads. `values`: all that a text can be, in order.
    """

    name: str
    kind: Kind
    expression: Expression
    stage: int
    values: tuple[str, ...] = ()


def conjunction(parts: Iterable[Expression]) -> Expression:
    """All of the parts."""
    kept = [part for part in dict.fromkeys(parts) if part != TRUE]
    if FALSE in kept:
        return FALSE
    return And(tuple(kept)) if len(kept) > 1 else kept[0] if kept else TRUE


def disjunction(parts: Iterable[Expression]) -> Expression:
    """At least one of the parts."""
    kept = [part for part in dict.fromkeys(parts) if part != FALSE]
    if TRUE in kept:
        return TRUE
    return Or(tuple(kept)) if len(kept) > 1 else kept[0] if kept else FALSE


def negation(part: Expression) -> Expression:
    """Kleene's `not`."""
    match part:
        case Truth(value):
            return part if value is None else Truth(not value)
        case Not(inner):
            return inner
        case _:
            return Not(part)


def choice(test: Expression, then: Expression, otherwise: Expression) -> Expression:
    """One or the other."""
    if then == otherwise:
        return then
    if isinstance(test, Truth):
        return then if test.value else otherwise
    return Pick(test, then, otherwise)


def missing(part: Expression) -> Expression:
    """Whether a value is null."""
    return Truth(part.value is None) if isinstance(part, Constant) else Missing(part)


def among(part: Expression, values: tuple[str, ...]) -> Expression:
    """Whether a text is one of several."""
    if isinstance(part, Constant) and part.value is not None:
        return Truth(part.value in values)
    return _of_value([part], Among(part, values), UNKNOWN)


def compare(op: CompareOp, left: Expression, right: Expression) -> Expression:
    """Two numbers or texts compared."""
    if op in {"==", "!="} and isinstance(left, Word | Figure) and isinstance(right, Word | Figure):
        both = left.value is not None and right.value is not None
        return Truth((left == right) == (op == "==")) if both else UNKNOWN
    return _of_value([left, right], Compare(op, left, right), UNKNOWN)


def _of_value(parts: Iterable[Expression], whole: Expression, nothing: Expression) -> Expression:
    """The whole, or nothing where a part is null for good."""
    return nothing if any(isinstance(part, Constant) and part.value is None for part in parts) else whole


def total(parts: Iterable[Expression]) -> Expression:
    """The sum of numbers."""
    result: Expression | None = None
    for part in parts:
        result = part if result is None else Calculate("+", result, part)
    return Figure(0.0) if result is None else result


def inside(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that an expression is made of."""
    match expression:
        case Column() | Truth() | Figure() | Word():
            return ()
        case And(parts) | Or(parts) | Greatest(parts):
            return parts
        case Not(part) | Missing(part) | Floor(part) | Millionths(part) | Among(part, _):
            return (part,)
        case Compare(_, left, right) | Calculate(_, left, right):
            return (left, right)
        case Pick(test, then, otherwise):
            return (test, then, otherwise)


def size(expression: Expression) -> int:
    """Of how many expressions an expression is made."""
    return 1 + sum(map(size, inside(expression)))


def rebuilt(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with each one inside it changed."""
    match expression:
        case Column() | Truth() | Figure() | Word():
            return expression
        case And(parts):
            return conjunction(map(change, parts))
        case Or(parts):
            return disjunction(map(change, parts))
        case Greatest(parts):
            return Greatest(tuple(map(change, parts)))
        case Not(part):
            return negation(change(part))
        case Missing(part):
            return missing(change(part))
        case Floor(part) | Millionths(part):
            return _of_value([changed := change(part)], type(expression)(changed), Figure(None))
        case Among(part, values):
            return among(change(part), values)
        case Compare(op, left, right):
            return compare(op, change(left), change(right))
        case Calculate(op, left, right):
            return _of_value(sides := (change(left), change(right)), Calculate(op, *sides), Figure(None))
        case Pick(test, then, otherwise):
            return choice(change(test), change(then), change(otherwise))


def columns_in(expression: Expression) -> Iterator[str]:
    """The names of the columns that an expression reads."""
    if isinstance(expression, Column):
        yield expression.name
    for part in inside(expression):
        yield from columns_in(part)
