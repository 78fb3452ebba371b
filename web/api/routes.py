"""The routes of the API."""

from __future__ import annotations

from typing import Any

from demandfirst.web.service import Shared
from fastapi import APIRouter, Body, Response

router = APIRouter(prefix="/v1")


@router.post("/advise")
def advise(service: Shared, client: dict[str, Any] = Body()) -> Response:  # noqa: B008, FAST002
    """Advise one client: a mapping of facts."""
    advice = service.advisor.advise(client)
    return Response(advice.model_dump_json(), media_type="application/json")
