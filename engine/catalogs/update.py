"""Catalogs on disk: brought up to date with the texts, compiled, checked."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from demandfirst.engine.catalogs.compare import forms_of, wrongs
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from demandfirst.engine.language import LANGUAGES, SOURCE
from demandfirst.engine.language.catalogs import catalog_file

WIDTH = 120
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every catalog's head: a date of the day would change files in which nothing else has changed."""


class CatalogError(DemandfirstError):
    """A catalog cannot be read."""


@dataclass(frozen=True)
class Kept:
    """The texts of one kind, and the folder with their catalogs."""

    domain: str
    folder: Path
    template: Catalog

    def languages(self) -> list[str]:
        """The languages to translate into."""
        return [code for code in LANGUAGES if code != SOURCE]

    def update(self) -> None:
        """Write every catalog anew: new texts come in, lost ones go out, and each is compiled. Raises `CatalogError`."""
        for code in self.languages():
            catalog = self.read(code)
            catalog.update(self.template, no_fuzzy_matching=True, update_creation_date=False)
            catalog.creation_date = catalog.revision_date = MADE
            catalog.project, catalog.version = "demandfirst", self.domain
            catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "demandfirst"
            catalog.obsolete.clear()
            path = catalog_file(self.folder, code, self.domain, "po")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(catalog))
            catalog_file(self.folder, code, self.domain).write_bytes(compiled(catalog))

    def read(self, code: str) -> Catalog:
        """The catalog of a language; an empty one where there is none yet. Raises `CatalogError`."""
        path = catalog_file(self.folder, code, self.domain, "po")
        if not path.is_file():
            return Catalog(locale=code, project="demandfirst", fuzzy=False, header_comment=f"# {LANGUAGES[code]}")
        try:
            with path.open("rb") as file:
                return read_po(file, locale=code, abort_invalid=True)
        except (PoFileError, ValueError, UnicodeDecodeError) as error:
            line = getattr(error, "lineno", 0) or 0
            message = "this is no catalog that gettext understands"
            raise CatalogError(
                [Fault(Place(str(path), line), "bad-catalog", message, "open it in a translation tool")]
            ) from None

    def faults(self) -> Iterator[Fault]:
        """What is missing or wrong in the catalogs, and which are not compiled as they stand."""
        for code in self.languages():
            catalog, path = self.read(code), catalog_file(self.folder, code, self.domain, "po")
            place = Place(_short(path, self.folder))
            for kind, text, what in wrongs(self.template, catalog):
                yield Fault(place, kind, f"`{_cut(text)}`: {what}", "translate it, then run `demandfirst catalogs`")
            kept = catalog_file(self.folder, code, self.domain)
            if not kept.is_file() or _texts(kept.read_bytes()) != _texts(compiled(catalog)):
                yield Fault(place, "not-compiled", f"`{kept.name}` is not made of it", "run `demandfirst catalogs`")


def written(catalog: Catalog) -> bytes:
    """A catalog as a `.po` file, in the order of its texts."""
    into = io.BytesIO()
    write_po(into, catalog, width=WIDTH, include_lineno=False)
    return into.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """A catalog as a `.mo` file."""
    into = io.BytesIO()
    write_mo(into, catalog)
    return into.getvalue()


def _texts(raw: bytes) -> dict[tuple[str, str], list[str]]:
    """The translations in a compiled catalog, without its head, which names the compiler."""
    return {(str(one.id), str(one.context)): forms_of(one) for one in read_mo(io.BytesIO(raw)) if one.id}


def all_faults(kept: Iterable[Kept]) -> list[Fault]:
    """What is wrong with all of them."""
    return [fault for one in kept for fault in one.faults()]


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def _short(path: Path, folder: Path) -> str:
    return path.relative_to(folder.parent.parent).as_posix() if folder.parent.parent in path.parents else str(path)
