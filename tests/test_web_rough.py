"""Rough weather: what attackers send, clocks that are set back, two processes at the same row; on both databases."""

from __future__ import annotations

import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from demandfirst.web import questionnaires, replay
from demandfirst.web.api import keys
from demandfirst.web.app import create_app
from demandfirst.web.database import Database
from demandfirst.web.models import Decision, GivenAdvice, Questionnaire, Rulebase, Staff, Webhook
from demandfirst.web.service import Service
from demandfirst.web.staff.attempts import Attempts
from demandfirst.web.staff.signing import SignIns
from demandfirst.web.webhooks.queue import Deliverer
from demandfirst.web.webhooks.sending import Message
from hook_support import FINE, Post, a_deliverer, a_receiver, queued
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from staff_support import CHEAP, NOW, PASSWORD, SHOP, Clock, a_postgres_url, another_rulebase, completed, signed_in
from starlette.testclient import TestClient
from web_support import a_service

ORIGIN = "https://shop.example"
NULL = "a\0b"
FORM = b'--B\r\nContent-Disposition: form-data; name="token"\r\n\r\n%s\r\n--B--\r\n'


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed fast."""
    monkeypatch.setattr("demandfirst.web.staff.passwords._hasher", CHEAP)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of these tests."""
    yield from a_postgres_url()


@pytest.fixture
def shared(postgres: str, tmp_path: Path) -> Iterator[Service]:
    """A service on PostgreSQL, where several write at the same time."""
    made = a_service(tmp_path, database_url=postgres)
    yield made
    with made.database.transaction() as session:
        for table in (Questionnaire, Webhook, Staff, Rulebase):
            session.execute(delete(table))
    made.database.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service on either database."""
    url = {} if request.param == "sqlite" else {"database_url": request.getfixturevalue("postgres")}
    service = a_service(tmp_path, embed_parents=(ORIGIN,), **url)
    with TestClient(create_app(service), "http://localhost", follow_redirects=False) as made:
        yield made
    with service.database.transaction() as session:
        session.execute(delete(Staff))
    service.database.engine.dispose()


def meanwhile(database: Database, change: Callable[[Session], Any], work: Callable[[], Any]) -> Any:
    """What comes of work that begins while a change is made, and goes on when it is."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    with database.transaction() as session:
        change(session)
        session.flush()
        thread.start()
        thread.join(0.4)
    thread.join(20)
    return results[0] if results else None


# --- what attackers send -----------------------------------------------------------------------------------------


def cursor(text: str) -> str:
    """A text as a cursor."""
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("reference", [b"\xed\xa0\x80", b"\\ud800"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_half_characters_are_refused(client: TestClient, reference: bytes, encoding: str) -> None:
    """Text that cannot be written in UTF-8 is not JSON here, however it is sent."""
    body = b'{"reference":"' + reference + b'"}'
    sent = body if encoding == "utf-8" else body.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")

    answer = client.post("/v1/sessions", content=sent, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not-json")


@pytest.mark.parametrize("charset", ["utf-7", "undefined", "unicode_escape", '"UTF-16"', "utf-8; charset=utf-7"])
@pytest.mark.parametrize("path", ["/staff/sign-in", "/embed/start", "/q/none/contact"])
def test_forms_in_strange_bytes_are_refused(client: TestClient, charset: str, path: str) -> None:
    """A form is UTF-8; one that says otherwise is told so."""
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    answer = client.post(path, content=FORM % b"+2AA-", headers={"Content-Type": kind})

    assert (answer.status_code, answer.text) == (415, "The body has to be UTF-8.")


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; charset="UTF-8"'])
def test_other_forms_are_taken(client: TestClient, charset: str) -> None:
    """A form in parts is read as any other."""
    kind = f"multipart/form-data; boundary=B{charset}"
    answer = client.post("/staff/sign-in", content=FORM % b"x", headers={"Content-Type": kind})

    assert answer.status_code == 403


def test_null_characters_break_nothing(client: TestClient) -> None:
    """PostgreSQL keeps no null characters: a request with one is refused, or finds nothing, and is never our mistake."""
    token = signed_in(client)
    posts = [
        ("/staff/sign-in", {"name": NULL, "password": PASSWORD}), ("/staff/webhooks/resend", {"delivery": NULL}),
        ("/staff/clients", {"words": NULL}), ("/embed/start", {"parent": ORIGIN, "reference": NULL}),
    ]  # fmt: skip
    answers = [client.post(path, data={"token": token, **form}, follow_redirects=True) for path, form in posts[1:3]]
    answers += [client.get(f"/staff/clients/a%00b{rest}") for rest in ("", "/export.json")]
    answers.append(client.post(posts[3][0], data=posts[3][1]))
    client.cookies.clear()
    page = client.get("/staff/sign-in").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    answers.append(client.post(posts[0][0], data={"token": token, **posts[0][1]}))

    assert all(answer.status_code in (200, 303, 403, 404, 422) for answer in answers)
    assert "not right" in answers[-1].text or answers[-1].status_code == 422


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+23:59 x", "9999-12-31T23:59:59-23:59 x", f"2026-01-01T00:00:00+00:00 {NULL}"]
)
def test_cursors_of_the_api_that_nobody_gave(client: TestClient, text: str) -> None:
    """A moment beyond all calendars, or an id that is none, is no cursor."""
    _, secret = keys.create(client.app.state.service.database, "tests", keys.SCOPES)  # type: ignore[attr-defined]

    answer = client.get(
        "/v1/clients", params={"cursor": cursor(text)}, headers={"Authorization": f"Bearer {secret}"}
    )  # fmt: skip

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not-a-cursor")


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        ("newest", '["0001-01-01T00:00:00+23:59","a"]'), ("newest", '["2026-01-01T00:00:00","\\ud800"]'),
        ("oldest", '["2026-01-01T00:00:00","a\\u0000b"]'), ("verdict", '["\\ud800","a"]'),
    ],
)  # fmt: skip
def test_cursors_of_the_list_that_nobody_gave(client: TestClient, sort: str, text: str) -> None:
    """The list begins at its beginning where a cursor cannot be read."""
    token = signed_in(client)
    place = client.post("/staff/clients", data={"token": token, "sort": sort}).headers["location"]

    assert client.get(f"{place}&after={cursor(text)}").status_code == 200


