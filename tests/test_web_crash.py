"""What was acknowledged is kept: the server killed under load, and databases that go away and come back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from clients import personas
from demandfirst.web import database as database_module
from demandfirst.web.api import keys
from demandfirst.web.database import Database
from postgres_support import Postgres, a_postgres
from web_support import a_client, a_free_port, a_server, a_service

VISITORS = 200
ENOUGH = 400
"""Acknowledged answers after which the server is killed."""
PATIENCE = 30.0
UNLIMITED = {"DEMANDFIRST_RATE_PER_ADDRESS": "1000000/second", "DEMANDFIRST_REQUEST_LOG": "false"}
CLIENT = personas()["unsaturated-phone-e-shop"]["client"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of these tests."""
    with a_postgres(a_free_port()) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database with its tables."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'test.db'}"
    else:
        found = request.getfixturevalue("postgres").database().replace("postgresql:", "postgresql+psycopg:")
    migrate(found)
    return str(found)


def migrate(url: str) -> None:
    """Make the tables."""
    database = Database(url)
    database.migrate()
    database.engine.dispose()


@dataclass
class Visitor:
    """Somebody who answers question after question, and remembers what the service has acknowledged."""

    number: int
    session: str = ""
    acknowledged: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)

    async def visit(self, port: int) -> None:
        """Go on until the server is gone."""
        try:
            reader, writer = await asyncio.open_connection("localhost", port)
        except OSError:
            return
        with suppress(OSError, EOFError):
            await self.answer(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def answer(self, reader: Any, writer: Any) -> None:
        """Begin, and answer everything."""
        status, found = await posted(reader, writer, "/v1/sessions", {"reference": str(self.number)})
        assert status == 201, found
        self.session = found["session"]
        for fact, value in CLIENT.items():
            self.sent[fact] = value
            status, found = await posted(reader, writer, f"/v1/sessions/{self.session}/answers", {fact: value})
            assert status == 200, found
            self.acknowledged[fact] = value


async def posted(reader: Any, writer: Any, path: str, body: Any) -> tuple[int, Any]:
    """Send a request on a connection that stays open, and read its answer whole."""
    data = json.dumps(body).encode()
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n\r\n".encode()
        + data
    )
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:"))
    return int(head.split()[1]), json.loads(await reader.readexactly(length))


async def under_load(port: int, process: Any) -> list[Visitor]:
    """Let visitors answer for a while, then kill the server in the midst of it."""
    visitors = [Visitor(number) for number in range(VISITORS)]
    asking = [asyncio.create_task(one.visit(port)) for one in visitors]
    until = time.monotonic() + PATIENCE
    while sum(len(one.acknowledged) for one in visitors) < ENOUGH and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    process.kill()
    await asyncio.gather(*asking)
    return visitors


def test_no_acknowledged_answer_is_lost(url: str, tmp_path: Path) -> None:
    """kill -9 amid 200 questionnaires: what was acknowledged is there, and nothing that nobody sent."""
    variables = {**UNLIMITED, "DATABASE_URL": url}
    port = a_free_port()
    with a_server(tmp_path, variables, port=port) as (_, process):
        visitors = asyncio.run(under_load(port, process))
        assert process.wait(10) == -9

    with a_server(tmp_path, variables) as (address, _):
        service = a_service(tmp_path, database_url=url)
        begun = [one for one in visitors if one.session]
        kept = {one.number: service.questionnaires.find(one.session) for one in begun}
        service.database.engine.dispose()

    assert len(begun) > VISITORS // 2
    assert sum(len(one.acknowledged) for one in visitors) >= ENOUGH
    assert any(one.acknowledged != CLIENT for one in visitors), "the server was killed too late"
    assert address
    for one in begun:
        found = kept[one.number]
        assert found is not None
        assert normal(one.acknowledged).items() <= normal(found.state.answers).items()
        assert normal(found.state.answers).items() <= normal(one.sent).items()


def normal(answers: Any) -> dict[str, Any]:
    """Answers to compare: sets in any order, and hashable."""
    return {name: json.dumps(sorted(value) if isinstance(value, list) else value) for name, value in answers.items()}


# --- a database that goes away -----------------------------------------------------------------------------------


