"""The engines that advise lists, made once for each rulebase: that takes longer than advising a thousand clients."""

from __future__ import annotations

from dataclasses import dataclass

from demandfirst.engine.backends.columns import Columns
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.ir.rulebase import Rulebase

KEPT = 4


@dataclass(frozen=True, slots=True)
class Engines:
    """A rulebase by columns, and one client at a time."""

    rulebase: Rulebase
    columns: Columns
    scalar: ScalarBackend


_made: list[Engines] = []


def engines(rulebase: Rulebase) -> Engines:
    """The engines of a rulebase; those used last are kept."""
    found = next((one for one in _made if one.rulebase is rulebase), None)
    if found is None:
        found = Engines(rulebase, Columns(rulebase), ScalarBackend(rulebase))
        _made[:] = [found, *_made[: KEPT - 1]]
    return found
