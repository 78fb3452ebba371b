"""API keys: made once, shown once, kept as hashes; what each may do, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.web.database import Database
from demandfirst.web.models import Key
from demandfirst.web.tokens import hashed, new_secret
from sqlalchemy import select, update
from sqlalchemy.orm import Session

PREFIX = "df_"
SCOPES = ("advise", "sessions", "clients")
"""`advise`: everything that keeps nothing; `sessions`: questionnaires by API; `clients`: completed clients of the agency."""
LONGEST = 120
USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent a request: a key's id (none for those without a key), what it may do, and whose idempotency keys it uses."""

    id: str
    scopes: frozenset[str]
    caller: str


def create(database: Database, name: str, scopes: Iterable[str], *, days: int | None = None) -> tuple[str, str]:
    """A new key: its id, and the secret that is never shown again. Raises `DemandfirstError` for scopes that do not exist."""
    wanted = list(dict.fromkeys(scopes))
    faults = (
        []
        if 0 < len(name.strip()) <= LONGEST
        else [Fault(Place("NAME"), "not-a-name", f"a name has 1 to {LONGEST} characters")]
    )
    faults += [
        Fault(Place("scope"), "unknown-scope", f"`{scope}` is not a scope", did_you_mean(scope, SCOPES))
        for scope in wanted
        if scope not in SCOPES
    ]
    if faults:
        raise DemandfirstError(faults)
    with database.transaction() as session:
        return _new(session, name, wanted, days)


def _new(session: Session, name: str, scopes: list[str], days: int | None = None) -> tuple[str, str]:
    secret, now = PREFIX + new_secret(), datetime.now(UTC)
    row = Key(
        id=hashed(secret)[:8], hash=hashed(secret), name=name, scopes=scopes, created=now,
        expires=None if days is None else now + timedelta(days=days),
    )  # fmt: skip
    session.add(row)
    return row.id, secret


def rotate(database: Database, key: str, *, grace_hours: int) -> tuple[str, str] | None:
    """A new key with the name and scopes of an old one, which goes on for a while; None where there is no such key."""
    with database.transaction() as session:
        old = session.get(Key, key)
        if old is None or state(old) != "good":
            return None
        end = datetime.now(UTC) + timedelta(hours=grace_hours)
        old.expires = end if old.expires is None else min(old.expires, end)
        return _new(session, old.name, [str(scope) for scope in old.scopes])


def revoke(database: Database, key: str) -> bool:
    """End a key at once; whether there was one."""
    with database.transaction() as session:
        row = session.get(Key, key)
        if row is not None:
            row.revoked = row.revoked or datetime.now(UTC)
        return row is not None


def every(database: Database) -> list[Key]:
    """All keys, the oldest first."""
    with database.reading() as session:
        return list(session.scalars(select(Key).order_by(Key.created)))


def state(key: Key) -> str:
    """Whether a key is good, revoked, or over."""
    if key.revoked is not None:
        return "revoked"
    return "over" if key.expires is not None and key.expires <= datetime.now(UTC) else "good"


def bearer_of(database: Database, secret: str) -> Bearer | None:
    """Who a secret belongs to; None where it is not valid, or no longer."""
    now = datetime.now(UTC)
    with database.reading() as session:
        row = session.scalar(select(Key).where(Key.hash == hashed(secret)))
    if row is None or state(row) != "good":
        return None
    if row.last_used is None or now - row.last_used > USED_EVERY:
        with database.transaction() as session:
            session.execute(update(Key).where(Key.id == row.id).values(last_used=now))
    return Bearer(row.id, frozenset(str(scope) for scope in row.scopes), caller=f"key {row.name}")
