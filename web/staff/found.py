"""The completed clients: looked for, filtered, sorted, a page at a time.

A page begins after the last client of the page before, by what they are sorted by, so it stays right while clients are added.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import SEVERITIES
from demandfirst.web.models import Questionnaire, RaisedWarning
from demandfirst.web.staff.filters import Filter
from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

PAGE = 50
LOWEST, HIGHEST = -1.0, 1e300
"""Where clients without a budget stand."""
SORTS: dict[str, tuple[Any, bool]] = {
    "newest": (Questionnaire.completed, True),
    "oldest": (Questionnaire.completed, False),
    "highest": (func.coalesce(Questionnaire.budget, LOWEST), True),
    "lowest": (func.coalesce(Questionnaire.budget, HIGHEST), False),
    "verdict": (Questionnaire.verdict, False),
}
"""Order -> what it goes by, and whether downwards."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A warning as severe as it was."""

    id: str
    severity: str


@dataclass(frozen=True, slots=True)
class Row:
    """A client in the list."""

    id: str
    completed: datetime
    reference: str
    contact: dict[str, Any] | None
    verdict: str
    budget: float | None
    warnings: tuple[Raised, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of clients, and the cursors of the pages beside it."""

    rows: tuple[Row, ...]
    earlier: str = ""
    later: str = ""


def wanted(filters: Filter, rulebase: Rulebase) -> ColumnElement[bool]:
    """What a client has to be like."""
    table = Questionnaire
    terms: list[ColumnElement[bool]] = [table.completed.is_not(None)]
    for word in filters.words.casefold().split():
        verdicts = [
            value.id
            for value in rulebase.findings[rulebase.verdict].values
            if word in f"{value.title} {value.label}".casefold()
        ]
        terms.append(or_(table.search.contains(word, autoescape=True), table.verdict.in_(verdicts)))
    if filters.verdict:
        terms.append(table.verdict == filters.verdict)
    if filters.warning:
        raised = RaisedWarning.warning == filters.warning
        terms.append(exists().where(RaisedWarning.questionnaire == table.id, raised))
    if filters.least is not None:
        terms.append(table.budget >= filters.least)
    if filters.most is not None:
        terms.append(table.budget <= filters.most)
    if filters.since:
        terms.append(table.completed >= _midnight(filters.since))
    if filters.until:
        terms.append(table.completed < _midnight(filters.until) + timedelta(days=1))
    return and_(*terms)


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def found(
    session: Session, filters: Filter, rulebase: Rulebase, *, after: str = "", before: str = "", limit: int = PAGE
) -> Found:  # fmt: skip
    """A page of clients: the first, the one after a cursor, or the one before it."""
    key, down = SORTS[filters.sort]
    backwards, cursor = bool(before), read_cursor(before or after, filters.sort)
    falling = down is not backwards
    query = select(Questionnaire.id, key).where(wanted(filters, rulebase))
    if cursor is not None:
        query = query.where(_beyond(key, cursor, falling=falling))
    order = (key.desc(), Questionnaire.id.desc()) if falling else (key.asc(), Questionnaire.id.asc())
    ends = list(session.execute(query.order_by(*order).limit(limit + 1)))
    more, ends = len(ends) > limit, ends[:limit]
    if backwards:
        ends.reverse()
    has_earlier, has_later = (more, True) if backwards else (cursor is not None, more)
    return Found(
        rows=tuple(rows_of(session, [one[0] for one in ends])),
        earlier=cursor_of(ends[0]) if ends and has_earlier else "",
        later=cursor_of(ends[-1]) if ends and has_later else "",
    )  # fmt: skip


def how_many(session: Session, filters: Filter, rulebase: Rulebase) -> int:
    """How many clients are like that."""
    return session.scalar(select(func.count()).select_from(Questionnaire).where(wanted(filters, rulebase))) or 0


def _beyond(key: Any, cursor: tuple[Any, str], *, falling: bool) -> ColumnElement[bool]:
    value, name = cursor
    here, there = tuple_(key, Questionnaire.id), tuple_(literal(value, key.type), literal(name))
    return here < there if falling else here > there


def rows_of(session: Session, names: list[str]) -> Iterator[Row]:
    """The clients with these ids, in this order."""
    table = Questionnaire
    columns = (table.id, table.completed, table.reference, table.contact, table.verdict, table.budget)
    clients = {row.id: row for row in session.execute(select(*columns).where(table.id.in_(names)))}
    raised: dict[str, list[Raised]] = {}
    for one in session.scalars(select(RaisedWarning).where(RaisedWarning.questionnaire.in_(names))):
        raised.setdefault(one.questionnaire, []).append(Raised(one.warning, one.severity))
    for name in names:
        row = clients.get(name)
        if row is not None and row.completed is not None:
            warnings = sorted(raised.get(name, ()), key=lambda one: (-SEVERITIES.index(one.severity), one.id))
            yield Row(name, row.completed, row.reference, row.contact, row.verdict, row.budget, tuple(warnings))


def cursor_of(end: Any) -> str:
    """Where a page ends."""
    name, value = end
    plain = value.isoformat() if isinstance(value, datetime) else value
    return urlsafe_b64encode(json.dumps([plain, name]).encode()).decode()


def read_cursor(text: str, sort: str) -> tuple[Any, str] | None:
    """Where the page before ended; None for the beginning, and for what is no cursor of this order."""
    try:
        value, name = json.loads(urlsafe_b64decode(text.encode()))
        if not f"{value}{name}".isprintable():
            return None
        if sort in ("newest", "oldest"):
            return datetime.fromisoformat(value).astimezone(UTC), str(name)
        return str(value) if sort == "verdict" else float(value), str(name)
    except (ValueError, TypeError, OverflowError):
        return None
