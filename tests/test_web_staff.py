"""The agency's page of a client: advice, why, what if, decisions, history; and that texts stay texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from demandfirst.web.models import Questionnaire
from demandfirst.web.service import Service
from demandfirst.web.staff import passwords
from demandfirst.web.staff.history import changes
from sqlalchemy import select
from staff_support import (
    CHEAP,
    NOW,
    SHOP,
    another_rulebase,
    completed,
    service_of,
    signed_in,
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


def kept(service: Service) -> list[Questionnaire]:
    """All clients as they are kept."""
    with service.database.reading() as session:
        return list(session.scalars(select(Questionnaire)))


# --- a client ----------------------------------------------------------------------------------------------------


def test_the_page_of_a_client(client: TestClient) -> None:
    """Everything that was advised, and every answer, stands on the page, and leads to why."""
    signed_in(client)
    _, name = completed(service_of(client), reference="shop-17")
    advice = service_of(client).advisor.advise(SHOP)

    page = unescape(client.get(f"/staff/clients/{name}").text)

    titles = [one.title for one in advice.items] + [one.title for one in advice.warnings] + [advice.verdict.title]
    assert [title for title in titles if title not in page] == []
    questions = [service_of(client).advisor.rulebase.facts[fact].question for fact in SHOP]
    assert [question for question in questions if question not in page] == []
    assert "shop-17" in page
    assert "Replayed under it, the advice is the same." in page
    links = re.findall(rf"/staff/clients/{name}/why/(\w+)", page)
    assert set(links) == {advice.verdict.finding, *(one.id for part in (advice.items, advice.warnings) for one in part)}


@pytest.mark.parametrize(
    "what", ["paid_social_scaling", "vanity_metrics", "gate", "max_cpo_first_order", "capture_formed_demand"]
)
def test_why(client: TestClient, what: str) -> None:
    """The proof of anything can be read, down to the answers."""
    from demandfirst.engine.explain import explain

    signed_in(client)
    _, name = completed(service_of(client))
    advisor = service_of(client).advisor
    told = explain(advisor.rulebase, advisor.advise(SHOP), what)

    page = unescape(client.get(f"/staff/clients/{name}/why/{what}").text)

    assert told.line in page
    for node in (*told.why, *told.held_back_by, *told.why_not):
        assert node.text[1:] in page
        assert [child.text for child in node.children if child.text[1:] not in page] == []
    assert client.get(f"/staff/clients/{name}/why/nothing").status_code == NOT_FOUND


def fields_of(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as the form of the page sends them."""

    def plain(value: Any) -> Any:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return (value or "none of these") if isinstance(value, list) else str(value)

    return {f"fact.{name}": plain(value) for name, value in answers.items()}


def test_what_if_is_tried_and_not_kept(client: TestClient) -> None:
    """Another answer shows what it would change; the same answers change nothing; nothing is kept."""
    token = signed_in(client)
    service = service_of(client)
    _, name = completed(service)
    before = [row.state for row in kept(service)]
    place = f"/staff/clients/{name}/what-if"

    same = client.post(place, data={"token": token, **fields_of(SHOP)})
    other = client.post(
        place, data={"token": token, **fields_of({**SHOP, "business_type": "app", "average_order_value": "?"})}
    )
    wrong = client.post(place, data={"token": token, **fields_of({**SHOP, "gross_margin": "400", "business_type": ""})})

    assert "The answers are the same, and so is the advice." in same.text
    changed = unescape(re.search(r'<div class="changed".*?</div>', other.text, re.DOTALL)[0])  # type: ignore[index]
    assert "an online shop" in changed
    assert "→" in changed
    assert "an app" in changed
    assert wrong.status_code == UNPROCESSABLE
    assert "gross_margin" in wrong.text
    assert "business_type" in wrong.text
    assert [row.state for row in kept(service)] == before


def test_the_form_of_what_if_is_filled_in(client: TestClient) -> None:
    """The form as a browser would send it back, untouched, is the client's own answers."""
    token = signed_in(client)
    answers = {**SHOP, "seo": "unknown", "kpis": "unknown", "average_order_value": ">90", "skill_gaps": []}
    _, name = completed(service_of(client), answers)
    page = client.get(f"/staff/clients/{name}").text

    form: dict[str, list[str]] = {}
    for field, value in re.findall(r'<input type="text"[^>]* name="(fact\.\w+)" value="([^"]*)"', page):
        form.setdefault(field, []).append(unescape(value))
    for field, value in re.findall(r'<input type="checkbox" name="(fact\.\w+)" value="([^"]*)" checked', page):
        form.setdefault(field, []).append(unescape(value))
    for field, options in re.findall(r'<select id="[^"]+" name="(fact\.\w+)">(.*?)</select>', page):
        form[field] = re.findall(r'value="([^"]*)" selected', options)
    same = client.post(f"/staff/clients/{name}/what-if", data={"token": token, **form})

    assert "The answers are the same, and so is the advice." in same.text


