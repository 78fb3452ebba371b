"""Findings of the deep checks that are meant to be: named where they belong, with the reason."""

from __future__ import annotations

from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.record import record

Code = Literal[
    "rule-never", "rule-idle", "rule-subsumed", "effect-idle", "veto-idle", "condition-redundant", "line-never",
    "line-always", "item-out-of-reach", "item-for-everyone", "question-idle", "parameter-range",
]  # fmt: skip
RULE_CODES: tuple[Code, ...] = (
    "rule-never", "rule-idle", "rule-subsumed", "effect-idle", "veto-idle", "condition-redundant",
)  # fmt: skip
LINE_CODES: tuple[Code, ...] = ("line-never", "line-always", "condition-redundant")
ITEM_CODES: tuple[Code, ...] = ("item-out-of-reach", "item-for-everyone")
FACT_CODES: tuple[Code, ...] = ("question-idle",)
PARAMETER_CODES: tuple[Code, ...] = ("parameter-range",)


@record
class Intended:
    """A finding that is acknowledged."""

    code: Code
    reason: str
    place: Place
