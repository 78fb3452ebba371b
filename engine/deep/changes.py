"""What was edited between two rulebases: parts that say something else, and parts that only say it in other words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.advice import Part
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Fact, Finding, Item, Parameter, Platform, Quantity, Step
from demandfirst.engine.say import does

PartKind = Literal["rule", "table", "parameter", "quantity", "question", "finding", "item", "warning", "setting"]
KINDS: tuple[PartKind, ...] = (
    "rule", "table", "parameter", "quantity", "question", "finding", "item", "warning", "setting",
)  # fmt: skip
WORDED: dict[str, PartKind | None] = {
    "rules": "rule", "facts": "question", "question_groups": None, "parameters": "parameter", "quantities": "quantity",
    "findings": "finding", "items": "item", "item_groups": None, "warnings": "warning", "lexicon": None, "platforms": None,
    "claims": None, "sources": None, "guarantees": None, "report": None,
}  # fmt: skip
"""What there are words for, and as what it is listed where it says something else."""
Lines = Mapping[str, tuple[str, ...]]
"""What each part of a kind says, line by line."""
UNWORDED: dict[type, frozenset[str]] = {
    Rule: frozenset({"index", "stratum", "when", "then"}),
    Quantity: frozenset({"formula", "formula_text"}),
    Platform: frozenset({"rule"}),
}
"""Fields that say something, which are compared as such, or that only number."""


class Edited(Part):
    """A part that says something else: the lines it lost and those it gained; renamed: its names."""

    kind: PartKind
    id: str
    change: Literal["added", "removed", "changed", "renamed"]
    gone: tuple[str, ...]
    new: tuple[str, ...]


class Reworded(Part):
    """Parts of one kind that were changed, added or removed in what decides nothing: texts, sources, the order of questions."""

    kind: str
    ids: tuple[str, ...]


def edits(old: Rulebase, new: Rulebase) -> tuple[Edited, ...]:
    """Everything that says something else, kind by kind."""
    before, after = dict(_meanings(old)), dict(_meanings(new))
    found: list[Edited] = []
    for kind in KINDS:
        names = _renamed(before[kind], after[kind], _namesakes(old, new, kind)) if kind != "table" else {}
        found += _of_kind(kind, before[kind], after[kind], names)
    return tuple(found)


def reworded(old: Rulebase, new: Rulebase, edited: Iterable[Edited]) -> tuple[Reworded, ...]:
    """Everything that was not edited and yet is not the same."""
    known = {(one.kind, name) for one in edited for name in (one.id, *(one.gone if one.change == "renamed" else ()))}
    found = []
    for kind, listed in WORDED.items():
        before, after = _worded(old, kind), _worded(new, kind)
        names = dict.fromkeys([*before, *after])
        ids = tuple(name for name in names if (listed, name) not in known and before.get(name) != after.get(name))
        found += [Reworded(kind=kind, ids=ids)] if ids else []
    return tuple(found)


def _of_kind(kind: PartKind, before: Lines, after: Lines, names: Mapping[str, str]) -> Iterator[Edited]:
    for old, new in names.items():
        yield Edited(kind=kind, id=new, change="renamed", gone=(old,), new=(new,))
    for name, lines in before.items():
        if name in after and lines != after[name]:
            gone, new_lines = _apart(lines, after[name]), _apart(after[name], lines)
            yield Edited(kind=kind, id=name, change="changed", gone=gone, new=new_lines)
        elif name not in after and name not in names:
            yield Edited(kind=kind, id=name, change="removed", gone=lines, new=())
    for name, lines in after.items():
        if name not in before and name not in names.values():
            yield Edited(kind=kind, id=name, change="added", gone=(), new=lines)


def _apart(lines: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Lines that the others do not have; all, where only their order differs."""
    return tuple(line for line in lines if line not in others) if set(lines) != set(others) else lines


def _namesakes(old: Rulebase, new: Rulebase, kind: PartKind) -> Callable[[str, str], bool]:
    """Whether two parts may be one under two names: rules always, all else where they have the same words, too."""
    held = next((name for name, listed in WORDED.items() if listed == kind and kind != "rule"), "")
    if not held:
        return lambda *_: True
    before, after = getattr(old, held), getattr(new, held)
    return lambda one, other: _words(old, replace(before[one], id=other)) == _words(new, after[other])


