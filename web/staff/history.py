"""The history of a client's advice: replayed under the rulebase of then and under the one of now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.codes import status_words
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import mark
from demandfirst.web.models import GivenAdvice
from demandfirst.web.service import Service
from demandfirst.web.staff.client import MOST_PAST, Client, advised

GONE = mark("not in the rulebase")


@dataclass(frozen=True, slots=True)
class Changed:
    """Something whose status is another."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Past:
    """Advice of then. `kept`: its rulebase is there; `unlike`: where the replay is not what was said; `since`: what differs now."""

    given: datetime
    version: str
    hash: str
    today: bool
    kept: bool
    verdict: str
    verdict_now: str
    unlike: tuple[Changed, ...]
    since: tuple[Changed, ...]
    lost: tuple[str, ...]
    answers: tuple[str, ...]


def history(service: Service, client: Client) -> Iterator[Past]:
    """What the client was told, the newest first."""
    for place, one in enumerate(client.past[:MOST_PAST]):
        before = client.past[place + 1].answers if place + 1 < len(client.past) else None
        yield _past(service, one, before)


def _past(service: Service, one: GivenAdvice, before: Mapping[str, Any] | None) -> Past:
    then = service.replays.advisor(one.rulebase)
    replay = None if then is None else advised(then, one.answers)[0]
    now, lost = advised(service.advisor, one.answers)
    titles = titles_of(service.advisor.rulebase) | (titles_of(then.rulebase) if then else {})
    changed = () if before is None else _different(before, one.answers)
    return Past(
        given=one.given, version=then.version if then else "", hash=one.rulebase,
        today=one.rulebase == service.advisor.hash, kept=replay is not None,
        verdict=replay.verdict.title if replay else "", verdict_now=now.verdict.title if now else "",
        unlike=tuple(changes(one.statuses, statuses(replay), titles)) if replay else (),
        since=tuple(changes(one.statuses, statuses(now), titles)) if now else (),
        lost=_labels(service.advisor.rulebase, lost), answers=_labels(service.advisor.rulebase, changed),
    )  # fmt: skip


def statuses(advice: Advice) -> dict[str, str]:
    """The status of every item and warning."""
    return {one.id: one.status for part in (advice.items, advice.warnings) for one in part}


def titles_of(rulebase: Rulebase) -> dict[str, str]:
    """Item or warning -> its title."""
    return {name: one.title for part in (rulebase.items, rulebase.warnings) for name, one in part.items()}


def changes(before: Mapping[str, str], after: Mapping[str, str], titles: Mapping[str, str]) -> Iterator[Changed]:
    """What has another status, in words."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, GONE), after.get(name, GONE)
        if old != new:
            yield Changed(titles.get(name, name), status_words(old), status_words(new))


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name))


def _labels(rulebase: Rulebase, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(rulebase.facts[name].label if name in rulebase.facts else name for name in names)
