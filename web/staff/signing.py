"""Who is signed in: one-time links, passwords, and sessions, each kept as the hash of its secret."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from demandfirst.web.database import Database
from demandfirst.web.models import SignIn, Staff
from demandfirst.web.staff.passwords import fits, kept
from demandfirst.web.tokens import hashed, new_secret
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

LINK_MINUTES = 15
LONGEST_NAME = 80
Kind = Literal["link", "password", "session"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is signed in; `csrf` stands in every form, `views` are the searches of this sign-in."""

    name: str
    sign_in: str
    csrf: str
    views: Mapping[str, Any]


def known_as(name: str) -> str:
    """A name as it is kept: upper and lower case are the same."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


class SignIns:
    """The staff of a service and their sign-ins."""

    def __init__(
        self, database: Database, *, hours: int, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:  # fmt: skip
        self.database, self.lifetime, self.clock = database, timedelta(hours=hours), clock

    def add(self, name: str) -> bool:
        """Somebody new; false where the name is taken."""
        with self.database.transaction() as session:
            if session.get(Staff, name) is not None:
                return False
            session.add(Staff(name=name, created=self.clock()))
            return True

    def link(self, name: str, kind: Kind) -> str | None:
        """The secret of a link that works once; earlier ones no longer do. None where there is no such name."""
        with self.database.transaction() as session:
            staff = session.get(Staff, name)
            if staff is None or staff.disabled:
                return None
            session.execute(delete(SignIn).where(SignIn.staff == name, SignIn.kind != "session"))
            return self._new(session, name, kind, timedelta(minutes=LINK_MINUTES))

    def disable(self, name: str) -> bool:
        """End every sign-in of somebody, and let none begin. False where there is no such name."""
        with self.database.transaction() as session:
            staff = session.get(Staff, name, with_for_update=True)
            if staff is None:
                return False
            staff.disabled, staff.password = True, ""
            session.execute(delete(SignIn).where(SignIn.staff == name))
            return True

    def enable(self, name: str) -> bool:
        """Let somebody in again. False where there is no such name."""
        with self.database.transaction() as session:
            staff = session.get(Staff, name)
            if staff is not None:
                staff.disabled = False
            return staff is not None

    def everybody(self) -> list[Staff]:
        """The staff by name."""
        with self.database.reading() as session:
            return list(session.scalars(select(Staff).order_by(Staff.name)))

    def of_link(self, secret: str) -> tuple[str, Kind] | None:
        """Whose link it is and what it is for; None where it does not work, or no longer."""
        with self.database.reading() as session:
            row = self._valid(session, secret)
            return None if row is None or row.kind == "session" else (row.staff, row.kind)  # type: ignore[return-value]

    def enter(self, secret: str, password: str = "") -> str | None:
        """Use a link up: the secret of a new session. A link of kind `password` sets it, and ends other sessions."""
        hash_ = kept(password) if password else ""
        with self.database.transaction() as session:
            found = self._valid(session, secret)
            staff = None if found is None else session.get(Staff, found.staff, with_for_update=True)
            row = self._valid(session, secret, lock=True)
            if staff is None or row is None or row.kind == "session" or (row.kind == "password") != bool(hash_):
                return None
            session.delete(row)
            if hash_:
                session.execute(delete(SignIn).where(SignIn.staff == row.staff, SignIn.hash != row.hash))
                staff.password = hash_
            return self._new(session, row.staff, "session", self.lifetime)

    def with_password(self, name: str, password: str) -> str | None:
        """The secret of a new session; None where the name or the password is wrong. Raises `Busy`."""
        with self.database.reading() as session:
            staff = session.get(Staff, name)
            hash_ = "" if staff is None or staff.disabled else staff.password
        if not fits(password, hash_):
            return None
        with self.database.transaction() as session:
            staff = session.get(Staff, name, with_for_update=True)
            if staff is None or staff.disabled or staff.password != hash_:
                return None
            return self._new(session, name, "session", self.lifetime)

    def member(self, secret: str) -> Member | None:
        """Who is signed in with a session."""
        with self.database.reading() as session:
            row = self._valid(session, secret)
            if row is None or row.kind != "session":
                return None
            return Member(row.staff, row.hash, row.csrf, row.views)

    def end(self, secret: str) -> None:
        """Sign out."""
        with self.database.transaction() as session:
            session.execute(delete(SignIn).where(SignIn.hash == hashed(secret), SignIn.kind == "session"))

    def remember(self, member: Member, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        """Change the searches of a sign-in."""
        with self.database.transaction() as session:
            row = session.get(SignIn, member.sign_in, with_for_update=True)
            if row is not None:
                row.views = change(row.views)

    def _new(self, session: Session, name: str, kind: Kind, lifetime: timedelta) -> str:
        secret, now = new_secret(), self.clock()
        session.add(
            SignIn(
                hash=hashed(secret), staff=name, kind=kind, csrf=new_secret(), views={}, created=now,
                expires=now + lifetime,
            )
        )  # fmt: skip
        return secret

    def _valid(self, session: Session, secret: str, *, lock: bool = False) -> SignIn | None:
        row = session.get(SignIn, hashed(secret), with_for_update=lock or None)
        if row is None or row.expires <= self.clock() or session.get_one(Staff, row.staff).disabled:
            return None
        return row
