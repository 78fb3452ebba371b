"""Guessing names and passwords of the agency's staff: it tells nothing, and it is slow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from demandfirst.web.models import Refusal
from demandfirst.web.staff import passwords
from demandfirst.web.staff.attempts import Attempts
from sqlalchemy import update
from staff_support import (
    CHEAP,
    NOW,
    Clock,
    a_member,
    service_of,
    sign_in,
)
from starlette.testclient import TestClient
from web_support import a_client, a_service

SEE_OTHER, FORBIDDEN, NOT_FOUND, TOO_MANY, UNPROCESSABLE = 303, 403, 404, 429, 422
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed fast."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service of its own."""
    with a_client(tmp_path) as made:
        yield made


# --- guessing ----------------------------------------------------------------------------------------------------


def test_names_cannot_be_found_out(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password, a name that does not exist, one without password and a disabled one are answered alike, with equal work."""
    a_member(client)
    room = service_of(client).sign_ins
    room.add("without")
    a_member(client, "disabled")
    room.disable("disabled")
    asked: list[str] = []
    true_fits = CHEAP.verify

    def verify(_: Any, kept: str, given: str) -> bool:
        asked.append(kept)
        return true_fits(kept, given)

    monkeypatch.setattr(type(CHEAP), "verify", verify)

    texts = {}
    for name in ("anna", "nobody", "without", "disabled"):
        answer = sign_in(client, name, "not this one")
        texts[name] = (answer.status_code, TOKENS.sub("", answer.text).replace(name, ""))

    assert set(texts.values()) == {texts["anna"]}
    assert texts["anna"][0] == FORBIDDEN
    assert len(asked) == 4
    assert all(hash_.startswith("$argon2id$") for hash_ in asked)


TOKENS = re.compile(r'value="[\w-]{30,}"')


def test_guessing_is_slowed_down(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few failures the right password has to wait too, for existing and for invented names alike."""
    a_member(client)
    monkeypatch.setattr("demandfirst.web.staff.door.Attempts", partial(Attempts, clock=Clock()))
    for name in ("anna", "nobody"):
        statuses = [sign_in(client, name, f"guess number {number}").status_code for number in range(7)]
        assert statuses == [FORBIDDEN] * 5 + [TOO_MANY] * 2

    refused = sign_in(client)
    assert refused.status_code == TOO_MANY
    assert int(refused.headers["retry-after"]) >= 1
    with service_of(client).database.transaction() as session:
        session.execute(update(Refusal).values(until=NOW))
    assert sign_in(client).status_code == SEE_OTHER


def test_how_long_guessing_waits(tmp_path: Path) -> None:
    """Each failure doubles the wait up to a quarter of an hour; one address is slowed over many names; a day forgets."""
    clock = Clock()
    attempts = Attempts(a_service(tmp_path).database, clock)
    waits = []
    for _ in range(18):
        assert attempts.begin("anna", "10.0.0.1") == 0
        wait = attempts.begin("anna", "10.0.0.1")
        waits.append(round(wait))
        clock.go(wait)
    assert waits == [0, 0, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 8]

    for number in range(30):
        attempts.begin(f"name{number}", "10.0.0.2")
    assert attempts.begin("another", "10.0.0.2") > 0
    assert attempts.begin("another", "10.0.0.3") == 0
    clock.go(86_401)
    assert [attempts.begin("anna", "10.0.0.1") for _ in range(5)] == [0.0] * 5


def test_nobody_can_lock_somebody_out(tmp_path: Path) -> None:
    """Failures from elsewhere make the right person wait a minute at most."""
    clock = Clock()
    attempts = Attempts(a_service(tmp_path).database, clock)
    for number in range(200):
        clock.go(attempts.begin("anna", f"10.0.{number}.1"))

    assert attempts.begin("anna", "192.0.2.1") <= 60


def test_a_success_frees_the_name(tmp_path: Path) -> None:
    """Who mistyped and then got it right begins anew; the address keeps what it did to others."""
    attempts = Attempts(a_service(tmp_path).database, Clock())
    for _ in range(4):
        attempts.begin("anna", "10.0.0.1")
    attempts.begin("anna", "10.0.0.1")
    attempts.succeed("anna", "10.0.0.1")

    assert [attempts.begin("anna", "10.0.0.1") for _ in range(5)] == [0.0] * 5


def test_attempts_at_once_all_count(client: TestClient) -> None:
    """Parallel guesses are not counted as one."""
    attempts = Attempts(service_of(client).database)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: attempts.begin("anna", "10.0.0.1") == 0, range(24)))

    assert sum(taken) == 5
