"""The agency's sign-in: who gets in, and that forms of other pages do nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from demandfirst.cli import main
from demandfirst.web.database import Database
from demandfirst.web.models import Questionnaire, SignIn, Staff
from demandfirst.web.staff import passwords
from demandfirst.web.staff.signing import SignIns
from sqlalchemy import select
from staff_support import (
    CHEAP,
    PASSWORD,
    Clock,
    a_member,
    completed,
    service_of,
    sign_in,
    signed_in,
    token_in,
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


# --- the door ----------------------------------------------------------------------------------------------------


def test_everything_is_behind_the_door(client: TestClient) -> None:
    """Whoever is not signed in is sent to the sign-in by every address below /staff, also by those that do not exist."""
    _, name = completed(service_of(client))
    gets = [
        "",
        "/",
        "/clients",
        "/clients.csv",
        f"/clients/{name}",
        f"/clients/{name}/advice.json",
        "/webhooks",
        "/nowhere",
    ]
    posts = ["/clients", f"/clients/{name}/erase", f"/clients/{name}/decisions", "/webhooks/resend", "/sign-out", "/x"]

    answers = [client.get(f"/staff{place}") for place in gets] + [client.post(f"/staff{place}") for place in posts]

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(SEE_OTHER, "/staff/sign-in")] * 14
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}
    with service_of(client).database.reading() as session:
        assert session.get(Questionnaire, name) is not None


def test_a_link_sets_a_password_once(client: TestClient) -> None:
    """A link of the command line sets a password and signs in; looking at it does not use it up, using it does."""
    room = service_of(client).sign_ins
    room.add("anna")
    place = f"/staff/link/{room.link('anna', 'password')}"

    client.get(place)
    form = {"token": token_in(client.get(place)), "password": PASSWORD, "again": PASSWORD}
    entered = client.post(place, data=form)
    again = client.post(place, data=form)

    assert (entered.status_code, entered.headers["location"]) == (SEE_OTHER, "/staff/clients")
    assert client.get("/staff/clients").status_code == 200
    assert again.status_code in (FORBIDDEN, NOT_FOUND)
    assert client.get(place).status_code == NOT_FOUND
    client.post("/staff/sign-out", data={"token": token_in(client.get("/staff/clients"))})
    assert client.get("/staff/clients").status_code == SEE_OTHER
    assert sign_in(client).status_code == SEE_OTHER
    assert client.get("/staff/clients").status_code == 200


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        (PASSWORD, PASSWORD + "x"),
        ("annaannaanna", "annaannaanna"),
        ("aaaaaaaaaaaaaaaa",) * 2,
        ("x" * 201,) * 2,
    ],
)
def test_bad_passwords_are_not_taken(client: TestClient, password: str, again: str) -> None:
    """A password that is short, easy or mistyped is explained, and the link still works."""
    room = service_of(client).sign_ins
    room.add("anna")
    place = f"/staff/link/{room.link('anna', 'password')}"

    refused = client.post(place, data={"token": token_in(client.get(place)), "password": password, "again": again})

    assert refused.status_code == UNPROCESSABLE
    assert 'role="alert"' in refused.text
    assert client.get(place).status_code == 200


def test_links_end(tmp_path: Path) -> None:
    """A link lasts a quarter of an hour, a new one ends the earlier ones, and a session ends after its hours."""
    clock = Clock()
    room = SignIns(a_service(tmp_path).database, hours=2, clock=clock)
    room.add("anna")
    first, second = str(room.link("anna", "password")), str(room.link("anna", "link"))

    assert room.enter(first, PASSWORD) is None
    clock.go(15 * 60)
    assert room.of_link(second) is None
    session = str(room.enter(str(room.link("anna", "link"))))
    assert room.member(session) is not None
    clock.go(2 * 3600 - 1)
    assert room.member(session) is not None
    clock.go(1)
    assert room.member(session) is None


def test_a_link_is_no_session_and_a_session_no_link(tmp_path: Path) -> None:
    """A secret is good for what it was made for, and a plain link sets no password."""
    room = a_service(tmp_path).sign_ins
    room.add("anna")
    link = str(room.link("anna", "link"))
    assert room.member(link) is None
    assert room.enter(link, PASSWORD) is None
    session = str(room.enter(link))

    assert room.of_link(session) is None
    assert room.enter(session) is None
    assert room.enter(str(room.link("anna", "password"))) is None


def test_a_new_password_ends_other_sessions(tmp_path: Path) -> None:
    """Whoever sets a new password is the only one signed in."""
    room = a_service(tmp_path).sign_ins
    room.add("anna")
    old = str(room.enter(str(room.link("anna", "link"))))
    new = str(room.enter(str(room.link("anna", "password")), PASSWORD))

    assert room.member(old) is None
    assert room.member(new) is not None


def test_whoever_is_disabled_is_out_at_once(client: TestClient) -> None:
    """Disabling ends sessions, links and the password; enabled again, only a new link lets in."""
    signed_in(client)
    room = service_of(client).sign_ins
    link = str(room.link("anna", "link"))

    room.disable("anna")

    assert client.get("/staff/clients").status_code == SEE_OTHER
    assert room.enter(link) is None
    assert room.link("anna", "link") is None
    assert sign_in(client).status_code == FORBIDDEN
    room.enable("anna")
    assert sign_in(client).status_code == FORBIDDEN
    assert room.enter(str(room.link("anna", "link"))) is not None


def test_the_session_is_new_at_sign_in(client: TestClient) -> None:
    """A session id that was planted, or that somebody had before, is not the one after signing in."""
    client.cookies.set("demandfirst-staff", "planted-by-somebody", path="/staff")
    a_member(client)
    sign_in(client)
    first = [cookie.value for cookie in client.cookies.jar if cookie.name == "demandfirst-staff"]
    room = service_of(client).sign_ins
    second = client.cookies["demandfirst-staff"] if len(first) == 1 else first[-1]

    assert room.member("planted-by-somebody") is None
    link = f"/staff/link/{room.link('anna', 'link')}"
    client.post(link, data={"token": token_in(client.get(link))})
    live = [
        secret
        for secret in [second, *(cookie.value for cookie in client.cookies.jar)]
        if secret and room.member(secret)
    ]
    assert room.member(str(second)) is None
    assert len(set(live)) == 1


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_kept_close(tmp_path: Path, https: bool) -> None:
    """No script reads the cookies, no other site sends them with its forms; over HTTPS they belong to this host alone."""
    with a_client(tmp_path, secure_cookies=https) as client:
        client.base_url = client.base_url.copy_with(scheme="https" if https else "http")
        a_member(client)
        before = client.get("/staff/sign-in").headers["set-cookie"]
        after = sign_in(client).headers["set-cookie"]

    for cookie, name, site in ((before, "demandfirst-form", "strict"), (after, "demandfirst-staff", "lax")):
        assert cookie.startswith(f"__Host-{name}=" if https else f"{name}=")
        assert "HttpOnly" in cookie
        assert f"SameSite={site}" in cookie
        assert ("; Secure" in cookie) is https
        assert ("Path=/;" in cookie) is https
        assert "Domain" not in cookie


def test_only_hashes_are_kept(client: TestClient) -> None:
    """Neither passwords nor the secrets of links, sessions and forms of strangers stand in the database."""
    room = service_of(client).sign_ins
    signed_in(client)
    secrets = [str(room.link("anna", "link")), client.cookies["demandfirst-staff"], PASSWORD]
    with service_of(client).database.reading() as session:
        staff = session.scalars(select(Staff)).one()
        kept = [staff.password, *(row.hash for row in session.scalars(select(SignIn)))]
    raw = b"".join(
        file.read_bytes() for file in Path(str(service_of(client).database.url.database)).parent.glob("test.db*")
    )

    assert staff.password.startswith("$argon2id$")
    assert [secret for secret in secrets if secret in kept or secret.encode() in raw] == []


# --- forms from elsewhere ----------------------------------------------------------------------------------------


def forms(name: str) -> list[tuple[str, dict[str, str]]]:
    """Every form of the pages, as it would do something."""
    here = f"/staff/clients/{name}"
    return [
        ("/staff/sign-out", {}),
        ("/staff/clients", {"words": "x"}),
        (f"{here}/decisions", {"item": "capture_formed_demand", "decision": "accept"}),
        (f"{here}/what-if", {"fact.business_type": "app"}),
        (f"{here}/erase", {"sure": "yes"}),
        ("/staff/webhooks/resend", {"delivery": "all"}),
    ]


@pytest.mark.parametrize(
    "how", ["no token", "wrong token", "other session", "other origin", "null origin", "cross-site"]
)
def test_forms_of_other_pages_do_nothing(client: TestClient, how: str) -> None:
    """Without the token of this session, or from another origin, no form does anything."""
    token = signed_in(client)
    other = str(service_of(client).sign_ins.enter(str(service_of(client).sign_ins.link("anna", "link"))))
    _, name = completed(service_of(client))
    member = service_of(client).sign_ins.member(other)
    assert member is not None
    sent = {"no token": {}, "wrong token": {"token": "x" * 32}, "other session": {"token": member.csrf}}.get(
        how, {"token": token}
    )
    headers = {
        "other origin": {"Origin": "https://evil.example"}, "null origin": {"Origin": "null"},
        "cross-site": {"Sec-Fetch-Site": "cross-site"},
    }.get(how, {})  # fmt: skip

    answers = [client.post(place, data={**form, **sent}, headers=headers).status_code for place, form in forms(name)]

    assert answers == [FORBIDDEN] * 6
    with service_of(client).database.reading() as session:
        assert session.get(Questionnaire, name) is not None
    assert client.get("/staff/clients").status_code == 200


def test_own_forms_work(client: TestClient) -> None:
    """The same forms with the token and our origin do what they say."""
    token = signed_in(client)
    _, name = completed(service_of(client))
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

    answers = [
        client.post(place, data={**form, "token": token}, headers=own).status_code
        for place, form in reversed(forms(name))
    ]

    assert answers == [SEE_OTHER, SEE_OTHER, NOT_FOUND, NOT_FOUND, SEE_OTHER, SEE_OTHER]


def test_signing_in_needs_the_page(client: TestClient) -> None:
    """Nobody is signed in by a form of another page, neither with a password nor with a link."""
    a_member(client)
    link = f"/staff/link/{service_of(client).sign_ins.link('anna', 'link')}"
    right = {"name": "anna", "password": PASSWORD}

    assert client.post("/staff/sign-in", data=right).status_code == FORBIDDEN
    assert client.post("/staff/sign-in", data={**right, "token": ""}).status_code == FORBIDDEN
    assert client.post(link, data={"token": "x"}).status_code == FORBIDDEN
    token = token_in(client.get("/staff/sign-in"))
    evil = client.post("/staff/sign-in", data={**right, "token": token}, headers={"Origin": "https://evil.example"})
    assert evil.status_code == FORBIDDEN
    assert client.get("/staff/clients").status_code == SEE_OTHER


# --- the command -------------------------------------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> Any:
    """The outcome of a command on the database of a folder."""
    variables = {"DATABASE_URL": f"sqlite:///{folder / 'test.db'}", "DEMANDFIRST_PUBLIC_URL": "https://agency.example/"}
    return CliRunner().invoke(main, list(arguments), env=variables)


def test_the_staff_command(tmp_path: Path) -> None:
    """Staff are added, listed, let in by links, disabled and enabled; mistakes are explained."""
    added = run(tmp_path, "staff", "add", "  Anna  Smith ")
    assert re.fullmatch(r"https://agency\.example/staff/link/[\w-]{32}\n", added.stdout)
    room = SignIns(Database(f"sqlite:///{tmp_path / 'test.db'}"), hours=1)
    assert room.of_link(added.stdout.rpartition("/")[2].strip()) == ("anna smith", "password")
    assert run(tmp_path, "staff", "list").stdout.startswith("anna smith\tno password yet\tsince 20")
    taken = run(tmp_path, "staff", "add", "ANNA SMITH")
    assert (taken.exit_code, "name-taken" in taken.stderr) == (2, True)
    link = run(tmp_path, "staff", "link", "anna smith").stdout.rpartition("/")[2].strip()
    assert room.of_link(link) == ("anna smith", "link")
    reset = run(tmp_path, "staff", "link", "anna smith", "--password").stdout.rpartition("/")[2].strip()
    assert room.of_link(reset) == ("anna smith", "password")
    assert run(tmp_path, "staff", "disable", "anna smith").exit_code == 0
    assert "disabled" in run(tmp_path, "staff", "list").stdout
    assert run(tmp_path, "staff", "link", "anna smith").exit_code == 2
    assert run(tmp_path, "staff", "enable", "anna smith").exit_code == 0
    for wrong in (
        ("disable", "bea"),
        ("link", "bea"),
        ("enable", "bea"),
        ("add", ""),
        ("add", "x" * 81),
        ("add", "a\x07b"),
    ):
        outcome = run(tmp_path, "staff", *wrong)
        assert (outcome.exit_code, outcome.stdout) == (2, ""), wrong
        assert "help:" in outcome.stderr
    room.database.engine.dispose()
