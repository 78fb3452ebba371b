"""The texts of a rulebase: found for the catalogs, and replaced by those of another language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.guarantees import Guarantee
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
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import (
    Changeable,
    Claim,
    Entry,
    Fact,
    Finding,
    Item,
    ItemGroup,
    LexiconGroup,
    Parameter,
    Platform,
    Quantity,
    Source,
    Step,
    Value,
)

UNIT = "unit"
"""The context of the units of numbers; they are looked up where a number is shown, since they go by number."""
TEXTS: Mapping[type, tuple[str, ...]] = {
    Fact: ("label", "negative", "question", "help"),
    Value: ("label", "help", "title", "text"),
    Changeable: ("note",),
    Parameter: ("label", "note"),
    Quantity: ("label", "explanation"),
    Finding: ("label", "negative"),
    Item: ("title", "summary", "kpis", "not_judged_by"),
    Step: ("text",),
    LexiconGroup: ("title",),
    Entry: ("label", "text"),
    Platform: ("label", "note"),
    ItemGroup: ("label",),
    Claim: ("text",),
    Source: ("title",),
    Rule: ("because", "until"),
    Guarantee: ("chapter", "sentence"),
    Report: (),
    NextUnit: ("text",),
    Chart: ("title", "text", "missing"),
    Bar: ("label",),
    Headroom: ("title", "text"),
    RoomRow: ("label", "otherwise"),
    RoomCase: ("text",),
    Unlocks: ("text",),
    Objection: ("says", "answer"),
    Upsell: ("title", "text"),
}
"""The fields that people read, by what has them."""
PARTS: Mapping[type, tuple[str, ...]] = {
    Fact: ("values", "changeable"), Finding: ("values",), Item: ("steps",), LexiconGroup: ("entries",),
    Report: ("next_unit", "charts", "headroom", "unlocks", "objections", "upsell"), Chart: ("bars", "lines"),
    Headroom: ("rows",), RoomRow: ("cases",),
}  # fmt: skip
"""The fields that hold more of these."""
ANSWERS = (Fact, Finding)
"""The labels of their values go by what is asked, so that they can agree with it: `used` of advertising and of a list."""
Change = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the rulebase: where it stands, what it is, and in which context."""

    context: str
    text: str
    place: Place
    about: str


def messages(rulebase: Rulebase) -> Iterator[Message]:
    """Every text that people read, in the order of the rulebase; a text may come more than once."""
    for group, title in rulebase.question_groups.items():
        yield Message("", title, Place("knowledge/question_groups.yaml"), f"group of questions `{group}`")
    for kind in (rulebase.facts, rulebase.parameters, rulebase.quantities):
        for one in kind.values():
            if one.unit:
                yield Message(UNIT, one.unit, one.place, "unit of a number")
    for thing in _things(rulebase):
        yield from _of(thing, thing.id, thing.place, "")


def translated(rulebase: Rulebase, language: str, change: Change) -> Rulebase:
    """The same rulebase with other texts; `change` gives the text for a context and a text."""

    def all_of(kind: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _with(thing, change, "") for name, thing in kind.items()}

    kinds: dict[str, Any] = {name: all_of(getattr(rulebase, name)) for name in _KINDS}
    groups = {name: change("", title) for name, title in rulebase.question_groups.items()}
    rules = tuple(_with(rule, change, "") for rule in rulebase.rules)
    return replace(
        rulebase,
        language=language,
        question_groups=groups,
        rules=rules,
        report=_with(rulebase.report, change, ""),
        **kinds,
    )


_KINDS = (
    "facts", "parameters", "quantities", "findings", "items", "warnings", "item_groups", "lexicon", "platforms", "claims",
    "sources", "guarantees",
)  # fmt: skip


def _things(rulebase: Rulebase) -> Iterator[Any]:
    for name in _KINDS:
        yield from getattr(rulebase, name).values()
    yield from rulebase.rules
    yield rulebase.report


def _of(thing: Any, name: str, place: Place, context: str) -> Iterator[Message]:
    """The texts of a thing and of its parts."""
    for field in TEXTS[type(thing)]:
        found = getattr(thing, field)
        for text in [found] if isinstance(found, str) else found:
            if text:
                yield Message(_context(thing, field, context), text, place, f"{field} of `{name}`")
    for field, part in _parts(thing):
        inner = f"{name}.{part.id}" if hasattr(part, "id") else f"{name}, {field}"
        yield from _of(part, inner, getattr(part, "place", place), thing.id if isinstance(thing, ANSWERS) else context)


def _with(thing: Any, change: Change, context: str) -> Any:
    """The thing with other texts, its parts too."""
    held: dict[str, Any] = {}
    for field in TEXTS[type(thing)]:
        found, within = getattr(thing, field), _context(thing, field, context)
        held[field] = change(within, found) if isinstance(found, str) else tuple(change(within, one) for one in found)
    inner = thing.id if isinstance(thing, ANSWERS) else context
    for field in PARTS.get(type(thing), ()):
        found = getattr(thing, field)
        if isinstance(found, tuple):
            held[field] = tuple(_with(part, change, inner) for part in found)
        elif found is not None:
            held[field] = _with(found, change, inner)
    return replace(thing, **held)


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    for field in PARTS.get(type(thing), ()):
        found = getattr(thing, field)
        for part in found if isinstance(found, tuple) else () if found is None else (found,):
            yield field, part


def _context(thing: Any, field: str, context: str) -> str:
    return context if isinstance(thing, Value) and field == "label" else ""
