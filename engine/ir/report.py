"""What the report says beside the advice: its charts, where the next unit of budget goes, objections and answers, further steps."""

from __future__ import annotations

from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.rules import Line

Room = Literal["much", "little", "full", "unused", "running", "apart"]
"""How much room a channel has left; `running`: it is used and nobody has measured it, `apart`: it does not apply."""
Filled = Literal["all", "nothing", "share", "unknown"]
"""How much of a channel is used: all of it, nothing, the share of its row, or nobody knows."""


@record
class NextUnit:
    """Where the next unit of budget goes, if all lines hold and the item, where one is named, is recommended."""

    id: str
    place: Place
    when: tuple[Line, ...]
    item: str
    text: str
    sources: tuple[str, ...]


@record
class Bar:
    """A number shown as a bar or a line: a numeric fact, a quantity or a parameter, and what it is called there.

    Where all lines of `estimated` hold, it is marked as an estimate.
    """

    value: str
    label: str
    estimated: tuple[Line, ...]


@record
class Chart:
    """Bars of numbers in one unit, and the lines to compare them with; `missing` is said where no bar is known."""

    id: str
    place: Place
    title: str
    text: str
    missing: str
    unit: str
    bars: tuple[Bar, ...]
    lines: tuple[Bar, ...]


@record
class RoomCase:
    """How much room a channel has, where all lines hold and no earlier case does."""

    when: tuple[Line, ...]
    room: Room
    filled: Filled
    text: str


@record
class RoomRow:
    """A channel: the percent fact that says how far it is used, the parameter from which it counts as full, and its cases.

    `otherwise` is said while no case is certain.
    """

    id: str
    place: Place
    label: str
    share: str
    mark: str
    cases: tuple[RoomCase, ...]
    otherwise: str


@record
class Headroom:
    """Channels with the room that is left in them."""

    title: str
    text: str
    rows: tuple[RoomRow, ...]


@record
class Unlocks:
    """What a step makes possible, and the rules whose hold it helps to end."""

    id: str
    place: Place
    step: str
    text: str
    ends: tuple[str, ...]


@record
class Objection:
    """What a client may say against the advice, and an answer."""

    id: str
    place: Place
    when: tuple[Line, ...]
    says: str
    answer: str
    sources: tuple[str, ...]


@record
class Upsell:
    """Work that would serve the client next, and when to offer it."""

    id: str
    place: Place
    when: tuple[Line, ...]
    title: str
    text: str
    sources: tuple[str, ...]


@record
class Report:
    """The knowledge behind the report; a rulebase without any has an empty one."""

    id: str = "report"
    place: Place = Place("knowledge/report.yaml")
    figures: tuple[str, ...] = ()
    next_unit: tuple[NextUnit, ...] = ()
    charts: tuple[Chart, ...] = ()
    headroom: Headroom | None = None
    unlocks: tuple[Unlocks, ...] = ()
    objections: tuple[Objection, ...] = ()
    upsell: tuple[Upsell, ...] = ()
