"""What every peer has in common: its face, numbers as people write them, what raises a warning how severely."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import SEVERITIES, Parameter, Severity
from demandfirst.engine.standing import rule_severity

Client = dict[str, Any]
Statuses = dict[str, str]


class Peer(Protocol):
    """Another rule engine with our rules, built once; `advise` gives the status of every item and warning.

    A raised warning has its severity for a status. `help` says what its language has no words for, so that Python does it.
    """

    name: str
    version: str
    help: str

    def __init__(self, rulebase: Rulebase) -> None: ...

    def advise(self, client: Client) -> Statuses:
        """The statuses of one client, every question answered with a value."""

    def batch(self, clients: Sequence[Client]) -> list[Statuses]:
        """The same for many, in the way the engine offers for many."""


def number(value: Fraction | bool) -> str:
    """A number as people write it."""
    return str(int(value)) if int(value) == value else repr(float(value))


def varying(rulebase: Rulebase) -> Iterator[Parameter]:
    """The parameters that depend on the client."""
    return (one for one in rulebase.parameters.values() if one.varies_by)


def by_severity(rulebase: Rulebase, warning: str) -> Iterator[tuple[Severity, list[Rule]]]:
    """The rules that raise a warning, the most severe first."""
    for place, severity in reversed(list(enumerate(SEVERITIES))):
        rules = [rule for rule in rulebase.warning.get(warning, ()) if rule_severity(rule, warning) == place]
        if rules:
            yield severity, rules


def item_statuses(rulebase: Rulebase, recommended: set[str], vetoed: set[str]) -> Statuses:
    """Where items stand, for engines that say only what they recommend and what they hold back."""
    held = {True: "withheld", False: "recommended"}
    return {item: held[item in vetoed] if item in recommended else "not_recommended" for item in rulebase.items}


def one_by_one(advise: Callable[[Client], Statuses], clients: Sequence[Client]) -> list[Statuses]:
    """The batch of an engine that takes one client at a time."""
    return [advise(client) for client in clients]
