"""The language of pages and answers: chosen, kept, switched, stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.language import LANGUAGES, PSEUDO
from demandfirst.web.app import create_app
from demandfirst.web.database import Database
from demandfirst.web.models import Delivery, Questionnaire
from demandfirst.web.settings import read_settings
from demandfirst.web.spoken import ACTIONS, EMBED, accepted, known, page_of
from hook_support import a_receiver
from postgres_support import a_postgres
from staff_support import SHOP, completed, service_of, signed_in
from starlette.testclient import TestClient
from web_support import a_client, a_free_port, a_service

PARENT = "https://shop.example"
CONTACT: dict[str, Any] = {"contact": True, "consent_text": "12345"}
TABLE: list[tuple[str, str, str]] = [
    ("", "en", ""),
    ("uk", "en", "uk"),
    ("uk-UA,uk;q=0.9,en;q=0.8", "en", "uk"),
    ("de-AT, de;q=0.9, ru;q=0.5, en;q=0.4", "en", "ru"),
    ("en;q=0.2, hy;q=0.8", "en", "hy"),
    ("en;q=0.5, ru;q=0.5", "en", "en"),
    ("HY-am", "en", "hy"),
    ("de, *;q=0.1, ru;q=0.05", "uk", ""),
    ("*", "ru", ""),
    ("uk;q=0, *", "uk", "en"),
    ("uk;q=0.000", "en", ""),
    ("de, fr", "uk", ""),
    ("uk;q=2, ru;q=x, hy;q=0.3", "en", "hy"),
    ("<script>, ,;;, ru ; q = 0.7 ", "en", "ru"),
    ("ukx, english", "en", ""),
    ("de," * 5000 + "uk", "en", ""),
    ("en-XA", "en", PSEUDO),
]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service of its own."""
    with a_client(tmp_path, embed_parents=(PARENT,), **CONTACT) as found:
        yield found


def language_of(page: Any) -> str:
    """The language that a page says it has."""
    found = re.search(r'<html lang="([^"]+)"', page.text)
    assert found is not None, page.text[:300]
    assert page.headers["content-language"] == found[1]
    return found[1]


# --- which ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("header", "default", "expected"), TABLE)
def test_what_a_browser_likes_best(header: str, default: str, expected: str) -> None:
    """Weights decide, then the order; what is refused, unknown or nonsense does not count; `*` is no wish."""
    assert accepted(header, default) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("uk", "uk"),
        ("UK", "uk"),
        ("uk-UA", "uk"),
        ("uk_UA", "uk"),
        (" ru ", "ru"),
        ("de", ""),
        ("", ""),
        ("en-xa", PSEUDO),
    ],
)
def test_codes_as_people_write_them(word: str, expected: str) -> None:
    """Region, case and the sign between do not matter."""
    assert known(word) == expected


def test_address_before_cookie_before_browser_before_default(tmp_path: Path) -> None:
    """What is said most deliberately wins; an unknown word in the address is as if it were not there."""
    with a_client(tmp_path, default_language="hy") as client:
        found = [language_of(client.get("/"))]
        client.headers["accept-language"] = "ru"
        found.append(language_of(client.get("/")))
        found.append(language_of(client.get("/", params={"lang": "uk"})))
        found.append(language_of(client.get("/")))
        found.append(language_of(client.get("/", params={"lang": "klingon"})))
        found.append(language_of(client.get("/", params={"lang": "en"})))
        found.append(language_of(client.get("/nowhere")))

    assert found == ["hy", "ru", "uk", "uk", "uk", "en", "en"]


def test_the_default_has_to_be_a_language() -> None:
    """A setting that names none is a fault with the nearest one."""
    with pytest.raises(DemandfirstError) as caught:
        read_settings({"DEMANDFIRST_DEFAULT_LANGUAGE": "ukrainian"})

    assert "`ukrainian` cannot be: there are en, uk, ru, hy; did you mean `uk`?" in str(caught.value)


