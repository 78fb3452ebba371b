"""What a change of answers changes in the advice, and through which rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from demandfirst.engine.ir.advice import Advice, ChoiceFinding, Part, YesNoFinding

ABSENT = "not answered"


class Change(Part):
    """An item, warning, finding or quantity that is different, and the rules that came and went."""

    kind: str
    id: str
    title: str
    before: str
    after: str
    rules_gone: tuple[str, ...] = ()
    rules_new: tuple[str, ...] = ()


class AnswerChange(Part):
    """An answer that is different."""

    fact: str
    before: Any
    after: Any


class Difference(Part):
    """Everything that differs between two pieces of advice."""

    answers: tuple[AnswerChange, ...]
    verdict: Change | None
    changes: tuple[Change, ...]


def difference(before: Advice, after: Advice) -> Difference:
    """What differs between the advice before and after."""
    changes = tuple(_changes(before, after))
    verdict = next((change for change in changes if change.id == before.verdict.finding), None)
    return Difference(answers=tuple(_answers(before.answers, after.answers)), verdict=verdict, changes=changes)


def _answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[AnswerChange]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name, ABSENT) != after.get(name, ABSENT):
            yield AnswerChange(fact=name, before=before.get(name, ABSENT), after=after.get(name, ABSENT))


def _changes(before: Advice, after: Advice) -> Iterator[Change]:
    then = {one.id: one for one in (*after.items, *after.warnings, *after.findings)}
    for one in (*before.findings, *before.items, *before.warnings):
        other = then.get(one.id)
        if other is None or _state(one) == _state(other):
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
        new = after.quantities.get(name)
        if new is not None and old.sum != new.sum:
            yield Change(kind="quantity", id=name, title=old.label, before=old.sum, after=new.sum)


def _state(one: Any) -> str:
    """The status of a part of the advice; of a raised warning with its severity."""
    if isinstance(one, ChoiceFinding):
        return one.value or "open"
    return f"{one.status} ({one.severity})" if one.status == "raised" else str(one.status)
