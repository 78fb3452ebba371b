"""Listings of what the rulebase knows: facts, rules, items, claims, and the trace of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.numbers import amount
from demandfirst.engine.ir.outcome import FindingState
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Rule, Show, Veto, Warn
from demandfirst.engine.ir.vocabulary import Claim, Fact, Item
from demandfirst.engine.load.client import range_text


def facts_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every fact with its type and question, in asking order."""
    for fact in rulebase.facts.values():
        mark = "required" if fact.required else "core" if fact.core else ""
        yield f"{fact.id:<28} {fact.type:<8} {mark:<9} {fact.question}"


def fact_lines(rulebase: Rulebase, fact: Fact) -> Iterator[str]:
    """One fact in full, with the rules and quantities that read it."""
    yield f"{fact.id} ({fact.type}{', required' if fact.required else ''}{', core' if fact.core else ''})"
    yield f"  {fact.question}"
    yield f"  {fact.help}"
    yield f"  who knows: {', '.join(name.replace('_', ' ') for name in fact.who)}"
    if fact.numeric:
        yield f"  {fact.unit}, {range_text(fact)}"
    for value in fact.values:
        yield f"  {value.id:<22} {value.label}{': ' + value.help if value.help else ''}"
    yield (
        f"  answers: {'' if fact.required else 'also `unknown` (don' + chr(39) + 't know)'}"
        if not fact.required
        else "  cannot be `unknown`"
    )
    if change := fact.changeable:
        by = rulebase.lexicon_labels.get(("people", change.by), change.by)
        yield f"  can be changed (effort: {change.effort}; done by: {by}): {change.note}"
    yield f"  sources: {', '.join(fact.sources)}"
    readers = rulebase.readers.get(fact.id, ())
    yield f"  read by: {', '.join(readers) or 'nothing'}"


def rules_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every rule, stratum by stratum, with what it does."""
    for rule in sorted(rulebase.domain_rules, key=lambda one: (stratum(rulebase, one), one.index)):
        yield f"{stratum(rulebase, rule)}  {rule.id:<44} {'; '.join(effects(rule.then))}"


def stratum(rulebase: Rulebase, rule: Rule) -> int:
    """The stratum in which a rule has its say; the cases of a table all in that of the last one."""
    decided = [effect.finding for effect in rule.then if isinstance(effect, Decide)]
    return max((rulebase.finding_strata[finding] for finding in decided), default=rule.stratum)


def rule_lines(rulebase: Rulebase, rule: Rule) -> Iterator[str]:
    """One rule in full."""
    yield f"{rule.id} ({rule.place}, stratum {stratum(rulebase, rule)})"
    if rule.role == "case":
        table = rulebase.tables[rule.then[0].finding]  # type: ignore[union-attr]
        earlier = table.cases.index(rule.index)
        yield f"  case {earlier + 1} of {len(table.cases)} that decide {table.finding}; counts where no earlier one holds"
    for line in rule.when:
        yield f"  when     {line.text}"
    if not rule.when:
        yield "  when     always"
    for effect in effects(rule.then):
        yield f"  then     {effect}"
    yield f"  because  {rule.because}"
    if rule.until:
        yield f"  until    {rule.until}"
    for name in rule.sources:
        yield f"  source   {name}: {source_text(rulebase, name)}"


def effects(then: Iterable[Effect]) -> Iterator[str]:
    """What follows from a rule, in words."""
    for effect in then:
        match effect:
            case Conclude(finding):
                yield f"conclude {finding}"
            case Decide(finding, value):
                yield f"{finding} is {value}"
            case Recommend(item, weight):
                yield f"recommend {item} (weight {weight})"
            case Warn(warning, severity):
                yield f"warn {warning} ({severity})"
            case Veto(item):
                yield f"veto {item}"
            case Show(owner):
                yield f"show a line of {owner}"
            case _:
                assert_never(effect)


def source_text(rulebase: Rulebase, name: str) -> str:
    """A claim's text, a source's title and address, or the word for a judgement."""
    if claim := rulebase.claims.get(name):
        return claim.text
    if source := rulebase.sources.get(name):
        return f"{source.title} ({source.where})"
    return "our judgement, not in the source documents"


def items_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every item and warning with its title."""
    for item in (*rulebase.items.values(), *rulebase.warnings.values()):
        yield f"{item.id:<32} {item.severity or item.kind:<10} {item.title}"


def item_lines(rulebase: Rulebase, item: Item) -> Iterator[str]:
    """One item or warning in full."""
    yield f"{item.id} ({item.kind}{', ' + item.severity if item.severity else ''})"
    yield f"  {item.title}"
    yield f"  {item.summary}"
    for step in item.steps:
        condition = (
            "" if step.rule is None else f"  [if {' and '.join(line.text for line in rulebase.rules[step.rule].when)}]"
        )
        yield f"  - {step.text}{condition}"
    for label, words in (
        ("stage", item.journey), ("component", item.components), ("judge by", item.kpis), ("not by", item.not_judged_by),
        ("leads to", item.leads_to), ("buyers", item.buyers), ("benefits", item.benefits), ("goals", item.goals),
        ("done by", (item.owner,) if item.owner else ()), ("sources", item.sources),
    ):  # fmt: skip
        if words:
            yield f"  {label}: {', '.join(words)}"
    for label, rules in (
        ("recommended by", rulebase.recommending), ("vetoed by", rulebase.vetoing), ("raised by", rulebase.warning),
    ):  # fmt: skip
        if found := rules.get(item.id):
            yield f"  {label}: {', '.join(rule.id for rule in found)}"


def claims_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every claim and what carries it."""
    for claim in rulebase.claims.values():
        yield f"{claim.id:<6} {carriers(rulebase, claim):<60} {claim.text}"


def carriers(rulebase: Rulebase, claim: Claim) -> str:
    """The rules that rest on a claim, or the entries of the vocabulary that carry it."""
    rules = rulebase.carrying_rules.get(claim.id, ())
    return (
        "rules: " + ", ".join(rules)
        if rules
        else "vocabulary: " + ", ".join(claim.vocabulary)
        if claim.vocabulary
        else "NOTHING"
    )


def claim_lines(rulebase: Rulebase, claim: Claim) -> Iterator[str]:
    """One claim with its source document and everything that rests on it."""
    source = rulebase.sources[claim.id.split(".")[0]]
    yield f"{claim.id} ({claim.kind})"
    yield f"  {claim.text}"
    yield f"  document: {source.title}, {source.where}"
    yield f"  carried by {carriers(rulebase, claim)}"


def trace_lines(rulebase: Rulebase, advice: Advice) -> Iterator[str]:
    """The firings in their order: which rule, on what, concluding what."""
    for firing in advice.outcome.firings:
        rule = rulebase.rules[firing.rule]
        read = ", ".join(f"{name} = {shown(value)}" for name, value in firing.read)
        sure = "fires" if firing.certain else "is still possible"
        yield f"{firing.order:>4}  {rule.id} {sure}{': ' + read if read else ''} -> {'; '.join(effects(firing.then))}"


def shown(value: Answer | FindingState) -> str:
    """A value of the trace."""
    match value:
        case Gap():
            return "don't know" if value is Gap.DONT_KNOW else "not answered"
        case None:
            return "open"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case frozenset():
            return "{" + ", ".join(sorted(value)) + "}"
        case _:
            return amount(value)
