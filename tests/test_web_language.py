"""No text of any page bypasses the catalogs: in the pseudo language every word stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import demandfirst
import pytest
import sqlalchemy as sa
from demandfirst.engine.language import PSEUDO
from demandfirst.web.models import Delivery, Webhook
from demandfirst.web.tokens import new_id
from hook_support import a_receiver
from staff_support import NOW, SHOP, another_rulebase, completed, service_of, signed_in, token_in
from starlette.testclient import TestClient
from web_support import a_client, a_service

PARENT = "https://shop.example"
CONTACT: dict[str, Any] = {"contact": True, "consent_text": "12345"}
SAID = ("aria-label", "title", "placeholder", "alt")
RULEBASE = demandfirst.load().rulebase
UNITS = {one.unit for part in (RULEBASE.facts, RULEBASE.quantities, RULEBASE.parameters) for one in part.values()}
PLAIN = frozenset({"demandfirst", "JSON", "UTC", *" ".join(UNITS).split()})
"""Words that are the same in every language, and those of units, which the pseudo language leaves alone."""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service of its own."""
    with a_client(tmp_path, embed_parents=(PARENT,), **CONTACT) as found:
        yield found


class Texts(HTMLParser):
    """The words of a page that stand outside the brackets of the pseudo language."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.outside, self.skipped = 0, list[str](), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self.skipped or tag in ("script", "style", "code") or (tag == "a" and "hreflang" in given):
            self.skipped += tag not in ("input", "br", "meta", "link", "img", "progress")
        for name in SAID:
            self.read(str(given.get(name) or ""))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.skipped = max(0, self.skipped - 1)

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.read(data)

    def read(self, text: str) -> None:
        """Note the words at depth 0."""
        plain = ""
        for sign in text:
            self.depth += (sign == "⟦") - (sign == "⟧")
            plain += sign if self.depth == 0 and sign != "⟧" else " "
        self.outside += re.findall(r"[^\W\d_][\w'.:/-]*", plain)


def bypassing(page: Any, *allowed: str) -> list[str]:
    """The words of a page that did not come out of a catalog."""
    found = Texts()
    found.feed(page.text)
    assert found.depth == 0, "a bracket is not closed"
    words = [word.strip(".:/-") for word in found.outside]
    return [word for word in words if word not in PLAIN and not any(word in text for text in allowed)]


def visitors_pages(client: TestClient) -> Iterator[tuple[str, Any]]:
    """Every kind of page that visitors meet."""
    yield "welcome", client.get("/")
    here = client.post("/start").headers["location"]
    yield "first question", client.get(here)
    yield "nothing chosen", client.post(f"{here}/answer", data={"fact": "business_type", "action": "answer"})
    yield (
        "wrong answer",
        client.post(f"{here}/answer", data={"fact": "business_type", "value": "77", "action": "answer"}),
    )
    yield "too early", client.get(f"{here}/advice")
    for fact in ("business_type", "goals"):
        client.post(f"{here}/answer", data={"fact": fact, "value": SHOP[fact], "action": "answer"})
    asked = set[str]()
    while (found := re.search(r'name="fact" value="(\w+)"', (page := client.get(here)).text)) is not None:
        yield f"question {found[1]}", page
        asked.add(found[1])
        given = SHOP.get(found[1], "unknown")
        value = ("yes" if given else "no") if isinstance(given, bool) else given
        action = (
            {"action": "dont_know"} if given == "unknown" else {"action": "answer", "value": value or "none of these"}
        )
        client.post(f"{here}/answer", data={"fact": found[1], **action})
    assert len(asked) > 8
    yield "settled", client.get(here)
    yield "answers", client.get(f"{here}/answers")
    yield "link", client.get(f"{here}/link")
    client.post(f"{here}/finish")
    yield "advice", client.get(f"{here}/advice")
    for number in ("-1", "many"):
        client.post(f"{here}/change", data={"fact": "gross_margin"})
        yield (
            f"number {number}",
            client.post(f"{here}/answer", data={"fact": "gross_margin", "value": number, "action": "answer"}),
        )
    yield "contact", client.get(f"{here}/contact")
    yield "wrong contact", client.post(f"{here}/contact", data={"name": "1" * 99, "email": "1", "phone": "1"})
    client.post(f"{here}/contact", data={"email": "1@2.3", "consent": "yes"})
    yield "contacted", client.get(f"{here}/advice")
    embedded = client.post("/embed/start", data={"parent": PARENT}).headers["location"]
    yield "embedded", client.get(embedded)
    yield "erased", client.post(f"{here}/erase")


def errors(client: TestClient) -> Iterator[tuple[str, Any]]:
    """What goes wrong."""
    here = client.post("/start").headers["location"]
    yield "404", client.get("/nowhere")
    yield "no link", client.get("/q/nowhere")
    yield "405", client.get("/start")
    yield "foreign frame", client.post("/embed/start", data={"parent": "https://2.3"})
    yield "wrong prefill", client.post("/embed/start", data={"parent": PARENT, "1": "2", "goals": "3"})
    yield "too long", client.post(f"{here}/change", data={"fact": "1" * 99})
    yield "no fact", client.post(f"{here}/change", data={"fact": "1"})
    for _ in range(40):
        last = client.post("/start")
    yield "429", last
    assert last.status_code == 429
    yield "413", client.post(f"{here}/answer", data={"fact": "1" * 2_000_000})


def staff_pages(client: TestClient, folder: Path) -> Iterator[tuple[str, Any]]:
    """Every kind of page that staff meet."""
    service = service_of(client)
    secret, name = completed(service)
    client.post(f"/q/{secret}/contact", data={"email": "1@2.3", "consent": "yes"})
    older(folder, service.settings.database_url, name)
    receiver = a_receiver(service, "https://192.0.2.1/7")
    with service.database.transaction() as session:
        for answer in ("no connection", "refused: the host is not on the public internet", "no valid answer (1)"):
            session.add(Delivery(
                id=new_id(), webhook=receiver, event="questionnaire.completed", payload={}, created=NOW, dead=True,
                attempts=8, last_answer=answer,
            ))  # fmt: skip
    yield "sign-in", client.get("/staff/sign-in")
    form = {"token": token_in(client.get("/staff/sign-in")), "name": "7", "password": "7"}
    yield "wrong password", client.post("/staff/sign-in", data=form)
    yield "foreign form", client.post("/staff/sign-in", data={**form, "token": "7"})
    for _ in range(6):
        last = client.post("/staff/sign-in", data=form)
    yield "too many attempts", last
    assert last.status_code == 429
    service.sign_ins.add("7")
    link = f"/staff/link/{service.sign_ins.link('7', 'password')}"
    yield "link", client.get(link)
    for password, again in (("7", "7"), ("7" * 20, "7"), ("a row of words", "other")):
        data = {"token": token_in(client.get(link)), "password": password, "again": again}
        yield f"password {password}", client.post(link, data=data)
    yield "no link", client.get("/staff/link/7")
    token = signed_in(client, "8")
    yield "list", client.get("/staff/clients")
    wrong = {"token": token, "least": "?", "since": "7", "verdict": "hold"}
    yield "wrong search", client.post("/staff/clients", data=wrong)
    found = client.post("/staff/clients", data={"token": token, "words": "7777777"}).headers["location"]
    yield "nobody", client.get(found)
    here = f"/staff/clients/{name}"
    client.post(f"/q/{secret}/answer", data={"fact": "gross_margin", "value": "5", "action": "answer"})
    yield "client", client.get(here)
    yield "no reason", client.post(f"{here}/decisions", data={"token": token, "item": "seo_growth"})
    other = {"token": token, "fact.business_type": "media", "fact.goals": "reputation"}
    tried = client.post(f"{here}/what-if", data=other)
    assert tried.status_code == 200
    yield "what if", tried
    yield "wrong what if", client.post(f"{here}/what-if", data={"token": token, "fact.gross_margin": "777"})
    for what in ("paid_social_scaling", RULEBASE.verdict, "orders_lose_money"):
        yield f"why {what}", client.get(f"{here}/why/{what}")
    yield "why nothing", client.get(f"{here}/why/7")
    yield "erase", client.get(f"{here}/erase")
    yield "webhooks", client.get("/staff/webhooks")
    yield "nowhere", client.get("/staff/nowhere")


def receiver_of(client: TestClient) -> str:
    """The id of the receiver."""
    with service_of(client).database.reading() as session:
        return str(session.scalar(sa.select(Webhook.id)) or "")


def older(folder: Path, url: str, name: str) -> None:
    """Advice that a client got under another rulebase, first."""
    rule = another_rulebase(folder, ("knowledge/rulebase.yaml", "version: ", "version: 1."))
    other = a_service(folder, database_url=url, rulebase=rule)
    secret, _ = completed(other, reference=name)
    with other.database.transaction() as session:
        session.execute(sa.text("update advice set questionnaire = :name"), {"name": name})
        session.execute(sa.text("delete from questionnaires where id <> :name"), {"name": name})
    assert secret
    other.database.engine.dispose()


def test_visitors_read_nothing_that_bypasses_the_catalogs(client: TestClient) -> None:
    """In the pseudo language every word of every page stands in brackets."""
    client.cookies.set("demandfirst-language", PSEUDO)

    found = {name: bypassing(page) for name, page in visitors_pages(client)}

    assert len(found) > 20
    assert {name: words for name, words in found.items() if words} == {}


def test_nor_does_an_error(client: TestClient) -> None:
    """Pages about what went wrong are in the language too."""
    client.cookies.set("demandfirst-language", PSEUDO)

    found = {name: bypassing(page) for name, page in errors(client)}

    assert {name: words for name, words in found.items() if words} == {}


def test_staff_read_nothing_that_bypasses_the_catalogs(tmp_path: Path) -> None:
    """The same for the agency's pages; ids of events and receivers stay as they are."""
    with a_client(tmp_path, **CONTACT) as client:
        client.cookies.set("demandfirst-language", PSEUDO)
        found = {
            name: bypassing(
                page, "questionnaire.completed", "questionnaire.contact", "https://192.0.2.1/7", receiver_of(client)
            )
            for name, page in staff_pages(client, tmp_path / "other")
        }

    assert len(found) > 20
    assert {name: words for name, words in found.items() if words} == {}
