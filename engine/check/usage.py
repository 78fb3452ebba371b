"""Everything declared is used, and everything that can be concluded or recommended is."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.check.issue import Issue
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide
from demandfirst.engine.ir.vocabulary import Entry
from demandfirst.engine.load.families import PLACEHOLDER
from demandfirst.engine.load.link_vocabulary import LEXICON_FIELDS


def names_in_texts(rulebase: Rulebase) -> set[str]:
    """The names that a text of an item, warning, rule or finding shows the value of."""
    texts = [rule_text for rule in rulebase.rules for rule_text in (rule.because, rule.until)]
    for item in (*rulebase.items.values(), *rulebase.warnings.values()):
        texts += [item.summary, *(step.text for step in item.steps)]
    texts += [value.text for finding in rulebase.findings.values() for value in finding.values]
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def facts_are_read(rulebase: Rulebase) -> Iterator[Issue]:
    """A question whose answer changes nothing is not asked."""
    for fact in rulebase.facts.values():
        if fact.id not in rulebase.readers and fact.id != rulebase.goals_fact:
            yield Issue(
                fact.place, "fact-unused", "high", f"no rule reads `{fact.id}`", "use it in a rule, or do not ask"
            )


def values_are_read(rulebase: Rulebase) -> Iterator[Issue]:
    """A value of a choice finding that no case gives can never be."""
    for table in rulebase.tables.values():
        given = {
            effect.value for index in table.cases for effect in rulebase.rules[index].then if isinstance(effect, Decide)
        }
        for value in rulebase.findings[table.finding].values:
            if value.id not in given:
                message = f"no case decides that `{table.finding}` is `{value.id}`"
                yield Issue(table.place, "value-unreachable", "medium", message, "add a case, or remove the value")


def parameters_are_used(rulebase: Rulebase) -> Iterator[Issue]:
    """A parameter serves a rule, a quantity, a text or the settings."""
    used = set(rulebase.readers) | names_in_texts(rulebase) | {rulebase.focus_parameter}
    for parameter in rulebase.parameters.values():
        if parameter.id not in used:
            message = f"nothing uses the parameter `{parameter.id}`"
            yield Issue(
                parameter.place, "parameter-unused", "medium", message, "use it in a rule or a text, or remove it"
            )


def quantities_are_used(rulebase: Rulebase) -> Iterator[Issue]:
    """A quantity serves a rule, another quantity or a text."""
    used = set(rulebase.readers) | names_in_texts(rulebase)
    for quantity in rulebase.quantities.values():
        if quantity.id not in used:
            message = f"nothing uses the quantity `{quantity.id}`"
            yield Issue(
                quantity.place, "quantity-unused", "medium", message, "use it in a rule or a text, or remove it"
            )


def findings_are_used(rulebase: Rulebase) -> Iterator[Issue]:
    """A finding is concluded by something and read by something (the verdict is read by people)."""
    for finding in rulebase.findings.values():
        if finding.id not in rulebase.concluding:
            message = f"no rule concludes `{finding.id}`"
            yield Issue(finding.place, "finding-never", "high", message, "write the rule, or remove the finding")
        if finding.id not in rulebase.readers and finding.id != rulebase.verdict:
            message = f"no rule reads `{finding.id}`"
            yield Issue(finding.place, "finding-unused", "medium", message, "read it in a rule, or remove the finding")


def items_are_recommended(rulebase: Rulebase) -> Iterator[Issue]:
    """An item that nothing recommends, a warning that nothing raises."""
    for item in rulebase.items.values():
        if item.id not in rulebase.recommending:
            yield Issue(
                item.place,
                "item-never",
                "high",
                f"no rule recommends `{item.id}`",
                "write the rule, or remove the item",
            )
    for warning in rulebase.warnings.values():
        if warning.id not in rulebase.warning:
            message = f"no rule raises `{warning.id}`"
            yield Issue(warning.place, "warning-never", "high", message, "write the rule, or remove the warning")


def vetoes_meet(rulebase: Rulebase) -> Iterator[Issue]:
    """A group of items that no veto names."""
    vetoed = set(rulebase.vetoing)
    for group in rulebase.item_groups.values():
        if not vetoed.issuperset(group.items):
            message = f"the group `{group.id}` is named by no veto"
            yield Issue(group.place, "group-unused", "medium", message, "name it in a veto, or remove it")


def goals_are_served(rulebase: Rulebase) -> Iterator[Issue]:
    """Every goal a client can name has an objective that serves it."""
    fact = rulebase.facts[rulebase.goals_fact]
    served = {goal for item in rulebase.items.values() for goal in item.goals}
    known = {value.id for value in fact.values}
    for goal in sorted(known - served):
        yield Issue(
            fact.place,
            "goal-unserved",
            "high",
            f"no objective serves the goal `{goal}`",
            "name it under `goals` of one",
        )
    for item in rulebase.items.values():
        for goal in set(item.goals) - known:
            yield Issue(
                item.place, "goal-unknown", "high", f"`{goal}` is not a goal", f"one of {', '.join(sorted(known))}"
            )


def lexicon_is_used(rulebase: Rulebase) -> Iterator[Issue]:
    """A term serves a `for_each`, a field of an item, a question's `who`, or carries a claim."""
    used = {f"people.{name}" for fact in rulebase.facts.values() for name in fact.who}
    used |= {name for claim in rulebase.claims.values() for name in claim.vocabulary}
    for item in (*rulebase.items.values(), *rulebase.warnings.values()):
        used.add(f"people.{item.owner}")
        for key, family in LEXICON_FIELDS.items():
            used |= {f"{family}.{name}" for name in getattr(item, key)}
    for group in rulebase.lexicon.values():
        for entry in group.entries:
            if (
                group.id not in rulebase.families
                and f"{group.id}.{entry.id}" not in used
                and not _background(rulebase, entry)
            ):
                message = f"nothing uses the term `{group.id}.{entry.id}`"
                yield Issue(
                    entry.place, "term-unused", "medium", message, "use it in an item or a `for_each`, or remove it"
                )


def _background(rulebase: Rulebase, entry: Entry) -> bool:
    """Whether an entry only records what references say."""
    return not any(name in rulebase.claims for name in entry.sources)
