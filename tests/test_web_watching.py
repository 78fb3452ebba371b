"""What is told to those who watch: health, numbers and logs, and nothing private in them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demandfirst.web.logs import Lines
from starlette.testclient import TestClient
from web_support import a_client

CLIENT = {"business_type": "ecommerce", "goals": ["sales"]}
ORIGIN = "https://shop.example"


def bearer(secret: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {secret}"}


def test_alive_and_ready(tmp_path: Path) -> None:
    """Machines ask by any name; not ready is 503, and alive all the same."""
    with a_client(tmp_path) as api:
        named = {"Host": "10.0.0.9:8000"}
        assert [api.get(probe, headers=named).status_code for probe in ("/healthz", "/readyz")] == [200, 200]
        (tmp_path / "test.db").rename(tmp_path / "away.db")
        assert [api.get(probe).status_code for probe in ("/healthz", "/readyz")] == [200, 503]
        (tmp_path / "away.db").rename(tmp_path / "test.db")
        assert api.get("/readyz").status_code == 200


def test_who_may_read_the_numbers(tmp_path: Path) -> None:
    """This machine, or whoever has the token; nobody through a proxy; for others there is no such page."""

    def looked(host: str, headers: dict[str, str], **given: Any) -> int:
        with a_client(tmp_path, **given) as api:
            return (
                TestClient(api.app, base_url="http://localhost", client=(host, 1))
                .get("/metrics", headers=headers)
                .status_code
            )

    token = {"metrics_token": "let-me-see"}
    assert looked("127.0.0.1", {}) == looked("::1", {}) == 200
    assert looked("203.0.113.5", {}) == looked("testclient", {}) == 404
    assert looked("127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}) == 404
    assert looked("127.0.0.1", {}, **token) == looked("203.0.113.5", bearer("let-me-se"), **token) == 404
    assert looked("203.0.113.5", bearer("let-me-see"), **token) == 200


def test_nothing_private_in_numbers_and_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither paths, queries, answers nor addresses are counted or logged; each request is a line with its route and id."""
    caplog.set_level(logging.INFO, "demandfirst")
    with a_client(tmp_path) as api:
        client = TestClient(api.app, base_url="http://localhost", client=("127.0.0.1", 1), follow_redirects=False)
        link = client.post("/start").headers["location"]
        secret = link.removeprefix("/q/")
        client.get(link)
        client.post(f"{link}/answer", data={"fact": "business_type", "action": "answer", "value": "personal_brand"})
        client.post(f"/v1/sessions/{secret}/answers", json={"goals": ["publicity"], "average_order_value": 7654321})
        client.post(f"/v1/sessions/{secret}/finish")
        client.get("/v1/clients?cursor=private-query")
        client.get("/secret-path")
        client.request("BREW", "/coffee")
        client.get("/v1/rulebase", headers={"X-Request-Id": "abcdef-123456"})
        client.get("/v1/rulebase", headers={"X-Request-Id": "me@example.com says hello"})
        told = client.get("/metrics").text

    lines = [json.loads(Lines().format(record)) for record in caplog.records if record.name.startswith("demandfirst")]
    requests = [line for line in lines if line["event"] == "request"]
    everything = told + json.dumps(lines)
    for word in (
        secret,
        "personal_brand",
        "publicity",
        "7654321",
        "private-query",
        "secret-path",
        "coffee",
        "BREW",
        "127.0.0.1",
        "example.com",
    ):
        assert word not in everything, word
    assert {"time", "level", "event", "method", "route", "status", "ms", "id"} == set(requests[0])
    assert "/v1/sessions/{session}/finish" in [line["route"] for line in requests]
    assert requests[-3]["id"] == "abcdef-123456"
    assert len({line["id"] for line in requests}) == len(requests) == 11
    assert 'demandfirst_requests_total{method="POST",route="/q/{link}/answer",status="303"} 1.0' in told
    assert 'demandfirst_requests_total{method="OTHER",route="unmatched",status="404"} 1.0' in told
    assert 'demandfirst_questionnaires{state="started"} 1.0' in told
    assert 'demandfirst_questionnaires{state="completed"} 1.0' in told
    assert 'demandfirst_webhook_deliveries{state="dead"} 0.0' in told


def test_errors_are_logged_without_their_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected is 500 with all the usual headers, and is logged by kind and place."""

    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("the answer was 7654321")

    with a_client(tmp_path) as api:
        monkeypatch.setattr(api.app.state.service.advisor, "advise", broken)  # type: ignore[attr-defined]
        response = api.post("/v1/advise", json=CLIENT)
    line = next(json.loads(Lines().format(record)) for record in caplog.records if record.msg == "unexpected")

    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert {"x-request-id", "content-security-policy"} <= set(response.headers)
    assert line["error"] == "ValueError"
    assert any("broken" in place for place in line["at"])
    assert "7654321" not in json.dumps(line) + response.text


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    """`serve` sends logs to standard output; these tests read them."""
    names = ("demandfirst", "demandfirst.web.requests")
    before = [(logging.getLogger(name).handlers[:], logging.getLogger(name).propagate) for name in names]
    yield
    for name, (handlers, propagate) in zip(names, before, strict=True):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = handlers, propagate
