"""What a change of answers changes in the advice, and through which rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from demandfirst.engine.ir.advice import Advice, ChoiceFinding, ItemAdvice, Part, WarningAdvice, YesNoFinding
from demandfirst.engine.language import mark
from demandfirst.engine.say import UNDECIDED

ABSENT = mark("not answered")
SHOWN = ("recommended", "raised")


class Change(Part):
    """An item, warning, finding or quantity that is different, and the rules that came and went."""

    kind: str
    id: str
    title: str
    before: str
    after: str
    rules_gone: tuple[str, ...] = ()
    rules_new: tuple[str, ...] = ()


class Lines(Part):
    """An item recommended, or a warning raised, before and after, whose steps are different."""

    id: str
    title: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


class Focus(Part):
    """The objectives to work on first, before and after."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class AnswerChange(Part):
    """An answer that is different."""

    fact: str
    before: Any
    after: Any


class Difference(Part):
    """Everything that differs between two pieces of advice of one rulebase.

    `verdict` is the change of the verdict, which stands among the changes too.
    """

    answers: tuple[AnswerChange, ...]
    verdict: Change | None
    focus: Focus | None
    changes: tuple[Change, ...]
    steps: tuple[Lines, ...]


def difference(before: Advice, after: Advice) -> Difference:
    """What differs between the advice before and after."""
    changes = tuple(_changes(before, after))
    return Difference(
        answers=tuple(_answers(before.answers, after.answers)),
        verdict=next((change for change in changes if change.id == before.verdict.finding), None),
        focus=None if before.focus == after.focus else Focus(before=before.focus, after=after.focus),
        changes=changes,
        steps=tuple(_steps(before, after)),
    )


def _answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[AnswerChange]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name, ABSENT) != after.get(name, ABSENT):
            yield AnswerChange(fact=name, before=before.get(name, ABSENT), after=after.get(name, ABSENT))


def _changes(before: Advice, after: Advice) -> Iterator[Change]:
    then = {one.id: one for one in (*after.items, *after.warnings, *after.findings)}
    for one in (*before.findings, *before.items, *before.warnings):
        other = then[one.id]
        if _state(one) == _state(other):
            continue
        kind = "finding" if isinstance(one, YesNoFinding | ChoiceFinding) else getattr(one, "kind", "warning")
        old, new = set(one.rules), set(other.rules)
        yield Change(
            kind=kind, id=one.id, title=getattr(one, "title", "") or one.id, before=_state(one), after=_state(other),
            rules_gone=tuple(rule for rule in one.rules if rule not in new),
            rules_new=tuple(rule for rule in other.rules if rule not in old),
        )  # fmt: skip
    yield from _sums(before, after)


def _sums(before: Advice, after: Advice) -> Iterator[Change]:
    for name, old in before.quantities.items():
        new = after.quantities[name]
        if (old.value, old.bounds, old.sum) != (new.value, new.bounds, new.sum):
            yield Change(kind="quantity", id=name, title=old.label, before=old.sum, after=new.sum)


def _steps(before: Advice, after: Advice) -> Iterator[Lines]:
    now: tuple[ItemAdvice | WarningAdvice, ...] = (*before.items, *before.warnings)
    others: tuple[ItemAdvice | WarningAdvice, ...] = (*after.items, *after.warnings)
    then = {one.id: one for one in others}
    for one in now:
        other = then[one.id]
        if one.status == other.status and one.status in SHOWN and one.steps != other.steps:
            gone = tuple(step for step in one.steps if step not in other.steps)
            new = tuple(step for step in other.steps if step not in one.steps)
            yield Lines(id=one.id, title=one.title, gone=gone, new=new)


def _state(one: Any) -> str:
    """The status of a part of the advice; of a raised warning with its severity."""
    if isinstance(one, ChoiceFinding):
        return one.value or UNDECIDED
    return f"{one.status} ({one.severity})" if one.status == "raised" else str(one.status)
