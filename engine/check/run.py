"""All lints, in order."""

from __future__ import annotations

from demandfirst.engine.check import texts, traceability, usage
from demandfirst.engine.check.issue import Check, Issue
from demandfirst.engine.ir.rulebase import Rulebase

CHECKS: tuple[Check, ...] = (
    traceability.claims_are_carried,
    traceability.vocabulary_is_needed,
    traceability.lexicon_rests_on_sources,
    traceability.references_are_used,
    usage.facts_are_read,
    usage.values_are_read,
    usage.parameters_are_used,
    usage.quantities_are_used,
    usage.findings_are_used,
    usage.items_are_recommended,
    usage.vetoes_meet,
    usage.goals_are_served,
    usage.lexicon_is_used,
    texts.item_texts,
    texts.what_ends_it,
    texts.lengths_and_markup,
    texts.questions_have_an_order,
)


def run_checks(rulebase: Rulebase) -> tuple[Issue, ...]:
    """Every issue, sorted by place."""
    return tuple(sorted({issue for check in CHECKS for issue in check(rulebase)}))
