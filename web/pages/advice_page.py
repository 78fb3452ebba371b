"""The advice as an owner reads it: what stands in each part of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demandfirst.engine.ir.advice import Advice, ItemAdvice
from demandfirst.engine.ir.vocabulary import SEVERITIES

TONES = {"stop": "stop", "caution": "caution", "info": "good"}


def parts(advice: Advice) -> dict[str, Any]:
    """The parts of the page."""
    recommended = [item for item in advice.items if item.status == "recommended"]
    raised = [warning for warning in advice.warnings if warning.status == "raised"]
    raised.sort(key=lambda one: -SEVERITIES.index(one.severity))
    touchpoints = _of_kind(recommended, "touchpoint")
    return {
        "tone": "info" if advice.verdict.value is None else TONES[raised[0].severity] if raised else "good",
        "focus": [item for item in recommended if item.id in advice.focus],
        "later": [item for item in _of_kind(recommended, "objective") if item.id not in advice.focus],
        "touchpoints": touchpoints,
        "journey": list(_journey(touchpoints)),
        "campaigns": _of_kind(recommended, "campaign"),
        "steps": _of_kind(recommended, "step"),
        "warnings": raised,
        "withheld": [item for item in advice.items if item.status == "withheld"],
        "questions": [question for question in advice.questions if question.decides],
        "sums": [one for one in advice.quantities.values() if isinstance(one.value, float)],
    }


def _of_kind(items: list[ItemAdvice], kind: str) -> list[ItemAdvice]:
    return [item for item in items if item.kind == kind]


def _journey(touchpoints: list[ItemAdvice]) -> Iterator[tuple[str, list[ItemAdvice]]]:
    """The stages of the journey in the order in which the vocabulary names them first, each with its touchpoints."""
    stages = {stage.id: stage.label for item in touchpoints for stage in item.journey}
    for name, label in stages.items():
        yield label, [item for item in touchpoints if any(stage.id == name for stage in item.journey)]
