"""The OpenAPI document: what the routes say of themselves, with the parts that they share."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.web.api import documents
from demandfirst.web.api.schema import client_schema
from demandfirst.web.service import Service
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

DESCRIPTION = """\
Whether, why and how a business should use social media marketing.

Errors are `application/problem+json` (RFC 9457) with every fault at once. The media type
`application/vnd.demandfirst.v1+json` asks for this version by name.
"""


def document(app: FastAPI, service: Service) -> dict[str, Any]:
    """The document of an application's API."""
    made = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    key: dict[str, Any] = {"type": "http", "scheme": "bearer", "description": documents.KEYS}
    made["components"] = {
        "schemas": dict(sorted((documents.SCHEMAS | _knowledge(service.advisor.rulebase)).items())),
        "securitySchemes": {"key": key},
    }
    made["security"] = [{"key": []}, {}] if service.settings.open_api else [{"key": []}]
    made["servers"] = [{"url": str(service.settings.public_url or "/").rstrip("/") or "/"}]
    return made


def _knowledge(rulebase: Rulebase) -> dict[str, Any]:
    """What the rulebase adds: its vocabulary, and the ids of what it has."""
    client = client_schema(rulebase)
    del client["$schema"]  # the document names its dialect itself
    answers = {key: value for key, value in client.items() if key != "required"} | {"title": "Answers"}
    ids = [*rulebase.items, *rulebase.warnings, *rulebase.findings, *rulebase.quantities]
    return {
        "Client": client, "Answers": answers, "Fact": {"type": "string", "enum": list(rulebase.facts)},
        "Explained": {"type": "string", "enum": ids},
    }  # fmt: skip
