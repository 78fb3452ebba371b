"""A folder of knowledge and rules to the linked rulebase, or every fault there is."""

from __future__ import annotations

from pathlib import Path

from demandfirst.engine.errors import Place, RulebaseError, did_you_mean
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.conditions import Scope
from demandfirst.engine.load.documents import FindingDoc, RulebaseDoc
from demandfirst.engine.load.families import check_placeholders
from demandfirst.engine.load.files import content_hash, rulebase_files
from demandfirst.engine.load.guarantees import link_guarantees
from demandfirst.engine.load.link_items import link_items, link_platforms, link_quantities
from demandfirst.engine.load.link_report import link_report
from demandfirst.engine.load.link_rules import RuleSink, link_rules
from demandfirst.engine.load.link_vocabulary import Vocabulary, link_item_groups, link_vocabulary
from demandfirst.engine.load.read import Library, read_library
from demandfirst.engine.load.strata import stratify


def build(root: Path) -> Rulebase:
    """Load, check and link the rulebase under `root`; raises `RulebaseError` with every fault."""
    library = read_library(root)
    if library.unread:  # what could not be read may be what the rest refers to
        raise RulebaseError(library.faults)
    rulebase = _link(library, content_hash(root, rulebase_files(root)))
    if library.faults or rulebase is None:
        raise RulebaseError(library.own_faults())
    return rulebase


def _link(library: Library, digest: str) -> Rulebase | None:
    made = link_vocabulary(library)
    quantities = link_quantities(library, made)
    scope = Scope(made.facts, made.parameters, frozenset(quantities), made.findings)
    numbers = {name for name, fact in made.facts.items() if fact.numeric}
    sink = RuleSink(library, scope, frozenset({*numbers, *made.parameters, *quantities}))
    items, warnings = link_items(library, made, sink)
    link_item_groups(library, made, items)
    platforms = link_platforms(library, made, sink, items)
    tables = link_rules(library, made, sink, items, warnings)
    for entry in library.of("findings", FindingDoc):
        for index, value in enumerate(entry.doc.values):
            check_placeholders(library, value.text, sink.placeholders, entry.place("values", index))
    guarantees = link_guarantees(library, made, scope, items, warnings)
    report = link_report(library, made, sink, quantities, items)
    rules, strata, faults = stratify(sink.rules)
    library.faults.extend(faults)
    settings = _settings(library, made)
    if settings is None:
        return None
    return Rulebase(
        settings.version, digest, settings.verdict, settings.goals_fact, settings.focus_parameter, made.question_groups,
        made.facts, made.parameters, quantities, made.findings, items, warnings, made.item_groups, made.lexicon,
        frozenset(library.families), platforms,
        made.claims, made.sources, rules, tables, strata, guarantees, settings.budget_fact,
        report=report,
    )  # fmt: skip


def _settings(library: Library, made: Vocabulary) -> RulebaseDoc | None:
    """knowledge/rulebase.yaml: the version, and which names the faces treat specially."""
    found = library.of("rulebase", RulebaseDoc)
    if "rulebase" in library.broken:
        return None
    if len(found) != 1:
        place = found[1].place() if found else Place("knowledge/rulebase.yaml")
        library.fault(place, "settings", "there must be exactly one `rulebase.yaml`", "write knowledge/rulebase.yaml")
        return None
    entry = found[0]
    choices = [finding.id for finding in made.findings.values() if finding.choice]
    sets = [fact.id for fact in made.facts.values() if fact.type == "set"]
    numbers = [one.id for one in made.parameters.values() if not isinstance(one.value, bool)]
    money = [fact.id for fact in made.facts.values() if fact.type == "money"]
    for key, what, known in (
        ("verdict", "choice finding", choices), ("goals_fact", "set fact", sets), ("focus_parameter", "numeric parameter", numbers),
        ("budget_fact", "money fact", ["", *money]),
    ):  # fmt: skip
        name = getattr(entry.doc, key)
        if name not in known:
            library.fault(
                entry.place(key), "unknown-name", f"`{name}` is not a {what}", did_you_mean(name, filter(None, known))
            )
    return entry.doc
