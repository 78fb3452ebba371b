"""Formulas: what can be asked of all clients at once, over one client or, in guarantees, of two. Two truth values; no solver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from demandfirst.engine.ir.conditions import Condition
from demandfirst.engine.ir.record import record

Part_co = TypeVar("Part_co", covariant=True)


@record
class Certain:
    """A condition definitely holds."""

    condition: Condition


@record
class Possible:
    """A condition holds, or can still come to hold."""

    condition: Condition


@record
class Every(Generic[Part_co]):
    """All parts are so."""

    parts: tuple[Part_co, ...]


@record
class Some(Generic[Part_co]):
    """At least one part is so."""

    parts: tuple[Part_co, ...]


@record
class Not(Generic[Part_co]):
    """The part is not so."""

    part: Part_co


@record
class AtLeast:
    """The weights of the parts that are so come to this sum or more; weights are positive."""

    parts: tuple[tuple[Formula, int], ...]
    least: int


@record
class Full:
    """Every question is answered, be it with *don't know*."""


Formula = Certain | Possible | Every["Formula"] | Some["Formula"] | Not["Formula"] | AtLeast | Full
NEVER: Formula = Some(())


def every(parts: Iterable[Formula]) -> Formula:
    """All of the parts."""
    return Every(tuple(parts))


def some(parts: Iterable[Formula]) -> Formula:
    """At least one of the parts."""
    return Some(tuple(parts))


def differ(one: Formula, other: Formula) -> Formula:
    """Exactly one of the two is so."""
    return NEVER if one == other else Some((Every((one, Not(other))), Every((other, Not(one)))))
