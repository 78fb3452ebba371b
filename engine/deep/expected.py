"""What a described client is expected to get, and what of it is not so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from demandfirst.engine.backends.scalar.results import Standings
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import ITEM_KINDS

StatusOf = Callable[[str], str]
"""The status of an item, warning or finding by id, as `Advice.status` says it."""
LISTS = ("recommended", "withheld", "open", "not_recommended", "warnings", "no_warnings")
KEYS = frozenset({*LISTS, "findings", "only"})
STATUSES = ("recommended", "withheld", "open")
"""What `only` speaks of: items of these kinds that are not listed have none of these statuses."""


def unmet(expect: Mapping[str, Any], status: StatusOf, rulebase: Rulebase) -> Iterator[str]:
    """What is not as expected.

    A list names what has a status, `findings` what a finding is, and `only` the kinds of which nothing but what is listed is
    recommended, withheld or open (`warning`: is raised).
    """
    for name, value in expect.get("findings", {}).items():
        if status(name) != value:
            yield f"findings: {name} is {status(name)}, not {value}"
    for key in LISTS:
        for name in expect.get(key, ()):
            if not met(key, status(name)):
                yield f"{key}: {name} is {status(name)}"
    for kind in expect.get("only", ()):
        yield from _unlisted(expect, status, rulebase, kind)


def met(key: str, status: str) -> bool:
    """Whether a status is what the list of that name asks for."""
    match key:
        case "not_recommended":
            return status != "recommended"
        case "warnings":
            return status == "raised"
        case "no_warnings":
            return status != "raised"
        case _:
            return status == key


def _unlisted(expect: Mapping[str, Any], status: StatusOf, rulebase: Rulebase, kind: str) -> Iterator[str]:
    if kind == "warning":
        for name in rulebase.warnings:
            if status(name) == "raised" and name not in expect.get("warnings", ()):
                yield f"only: {name} is raised and not listed"
    elif kind in ITEM_KINDS:
        for name, item in rulebase.items.items():
            found = status(name)
            if item.kind == kind and found in STATUSES and name not in expect.get(found, ()):
                yield f"only: {name} is {found} and not listed"
    else:
        yield f"only: {kind} is no kind of item"


def status_in(standings: Standings) -> StatusOf:
    """Statuses as the compiled engine gives them."""

    def status(name: str) -> str:
        if name in standings.items:
            return standings.items[name]
        if name in standings.warnings:
            return standings.warnings[name][0]
        return finding_status(standings, name)

    return status


def state_in(standings: Standings) -> StatusOf:
    """The same as cases say it: a raised warning with its severity."""
    status = status_in(standings)

    def state(name: str) -> str:
        raised = name in standings.warnings and standings.warnings[name][0] == "raised"
        return " ".join(standings.warnings[name]) if raised else status(name)

    return state


def finding_status(standings: Standings, name: str) -> str:
    """A choice's value, or `undecided`; whether a yes/no finding is true, false or open."""
    found = standings.findings[name]
    if isinstance(found, frozenset):
        return next(iter(found)) if len(found) == 1 else "undecided"
    return "open" if found is None else str(found).lower()
