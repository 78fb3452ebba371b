"""Deliveries in the database: taken by one deliverer at a time, tried again later and later, put aside at the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demandfirst.web.database import Database
from demandfirst.web.models import Delivery, Webhook
from demandfirst.web.webhooks.sending import GONE, NOT_VALID, Answer, Message, Send
from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

LEASE = timedelta(seconds=120)
"""After it a delivery whose deliverer fell silent is taken by another."""
FIRST, FACTOR, LONGEST = 5.0, 6, 43_200.0
"""The first pause and the longest, in seconds."""
JITTER = 0.25


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that is ours until the lease ends; `attempt` says which one of them is ours."""

    delivery: str
    attempt: int
    message: Message


def pause(attempts: int, chance: float) -> timedelta:
    """How long until the next attempt: longer each time, and not at the same moment for all; `chance` is from 0 to 1."""
    seconds = min(LONGEST, FIRST * FACTOR ** min(attempts - 1, 10))
    return timedelta(seconds=seconds * (1 - JITTER + 2 * JITTER * chance))


class Deliverer:
    """Delivers what is due, one delivery for each receiver at a time, so that a slow one keeps up only itself."""

    def __init__(
        self, database: Database, send: Send, *, attempts: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC), chance: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self.database, self.send, self.attempts, self.clock, self.chance = database, send, attempts, clock, chance

    def deliver_one(self) -> bool:
        """Deliver what has been due for longest; false where nothing is due."""
        taken = self.take()
        if taken is None:
            return False
        try:
            answer = self.send(taken.message, self.clock())
        except Exception as error:
            self.note(taken, Answer(0, f"{NOT_VALID} ({type(error).__name__})"))
            raise
        self.note(taken, answer)
        return True

    def take(self) -> Taken | None:
        """Take a delivery, so that nobody else does."""
        with self.database.reading() as session:
            if session.scalar(self._due().limit(1)) is None:
                return None
        with self.database.transaction() as session:
            mine = self._due().join(Webhook, Webhook.id == Delivery.webhook).limit(1)
            row = session.scalar(mine.with_for_update(of=(Delivery, Webhook), key_share=True, skip_locked=True))
            if row is None or session.scalar(self._under_way(row.webhook)):
                return None
            row.attempts, row.leased = row.attempts + 1, self.clock() + LEASE
            row.due = row.leased
            receiver = session.get_one(Webhook, row.webhook)
            return Taken(row.id, row.attempts, Message(row.id, receiver.url, receiver.secret, row.payload))

    def _due(self) -> Select[Delivery]:
        now = self.clock()
        busy = select(Delivery.webhook).where(Delivery.leased > now)
        open_ = select(Webhook.id).where(~Webhook.disabled)
        return (
            select(Delivery)
            .where(Delivery.due <= now, Delivery.webhook.in_(open_), Delivery.webhook.not_in(busy))
            .order_by(Delivery.due, Delivery.id)
        )

    def _under_way(self, receiver: str) -> Select[bool]:
        """Whether another took a delivery for a receiver after we looked, and before we had it for ourselves."""
        return select(exists().where(Delivery.webhook == receiver, Delivery.leased > self.clock()))

    def note(self, taken: Taken, answer: Answer) -> None:
        """Write down what came of a delivery, unless somebody else took it in the meantime."""
        with self.database.transaction() as session:
            row = session.get(Delivery, taken.delivery, with_for_update=True)
            if row is None or row.attempts != taken.attempt or row.delivered is not None:
                return
            now = self.clock()
            row.last_answer, row.leased, row.due = answer.text, None, None
            if answer.fine:
                row.delivered = now
            elif answer.status == GONE:
                row.dead = True
                session.get_one(Webhook, row.webhook).disabled = True
            elif row.attempts >= self.attempts:
                row.dead = True
            else:
                row.due = now + pause(row.attempts, self.chance())


def send_again(session: Session, now: datetime, delivery: str | None = None) -> int:
    """Let dead deliveries begin anew, one or all; how many."""
    chosen = Delivery.dead if delivery is None else Delivery.dead & (Delivery.id == delivery)
    revived = update(Delivery).where(chosen).values(dead=False, attempts=0, due=now, leased=None)
    return int(session.execute(revived).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver and how its deliveries stand."""

    id: str
    url: str
    events: tuple[str, ...]
    created: datetime
    disabled: bool
    waiting: int
    delivered: int
    dead: int


def receivers(session: Session) -> list[Receiver]:
    """All receivers, the oldest first."""
    delivered = func.count(Delivery.delivered)
    dead = func.count().filter(Delivery.dead)
    counted = select(Delivery.webhook, func.count(), delivered, dead).group_by(Delivery.webhook)
    counts = {name: (total - done - lost, done, lost) for name, total, done, lost in session.execute(counted)}
    rows = session.scalars(select(Webhook).order_by(Webhook.created, Webhook.id))
    return [
        Receiver(
            row.id, row.url, tuple(row.events), row.created, row.disabled, *counts.get(row.id, (0, 0, 0))
        )
        for row in rows
    ]  # fmt: skip


def letters(session: Session, limit: int, *, dead: bool) -> list[tuple[Delivery, str]]:
    """The newest deliveries, or dead ones, each with the URL of its receiver."""
    chosen = select(Delivery, Webhook.url).join(Webhook, Webhook.id == Delivery.webhook)
    if dead:
        chosen = chosen.where(Delivery.dead)
    found = session.execute(chosen.order_by(Delivery.created.desc(), Delivery.id).limit(limit))
    return [(row, url) for row, url in found]