def test_postgresql_goes_away_and_comes_back(postgres: Postgres, tmp_path: Path) -> None:
    """While it is stopped everything that needs it is 503 within seconds; afterwards all goes on by itself."""
    url = postgres.database().replace("postgresql:", "postgresql+psycopg:")
    migrate(url)
    with a_client(tmp_path, database_url=url) as api:
        session = api.post("/v1/sessions", json={}).json()["session"]
        page = api.post("/start").headers["location"]
        postgres.stop()
        try:
            began = time.perf_counter()
            away = [
                api.get(f"/v1/sessions/{session}"),
                api.post("/v1/sessions", json={}),
                api.get(page),
                api.get("/readyz"),
            ]
            took = time.perf_counter() - began
            alive = [
                api.get("/healthz").status_code,
                api.post("/v1/advise", json={"business_type": "app", "goals": ["sales"]}).status_code,
            ]
            numbers = api.get("/v1/rulebase").status_code
        finally:
            postgres.start()
        back = [
            api.get(f"/v1/sessions/{session}"),
            api.post("/v1/sessions", json={}),
            api.get(page),
            api.get("/readyz"),
        ]

    assert [one.status_code for one in away] == [503] * 4
    assert away[0].headers["content-type"] == "application/problem+json"
    assert int(away[0].headers["retry-after"]) > 0
    assert "text/html" in away[2].headers["content-type"]
    assert "127.0.0.1" not in "".join(one.text for one in away)
    assert took < 10
    assert alive == [200, 200]
    assert numbers == 200
    assert [one.status_code for one in back] == [200, 201, 200, 200]


def test_an_sqlite_file_that_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has to wait too long for another writer is told 503; reading goes on, and writing when the other is done."""
    monkeypatch.setattr(database_module, "WAIT_MS", 200)
    with a_client(tmp_path) as api:
        session = api.post("/v1/sessions", json={}).json()["session"]
        other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
        other.execute("begin immediate")
        locked = api.post(f"/v1/sessions/{session}/answers", json={"seo": "used"})
        read = api.get(f"/v1/sessions/{session}")
        other.execute("rollback")
        other.close()
        after = api.post(f"/v1/sessions/{session}/answers", json={"seo": "used"})

    assert (locked.status_code, read.status_code, after.status_code) == (503, 200, 200)


def test_an_sqlite_file_that_is_taken_away(tmp_path: Path) -> None:
    """A file that is gone is not replaced by an empty one, and nothing is acknowledged that nobody will find."""
    with a_client(tmp_path) as api:
        session = api.post("/v1/sessions", json={}).json()["session"]
        for name in ("test.db", "test.db-wal", "test.db-shm"):
            if (tmp_path / name).exists():
                (tmp_path / name).rename(tmp_path / f"away-{name}")
        gone = [api.get(f"/v1/sessions/{session}"), api.post("/v1/sessions", json={}), api.post("/start")]
        assert not (tmp_path / "test.db").exists()
        for file in tmp_path.glob("away-*"):
            file.rename(tmp_path / file.name.removeprefix("away-"))
        back = api.get(f"/v1/sessions/{session}")

    assert [one.status_code for one in gone] == [503] * 3
    assert back.status_code == 200


# --- on PostgreSQL as on SQLite ------------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_models(url: str) -> None:
    """The migrations make exactly the tables that the models describe."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from demandfirst.web.models import Base

    database = Database(url)
    with database.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.engine.dispose()

    assert difference == []


def test_the_rest_works_on_both(url: str, tmp_path: Path) -> None:
    """Keys, idempotency, pages of clients, finishing and erasing do the same on either database."""
    with a_client(tmp_path, database_url=url) as api:
        database = api.app.state.service.database  # type: ignore[attr-defined]
        _, secret = keys.create(database, "tests", keys.SCOPES)
        api.headers["Authorization"] = f"Bearer {secret}"
        made = [
            api.post("/v1/sessions", json={"client": CLIENT}, headers={"Idempotency-Key": "a" * 16}).json()
            for _ in range(2)
        ]
        session = made[0]["session"]
        finished = api.post(f"/v1/sessions/{session}/finish")
        listed = api.get("/v1/clients", params={"limit": 1}).json()
        hostile = api.post("/v1/sessions", json={"reference": "a\0b"})
        erased = api.delete(f"/v1/sessions/{session}").status_code

    assert made[0] == made[1]
    assert finished.status_code == 200
    assert [client["answers"] for client in listed["clients"]] == [finished.json()["answers"]]
    assert hostile.status_code == 422
    assert erased == 204
