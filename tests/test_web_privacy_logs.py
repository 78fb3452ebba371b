"""Nothing personal stands in logs, metrics and addresses, whatever visitors and staff do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPErrorProcessor, Request, build_opener

from click.testing import CliRunner
from demandfirst.cli import main
from staff_support import SHOP, TOKEN
from web_support import a_server

CONSENT = "We call you once about this advice, and pass your details on to nobody."
ANNA = {
    "name": "Anna Q. Zwetajewa",
    "email": "anna.zwetajewa@mail.example",
    "phone": "+374 10 123456",
    "consent": "yes",
}


class Stays(HTTPErrorProcessor):
    """Takes every answer as it comes, redirects and errors too."""

    def http_response(self, request: Request, response: Any) -> Any:  # noqa: ARG002
        """The answer."""
        return response


class Browser:
    """Asks a server, and keeps cookies and every address that it saw."""

    def __init__(self, address: str) -> None:
        self.address, self.opener, self.seen = address, build_opener(HTTPCookieProcessor(), Stays), list[str]()

    def ask(self, place: str, form: dict[str, Any] | None = None, body: bytes | None = None) -> tuple[str, str]:
        """Where an answer leads, and its text."""
        data = urlencode(form, doseq=True).encode() if form is not None else body
        headers = {"Content-Type": "application/json"} if body else {}
        with self.opener.open(Request(self.address + place, data, headers), timeout=20) as answer:  # noqa: S310
            where = answer.headers.get("Location") or ""
            self.seen += [where.replace(self.address, ""), place]
            assert answer.status < 500, place
            return where.replace(self.address, ""), answer.read().decode()


def the_story(address: str, folder: Path) -> tuple[list[str], list[str]]:
    """A visitor and somebody of staff do everything there is to do; what is secret about it, and the addresses of staff."""
    visitor, staff = Browser(address), Browser(address)
    start = json.dumps({"client": SHOP, "reference": "Ref Zwetajewa 17"}).encode()
    session = json.loads(visitor.ask("/v1/sessions", body=start)[1])["session"]
    visitor.ask(f"/q/{session}/finish", {})
    visitor.ask(f"/q/{session}/contact", ANNA)
    visitor.ask(f"/q/{session}/contact", {**ANNA, "email": "anna.zwetajewa@mail.example, me@x"})
    visitor.ask(f"/q/{session}/advice")
    link = staff_command(folder, address, "add", "Bea Musterfrau").rpartition("/")[2].strip()
    token = TOKEN.search(staff.ask(f"/staff/link/{link}")[1])
    assert token
    word = {"password": "Zwetajewa reads Rilke", "again": "Zwetajewa reads Rilke"}
    assert staff.ask(f"/staff/link/{link}", {"token": token[1], **word})[0] == "/staff/clients"
    page = staff.ask("/staff/clients")[1]
    form, name = TOKEN.search(page), re.search(r"/staff/clients/([0-9a-f]{32})", page)
    assert form
    assert name
    here, sent = f"/staff/clients/{name[1]}", {"token": form[1]}
    view = staff.ask("/staff/clients", {**sent, "words": "zwetajewa mail.example"})[0]
    for place in (
        view,
        f"/staff/clients.csv?{view.partition('?')[2]}",
        here,
        f"{here}/export.json",
        f"{here}/why/gate",
    ):
        assert "Zwetajewa" in staff.ask(place)[1] or "why" in place
    staff.ask(
        f"{here}/decisions",
        {**sent, "item": "review_loop", "decision": "dismiss", "reason": "Zwetajewa does it herself"},
    )
    staff.ask(f"{here}/what-if", {**sent, "fact.business_type": "app"})
    staff.ask(f"/staff/clients/{ANNA['phone'].replace(' ', '%20')}")
    staff.ask("/staff/sign-in", {"name": "Zwetajewa", "password": "Zwetajewa guesses", "token": "x"})
    staff.ask(f"{here}/erase", {**sent, "sure": "yes"})
    staff.ask("/staff/sign-out", sent)
    secrets = [session, link, form[1], token[1], word["password"], "Musterfrau", "Zwetajewa guesses"]
    return secrets, [
        place for place in staff.seen if not place.startswith(("/staff/link/", "/staff/clients/%", "/staff/clients/+"))
    ]


def staff_command(folder: Path, address: str, *arguments: str) -> str:
    """What `demandfirst staff` prints."""
    variables = {"DATABASE_URL": f"sqlite:///{folder / 'test.db'}", "DEMANDFIRST_PORT": address.rpartition(":")[2]}
    return str(CliRunner().invoke(main, ["staff", *arguments], env=variables).stdout)


def test_nothing_personal_in_logs_metrics_and_addresses(tmp_path: Path) -> None:
    """After a whole story neither the logs nor the metrics nor the addresses of staff say whom it was about, nor any secret."""
    variables = {"DEMANDFIRST_CONTACT": "true", "DEMANDFIRST_CONSENT_TEXT": CONSENT}
    with a_server(tmp_path, variables) as (address, _):
        secrets, places = the_story(address, tmp_path)
        metrics = Browser(address).ask("/metrics")[1]
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")

    assert log.count('"event": "request"') > 20
    assert "demandfirst_requests" in metrics
    assert len(places) > 20
    personal = ["zwetajewa", "anna", "mail.example", "123456", "+374", "%2b374", *(word.casefold() for word in secrets)]
    for text in (log, metrics, " ".join(places)):
        told = re.sub(r'"(time|id|ms)": ("[^"]*"|[\d.]+)|(?m: [\d.e+-]+$)', "", text).casefold()
        found = [word for word in personal if word in told]
        assert found == []
