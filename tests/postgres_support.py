"""A private PostgreSQL server for tests, in a folder of its own; started as another user where we are root."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

WANTED = "PostgreSQL's programs (initdb, pg_ctl) are not installed"
OWNER = "postgres"
STARTS = 30


class Postgres:
    """A server that can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self.programs, self.folder, self.port = programs, folder, port
        self.user = OWNER if os.geteuid() == 0 else getpass.getuser()
        self.names = 0

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs."""
        other = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        command = [*other, str(self.programs / program), "-D", str(self.folder), *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/")

    def make(self) -> None:
        """Make its folder."""
        self.run("initdb", "--auth=trust", "--no-sync", f"--username={self.user}", "--encoding=UTF8", "--locale=C")

    def start(self) -> None:
        """Answer from now on."""
        settings = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60 "
            "-c fsync=off -c jit=off -c work_mem=64MB"
        )
        self.run("pg_ctl", "-w", "-t", str(STARTS), "-o", settings, "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Cut everybody off."""
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")

    def database(self) -> str:
        """The address of a new, empty database."""
        self.names += 1
        name = f"test{self.names}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return self.address(name)

    def address(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"


def programs() -> Path:
    """Where PostgreSQL's programs are; without them the test is skipped, or fails where everything has to run."""
    found = shutil.which("pg_ctl")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if places:
        return places[-1]
    if os.environ.get("CI"):
        pytest.fail(WANTED)
    pytest.skip(WANTED)


@contextmanager
def a_postgres(port: int) -> Iterator[Postgres]:
    """A server that runs, and is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="demandfirst-postgres-"))
    server = Postgres(programs(), folder / "data", port)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER, OWNER)
        server.make()
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        for _ in range(5):  # its last process may still be writing
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.2)
