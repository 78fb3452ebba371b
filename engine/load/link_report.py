"""The report's document to its linked form: names resolved, conditions parsed, every fault with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from demandfirst.engine.errors import Place, did_you_mean
from demandfirst.engine.ir.report import (
    Bar,
    Chart,
    Headroom,
    NextUnit,
    Objection,
    Report,
    RoomCase,
    RoomRow,
    Unlocks,
    Upsell,
)
from demandfirst.engine.ir.rules import Line
from demandfirst.engine.ir.vocabulary import Item, Quantity
from demandfirst.engine.load.documents import BarDoc, ChartDoc, ReportDoc, RoomRowDoc
from demandfirst.engine.load.families import check_placeholders
from demandfirst.engine.load.link_rules import RuleSink
from demandfirst.engine.load.link_vocabulary import Vocabulary, check_sources
from demandfirst.engine.load.read import Entry, Library

Path = tuple[str | int, ...]


def link_report(
    library: Library, made: Vocabulary, sink: RuleSink, quantities: Mapping[str, Quantity], items: Mapping[str, Item]
) -> Report:
    """The report of a rulebase, an empty one where there is none; all rules must be in the sink."""
    entries = library.of("report", ReportDoc)
    for extra in entries[1:]:
        message = "there is more than one `report.yaml`"
        library.fault(extra.place(), "settings", message, f"write all of it in {entries[0].place().file}")
    return _Linker(library, made, sink, quantities, items, entries[0]).report() if entries else Report()


class _Linker:
    def __init__(
        self,
        library: Library,
        made: Vocabulary,
        sink: RuleSink,
        quantities: Mapping[str, Quantity],
        items: Mapping[str, Item],
        entry: Entry[ReportDoc],
    ) -> None:
        self.library, self.made, self.sink, self.entry, self.items = library, made, sink, entry, items
        self.units = {
            **{name: fact.unit for name, fact in made.facts.items() if fact.numeric},
            **{name: one.unit for name, one in made.parameters.items() if not isinstance(one.value, bool)},
            **{name: one.unit for name, one in quantities.items()},
        }

    def report(self) -> Report:
        doc = self.entry.doc
        for key in ("next_unit", "charts", "objections", "upsell"):
            self.once([one.id for one in getattr(doc, key)], key, "id")
        self.once([one.step for one in doc.unlocks], "unlocks", "step")
        for index, name in enumerate(doc.figures):
            self.known(name, self.units, "a number", ("figures", index))
        return Report(
            place=self.entry.place(),
            figures=tuple(doc.figures),
            next_unit=tuple(self.next_unit(index) for index in range(len(doc.next_unit))),
            charts=tuple(self.chart(one, index) for index, one in enumerate(doc.charts)),
            headroom=self.headroom(),
            unlocks=tuple(self.unlocks(index) for index in range(len(doc.unlocks))),
            objections=tuple(self.objection(index) for index in range(len(doc.objections))),
            upsell=tuple(self.upsell(index) for index in range(len(doc.upsell))),
        )

    def next_unit(self, index: int) -> NextUnit:
        doc, path = self.entry.doc.next_unit[index], ("next_unit", index)
        if doc.item:
            self.known(doc.item, self.items, "an item", (*path, "item"))
        self.filled(doc.text, (*path, "text"))
        return NextUnit(
            doc.id, self.entry.place(*path), self.when(doc.when, path), doc.item, doc.text, self.sources(doc.sources, path)
        )  # fmt: skip

    def chart(self, doc: ChartDoc, index: int) -> Chart:
        path: Path = ("charts", index)
        for key in ("text", "missing"):
            self.filled(getattr(doc, key), (*path, key))
        bars = tuple(self.bar(one, doc, (*path, "bars", place)) for place, one in enumerate(doc.bars))
        lines = tuple(self.bar(one, doc, (*path, "lines", place)) for place, one in enumerate(doc.lines))
        return Chart(doc.id, self.entry.place(*path), doc.title, doc.text, doc.missing, doc.unit, bars, lines)

    def bar(self, doc: BarDoc, chart: ChartDoc, path: Path) -> Bar:
        """A number of a chart; all of them are measured alike, at least in the first word of their unit."""
        if self.known(doc.value, self.units, "a number", (*path, "value")):
            unit, wanted = (one.partition(" ")[0] for one in (self.units[doc.value], chart.unit))
            if unit != wanted:
                message = f"`{doc.value}` is measured in `{self.units[doc.value]}`"
                self.library.fault(self.entry.place(*path, "value"), "unit", message, f"the chart shows `{chart.unit}`")
        return Bar(doc.value, doc.label, self.when(doc.estimated, path, "estimated"))

    def headroom(self) -> Headroom | None:
        doc = self.entry.doc.headroom
        if doc is None:
            return None
        self.once([one.channel for one in doc.rows], "headroom", "rows", "channel")
        rows = tuple(self.row(one, ("headroom", "rows", index)) for index, one in enumerate(doc.rows))
        return Headroom(doc.title, doc.text, rows)

    def row(self, doc: RoomRowDoc, path: Path) -> RoomRow:
        labels = {f"{group.id}.{one.id}": one.label for group in self.made.lexicon.values() for one in group.entries}
        self.known(doc.channel, labels, "an entry of the lexicon", (*path, "channel"))
        shares = [name for name, unit in self.units.items() if unit == "percent"]
        for key in ("share", "mark"):
            if getattr(doc, key):
                self.known(getattr(doc, key), shares, "a percentage", (*path, key))
        cases = []
        for index, case in enumerate(doc.cases):
            at = (*path, "cases", index)
            self.filled(case.text, (*at, "text"))
            if case.filled == "share" and not doc.share:
                place, message = self.entry.place(*at, "filled"), f"`{doc.channel}` has no `share`"
                self.library.fault(place, "no-share", message, "name a percent fact as `share:`")
            cases.append(RoomCase(self.when(case.when, at), case.room, case.filled, case.text))
        self.filled(doc.otherwise, (*path, "otherwise"))
        label = labels.get(doc.channel, doc.channel)
        return RoomRow(
            doc.channel, self.entry.place(*path), label, doc.share, doc.mark, tuple(cases), doc.otherwise
        )  # fmt: skip

    def unlocks(self, index: int) -> Unlocks:
        doc, path = self.entry.doc.unlocks[index], ("unlocks", index)
        steps = [name for name, item in self.items.items() if item.kind == "step"]
        self.known(doc.step, steps, "a step", (*path, "step"))
        for place, name in enumerate(doc.ends):
            self.known(name, self.sink.ids, "a rule", (*path, "ends", place))
        self.filled(doc.text, (*path, "text"))
        return Unlocks(doc.step, self.entry.place(*path), doc.step, doc.text, tuple(doc.ends))

    def objection(self, index: int) -> Objection:
        doc, path = self.entry.doc.objections[index], ("objections", index)
        for key in ("says", "answer"):
            self.filled(getattr(doc, key), (*path, key))
        return Objection(
            doc.id, self.entry.place(*path), self.when(doc.when, path), doc.says, doc.answer, self.sources(doc.sources, path)
        )  # fmt: skip

    def upsell(self, index: int) -> Upsell:
        doc, path = self.entry.doc.upsell[index], ("upsell", index)
        self.filled(doc.text, (*path, "text"))
        return Upsell(
            doc.id, self.entry.place(*path), self.when(doc.when, path), doc.title, doc.text, self.sources(doc.sources, path)
        )  # fmt: skip

    def when(self, texts: Sequence[str], path: Path, key: str = "when") -> tuple[Line, ...]:
        return self.sink.lines(texts, [self.entry.place(*path, key, index) for index in range(len(texts))])

    def sources(self, names: Sequence[str], path: Path) -> tuple[str, ...]:
        return check_sources(self.library, self.made, names, self.entry.place(*path, "sources"))

    def filled(self, text: str, path: Path) -> None:
        check_placeholders(self.library, text, self.sink.placeholders, self.entry.place(*path))

    def known(self, name: str, known: Iterable[str], what: str, path: Path) -> bool:
        """Whether a name is known; a fault where it is not."""
        listed = list(known)
        if name in listed:
            return True
        place: Place = self.entry.place(*path)
        self.library.fault(place, "unknown-id", f"`{name}` is not {what}", did_you_mean(name, listed))
        return False

    def once(self, names: Sequence[str], *path: str) -> None:
        """Fault a name that stands twice; the last word of the path is the key it stands under."""
        *before, key = path
        for index, name in enumerate(names):
            if name in names[:index]:
                place = self.entry.place(*before, index, key)
                self.library.fault(place, "duplicate-id", f"`{name}` stands twice", "keep one")
