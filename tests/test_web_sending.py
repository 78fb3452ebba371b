"""Sending webhooks: signed, to public addresses that were checked, and not for longer than a moment."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from demandfirst.web.webhooks import sending
from demandfirst.web.webhooks.events import COMPLETED
from demandfirst.web.webhooks.sending import Answer, Sender
from demandfirst.web.webhooks.targets import Refused, checked, public
from hook_support import (
    SECRET,
    a_message,
    receiving,
    saying,
)
from staff_support import NOW
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

# --- sending -----------------------------------------------------------------------------------------------------


def test_what_arrives_is_signed() -> None:
    """The library that receivers use accepts the signature, and refuses what was changed on the way."""
    with receiving(saying(204)) as (port, seen):
        answer = Sender(private=True)(a_message(f"http://127.0.0.1:{port}/hook?key=1"), datetime.now(UTC))
        ((path, headers, body),) = seen

    assert answer == Answer(204, "204")
    assert path == "/hook?key=1"
    assert headers["webhook-id"] == "msg_1"
    assert Verifier(SECRET).verify(body, headers) == {"type": COMPLETED, "data": {"reference": "Ünïcode"}}
    for wrong in (body + b" ", body.replace(b"completed", b"complete")):
        with pytest.raises(WebhookVerificationError):
            Verifier(SECRET).verify(wrong, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)})


def test_redirects_are_not_followed() -> None:
    """A receiver that sends on to the loopback address is not believed: it is a failure, and nobody knocks there."""
    with receiving(saying(200)) as (inside, knocked):
        for status in (301, 302, 303, 307, 308):
            with receiving(saying(status, Location=f"http://127.0.0.1:{inside}/secret")) as (port, seen):
                answer = Sender(private=True)(a_message(f"http://127.0.0.1:{port}/"), NOW)
            assert (answer.status, answer.fine, len(seen)) == (status, False, 1)

    assert knocked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
        "https://0/", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::10.0.0.1]/", "https://[2002:7f00:1::]/", "https://10.1.2.3/",
        "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/",
        "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://224.0.0.1/", "https://[ff02::1]/",
        "https://255.255.255.255/", "https://240.0.0.1/", "https://192.0.2.1/", "https://localhost/", "https://localhost./",
        "https://①②⑦.0.0.1/", "https://[::127.0.0.1]/", "https://198.18.0.1/", "https://[fec0::1]/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No way to write an address of a machine or network that is not public leads there."""
    opened: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *given, **_: opened.append(given))

    answer = Sender(private=False)(a_message(url), NOW)

    assert answer.status == 0
    assert answer.text.startswith("refused: ")
    assert opened == []


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1"],
)
def test_public_addresses_are_public(address: str) -> None:
    """The others are not refused."""
    assert public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://agency.example/", "https"), ("ftp://agency.example/", "https"), ("https:///x", "https"),
        ("agency.example", "https"),
        ("https://user:word@agency.example/", "user"), ("https://agency.example/#x", "fragment"), ("https://a b/", "not a URL"),
        ("https://agency.example\\@127.0.0.1/", "not a URL"), ("https://agency.example:99999/", "not a URL"),
        ("https://agency.example/\r\nX-Evil: 1", "not a URL"), ("https://" + "a" * 3000, "not a URL"),
        ("https://[::1/", "not a URL"),
        ("javascript:alert(1)", "https"), ("file:///etc/passwd", "https"), ("https://" + "a" * 70 + ".example/", "host name"),
    ],
)  # fmt: skip
def test_urls_that_are_no_receivers(url: str, words: str) -> None:
    """What is no plain HTTPS address is refused before anybody asks for its host."""
    with pytest.raises(Refused, match=words):
        checked(url, private=False, resolver=lambda *_: pytest.fail("somebody asked"))


def test_one_private_address_is_enough() -> None:
    """A name with a public and a private address is refused as a whole."""
    for found in (["93.184.216.34", "10.0.0.1"], ["::1", "93.184.216.34"], ["fe80::1%eth0"], [], ["rubbish"]):
        with pytest.raises(Refused):
            checked("https://agency.example/", private=False, resolver=lambda *_, found=found: found)


def test_a_name_that_changes_its_address_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is resolved once; the connection goes to the address that was checked, whatever the name says by then."""
    answers = iter([["93.184.216.34", "93.184.216.35"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []
    opened: list[Any] = []

    def resolver(host: str, _: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def create_connection(address: Any, *_: Any, **__: Any) -> Any:
        opened.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("the name was resolved again"))

    answer = Sender(private=False, resolver=resolver)(a_message("https://agency.example/"), NOW)

    assert answer == Answer(0, "no connection")
    assert asked == ["agency.example"]
    assert opened == [("93.184.216.34", 443), ("93.184.216.35", 443)]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect to wherever the name leads by then."""
    with receiving(saying(200)) as (port, seen), receiving(saying(200)) as (proxy, through):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        Sender(private=True)(a_message(f"http://127.0.0.1:{port}/"), NOW)

    assert (len(seen), len(through)) == (1, 0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for hooks.example, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    made = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-keyout", f"{path}.key", "-out", f"{path}.crt", "-subj", "/CN=hooks.example",
        "-addext", "subjectAltName=DNS:hooks.example",
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    path.write_bytes(Path(f"{path}.key").read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.mark.parametrize(("host", "arrives"), [("hooks.example", True), ("other.example", False)])
def test_certificates_are_for_the_name(certificate: Path, host: str, arrives: bool) -> None:
    """Although the connection goes to an address, the certificate has to be one for the name, and the name is what is asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
    with receiving(saying(200), context) as (port, seen):
        sender = Sender(private=True, resolver=lambda *_: ["127.0.0.1"], verify=trusting)
        answer = sender(a_message(f"https://{host}:{port}/"), NOW)

    assert answer.fine is arrives
    assert [headers["Host"] for _, headers, _ in seen] == ([f"{host}:{port}"] if arrives else [])


def test_answers_are_read_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long answer only the beginning is read and kept, on one line; an answer that never ends is cut off."""
    with receiving(saying(500, b"\x1b[31mno\nroom " + b"x" * 50_000_000)) as (port, _):
        began = time.monotonic()
        answer = Sender(private=True)(a_message(f"http://127.0.0.1:{port}/"), NOW)
    assert answer.text.startswith("500 [31mno room xxx")
    assert len(answer.text) <= 204
    assert time.monotonic() - began < 3

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        try:
            while True:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " if not hasattr(handler, "begun") else b"x")
                handler.begun = True  # type: ignore[attr-defined]
                time.sleep(0.1)
        except OSError:
            return

    monkeypatch.setattr(sending, "MOST_SECONDS", 0.8)
    with receiving(dripping) as (port, _):
        began = time.monotonic()
        answer = Sender(private=True)(a_message(f"http://127.0.0.1:{port}/"), NOW)
    assert (answer.status, answer.fine) == (0, False)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "rubbish", [b"", b"hello\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_rubbish_is_no_answer(rubbish: bytes) -> None:
    """Whatever a receiver says, it is an answer or a failure, and never an error of ours."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(rubbish)
        handler.close_connection = True

    with receiving(answer) as (port, _):
        found = Sender(private=True)(a_message(f"http://127.0.0.1:{port}/"), NOW)

    assert (found.status, found.fine) == (0, False)
    assert Sender(private=True)(a_message("http://127.0.0.1:1/"), NOW) == Answer(0, "no connection")
