"""Webhooks: written with what they tell, tried again, put aside, sent anew; all of it in a running service."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from demandfirst.cli import main
from demandfirst.web.models import Webhook
from demandfirst.web.service import Service
from demandfirst.web.webhooks.events import COMPLETED, CONTACT
from demandfirst.web.webhooks.queue import LEASE, Deliverer, pause, send_again
from demandfirst.web.webhooks.sending import Answer
from hook_support import (
    FINE,
    FULL,
    SECRET,
    Post,
    a_deliverer,
    a_receiver,
    queued,
    receiving,
    saying,
    wait_until,
)
from sqlalchemy import select
from staff_support import CHEAP, SHOP, Clock, a_postgres_url, completed, service_of, signed_in
from standardwebhooks import Webhook as Verifier
from web_support import a_client, a_service


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A service that sends nothing by itself."""
    return a_service(tmp_path)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same on both databases."""
    folder = tmp_path_factory.mktemp("either")
    if request.param == "sqlite":
        yield a_service(folder)
        return
    for url in a_postgres_url():
        made = a_service(folder, database_url=url)
        yield made
        made.database.engine.dispose()


# --- what is told ------------------------------------------------------------------------------------------------


def test_handing_in_is_told(service: Service) -> None:
    """Each receiver of the event gets one delivery, with everything about the client and no contact details."""
    first = a_receiver(service)
    a_receiver(service, "https://other.example/", CONTACT)

    _, name = completed(service, reference="shop-17")

    (row,) = queued(service)
    advice = service.advisor.advise(SHOP)
    data = row.payload["data"]
    assert (row.webhook, row.questionnaire, row.event, row.payload["type"]) == (first, name, COMPLETED, COMPLETED)
    assert (data["id"], data["reference"], data["verdict"], data["planned_budget"]) == (
        name,
        "shop-17",
        "blocked",
        9000,
    )
    assert data["answers"] == advice.answers
    assert data["statuses"] == {one.id: one.status for part in (advice.items, advice.warnings) for one in part}
    assert data["warnings"] == [
        {"id": one.id, "severity": one.severity} for one in advice.warnings if one.status == "raised"
    ]
    assert "contact" not in data
    datetime.fromisoformat(data["completed"])


def test_telling_stands_or_falls_with_what_it_tells(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the delivery cannot be written, the answers are not handed in either; and nothing is told twice."""
    a_receiver(service)
    secret = service.questionnaires.start(SHOP)

    def breaks(*_: Any) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(service.questionnaires, "on_completed", breaks)
        with pytest.raises(OSError):  # noqa: PT011 - it is the one above
            service.questionnaires.finish(secret, service.advisor)
    held = service.questionnaires.find(secret)
    assert held is not None
    assert held.completed is None
    for _ in range(2):
        service.questionnaires.finish(secret, service.advisor)
    assert len(queued(service)) == 1


@pytest.mark.parametrize("told", [False, True])
def test_contact_details_are_told_only_where_wanted(tmp_path: Path, told: bool) -> None:
    """Contact details leave the house only where the operator says so."""
    with a_client(tmp_path, contact=True, consent_text="Call me.", webhook_contact=told) as client:
        service = service_of(client)
        a_receiver(service, "https://127.0.0.1:1/")
        secret, _ = completed(service)
        client.post(f"/q/{secret}/contact", data={"email": "anna@x.example", "consent": "yes"})
        service.questionnaires.step(secret, lambda state: service.interview.answer(state, "gross_margin", 5))
        service.questionnaires.finish(secret, service.advisor)
        payloads = [row.payload for row in queued(service)]

    contacts = [payload["data"].get("contact") for payload in payloads]
    assert contacts == ([None, {"email": "anna@x.example"}, {"email": "anna@x.example"}] if told else [None, None])
    assert [payload["type"] for payload in payloads] == ([COMPLETED, CONTACT, COMPLETED] if told else [COMPLETED] * 2)


# --- the queue ---------------------------------------------------------------------------------------------------


def test_attempts_come_later_and_later(service: Service) -> None:
    """A delivery that is refused is tried again after growing pauses, always as the same message; the answer ends it."""
    a_receiver(service)
    completed(service)
    clock, post = Clock(datetime.now(UTC) + timedelta(seconds=1)), Post(FULL, FULL, FULL, FULL, FINE)
    deliverer = a_deliverer(service, post, clock)

    waits = []
    while queued(service)[0].delivered is None:
        assert deliverer.deliver_one()
        assert not deliverer.deliver_one()
        row = queued(service)[0]
        if row.due is not None:
            waits.append((row.due - clock.now).total_seconds())
            clock.now = row.due - timedelta(seconds=0.1)
            assert not deliverer.deliver_one()
            clock.now = row.due

    assert waits == [5, 30, 180, 1080]
    assert len({message.id for message, _ in post.sent}) == 1
    assert (queued(service)[0].attempts, queued(service)[0].last_answer, queued(service)[0].due) == (5, "200", None)
    clock.go(10**7)
    assert not deliverer.deliver_one()


