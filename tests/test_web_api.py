"""The part of the API that keeps nothing: the same JSON as the commands, strict reading, every fault with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import demandfirst
import pytest
from click.testing import CliRunner
from clients import personas
from demandfirst.cli import main
from jsonschema_rs import Draft202012Validator
from starlette.testclient import TestClient
from web_support import a_client

VERSIONED = "application/vnd.demandfirst.v1+json"
CLIENT = {"business_type": "ecommerce", "goals": ["sales"]}
RATE = "1000000/second"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Requests without a key to one service."""
    with a_client(tmp_path_factory.mktemp("api"), rate_per_address=RATE, max_clients=5) as found:
        yield found


def places(response: Any) -> list[tuple[str, str]]:
    """Where a problem is, and its code."""
    assert response.headers["content-type"] == "application/problem+json"
    return [(fault["place"], fault["code"]) for fault in response.json().get("errors", [])]


def command(tmp_path: Path, name: str, client: Any, *arguments: str) -> Any:
    """What a command prints about a client."""
    file = tmp_path / "client.json"
    file.write_text(json.dumps(client))
    return json.loads(CliRunner().invoke(main, [name, str(file), *arguments, "--format", "json"]).output)


# --- the same as the commands ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(personas())[::5])
def test_advice_is_that_of_the_command(api: TestClient, tmp_path: Path, name: str) -> None:
    """Whatever the client, the API answers what `advise --format json` prints, member for member in its order."""
    client = personas()[name]["client"]

    found = api.post("/v1/advise", json=client)

    expected = CliRunner().invoke(main, ["advise", write(tmp_path, client), "--format", "json"]).output
    assert json.dumps(found.json()) == json.dumps(json.loads(expected))


def write(folder: Path, client: Any) -> str:
    """A client file."""
    (folder / "client.json").write_text(json.dumps(client))
    return str(folder / "client.json")


def test_explanations_and_what_if_are_those_of_the_commands(api: TestClient, tmp_path: Path) -> None:
    """`explain`, with an id and without, and `what-if` answer as the commands do."""
    client = personas()["unsaturated-phone-e-shop"]["client"]

    one = api.post("/v1/explain", json={"client": client, "id": "paid_social_scaling"}).json()
    every = api.post("/v1/explain", json={"client": client}).json()
    changed = api.post("/v1/what-if", json={"client": client, "changes": {"search_impression_share": 95, "seo": None}})

    assert one["explanations"] == [command(tmp_path, "explain", client, "paid_social_scaling")]
    assert every["explanations"] == command(tmp_path, "explain", client)
    settings = ("--set", "search_impression_share=95", "--set", "seo=")
    assert changed.json() == command(tmp_path, "what-if", client, *settings)


def test_many_clients_keep_their_order(api: TestClient) -> None:
    """Each client gets what it gets alone; a bad one gets its faults, and spoils nothing for the others."""
    bad = {"business_type": "shop", "goals": ["sales"], "x": 1}

    results = api.post("/v1/advise-many", json={"clients": [CLIENT, bad, 7, {}, CLIENT]}).json()["results"]

    alone = api.post("/v1/advise", json=CLIENT).json()
    assert results[0] == results[4] == {"advice": alone}
    assert [one["place"] for one in results[1]["errors"]] == ["clients[1].business_type", "clients[1].x"]
    assert results[2]["errors"][0]["place"] == "clients[2]"
    assert {one["place"] for one in results[3]["errors"]} == {"clients[3]"}
    assert len(results[3]["errors"]) == 2


def test_too_many_clients(api: TestClient) -> None:
    """More clients than the operator allows are refused at once."""
    assert places(api.post("/v1/advise-many", json={"clients": [CLIENT] * 6})) == [("clients", "not-a-list")]
    assert places(api.post("/v1/advise-many", json={"clients": {}})) == [("clients", "not-a-list")]


def test_the_next_question_is_that_of_the_interview(api: TestClient) -> None:
    """The question that an interview would ask now, without keeping anything."""
    first = api.post("/v1/next-question", json={}).json()
    then = api.post("/v1/next-question", json={"client": CLIENT}).json()

    assert first["question"]["fact"] == "business_type"
    assert first["certain"] is None
    assert then["question"]["fact"] not in CLIENT
    assert then["progress"]["answered"] == 2


# --- what cannot be read ------------------------------------------------------------------------------------------

