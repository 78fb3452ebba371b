"""What is kept on a person: handed out, erased, and erased by itself after a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from demandfirst.web.database import WAIT_MS, Database
from demandfirst.web.models import Decision, Delivery, GivenAdvice, Questionnaire, RaisedWarning, Refusal, Reply, SignIn
from sqlalchemy import ColumnElement, Delete, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

AT_ONCE = 200
SOON_MS = 500
DELIVERED_DAYS, REFUSED_DAYS, REPLY_DAYS = 30, 2, 1
SECRET = frozenset({"link_hash", "search"})
HANGING: dict[str, Any] = {
    "advice": GivenAdvice, "decisions": Decision, "warnings_raised": RaisedWarning, "webhook_deliveries": Delivery,
}  # fmt: skip
"""What hangs on a questionnaire."""


def of_person(*, name: str = "", reference: str = "", email: str = "") -> Select[Questionnaire]:
    """The questionnaires with an id, a reference, or an e-mail address; with several of these, those that fit all."""
    terms: list[ColumnElement[bool]] = []
    if name:
        terms.append(Questionnaire.id == name)
    if reference:
        terms.append(Questionnaire.reference == reference)
    if email:
        kept = Questionnaire.contact["email"].as_string()
        terms.append(or_(func.lower(kept) == email.strip().lower(), kept == email.strip()))
    if not terms:
        raise ValueError("of whom?")
    return select(Questionnaire).where(*terms).order_by(Questionnaire.created)


def exported(session: Session, row: Questionnaire) -> dict[str, Any]:
    """Everything that is kept on one questionnaire, the hash of its link aside."""
    found: dict[str, Any] = {"questionnaire": _plain(row)}
    for title, table in HANGING.items():
        rows = session.scalars(select(table).where(table.questionnaire == row.id))
        found[title] = [_plain(one) for one in rows]
    return found


def _plain(row: Any) -> dict[str, Any]:
    columns = [column.key for column in row.__mapper__.column_attrs]
    values = {name: getattr(row, name) for name in columns if name not in SECRET}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()}


def erase(database: Database, names: Sequence[str]) -> int:
    """Erase questionnaires with everything that hangs on them; how many there were."""
    with database.transaction() as session:
        count = _count(session, delete(Questionnaire).where(Questionnaire.id.in_(names)))
    if count:
        forget(database)
    return count


def forget(database: Database) -> None:
    """On SQLite take what was erased out of the journal too, as far as nobody is reading it."""
    if database.sqlite:
        with database.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            for pragma in (f"busy_timeout={SOON_MS}", "wal_checkpoint(TRUNCATE)", f"busy_timeout={WAIT_MS}"):
                raw.execute(f"PRAGMA {pragma}").fetchall()


def sweep(database: Database, days: int, now: datetime) -> int:
    """Erase questionnaires untouched for so many days, and what else has had its time; how many questionnaires."""
    limit, count = now - timedelta(days=days), 0
    untouched = and_(
        Questionnaire.changed < limit, or_(Questionnaire.completed.is_(None), Questionnaire.completed < limit)
    )
    some = select(Questionnaire.id).where(untouched).limit(AT_ONCE)
    while True:
        with database.transaction() as session:
            erased = _count(session, delete(Questionnaire).where(untouched, Questionnaire.id.in_(some)))
        if not erased:
            break
        count += erased
    with database.transaction() as session:
        session.execute(delete(SignIn).where(SignIn.expires < now))
        session.execute(delete(Reply).where(Reply.created < now - timedelta(days=REPLY_DAYS)))
        session.execute(delete(Refusal).where(Refusal.last < now - timedelta(days=REFUSED_DAYS)))
        session.execute(delete(Delivery).where(Delivery.delivered < now - timedelta(days=DELIVERED_DAYS)))
    if count:
        forget(database)
    return count


def _count(session: Session, statement: Delete) -> int:
    result: Any = session.execute(statement)
    return int(result.rowcount)