def test_pauses_are_spread_and_bounded() -> None:
    """Pauses differ by a quarter either way, and end at half a day."""
    assert (pause(1, 0.0), pause(1, 1.0)) == (timedelta(seconds=3.75), timedelta(seconds=6.25))
    assert pause(50, 0.5) == timedelta(hours=12)


def test_dead_letters_are_put_aside_and_sent_anew(service: Service) -> None:
    """After the last attempt nothing is sent any more, until somebody asks for it; then it begins anew."""
    a_receiver(service)
    completed(service)
    clock, post = Clock(datetime.now(UTC) + timedelta(days=1)), Post(FULL)
    deliverer = a_deliverer(service, post, clock, attempts=3)
    for _ in range(3):
        assert deliverer.deliver_one()
        clock.go(86_400)
    assert not deliverer.deliver_one()
    (row,) = queued(service)
    assert (row.dead, row.due, row.last_answer) == (True, None, "500 full")

    with service.database.transaction() as session:
        assert send_again(session, clock.now, "nothing") == 0
        assert send_again(session, clock.now, row.id) == 1
        assert send_again(session, clock.now) == 0
    post.answers = [FINE]
    assert deliverer.deliver_one()
    assert queued(service)[0].delivered == clock.now


def test_a_receiver_that_is_gone_is_told_no_more(service: Service) -> None:
    """410 switches a receiver off; what waits for it waits, and new events are not written for it."""
    name = a_receiver(service)
    completed(service)
    completed(service)
    deliverer = a_deliverer(service, Post(Answer(410, "410")), Clock(datetime.now(UTC) + timedelta(days=1)))

    assert deliverer.deliver_one()
    assert not deliverer.deliver_one()
    completed(service)
    assert len(queued(service)) == 2
    with service.database.reading() as session:
        assert session.get_one(Webhook, name).disabled


def test_a_slow_receiver_keeps_up_only_itself(either: Service) -> None:
    """While a delivery is under way nothing else goes to its receiver, and all others get theirs."""
    names = {a_receiver(either), a_receiver(either, "https://second.example/")}
    completed(either)
    completed(either)
    clock = Clock(datetime.now(UTC) + timedelta(days=1))
    deliverer = a_deliverer(either, Post(FINE), clock)

    first, second = deliverer.take(), deliverer.take()

    assert first is not None
    assert second is not None
    taken = {row.webhook for row in queued(either) if row.id in (first.delivery, second.delivery)}
    assert taken == names
    assert deliverer.take() is None
    deliverer.note(first, FINE)
    assert deliverer.take() is not None
    erase_all(either)


def erase_all(service: Service) -> None:
    """No receivers, and so no deliveries."""
    with service.database.transaction() as session:
        for row in session.scalars(select(Webhook)):
            session.delete(row)


def test_who_falls_silent_is_replaced(either: Service) -> None:
    """A deliverer that never comes back is replaced after its lease; should it come back later, nobody hears it."""
    a_receiver(either)
    completed(either)
    clock = Clock(datetime.now(UTC) + timedelta(days=1))
    deliverer = a_deliverer(either, Post(FINE), clock)
    lost = deliverer.take()
    assert lost is not None
    assert deliverer.take() is None

    clock.now += LEASE
    again = deliverer.take()
    assert again is not None
    assert again.message.id == lost.message.id
    deliverer.note(again, FINE)
    deliverer.note(lost, FULL)

    (row,) = queued(either)
    assert (row.last_answer, row.delivered is not None, row.attempts) == ("200", True, 2)
    erase_all(either)