def test_the_cookie_of_a_choice(tmp_path: Path) -> None:
    """Only who chooses gets a cookie: for this host, unread by scripts, over HTTPS only where there is HTTPS."""
    with a_client(tmp_path) as client:
        plain = client.get("/?lang=uk").headers
        silent = client.get("/", headers={"accept-language": "ru"}).headers
        api = client.get("/v1/rulebase?lang=uk").headers
    with a_client(tmp_path, secure_cookies=True) as client:
        secure = client.get("/?lang=uk").headers["set-cookie"]
        kept = language_of(client.get("/", headers={"cookie": "__Host-demandfirst-language=uk"}))

    expected = "demandfirst-language=uk; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"
    assert plain["set-cookie"] == expected
    assert plain["vary"] == "Accept-Language, Cookie"
    assert secure == f"__Host-{expected}; Secure"
    assert kept == "uk"
    assert "set-cookie" not in silent
    assert "set-cookie" not in api


def test_requests_at_the_same_time_do_not_mix(client: TestClient) -> None:
    """Handlers run in threads; each speaks the language of its request."""
    wanted = [PSEUDO, "en"] * 12

    def ask(code: str) -> bool:
        page = client.get("/", headers={"accept-language": code})
        return "⟦" in page.text and language_of(page) == PSEUDO

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, wanted))

    assert found == [code == PSEUDO for code in wanted]


# --- the API ----------------------------------------------------------------------------------------------------


def test_the_api_speaks_too(client: TestClient) -> None:
    """Texts are in the language asked for, codes and numbers are not; answers say which it is, and tags differ."""
    body = {"business_type": "ecommerce", "goals": ["sales"]}
    english = client.post("/v1/advise", json=body)
    other = client.post("/v1/advise", json=body, headers={"accept-language": PSEUDO})
    asked = client.post("/v1/advise", json=body, params={"lang": PSEUDO})
    tags = [client.get("/v1/vocabulary", params={"lang": code}).headers["etag"] for code in ("en", "uk", PSEUDO)]
    wrong = client.post("/v1/advise", json={}, params={"lang": PSEUDO})

    assert other.json() == asked.json()
    assert other.headers["content-language"] == PSEUDO
    assert {"accept", "accept-language"} <= {part.strip().casefold() for part in other.headers["vary"].split(",")}
    statuses = [[(one["id"], one["status"]) for one in page.json()["items"]] for page in (english, other)]
    assert statuses[0] == statuses[1]
    assert other.json()["verdict"]["title"].startswith("⟦")
    assert other.json()["rulebase"] == english.json()["rulebase"]
    assert len(set(tags)) == 3
    assert wrong.json()["detail"].startswith("⟦")
    assert wrong.json()["title"].startswith("⟦")
    assert [fault["code"] for fault in wrong.json()["errors"]] == ["missing-fact"] * 2
    assert [fault["message"][0] for fault in wrong.json()["errors"]] == ["⟦"] * 2


def test_the_api_refuses_unknown_languages(client: TestClient) -> None:
    """A language that there is none of is a problem that names the nearest, in the language that the header asks for."""
    found = {word: client.get("/v1/rulebase", params={"lang": word}).json() for word in ("ukrainian", "arm", "xx", "")}
    other = client.get("/v1/rulebase", params={"lang": "klingon"}, headers={"accept-language": PSEUDO})

    assert {problem["status"] for problem in found.values()} == {422}
    assert [problem["errors"][0]["code"] for problem in found.values()] == ["unknown-language"] * 4
    assert "did you mean `uk`?" in found["ukrainian"]["errors"][0]["help"]
    assert "did you mean `hy`?" in found["arm"]["errors"][0]["help"]
    assert found["xx"]["errors"][0]["help"] == "there are: en, uk, ru, hy"
    assert other.json()["detail"].startswith("⟦")


def test_the_document_stays_english(client: TestClient) -> None:
    """Whoever asks for it first does not decide its language."""
    found = client.get("/v1/openapi.json", headers={"accept-language": PSEUDO})

    assert "⟦" not in found.text
    assert found.headers["content-language"] == "en"


# --- what is kept -------------------------------------------------------------------------------------------------


