"""Formulas over one client: what can be asked of all clients at once. Two truth values; no solver in here."""

from __future__ import annotations

from collections.abc import Iterable

from demandfirst.engine.ir.conditions import Condition
from demandfirst.engine.ir.record import record


@record
class Certain:
    """A condition definitely holds."""

    condition: Condition


@record
class Possible:
    """A condition holds, or can still come to hold."""

    condition: Condition


@record
class Every:
    """All parts are so."""

    parts: tuple[Formula, ...]


@record
class Some:
    """At least one part is so."""

    parts: tuple[Formula, ...]


@record
class Not:
    """The part is not so."""

    part: Formula


@record
class AtLeast:
    """The weights of the parts that are so come to this sum or more; weights are positive."""

    parts: tuple[tuple[Formula, int], ...]
    least: int


@record
class Full:
    """Every question is answered, be it with *don't know*."""


Formula = Certain | Possible | Every | Some | Not | AtLeast | Full
ALWAYS = Every(())
NEVER = Some(())


def every(parts: Iterable[Formula]) -> Formula:
    """All of the parts."""
    return Every(tuple(parts))


def some(parts: Iterable[Formula]) -> Formula:
    """At least one of the parts."""
    return Some(tuple(parts))


def differ(one: Formula, other: Formula) -> Formula:
    """Exactly one of the two is so."""
    return NEVER if one == other else Some((Every((one, Not(other))), Every((other, Not(one)))))
