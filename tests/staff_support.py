"""The agency's side to try: somebody signed in, clients who completed the questionnaire, a rulebase with one other rule."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import servers
from argon2 import PasswordHasher
from clients import personas
from demandfirst.web.database import Database
from demandfirst.web.models import Questionnaire, RaisedWarning
from demandfirst.web.questionnaires import searchable
from demandfirst.web.service import Service
from demandfirst.web.tokens import new_id
from oracle import ROOT
from starlette.testclient import TestClient

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Hashes passwords fast, for tests of other things."""
PASSWORD = "a row of plain words"  # noqa: S105
SHOP: dict[str, Any] = personas()["unsaturated-phone-e-shop"]["client"]
TOKEN = re.compile(r'name="token" value="([^"]+)"')
LISTED = re.compile(r'href="/staff/clients/([0-9a-f]{32})"')
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def service_of(client: TestClient) -> Service:
    """The service behind a client."""
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


def token_in(page: Any) -> str:
    """The token of the forms of a page."""
    found = TOKEN.search(page.text)
    assert found is not None, page.text[:400]
    return unescape(found[1])


def sign_in(client: TestClient, name: str = "anna", password: str = PASSWORD) -> Any:
    """Send name and password."""
    form = {"token": token_in(client.get("/staff/sign-in")), "name": name, "password": password}
    return client.post("/staff/sign-in", data=form)


def a_member(client: TestClient, name: str = "anna") -> None:
    """Somebody new with a password, not signed in."""
    room = service_of(client).sign_ins
    room.add(name)
    room.enter(str(room.link(name, "password")), PASSWORD)


def signed_in(client: TestClient, name: str = "anna") -> str:
    """Somebody new, signed in; the token of their forms."""
    a_member(client, name)
    assert sign_in(client, name).status_code == 303
    return token_in(client.get("/staff/clients"))


def completed(service: Service, answers: Mapping[str, Any] = SHOP, reference: str = "") -> tuple[str, str]:
    """A client who handed answers in: the secret of the link, and the id."""
    secret = service.questionnaires.start(answers, reference=reference)
    service.questionnaires.finish(secret, service.advisor, service.settings.rulebase)
    found = service.questionnaires.find(secret)
    assert found is not None
    return secret, found.id


def listed(page: Any) -> list[str]:
    """The ids of the clients on a page of the list."""
    return LISTED.findall(page.text)


def many(service: Service, count: int, seed: int = 1) -> None:
    """Clients in the list, with nothing behind them."""
    rng = random.Random(seed)  # noqa: S311
    rulebase = service.advisor.rulebase
    verdicts = [value.id for value in rulebase.findings[rulebase.verdict].values]
    with service.database.transaction() as session:
        rows = [_row(rng, number, verdicts) for number in range(count)]
        session.add_all(rows)
        session.flush()
        for row in rows:
            for warning in row.warnings:
                severity = rng.choice(["stop", "caution", "info"])
                session.add(RaisedWarning(questionnaire=row.id, warning=warning, severity=severity))


def _row(rng: random.Random, number: int, verdicts: list[str]) -> Questionnaire:
    when = BEGAN + timedelta(minutes=rng.randrange(200_000))
    reference = f"lead-{number:05d}"
    warnings = rng.sample(["vanity_metrics", "orders_lose_money", "horizon_too_short"], rng.randrange(3))
    return Questionnaire(
        id=new_id(), link_hash=new_id() * 2, state={"answers": {}}, created=when, changed=when,
        expires=when + timedelta(days=3000), completed=when, reference=reference, search=searchable(reference),
        verdict=rng.choice(verdicts), warnings=warnings, budget=rng.choice([None, rng.randrange(0, 20_000)]),
    )  # fmt: skip


def another_rulebase(folder: Path, replaced: tuple[str, str, str]) -> Path:
    """A copy of the built-in rulebase with a text replaced in one file."""
    for part in ("knowledge", "rules"):
        shutil.copytree(ROOT / part, folder / part)
    file, old, new = replaced
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def a_postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL of its own, with the tables."""
    with servers.postgres() as found:
        url = found.replace("postgresql://", "postgresql+psycopg://", 1)
        database = Database(url)
        database.migrate()
        database.engine.dispose()
        yield url