def test_the_language_of_answers_is_kept(client: TestClient) -> None:
    """It is that of the visitor's last step; a caller of the API that says nothing about it changes nothing."""
    service = service_of(client)
    a_receiver(service, "https://agency.example/hooks")
    found = []
    started = client.post("/v1/sessions", json={"client": SHOP}, params={"lang": "ru"}).json()
    here = f"/v1/sessions/{started['session']}"
    found.append(client.get(here).json()["language"])
    client.post(f"{here}/answers", json={"gross_margin": 31}, headers={"accept-language": "*"})
    found.append(client.get(here).json()["language"])
    client.post(f"/q/{started['session']}/back", headers={"accept-language": "hy"})
    found.append(client.get(here).json()["language"])
    client.post(f"/q/{started['session']}/finish", headers={"accept-language": "uk"})
    with service.database.reading() as session:
        row = session.scalars(sa.select(Questionnaire)).one()
        payload = session.scalars(sa.select(Delivery)).one().payload

    assert found == ["ru", "ru", "hy"]
    assert started["url"].endswith("?lang=ru")
    assert row.language == payload["data"]["language"] == "uk"
    assert "⟦" not in str(row.state)


def test_answers_do_not_depend_on_the_language(client: TestClient) -> None:
    """The same answers in two languages are the same state, and handed in once."""
    service = service_of(client)
    secret, _ = completed(service)
    client.post(f"/q/{secret}/finish", headers={"accept-language": PSEUDO})
    with service.database.reading() as session:
        given = session.execute(sa.text("select count(*) from advice")).scalar()

    assert given == 1


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
    else:
        with a_postgres(a_free_port()) as server:
            yield str(server.database().replace("postgresql:", "postgresql+psycopg:"))


def test_questionnaires_from_before_stay(url: str) -> None:
    """The migration keeps every row and what hangs on it, forth and back; the language of then is not known."""
    from alembic import command

    database = Database(url)
    command.upgrade(database.configuration(), "0001")
    with database.engine.begin() as connection:
        connection.execute(sa.text(
            "insert into questionnaires (id, link_hash, state, revision, created, changed, expires, revoked, parent, reference,"
            " consent, search, verdict, warnings) values ('a', 'b', '{}', 0, '2026-01-01', '2026-01-01', '2027-01-01', false, '',"
            " 'lead-1', '', '', '', '[]')"
        ))  # fmt: skip
        connection.execute(sa.text("insert into raised_warnings values ('a', 'w', 'stop')"))
    rows = []
    for step, revision in ((command.upgrade, "head"), (command.downgrade, "0001"), (command.upgrade, "head")):
        step(database.configuration(), revision)
        with database.engine.connect() as connection:
            rows.append(connection.execute(sa.text("select * from questionnaires")).mappings().one())
            assert connection.execute(sa.text("select count(*) from raised_warnings")).scalar() == 1
    database.engine.dispose()

    assert [row.get("language") for row in rows] == ["", None, ""]
    assert {row["reference"] for row in rows} == {"lead-1"}


def test_consent_in_the_language_of_the_visitor(tmp_path: Path) -> None:
    """What is agreed to is read in one's own language where there is such a text, and kept word by word."""
    texts = {"uk": "Зателефонуйте мені"}
    with a_client(tmp_path, contact=True, consent_text="Call me", consent_texts=texts) as client:
        secret, _ = completed(service_of(client))
        shown = [client.get(f"/q/{secret}/contact?lang={code}").text for code in ("uk", "hy")]
        client.post(f"/q/{secret}/contact?lang=uk", data={"phone": "12345", "consent": "yes"})
        with service_of(client).database.reading() as session:
            kept = session.scalars(sa.select(Questionnaire)).one().consent

    assert [text in page for page, text in zip(shown, ("Зателефонуйте мені", "Call me"), strict=True)] == [True, True]
    assert kept == "Зателефонуйте мені"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{", "cannot be"),
        ('{"xx": "Call me"}', "there are en, uk, ru, hy"),
        ('{"uk": " "}', "there is no text for `uk`"),
    ],
)
def test_wrong_consent_texts(given: str, told: str) -> None:
    """Languages that there are none of, and texts that say nothing, are faults."""
    with pytest.raises(DemandfirstError) as caught:
        read_settings({"DEMANDFIRST_CONSENT_TEXTS": given})

    assert told in str(caught.value)
    assert read_settings({"DEMANDFIRST_CONSENT_TEXTS": '{"uk": "a"}'}).consent_texts == {"uk": "a"}


# --- the switch ---------------------------------------------------------------------------------------------------


def links_of(page: Any) -> dict[str, str]:
    """Language -> where the switch of a page leads."""
    found = re.findall(r'<a href="([^"]*)" lang="(\w+)" hreflang="\2"( aria-current="true")?>([^<]+)</a>', page.text)
    assert {code: name for _, code, _, name in found} == LANGUAGES
    assert [code for _, code, mark, _ in found if mark] == [language_of(page)]
    return {code: link.replace("&amp;", "&") for link, code, _, _ in found}


