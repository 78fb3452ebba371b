"""What a lint reports: how bad, where, what, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.rulebase import Rulebase

Weight = Literal["low", "medium", "high"]
"""high: advice may be wrong or missing. medium: something is carried along for nothing. low: a text could be better."""


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One finding of a lint."""

    place: Place
    code: str
    weight: Weight
    message: str
    help: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code} ({self.weight}): {self.message}\n  help: {self.help}"


Check = Callable[[Rulebase], Iterator[Issue]]
