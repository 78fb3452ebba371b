"""The questionnaire's pages, asked without a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import demandfirst
import pytest
import yaml
from clients import personas
from demandfirst.engine.errors import ClientError
from demandfirst.web.embed import prefilled
from demandfirst.web.models import Questionnaire
from demandfirst.web.tokens import hashed
from starlette.testclient import TestClient
from support import HERE
from web_support import a_client, a_server

SEE_OTHER, NOT_FOUND, CONFLICT, UNPROCESSABLE, FORBIDDEN = 303, 404, 409, 422, 403
PARENT = "https://shop.example"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service of its own."""
    with a_client(tmp_path, embed_parents=(PARENT,)) as found:
        yield found


def begun(client: TestClient) -> str:
    """The address of a new questionnaire."""
    response = client.post("/start")
    assert response.status_code == SEE_OTHER
    return str(response.headers["location"])


def asked(client: TestClient, here: str) -> str | None:
    """The fact that a page asks for."""
    found = re.search(r'name="fact" value="(\w+)"', client.get(here).text)
    return found.group(1) if found else None


def form_of(given: Any) -> dict[str, Any]:
    """A plain answer as a form sends it."""
    if given == "unknown" or given is None:
        return {"action": "dont_know"}
    if isinstance(given, bool):
        return {"value": "yes" if given else "no"}
    return {"value": given if given != [] else "none of these"}


def answer(client: TestClient, here: str, fact: str, given: Any) -> Any:
    """Send an answer."""
    return client.post(f"{here}/answer", data={"fact": fact, "action": "answer", **form_of(given)})


@pytest.mark.parametrize("name", sorted(personas())[::6])
def test_a_whole_questionnaire(client: TestClient, name: str) -> None:
    """Whoever answers every question that comes gets the advice that `advise` gives on these answers."""
    persona, here = personas()[name]["client"], begun(client)
    given: dict[str, Any] = {}
    while (fact := asked(client, here)) is not None:
        given[fact] = persona.get(fact, "unknown")
        assert answer(client, here, fact, given[fact]).status_code == SEE_OTHER, fact
    assert client.post(f"{here}/finish").headers["location"] == f"{here}/advice"

    page, found = client.get(f"{here}/advice"), client.get(f"{here}/advice.json").json()
    expected = demandfirst.load().advise(given).model_dump()

    assert found == expected
    assert expected["verdict"]["title"] in unescape(page.text)
    assert yaml.safe_load(client.get(f"{here}/answers.yaml").text) == {"client": expected["answers"]}


def test_every_recommendation_is_on_the_page(client: TestClient) -> None:
    """What is recommended, warned of or withheld stands on the advice page with its title."""
    here = begun(client)
    for fact, given in personas()["unsaturated-phone-e-shop"]["client"].items():
        answer(client, here, fact, given)

    text = unescape(client.get(f"{here}/advice").text)

    advice = client.get(f"{here}/advice.json").json()
    shown = [one["title"] for one in advice["items"] if one["status"] in ("recommended", "withheld")]
    raised = [one["title"] for one in advice["warnings"] if one["status"] == "raised"]
    assert len(shown) > 10
    assert [title for title in [*shown, *raised] if title not in text] == []


def test_back_change_and_review(client: TestClient) -> None:
    """An answer can be taken back, looked at and changed."""
    here = begun(client)
    answer(client, here, "business_type", "ecommerce")
    answer(client, here, "goals", ["sales", "leads"])

    client.post(f"{here}/back")
    assert asked(client, here) == "goals"
    answer(client, here, "goals", ["reputation"])
    review = unescape(client.get(f"{here}/answers").text)
    assert "an online shop" in review
    client.post(f"{here}/change", data={"fact": "business_type"})
    page = client.get(here).text
    assert asked(client, here) == "business_type"
    assert re.search(r'value="ecommerce" checked', page)
    answer(client, here, "business_type", "app")

    assert yaml.safe_load(client.get(f"{here}/answers.yaml").text)["client"] == {
        "business_type": "app",
        "goals": ["reputation"],
    }


def test_skipping_asks_again_later(client: TestClient) -> None:
    """A question put off makes way for the next one and leaves no answer."""
    here = begun(client)
    answer(client, here, "business_type", "ecommerce")
    answer(client, here, "goals", ["sales"])
    first = str(asked(client, here))

    client.post(f"{here}/answer", data={"fact": first, "action": "skip"})

    assert asked(client, here) not in (first, None)
    assert first not in client.get(f"{here}/answers.yaml").text


