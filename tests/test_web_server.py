"""`demandfirst serve` as a process: it starts, stops, shares its work, and lets nobody hold up the others."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from demandfirst.web.running import listening
from demandfirst.web.settings import Settings
from web_support import a_server

CLIENT = b'{"business_type": "ecommerce", "goals": ["sales"]}'
UNLIMITED = {"DEMANDFIRST_RATE_PER_ADDRESS": "1000000/second"}
COMMAND = [sys.executable, "-c", "from demandfirst.cli import main; main()", "serve"]


def ask(address: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """The answer to a request."""
    request = Request(address + path, body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urlopen(request, timeout=20) as response:  # noqa: S310
            return response.status, response.read()
    except HTTPError as error:
        return error.code, error.read()


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    """A bare connection to a server."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        yield connection


def head(length: str) -> bytes:
    """The beginning of a request for advice."""
    return f"POST /v1/advise HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length}\r\n\r\n".encode()


def told(connection: socket.socket) -> bytes:
    """Everything that comes until the other side ends; one that leaves our bytes unread may cut the line with its last word."""
    found = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            found += part
    return found


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        ((), {"DATABASE_URL": "sqlite:///nowhere/file.db"}, "DATABASE_URL: no-folder: there is no folder"),
        ((), {"DATABASE_URL": "sqlite:////etc/passwd"}, "DATABASE_URL: database-away: file is not a database"),
        ((), {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}, "DATABASE_URL: database-away: "),
        ((), {"DEMANDFIRST_RULEBASE": "nowhere"}, "nowhere"),
        (("--host", "203.0.113.1"), {}, "203.0.113.1:8000: cannot-listen: "),
        (("--host", "no.such.host.invalid"), {}, "cannot-listen: "),
        ((), {"DEMANDFIRST_PORT": "x"}, "DEMANDFIRST_PORT: invalid-setting: "),
    ],
)
def test_what_keeps_it_from_starting(
    tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], words: str
) -> None:
    """A mistake of the operator is one fault with its help, exit code 2, and no traceback."""
    environment = {**os.environ, "DATABASE_URL": "sqlite:///test.db", **variables}

    found = subprocess.run(
        [*COMMAND, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )

    assert found.returncode == 2, found.stderr
    assert words in found.stderr
    assert len(found.stderr.splitlines()) <= 3
    assert found.stdout == ""


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Where somebody listens already it says so in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = subprocess.run(
            [*COMMAND, "--port", str(port)], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )

    assert found.returncode == 2
    assert f"127.0.0.1:{port}: cannot-listen: address already in use" in found.stderr


def test_any_port_the_log_and_a_quiet_end(tmp_path: Path) -> None:
    """With --port 0 the address is told; each request is a line of JSON; the end is no error."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        address = line.split()[3]
        assert line == f"demandfirst listens on {address} (Ctrl-C ends it)\n"
        assert ask(address, "/healthz") == (200, b"alive\n")
        assert ask(address, "/v1/advise", CLIENT)[0] == 200
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert process.returncode == 0
    assert err == ""
    assert [json.loads(one)["route"] for one in out.splitlines()] == ["/healthz", "/v1/advise"]


def test_requests_under_way_are_finished(tmp_path: Path) -> None:
    """Told to stop, it takes no more connections, answers what was begun, and ends well."""
    with a_server(tmp_path) as (address, process), connected(address) as slow:
        slow.sendall(head(f"Content-Length: {len(CLIENT)}\r\nConnection: close") + CLIENT[:10])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(OSError, match="refused"):
            ask(address, "/healthz")
        slow.sendall(CLIENT[10:])
        answer = told(slow)
        assert process.wait(20) == 0

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"}")


def test_slow_and_oversized_bodies_block_nobody(tmp_path: Path) -> None:
    """Many bodies that never end, and some that are far too large, are refused in time, and others are served meanwhile."""
    limits = {**UNLIMITED, "DEMANDFIRST_BODY_TIMEOUT_SECONDS": "2", "DEMANDFIRST_MAX_BODY_BYTES": "100000"}
    with a_server(tmp_path, limits) as (address, _), ThreadPoolExecutor(60) as pool:

        def slowly(_: int) -> bytes:
            with connected(address) as connection:
                connection.sendall(head("Content-Length: 1000") + b"{")
                return told(connection)

        waiting = [pool.submit(slowly, number) for number in range(50)]
        with connected(address) as huge, connected(address) as endless:
            huge.sendall(head("Content-Length: 10000000000") + b"{" * 1000)
            refused = told(huge)
            endless.sendall(head("Transfer-Encoding: chunked") + b"8000\r\n" + b" " * 0x8000 + b"\r\n" * 1)
            endless.sendall((b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 4)
            cut = told(endless)
        began = time.perf_counter()
        served = [ask(address, "/v1/advise", CLIENT)[0] for _ in range(5)]
        took = time.perf_counter() - began
        late = [one.result() for one in waiting]

    assert refused.startswith(b"HTTP/1.1 413")
    assert cut == b"" or cut.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in refused
    assert served == [200] * 5
    assert took < 5
    assert {answer.split(b"\r\n")[0] for answer in late} == {b"HTTP/1.1 408 Request Timeout"}


def test_heads_that_never_end(tmp_path: Path) -> None:
    """Connections on which nothing comes leave room for others; beyond the limit they are told 503."""
    with a_server(tmp_path, {**UNLIMITED, "DEMANDFIRST_MAX_CONNECTIONS": "30"}) as (address, _):
        idle = [socket.create_connection(("localhost", int(address.rpartition(":")[2]))) for _ in range(20)]
        for connection in idle:
            connection.sendall(b"POST /v1/advise HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        served = ask(address, "/v1/advise", CLIENT)[0]
        idle += [socket.create_connection(("localhost", int(address.rpartition(":")[2]))) for _ in range(15)]
        time.sleep(0.3)
        full = ask(address, "/healthz")[0]
        for connection in idle:
            connection.close()
        time.sleep(0.3)
        after = ask(address, "/v1/advise", CLIENT)[0]

    assert (served, full, after) == (200, 503, 200)


ALL_COUNTED = 'demandfirst_requests_total{method="POST",route="/v1/advise",status="200"} 40.0'


def workers_of(process: Any) -> list[int]:
    """The processes that a server has started, the newest last."""
    return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_workers_share_the_work(tmp_path: Path) -> None:
    """Two workers answer on one address and count together; one that is killed is replaced; the end is no error."""
    with (
        a_server(tmp_path, {**UNLIMITED, "DEMANDFIRST_WORKERS": "2"}) as (address, process),
        ThreadPoolExecutor(8) as pool,
    ):
        codes = list(pool.map(lambda _: ask(address, "/v1/advise", CLIENT)[0], range(40)))
        until = time.monotonic() + 5
        while ALL_COUNTED not in ask(address, "/metrics")[1].decode():  # an answer is counted just after it is sent
            assert time.monotonic() < until
            time.sleep(0.05)
        killed = workers_of(process)[-1]
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + 20
        while killed in workers_of(process) or len(workers_of(process)) < 3:  # two, and the tracker of resources
            assert time.monotonic() < until
            time.sleep(0.1)
        after = list(pool.map(lambda _: ask(address, "/v1/advise", CLIENT)[0], range(8)))
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)

    assert codes == [200] * 40
    assert after == [200] * 8
    assert code == 0


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Connections send what there is at once: an answer in two parts would else wait 40 ms between them."""
    with listening(Settings(port=0)) as door, socket.create_connection(door.getsockname()):
        connection, _ = door.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
