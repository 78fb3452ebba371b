"""Listings of what the rulebase knows: facts, rules, items, claims, and the trace of a run."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.codes import effort_words, kind_words, severity_words
from demandfirst.engine.ir.numbers import amount, unit_words
from demandfirst.engine.ir.outcome import FindingState
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule
from demandfirst.engine.ir.vocabulary import Claim, Fact, Item
from demandfirst.engine.language import _, pgettext
from demandfirst.engine.language.phrases import bracketed, stated
from demandfirst.engine.load.answer import UNKNOWN, range_text
from demandfirst.engine.say import GAPS, does, yes_no

WIDE = 9
"""How wide a column of words is, unless the language needs more."""


def facts_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every fact with its type and question, in asking order."""
    required, core = _("required"), _("core")
    wide = max(WIDE, len(required), len(core))
    for fact in rulebase.facts.values():
        word = required if fact.required else core if fact.core else ""
        yield f"{fact.id:<28} {fact.type:<8} {word:<{wide}} {fact.question}"


def fact_lines(rulebase: Rulebase, fact: Fact) -> Iterator[str]:
    """One fact in full, with the rules and quantities that read it."""
    about = [fact.type, *([_("required")] if fact.required else []), *([_("core")] if fact.core else [])]
    yield bracketed(fact.id, ", ".join(about))
    yield f"  {fact.question}"
    yield f"  {fact.help}"
    yield f"  {stated(_('who knows'), ', '.join(_person(rulebase, name) for name in fact.who))}"
    if fact.numeric:
        yield f"  {unit_words(fact.unit)}, {range_text(fact)}"
    for value in fact.values:
        yield f"  {value.id:<22} {stated(value.label, value.help) if value.help else value.label}"
    unknown = _("cannot be `{word}`") if fact.required else _("answers: also `{word}` (don't know)")
    yield f"  {unknown.format(word=UNKNOWN)}"
    if change := fact.changeable:
        template = _("can be changed (effort: {effort}; done by: {who}): {note}")
        yield "  " + template.format(
            effort=effort_words(change.effort), who=_person(rulebase, change.by), note=change.note
        )
    yield f"  {stated(_('sources'), ', '.join(fact.sources))}"
    readers = rulebase.readers.get(fact.id, ())
    yield f"  {stated(_('read by'), ', '.join(readers) or pgettext('what reads it', 'nothing'))}"


def _person(rulebase: Rulebase, name: str) -> str:
    """Somebody who knows or acts, by the label."""
    return rulebase.lexicon_labels.get(("people", name), name)


def rules_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every rule, stratum by stratum, with what it does."""
    for rule in sorted(rulebase.domain_rules, key=lambda one: (stratum(rulebase, one), one.index)):
        yield f"{stratum(rulebase, rule)}  {rule.id:<44} {'; '.join(map(does, rule.then))}"


def stratum(rulebase: Rulebase, rule: Rule) -> int:
    """The stratum in which a rule has its say; the cases of a table all in that of the last one."""
    decided = [effect.finding for effect in rule.then if isinstance(effect, Decide)]
    return max((rulebase.finding_strata[finding] for finding in decided), default=rule.stratum)


def rule_lines(rulebase: Rulebase, rule: Rule) -> Iterator[str]:
    """One rule in full."""
    head = _("{rule} ({place}, stratum {number})")
    yield head.format(rule=rule.id, place=rule.place, number=stratum(rulebase, rule))
    if rule.role == "case":
        table = rulebase.tables[rule.then[0].finding]  # type: ignore[union-attr]
        earlier = table.cases.index(rule.index)
        case = _("case {number} of {total} that decide {finding}; counts where no earlier one holds")
        yield f"  {case.format(number=earlier + 1, total=len(table.cases), finding=table.finding)}"
    found = list(_rule_parts(rulebase, rule))
    wide = max([WIDE, *(len(word) + 2 for word, _text in found)])
    yield from (f"  {word:<{wide}}{text}" for word, text in found)


def _rule_parts(rulebase: Rulebase, rule: Rule) -> Iterator[tuple[str, str]]:
    """What a rule says, each part with the word before it."""
    when = pgettext("part of a rule", "when")
    yield from ((when, line.text) for line in rule.when)
    if not rule.when:
        yield when, pgettext("part of a rule", "always")
    yield from ((pgettext("part of a rule", "then"), does(effect)) for effect in rule.then)
    yield pgettext("part of a rule", "because"), rule.because
    if rule.until:
        yield pgettext("part of a rule", "until"), rule.until
    for name in rule.sources:
        yield pgettext("part of a rule", "source"), stated(name, source_text(rulebase, name))


def source_text(rulebase: Rulebase, name: str) -> str:
    """A claim's text, a source's title and address, or the word for a judgement."""
    if claim := rulebase.claims.get(name):
        return claim.text
    if source := rulebase.sources.get(name):
        return bracketed(source.title, source.where)
    return _("our judgement, not in the source documents")


def items_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every item and warning with its title."""
    for item in (*rulebase.items.values(), *rulebase.warnings.values()):
        word = severity_words(item.severity) if item.severity else kind_words(item.kind)
        yield f"{item.id:<32} {word:<10} {item.title}"


