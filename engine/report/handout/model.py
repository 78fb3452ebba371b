"""What a report consists of, as plain data: the content makes it, and the writers of HTML, PDF, Word and Markdown lay it out.

Every text is plain and in the language of the report. Whoever writes a format has to show every kind of block, and loses nothing
by showing a `Picture` as its table, or a `Journey`, a `Plan` and `Cards` as headings with lists.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Reader = Literal["client", "sales"]
Tone = Literal["plain", "good", "info", "caution", "stop", "open"]
Side = Literal["start", "end"]
LogoType = Literal["image/png", "image/jpeg", "image/svg+xml", "image/webp", "image/gif"]

READERS: tuple[Reader, ...] = ("client", "sales")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it stands in its file, and what kind of picture it is."""

    content: bytes
    type: LogoType


@dataclass(frozen=True, slots=True)
class Brand:
    """Who hands the report over: a name, a line on what they do, how to reach them, a logo, two colours (`#rrggbb`).

    `primary` colours headings and the bars that matter, `accent` what is stressed; where white text could not be read on them, a
    writer darkens them.
    """

    name: str = ""
    contact: str = ""
    logo: Logo | None = None
    primary: str = "#1d4d6f"
    accent: str = "#b4501e"
    line: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another part of the report: the id of a section, card or step of the plan."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; a quiet one is a remark."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a list: what it says, a second line in smaller letters, ways to other parts."""

    text: str
    detail: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A list, numbered where the order matters; the title stands above it and may be empty."""

    points: tuple[Point, ...]
    ordered: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that stands large, what it is, and a remark."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A few figures side by side."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; the cell in the column `heading` says what its row is about. `sides` has one entry a column."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sides: tuple[Side, ...]
    heading: int = 0


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar of a drawing: from 0 to `low`, and lighter on to `high`; an estimate is striped."""

    label: str
    shown: str
    low: float
    high: float
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other, and upright lines to compare them with; `estimate` is the word for the stripes."""

    bars: tuple[DrawnBar, ...]
    lines: tuple[DrawnBar, ...]
    estimate: str


@dataclass(frozen=True, slots=True)
class Track:
    """How much of something is used, from 0 to 1 (None: nobody knows), and from where on it counts as full."""

    label: str
    word: str
    filled: float | None
    mark: float | None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks below each other, and what their patterns mean."""

    tracks: tuple[Track, ...]
    used: str
    left: str
    unknown: str
    mark: str


Drawing = Bars | Tracks


@dataclass(frozen=True, slots=True)
class Picture:
    """What a writer draws (`charts.svg`, `charts.png`), and all that the drawing shows as a table.

    `text` explains it, `alt` says in a sentence what it shows; `size` is its width and height in points.
    """

    id: str
    title: str
    text: str
    alt: str
    size: tuple[int, int]
    table: Table
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Callout:
    """A box that is not overlooked; its title and its short mark may be empty."""

    tone: Tone
    title: str
    text: str = ""
    points: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A label and what stands behind it: one text, or several as a list."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One thing with a heading: a short mark (may be empty), a text, notes with labels, ways to other parts."""

    id: str
    title: str
    text: str = ""
    mark: str = ""
    tone: Tone = "plain"
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Things of one kind, one below the other; the title stands above them and may be empty."""

    cards: tuple[Card, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of the plan: what, who, how, and what it makes possible."""

    id: str
    title: str
    owner: str
    text: str
    actions: tuple[str, ...]
    unlocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in the order in which to take them; `owner` and `unlocks` are the words for these two of a step."""

    steps: tuple[PlanStep, ...]
    owner: str
    unlocks: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A touchpoint at one stage of the journey; `target` is the id of the card that says more about it, or empty."""

    title: str
    mark: str
    tone: Tone
    target: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the journey of a customer."""

    title: str
    text: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """The touchpoints along the journey, stage by stage; `empty` is said where a stage has none, `alt` describes the map."""

    title: str
    alt: str
    empty: str
    stages: tuple[Stage, ...]


Block = Paragraph | Points | Figures | Table | Picture | Callout | Cards | Plan | Journey


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading; `lead` is its first sentence, larger than the rest. An appendix comes last and may be smaller."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Handout:
    """A whole report; its first section is the verdict and fits on one page.

    `subject` is the client's name, cleaned (`hygiene.cleaned`), and may be empty. `version` and `hash` are those of the rulebase.
    """

    title: str
    subject: str
    language: str
    reader: Reader
    made: dt.date
    brand: Brand
    sections: tuple[Section, ...]
    version: str
    hash: str