@pytest.mark.parametrize(
    ("fact", "given", "word"),
    [
        ("business_type", "shop", "ecommerce"),
        ("average_order_value", "many", "number"),
        ("gross_margin", "140", "100"),
        ("goals", ["fame"], "goals"),
        ("goals", [], "goal"),
        ("response_time_hours", "-3", "0"),
    ],
)
def test_wrong_answers_are_explained(client: TestClient, fact: str, given: Any, word: str) -> None:
    """A wrong answer is not taken: the page asks again, says what is wrong, and keeps what was typed."""
    here = begun(client)

    response = answer(client, here, fact, given)

    alert = re.search(r'role="alert"[^>]*>(.*?)</p>', response.text, re.DOTALL)
    assert response.status_code == UNPROCESSABLE
    assert alert is not None
    assert word in unescape(alert.group(1))
    assert fact not in yaml.safe_load(client.get(f"{here}/answers.yaml").text)["client"]


def test_an_empty_answer_is_not_taken(client: TestClient) -> None:
    """Whoever presses Next without an answer is asked for one."""
    here = begun(client)

    response = client.post(f"{here}/answer", data={"fact": "business_type", "action": "answer"})

    assert response.status_code == UNPROCESSABLE
    assert "Choose an answer" in response.text


def test_advice_needs_the_first_answers(client: TestClient) -> None:
    """Before the needed answers there is no advice, and the page says so."""
    here = begun(client)

    for place in ("/advice", "/advice.json", "/advice.md"):
        assert client.get(f"{here}{place}").status_code == CONFLICT
    assert client.post(f"{here}/finish").status_code == CONFLICT


def test_unknown_links_say_nothing(client: TestClient) -> None:
    """A link that was never given, and one that was erased, are answered alike."""
    here = begun(client)
    client.post(f"{here}/erase")

    gone, never = client.get(here), client.get("/q/" + "A" * 32)

    assert gone.status_code == never.status_code == NOT_FOUND
    assert gone.text == never.text
    assert client.post(f"{here}/answer", data={"fact": "goals"}).status_code == NOT_FOUND


def test_links_cannot_be_guessed(client: TestClient) -> None:
    """Links have 192 random bits, and the database keeps only their hashes."""
    secrets = {begun(client).removeprefix("/q/") for _ in range(20)}

    kept = b"".join(file.read_bytes() for file in Path(client.app.state.service.database.url.database).parent.glob("*"))  # type: ignore[attr-defined]
    assert len(secrets) == 20
    assert all(len(secret) == 32 for secret in secrets)
    assert [secret for secret in secrets if secret.encode() in kept] == []


def test_hostile_text_stays_text(client: TestClient) -> None:
    """What a visitor sends comes back escaped, in every field of the form."""
    here = begun(client)
    answer(client, here, "business_type", "ecommerce")
    answer(client, here, "goals", ["sales"])

    pages = [
        client.post(f"{here}/answer", data={"fact": fact, "value": HOSTILE, "action": action})
        for fact in ("business_type", "average_order_value", "goals", HOSTILE)
        for action in ("answer", HOSTILE)
    ]
    pages += [client.post(f"{here}/change", data={"fact": HOSTILE[:80]}), client.get(f"/q/{HOSTILE}")]

    assert [page.text for page in pages if "<script>alert" in page.text or "<img src=x" in page.text] == []


def test_pages_forbid_what_they_do_not_need(client: TestClient) -> None:
    """No page allows inline scripts or styles, other hosts, or being framed; none contains any."""
    here = begun(client)
    answer(client, here, "business_type", "ecommerce")
    answer(client, here, "goals", ["sales"])

    for place in ("/", here, f"{here}/advice", f"{here}/answers", f"{here}/link", "/nowhere"):
        page = client.get(place)
        policy = page.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"<script>|<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*', page.text) == []


def test_nobody_is_sent_elsewhere(client: TestClient) -> None:
    """Redirects lead to pages of this service only."""
    here = begun(client)
    fields = {"fact": "business_type", "value": "ecommerce", "next": "https://evil.example", "action": "answer"}

    for place in (f"{here}/answer?next=//evil.example", f"{here}/back?next=https://evil.example"):
        assert client.post(place, data=fields).headers["location"].startswith("/q/")


# --- inside other pages -----------------------------------------------------------------------------------------


