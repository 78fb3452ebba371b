"""The examples of docs/http-api.md are run against the service, and answer what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from demandfirst.web.api import keys
from demandfirst.web.api.documents import WRONG
from web_support import a_client

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "http-api.md"
CUT = "[...]"
BASE = "http://localhost:8000"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def examples() -> list[tuple[str, str]]:
    """Each command, with the output that is shown for it."""
    text = "".join(_BLOCK.findall(DOCUMENT.read_text(encoding="utf-8")))
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2].strip()) for part in parts]


def read(command: str, variables: dict[str, str]) -> dict[str, Any]:
    """A curl command as a request."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    made: dict[str, Any] = {"method": "", "headers": {}}
    for word in words:
        match word:
            case "-X":
                made["method"] = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                made["headers"][name] = value
            case "-d":
                made["content"] = next(words)
            case _:
                made["url"] = word
    made["method"] = made["method"] or ("POST" if "content" in made else "GET")
    return made


def shows(expected: str, found: str) -> bool:
    """Whether an output is the one that is shown, with parts cut out."""
    return re.fullmatch(".*".join(re.escape(part) for part in expected.split(CUT)), found, re.DOTALL) is not None


def test_every_example_answers_what_it_shows(tmp_path: Path) -> None:
    """From the top of the page to its end, as somebody who copies the commands."""
    tried = 0
    with a_client(tmp_path) as api:
        _, key = keys.create(api.app.state.service.database, "docs", keys.SCOPES)  # type: ignore[attr-defined]
        variables = {"KEY": key}
        for reference in ("a", "b", "c"):
            made = api.post(
                "/v1/sessions", json={"client": {"business_type": "app", "goals": ["sales"]}, "reference": reference}
            )
            api.post(f"/v1/sessions/{made.json()['session']}/finish")
        for command, expected in examples():
            request = read(command, variables)
            assert request["url"].startswith(BASE)
            response = api.request(**request)
            if "session" in (found := response.json() if response.content else {}):
                variables["SESSION"] = found["session"]
            assert shows(expected, response.text), (command, response.text[:400])
            tried += 1

    assert tried >= 15


def test_every_address_and_status_is_described(tmp_path: Path) -> None:
    """The page names each address of the document, and each status that can come."""
    text = DOCUMENT.read_text(encoding="utf-8")
    with a_client(tmp_path) as api:
        paths = api.get("/v1/openapi.json").json()["paths"]

    assert [path for path in paths if path.replace("{session}", "$SESSION") not in text] == []
    assert [status for status in WRONG if str(status) not in text and status != 500] == []


@pytest.mark.parametrize(
    ("expected", "found", "right"), [("a[...]c", "abc", True), ("a[...]c", "abcd", False), ("[x]", "x", False)]
)
def test_how_examples_are_compared(expected: str, found: str, right: bool) -> None:
    """Nothing but what is cut out may differ."""
    assert shows(expected, found) is right
