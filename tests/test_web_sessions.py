"""Questionnaires by API: kept, found again, made once, listed page by page; two at once spoil nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import demandfirst
import pytest
from clients import personas
from demandfirst.web.api import keys
from demandfirst.web.api.idempotency import KEPT
from demandfirst.web.models import GivenAdvice, Questionnaire, Reply
from sqlalchemy import func, select
from starlette.testclient import TestClient
from web_support import a_client

CLIENT = {"business_type": "ecommerce", "goals": ["sales"]}
KEY = "7c1f6f0e-6f5d-4d0b-9a55-0b6c2f1f7a11"
RATE = "1000000/second"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service of its own, with a key for everything."""
    with a_client(tmp_path, rate_per_key=RATE, rate_per_address=RATE) as found:
        _, secret = keys.create(database(found), "tests", keys.SCOPES)
        found.headers["Authorization"] = f"Bearer {secret}"
        yield found


def database(api: TestClient) -> Any:
    """The database behind an application."""
    return api.app.state.service.database  # type: ignore[attr-defined]


def count(api: TestClient, table: Any) -> int:
    """How many rows there are."""
    with database(api).reading() as session:
        found: int = session.scalar(select(func.count()).select_from(table))
        return found


def begun(api: TestClient, client: Any = None, **headers: str) -> Any:
    """Begin a questionnaire."""
    return api.post("/v1/sessions", json={"client": client or {}}, headers=headers)


@pytest.mark.parametrize("name", sorted(personas())[::9])
def test_a_whole_session(api: TestClient, name: str) -> None:
    """Whoever answers every question gets the advice of the library on these answers, and can look at it again."""
    persona, session = personas()[name]["client"], begun(api).json()["session"]
    found = api.get(f"/v1/sessions/{session}").json()
    given: dict[str, Any] = {}
    while found["turn"]["question"] is not None and not found["turn"]["settled"]:
        fact = found["turn"]["question"]["fact"]
        given[fact] = persona.get(fact, "unknown")
        found = api.post(f"/v1/sessions/{session}/answers", json={fact: given[fact]}).json()

    advice = api.post(f"/v1/sessions/{session}/finish").json()

    assert advice == demandfirst.load().advise(given).model_dump()
    assert api.get(f"/v1/sessions/{session}").json()["completed"] is not None


def test_back_and_skip(api: TestClient) -> None:
    """Steps can be taken back, and questions put off."""
    session = begun(api, CLIENT).json()["session"]
    first = api.get(f"/v1/sessions/{session}").json()["turn"]["question"]["fact"]

    skipped = api.post(f"/v1/sessions/{session}/skip", json={"fact": first}).json()
    back = api.post(f"/v1/sessions/{session}/back").json()

    assert skipped["turn"]["question"]["fact"] != first
    assert back["turn"]["question"]["fact"] == first


def test_answers_are_kept_all_or_not_at_all(api: TestClient) -> None:
    """One wrong answer, and none of those sent with it is kept; all faults are told."""
    session = begun(api, CLIENT).json()["session"]

    response = api.post(f"/v1/sessions/{session}/answers", json={"seo": "used", "markets": "x", "serach": 1})

    assert response.status_code == 422
    assert [fault["place"] for fault in response.json()["errors"]] == ["client.markets", "client.serach"]
    assert api.get(f"/v1/sessions/{session}").json()["answers"] == CLIENT


def test_no_session_looks_like_another(api: TestClient) -> None:
    """Expired, revoked, erased and invented sessions are answered alike, at every address."""
    sessions = [begun(api, CLIENT).json()["session"] for _ in range(3)]
    service = api.app.state.service  # type: ignore[attr-defined]
    with database(api).transaction() as session:
        row = session.scalars(select(Questionnaire)).first()
        row.expires = datetime.now(UTC) - timedelta(seconds=1)
    gone = [one for one in sessions if service.questionnaires.find(one) is None]
    left = [one for one in sessions if one not in gone]
    service.questionnaires.revoke(left[0])
    assert api.delete(f"/v1/sessions/{left[1]}").status_code == 204

    told = set()
    for session in (*gone, *left, "A" * 32, "x", "..%2Fclients"):
        for method, place, body in (
            ("GET", "", None), ("POST", "/answers", {"seo": "used"}), ("POST", "/back", None), ("POST", "/finish", None),
            ("POST", "/skip", {"fact": "seo"}),
        ):  # fmt: skip
            response = api.request(method, f"/v1/sessions/{session}{place}", json=body)
            told.add((response.status_code, response.text))
    assert len(told) <= 2
    assert {status for status, _ in told} == {404}


def test_finishing_too_early(api: TestClient) -> None:
    """Without the needed answers there is no advice, and nothing is recorded."""
    session = begun(api).json()["session"]

    response = api.post(f"/v1/sessions/{session}/finish")

    assert response.status_code == 422
    assert {fault["code"] for fault in response.json()["errors"]} == {"missing-fact"}
    assert count(api, GivenAdvice) == 0


def test_finishing_twice_is_recorded_once(api: TestClient) -> None:
    """The same answers are handed in once, however often; changed ones anew."""
    session = begun(api, CLIENT).json()["session"]

    first, second = (api.post(f"/v1/sessions/{session}/finish").json() for _ in range(2))
    assert first == second
    assert count(api, GivenAdvice) == 1
    api.post(f"/v1/sessions/{session}/answers", json={"audience_on_social": False})
    assert api.post(f"/v1/sessions/{session}/finish").json() != first
    assert count(api, GivenAdvice) == 2


