"""Items and warnings that no client gets, or that every client gets; questions whose answer changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.check.usage import names_in_texts
from demandfirst.engine.deep.found import Deep, Found
from demandfirst.engine.deep.rules import ACKNOWLEDGE
from demandfirst.engine.ir.conditions import names_in_term
from demandfirst.engine.ir.formulas import Every, Full, Not
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact, Item


def reach(deep: Deep, item: Item) -> Iterator[Found]:
    """Recommended or raised for nobody, or for everybody who has answered every question; an item without a rule is a lint's."""
    rulebase, truths = deep.truths.rulebase, deep.truths
    if item.id in rulebase.recommending:
        gets, given = truths.status(item.id).recommended, "recommended"
    elif item.id in rulebase.warning:
        gets, given = truths.raised(item.id).certain, "raised"
    else:
        return
    if not deep.ever(gets):
        message = f"`{item.id}` is never {given}"
        yield Found(item, "item-out-of-reach", item.place, message, f"mend its rules or remove it, {ACKNOWLEDGE}")
    elif not deep.ever(Every((Full(), Not(gets)))):
        message = f"`{item.id}` is {given} for every client"
        yield Found(item, "item-for-everyone", item.place, message, f"give its rules a condition, {ACKNOWLEDGE}")


def idle_question(deep: Deep, fact: Fact) -> Iterator[Found]:
    """Whatever the answer, all that is told is the same; a fact that no rule reads is a lint's."""
    rulebase = deep.truths.rulebase
    if fact.id not in rulebase.readers or fact.id in _shown(rulebase) | {rulebase.goals_fact}:
        return
    if not deep.asks.matters(fact.id, deep.told):
        message = f"every answer to `{fact.id}` leads to the same"
        yield Found(fact, "question-idle", fact.place, message, f"use it in a rule, or do not ask, {ACKNOWLEDGE}")


def _shown(rulebase: Rulebase) -> set[str]:
    """The facts that a quantity or a text shows as a number."""
    figures = [name for one in rulebase.quantities.values() for name in names_in_term(one.formula).facts]
    return {*figures, *names_in_texts(rulebase)}
