"""What staff look for. It is kept with the sign-in and named by a token: a name that is searched for stands in no address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from demandfirst.engine.language import _, mark
from demandfirst.engine.load.typed import typed_number
from starlette.datastructures import FormData

LONGEST = 200
MOST_WORDS = 8
MOST_VIEWS = 20
SORTED = {
    "newest": mark("Newest first"), "oldest": mark("Oldest first"), "highest": mark("Largest budget first"),
    "lowest": mark("Smallest budget first"), "verdict": mark("By verdict"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """A search; what is empty does not count."""

    words: str = ""
    verdict: str = ""
    warning: str = ""
    least: float | None = None
    most: float | None = None
    since: str = ""
    until: str = ""
    sort: str = "newest"

    @property
    def narrows(self) -> bool:
        """Whether it leaves anybody out."""
        return self != Filter(sort=self.sort)

    @property
    def filtered(self) -> bool:
        """Whether anything but words narrows it."""
        return self != Filter(words=self.words, sort=self.sort)


def read(form: FormData) -> tuple[Filter, tuple[str, ...]]:
    """The search of a form, and what is wrong about it."""
    given = {one.name: str(form.get(one.name, "")).strip()[:LONGEST] for one in fields(Filter)}
    faults: list[str] = []
    limits: dict[str, float | None] = {}
    for name in ("least", "most"):
        limits[name] = _amount(given[name])
        if given[name] and limits[name] is None:
            faults.append(_("{typed} is not an amount.").format(typed=given[name]))
    for name in ("since", "until"):
        if given[name] and not _day(given[name]):
            faults.append(_("{typed} is not a day such as {day}.").format(typed=given[name], day="2026-03-31"))
            given[name] = ""
    words = " ".join(given["words"].split()[:MOST_WORDS])
    sort = given["sort"] if given["sort"] in SORTED else "newest"
    return Filter(
        words, given["verdict"], given["warning"], limits["least"], limits["most"], given["since"], given["until"], sort
    ), tuple(faults)


def _amount(text: str) -> float | None:
    found = typed_number(text) if text else None
    return float(found) if isinstance(found, int | float) and abs(found) < 10**15 else None


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year < 9999  # noqa: PLR2004 - the day after has to be one too
    except ValueError:
        return False


def token_of(views: Mapping[str, Any], filters: Filter) -> str:
    """The token of a search that was made before; else a new one."""
    values = asdict(filters)
    return next((token for token, known in views.items() if known == values), secrets.token_urlsafe(9))


def with_view(views: Mapping[str, Any], token: str, filters: Filter) -> dict[str, Any]:
    """The searches of a sign-in with one more as the newest; the oldest are dropped."""
    others = [(name, values) for name, values in views.items() if name != token]
    return {**dict(others[-MOST_VIEWS + 1 :]), token: asdict(filters)}


def of_view(views: Mapping[str, Any], token: str) -> Filter:
    """The search that a token names; everybody where there is none."""
    known = {one.name for one in fields(Filter)}
    return Filter(**{name: value for name, value in views.get(token, {}).items() if name in known})
