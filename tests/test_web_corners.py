"""Corners: what is taken back, erased late, asked by a known key, sent by a broken sender, or set by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from demandfirst.engine.errors import DemandfirstError
from demandfirst.web import privacy
from demandfirst.web.api import access, keys
from demandfirst.web.models import Key, Questionnaire, Reply
from demandfirst.web.privacy import of_person, sweep
from demandfirst.web.service import Service
from demandfirst.web.settings import read_settings
from demandfirst.web.staff import client as the_clients
from demandfirst.web.staff import history as histories
from demandfirst.web.staff import passwords
from demandfirst.web.webhooks.events import COMPLETED, CONTACT
from demandfirst.web.webhooks.sending import Message
from hook_support import a_deliverer, a_receiver, queued
from sqlalchemy import delete, select
from staff_support import Clock, a_postgres_url, completed, service_of
from web_support import a_client, a_service

ANNA = {"email": "anna@mail.example", "phone": "+374 10 123456", "consent": "yes"}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A service that sends nothing by itself."""
    return a_service(tmp_path)


def bearer(secret: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {secret}"}


# --- what is kept on a person ------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def asking(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service that takes contact details, and tells receivers about them."""
    given: dict[str, Any] = {"contact": True, "consent_text": "Call me.", "webhook_contact": True}
    if request.param == "sqlite":
        yield a_service(tmp_path, **given)
        return
    for url in a_postgres_url():
        made = a_service(tmp_path, database_url=url, **given)
        yield made
        made.database.engine.dispose()


def left(service: Service, secret: str, contact: dict[str, str] | None) -> None:
    """Leave contact details, or take them back."""

    def change(session: Any, row: Questionnaire) -> None:
        row.contact = contact
        (service.events.contacted if contact else service.events.withdrawn)(session, row)

    assert service.questionnaires.change(secret, change)


def test_details_that_are_taken_back_are_sent_to_nobody(asking: Service) -> None:
    """Neither what waits nor what was sent has them any longer; a delivery that told nothing else is gone."""
    a_receiver(asking)
    secret, _ = completed(asking)
    left(asking, secret, {"email": ANNA["email"]})
    asking.questionnaires.step(secret, lambda state: asking.interview.answer(state, "gross_margin", 5))
    asking.questionnaires.finish(secret, asking.advisor)
    assert [row.payload["data"].get("contact") for row in queued(asking)] == [None, *[{"email": ANNA["email"]}] * 2]
    with asking.database.transaction() as session:
        told = session.merge(queued(asking)[1])
        assert told.event == CONTACT
        told.delivered = datetime.now(UTC)
    left(asking, secret, {"email": "other@mail.example"})

    left(asking, secret, None)

    rows = queued(asking)
    assert [row.event for row in rows] == [COMPLETED, CONTACT, COMPLETED]
    assert [row for row in rows if "contact" in row.payload["data"]] == []
    assert all(row.payload["data"]["id"] for row in rows)


def test_taking_details_back_on_the_page(tmp_path: Path) -> None:
    """The page takes them out of what waits for receivers too."""
    with a_client(tmp_path, contact=True, consent_text="Call me.", webhook_contact=True) as client:
        service = service_of(client)
        secret, _ = completed(service)
        a_receiver(service, "https://127.0.0.1:1/")
        client.post(f"/q/{secret}/contact", data=ANNA)
        assert len(queued(service)) == 1

        client.post(f"/q/{secret}/contact/withdraw")

        assert queued(service) == []


def test_an_expired_link_still_erases(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the link can have everything erased as long as it is kept; a revoked one, or none, does nothing."""
    checked: list[int] = []
    monkeypatch.setattr("demandfirst.web.questionnaires.forget", lambda _: checked.append(1))
    (expired, _), (revoked, kept) = completed(service), completed(service)
    with service.database.transaction() as session:
        for row in session.scalars(select(Questionnaire).where(Questionnaire.id != kept)):
            row.expires = datetime.now(UTC) - timedelta(days=1)
    service.questionnaires.revoke(revoked)
    assert service.questionnaires.find(expired) is None

    for secret in (expired, revoked, "x" * 32):
        service.questionnaires.erase(secret)

    with service.database.reading() as session:
        assert list(session.scalars(select(Questionnaire.id))) == [kept]
    assert len(checked) == 1


@pytest.mark.parametrize("typed", ["Іван@пошта.укр", " Іван@пошта.укр "])
def test_people_are_found_by_addresses_in_any_letters(service: Service, typed: str) -> None:
    """SQLite knows upper and lower case of Latin letters only; an address as it was written is found all the same."""
    secret, name = completed(service)
    left(service, secret, {"email": "Іван@пошта.укр"})

    with service.database.reading() as session:
        assert [row.id for row in session.scalars(of_person(email=typed))] == [name]


def test_salts_of_requests_are_swept(service: Service) -> None:
    """What is kept of an idempotency key goes after a day, also where nobody sends another one."""
    now = datetime.now(UTC)
    with service.database.transaction() as session:
        for key, hours in (("old", 25), ("new", 23)):
            session.add(Reply(key=key, fingerprint="", salt="", created=now - timedelta(hours=hours)))

    sweep(service.database, 365, now)

    with service.database.reading() as session:
        assert list(session.scalars(select(Reply.key))) == ["new"]
    assert privacy.REPLY_DAYS == 1


# --- keys and answers of the API ---------------------------------------------------------------------------------


def test_a_known_key_is_not_slowed_down_by_its_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking a key up again counts against nobody: many callers may share an address; unknown keys still count."""
    monkeypatch.setattr(access, "CACHED_SECONDS", 0.0)
    with a_client(tmp_path, rate_per_address="2/day") as api:
        _, secret = keys.create(service_of(api).database, "x", ["advise"])
        statuses = [api.get("/v1/rulebase", headers=bearer(secret)).status_code for _ in range(5)]
        guesses = [api.get("/v1/rulebase", headers=bearer(f"df_{guess}")).status_code for guess in range(3)]

    assert statuses == [200] * 5
    assert guesses == [401, 429, 429]


def test_looking_a_key_up_waits_for_no_writer(service: Service) -> None:
    """A key whose use was noted just now is read, while somebody else writes."""
    _, secret = keys.create(service.database, "x", ["advise"])
    assert keys.bearer_of(service.database, secret) is not None
    with service.database.reading() as session:
        assert session.scalar(select(Key.last_used)) is not None
    with service.database.transaction() as session:
        session.execute(delete(Reply))
        assert keys.bearer_of(service.database, secret) is not None
        assert len(keys.every(service.database)) == 1


def test_a_rotation_that_fails_changes_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old key does not end where no new one was made."""
    name, secret = keys.create(service.database, "x", ["advise"])

    def broken() -> str:
        raise RuntimeError

    monkeypatch.setattr(keys, "new_secret", broken)
    with pytest.raises(RuntimeError):
        keys.rotate(service.database, name, grace_hours=0)

    assert keys.bearer_of(service.database, secret) is not None


def test_what_was_given_to_a_key_is_kept_by_no_proxy(tmp_path: Path) -> None:
    """What needed a key is not for everybody who asks a cache; what needs none is."""
    with a_client(tmp_path) as api:
        _, secret = keys.create(service_of(api).database, "x", ["advise"])
        for path in ("vocabulary", "rulebase", "openapi.json"):
            asked = [api.get(f"/v1/{path}", headers=headers) for headers in (bearer(secret), {})]
            assert [answer.headers["cache-control"].partition(",")[0] for answer in asked] == ["private", "public"]


def test_a_new_version_tells_its_vocabulary_anew(tmp_path: Path) -> None:
    """Words of the schema come from the program too, so its tag changes with either."""
    with a_client(tmp_path) as api:
        before = api.get("/v1/vocabulary").headers["etag"]
        api.app.version = "99.0"  # type: ignore[attr-defined]
        assert api.get("/v1/vocabulary", headers={"If-None-Match": before}).status_code == 200


# --- deliveries, staff, settings ---------------------------------------------------------------------------------


def test_a_sender_that_breaks_is_a_failed_attempt(service: Service) -> None:
    """What cannot even be sent is tried later and put aside at the end, where staff see it; the error is not hidden."""
    a_receiver(service)
    completed(service)
    clock = Clock(datetime.now(UTC) + timedelta(seconds=1))

    def send(_message: Message, _when: datetime) -> Any:
        raise RuntimeError

    deliverer = a_deliverer(service, send, clock, attempts=2)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            deliverer.deliver_one()
        clock.go(3600)

    (row,) = queued(service)
    assert (row.dead, row.attempts, row.last_answer) == (True, 2, "no valid answer (RuntimeError)")
    assert not deliverer.deliver_one()


def test_the_last_entry_of_a_long_history_says_what_changed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest advice that is shown is compared with the one before it, which is not."""
    for module in (the_clients, histories):
        monkeypatch.setattr(module, "MOST_PAST", 2)
    secret, name = completed(service)
    for margin in (5, 6, 7):
        service.questionnaires.step(secret, partial(service.interview.answer, fact="gross_margin", value=margin))
        service.questionnaires.finish(secret, service.advisor)

    shown = list(histories.history(service, the_clients.the_client(service, name)))

    assert [one.answers for one in shown] == [(service.advisor.rulebase.facts["gross_margin"].label,)] * 2


@pytest.mark.parametrize(
    ("name", "password", "fine"),
    [("jo", "major rows of words", True), ("anna", "Anna has many words", False), ("o", "a row of plain words", True)],
)
def test_passwords_with_a_short_name_in_them(name: str, password: str, fine: bool) -> None:
    """A name of two letters stands in many a password by chance; a longer one makes it easy to guess."""
    assert (passwords.fault(password, password, name) == "") is fine


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg2://u:hunter2@host/name", "postgresql+asyncpg://u:hunter2@host/name", "sqlite+aiosqlite:///a.db",
        "postgresql://u:hunter2@host:port/name", "postgresql://u:hunter2@[::1/name", "sqlite:///:memory:",
        "sqlite:///file:a?mode=memory&uri=true", "sqlite://", "sqlite:///", "postgres", "",
    ],
)  # fmt: skip
def test_addresses_of_databases_that_cannot_be(address: str) -> None:
    """They are faults of the setting and no tracebacks; databases in memory would be another one for each connection."""
    with pytest.raises(DemandfirstError) as caught:
        read_settings({"DATABASE_URL": address})

    assert [fault.code for fault in caught.value.faults] == ["invalid-setting"]
    assert "sqlite:///file.db" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("postgres://u:p%40ss@host:5433/name?sslmode=require", "postgresql+psycopg://u:p%40ss@host:5433/name?sslmode=require"),
        ("postgresql+psycopg://host/name", "postgresql+psycopg://host/name"), ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("postgresql:///name?host=/run/postgresql", "postgresql+psycopg:///name?host=/run/postgresql"),
    ],
)  # fmt: skip
def test_addresses_of_databases(address: str, read: str) -> None:
    """The driver is ours; the rest stays as it was written."""
    assert read_settings({"DATABASE_URL": address}).database_url == read


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example#x", "https://SHOP.example", "https://shop.example:443", "https://магазин.example",
        "https://a@shop.example", "https://*.shop.example", "https://shop.example?", "https://shop.example/",
        "https://shop.example/page", "*", "shop.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("setting", ["embed_parents", "cors_origins"])
def test_origins_as_no_browser_writes_them(setting: str, origin: str) -> None:
    """They would silently match nothing: browsers send scheme, host in small ASCII letters, and a port that is not the usual."""
    with pytest.raises(DemandfirstError):
        read_settings({}, **{setting: (origin,)})


@pytest.mark.parametrize(
    "origin", ["https://shop.example", "http://localhost:8080", "https://xn--80aaxitdbjk.example", "http://[::1]:81"]
)
def test_origins_as_browsers_write_them(origin: str) -> None:
    """They are taken as they are."""
    assert read_settings({}, embed_parents=(origin,)).embed_parents == (origin,)


def test_an_erasing_request_for_nothing_is_cheap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever erases what is not there does not make the service clean its journal."""
    monkeypatch.setattr("demandfirst.web.questionnaires.forget", lambda _: pytest.fail("cleaned"))
    with a_client(tmp_path) as api:
        assert api.delete("/v1/sessions/nothing").status_code == 204
