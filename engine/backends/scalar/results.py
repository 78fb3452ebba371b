"""What the functions give, and the tables by which they name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from demandfirst.engine.ir.advice import ItemStatus, WarningStatus
from demandfirst.engine.ir.answers import Gap, Number_, Truth
from demandfirst.engine.ir.outcome import FindingState
from demandfirst.engine.ir.vocabulary import Severity
from demandfirst.engine.standing import item_status

TRUTH: tuple[Truth, ...] = (False, None, None, True)
ITEM = tuple(tuple(item_status(recommended, vetoed) for vetoed in TRUTH) for recommended in TRUTH)
GAP_OF = (None, Gap.NOT_ANSWERED, Gap.DONT_KNOW, Gap.DONT_KNOW, None)


class Standings(NamedTuple):
    """Where everything stands for one client, as plain data by id.

    A warning has its status and severity; a finding its truth, or of a choice the values still possible; `fired` has the ids of
    the rules that hold, without those that only show a line of text.
    """

    items: dict[str, ItemStatus]
    warnings: dict[str, tuple[WarningStatus, Severity]]
    findings: dict[str, FindingState]
    quantities: dict[str, Number_]
    fired: tuple[str, ...]


def possible(alone: Mapping[int, frozenset[str]], state: int) -> frozenset[str]:
    """The values whose bits are set."""
    return frozenset().union(*(value for bit, value in alone.items() if state & bit))


def warning_states(severity: Severity) -> tuple[tuple[WarningStatus, Severity], ...]:
    """By truth value, what a warning is that no rule has raised."""
    return ("not_raised", severity), ("open", severity), ("open", severity), ("raised", severity)