DEEP = "[" * 100_000
NESTED = '{"goals": ' + "[" * 30 + "]" * 30 + "}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expecting value"),
        ("{", "not JSON"),
        (DEEP, "nested too deeply"),
        (NESTED, "nested too deeply"),
        ('{"gross_margin": NaN}', "`NaN` is not a number"),
        ('{"gross_margin": -Infinity}', "`-Infinity` is not a number"),
        ('{"Goals": 1, "Goals": 2}', "`Goals` stands twice"),
        ('{"a": {"b": [{"c": 1, "c": 1}]}}', "`c` stands twice"),
        ('{"business_type": "\\ud800"}', "not text in UTF-8"),
        (b'{"business_type": "\xff"}', "not text in UTF-8"),
        ('{"gross_margin": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_bodies_that_are_not_json(api: TestClient, text: Any, words: str) -> None:
    """JSON is read strictly: nothing is guessed, dropped or overwritten, and nothing breaks."""
    response = api.post("/v1/advise", content=text, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert places(response)[0][0].startswith("body")
    assert words in response.json()["errors"][0]["message"]


def test_numbers_beyond_all_bounds(api: TestClient) -> None:
    """A number that JSON allows and nothing can hold is a fault of its fact."""
    for number in ("1e400", "-1e400", "9" * 300, "1e-400"):
        text = '{"business_type": "app", "goals": ["sales"], "gross_margin": ' + number + "}"
        response = api.post("/v1/advise", content=text, headers={"Content-Type": "application/json"})
        assert response.status_code in (200, 422)


@pytest.mark.parametrize("body", [[], 7, "text", None, True])
def test_bodies_that_are_no_objects(api: TestClient, body: Any) -> None:
    """Other JSON than an object is named for what it is."""
    for address in ("advise", "explain", "what-if", "next-question", "advise-many", "sessions"):
        response = api.post(f"/v1/{address}", content=json.dumps(body), headers={"Content-Type": "application/json"})
        assert response.status_code == 422
        assert [code for _, code in places(response)] == ["not-an-object"]


def test_every_fault_at_once(api: TestClient) -> None:
    """All faults come with place, code, message and help, as the library gives them."""
    client = {"business_type": "shop", "gross_margin": 140, "seo": "maybe", "serach": 1}

    response = api.post("/v1/advise", json=client)

    with pytest.raises(demandfirst.ClientError) as caught:
        demandfirst.load().advise(client)
    expected = [(str(fault.place), fault.code, fault.message, fault.help) for fault in caught.value.faults]
    found = [tuple(fault.values()) for fault in response.json()["errors"]]
    assert response.status_code == 422
    assert found == expected
    assert len(found) == 5


@pytest.mark.parametrize(
    ("address", "body", "expected"),
    [
        ("explain", {"client": {"goals": ["sales"]}, "id": "x"}, ["client"]),
        ("explain", {"client": CLIENT, "id": "x"}, ["explain"]),
        ("explain", {"client": CLIENT, "ids": "x"}, ["ids"]),
        ("explain", {}, ["client"]),
        ("what-if", {"client": {**CLIENT, "seo": "x"}, "changes": {"markets": 1}}, ["changes.markets", "client.seo"]),
        ("what-if", {"client": CLIENT, "changes": {"goals": None}}, ["changes"]),
        ("what-if", {"client": CLIENT}, ["changes"]),
        ("next-question", {"client": {"seo": "x", "y": 1}}, ["client.seo", "client.y"]),
        ("next-question", {"client": 3}, ["client"]),
    ],
)
def test_faults_name_the_member_they_are_in(api: TestClient, address: str, body: Any, expected: list[str]) -> None:
    """A place leads to the member of the request that has to be mended."""
    response = api.post(f"/v1/{address}", json=body)

    assert response.status_code == 422
    assert [place for place, _ in places(response)] == expected


def test_thousands_of_faults_are_cut(api: TestClient) -> None:
    """A body full of mistakes is refused quickly, with the first hundred of them."""
    many = {f"fact{number}": 1 for number in range(20_000)}

    for address, body in (("advise", many), ("next-question", {"client": many}), ("explain", many)):
        response = api.post(f"/v1/{address}", json=body)
        assert 100 <= len(places(response)) <= 103


# --- media, tags, methods ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        (None, 200, "application/json"), ("*/*", 200, "application/json"), ("application/*", 200, "application/json"),
        ("application/json", 200, "application/json"), (VERSIONED, 200, VERSIONED), (f"text/html, {VERSIONED}", 200, VERSIONED),
        ("application/vnd.demandfirst.v2+json", 406, "application/problem+json"), ("text/html", 406, "application/problem+json"),
        ("application/json;q=0", 406, "application/problem+json"), ("text/html, */*;q=0.1", 200, "application/json"),
    ],
)  # fmt: skip
def test_versions_by_media_type(api: TestClient, accept: str | None, status: int, kind: str) -> None:
    """A caller names the version by its media type, and is refused where it names another."""
    headers = {} if accept is None else {"Accept": accept}
    for response in (
        api.get("/v1/rulebase", headers=headers),
        api.post("/v1/advise", json=CLIENT, headers={**headers, "Content-Type": VERSIONED}),
    ):
        assert (response.status_code, response.headers["content-type"]) == (status, kind)