def test_only_allowed_pages_may_frame(client: TestClient) -> None:
    """The embedded questionnaire names the allowed parents to the browser, and begins for no other."""
    response = client.post("/embed/start", data={"parent": PARENT, "business_type": "ecommerce", "reference": "a-17"})
    here = response.headers["location"]
    page = client.get(here)

    assert here.startswith("/embed/q/")
    assert f"frame-ancestors {PARENT}" in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers
    assert f'data-parent="{PARENT}"' in page.text
    assert client.post("/embed/start", data={"parent": "https://evil.example"}).status_code == FORBIDDEN
    assert client.post("/embed/start", data={}).status_code == FORBIDDEN


def test_what_a_page_passes_on_is_not_asked(client: TestClient) -> None:
    """Answers that the page around knows are taken over, as attributes give them."""
    fields = {"parent": PARENT, "business_type": "ecommerce", "goals": "sales, leads", "gross_margin": "12,5"}

    here = client.post("/embed/start", data=fields).headers["location"]

    given = yaml.safe_load(client.get(f"{here}/answers.yaml").text)["client"]
    assert given == {"business_type": "ecommerce", "goals": ["sales", "leads"], "gross_margin": 12.5}


def test_wrong_prefill_is_told_to_the_developer(client: TestClient) -> None:
    """A field that is no fact, or no answer, is named instead of dropped."""
    wrong = client.post("/embed/start", data={"parent": PARENT, "bussiness_type": "ecommerce"})
    invalid = client.post("/embed/start", data={"parent": PARENT, "business_type": "shop", "goals": "fame"})

    assert wrong.status_code == invalid.status_code == UNPROCESSABLE
    assert "business_type" in unescape(wrong.text)
    assert "shop" in unescape(invalid.text)
    assert "fame" in unescape(invalid.text)
    with pytest.raises(ClientError):
        prefilled({"nothing": "x"}, demandfirst.load().rulebase.facts)


def test_the_script_may_be_loaded_from_anywhere(client: TestClient) -> None:
    """Pages of other origins include the script."""
    response = client.get("/embed.js")

    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "demandfirst-questionnaire" in response.text


# --- examples ---------------------------------------------------------------------------------------------------


def test_the_example_for_the_library_runs() -> None:
    """The example of server-side embedding asks questions and shows what is certain."""
    shown = run_example("server_side.py")

    assert "[regulated_vertical]" in shown
    assert "Certain already" in shown


def test_the_example_for_the_api_runs(tmp_path: Path) -> None:
    """The example that uses the API alone advises, asks, and shows faults."""
    with a_server(tmp_path) as (address, _):
        shown = run_example("api_only.py", address)

    assert shown.startswith("verdict: ")
    assert "ask next: " in shown
    assert "did you mean `ecommerce`?" in shown


def run_example(name: str, *arguments: str) -> str:
    """What an example prints."""
    file = HERE.parent / "examples" / "embedding" / name
    done = subprocess.run(
        [sys.executable, str(file), *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


# --- links that outlive a rulebase --------------------------------------------------------------------------------


def test_a_link_survives_a_new_rulebase(client: TestClient) -> None:
    """Answers given under another rulebase are kept where they still fit, and the page says what is different."""
    here = begun(client)
    answer(client, here, "business_type", "ecommerce")
    service = client.app.state.service  # type: ignore[attr-defined]
    with service.database.transaction() as session:
        (row,) = session.query(Questionnaire).all()
        older = {**row.state, "rulebase": {"version": "2025.1.0", "hash": "0" * 16}}
        older["answers"] = {**older["answers"], "seo": "sometimes", "moon_phase": "full"}
        row.state = {**older, "facts": [*older["facts"], "moon_phase"]}

    page = unescape(client.get(here).text)

    notes = re.findall(r'class="note" role="status">(.*?)</p>', page)
    assert any("2025.1.0" in note for note in notes)
    assert "moon_phase" in " ".join(notes)
    assert "(SEO)" in " ".join(notes)
    assert yaml.safe_load(client.get(f"{here}/answers.yaml").text)["client"] == {"business_type": "ecommerce"}


def test_a_link_ends(tmp_path: Path) -> None:
    """After its days a link is worth nothing; a revoked one too, and the answers stay with the agency."""
    with a_client(tmp_path) as client:
        service = client.app.state.service  # type: ignore[attr-defined]
        here, other = begun(client), begun(client)
        with service.database.transaction() as session:
            for row in session.query(Questionnaire).filter_by(link_hash=hashed(here.removeprefix("/q/"))):
                row.expires = datetime.now(UTC) - timedelta(seconds=1)
        assert service.questionnaires.revoke(other.removeprefix("/q/"))

        assert client.get(here).status_code == client.get(other).status_code == NOT_FOUND
        with service.database.transaction() as session:
            assert session.query(Questionnaire).count() == 2
