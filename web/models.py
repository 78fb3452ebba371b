"""What is kept. Secrets (links, keys, sign-ins) are kept as hashes only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """A point in time, always UTC, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """As UTC."""
        return None if value is None else (value if value.tzinfo else value.replace(tzinfo=UTC))


class Base(DeclarativeBase):
    """The tables."""

    type_annotation_map = {datetime: Moment(), dict[str, Any]: JSON(), list[Any]: JSON()}  # noqa: RUF012


class Rulebase(Base):
    """The files of a rulebase that gave advice, so that it can be replayed."""

    __tablename__ = "rulebases"

    hash: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    files: Mapped[bytes] = mapped_column(LargeBinary)
    first_used: Mapped[datetime]


class Questionnaire(Base):
    """One visitor's questionnaire: the state of the interview, found by the hash of its link."""

    __tablename__ = "questionnaires"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime]
    changed: Mapped[datetime]
    expires: Mapped[datetime]
    revoked: Mapped[bool] = mapped_column(default=False)
    completed: Mapped[datetime | None]
    parent: Mapped[str] = mapped_column(String(200), default="")
    reference: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="", server_default="")
    contact: Mapped[dict[str, Any] | None]
    consent: Mapped[str] = mapped_column(Text, default="")
    consented: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(String(560), default="")
    verdict: Mapped[str] = mapped_column(String(80), default="")
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    budget: Mapped[float | None]

    __table_args__ = (
        Index("questionnaires_listed", "completed", "id", "verdict", "budget", "search"),
        Index("questionnaires_changed", "changed"),
    )


class RaisedWarning(Base):
    """A warning that a completed questionnaire raised, as severe as it was then."""

    __tablename__ = "raised_warnings"

    questionnaire: Mapped[str] = mapped_column(ForeignKey("questionnaires.id", ondelete="CASCADE"), primary_key=True)
    warning: Mapped[str] = mapped_column(String(80), primary_key=True)
    severity: Mapped[str] = mapped_column(String(10))

    __table_args__ = (Index("raised_warnings_warning", "warning", "questionnaire"),)


class GivenAdvice(Base):
    """The advice that a questionnaire got, each time its answers were handed in."""

    __tablename__ = "advice"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    questionnaire: Mapped[str] = mapped_column(ForeignKey("questionnaires.id", ondelete="CASCADE"), index=True)
    given: Mapped[datetime]
    rulebase: Mapped[str] = mapped_column(ForeignKey("rulebases.hash"))
    answers: Mapped[dict[str, Any]]
    statuses: Mapped[dict[str, Any]]


class Decision(Base):
    """What a member of staff decided about a recommendation, and why."""

    __tablename__ = "decisions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    questionnaire: Mapped[str] = mapped_column(ForeignKey("questionnaires.id", ondelete="CASCADE"), index=True)
    item: Mapped[str] = mapped_column(String(80))
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    staff: Mapped[str] = mapped_column(String(120))
    decided: Mapped[datetime]


class Key(Base):
    """An API key: its hash, what it may do, and until when."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[Any]]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    last_used: Mapped[datetime | None]


class Reply(Base):
    """A request with an idempotency key that made something: what it takes to answer it again, and no secret."""

    __tablename__ = "replies"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32))
    created: Mapped[datetime] = mapped_column(index=True)


class Staff(Base):
    """Somebody of the agency."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    password: Mapped[str] = mapped_column(String(200), default="")
    created: Mapped[datetime]
    disabled: Mapped[bool] = mapped_column(default=False)


class SignIn(Base):
    """A one-time link or a running sign-in, by the hash of its secret."""

    __tablename__ = "sign_ins"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    csrf: Mapped[str] = mapped_column(String(64))
    views: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created: Mapped[datetime]
    expires: Mapped[datetime]


class Refusal(Base):
    """Failed attempts to sign in, by the hash of a name or an address, and until when no other is taken."""

    __tablename__ = "refusals"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime]
    last: Mapped[datetime] = mapped_column(index=True)


class Webhook(Base):
    """A receiver of events."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(120))
    events: Mapped[list[Any]]
    created: Mapped[datetime]
    disabled: Mapped[bool] = mapped_column(default=False)


class Delivery(Base):
    """An event on its way to a receiver: due, delivered, or put aside (dead)."""

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    questionnaire: Mapped[str | None] = mapped_column(ForeignKey("questionnaires.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    created: Mapped[datetime]
    due: Mapped[datetime | None]
    leased: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[datetime | None]
    dead: Mapped[bool] = mapped_column(default=False)
    last_answer: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("deliveries_due", "due"),)