def test_many_deliverers_send_everything_once(either: Service) -> None:
    """Eight deliverers at the same queue send each delivery once."""
    for number in range(6):
        a_receiver(either, f"https://r{number}.example/")
    for _ in range(5):
        completed(either)
    clock, post = Clock(datetime.now(UTC) + timedelta(days=1)), Post(FINE)
    deliverers = [a_deliverer(either, post, clock) for _ in range(8)]

    def work(deliverer: Deliverer) -> None:
        idle = 0
        while idle < 15:
            idle = 0 if deliverer.deliver_one() else idle + 1
            time.sleep(0.01)

    threads = [threading.Thread(target=work, args=(one,)) for one in deliverers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    sent = [message.id for message, _ in post.sent]
    assert sorted(sent) == sorted(row.id for row in queued(either))
    assert len(sent) == 30
    assert all(row.delivered and row.attempts == 1 for row in queued(either))
    erase_all(either)


def test_what_is_erased_is_not_sent(service: Service) -> None:
    """Erasing a client takes back what is on its way."""
    a_receiver(service)
    secret, _ = completed(service)
    deliverer = a_deliverer(service, Post(FINE), Clock(datetime.now(UTC) + timedelta(days=1)))
    taken = deliverer.take()
    assert taken is not None

    service.questionnaires.erase(secret)

    deliverer.note(taken, FINE)
    assert queued(service) == []


# --- together ----------------------------------------------------------------------------------------------------


def test_the_service_delivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the service running, who hands in is told to the receiver within seconds; dead letters are seen and sent again."""
    monkeypatch.setattr("demandfirst.web.staff.passwords._hasher", CHEAP)
    statuses = [500, 200]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        saying(statuses.pop(0) if len(statuses) > 1 else statuses[0], b"<script>alert(1)</script>")(handler)

    with (
        receiving(answer) as (port, seen),
        a_client(tmp_path, webhook_private_targets=True, webhook_attempts=1) as client,
    ):
        token = signed_in(client)
        a_receiver(service_of(client), f"http://127.0.0.1:{port}/hook?key=word")
        completed(service_of(client))
        wait_until(lambda: queued(service_of(client))[0].dead)
        page = client.get("/staff/webhooks")
        assert "500 &lt;script&gt;" in page.text
        assert "<script>alert" not in page.text
        assert "key=" not in page.text
        delivery = re.search(r'name="delivery" value="([0-9a-f]{32})"', page.text)
        assert delivery
        client.post("/staff/webhooks/resend", data={"token": token, "delivery": delivery[1]})
        wait_until(lambda: queued(service_of(client))[0].delivered is not None)
        assert 'class="tag good">delivered' in client.get("/staff/webhooks").text

    first, second = seen
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert Verifier(SECRET).verify(second[2], second[1])["type"] == COMPLETED


def test_the_worker_lives_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in one delivery, or a database that is away, does not end the threads; they stop when the service stops."""
    from demandfirst.web.webhooks import worker
    from sqlalchemy.exc import OperationalError

    monkeypatch.setattr(worker, "AWAY", 0.01)
    errors = [OperationalError("x", {}, OSError()), ValueError("anna@x.example")]
    told: list[str] = []

    def breaking(_: Any) -> bool:
        if errors:
            raise errors.pop()
        told.append("fine")
        return False

    monkeypatch.setattr(Deliverer, "deliver_one", breaking)
    running = worker.Worker(a_service(tmp_path))
    running.start()
    wait_until(lambda: bool(told) and not errors)
    running.stop()

    assert not any(thread.is_alive() for thread in running.threads)


def test_the_webhooks_command(tmp_path: Path) -> None:
    """Receivers are added, listed and removed, dead letters listed and sent again; mistakes are explained."""

    def run(*arguments: str) -> Any:
        variables = {"DATABASE_URL": f"sqlite:///{tmp_path / 'test.db'}"}
        return CliRunner().invoke(main, ["webhooks", *arguments], env=variables)

    added = run("add", "https://agency.example/hook", "--event", COMPLETED)
    name, secret = added.stdout.strip().split("\t")
    assert len(Verifier(secret)._whsecret) == 32
    service = a_service(tmp_path)
    completed(service)
    assert f"{name}\thttps://agency.example/hook\t{COMPLETED}\t1 waiting, 0 delivered, 0 dead" in run("list").stdout
    a_deliverer(service, Post(FULL), Clock(datetime.now(UTC) + timedelta(days=1)), attempts=1).deliver_one()
    delivery = run("dead").stdout.split("\t")[0]
    assert delivery == queued(service)[0].id
    for wrong in (("resend", "nothing"), ("remove", "nothing"), ("add", "http://agency.example/"),
                  ("add", "https://x.example", "--event", "y"),
                  ("resend",), ("resend", "x", "--all")):  # fmt: skip
        outcome = run(*wrong)
        assert (outcome.exit_code, outcome.stdout) == (2, ""), wrong
    assert run("resend", delivery).stdout == "1 to be sent again\n"
    assert run("resend", "--all").stdout == "0 to be sent again\n"
    assert run("remove", name).exit_code == 0
    assert (run("list").stdout, queued(service)) == ("", [])


def test_payloads_are_json(service: Service) -> None:
    """What is kept of an event is what is sent, and nothing in it needs more than JSON."""
    a_receiver(service)
    completed(service, {"business_type": "app", "goals": ["sales"], "gross_margin": "30..40", "seo": "unknown"})
    post = Post(FINE)
    a_deliverer(service, post, Clock(datetime.now(UTC) + timedelta(days=1))).deliver_one()

    ((message, _),) = post.sent
    assert json.loads(json.dumps(message.payload)) == message.payload
    assert message.payload["data"]["answers"]["gross_margin"] == "30..40"
