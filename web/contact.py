"""Contact details, left by visitors who want to be called; only where the operator asks for them, and says what for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from demandfirst.engine.language import _, current, mark
from demandfirst.web.models import Questionnaire
from demandfirst.web.pages.render import page, to
from demandfirst.web.pages.routes import held
from demandfirst.web.questionnaires import searchable
from demandfirst.web.service import Service, Shared
from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlalchemy.orm import Session

router = APIRouter(include_in_schema=False)
LIMITS = {"name": 80, "email": 200, "phone": 40}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"[+0-9][0-9 ()/.-]{4,39}")
OFF = mark("This service does not take contact details.")
NAMES = {"name": mark("Name"), "email": mark("E-mail"), "phone": mark("Phone")}
Field = Annotated[str, Form(max_length=1000)]


def faults_of(contact: dict[str, str], *, agreed: bool) -> list[str]:
    """What is wrong about contact details."""
    faults = [
        _("{field}: at most {most} characters.").format(field=_(NAMES[name]), most=most)
        for name, most in LIMITS.items()
        if len(contact[name]) > most
    ]
    if not (contact["email"] or contact["phone"]):
        faults.append(_("Give an e-mail address or a phone number."))
    if contact["email"] and not _EMAIL.fullmatch(contact["email"]):
        faults.append(_("This is not an e-mail address."))
    if contact["phone"] and not _PHONE.fullmatch(contact["phone"]):
        faults.append(_("This is not a phone number."))
    if not agreed:
        faults.append(_("Tick the box if you agree. Without it nothing is kept."))
    return faults


def _consent(service: Service) -> str:
    if not service.settings.contact:
        raise HTTPException(404, _(OFF))
    return service.settings.consent(current())


@router.get("/q/{link}/contact")
def asking(request: Request, service: Shared, link: str) -> Response:
    """The form for contact details, on a page of its own."""
    _consent(service)
    return page(
        request, service, "contact_page.html", title=_("Your contact details"), link=link, held=held(service, link)
    )


@router.post("/q/{link}/contact")
def leave(
    request: Request, service: Shared, link: str, name: Field = "", email: Field = "", phone: Field = "",
    consent: Field = "",
) -> Response:  # fmt: skip
    """Keep contact details, with the words that were agreed to and when."""
    words, found = _consent(service), held(service, link)
    given = {"name": name, "email": email, "phone": phone}
    typed = {
        key: " ".join("".join(char if char.isprintable() else " " for char in text).split())
        for key, text in given.items()
    }
    faults = faults_of(typed, agreed=consent == "yes")
    if found.completed is None:
        faults.append(_("Finish the questions first."))
    if faults:
        return page(
            request, service, "contact_page.html", 422, title=_("Your contact details"), link=link, held=found,
            faults=faults, typed=typed,
        )  # fmt: skip

    def keep(session: Session, row: Questionnaire) -> None:
        row.contact = {key: text for key, text in typed.items() if text}
        row.consent, row.consented = words, datetime.now(UTC)
        row.search = searchable(row.reference, *typed.values())
        service.events.contacted(session, row)

    service.questionnaires.change(link, keep)
    return to(request, link, "/advice#contact")


@router.post("/q/{link}/contact/withdraw")
def withdraw(request: Request, service: Shared, link: str) -> Response:
    """Erase contact details again."""
    held(service, link)

    def drop(session: Session, row: Questionnaire) -> None:
        row.contact, row.consent, row.consented = None, "", None
        row.search = searchable(row.reference)
        service.events.withdrawn(session, row)

    service.questionnaires.change(link, drop)
    return to(request, link, "/advice#contact")
