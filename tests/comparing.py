"""What the engine says about a client, beside what the interpreter of `oracle.py` says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from clients import Answers, client_file
from demandfirst.engine.ir.advice import Advice, ChoiceFinding
from oracle import Outcome

Difference = tuple[str, Any, Any]


def differences(advice: Advice, outcome: Outcome) -> list[Difference]:
    """What the engine says and the interpreter says, wherever they disagree."""
    answered = engine_says(advice)
    expected: dict[str, Any] = {**outcome.items, **outcome.warnings, **outcome.findings}
    expected |= {
        name: float(value) if isinstance(value, Fraction) else value for name, value in outcome.quantities.items()
    }
    names = sorted(answered.keys() | expected.keys())
    return [
        (name, answered.get(name, "missing"), expected.get(name, "missing"))
        for name in names
        if answered.get(name, "missing") != expected.get(name, "missing")
    ]


def engine_says(advice: Advice) -> dict[str, Any]:
    """Everything the advice says about items, warnings, findings and quantities, by id."""
    found: dict[str, Any] = {item.id: item.status for item in advice.items}
    found |= {warning.id: (warning.status, warning.severity) for warning in advice.warnings}
    found |= {one.id: one.value if isinstance(one, ChoiceFinding) else one.status for one in advice.findings}
    return found | {name: quantity.value for name, quantity in advice.quantities.items()}


def explain(seed: object, client: Answers, found: list[Difference]) -> str:
    """A failure as somebody needs it: the seed, who says what, and the smallest client that shows it."""
    shown = "\n".join(f"  {name}: engine {engine!r}, interpreter {oracle!r}" for name, engine, oracle in found)
    return f"seed {seed}\n{shown}\n{client_file(client)}"
