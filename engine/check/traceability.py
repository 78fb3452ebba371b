"""Every claim is carried, every rule rests on something, every source is used."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.check.issue import Issue
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Entry


def carriers(rulebase: Rulebase) -> dict[str, tuple[str, ...]]:
    """Every entry that can carry a claim, by id (lexicon entries as `group.entry`), with its sources."""
    entries: list[Entry] = [entry for group in rulebase.lexicon.values() for entry in group.entries]
    found = {f"{entry.group}.{entry.id}": entry.sources for entry in entries}
    for kind in (
        rulebase.facts, rulebase.parameters, rulebase.quantities, rulebase.items, rulebase.warnings, rulebase.platforms,
    ):  # fmt: skip
        found.update({name: entry.sources for name, entry in kind.items()})
    return found


def claims_are_carried(rulebase: Rulebase) -> Iterator[Issue]:
    """A claim that no rule names needs vocabulary entries that exist and name it."""
    known = carriers(rulebase)
    for claim in rulebase.claims.values():
        for name in claim.vocabulary:
            if name not in known:
                help_line = "name a lexicon entry (`group.entry`), fact, item, quantity or parameter"
                yield Issue(
                    claim.place,
                    "carrier-missing",
                    "high",
                    f"`{name}` does not exist and cannot carry `{claim.id}`",
                    help_line,
                )
            elif claim.id not in known[name]:
                message = f"`{name}` is to carry `{claim.id}` and does not name it"
                yield Issue(
                    claim.place, "carrier-silent", "high", message, f"add {claim.id} to the sources of `{name}`"
                )
        if not claim.vocabulary and claim.id not in rulebase.carrying_rules:
            help_line = "let a rule rest on it, or name the entry that carries it under `vocabulary`"
            yield Issue(claim.place, "claim-unused", "high", f"the claim `{claim.id}` is carried by nothing", help_line)


def vocabulary_is_needed(rulebase: Rulebase) -> Iterator[Issue]:
    """A claim is marked as vocabulary only where no rule rests on it."""
    for claim in rulebase.claims.values():
        if claim.vocabulary and claim.id in rulebase.carrying_rules:
            rules = ", ".join(rulebase.carrying_rules[claim.id])
            message = f"`{claim.id}` is marked as vocabulary, yet {rules} rests on it"
            yield Issue(claim.place, "vocabulary-mark", "low", message, "take the mark away")


def lexicon_rests_on_sources(rulebase: Rulebase) -> Iterator[Issue]:
    """A lexicon entry rests on a source, and claims below documents that exist."""
    for group in rulebase.lexicon.values():
        for entry in group.entries:
            for name in entry.sources:
                if name != "judgement" and name not in rulebase.claims and name not in rulebase.sources:
                    message = f"`{name}` is not a source of `{group.id}.{entry.id}`"
                    yield Issue(entry.place, "unknown-source", "high", message, "a claim, a reference or `judgement`")


def references_are_used(rulebase: Rulebase) -> Iterator[Issue]:
    """A reference that nothing names is dead weight."""
    used = {name for sources in carriers(rulebase).values() for name in sources} | set(rulebase.carrying_rules)
    documents = {claim.id.split(".")[0] for claim in rulebase.claims.values()}
    for source in rulebase.sources.values():
        if source.id not in used | documents:
            message = f"nothing rests on the reference `{source.id}`"
            yield Issue(source.place, "reference-unused", "medium", message, "name it where it is used, or remove it")