def test_decisions_are_kept_with_who_and_when(client: TestClient) -> None:
    """A recommendation is accepted or dismissed with a reason; the last word stands beside it, and all of them in the history."""
    token = signed_in(client)
    _, name = completed(service_of(client))
    place = f"/staff/clients/{name}/decisions"
    item = next(one.id for one in service_of(client).advisor.advise(SHOP).items if one.status == "recommended")

    def decide(**form: str) -> Any:
        return client.post(place, data={"token": token, "item": item, **form})

    assert decide(decision="accept").headers["location"] == f"/staff/clients/{name}#{item}"
    assert decide(decision="dismiss", reason="The owner\ndoes it already").status_code == SEE_OTHER
    assert decide(decision="dismiss", reason="  ").status_code == UNPROCESSABLE
    assert decide(decision="accept", item="paid_social_scaling").status_code == UNPROCESSABLE
    assert decide(decision="accept", item="nothing").status_code == UNPROCESSABLE

    page = client.get(f"/staff/clients/{name}").text
    made = page[page.index("Decisions</h2>") :]
    assert made.index("dismissed") < made.index("accepted")
    assert made.count("anna, 20") == 2
    assert "The owner\ndoes it already" in made
    summary = re.search(rf'id="{item}">\s*<summary>(.*?)</summary>', page, re.DOTALL)
    assert summary
    assert "dismissed" in summary[1]


def test_files_to_take_along(client: TestClient) -> None:
    """The advice as JSON and the answers as a client file are those of the library."""
    signed_in(client)
    _, name = completed(service_of(client))

    advice = client.get(f"/staff/clients/{name}/advice.json")
    answers = client.get(f"/staff/clients/{name}/client.yaml")

    assert advice.json() == service_of(client).advisor.advise(SHOP).model_dump()
    assert yaml.safe_load(answers.text)["client"] == advice.json()["answers"]
    assert "attachment" in answers.headers["content-disposition"]
    assert {one.headers["cache-control"] for one in (advice, answers)} == {"no-store"}


def test_ids_cannot_be_found_out(client: TestClient) -> None:
    """An id that never was, one of a client who has not finished, and an erased one are answered alike."""
    token = signed_in(client)
    service = service_of(client)
    secret = service.questionnaires.start({"business_type": "app"})
    unfinished = service.questionnaires.find(secret)
    _, erased = completed(service)
    assert unfinished is not None
    client.post(f"/staff/clients/{erased}/erase", data={"token": token, "sure": "yes"})

    answers = [
        client.get(f"/staff/clients/{name}")
        for name in (unfinished.id, erased, "0" * 32, "x", HOSTILE.replace("/", ""))
    ]

    assert {one.status_code for one in answers} == {NOT_FOUND}
    assert len({one.text for one in answers}) == 1


PICTURE = frozenset({"src", "alt", "width", "height"})


