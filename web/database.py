"""The database: opened once, migrated, asked in short transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demandfirst.engine.errors import DemandfirstError, Fault, Place
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from alembic.config import Config

WAIT_MS = 10_000
PATIENCE = 10
"""Seconds until a request gives up on a connection."""
MIGRATIONS = Path(__file__).parent / "migrations"
READING = "reading"
SESSION = f"-c lock_timeout={WAIT_MS} -c idle_in_transaction_session_timeout=60000"


class Database:
    """One database."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        arguments: dict[str, Any] = (
            {"check_same_thread": False} if self.sqlite
            else {"connect_timeout": 5, "tcp_user_timeout": 15_000, "options": SESSION}
        )  # fmt: skip
        self.engine: Engine = create_engine(
            self.url, connect_args=arguments, pool_pre_ping=not self.sqlite, pool_size=10, pool_timeout=PATIENCE,
            hide_parameters=True,
        )  # fmt: skip
        snapshot = {} if self.sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self.reader = self.engine.execution_options(**{READING: True}, **snapshot)
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing; on SQLite one writer at a time."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One look at everything as it stands, waiting for no writer; nothing is written."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    def ready(self) -> bool:
        """Whether it answers, and has every migration."""
        return self.revision() == self.newest

    def revision(self) -> str | None:
        """The last migration that it has."""
        with self.reader.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("select version_num from alembic_version"))
            return found

    @property
    def newest(self) -> str:
        """The last migration there is."""
        return max(_revisions())

    def configuration(self) -> Config:
        """What Alembic needs to know."""
        from alembic.config import Config

        found = Config()
        found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        found.attributes["engine"] = self.engine
        return found

    def migrate(self) -> None:
        """Bring the tables up to date."""
        from alembic import command

        command.upgrade(self.configuration(), "head")

    def prepare(self) -> None:
        """Migrate SQLite; another database is migrated by command. Raises `DemandfirstError`."""
        if self.state() != self.newest:
            if not self.sqlite:
                raise self.fault("old-database", "the tables are not up to date", "run `demandfirst database upgrade`")
            self.upgrade()
        if self.sqlite:
            self.watch()

    def state(self) -> str | None:
        """The last migration that it has. Raises `DemandfirstError` where it cannot be used at all."""
        folder = Path(self.url.database or "").resolve().parent
        if self.sqlite and not folder.is_dir():
            raise self.fault("no-folder", f"there is no folder `{folder}`", "make it, or name another file")
        try:
            found = self.revision()
        except DBAPIError as error:
            raise self.fault("database-away", _first_line(error), "is it running, and is the address right?") from None
        if found is not None and found not in _revisions():
            raise self.fault("newer-database", "a newer version made these tables", "install that version")
        return found

    def upgrade(self) -> None:
        """The same as `migrate`. Raises `DemandfirstError`."""
        try:
            self.migrate()
        except DBAPIError as error:
            raise self.fault("database-away", _first_line(error), "may it be written to?") from None

    @staticmethod
    def fault(code: str, message: str, help_line: str) -> DemandfirstError:
        """What is wrong with the database, as an error."""
        return DemandfirstError([Fault(Place("DATABASE_URL"), code, message, help_line)])

    def watch(self) -> None:
        """From now on refuse to work on a file that was taken away, or to begin an empty one in its place."""
        path = self.url.database or ""
        self.engine.dispose()
        event.listen(self.engine, "do_connect", lambda *_: _there(path))
        event.listen(self.engine, "connect", lambda _, record: record.info.update(file=_mark(path)))
        event.listen(self.engine, "checkout", lambda _, record, __: _same(path, record.info))


def _revisions() -> list[str]:
    return sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0].replace("`", "'")[:200].rstrip(".")


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's `begin` is ours below
    for pragma in (
        f"busy_timeout={WAIT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    reading = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _mark(path: str) -> tuple[int, int]:
    try:
        found = Path(path).stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _there(path: str) -> None:
    if _mark(path) == (0, 0):
        raise sqlite3.OperationalError("the database file is not there")


def _same(path: str, info: dict[str, Any]) -> None:
    if info["file"] != _mark(path):
        raise DisconnectionError("the database file is not the one that was opened")
