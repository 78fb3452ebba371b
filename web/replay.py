"""Rulebases that gave advice are kept, so that a decision of then can be replayed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import demandfirst
from demandfirst.engine.advise import BUILT_IN, Advisor
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.language import current
from demandfirst.engine.load.files import rulebase_files
from demandfirst.engine.load.translation import LOCALE
from demandfirst.web.database import Database
from demandfirst.web.models import Rulebase
from demandfirst.web.speakers import Speakers
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session


def keep(session: Session, advisor: Advisor, folder: Path | None) -> None:
    """Keep the files of the rulebase that an advisor was loaded from, once."""
    if session.get(Rulebase, advisor.hash) is None:
        now, files = datetime.now(UTC), packed(folder or BUILT_IN)
        with suppress(IntegrityError), session.begin_nested():  # another process may keep it at the same time
            session.add(Rulebase(hash=advisor.hash, version=advisor.version, files=files, first_used=now))


def packed(folder: Path) -> bytes:
    """The rulebase of a folder with its translations, as one archive."""
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as target:
        for file in [*rulebase_files(folder), *sorted((folder / LOCALE).rglob("*.mo"))]:
            target.write(file, file.relative_to(folder))
    return archive.getvalue()


class Replays:
    """Advisors over the rulebases of then."""

    def __init__(self, database: Database, speakers: Speakers) -> None:
        self.database, self.speakers = database, speakers
        self._loaded = lru_cache(maxsize=16)(self._load)

    def advisor(self, name: str) -> Advisor | None:
        """The advisor over the rulebase with a hash, in the language that is spoken now.

        None where the rulebase was not kept, or can no longer be read, or is another one: files may change while a service runs.
        """
        today = self.speakers.interview().advisor
        return today if name == today.hash else self._loaded(name, current())

    def _load(self, name: str, language: str) -> Advisor | None:
        with self.database.reading() as session:
            row = session.get(Rulebase, name)
            files = None if row is None else row.files
        if files is None:
            return None
        with TemporaryDirectory() as folder:
            with ZipFile(BytesIO(files)) as archive:
                archive.extractall(folder)
            try:
                found = demandfirst.load(folder, language=language)
            except DemandfirstError:
                return None
        return found if found.hash == name else None