# --- clocks that are set back ------------------------------------------------------------------------------------


def test_a_clock_set_back_locks_nobody_out(tmp_path: Path) -> None:
    """Waits that a clock gone wrong left behind end when it is right again; ordinary ones last."""
    clock = Clock(NOW + timedelta(days=9000))
    attempts = Attempts(a_service(tmp_path).database, clock)
    for _ in range(5):
        assert attempts.begin("anna", "192.0.2.1") == 0
    assert attempts.begin("anna", "192.0.2.1") > 0

    clock.now = NOW
    assert attempts.begin("anna", "192.0.2.1") == 0

    clock.go(-30)  # as clocks of two machines differ
    assert attempts.begin("anna", "192.0.2.1") > 30


def test_the_last_advice_is_the_last_whatever_the_clock_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Advice that is given after a clock was set back still comes after what was given before."""
    service = a_service(tmp_path)
    secret, name = completed(service)

    class Back:
        """An hour earlier."""

        @staticmethod
        def now(zone: Any) -> datetime:
            """The time."""
            return datetime.now(zone) - timedelta(hours=1)

    monkeypatch.setattr(questionnaires, "datetime", Back)
    service.questionnaires.step(secret, lambda state: service.interview.answer(state, "monthly_searches", 77))
    for _ in range(2):
        service.questionnaires.finish(secret, service.advisor)

    with service.database.reading() as session:
        newest = select(GivenAdvice).where(GivenAdvice.questionnaire == name).order_by(GivenAdvice.given.desc())
        given = list(session.scalars(newest))
    assert [one.answers["monthly_searches"] for one in given] == [77, SHOP["monthly_searches"]]


# --- two at the same row -----------------------------------------------------------------------------------------


def test_reading_is_one_look(client: TestClient) -> None:
    """What others write meanwhile is not seen by half."""
    database: Database = client.app.state.service.database  # type: ignore[attr-defined]
    count = select(func.count()).select_from(Staff)
    with database.reading() as session:
        before = session.scalar(count) or 0
        SignIns(database, hours=1).add("berta")
        assert session.scalar(count) == before
    with database.reading() as session:
        assert session.scalar(count) == before + 1


def test_two_who_finish_first_under_a_rulebase(shared: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that keep the same rulebase at the same time keep it once, and both give their advice."""
    both, real = threading.Barrier(2), replay.packed
    monkeypatch.setattr(replay, "packed", lambda folder: (both.wait(10), real(folder))[1])
    secrets = [shared.questionnaires.start(SHOP) for _ in range(2)]
    given: list[Any] = []

    def finish(secret: str) -> None:
        given.append(shared.questionnaires.finish(secret, shared.advisor))

    threads = [threading.Thread(target=finish, args=(secret,)) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    with shared.database.reading() as session:
        kept = session.scalar(select(func.count()).select_from(Rulebase))
    assert (len(given), kept) == (2, 1)


def test_no_session_outlives_a_new_password(shared: Service) -> None:
    """Whoever signs in with the old password while a new one is set is not signed in."""
    room = shared.sign_ins
    room.add("anna")
    room.enter(str(room.link("anna", "password")), PASSWORD)

    def new_password(session: Session) -> None:
        session.get_one(Staff, "anna").password = CHEAP.hash("another row of words")

    assert meanwhile(shared.database, new_password, lambda: room.with_password("anna", PASSWORD)) is None


def test_a_decision_about_a_client_who_is_erased_meanwhile(shared: Service) -> None:
    """It is not found, and nothing breaks."""
    _, name = completed(shared)
    item = next(one.id for one in shared.advisor.advise(SHOP).items if one.status == "recommended")
    with TestClient(create_app(shared), "http://localhost", follow_redirects=False) as browser:
        form = {"token": signed_in(browser), "item": item, "decision": "accept"}
        answer = meanwhile(
            shared.database,
            lambda session: session.execute(delete(Questionnaire).where(Questionnaire.id == name)),
            lambda: browser.post(f"/staff/clients/{name}/decisions", data=form),
        )

    with shared.database.reading() as session:
        assert list(session.scalars(select(Decision))) == []
    assert answer is not None
    assert answer.status_code == 404


def test_a_receiver_that_is_removed_meanwhile(shared: Service) -> None:
    """Answers are handed in although a receiver goes at that moment, and it is told nothing."""
    name = a_receiver(shared)
    secret = shared.questionnaires.start(SHOP)

    advice = meanwhile(
        shared.database,
        lambda session: session.execute(delete(Webhook).where(Webhook.id == name)),
        lambda: shared.questionnaires.finish(secret, shared.advisor),
    )

    assert advice is not None
    assert queued(shared) == []


def test_a_receiver_gets_one_delivery_at_a_time(shared: Service) -> None:
    """However many deliverers look at the same moment, a slow receiver holds up one of them."""
    a_receiver(shared)
    for _ in range(12):
        completed(shared)
    clock = Clock(datetime.now(UTC) + timedelta(days=1))
    lock, now, most = threading.Lock(), 0, 0

    def send(_message: Message, _when: datetime) -> Any:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return FINE

    def work(deliverer: Deliverer) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and not all(row.delivered for row in queued(shared)):
            deliverer.deliver_one()

    threads = [threading.Thread(target=work, args=(a_deliverer(shared, send, clock),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert all(row.delivered for row in queued(shared))
    assert most == 1


def test_a_receiver_is_left_to_who_has_it(shared: Service) -> None:
    """While somebody takes a delivery nobody takes another one for the same receiver."""
    name = a_receiver(shared)
    completed(shared)
    completed(shared)
    deliverer = a_deliverer(shared, Post(FINE), Clock(datetime.now(UTC) + timedelta(days=1)))

    with shared.database.transaction() as session:
        session.get(Webhook, name, with_for_update=True)
        assert deliverer.take() is None
    assert deliverer.take() is not None


# --- rulebases of then -------------------------------------------------------------------------------------------


def test_every_file_of_a_rulebase_is_kept(tmp_path: Path) -> None:
    """Files that end in .yml belong to a rulebase too."""
    folder = another_rulebase(tmp_path / "own", ("knowledge/rulebase.yaml", "version", "version"))
    first = next(iter(sorted((folder / "rules").rglob("*.yaml"))))
    first.rename(first.with_suffix(".yml"))
    service = a_service(tmp_path, rulebase=folder)
    completed(service)

    other = a_service(tmp_path)

    found = other.replays.advisor(service.advisor.hash)
    assert found is not None
    assert found.hash == service.advisor.hash != other.advisor.hash


def test_files_that_changed_meanwhile_are_not_the_rulebase_of_then(tmp_path: Path) -> None:
    """Where files were changed under a running service, it is said that the rulebase of its advice is not kept."""
    folder = another_rulebase(tmp_path / "own", ("knowledge/rulebase.yaml", "version", "version"))
    file = folder / "knowledge" / "rulebase.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# one\n", encoding="utf-8")
    service = a_service(tmp_path, rulebase=folder)
    file.write_text(file.read_text(encoding="utf-8") + "# two\n", encoding="utf-8")
    completed(service)

    assert a_service(tmp_path).replays.advisor(service.advisor.hash) is None