def _renamed(before: Lines, after: Lines, namesakes: Callable[[str, str], bool]) -> dict[str, str]:
    """Names that are gone, with those that say exactly the same now."""
    free = [name for name in after if name not in before]
    found: dict[str, str] = {}
    for name in [name for name in before if name not in after]:
        same = next((other for other in free if after[other] == before[name] and namesakes(name, other)), None)
        if same is not None:
            found[name] = same
            free.remove(same)
    return found


# --- what parts say -----------------------------------------------------------------------------------------------


def _meanings(rulebase: Rulebase) -> Iterator[tuple[PartKind, dict[str, tuple[str, ...]]]]:
    """Each kind of part with what each says, line by line."""
    yield "rule", {rule.id: rule_lines(rule) for rule in rulebase.domain_rules}
    yield (
        "table",
        {name: tuple(rulebase.rules[index].id for index in one.cases) for name, one in rulebase.tables.items()},
    )
    yield "parameter", _said(rulebase.parameters, _parameter)
    yield "quantity", _said(rulebase.quantities, lambda one: (f"is {_line(one.formula_text)}",))
    yield "question", _said(rulebase.facts, _fact)
    yield "finding", _said(rulebase.findings, _finding)
    yield "item", _said(rulebase.items, _item)
    yield "warning", _said(rulebase.warnings, lambda one: (f"severity {one.severity}",))
    yield (
        "setting",
        {
            name: tuple(filter(None, [getattr(rulebase, name)]))
            for name in ("verdict", "goals_fact", "focus_parameter", "budget_fact")
        },
    )


def _said(parts: Mapping[str, Any], says: Callable[[Any], tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: says(part) for name, part in parts.items()}


def rule_lines(rule: Rule) -> tuple[str, ...]:
    """What a rule says: its conditions, then what follows from them."""
    return (*(f"when {_line(line.text)}" for line in rule.when), *map(does, rule.then))


def _parameter(one: Parameter) -> tuple[str, ...]:
    variants = (f"for {one.varies_by} {word}: {exactly(value)} {one.unit}" for word, value in one.variants.items())
    return (f"{exactly(one.value)} {one.unit}", *variants)


def _fact(one: Fact) -> tuple[str, ...]:
    asked = ["has to be answered"] if one.required else []
    least = [f"at least {one.at_least} of them"] if one.at_least else []
    limits = (
        [f"from {exactly(one.least)} to {exactly(one.most)}"]
        if one.numeric
        else [f"value {value.id}" for value in one.values]
    )
    return (one.type.replace("_", "/"), *asked, *least, *limits)


def _finding(one: Finding) -> tuple[str, ...]:
    return tuple(f"value {value.id}" for value in one.values) or ("yes or no",)


def _item(one: Item) -> tuple[str, ...]:
    return (one.kind, *(f"serves the goal {goal}" for goal in one.goals))


def exactly(value: Fraction | bool) -> str:
    """A number to its last decimal, or a switch."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{Decimal(value.numerator) / value.denominator:f}"


def _line(text: str) -> str:
    return " ".join(text.split())


# --- in which words -----------------------------------------------------------------------------------------------


def _worded(rulebase: Rulebase, kind: str) -> dict[str, Any]:
    parts = getattr(rulebase, kind)
    if kind == "rules":
        parts = {rule.id: rule for rule in rulebase.domain_rules}
    elif kind == "report":
        parts = {one.name: getattr(parts, one.name) for one in fields(parts)}
    return {name: _words(rulebase, part) for name, part in parts.items()}


def _words(rulebase: Rulebase, part: Any) -> Any:
    """A part as plain data, without its place and what it means."""
    match part:
        case Place():
            return None
        case Step(text, rule):
            return text, () if rule is None else rule_lines(rulebase.rules[rule])
        case Platform():
            return [rule_lines(rulebase.rules[part.rule]), *_fields(rulebase, part)]
        case tuple():
            return tuple(_words(rulebase, inner) for inner in part)
        case dict():
            return {name: _words(rulebase, inner) for name, inner in part.items()}
        case _ if is_dataclass(part):
            return _fields(rulebase, part)
        case _:
            return part


def _fields(rulebase: Rulebase, part: Any) -> list[Any]:
    left_out = UNWORDED.get(type(part), frozenset())
    return [_words(rulebase, getattr(part, one.name)) for one in fields(part) if one.name not in left_out]
