"""The OpenAPI document against the service: whatever it allows to be sent is answered as it says, and nothing breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from demandfirst.web.api import keys
from demandfirst.web.api.routes import router as advice
from demandfirst.web.api.sessions import router as answering
from demandfirst.web.app import create_app
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from web_support import a_service

EXAMPLES = 20
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
CHECKS: list[Any] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, allow_header_conformance, unsupported_method, negative_data_rejection,
]  # fmt: skip


@pytest.fixture(scope="module")
def sessions() -> list[str]:
    """Questionnaires that there are, for requests about one."""
    return []


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory, sessions: list[str]) -> Iterator[Any]:
    """The document, served by an application with some questionnaires and a key for everything."""
    service = a_service(tmp_path_factory.mktemp("api"), rate_per_key="1000000/second")
    _, secret = keys.create(service.database, "tests", keys.SCOPES)
    client = {"business_type": "ecommerce", "goals": ["sales"]}
    sessions += [service.questionnaires.start(answers) for answers in ({}, client, client) for _ in range(4)]
    for session in sessions[-4:]:
        service.questionnaires.finish(session, service.advisor)
    found = schemathesis.openapi.from_asgi(
        "/v1/openapi.json", create_app(service), headers={"Authorization": f"Bearer {secret}", "Host": "localhost"}
    )
    found.config.base_url = "http://localhost"
    found.secret = secret  # type: ignore[attr-defined]
    yield found
    service.database.engine.dispose()


OPERATIONS = [
    (route.path, method, mode)
    for route in (*advice.routes, *answering.routes)
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or "requestBody" in (route.openapi_extra or {})
]


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_the_service_does_what_the_document_says(
    path: str, method: str, mode: GenerationMode, document: Any, sessions: list[str]
) -> None:
    """No request is answered with a server error, or other than the document says; what it forbids is refused."""

    @given(document[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=SLOW)
    def ask(case: Case[Any]) -> None:
        named = str(case.path_parameters.get("session", ""))
        if (number := crc32(named.encode(errors="replace"))) % 3:
            case.path_parameters["session"] = sessions[number % len(sessions)]
        case.call_and_validate(
            checks=CHECKS, headers={"Authorization": f"Bearer {document.secret}", "Host": "localhost"}
        )

    ask()


def test_every_address_is_tried(document: Any) -> None:
    """The document has no address that is not asked here."""
    assert set(document.raw_schema["paths"]) == {path for path, _, _ in OPERATIONS}
