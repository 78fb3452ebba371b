"""Guarantee documents to typed guarantees: names resolved, lines parsed, every fault with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from demandfirst.engine.errors import Place, did_you_mean
from demandfirst.engine.ir.guarantees import Forgetting, Guarantee, Moving, PromiseLine
from demandfirst.engine.ir.vocabulary import Item
from demandfirst.engine.load.conditions import ConditionFault, Scope
from demandfirst.engine.load.documents import ForgettingDoc, GuaranteeDoc, MovingDoc
from demandfirst.engine.load.link_vocabulary import Vocabulary, check_sources
from demandfirst.engine.load.promises import Subjects, parse_promise
from demandfirst.engine.load.read import Entry, Library

SUBJECTS = ("forgetting", "moving", "property")
LINES = ("when", "always", "never")


def link_guarantees(
    library: Library, made: Vocabulary, scope: Scope, items: Mapping[str, Item], warnings: Mapping[str, Item]
) -> dict[str, Guarantee]:  # fmt: skip
    """The guarantees by id."""
    linker = _Linker(library, made, _subjects(made, scope, items, warnings))
    found: dict[str, Guarantee] = {}
    for entry in library.of("guarantees", GuaranteeDoc):
        if entry.doc.id in found:
            first = found[entry.doc.id].place
            library.fault(
                entry.place("id"), "duplicate-id", f"`{entry.doc.id}` stands twice", f"the first is at {first}"
            )
        found.setdefault(entry.doc.id, linker.guarantee(entry))
    return found


def _subjects(made: Vocabulary, scope: Scope, items: Mapping[str, Item], warnings: Mapping[str, Item]) -> Subjects:
    groups: dict[str, tuple[str, ...]] = {group.id: group.items for group in made.item_groups.values()}
    for item in items.values():
        groups[item.kind] = (*groups.get(item.kind, ()), item.id)
    groups["warning"] = tuple(warnings)
    return Subjects(scope, frozenset(items), frozenset(warnings), groups)


class _Linker:
    def __init__(self, library: Library, made: Vocabulary, subjects: Subjects) -> None:
        self.library, self.made, self.subjects = library, made, subjects

    def guarantee(self, entry: Entry[GuaranteeDoc]) -> Guarantee:
        doc = entry.doc
        self.check_form(entry)
        when, always, never = (self.lines(entry, key) for key in LINES)
        other: Forgetting | Moving | None = None
        if doc.forgetting:
            other = self.forgetting(doc.forgetting, entry)
        elif doc.moving:
            other = self.moving(doc.moving, entry)
        sources = check_sources(self.library, self.made, doc.sources, entry.place("sources"))
        return Guarantee(
            doc.id, entry.place("id"), doc.chapter, doc.sentence, doc.note, when, always, never, other, doc.property, sources,
        )  # fmt: skip

    def check_form(self, entry: Entry[GuaranteeDoc]) -> None:
        """A guarantee promises one thing: lines, or one comparison of two clients, or one property."""
        doc = entry.doc
        given = [key for key in SUBJECTS if getattr(doc, key)]
        lines = [key for key in LINES if getattr(doc, key)]
        if not given and not (doc.always or doc.never):
            help_line = f"write `always:`, `never:`, {', '.join(f'`{key}:`' for key in SUBJECTS)}"
            self.library.fault(entry.place(), "nothing-promised", f"`{doc.id}` promises nothing", help_line)
        if len(given) + bool(lines) > 1:
            word = (given + lines)[1]
            message = f"`{word}` cannot stand beside `{given[0]}`"
            self.library.fault(entry.place(word), "mixed-promise", message, "write two guarantees")

    def lines(self, entry: Entry[GuaranteeDoc], key: str) -> tuple[PromiseLine, ...]:
        found = []
        for index, text in enumerate(getattr(entry.doc, key)):
            place = entry.place(key, index)
            try:
                found.append(PromiseLine(text, place, parse_promise(text, self.subjects)))
            except ConditionFault as fault:
                self.library.faults.append(fault.at(place))
        return tuple(found)

    def forgetting(self, doc: ForgettingDoc, entry: Entry[GuaranteeDoc]) -> Forgetting:
        self.known(doc.never_raises, self.subjects.items, entry.place("forgetting", "never_raises"), "an item")
        optional = [name for name, fact in self.made.facts.items() if not fact.required]
        self.known(doc.excepted, optional, entry.place("forgetting", "excepted"), "a fact that can be forgotten")
        return Forgetting(tuple(doc.never_raises), tuple(doc.excepted))

    def moving(self, doc: MovingDoc, entry: Entry[GuaranteeDoc]) -> Moving:
        numbers = [name for name, fact in self.made.facts.items() if fact.numeric]
        self.known(doc.up, numbers, entry.place("moving", "up"), "a numeric fact")
        self.known(doc.down, numbers, entry.place("moving", "down"), "a numeric fact")
        if not doc.up and not doc.down:
            self.library.fault(entry.place("moving"), "empty", "`moving` names no fact", "write `up:` or `down:`")
        choices = [name for name, finding in self.made.findings.items() if finding.choice]
        place = entry.place("moving", "never_stricter")
        self.known([doc.never_stricter], choices, place, "a choice finding")
        if doc.never_stricter in choices:
            self.order(doc, entry.place("moving", "order"))
        return Moving(tuple(doc.up), tuple(doc.down), doc.never_stricter, tuple(doc.order))

    def order(self, doc: MovingDoc, place: Place) -> None:
        """Every value of the finding stands in the order, once."""
        values = [value.id for value in self.made.findings[doc.never_stricter].values]
        self.known(doc.order, values, place, f"a value of `{doc.never_stricter}`")
        missing = [value for value in values if doc.order.count(value) != 1]
        if missing and not set(doc.order) - set(values):
            message = f"`{missing[0]}` does not stand once in the order"
            self.library.fault(place, "order", message, "write each value once, the least strict first")

    def known(self, names: Iterable[str], known: Iterable[str], place: Place, what: str) -> None:
        listed = sorted(known)
        for name in names:
            if name not in listed:
                self.library.fault(place, "unknown-id", f"`{name}` is not {what}", did_you_mean(name, listed))
