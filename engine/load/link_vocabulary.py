"""Checked documents to the vocabulary of the rulebase: ids unique, references resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from demandfirst.engine.errors import Place, did_you_mean
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.intended import FACT_CODES, PARAMETER_CODES, Code, Intended
from demandfirst.engine.ir.vocabulary import (
    NUMERIC,
    Changeable,
    Claim,
    Fact,
    Finding,
    ItemGroup,
    LexiconGroup,
    Parameter,
    Source,
    Value,
)
from demandfirst.engine.ir.vocabulary import Entry as LexiconEntry
from demandfirst.engine.load.documents import (
    ClaimDoc,
    FactDoc,
    FindingDoc,
    ItemDoc,
    ItemGroupsDoc,
    LexiconDoc,
    ParameterDoc,
    QuestionGroupsDoc,
    SourcesDoc,
    ValueDoc,
)
from demandfirst.engine.load.read import Entry, Library
from demandfirst.engine.load.yaml_tree import quote

V = TypeVar("V")
UNKNOWN = Gap.DONT_KNOW.value
LEXICON_FIELDS = {"leads_to": "destinations", "buyers": "buyers", "benefits": "benefits", "journey": "journey",
                  "components": "components"}  # fmt: skip


@dataclass
class Vocabulary:
    """What conditions and rules may speak of."""

    question_groups: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    lexicon: dict[str, LexiconGroup] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    item_groups: dict[str, ItemGroup] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


def link_vocabulary(library: Library) -> Vocabulary:
    """Everything but quantities, items and rules; faults go to the library."""
    made = Vocabulary()
    _sources(library, made)
    for groups in library.of("question_groups", QuestionGroupsDoc):
        check_twice(library, [group.id for group in groups.doc.question_groups], groups, "question_groups")
        made.question_groups.update({group.id: group.title for group in groups.doc.question_groups})
    for lexicon in library.of("lexicon", LexiconDoc):
        _add(library, made.lexicon, lexicon.doc.group, lexicon.place("group"), _group(lexicon))
        check_twice(library, [entry.id for entry in lexicon.doc.entries], lexicon, "entries")
    for fact in sorted(library.of("facts", FactDoc), key=lambda entry: entry.doc.order):
        if claim_id(library, made, fact.doc.id, fact.place("id")):
            made.facts[fact.doc.id] = _fact(library, made, fact)
    for parameter in library.of("parameters", ParameterDoc):
        if claim_id(library, made, parameter.doc.id, parameter.place("id")):
            made.parameters[parameter.doc.id] = _parameter(library, made, parameter)
    for finding in library.of("findings", FindingDoc):
        if claim_id(library, made, finding.doc.id, finding.place("id")):
            check_twice(library, [value.id for value in finding.doc.values], finding, "values")
            doc = finding.doc
            made.findings[doc.id] = Finding(doc.id, finding.place("id"), doc.label, doc.negative, _values(doc.values))
            _check_negative(library, doc, finding.place("id"), yes_no=not doc.values)
    return made


def claim_id(library: Library, made: Vocabulary, name: str, place: Place) -> bool:
    """Take an id of the common name space; False where it is taken already."""
    if name in made.places:
        library.fault(place, "duplicate-id", f"`{name}` stands twice", f"the first is at {made.places[name]}")
        return False
    made.places[name] = place
    return True


def check_sources(library: Library, made: Vocabulary, names: Sequence[str], place: Place) -> tuple[str, ...]:
    """The sources as given; unknown ones are faults."""
    for name in names:
        if name != "judgement" and name not in made.claims and name not in made.sources:
            help_line = did_you_mean(name, [*made.claims, *made.sources], "a claim, a reference or `judgement`")
            library.fault(place, "unknown-source", f"`{name}` is not a source", help_line)
    return tuple(names)


def check_known(library: Library, names: Iterable[str], known: Iterable[str], place: Place, what: str) -> None:
    """Fault every name that is not known."""
    listed = list(known)
    for name in names:
        if name not in listed:
            code = f"unknown-{what.partition(' of ')[0].replace(' ', '-')}"
            library.fault(place, code, f"`{name}` is no {what}", did_you_mean(name, listed))


def check_twice(library: Library, names: Sequence[str], entry: Entry[V], key: str) -> None:  # type: ignore[type-var]
    """Fault a name that stands twice in a list of an entry."""
    for index, name in enumerate(names):
        if name in names[:index]:
            library.fault(entry.place(key, index), "duplicate-id", f"`{name}` stands twice", "keep one")


def check_intended(
    library: Library, reasons: Mapping[str, str], codes: Sequence[Code], entry: Entry[Any], *path: str | int
) -> tuple[Intended, ...]:
    """What is acknowledged under `intended`; codes that the deep checks do not find here are faults."""
    known = {code: code for code in codes}
    for name in reasons.keys() - known.keys():
        message = f"`{quote(name)}` is nothing that `check --deep` finds here"
        library.fault(entry.place(*path, "intended", name), "unknown-intended", message, did_you_mean(name, codes))
    return tuple(
        Intended(known[name], reason, entry.place(*path, "intended", name))
        for name, reason in reasons.items()
        if name in known
    )


def check_item_lexicon(library: Library, made: Vocabulary, entry: Entry[ItemDoc]) -> None:
    """The words of an item that must be entries of the lexicon, or people."""
    for key, group in LEXICON_FIELDS.items():
        known = [found.id for found in made.lexicon[group].entries] if group in made.lexicon else []
        check_known(library, getattr(entry.doc, key), known, entry.place(key), f"entry of {group}")
    if entry.doc.owner and "people" in made.lexicon:
        check_known(library, [entry.doc.owner], _ids(made, "people"), entry.place("owner"), "entry of people")


def _ids(made: Vocabulary, group: str) -> list[str]:
    return [entry.id for entry in made.lexicon[group].entries]


def _add(library: Library, into: dict[str, V], name: str, place: Place, thing: V) -> None:
    if name in into:
        library.fault(place, "duplicate-id", f"`{name}` stands twice", "rename one of them")
    into.setdefault(name, thing)


def _sources(library: Library, made: Vocabulary) -> None:
    for entry in library.of("sources", SourcesDoc):
        for index, doc in enumerate(entry.doc.documents):
            place = entry.place("documents", index)
            source = Source(doc.id, place, doc.title, f"{doc.file} ({doc.language})", doc.note, document=True)
            _add(library, made.sources, doc.id, place, source)
        for index, ref in enumerate(entry.doc.references):
            place = entry.place("references", index)
            _add(
                library,
                made.sources,
                ref.id,
                place,
                Source(ref.id, place, ref.title, ref.url, ref.note, document=False),
            )
    for claim in library.of("claims", ClaimDoc):
        stated, place = claim.doc, claim.place("id")
        made_claim = Claim(stated.id, place, stated.text, stated.kind, tuple(stated.vocabulary))
        _add(library, made.claims, stated.id, place, made_claim)
        check_known(library, [stated.id.split(".")[0]], made.sources, place, "source")


def _group(entry: Entry[LexiconDoc]) -> LexiconGroup:
    doc = entry.doc
    entries = tuple(
        LexiconEntry(doc.group, found.id, entry.place("entries", index), found.label, found.text, tuple(found.sources))
        for index, found in enumerate(doc.entries)
    )
    return LexiconGroup(doc.group, entry.place("group"), doc.title, entries)


def _values(values: Sequence[ValueDoc]) -> tuple[Value, ...]:
    return tuple(Value(value.id, value.label, value.help, value.title, value.text) for value in values)


def _fact(library: Library, made: Vocabulary, entry: Entry[FactDoc]) -> Fact:
    doc = entry.doc
    place = entry.place("id")
    check_twice(library, [value.id for value in doc.values], entry, "values")
    check_known(library, [doc.group], made.question_groups, entry.place("group"), "question group")
    check_known(
        library, doc.who, _ids(made, "people") if "people" in made.lexicon else doc.who, entry.place("who"), "person"
    )
    _check_values(library, doc, place)
    _check_range(library, doc, place)
    _check_negative(library, doc, place, yes_no=doc.type == "yes_no")
    return Fact(
        doc.id, place, doc.type, doc.group, doc.order, doc.label, doc.negative, doc.question, doc.help, tuple(doc.who),
        doc.core, doc.required, _values(doc.values), doc.unit, exact(doc.minimum), exact(doc.above), exact(doc.maximum),
        doc.at_least, check_sources(library, made, doc.sources, entry.place("sources")), _changeable(library, made, entry),
        check_intended(library, doc.intended, FACT_CODES, entry),
    )  # fmt: skip


def _changeable(library: Library, made: Vocabulary, entry: Entry[FactDoc]) -> Changeable | None:
    """How the business can change the answer to a fact; None where it cannot."""
    doc = entry.doc.changeable
    if doc is None:
        return None
    if "people" in made.lexicon:
        check_known(library, [doc.by], _ids(made, "people"), entry.place("changeable", "by"), "person")
    choice, place = entry.doc.type == "choice", entry.place("changeable")
    if choice and doc.direction != "any":
        library.fault(place, "direction", f"`{entry.doc.id}` is a choice", "say under `to` what each value can become")
    if doc.to and not choice:
        library.fault(place, "direction", f"`{entry.doc.id}` is a {entry.doc.type}", "only a choice has `to`")
    words = [word for value, others in doc.to.items() for word in (value, *others)]
    known = [value.id for value in entry.doc.values]
    check_known(library, words if choice else [], known, entry.place("changeable", "to"), f"value of {entry.doc.id}")
    return Changeable(doc.effort, doc.by, doc.note, doc.direction, {key: tuple(words) for key, words in doc.to.items()})


def _check_values(library: Library, doc: FactDoc, place: Place) -> None:
    if bool(doc.values) != (doc.type in ("choice", "set")):
        library.fault(place, "values", f"`{doc.id}` is a {doc.type}", "a choice or set has values, nothing else has")
    if any(value.id == UNKNOWN for value in doc.values):
        library.fault(
            place, "values", f"`{UNKNOWN}` cannot be a value of `{doc.id}`", "it says *don't know* of any fact"
        )
    if doc.at_least and doc.type != "set":
        library.fault(place, "values", f"`{doc.id}` is a {doc.type}", "`at_least` goes with a set")


def _check_range(library: Library, doc: FactDoc, place: Place) -> None:
    low = doc.minimum if doc.above is None else doc.above
    if doc.type not in NUMERIC:
        if low is not None or doc.maximum is not None or doc.unit:
            library.fault(place, "range", f"`{doc.id}` is a {doc.type}", "only numbers have a unit and a range")
        return
    if (doc.minimum is None) == (doc.above is None) or not doc.unit:
        library.fault(
            place, "range", f"`{doc.id}` is a number", "write `unit:`, and `minimum:` or `above:`, one of them"
        )
    if low is not None and doc.maximum is not None and low > doc.maximum:
        library.fault(place, "range", f"no number fits `{doc.id}`", "the maximum is below the minimum")


def _check_negative(library: Library, doc: FactDoc | FindingDoc, place: Place, *, yes_no: bool) -> None:
    if yes_no and not doc.negative:
        help_line = "say it as a clause: what holds when the answer is no"
        library.fault(place, "missing-key", "`negative` is missing", help_line)


def exact(number: float | None) -> Fraction | None:
    """A number as written, without binary error."""
    return None if number is None else Fraction(str(number))


def _parameter(library: Library, made: Vocabulary, entry: Entry[ParameterDoc]) -> Parameter:
    doc = entry.doc
    variants = {key: Fraction(str(value)) for key, value in doc.varies_by.values.items()} if doc.varies_by else {}
    if doc.varies_by:
        _check_varying(library, made, entry, doc.varies_by.fact, list(variants))
    given = [(doc.value, entry.place("value"))]
    if doc.varies_by:
        given += [(value, entry.place("varies_by", "values", key)) for key, value in doc.varies_by.values.items()]
    for number, place in given:
        low, high = doc.minimum is not None and number < doc.minimum, doc.maximum is not None and number > doc.maximum
        if low or high:
            message, limit = f"`{number}` is outside the range of `{doc.id}`", "minimum" if low else "maximum"
            library.fault(place, "out-of-range", message, f"the {limit} is {doc.minimum if low else doc.maximum}")
    return Parameter(
        doc.id, entry.place("id"), doc.label, doc.value if isinstance(doc.value, bool) else Fraction(str(doc.value)),
        doc.unit, exact(doc.minimum), exact(doc.maximum), doc.varies_by.fact if doc.varies_by else "", variants,
        doc.confidence, doc.checked, doc.note, check_sources(library, made, doc.sources, entry.place("sources")),
        check_intended(library, doc.intended, PARAMETER_CODES, entry),
    )  # fmt: skip


def _check_varying(
    library: Library, made: Vocabulary, entry: Entry[ParameterDoc], name: str, values: list[str]
) -> None:
    place = entry.place("varies_by")
    fact = made.facts.get(name)
    if fact is None or fact.type != "choice" or not fact.required:
        library.fault(
            place, "varies-by", f"`{name}` is not a required choice", "a parameter varies by a required choice fact"
        )
        return
    check_known(
        library, values, [value.id for value in fact.values], entry.place("varies_by", "values"), f"value of {name}"
    )


def link_item_groups(library: Library, made: Vocabulary, items: Iterable[str]) -> None:
    """Groups of items that vetoes name together."""
    known = list(items)
    for entry in library.of("item_groups", ItemGroupsDoc):
        for index, doc in enumerate(entry.doc.item_groups):
            place = entry.place("item_groups", index)
            if claim_id(library, made, doc.id, place):
                check_known(library, doc.items, known, place, "item")
                made.item_groups[doc.id] = ItemGroup(doc.id, place, doc.label, tuple(doc.items))
