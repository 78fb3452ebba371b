"""Item, warning, platform and quantity documents to the rulebase; conditional lines become rules of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demandfirst.engine.errors import did_you_mean
from demandfirst.engine.ir.conditions import names_in_term
from demandfirst.engine.ir.intended import ITEM_CODES, LINE_CODES, Intended
from demandfirst.engine.ir.rules import Show
from demandfirst.engine.ir.vocabulary import Item, Platform, Quantity, Step
from demandfirst.engine.load.conditions import ConditionFault, Scope, parse_formula
from demandfirst.engine.load.documents import ItemDoc, PlatformDoc, QuantityDoc, StepDoc
from demandfirst.engine.load.families import check_placeholders, rounds
from demandfirst.engine.load.link_rules import Grounds, RuleSink
from demandfirst.engine.load.link_vocabulary import (
    Vocabulary,
    check_intended,
    check_item_lexicon,
    check_sources,
    claim_id,
)
from demandfirst.engine.load.read import Entry, Library


def link_quantities(library: Library, made: Vocabulary) -> dict[str, Quantity]:
    """Quantities, each after those it reads."""
    entries = {
        entry.doc.id: entry
        for entry in library.of("quantities", QuantityDoc)
        if claim_id(library, made, entry.doc.id, entry.place("id"))
    }
    scope = Scope(made.facts, made.parameters, frozenset(entries), made.findings)
    parsed: dict[str, Quantity] = {}
    for name, entry in entries.items():
        doc = entry.doc
        try:
            formula = parse_formula(doc.formula, scope)
        except ConditionFault as fault:
            library.faults.append(fault.at(entry.place("formula")))
            library.broken.add(name)
            continue
        sources = check_sources(library, made, doc.sources, entry.place("sources"))
        parsed[name] = Quantity(
            name, entry.place("id"), doc.label, formula, doc.formula, doc.unit, doc.explanation, sources
        )
    return _ordered(library, parsed)


def _ordered(library: Library, parsed: dict[str, Quantity]) -> dict[str, Quantity]:
    ordered: dict[str, Quantity] = {}
    waiting = dict(parsed)
    while waiting:
        ready = [name for name, one in waiting.items() if not set(names_in_term(one.formula).quantities) & set(waiting)]
        if not ready:
            for name, one in waiting.items():
                library.fault(one.place, "cycle", f"`{name}` is computed from itself", "take one of the formulas apart")
            return {**ordered, **waiting}
        for name in ready:
            ordered[name] = waiting.pop(name)
    return ordered


@dataclass(frozen=True)
class _Owner:
    """An item or platform whose lines depend on conditions."""

    library: Library
    made: Vocabulary
    sink: RuleSink

    def show(
        self,
        owner: str,
        suffix: str,
        entry: Entry[ItemDoc] | Entry[PlatformDoc],
        when: Sequence[str],
        path: tuple[str | int, ...],
        intended: tuple[Intended, ...],
    ) -> int:
        places = [entry.place(*path, index) for index in range(len(when))]
        lines, then = self.sink.lines(when, places), (Show(owner),)
        return self.sink.add(f"{owner}/{suffix}", entry.place(*path), "text", lines, then, Grounds(intended=intended))

    def steps(self, entry: Entry[ItemDoc]) -> tuple[Step, ...]:
        found: list[Step] = []
        for index, step in enumerate(entry.doc.steps):
            found.extend(self.step(entry, index, step))
        return tuple(found)

    def step(self, entry: Entry[ItemDoc], index: int, step: StepDoc) -> list[Step]:
        made = []
        for count, binding in enumerate(
            rounds(self.library, self.made.lexicon, step.for_each, entry.place("steps", index))
        ):
            text = binding.fill(step.do)
            check_placeholders(self.library, text, self.sink.placeholders, entry.place("steps", index))
            rule = None
            codes = LINE_CODES if step.when else ()
            intended = check_intended(self.library, step.intended, codes, entry, "steps", index)
            if step.when:
                suffix = f"step-{index + 1}" + (f".{count + 1}" if step.for_each else "")
                when = [binding.fill(line) for line in step.when]
                rule = self.show(entry.doc.id, suffix, entry, when, ("steps", index, "when"), intended)
            made.append(Step(text, rule))
        return made


def link_items(library: Library, made: Vocabulary, sink: RuleSink) -> tuple[dict[str, Item], dict[str, Item]]:
    """Items and warnings with their lines."""
    owner = _Owner(library, made, sink)
    items = _link(library, made, library.of("items", ItemDoc), owner)
    warnings = _link(library, made, library.of("warnings", ItemDoc), owner)
    for item in items.values():
        if item.kind == "warning":
            library.fault(item.place, "missing-key", "`kind` is missing", "objective, touchpoint, campaign or step")
        if item.severity is not None:
            library.fault(item.place, "unknown-key", "`severity` is not a key here", "it goes with warnings")
    for warning in warnings.values():
        if warning.kind != "warning":
            library.fault(warning.place, "unknown-key", "`kind` is not a key here", "it goes with items")
        if warning.severity is None:
            library.fault(warning.place, "missing-key", "`severity` is missing", "info, caution or stop")
    return items, warnings


def _link(library: Library, made: Vocabulary, entries: Sequence[Entry[ItemDoc]], owner: _Owner) -> dict[str, Item]:
    found = {}
    for entry in entries:
        doc = entry.doc
        if claim_id(library, made, doc.id, entry.place("id")):
            check_item_lexicon(library, made, entry)
            check_placeholders(library, doc.summary, owner.sink.placeholders, entry.place("summary"))
            found[doc.id] = Item(
                doc.id, entry.place("id"), doc.kind or "warning", doc.severity, doc.title, doc.summary, owner.steps(entry),
                tuple(doc.journey), tuple(doc.components), tuple(doc.kpis), tuple(doc.not_judged_by), doc.owner,
                tuple(doc.leads_to), tuple(doc.buyers), tuple(doc.benefits), tuple(doc.goals),
                check_sources(library, made, doc.sources, entry.place("sources")),
                check_intended(library, doc.intended, ITEM_CODES, entry),
            )  # fmt: skip
    return found


def link_platforms(library: Library, made: Vocabulary, sink: RuleSink, items: dict[str, Item]) -> dict[str, Platform]:
    """Platforms, each with the rule that says where it may be used."""
    owner = _Owner(library, made, sink)
    campaigns = [item.id for item in items.values() if item.kind == "campaign"]
    found: dict[str, Platform] = {}
    for entry in library.of("platforms", PlatformDoc):
        doc = entry.doc
        for name in doc.objectives:
            if name not in campaigns:
                place = entry.place("objectives", name)
                library.fault(
                    place, "unknown-campaign", f"`{name}` is not a campaign item", did_you_mean(name, campaigns)
                )
        if not claim_id(library, made, doc.id, entry.place("id")):
            continue
        intended = check_intended(library, doc.intended, LINE_CODES, entry)
        rule = owner.show(doc.id, "usable", entry, doc.usable, ("usable",), intended)
        objectives = {name: tuple(words) for name, words in doc.objectives.items()}
        found[doc.id] = Platform(
            doc.id, entry.place("id"), doc.label, rule, objectives,
            check_sources(library, made, doc.sources, entry.place("sources")), doc.checked, doc.valid_until, doc.note,
        )  # fmt: skip
    return found