def test_the_switch_keeps_the_place(client: TestClient) -> None:
    """On every page, also one that answers a form, it leads to the same page in the other language."""
    secret, _ = completed(service_of(client))
    shown = {
        "welcome": client.get("/"), "question": client.get(f"/q/{secret}"), "answers": client.get(f"/q/{secret}/answers"),
        "advice": client.get(f"/q/{secret}/advice"), "link": client.get(f"/q/{secret}/link"),
        "fault": client.post(f"/q/{secret}/answer", data={"fact": "goals", "value": "fame", "action": "answer"}),
        "contact": client.post(f"/q/{secret}/contact", data={"name": "A"}),
    }  # fmt: skip

    for name, page in shown.items():
        link = links_of(page)["uk"]
        other = client.get(str(page.url.copy_with(query=None)) + link if link.startswith("?") else link)
        assert other.status_code == 200, name
        assert language_of(other) == "uk", name
        assert ("<form" in page.text) == ("<form" in other.text), name
        client.cookies.clear()
    assert links_of(client.get("/staff/sign-in"))["hy"] == "?lang=hy"


def test_the_switch_keeps_the_rest_of_the_address(client: TestClient) -> None:
    """A page of a list stays that page; a language that was asked for before is replaced."""
    signed_in(client)
    page = client.get("/staff/clients", params={"after": "abc&d", "lang": "ru"})

    assert links_of(page)["uk"] == "?after=abc%26d&lang=uk"


def test_no_link_of_the_switch_leaves_the_service(client: TestClient) -> None:
    """Hostile addresses are quoted, and an address with two slashes is no other host."""
    pages = [
        client.get("http://localhost//evil.example/"), client.post("http://localhost//evil.example/answer"),
        client.get('/"><script>alert(1)</script>?x="><script>'),
    ]  # fmt: skip

    for page in pages:
        assert all(re.match(r"/[^/]|\?|/\?", link) for link in links_of(page).values()), links_of(page)
        assert "<script>alert" not in page.text


def test_after_every_form_there_is_a_page(tmp_path: Path) -> None:
    """Where an address takes forms only, the switch leads to the page before it, and that one can be looked at."""
    app = create_app(a_service(tmp_path))
    known_routes = [
        (route.path, route.methods)
        for route in every_route(app)
        if getattr(route, "methods", None) and not route.path.startswith("/v1/") and "{rest" not in route.path
    ]
    shown = {path.rstrip("/") or "/" for path, methods in known_routes if "GET" in methods}
    forms = {path for path, methods in known_routes if "POST" in methods and path.rstrip("/") not in shown}

    assert len(forms) > 12
    assert {path.rpartition("/")[2] for path in forms} <= ACTIONS
    pages = {path: page_of(path).removeprefix(EMBED).rstrip("/") or "/" for path in forms}
    assert {path: page for path, page in pages.items() if page not in shown} == {}


def every_route(app: Any) -> Iterator[Any]:
    """All routes, those of routers too."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        yield from [route] if inner is None else every_route(inner)


def test_in_a_frame_the_address_says_it(client: TestClient) -> None:
    """Browsers keep no cookies in frames: the language goes with the addresses, from the element's attribute on."""
    start = client.post("/embed/start?lang=uk-UA", data={"parent": PARENT, "business_type": "ecommerce"})
    here = start.headers["location"]
    page = client.get(here)
    other = client.get(links_of(page)["ru"])
    answered = client.post(f"{here}/answer", data={"fact": "goals", "value": "sales", "action": "answer"})
    plain = client.post("/embed/start?lang=klingon", data={"parent": PARENT}, headers={"accept-language": "hy"})

    assert here.startswith("/embed/uk/q/")
    assert "set-cookie" not in start.headers
    assert f"frame-ancestors {PARENT}" in page.headers["content-security-policy"]
    assert language_of(page) == "uk"
    assert f'action="{here}/answer"' in page.text
    assert language_of(other) == "ru"
    assert answered.headers["location"] == here
    assert plain.headers["location"].startswith("/embed/q/")
    assert language_of(client.get(plain.headers["location"], headers={"accept-language": "hy"})) == "hy"
    assert client.get("/embed/de/q/x").status_code == 404
