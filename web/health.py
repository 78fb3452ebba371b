"""For machines that look after the service: alive, ready, and numbers."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address

from demandfirst.web.metrics import TYPE, Metrics, Stock
from demandfirst.web.models import Delivery, Questionnaire
from demandfirst.web.service import Service, Shared
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

router = APIRouter(include_in_schema=False)
NO_STORE = {"Cache-Control": "no-store"}
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/healthz")
async def alive() -> Response:
    """Whether the process answers."""
    return PlainTextResponse("alive\n", headers=NO_STORE)


@router.get("/readyz")
def ready(service: Shared) -> Response:
    """Whether it can do its work: the database answers and is up to date."""
    try:
        fine, told = service.database.ready(), "the database is not up to date: run `demandfirst database upgrade`"
    except SQLAlchemyError:
        fine, told = False, "the database does not answer"
    return PlainTextResponse("ready\n" if fine else f"{told}\n", 200 if fine else 503, headers=NO_STORE)


@router.get("/metrics")
def numbers(request: Request, service: Shared) -> Response:
    """Numbers for Prometheus, for this machine only or with the token."""
    if not may_look(request, service.settings.metrics_token):
        raise HTTPException(404)
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=TYPE, headers=NO_STORE)


def may_look(request: Request, token: str) -> bool:
    """Whether a request carries the token; where none is set, whether it comes from this machine, and through no proxy."""
    if token:
        return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def stock(service: Service) -> Stock:
    """How many questionnaires and deliveries there are; nothing while the database is away."""
    waiting = Delivery.delivered.is_(None) & ~Delivery.dead
    try:
        with service.database.reading() as session:
            total, done = session.execute(
                select(func.count(), func.count(Questionnaire.completed)).select_from(Questionnaire)
            ).one()
            queue = session.scalar(select(func.count()).where(waiting)) or 0
            dead = session.scalar(select(func.count()).where(Delivery.dead)) or 0
    except SQLAlchemyError:
        return {}
    return {
        "questionnaires": {"started": total, "completed": done},
        "webhook_deliveries": {"waiting": queue, "dead": dead},
    }
