"""A service to try: in this process, or as a server of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from demandfirst.web.app import create_app
from demandfirst.web.service import Service
from demandfirst.web.settings import Settings
from starlette.testclient import TestClient

READY_SECONDS = 30


def a_service(folder: Path, **given: Any) -> Service:
    """A service on an SQLite file of its own."""
    return Service.start(Settings(**{"database_url": f"sqlite:///{folder / 'test.db'}", **given}))


@contextmanager
def a_client(folder: Path, **given: Any) -> Iterator[TestClient]:
    """Requests to a service in this process; redirects are not followed."""
    service = a_service(folder, **given)
    with TestClient(create_app(service), "http://localhost", follow_redirects=False) as client:
        yield client
    service.database.engine.dispose()


@contextmanager
def a_server(folder: Path, environment: Mapping[str, str] | None = None, *, port: int = 0) -> Iterator[tuple[str, Any]]:
    """`demandfirst serve` in a process of its own: its address and the process."""
    port = port or a_free_port()
    log = (folder / "serve.log").open("ab")
    variables = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'test.db'}", **(environment or {})}
    command = [sys.executable, "-c", "from demandfirst.cli import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=variables, cwd=folder, stdout=log, stderr=log)
    try:
        address = f"http://localhost:{port}"
        wait_for(address, process, folder / "serve.log")
        yield address, process
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def a_free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def wait_for(address: str, process: Any, log: Path) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{address}/static/icon.svg", timeout=1):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
