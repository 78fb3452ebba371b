"""The web service beside a bare endpoint with the same answer: `python bench/web.py`. Real processes on loopback.

The load comes from this process, over connections that stay open; servers are asked in turn, round after round.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import demandfirst
import yaml

ROOT = Path(__file__).resolve().parent.parent
CLIENT = yaml.safe_load((ROOT / "examples" / "phone-shop.yaml").read_text(encoding="utf-8"))["client"]
CLIENTS = 400
SERVE = [sys.executable, "-c", "from demandfirst.cli import main; main()", "serve"]
BARE = [
    sys.executable,
    "-m",
    "uvicorn",
    "bare:app",
    "--app-dir",
    str(ROOT / "bench"),
    "--no-access-log",
    "--log-level",
    "warning",
]
OPEN = {f"DEMANDFIRST_RATE_{name}": "1000000/second" for name in ("PER_ADDRESS", "PER_KEY", "STARTS")}
ROUNDS, ONE_BY_ONE, SECONDS, CONNECTIONS, STARTS = 5, 60, 1.0, 8, 5
LATENCY, THROUGHPUT, PAGE, BYTES, READY = 2.0, 0.5, 0.050, 50_000, 2.0
KIB = 1024


@dataclass(frozen=True)
class Target:
    """An address of a server, and what to send there: one after the other of the bodies, again and again."""

    port: int
    path: str
    bodies: Sequence[bytes]

    @cached_property
    def requests(self) -> Iterator[bytes]:
        """The requests as they go over the wire."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        return cycle([f"{head}{len(body)}\r\n\r\n".encode() + body for body in self.bodies])


def bodies() -> list[bytes]:
    """Clients of whom no two are alike: the example with other figures."""
    made = []
    for number in range(CLIENTS):
        figures = {
            "average_order_value": 300 + number,
            "marketing_budget": 9_000 + 17 * number,
            "monthly_searches": 60_000 + number,
        }
        made.append(json.dumps({**CLIENT, **figures}).encode())
    return made


class Connection:
    """A connection that stays open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""

    def ask(self, request: bytes) -> bytes:
        """The body of the answer."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.held:
            self.held += self.socket.recv(65536)
        head, _, rest = self.held.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        parts, got = [rest], len(rest)
        while got < length:
            parts.append(self.socket.recv(1 << 20))
            got += len(parts[-1])
        body = b"".join(parts)
        self.held = body[length:]
        if not re.match(rb"HTTP/1.1 (2|303)", head):
            raise SystemExit(head.decode())
        return body[:length]


async def _worker(target: Target, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=1 << 22)
    done = 0
    while time.perf_counter() < until:
        writer.write(next(target.requests))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        done += 1
    writer.close()
    return done


async def _together(target: Target) -> int:
    until = time.perf_counter() + SECONDS
    return sum(await asyncio.gather(*(_worker(target, until) for _ in range(CONNECTIONS))))


def throughput(targets: Mapping[str, Target]) -> dict[str, float]:
    """Answers in a second, of several connections at once."""
    found: dict[str, list[float]] = {name: [] for name in targets}
    for _ in range(ROUNDS):
        for name, target in targets.items():
            found[name].append(asyncio.run(_together(target)) / SECONDS)
    return {name: median(counts) for name, counts in found.items()}


def latency(targets: Mapping[str, Target]) -> dict[str, float]:
    """Seconds for one answer after the other."""
    open_ = {name: Connection(target.port) for name, target in targets.items()}
    found: dict[str, list[float]] = {name: [] for name in targets}
    for counted in range(-5, ROUNDS * ONE_BY_ONE):
        for name, target in targets.items():
            began = time.perf_counter()
            open_[name].ask(next(target.requests))
            if counted >= 0:
                found[name].append(time.perf_counter() - began)
    return {name: median(times) for name, times in found.items()}


@contextmanager
def server(command: list[str], folder: Path, **variables: str) -> Iterator[tuple[int, Any]]:
    """A server in a process of its own: its port and the process, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **OPEN, "DATABASE_URL": f"sqlite:///{folder / 'bench.db'}", **variables}
    process = subprocess.Popen(
        [*command, "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.01)
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


def get(connection: Connection, path: str) -> bytes:
    """A page."""
    return connection.ask(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def post(connection: Connection, path: str, body: Any) -> bytes:
    """The answer to a request."""
    return connection.ask(next(Target(0, path, [json.dumps(body).encode()]).requests))


def pages(port: int) -> list[float]:
    """Seconds for each question page of a whole questionnaire, answered with *don't know*."""
    connection, times = Connection(port), []
    made = post(connection, "/v1/sessions", {})
    session = json.loads(made)["session"]
    post(connection, f"/v1/sessions/{session}/answers", {"business_type": "ecommerce", "goals": ["sales"]})
    while True:
        began = time.perf_counter()
        page = get(connection, f"/q/{session}")
        times.append(time.perf_counter() - began)
        asked = re.search(rb'name="fact" value="(\w+)"', page)
        if asked is None:
            return times
        post(connection, f"/v1/sessions/{session}/answers", {asked[1].decode(): "unknown"})