def test_nothing_is_made_for_an_answer_that_cannot_be_given(api: TestClient) -> None:
    """Whoever asks for another version has begun no questionnaire."""
    assert api.post("/v1/sessions", json={}, headers={"Accept": "text/html"}).status_code == 406

    with api.app.state.service.database.reading() as session:  # type: ignore[attr-defined]
        assert session.connection().exec_driver_sql("select count(*) from questionnaires").scalar() == 0


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_only_json_is_read(api: TestClient, kind: str) -> None:
    """A form of another page cannot call the API."""
    response = api.post("/v1/advise", content=json.dumps(CLIENT), headers={"Content-Type": kind})

    assert response.status_code == 415


@pytest.mark.parametrize("address", ["/v1/vocabulary", "/v1/rulebase", "/v1/openapi.json"])
def test_what_is_static_is_sent_once(api: TestClient, address: str) -> None:
    """With the tag of before the answer is 304 without a body; each media type has its own."""
    first = api.get(address)
    tag = first.headers["etag"]

    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = api.get(address, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = api.get(address, headers={"If-None-Match": tag, "Accept": VERSIONED})
    assert other.status_code == 200
    assert other.headers["etag"] != tag


def test_methods(api: TestClient) -> None:
    """HEAD answers as GET without a body; other methods are refused, with those that are taken."""
    whole, head = api.get("/v1/vocabulary"), api.head("/v1/vocabulary")
    assert head.content == b""
    assert {**head.headers, "x-request-id": ""} == {**whole.headers, "x-request-id": ""}

    for method, address, allowed in (
        ("GET", "advise", "POST"),
        ("PUT", "rulebase", "GET"),
        ("OPTIONS", "advise", "POST"),
    ):
        response = api.request(method, f"/v1/{address}")
        assert (response.status_code, response.headers["allow"]) == (405, allowed)
        assert response.headers["content-type"] == "application/problem+json"


def test_unknown_addresses_are_problems(api: TestClient) -> None:
    """Below /v1 even what is not there is answered as a problem."""
    response = api.get("/v1/nothing")

    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


# --- what the documents promise ------------------------------------------------------------------------------------


def test_the_vocabulary_takes_what_advise_takes(api: TestClient) -> None:
    """Every persona is valid by the JSON Schema; what is no client is not."""
    schema = api.get("/v1/vocabulary").json()
    validator = Draft202012Validator(schema)

    assert [name for name, persona in personas().items() if not validator.is_valid(persona["client"])] == []
    for wrong in (
        {},
        {**CLIENT, "x": 1},
        {**CLIENT, "goals": []},
        {**CLIENT, "business_type": "unknown"},
        {**CLIENT, "gross_margin": 101},
    ):
        assert not validator.is_valid(wrong)
        assert api.post("/v1/advise", json=wrong).status_code == 422


def test_every_example_is_accepted(api: TestClient) -> None:
    """What the OpenAPI document shows can be sent as it stands."""
    paths = api.get("/v1/openapi.json").json()["paths"]
    session = api.post("/v1/sessions", json={"client": CLIENT}).json()["session"]
    tried = 0
    for path, methods in paths.items():
        for method, operation in methods.items():
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                address = path.replace("{session}", session)
                response = api.request(method, address, json=content["example"], headers={"Content-Type": kind})
                assert response.is_success, (path, response.text)
                tried += 1
    assert tried >= 16
