"""Questionnaires in the database: started, found by their link, answered, handed in.

Two tabs may answer the same questionnaire: every step reads the state inside the transaction that writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demandfirst.engine.advise import Advisor
from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.interview import Resumed, State
from demandfirst.engine.language import current
from demandfirst.engine.load.yaml_tree import MAX_FAULTS
from demandfirst.web.database import Database
from demandfirst.web.models import GivenAdvice, Questionnaire, RaisedWarning
from demandfirst.web.privacy import forget
from demandfirst.web.replay import keep
from demandfirst.web.spoken import asked_for
from demandfirst.web.tokens import hashed, new_id, new_secret
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

Step = Callable[[State], State]
Completed = Callable[[Session, Questionnaire, Advice], None]
SEARCHED = 560
STEP = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A questionnaire as a page needs it. `messages` say what a newer rulebase changed about it."""

    id: str
    state: State
    messages: tuple[str, ...]
    completed: datetime | None
    parent: str
    expires: datetime
    contacted: bool
    language: str


class Questionnaires:
    """All questionnaires of a service."""

    def __init__(self, database: Database, interviews: Callable[[], Interview], *, days: int) -> None:
        self.database, self.interviews, self.lifetime = database, interviews, timedelta(days=days)
        self.on_completed: Completed | None = None
        """Called in the transaction in which answers are handed in."""

    def start(self, answers: Mapping[str, Any], *, parent: str = "", reference: str = "") -> str:
        """A new questionnaire with answers known already; gives the secret of its link. Raises `ClientError`."""
        with self.database.transaction() as session:
            secret = new_secret()
            self.start_in(session, secret, answers, parent=parent, reference=reference)
            return secret

    def start_in(
        self, session: Session, secret: str, answers: Mapping[str, Any], *, parent: str = "", reference: str = ""
    ) -> None:  # fmt: skip
        """The same as a part of a larger transaction, with a secret that is made already."""
        state, now = self.answered(self.interviews().start(), answers), datetime.now(UTC)
        session.add(
            Questionnaire(
                id=new_id(), link_hash=hashed(secret), state=state.but(history=()).model_dump(), created=now, changed=now,
                expires=now + self.lifetime, parent=parent, reference=reference, search=searchable(reference), warnings=[],
                language=current(),
            )
        )  # fmt: skip

    def answered(self, state: State, answers: Mapping[str, Any]) -> State:
        """The state with several answers. Raises `ClientError` with every fault."""
        faults: list[Fault] = []
        interview = self.interviews()
        for fact, value in answers.items():
            if len(faults) >= MAX_FAULTS:
                faults.append(Fault(Place("client"), "too-many", f"more than {MAX_FAULTS} faults", "is this a client?"))
                break
            try:
                state = interview.answer(state, fact, value)
            except ClientError as error:
                faults += error.faults
        if faults:
            raise ClientError(faults)
        return state

    def find(self, secret: str) -> Held | None:
        """The questionnaire of a link; None where there is none, or it has expired or was revoked."""
        with self.database.reading() as session:
            row = self._row(session, secret)
        return None if row is None else self._held(row)

    def step(self, secret: str, step: Step) -> Held | None:
        """Take a step of the interview on the state as it is now. Raises what the step raises, and then keeps nothing."""
        with self.database.transaction() as session:
            row = self._row(session, secret, lock=True)
            if row is None:
                return None
            state = step(self._resumed(row).state)
            row.state, row.revision, row.changed = state.model_dump(), row.revision + 1, datetime.now(UTC)
            row.language = asked_for() or row.language
            return self._held(row)

    def finish(self, secret: str, advisor: Advisor, folder: Path | None = None) -> Advice | None:
        """Hand the answers in: keep the advice on them. Raises `ClientError` while needed answers are missing."""
        with self.database.transaction() as session:
            row = self._row(session, secret, lock=True)
            if row is None:
                return None
            advice = advisor.advise(self._resumed(row).state.answers, engine="scalar")
            if not _handed_in(session, row, advice):
                row.language = asked_for() or row.language
                keep(session, advisor, folder)
                record_advice(session, row, advice, advisor.rulebase.budget_fact)
                if self.on_completed is not None:
                    self.on_completed(session, row, advice)
            return advice

    def change(self, secret: str, change: Callable[[Session, Questionnaire], None]) -> bool:
        """Change something about a questionnaire that is no step of the interview; false where there is none."""
        with self.database.transaction() as session:
            row = self._row(session, secret, lock=True)
            if row is not None:
                row.changed, row.language = datetime.now(UTC), asked_for() or row.language
                change(session, row)
            return row is not None

    def erase(self, secret: str) -> None:
        """Delete a questionnaire with everything that hangs on it, also after its link has expired."""
        with self.database.transaction() as session:
            row = self._row(session, secret, lock=True, expired=True)
            if row is None:
                return
            session.delete(row)
        forget(self.database)

    def revoke(self, secret: str) -> bool:
        """Make a link worthless; the answers stay with the agency."""
        with self.database.transaction() as session:
            row = self._row(session, secret, lock=True)
            if row is not None:
                row.revoked = True
            return row is not None

    def _row(
        self, session: Session, secret: str, *, lock: bool = False, expired: bool = False
    ) -> Questionnaire | None:  # fmt: skip
        wanted = select(Questionnaire).where(Questionnaire.link_hash == hashed(secret))
        row = session.scalar(wanted.with_for_update() if lock else wanted)
        if row is None or row.revoked or (row.expires <= datetime.now(UTC) and not expired):
            return None
        return row

    def _resumed(self, row: Questionnaire) -> Resumed:
        return self.interviews().resume(row.state)

    def _held(self, row: Questionnaire) -> Held:
        found = self._resumed(row)
        return Held(
            row.id,
            found.state,
            found.messages,
            row.completed,
            row.parent,
            row.expires,
            row.contact is not None,
            row.language,
        )