class Elements(HTMLParser):
    """The elements of a page, each with the names of its attributes, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, set[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.seen.append((tag, {name for name, _ in attrs}))


def test_stored_texts_stay_texts(tmp_path: Path) -> None:
    """References, contact details, reasons, names and answers of receivers are shown, never run."""
    with a_client(tmp_path, contact=True, consent_text=f"Agreed? {HOSTILE}") as client:
        token = signed_in(client, HOSTILE.replace(" ", "")[:60].casefold())
        service = service_of(client)
        secret, name = completed(service, reference=HOSTILE)
        form = {"name": HOSTILE, "email": "a<b>@x.example", "consent": "yes"}
        assert client.post(f"/q/{secret}/contact", data=form).status_code == SEE_OTHER
        item = next(one.id for one in service.advisor.advise(SHOP).items if one.status == "recommended")
        client.post(
            f"/staff/clients/{name}/decisions",
            data={"token": token, "item": item, "decision": "dismiss", "reason": HOSTILE},
        )
        view = client.post("/staff/clients", data={"token": token, "words": HOSTILE}).headers["location"]
        pages = [
            client.get(place)
            for place in ("/staff/clients", view, f"/staff/clients/{name}", f"/staff/clients/{name}/erase")
        ]
        pages += [
            client.get(f"/q/{secret}/advice"),
            client.post(f"/q/{secret}/contact", data={**form, "email": HOSTILE}),
        ]

    for page in pages:
        found_ = Elements(page.text)
        assert not {tag for tag, names in found_.seen if tag == "style" or (tag == "script" and "src" not in names)}
        assert {frozenset(names) for tag, names in found_.seen if tag == "img"} <= {PICTURE}
        assert not {name for _, names in found_.seen for name in names if name.startswith("on") or name == "style"}
    assert unescape(pages[2].text).count(HOSTILE) >= 3


def test_pages_of_staff_are_guarded(client: TestClient) -> None:
    """No page of the agency is cached, framed, or allows inline scripts, and none asks another host for anything."""
    signed_in(client)
    _, name = completed(service_of(client))

    for place in ("/clients", f"/clients/{name}", f"/clients/{name}/why/gate", f"/clients/{name}/erase", "/webhooks"):
        page = client.get(f"/staff{place}")
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "same-origin"
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*', page.text) == []


# --- history -----------------------------------------------------------------------------------------------------

OLDER = (
    "rules/steps.yaml",
    "- id: look-again-every-month\n  when: []",
    "- id: look-again-every-month\n  when:\n    - business_type == app",
)


def test_advice_of_an_older_rulebase_is_replayed(tmp_path: Path) -> None:
    """Advice of then is shown as it was, replays under its own rulebase, and what today's says otherwise stands in words."""
    old = another_rulebase(tmp_path / "old", OLDER)
    then = a_service(tmp_path, rulebase=old)
    _, name = completed(then)
    then.database.engine.dispose()
    shown = then.advisor.advise(SHOP)
    with a_client(tmp_path) as client:
        signed_in(client)
        page = unescape(client.get(f"/staff/clients/{name}").text)
        advice = client.get(f"/staff/clients/{name}/advice.json").json()
        title = service_of(client).advisor.rulebase.items["review_loop"].title
        assert service_of(client).advisor.advise(SHOP).status("review_loop") == "recommended"

    assert advice == shown.model_dump()
    assert then.advisor.hash in page
    assert "Replayed under it, the advice is the same." in page
    assert f"{title}: not recommended → recommended" in page
    assert "Under today's rulebase:" in page


def test_advice_handed_in_twice(client: TestClient) -> None:
    """Each handing-in is an entry of its own, with the answers that were changed."""
    signed_in(client)
    service = service_of(client)
    secret, name = completed(service)
    service.questionnaires.step(secret, lambda state: service.interview.answer(state, "gross_margin", 5))
    assert "has changed answers since" in client.get(f"/staff/clients/{name}").text
    service.questionnaires.finish(secret, service.advisor)

    page = unescape(client.get(f"/staff/clients/{name}").text)

    assert page.count("Replayed under it, the advice is the same.") == 2
    assert f"Answers that were changed: {service.advisor.rulebase.facts['gross_margin'].label}" in page
    assert "has changed answers since" not in page


def test_a_rulebase_that_is_not_kept(client: TestClient) -> None:
    """Where the rulebase of then can no longer be read, the statuses of then still are compared with today's."""
    from demandfirst.web.models import GivenAdvice, Rulebase

    signed_in(client)
    service = service_of(client)
    _, name = completed(service)
    with service.database.transaction() as session:
        session.add(Rulebase(hash="0" * 16, version="0", files=service_files(), first_used=NOW))
        session.flush()
        row = session.scalars(select(GivenAdvice)).one()
        row.rulebase = "0" * 16
        row.statuses = {**row.statuses, "review_loop": "withheld", "gone_item": "recommended"}
        row.answers = {**row.answers, "gone_fact": 5}

    page = unescape(client.get(f"/staff/clients/{name}").text)

    assert "This rulebase is not kept" in page
    assert "gone_item: recommended → not in the rulebase" in page
    assert "withheld → recommended" in page
    assert "gone_fact" in page


def service_files() -> bytes:
    """An archive with nothing in it."""
    return b"PK\x05\x06" + bytes(18)


def test_changes_in_words() -> None:
    """Statuses that differ are said; those that do not are not."""
    found_ = [
        asdict(one) for one in changes({"a": "recommended", "b": "open"}, {"b": "open", "c": "not_raised"}, {"a": "A"})
    ]

    assert found_ == [
        {"title": "A", "before": "recommended", "after": "not in the rulebase"},
        {"title": "c", "before": "not in the rulebase", "after": "not raised"},
    ]
