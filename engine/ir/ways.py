"""Ways to another outcome: what would have to change. Immutable and JSON-serialisable."""

from __future__ import annotations

from typing import Any, Literal

from demandfirst.engine.ir.advice import Named, Part
from demandfirst.engine.ir.vocabulary import Effort

WantedStatus = Literal["recommended", "not recommended", "not raised"]


class Move(Part):
    """One answer that has to become another, or has to be found out.

    `to` is an answer that works, `also` others that would do as well with the rest of the way as it is. For a number, `works`
    has the first and the last that do, and `nearest` the one nearest to the present answer.
    """

    kind: Literal["change", "find_out"]
    fact: str
    label: str
    before: Any
    to: Any
    also: tuple[Any, ...]
    nearest: int | float | None
    works: tuple[int | float, int | float] | None
    text: str
    effort: Effort
    by: Named
    note: str


class Way(Part):
    """A minimal set of changes: together they bring the outcome about, no part of them does.

    `set` holds the answers as a client file would; `warnings` are those that the changed client is given anew.
    """

    changes: tuple[Move, ...]
    find_out: tuple[Move, ...]
    effort: Effort
    set: dict[str, Any]
    warnings: tuple[Named, ...]


class Obstacle(Part):
    """An answer that is in the way: it is fixed, or cannot become what would be needed."""

    fact: str
    label: str
    answer: Any
    text: str


class HowTo(Part):
    """The ways to an outcome, the fewest and easiest changes first.

    `complete`: every minimal way is listed. Without any way, `obstacles` names answers that together rule the outcome out; none
    there means that no client can get it. `note` says so where the solver gave up.
    """

    goal: str
    title: str
    wanted: WantedStatus
    status: str
    reached: bool
    ways: tuple[Way, ...] = ()
    complete: bool = True
    obstacles: tuple[Obstacle, ...] = ()
    note: str = ""
