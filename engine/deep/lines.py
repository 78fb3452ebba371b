"""Conditions that add nothing to their rule, and conditional lines that nobody or everybody sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from demandfirst.engine.deep.found import Deep, Found
from demandfirst.engine.deep.rules import ACKNOWLEDGE
from demandfirst.engine.deep.truths import target
from demandfirst.engine.ir.conditions import And, Condition, Decided, OneOf, Only, Or
from demandfirst.engine.ir.formulas import Every, Full, Not
from demandfirst.engine.ir.rules import Line, Rule
from demandfirst.engine.ir.written import written


def redundant(deep: Deep, rule: Rule) -> Iterator[Found]:
    """A line, or a part of one, without which the rule has the same truth for every client."""
    for line in rule.when:
        others = tuple(other.condition for other in rule.when if other is not line)
        if not deep.ever(deep.truths.otherwise(rule, And(others))):
            message = f"`{line.text}` adds nothing to `{rule.id}`"
            yield Found(rule, "condition-redundant", line.place, message, f"take it away, {ACKNOWLEDGE}")
        else:
            parts = _parts(deep, rule, line.condition, lambda less, line=line: _put(rule, line, less))  # type: ignore[misc]
            for part in parts:
                message = f"`{part}` in `{line.text}` adds nothing to `{rule.id}`"
                yield Found(rule, "condition-redundant", line.place, message, f"take it out, {ACKNOWLEDGE}")


def _put(rule: Rule, line: Line, condition: Condition) -> Condition:
    """The lines of a rule, with another condition in one of them."""
    return And(tuple(condition if other is line else other.condition for other in rule.when))


def _parts(deep: Deep, rule: Rule, condition: Condition, put: Callable[[Condition], Condition]) -> Iterator[str]:
    """The largest parts of a condition, or words in it, without which the rule has the same truth."""
    for part, less, back in _without(condition):
        if not deep.ever(deep.truths.otherwise(rule, put(less))):
            yield part if isinstance(part, str) else written(part)
        elif not isinstance(part, str):
            yield from _parts(deep, rule, part, lambda inner, back=back: put(back(inner)))  # type: ignore[misc]


Parts = tuple[Condition, ...]
Without = tuple[Condition | str, Condition, Callable[[Condition], Condition]]


def _without(condition: Condition) -> Iterator[Without]:
    """Each part of a condition, the condition without it, and how to put another in its place."""
    match condition:
        case And(parts) | Or(parts):
            for at, part in enumerate(parts):
                before, after = parts[:at], parts[at + 1 :]
                rest = (*before, *after)
                less = rest[0] if len(rest) == 1 else replace(condition, parts=rest)
                yield part, less, partial(_among, condition, before, after)
        case OneOf(_, values) | Decided(_, values) | Only(_, values) if len(values) > 1:
            for value in values:
                yield value, replace(condition, values=tuple(other for other in values if other != value)), _keep
        case _:
            pass


def _among(whole: And | Or, before: Parts, after: Parts, part: Condition) -> Condition:
    return replace(whole, parts=(*before, part, *after))


def _keep(condition: Condition) -> Condition:
    return condition


def shown_to_nobody_or_all(deep: Deep, rule: Rule) -> Iterator[Found]:
    """A line that no client reads of those who see the item, or that all of them read."""
    if rule.role != "text":
        return
    owner = target(rule.then[0])
    shown, fires = deep.truths.shown(owner), deep.truths.fires(rule).certain
    if not deep.ever(Every((shown, fires))):
        message = f"nobody who sees `{owner}` reads the line of `{rule.id}`"
        yield Found(rule, "line-never", rule.place, message, f"mend its condition or remove it, {ACKNOWLEDGE}")
    elif not deep.ever(Every((Full(), shown, Not(fires)))):
        message = f"everybody who sees `{owner}` reads the line of `{rule.id}`"
        yield Found(rule, "line-always", rule.place, message, f"take its condition away, {ACKNOWLEDGE}")
