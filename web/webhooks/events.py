"""What is told: one delivery for each receiver, written in the transaction of what it tells."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from demandfirst.engine.ir.advice import Advice
from demandfirst.web.models import Delivery, Questionnaire, Webhook
from demandfirst.web.tokens import new_id
from sqlalchemy import select
from sqlalchemy.orm import Session

COMPLETED, CONTACT = "questionnaire.completed", "questionnaire.contact"
EVENTS = (COMPLETED, CONTACT)


class Events:
    """What happens to questionnaires, for those who want to know. With `contact` they are told contact details too."""

    def __init__(self, *, contact: bool) -> None:
        self.contact = contact

    def completed(self, session: Session, row: Questionnaire, advice: Advice) -> None:
        """Answers were handed in."""
        raised = [one for one in advice.warnings if one.status == "raised"]
        data = {
            **_named(row), "verdict": advice.verdict.value,
            "warnings": [{"id": one.id, "severity": one.severity} for one in raised], "planned_budget": row.budget,
            "statuses": {one.id: one.status for part in (advice.items, advice.warnings) for one in part}, "answers": advice.answers,
            "rulebase": advice.rulebase.model_dump(),
        }  # fmt: skip
        self._tell(session, row, COMPLETED, data)

    def contacted(self, session: Session, row: Questionnaire) -> None:
        """Contact details were left: told only where the operator wants it."""
        if self.contact:
            self._tell(session, row, CONTACT, _named(row))

    def withdrawn(self, session: Session, row: Questionnaire) -> None:
        """Contact details were taken back: none stay in what was told, and what would tell only them is told to nobody."""
        about = select(Delivery).where(Delivery.questionnaire == row.id)
        for delivery in session.scalars(about.with_for_update()):
            if delivery.event == CONTACT and delivery.delivered is None:
                session.delete(delivery)
            else:
                kept = {name: value for name, value in delivery.payload["data"].items() if name != "contact"}
                delivery.payload = {**delivery.payload, "data": kept}

    def _tell(self, session: Session, row: Questionnaire, event: str, data: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        if self.contact and row.contact is not None:
            data = {**data, "contact": row.contact}
        payload = {"type": event, "timestamp": now.isoformat(), "data": data}
        open_ = (
            select(Webhook).where(~Webhook.disabled).with_for_update(read=True, key_share=True)
        )  # none goes meanwhile
        for receiver in session.scalars(open_):
            if event in receiver.events:
                session.add(
                    Delivery(
                        id=new_id(), webhook=receiver.id, questionnaire=row.id, event=event, payload=payload,
                        created=now, due=now,
                    )
                )  # fmt: skip


def _named(row: Questionnaire) -> dict[str, Any]:
    completed = row.completed.isoformat() if row.completed else None
    return {"id": row.id, "reference": row.reference, "language": row.language, "completed": completed}
