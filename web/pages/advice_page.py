"""The advice as an owner reads it: what stands in each part of the page."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.ir.advice import Advice, ItemAdvice
from demandfirst.engine.ir.vocabulary import SEVERITIES

TONES = {"stop": "stop", "caution": "caution", "info": "good"}


def parts(advice: Advice) -> dict[str, Any]:
    """The parts of the page."""
    recommended = [item for item in advice.items if item.status == "recommended"]
    raised = [warning for warning in advice.warnings if warning.status == "raised"]
    raised.sort(key=lambda one: -SEVERITIES.index(one.severity))
    return {
        "tone": "info" if advice.verdict.value is None else TONES[raised[0].severity] if raised else "good",
        "focus": [item for item in recommended if item.id in advice.focus],
        "later": [item for item in _of_kind(recommended, "objective") if item.id not in advice.focus],
        "touchpoints": _of_kind(recommended, "touchpoint"),
        "campaigns": _of_kind(recommended, "campaign"),
        "steps": _of_kind(recommended, "step"),
        "warnings": raised,
        "withheld": [item for item in advice.items if item.status == "withheld"],
        "questions": [question for question in advice.questions if question.decides],
        "sums": [one for one in advice.quantities.values() if isinstance(one.value, float)],
    }


def _of_kind(items: list[ItemAdvice], kind: str) -> list[ItemAdvice]:
    return [item for item in items if item.kind == kind]
