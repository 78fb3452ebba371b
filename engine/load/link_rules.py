"""Rule documents to typed rules: families expanded, names resolved, conditions parsed, every fault with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from demandfirst.engine.errors import Place, did_you_mean
from demandfirst.engine.ir.intended import RULE_CODES, Intended
from demandfirst.engine.ir.rules import (
    Conclude,
    Decide,
    Effect,
    Line,
    Recommend,
    Rule,
    RuleRole,
    Table,
    Veto,
    Warn,
)
from demandfirst.engine.ir.vocabulary import Item
from demandfirst.engine.load.conditions import ConditionFault, Scope, parse_condition
from demandfirst.engine.load.documents import CaseDoc, EffectDoc, RuleDoc, TableDoc
from demandfirst.engine.load.families import Binding, check_placeholders, rounds
from demandfirst.engine.load.link_vocabulary import Vocabulary, check_intended, check_sources
from demandfirst.engine.load.read import Entry, Library

EFFECTS = ("conclude", "recommend", "warn", "veto")


@dataclass(frozen=True)
class Grounds:
    """What stands beside the conditions and effects of a rule."""

    because: str = ""
    until: str = ""
    sources: tuple[str, ...] = ()
    intended: tuple[Intended, ...] = ()


@dataclass
class RuleSink:
    """Collects rules of every role and gives them their index."""

    library: Library
    scope: Scope
    placeholders: frozenset[str]
    rules: list[Rule] = field(default_factory=list)
    ids: dict[str, Place] = field(default_factory=dict)

    def lines(self, texts: Sequence[str], places: Sequence[Place]) -> tuple[Line, ...]:
        """Parse the conditions; those that fail are faults and left out."""
        found = []
        for text, place in zip(texts, places, strict=True):
            try:
                found.append(Line(text, place, parse_condition(text, self.scope)))
            except ConditionFault as fault:
                self.library.faults.append(fault.at(place))
        return tuple(found)

    def add(
        self, rule_id: str, place: Place, role: RuleRole, when: tuple[Line, ...], then: tuple[Effect, ...], grounds: Grounds,
    ) -> int:  # fmt: skip
        """Append a rule; returns its index."""
        if rule_id in self.ids:
            self.library.fault(
                place, "duplicate-id", f"`{rule_id}` stands twice", f"the first is at {self.ids[rule_id]}"
            )
        self.ids.setdefault(rule_id, place)
        if "{" in rule_id:
            self.library.fault(place, "bad-id", f"`{rule_id}` is not an id", "only names of `for_each` stand in braces")
        for text in (grounds.because, grounds.until):
            check_placeholders(self.library, text, self.placeholders, place)
        index = len(self.rules)
        self.rules.append(
            Rule(
                index, rule_id, place, role, when, then, grounds.because, grounds.until, grounds.sources, 0, grounds.intended
            )
        )  # fmt: skip
        return index


def link_rules(
    library: Library, made: Vocabulary, sink: RuleSink, items: Mapping[str, Item], warnings: Mapping[str, Item]
) -> dict[str, Table]:
    """Rules and decide-tables into the sink; returns the tables by finding."""
    effects = _Effects(library, made, items, warnings)
    for entry in library.of("rules", RuleDoc):
        for binding in rounds(library, made.lexicon, entry.doc.for_each, entry.place("for_each")):
            _rule(library, made, sink, entry, binding, effects)
    tables: dict[str, Table] = {}
    for table in library.of("rules", TableDoc):
        _table(library, made, sink, table, tables)
    for finding in made.findings.values():
        if finding.choice and finding.id not in tables:
            library.fault(
                finding.place,
                "undecided",
                f"`{finding.id}` is a choice that no table decides",
                "write `decide:` for it",
            )
    return tables


def _rule(
    library: Library, made: Vocabulary, sink: RuleSink, entry: Entry[RuleDoc], binding: Binding, effects: _Effects
) -> None:
    doc = entry.doc
    places = [entry.place("when", index) for index in range(len(doc.when))]
    when = sink.lines([binding.fill(text) for text in doc.when], places)
    then = [made for index, one in enumerate(doc.then) for made in effects.of(one, binding, entry.place("then", index))]
    grounds = Grounds(
        binding.fill(doc.because),
        binding.fill(doc.until),
        check_sources(library, made, doc.sources, entry.place("sources")),
        check_intended(library, doc.intended, RULE_CODES, entry),
    )
    sink.add(binding.fill(doc.id), entry.place("id"), "rule", when, tuple(then), grounds)


@dataclass
class _Effects:
    """Turns `then` entries into effects."""

    library: Library
    made: Vocabulary
    items: Mapping[str, Item]
    warnings: Mapping[str, Item]

    def of(self, doc: EffectDoc, binding: Binding, place: Place) -> list[Effect]:
        given = [(key, binding.fill(name)) for key in EFFECTS if (name := getattr(doc, key)) is not None]
        if len(given) != 1:
            help_line = "one entry, one of conclude, recommend, warn, veto"
            self.library.fault(place, "effect", f"{len(given)} effects stand in one entry", help_line)
            return []
        ((key, name),) = given
        for extra, owner in (("weight", "recommend"), ("severity", "warn")):
            if getattr(doc, extra) is not None and key != owner:
                self.library.fault(place, "effect", f"`{extra}` does not go with `{key}`", f"it goes with `{owner}`")
        known = self.known(key)
        if name not in known:
            what = {"conclude": "yes/no finding", "recommend": "item", "warn": "warning", "veto": "item or group"}[key]
            self.library.fault(place, f"unknown-{key}", f"`{name}` is not a known {what}", did_you_mean(name, known))
            return []
        return self.make(key, name, doc)

    def known(self, key: str) -> list[str]:
        match key:
            case "conclude":
                return [finding.id for finding in self.made.findings.values() if not finding.choice]
            case "warn":
                return list(self.warnings)
            case "veto":
                return [*self.items, *self.made.item_groups]
            case _:
                return list(self.items)

    def make(self, key: str, name: str, doc: EffectDoc) -> list[Effect]:
        match key:
            case "conclude":
                return [Conclude(name)]
            case "warn":
                return [Warn(name, doc.severity or self.warnings[name].severity or "info")]
            case "veto":
                group = self.made.item_groups.get(name)
                return [Veto(item) for item in (group.items if group else (name,))]
            case _:
                return [Recommend(name, 1 if doc.weight is None else doc.weight)]


def _table(
    library: Library, made: Vocabulary, sink: RuleSink, entry: Entry[TableDoc], tables: dict[str, Table]
) -> None:
    name, place = entry.doc.decide, entry.place("decide")
    finding = made.findings.get(name)
    if finding is None or not finding.choice:
        known = [found.id for found in made.findings.values() if found.choice]
        library.fault(place, "unknown-finding", f"`{name}` is not a choice finding", did_you_mean(name, known))
        return
    if name in tables:
        library.fault(place, "duplicate-table", f"`{name}` is decided twice", f"the first is at {tables[name].place}")
        return
    known = [value.id for value in finding.values]
    last = len(entry.doc.cases) - 1
    cases = []
    for index, case in enumerate(entry.doc.cases):
        at = entry.place("cases", index)
        if case.value not in known:
            library.fault(
                at, "unknown-value", f"`{case.value}` is not a value of `{name}`", did_you_mean(case.value, known)
            )
        if bool(case.when) == (index == last):
            help_line = "the last case, and no other, has no conditions"
            library.fault(at, "table-end", f"`{case.id}` stands in the wrong place of `{name}`", help_line)
        cases.append(_case(library, made, sink, entry, index, case))
    tables[name] = Table(name, place, tuple(cases))


def _case(library: Library, made: Vocabulary, sink: RuleSink, entry: Entry[TableDoc], index: int, case: CaseDoc) -> int:
    places = [entry.place("cases", index, "when", line) for line in range(len(case.when))]
    grounds = Grounds(
        case.because,
        case.until,
        check_sources(library, made, case.sources, entry.place("cases", index, "sources")),
        check_intended(library, case.intended, RULE_CODES, entry, "cases", index),
    )
    then = (Decide(entry.doc.decide, case.value),)
    return sink.add(case.id, entry.place("cases", index, "id"), "case", sink.lines(case.when, places), then, grounds)
