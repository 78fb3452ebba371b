"""Privacy: contact details only with consent, export and erasure of a person, and an end to everything that is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from demandfirst.cli import main
from demandfirst.web.models import (
    Base,
    Decision,
    Delivery,
    GivenAdvice,
    Questionnaire,
    RaisedWarning,
    Refusal,
    Rulebase,
    SignIn,
    Staff,
    Webhook,
)
from demandfirst.web.privacy import exported, of_person, sweep
from demandfirst.web.service import Service
from demandfirst.web.tokens import new_id
from hook_support import a_receiver
from sqlalchemy import func, select
from staff_support import CHEAP, NOW, SHOP, a_postgres_url, completed, service_of, signed_in
from starlette.testclient import TestClient
from web_support import a_client

SEE_OTHER, NOT_FOUND, UNPROCESSABLE = 303, 404, 422
CONSENT = "We call you once about this advice, and pass your details on to nobody."
ANNA = {
    "name": "Anna Q. Zwetajewa",
    "email": "anna.zwetajewa@mail.example",
    "phone": "+374 10 123456",
    "consent": "yes",
}
HANGING = (GivenAdvice, Decision, RaisedWarning, Delivery)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed fast."""
    monkeypatch.setattr("demandfirst.web.staff.passwords._hasher", CHEAP)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service that asks for contact details."""
    with a_client(tmp_path, contact=True, consent_text=CONSENT) as made:
        yield made


def row_of(service: Service, name: str) -> Questionnaire:
    """A questionnaire as it is kept."""
    with service.database.reading() as session:
        return session.get_one(Questionnaire, name)


# --- contact details ---------------------------------------------------------------------------------------------


def test_nobody_is_asked_unless_the_operator_wants_it(tmp_path: Path) -> None:
    """Switched off, there is no form, and what is sent anyway is not kept."""
    with a_client(tmp_path) as client:
        secret, name = completed(service_of(client))

        assert "contact-email" not in client.get(f"/q/{secret}/advice").text
        assert client.post(f"/q/{secret}/contact", data=ANNA).status_code == NOT_FOUND
        assert client.get(f"/q/{secret}/contact").status_code == NOT_FOUND
        assert row_of(service_of(client), name).contact is None


def test_contact_details_come_with_the_words_agreed_to(client: TestClient) -> None:
    """The consent stands beside the form; with the details it is kept word by word, with its time; both can be taken back."""
    service = service_of(client)
    secret, name = completed(service, reference="shop-17")
    page = client.get(f"/q/{secret}/advice")
    assert CONSENT in page.text
    assert '<input type="checkbox" name="consent" value="yes">' in page.text

    answer = client.post(f"/q/{secret}/contact", data=ANNA)

    row = row_of(service, name)
    assert (answer.status_code, answer.headers["location"]) == (SEE_OTHER, f"/q/{secret}/advice#contact")
    assert row.contact == {key: ANNA[key] for key in ("name", "email", "phone")}
    assert row.consent == CONSENT
    assert row.consented is not None
    assert abs(datetime.now(UTC) - row.consented) < timedelta(minutes=1)
    assert "We have your contact details" in client.get(f"/q/{secret}/advice").text
    client.post(f"/q/{secret}/contact/withdraw")
    row = row_of(service, name)
    assert (row.contact, row.consent, row.consented, row.search) == (None, "", None, "shop-17")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"consent": ""}, "Tick the box"), ({"consent": "no"}, "Tick the box"), ({"email": "", "phone": ""}, "Give an e-mail"),
        ({"email": "anna"}, "not an e-mail"), ({"email": "a b@x.example"}, "not an e-mail"), ({"phone": "call me"}, "not a phone"),
        ({"name": "x" * 81}, "at most 80"), ({"email": "x" * 200 + "@x.example"}, "at most 200"),
    ],
)  # fmt: skip
def test_without_consent_or_address_nothing_is_kept(client: TestClient, change: dict[str, str], words: str) -> None:
    """What is missing is said, what was typed stays in the form, and nothing is kept."""
    secret, name = completed(service_of(client))

    answer = client.post(f"/q/{secret}/contact", data={**ANNA, **change})

    assert answer.status_code == UNPROCESSABLE
    assert words in answer.text
    assert change.get("name", ANNA["name"]) in answer.text
    assert row_of(service_of(client), name).contact is None


def test_contact_details_need_finished_questions(client: TestClient) -> None:
    """Nobody is asked before the advice is given."""
    secret = service_of(client).questionnaires.start(SHOP)

    assert "contact-email" not in client.get(f"/q/{secret}/advice").text
    assert client.post(f"/q/{secret}/contact", data=ANNA).status_code == UNPROCESSABLE


def test_staff_find_and_see_contact_details(client: TestClient) -> None:
    """Staff find a client by name, e-mail or phone, and see what was agreed to and when."""
    token = signed_in(client)
    secret, name = completed(service_of(client))
    completed(service_of(client))
    client.post(f"/q/{secret}/contact", data=ANNA)

    for words in ("ZWETAJEWA anna", "mail.example", "123456"):
        place = client.post("/staff/clients", data={"token": token, "words": words}).headers["location"]
        assert re.findall(r'href="/staff/clients/([0-9a-f]{32})"', client.get(place).text) == [name]
        assert words not in place
    page = client.get(f"/staff/clients/{name}").text
    assert ANNA["email"] in page
    assert CONSENT in page
    assert ANNA["email"] in client.get("/staff/clients.csv").text


# --- export and erasure ------------------------------------------------------------------------------------------


def a_full_client(client: TestClient, reference: str = "shop-17") -> tuple[str, str]:
    """A client with everything that can hang on one."""
    service = service_of(client)
    a_receiver(service, "https://192.0.2.1/hook")
    secret, name = completed(service, reference=reference)
    client.post(f"/q/{secret}/contact", data=ANNA)
    with service.database.transaction() as session:
        session.add(
            Decision(
                id=new_id(), questionnaire=name, item="review_loop", accepted=False, reason="Anna said no", staff="bea",
                decided=NOW,
            )
        )  # fmt: skip
    return secret, name


def counted(service: Service) -> dict[str, int]:
    """How many rows each table has that something of a client is in."""
    with service.database.reading() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Questionnaire, *HANGING)
        }


def test_everything_is_exported(client: TestClient) -> None:
    """The export has what is kept in every table about the client; a table that is not in it is one without clients."""
    service = service_of(client)
    _, name = a_full_client(client)
    with service.database.reading() as session:
        found = exported(session, session.get_one(Questionnaire, name))

    text = json.dumps(found)
    assert [
        word for word in (*list(ANNA.values())[:3], CONSENT, "shop-17", "Anna said no", "blocked") if word not in text
    ] == []
    assert {key: len(value) for key, value in found.items() if isinstance(value, list)} == {
        "advice": 1, "decisions": 1, "warnings_raised": 3, "webhook_deliveries": 1,
    }  # fmt: skip
    assert "link_hash" not in text
    without = {Staff, SignIn, Refusal, Rulebase, Webhook}
    others = {mapper.class_ for mapper in Base.registry.mappers} - without - set(HANGING) - {Questionnaire}
    assert {table.__tablename__ for table in others} == {"keys", "replies"}


@pytest.mark.parametrize("how", ["page", "link", "command"])
def test_nothing_is_left_of_who_is_erased(client: TestClient, tmp_path: Path, how: str) -> None:
    """Erased by staff, by the visitor or by command, a client is gone from every table and every byte of the file."""
    service = service_of(client)
    token = signed_in(client)
    secret, name = a_full_client(client)
    _, other = completed(service, reference="another")
    if how == "page":
        assert (
            client.post(f"/staff/clients/{name}/erase", data={"token": token, "sure": "yes"}).status_code == SEE_OTHER
        )
    elif how == "link":
        client.post(f"/q/{secret}/erase")
    else:
        assert (
            command(tmp_path, "erase", "--email", ANNA["email"].upper(), "--yes").stdout == "1 questionnaire erased\n"
        )

    with service.database.reading() as session:
        assert session.get(Questionnaire, name) is None
        assert session.get(Questionnaire, other) is not None
        for table in HANGING:
            assert not list(session.scalars(select(table).where(table.questionnaire == name)))
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("test.db*"))
    assert [word for word in (ANNA["email"], ANNA["name"], "Anna said no", "shop-17") if word.encode() in raw] == []
    assert b"another" in raw


def test_erasing_asks_once_more(client: TestClient) -> None:
    """Without the tick nothing is erased; opening the page erases nothing."""
    token = signed_in(client)
    _, name = completed(service_of(client))

    assert "cannot be undone" in client.get(f"/staff/clients/{name}/erase").text
    answer = client.post(f"/staff/clients/{name}/erase", data={"token": token})

    assert answer.headers["location"] == f"/staff/clients/{name}/erase"
    assert row_of(service_of(client), name)


def command(folder: Path, *arguments: str, typed: str | None = None) -> Any:
    """The outcome of `demandfirst privacy`."""
    variables = {"DATABASE_URL": f"sqlite:///{folder / 'test.db'}", "DEMANDFIRST_RETENTION_DAYS": "30"}
    return CliRunner().invoke(main, ["privacy", *arguments], env=variables, input=typed)


def test_the_privacy_command(client: TestClient, tmp_path: Path) -> None:
    """Somebody is named by id, reference or e-mail; erasing asks first; nobody is an answer of its own."""
    _, name = a_full_client(client)
    for named in (
        (name,),
        ("--reference", "shop-17"),
        ("--email", ANNA["email"].title()),
        (name, "--reference", "shop-17"),
    ):
        (found,) = json.loads(command(tmp_path, "export", *named).stdout)
        assert found["questionnaire"]["id"] == name
    for named in (("x" * 32,), ("--reference", "shop"), ("--email", "anna%"), (name, "--reference", "other")):
        nothing = command(tmp_path, "export", *named)
        assert (nothing.exit_code, nothing.stdout) == (1, "[]\n")
        assert command(tmp_path, "erase", *named, "--yes").exit_code == 1
    assert command(tmp_path, "export").exit_code == 2
    assert command(tmp_path, "erase", name, typed="n\n").exit_code == 1
    assert row_of(service_of(client), name)
    assert command(tmp_path, "erase", name, typed="y\n").exit_code == 0
    assert command(tmp_path, "export", name).stdout == "[]\n"


# --- retention ---------------------------------------------------------------------------------------------------


def aged(service: Service, days: float, *, done: bool = True) -> str:
    """A client who was last here so many days ago."""
    secret, name = completed(service)
    when = datetime.now(UTC) - timedelta(days=days)
    with service.database.transaction() as session:
        row = session.get_one(Questionnaire, name)
        row.changed, row.completed = when, when if done else None
    assert secret
    return name


def test_what_is_untouched_is_erased(client: TestClient, tmp_path: Path) -> None:
    """After the retention period a questionnaire goes with everything that hangs on it, finished or not; a touch keeps it."""
    service = service_of(client)
    old, begun, young = aged(service, 31), aged(service, 31, done=False), aged(service, 29)
    late = aged(service, 31)
    with service.database.transaction() as session:
        session.get_one(Questionnaire, late).changed = datetime.now(UTC)

    assert command(tmp_path, "sweep").stdout == "2 questionnaires erased\n"
    assert command(tmp_path, "sweep").stdout == "0 questionnaires erased\n"

    with service.database.reading() as session:
        left = set(session.scalars(select(Questionnaire.id)))
        hanging = {name for table in HANGING for name in session.scalars(select(table.questionnaire))}
    assert left == {young, late}
    assert not hanging & {old, begun}


def test_sweeping_clears_what_had_its_time(client: TestClient) -> None:
    """Ended sign-ins, forgotten failures and old deliveries go too; what is running or undelivered stays."""
    service, now = service_of(client), datetime.now(UTC)
    signed_in(client)
    receiver = a_receiver(service)
    with service.database.transaction() as session:
        session.add(
            SignIn(hash="old", staff="anna", kind="link", csrf="", views={}, created=now, expires=now - timedelta(1))
        )
        session.add_all(
            Refusal(subject=name, count=1, until=now, last=now - timedelta(days=days))
            for name, days in (("old", 3), ("new", 1))
        )
        for name, days in (("old", 31), ("new", 29)):
            when = now - timedelta(days=days)
            session.add(Delivery(id=name, webhook=receiver, event="e", payload={}, created=when, delivered=when))
        session.add(
            Delivery(id="waits", webhook=receiver, event="e", payload={}, created=now - timedelta(days=40), dead=True)
        )

    assert sweep(service.database, 30, now) == 0

    with service.database.reading() as session:
        assert session.get(SignIn, "old") is None
        assert "old" not in set(session.scalars(select(Refusal.subject)))
        assert "new" in set(session.scalars(select(Refusal.subject)))
        assert set(session.scalars(select(Delivery.id))) == {"new", "waits"}
    assert client.get("/staff/clients").status_code == 200


def test_privacy_on_postgresql(tmp_path: Path) -> None:
    """People are found, exported, erased and swept there alike."""
    for url in a_postgres_url():
        with a_client(tmp_path, contact=True, consent_text=CONSENT, database_url=url) as client:
            service = service_of(client)
            _, name = a_full_client(client)
            old = aged(service, 400)
            with service.database.reading() as session:
                (row,) = session.scalars(of_person(email="ANNA.Zwetajewa@mail.example", reference="shop-17"))
                assert row.id == name
                assert len(exported(session, row)["warnings_raised"]) == 3
            assert sweep(service.database, 365, datetime.now(UTC)) == 1
            client.post("/staff/sign-in")
            before = counted(service)
            with service.database.transaction() as session:
                session.delete(session.get_one(Questionnaire, name))
            assert before["questionnaires"] == 1
            assert set(counted(service).values()) == {0}
            assert old
        service.database.engine.dispose()