def item_lines(rulebase: Rulebase, item: Item) -> Iterator[str]:
    """One item or warning in full."""
    about = [kind_words(item.kind), *([severity_words(item.severity)] if item.severity else [])]
    yield bracketed(item.id, ", ".join(about))
    yield f"  {item.title}"
    yield f"  {item.summary}"
    for step in item.steps:
        if step.rule is None:
            yield f"  - {step.text}"
        else:
            condition = " and ".join(line.text for line in rulebase.rules[step.rule].when)
            yield f"  - {step.text}  {_('[if {condition}]').format(condition=condition)}"
    for label, words in (
        (_("stage"), item.journey), (_("component"), item.components), (_("judge by"), item.kpis),
        (_("not by"), item.not_judged_by), (_("leads to"), item.leads_to), (_("buyers"), item.buyers),
        (_("benefits"), item.benefits), (_("goals"), item.goals),
        (_("done by"), (_person(rulebase, item.owner),) if item.owner else ()), (_("sources"), item.sources),
    ):  # fmt: skip
        if words:
            yield f"  {stated(label, ', '.join(words))}"
    for label, rules in (
        (_("recommended by"), rulebase.recommending), (_("vetoed by"), rulebase.vetoing), (_("raised by"), rulebase.warning),
    ):  # fmt: skip
        if found := rules.get(item.id):
            yield f"  {stated(label, ', '.join(rule.id for rule in found))}"


def claims_lines(rulebase: Rulebase) -> Iterator[str]:
    """Every claim and what carries it."""
    for claim in rulebase.claims.values():
        yield f"{claim.id:<6} {carriers(rulebase, claim):<60} {claim.text}"


def carriers(rulebase: Rulebase, claim: Claim) -> str:
    """The rules that rest on a claim, or the entries of the vocabulary that carry it."""
    rules = rulebase.carrying_rules.get(claim.id, ())
    if rules:
        return _("rules: {rules}").format(rules=", ".join(rules))
    if claim.vocabulary:
        return _("vocabulary: {entries}").format(entries=", ".join(claim.vocabulary))
    return _("NOTHING")


def claim_lines(rulebase: Rulebase, claim: Claim) -> Iterator[str]:
    """One claim with its source document and everything that rests on it."""
    source = rulebase.sources[claim.id.split(".")[0]]
    yield f"{claim.id} ({claim.kind})"
    yield f"  {claim.text}"
    yield f"  {stated(_('document'), f'{source.title}, {source.where}')}"
    yield "  " + _("carried by {carriers}").format(carriers=carriers(rulebase, claim))


def trace_lines(rulebase: Rulebase, advice: Advice) -> Iterator[str]:
    """The firings in their order: which rule, on what, concluding what."""
    for firing in advice.outcome.firings:
        rule = rulebase.rules[firing.rule]
        read = ", ".join(f"{name} = {shown(value)}" for name, value in firing.read)
        stands = (_("{rule} fires") if firing.certain else _("{rule} is still possible")).format(rule=rule.id)
        yield f"{firing.order:>4}  {stated(stands, read) if read else stands} -> {'; '.join(map(does, firing.then))}"


def shown(value: Answer | FindingState) -> str:
    """A value of the trace."""
    match value:
        case Gap():
            return _(GAPS[value])
        case None:
            return pgettext("a conclusion", "open")
        case bool():
            return yes_no(value)
        case str():
            return value
        case frozenset():
            return "{" + ", ".join(sorted(value)) + "}"
        case _:
            return amount(value)
