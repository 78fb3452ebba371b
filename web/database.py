"""The database: opened once, migrated, asked in short transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

WAIT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        arguments: dict[str, Any] = {"check_same_thread": False} if self.sqlite else {"connect_timeout": 5}
        self.engine: Engine = create_engine(self.url, connect_args=arguments, pool_pre_ping=not self.sqlite)
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing; on SQLite one writer at a time."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def ready(self) -> bool:
        """Whether it answers, and has every migration."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))
            return MigrationContext.configure(connection).get_current_revision() == self.newest

    @property
    def newest(self) -> str | None:
        """The last migration there is."""
        return ScriptDirectory.from_config(self.configuration()).get_current_head()

    def configuration(self) -> Config:
        """What Alembic needs to know."""
        found = Config()
        found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        found.attributes["engine"] = self.engine
        return found

    def migrate(self) -> None:
        """Bring the tables up to date."""
        command.upgrade(self.configuration(), "head")

    def prepare(self) -> None:
        """Migrate SQLite; another database is migrated by command. Raises `DemandfirstError`."""
        if self.sqlite:
            self.migrate()
        elif not self.ready():
            place = Place("DATABASE_URL")
            help_line = "run `demandfirst database upgrade`"
            raise DemandfirstError([Fault(place, "old-database", "the tables are not up to date", help_line)])


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's `begin` is ours below
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
