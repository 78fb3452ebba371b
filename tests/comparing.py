"""What the engine says about a client, beside what the interpreter of `oracle.py` says."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from clients import Answers, client_file
from demandfirst import Advisor
from demandfirst.engine.ir.advice import Advice, ChoiceFinding
from oracle import Evaluation, Rulebook, Truth, all_of

Difference = tuple[str, Any, Any]


def differences(engine: Advisor, book: Rulebook, client: Answers) -> list[Difference]:
    """Wherever the engine and the interpreter disagree about statuses, severities, findings and quantities."""
    return unlike(engine_says(engine.advise(client)), oracle_says(Evaluation(book, client)))


def rule_differences(engine: Advisor, book: Rulebook, client: Answers) -> list[Difference]:
    """Wherever they disagree about a rule: it fires, does not, or waits for answers."""
    truths = engine.advise(client).outcome.rules
    fired = {rule.id: truths[rule.index] for rule in engine.rulebase.domain_rules}
    return unlike(fired, dict(rule_truths(Evaluation(book, client))))


def unlike(engine: dict[str, Any], oracle: dict[str, Any]) -> list[Difference]:
    """What stands under the same name in both, and is not the same."""
    names = sorted(engine.keys() | oracle.keys())
    both = [(name, engine.get(name, "missing"), oracle.get(name, "missing")) for name in names]
    return [(name, one, other) for name, one, other in both if one != other]


def engine_says(advice: Advice) -> dict[str, Any]:
    """Everything the advice says about items, warnings, findings and quantities, by id."""
    found: dict[str, Any] = {item.id: item.status for item in advice.items}
    found |= {warning.id: (warning.status, warning.severity) for warning in advice.warnings}
    found |= {one.id: one.value if isinstance(one, ChoiceFinding) else one.status for one in advice.findings}
    return found | {name: quantity.value for name, quantity in advice.quantities.items()}


def oracle_says(evaluation: Evaluation) -> dict[str, Any]:
    """The same of the interpreter."""
    outcome = evaluation.outcome()
    found: dict[str, Any] = {**outcome.items, **outcome.warnings, **outcome.findings}
    quantities = outcome.quantities.items()
    return found | {name: float(value) if isinstance(value, Fraction) else value for name, value in quantities}


def rule_truths(evaluation: Evaluation) -> Iterator[tuple[str, Truth]]:
    """The truth of each rule; of a case: its conditions are true and all earlier cases false."""
    for found in evaluation.book.effects.values():
        yield from ((rule.id, evaluation.fires(rule)) for rule, _ in found)
    for cases in evaluation.book.tables.values():
        before: list[Truth] = []
        for case in cases:
            holds = evaluation.fires(case)
            yield case.id, all_of([holds, *before])
            before.append(None if holds is None else not holds)


def explain(seed: object, client: Answers, found: list[Difference]) -> str:
    """A failure as somebody needs it: the seed, who says what, and a client that shows it."""
    shown = "\n".join(f"  {name}: engine {one!r}, interpreter {other!r}" for name, one, other in found)
    return f"seed {seed}\n{shown}\n{client_file(client)}"