# --- made once -------------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_session(api: TestClient, tmp_path: Path) -> None:
    """Whoever hears nothing asks again with the same key and gets the same session; the database has no secret of it."""
    first = begun(api, CLIENT, **{"Idempotency-Key": KEY})
    again = begun(api, CLIENT, **{"Idempotency-Key": KEY})
    other = begun(api, CLIENT, **{"Idempotency-Key": str(UUID(int=7))})

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert other.json() != first.json()
    assert api.get(f"/v1/sessions/{first.json()['session']}").json()["answers"] == CLIENT
    assert count(api, Questionnaire) == 2
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert first.json()["session"].encode() not in kept
    assert KEY.encode() not in kept


def test_a_key_is_for_one_request(api: TestClient) -> None:
    """Used for another body it is a conflict; a request that failed leaves the key free."""
    assert begun(api, {"seo": "x"}, **{"Idempotency-Key": KEY}).status_code == 422
    assert begun(api, CLIENT, **{"Idempotency-Key": KEY}).status_code == 201
    assert begun(api, {"seo": "used"}, **{"Idempotency-Key": KEY}).status_code == 409
    assert count(api, Questionnaire) == 1


def test_a_key_is_for_one_caller(api: TestClient) -> None:
    """The key of somebody else, or of another address, gives nothing of theirs."""
    other = TestClient(api.app, base_url="http://localhost", client=("203.0.113.5", 1))
    third = TestClient(api.app, base_url="http://localhost", client=("203.0.113.6", 1))

    made = [
        one.post("/v1/sessions", json={}, headers={"Idempotency-Key": KEY}).json()["session"]
        for one in (api, other, third)
    ]

    assert len(set(made)) == 3


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "a key with spaces in it", "\xe4" * 20])
def test_keys_that_cannot_be_used(api: TestClient, key: str) -> None:
    """A key that could be guessed, or is no key, is refused."""
    response = api.post("/v1/sessions", json={}, headers={b"Idempotency-Key": key.encode("latin-1")})

    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "not-a-key"


def test_keys_are_forgotten_after_a_day(api: TestClient) -> None:
    """What was kept of a key is gone after its time, at the next request with any key."""
    first = begun(api, CLIENT, **{"Idempotency-Key": KEY}).json()
    with database(api).transaction() as session:
        session.scalars(select(Reply)).one().created = datetime.now(UTC) - KEPT - timedelta(seconds=1)

    again = begun(api, CLIENT, **{"Idempotency-Key": KEY}).json()

    assert again != first
    assert count(api, Reply) == 1


def test_the_same_key_at_the_same_time(api: TestClient) -> None:
    """Twenty requests with one key at once make one session, which all of them are told."""
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda _: begun(api, CLIENT, **{"Idempotency-Key": KEY}), range(20)))

    assert {response.status_code for response in made} == {201}
    assert len({response.json()["session"] for response in made}) == 1
    assert sum("idempotency-replayed" in response.headers for response in made) == 19
    assert count(api, Questionnaire) == 1


# --- two at once -------------------------------------------------------------------------------------------------------


def test_two_tabs_spoil_nothing(api: TestClient) -> None:
    """Answers that two tabs give to the same questionnaire at once are all kept."""
    client = personas()["unsaturated-phone-e-shop"]["client"]
    session = begun(api, {name: client[name] for name in ("business_type", "goals")}).json()["session"]
    parts = [dict([pair]) for pair in client.items()]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda part: api.post(f"/v1/sessions/{session}/answers", json=part).status_code, parts))

    assert set(found) == {200}
    assert api.get(f"/v1/sessions/{session}").json()["answers"] == demandfirst.load().advise(client).answers
    with database(api).reading() as rows:
        assert rows.scalars(select(Questionnaire)).one().revision == len(parts)


# --- page by page ----------------------------------------------------------------------------------------------------


def finished(api: TestClient, reference: str) -> None:
    """A client who has finished."""
    made = api.post("/v1/sessions", json={"client": CLIENT, "reference": reference}).json()["session"]
    assert api.post(f"/v1/sessions/{made}/finish").status_code == 200


def test_pages_are_stable_while_clients_come(api: TestClient) -> None:
    """Whoever follows `next` sees everybody who was there at the beginning once, whoever else finishes meanwhile."""
    there = [f"client-{number}" for number in range(7)]
    for reference in there:
        finished(api, reference)
    api.post("/v1/sessions", json={"client": CLIENT, "reference": "not finished"})

    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = api.get("/v1/clients", params={"limit": 2, "cursor": cursor}).json()
        seen += [client["reference"] for client in page["clients"]]
        cursor, pages = page["next"], pages + 1
        finished(api, f"later-{pages}")

    assert seen == list(reversed(there))
    assert pages == 4
    assert api.get("/v1/clients").json()["clients"][0]["answers"] == CLIENT
    assert "session" not in api.get("/v1/clients").text


def test_clients_who_finish_at_the_same_moment(api: TestClient) -> None:
    """Equal moments are told apart by id: nobody is left out or shown twice."""
    for number in range(5):
        finished(api, str(number))
    with database(api).transaction() as session:
        for row in session.scalars(select(Questionnaire)):
            row.completed = datetime(2026, 1, 1, tzinfo=UTC)

    seen, cursor = [], ""
    while cursor is not None:
        page = api.get("/v1/clients", params={"limit": 1, "cursor": cursor}).json()
        seen += [client["reference"] for client in page["clients"]]
        cursor = page["next"]

    assert sorted(seen) == list("01234")


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=%00", "cursor=MjAyNg==", "cursor=\u00e4", "limit=0", "limit=201", "limit=x"]
)
def test_wrong_pages(api: TestClient, query: str) -> None:
    """A cursor that was not given, or a limit beyond the limits, is told."""
    response = api.get(f"/v1/clients?{query}")

    assert response.status_code == 422
    assert response.json()["errors"]