def first_page(port: int) -> int:
    """Bytes of the first page with everything that it loads."""
    connection = Connection(port)
    page = get(connection, "/")
    parts = set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page))
    return len(page) + sum(len(get(connection, part.decode())) for part in parts)


def ready(folder: Path) -> float:
    """Seconds until a server answers, on a new database."""
    found = []
    for number in range(STARTS):
        own = folder / str(number)
        own.mkdir()
        began = time.perf_counter()
        with server(SERVE, own) as (port, _):
            get(Connection(port), "/readyz")
            found.append(time.perf_counter() - began)
    return median(found)


def memory(process: Any) -> list[int]:
    """The memory of a server's processes that no other has, in bytes (proportional where it is shared)."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    found = []
    for one in children or [process.pid]:
        text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8")
        found.append(int(text.partition("Pss:")[2].split()[0]) * KIB)
    return sorted(found)


def line(what: str, measured: str, target: str = "", met: bool | None = None) -> None:
    """A line of the table."""
    print(f"{what:<66}{measured:>16}  {target:<16}{ {True: 'met', False: 'NOT MET', None: ''}[met] }".rstrip())


def main() -> None:
    advice = demandfirst.load().advise(CLIENT).model_dump_json()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "advice.json").write_text(advice, encoding="utf-8")
        seconds = ready(folder)
        bare, _ = stack.enter_context(server(BARE, folder, ADVICE=str(folder / "advice.json")))
        port, process = stack.enter_context(server(SERVE, folder))
        time.sleep(1)
        compare(bare, port)
        times, size = pages(port), first_page(port)
        line(
            "question page, median of a questionnaire",
            f"{median(times) * 1000:.1f} ms",
            f"at most {PAGE * 1000:.0f} ms",
            median(times) <= PAGE,
        )
        line("question page, slowest", f"{max(times) * 1000:.1f} ms")
        line("first page with everything that it loads", f"{size:,} bytes", f"at most {BYTES:,}", size <= BYTES)
        line(
            "serve, from its start to its first answer", f"{seconds:.2f} s", f"at most {READY:.0f} s", seconds <= READY
        )
        line("memory of the process, under load before", f"{memory(process)[-1] / 1e6:.0f} MB")
        workers(folder)


def compare(bare: int, port: int) -> None:
    """Advice beside the same JSON from a bare endpoint."""
    sent = bodies()
    targets = {
        "ours": Target(port, "/v1/advise", sent),
        "plain": Target(bare, "/plain", sent),
        "typed": Target(bare, "/typed", sent),
        "bytes": Target(bare, "/bytes", sent),
    }
    took, many = latency(targets), throughput(targets)
    for name, what in (
        ("ours", "POST /v1/advise"),
        ("plain", "bare endpoint, data"),
        ("typed", "bare endpoint, data with a type"),
        ("bytes", "bare endpoint, finished JSON"),
    ):
        line(what, f"{took[name] * 1000:.2f} ms", f"{many[name]:.0f} a second")
    ratio, share = took["ours"] / took["plain"], many["ours"] / many["plain"]
    line("latency, ours / bare endpoint with data", f"{ratio:.2f} x", f"at most {LATENCY:.1f}", ratio <= LATENCY)
    line(
        "throughput, ours / bare endpoint with data",
        f"{share:.2f} x",
        f"at least {THROUGHPUT:.1f}",
        share >= THROUGHPUT,
    )
    for name, what in (("typed", "data with a type"), ("bytes", "finished JSON")):
        latencies = f"latency {took['ours'] / took[name]:.2f} x"
        line(f"the same beside a bare endpoint with {what}", latencies, f"throughput {many['ours'] / many[name]:.2f} x")


def workers(folder: Path) -> None:
    """One worker beside two."""
    with ExitStack() as stack:
        targets = {}
        for count in (1, 2):
            port, process = stack.enter_context(server(SERVE, folder, DEMANDFIRST_WORKERS=str(count)))
            targets[str(count)] = Target(port, "/v1/advise", bodies())
            for _ in range(4 * count):
                get(Connection(port), "/readyz")
        time.sleep(2)
        found = throughput(targets)
        line(
            "throughput, two workers / one (the load shares the cores)",
            f"{found['2'] / found['1']:.2f} x",
            f"{found['2']:.0f} a second",
        )
        line("memory of each of two workers", " ".join(f"{one / 1e6:.0f}" for one in memory(process)[-2:]) + " MB")


if __name__ == "__main__":
    main()