def searchable(*texts: str) -> str:
    """What staff find a questionnaire by."""
    return " ".join(text for text in texts if text).casefold()[:SEARCHED]


def _handed_in(session: Session, row: Questionnaire, advice: Advice) -> bool:
    """Whether these answers were handed in before, under the same rulebase: who asks twice is told to nobody twice."""
    last = _last(session, row)
    return last is not None and last.rulebase == advice.rulebase.hash and last.answers == advice.answers


def _last(session: Session, row: Questionnaire) -> GivenAdvice | None:
    newest = select(GivenAdvice).where(GivenAdvice.questionnaire == row.id).order_by(GivenAdvice.given.desc()).limit(1)
    return session.scalar(newest)


def record_advice(session: Session, row: Questionnaire, advice: Advice, budget_fact: str) -> GivenAdvice:
    """Keep the advice that a questionnaire got, and what staff look for in it."""
    now, last = datetime.now(UTC), _last(session, row)
    given_at = (
        now if last is None else max(now, last.given + STEP)
    )  # later than the one before, whatever the clock says
    items, warnings = ({one.id: one.status for one in part} for part in (advice.items, advice.warnings))
    given = GivenAdvice(
        id=new_id(), questionnaire=row.id, given=given_at, rulebase=advice.rulebase.hash, answers=dict(advice.answers),
        statuses=items | warnings,
    )  # fmt: skip
    row.completed, row.verdict = now, advice.verdict.value or ""
    budget = advice.answers.get(budget_fact)
    row.budget = float(budget) if isinstance(budget, int | float) else None
    raised = [warning for warning in advice.warnings if warning.status == "raised"]
    row.warnings = [warning.id for warning in raised]
    session.execute(delete(RaisedWarning).where(RaisedWarning.questionnaire == row.id))
    session.add_all(RaisedWarning(questionnaire=row.id, warning=one.id, severity=one.severity) for one in raised)
    session.add(given)
    return given
