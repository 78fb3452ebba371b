"""The pictures of the report: charts of numbers, and the room left in each channel, each with all it shows as a table."""

from __future__ import annotations

from collections.abc import Sequence

from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.intervals import ends
from demandfirst.engine.ir.numbers import UNBOUNDED
from demandfirst.engine.ir.report import Bar, Chart, Headroom, RoomCase, RoomRow
from demandfirst.engine.language import _, mark, pgettext
from demandfirst.engine.language.phrases import apart, capital, stated
from demandfirst.engine.report.handout.charts import size
from demandfirst.engine.report.handout.given import Given
from demandfirst.engine.report.handout.model import (
    Bars,
    Block,
    Callout,
    DrawnBar,
    Picture,
    Table,
    Track,
    Tracks,
)

ROOMS = {
    "much": mark("much room"), "little": mark("a little room"), "full": mark("used up"), "unused": mark("not used"),
    "running": mark("in use, not measured"), "apart": mark("does not apply"), "": mark("not known yet"),
}  # fmt: skip
WHOLE = 100


def chart(given: Given, one: Chart) -> list[Block]:
    """A chart with its text, or what is missing for it."""
    known = [bar for bar in one.bars if given.known(bar.value)]
    if not known:
        return [Callout("open", one.title, given.texts.fill(one.missing))]
    lines = [line for line in one.lines if given.known(line.value)]
    drawing = Bars(
        tuple(drawn(given, bar) for bar in known),
        tuple(drawn(given, line) for line in lines),
        _("striped: an estimate"),
    )
    table = _chart_table(given, one)
    return [_picture(given, f"chart-{one.id}", (one.title, one.text), drawing, table)]


def drawn(given: Given, bar: Bar) -> DrawnBar:
    """A number as a bar; one without an upper end is shown with its lower one."""
    value = given.number(bar.value)
    if isinstance(value, Gap):
        raise TypeError(bar.value)
    low, high = (float(end) for end in ends(value))
    estimated = bool(bar.estimated) and given.holds(bar.estimated)
    return DrawnBar(
        capital(bar.label), given.texts.value(bar.value), low, low if high >= UNBOUNDED else high, estimated
    )  # fmt: skip


def _chart_table(given: Given, one: Chart) -> Table:
    rows = []
    for bar in (*one.bars, *one.lines):
        estimated = given.known(bar.value) and bool(bar.estimated) and given.holds(bar.estimated)
        remark = _("to compare with") if bar in one.lines else _("an estimate") if estimated else ""
        rows.append((capital(bar.label), given.texts.value(bar.value), remark))
    return Table(one.title, (_("What"), _("Amount"), _("Remark")), tuple(rows), ("start", "end", "start"))


def _picture(given: Given, name: str, words: tuple[str, str], drawing: Bars | Tracks, table: Table) -> Picture:
    """A picture with its title and text."""
    title, text = words
    parts = drawing.bars if isinstance(drawing, Bars) else drawing.tracks
    lines = drawing.lines if isinstance(drawing, Bars) else ()
    said = _listed([(one.label, one.shown if isinstance(one, DrawnBar) else one.word) for one in parts])
    alt = _("Bars: {bars}.").format(bars=said)
    if lines:
        alt = _("Bars: {bars}. Lines to compare with: {lines}.").format(
            bars=said, lines=_listed([(line.label, line.shown) for line in lines])
        )
    explained = given.texts.fill(text)
    return Picture(name, title, explained, alt, size(drawing), table, drawing)


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    return apart(stated(label, said) for label, said in pairs)


def headroom(given: Given, one: Headroom) -> list[Block]:
    """The room left in each channel."""
    found = [(row, room(given, row)) for row in one.rows]
    tracks = tuple(_track(given, row, case) for row, case in found)
    still_open = pgettext("room in a channel", "still open")
    drawing = Tracks(tracks, _("used"), still_open, _("nobody has measured it"), _("counts as full from here on"))
    rows = tuple(
        (capital(row.label), _word(case), given.texts.fill(case.text if case else row.otherwise)) for row, case in found
    )
    table = Table(one.title, (_("Where"), _("Room"), _("What that means")), rows, ("start", "start", "start"))
    return [_picture(given, "headroom", (one.title, one.text), drawing, table)]


def room(given: Given, row: RoomRow) -> RoomCase | None:
    """The first case that holds, if those before it certainly do not."""
    for case in row.cases:
        truths = [given.outcome.truth(line.condition) for line in case.when]
        if False not in truths:
            return None if None in truths else case
    return None


def _word(case: RoomCase | None) -> str:
    return _(ROOMS[case.room if case else ""])


def _track(given: Given, row: RoomRow, case: RoomCase | None) -> Track:
    filled = {"all": 1.0, "nothing": 0.0, "share": _share(given, row.share)}.get(case.filled) if case else None
    applies = case is None or case.room != "apart"
    marked = _share(given, row.mark) if applies and case is not None and case.filled in ("share", "nothing") else None
    return Track(capital(row.label), _word(case), filled, marked, applies)


def _share(given: Given, name: str) -> float | None:
    """A percentage as a part of one; of a bounded one its lower end."""
    value = given.number(name) if name else Gap.NOT_ANSWERED
    return None if isinstance(value, Gap) else min(max(float(ends(value)[0]) / WHOLE, 0.0), 1.0)
