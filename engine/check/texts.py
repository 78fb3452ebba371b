"""Texts are there, short enough, and free of what the house does not write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from demandfirst.engine.check.issue import Issue
from demandfirst.engine.errors import Place
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.yaml_tree import quote

LONGEST_STEP = 420
LONGEST_BECAUSE = 260
SHOWN = 40
_MARKUP = re.compile(r"<[a-z/]|\[[^\]]*\]\(|\*\*|`")


def item_texts(rulebase: Rulebase) -> Iterator[Issue]:
    """An item says what to do, by what to judge it and by what not, and who does it."""
    for item in (*rulebase.items.values(), *rulebase.warnings.values()):
        for label, words in (("kpis", item.kpis), ("not_judged_by", item.not_judged_by), ("owner", item.owner)):
            if not words and item.kind != "warning":
                yield Issue(item.place, "text-missing", "medium", f"`{item.id}` has no `{label}`", f"write `{label}:`")
        if not item.components:
            yield Issue(
                item.place,
                "text-missing",
                "medium",
                f"`{item.id}` has no `components`",
                "feedback, content or advertising",
            )
        if item.kind == "touchpoint" and not item.journey:
            message = f"the touchpoint `{item.id}` has no stage of the journey"
            yield Issue(item.place, "text-missing", "medium", message, "choice, purchase, use or retention")
        if not any(step.rule is None for step in item.steps):
            message = f"every line of `{item.id}` depends on a condition"
            yield Issue(item.place, "steps-conditional", "medium", message, "add one that always shows")


def what_ends_it(rulebase: Rulebase) -> Iterator[Issue]:
    """Whoever holds something back says what ends it, itself or through the rules behind its findings."""
    for rules in rulebase.vetoing.values():
        for rule in rules:
            roots = [rule, *(made for name in _findings(rulebase, rule.index) for made in rulebase.concluding[name])]
            if not any(root.until for root in roots):
                message = f"`{rule.id}` holds something back and nobody says until when"
                yield Issue(rule.place, "until-missing", "medium", message, "write `until:`")


def _findings(rulebase: Rulebase, index: int) -> list[str]:
    from demandfirst.engine.load.strata import findings_read

    return [name for name in findings_read(rulebase.rules[index]) if name in rulebase.concluding]


def lengths_and_markup(rulebase: Rulebase) -> Iterator[Issue]:
    """Steps and reasons are short, and no text carries markup."""
    for place, text, longest in _texts(rulebase):
        if len(text) > longest:
            message = f"a text of {len(text)} characters: `{quote(text, SHOWN)}`"
            yield Issue(place, "text-long", "low", message, f"at most {longest}")
        if _MARKUP.search(text):
            yield Issue(place, "markup", "medium", f"a text carries markup: `{quote(text, SHOWN)}`", "plain text only")


def _texts(rulebase: Rulebase) -> Iterator[tuple[Place, str, int]]:
    for item in (*rulebase.items.values(), *rulebase.warnings.values()):
        yield item.place, item.summary, LONGEST_STEP
        for step in item.steps:
            yield item.place, step.text, LONGEST_STEP
    for rule in rulebase.domain_rules:
        yield rule.place, rule.because, LONGEST_BECAUSE
        yield rule.place, rule.until, LONGEST_BECAUSE
    for fact in rulebase.facts.values():
        yield fact.place, fact.question, LONGEST_BECAUSE
        yield fact.place, fact.help, LONGEST_STEP


def questions_have_an_order(rulebase: Rulebase) -> Iterator[Issue]:
    """Two questions cannot stand in the same place of the asking order."""
    seen: dict[int, str] = {}
    for fact in rulebase.facts.values():
        if fact.order in seen:
            message = f"`{fact.id}` and `{seen[fact.order]}` share the place {fact.order}"
            yield Issue(fact.place, "order-twice", "medium", message, "give each question a place of its own")
        seen[fact.order] = fact.id
