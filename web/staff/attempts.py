"""Slows down whoever guesses passwords, by name, by address, and by both together; kept in the database, for all processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demandfirst.web.database import Database
from demandfirst.web.models import Refusal
from demandfirst.web.rates import subject_of
from demandfirst.web.tokens import hashed
from sqlalchemy.exc import IntegrityError

FORGOTTEN = timedelta(days=1)
SKEW = 60
"""Seconds by which the clocks of two machines may differ."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is counted: after `free` failures each one doubles the wait, up to `longest` seconds."""

    name: str
    free: int
    longest: int

    def wait(self, count: int) -> timedelta:
        """How long after so many failures."""
        return timedelta(seconds=0 if count < self.free else min(self.longest, 2 ** min(count - self.free + 2, 20)))

    def late(self, row: Refusal | None, now: datetime) -> float:
        """The seconds that are still to wait; none where they are more than there can be, since a clock was set back."""
        seconds = 0.0 if row is None else (row.until - now).total_seconds()
        return 0.0 if seconds > self.longest + SKEW else max(0.0, seconds)


def subjects(name: str, address: str) -> Iterator[Subject]:
    """Who is counted for an attempt. A name alone waits a minute at most: else anybody could lock out somebody."""
    where = subject_of(address)
    yield Subject(hashed(f"both\n{name}\n{where}"), 5, 900)
    yield Subject(hashed(f"address\n{where}"), 20, 900)
    yield Subject(hashed(f"name\n{name}"), 50, 60)


class Attempts:
    """The attempts of all processes. An attempt counts as failed until it succeeds, so that many at once count too."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.database, self.clock = database, clock

    def begin(self, name: str, address: str) -> float:
        """Take an attempt: 0, or the seconds to wait (then none is taken)."""
        try:
            return self._begin(name, address)
        except IntegrityError:  # two first attempts at the same time
            return self._begin(name, address)

    def _begin(self, name: str, address: str) -> float:
        now, counted = self.clock(), list(subjects(name, address))
        with self.database.transaction() as session:
            rows = [session.get(Refusal, one.name, with_for_update=True) for one in sorted(counted, key=_name)]
            known = {row.subject: row for row in rows if row is not None}
            late = max(one.late(known.get(one.name), now) for one in counted)
            if late > 0:
                return late
            for one in counted:
                row = known.get(one.name) or Refusal(subject=one.name, count=0, until=now, last=now)
                row.count = 1 if now - row.last > FORGOTTEN else row.count + 1
                row.last, row.until = now, now + one.wait(row.count)
                session.add(row)
        return 0.0

    def succeed(self, name: str, address: str) -> None:
        """The attempt was a good one: the name is free again, and the address has one failure less."""
        both, where, alone = subjects(name, address)
        with self.database.transaction() as session:
            for one in sorted((both, where, alone), key=_name):
                row = session.get(Refusal, one.name, with_for_update=True)
                if row is None:
                    continue
                if one == where:
                    row.count = max(0, row.count - 1)
                    row.until = row.last + one.wait(row.count)
                else:
                    session.delete(row)


def _name(one: Subject) -> str:
    return one.name
