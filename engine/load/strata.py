"""Strata: a rule reads only findings that a lower stratum has settled; a cycle through findings is a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from demandfirst.engine.errors import Fault
from demandfirst.engine.ir.conditions import names_in
from demandfirst.engine.ir.rules import Conclude, Decide, Rule


def findings_read(rule: Rule) -> tuple[str, ...]:
    """The findings that a rule's lines read, in order."""
    found = [name for line in rule.when for name in names_in(line.condition, frozenset()).findings]
    return tuple(dict.fromkeys(found))


def findings_made(rule: Rule) -> tuple[str, ...]:
    """The findings that a rule concludes or decides."""
    return tuple(effect.finding for effect in rule.then if isinstance(effect, Conclude | Decide))


def stratify(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], dict[str, int], list[Fault]]:
    """The rules with their strata, the stratum after which each finding is settled, and a fault for a cycle."""
    makers: dict[str, list[Rule]] = {}
    for rule in rules:
        for finding in findings_made(rule):
            makers.setdefault(finding, []).append(rule)
    walk = _Walk(makers)
    strata = [walk.rule(rule) for rule in rules]
    return (
        tuple(replace(rule, stratum=stratum) for rule, stratum in zip(rules, strata, strict=True)),
        walk.settled,
        walk.faults,
    )


class _Walk:
    """Depth first through the findings, remembering the way in order to print a cycle."""

    def __init__(self, makers: Mapping[str, Sequence[Rule]]) -> None:
        self.makers = makers
        self.settled: dict[str, int] = {}
        self.path: list[str] = []
        self.faults: list[Fault] = []

    def rule(self, rule: Rule) -> int:
        return max((self.finding(name, rule) + 1 for name in findings_read(rule)), default=0)

    def finding(self, name: str, reader: Rule) -> int:
        if name in self.settled:
            return self.settled[name]
        if name in self.path:
            cycle = " -> ".join([*self.path[self.path.index(name) :], name])
            help_line = "a finding cannot rest on itself: take one of these out of the rule"
            self.faults.append(Fault(reader.place, "cycle", f"`{reader.id}` closes a cycle: {cycle}", help_line))
            return 0
        self.path.append(name)
        stratum = max((self.rule(maker) for maker in self.makers.get(name, ())), default=0)
        self.path.pop()
        self.settled[name] = stratum
        return stratum
