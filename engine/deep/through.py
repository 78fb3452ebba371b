"""Through which rules an outcome stands elsewhere in another rulebase, and which edits are behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from demandfirst.engine.deep.changes import Edited
from demandfirst.engine.ir.advice import Part
from demandfirst.engine.ir.answers import Truth
from demandfirst.engine.ir.conditions import Names, names_in, names_in_term
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule


class Turned(Part):
    """A rule that was true, false or open (`absent`: the rulebase has no such rule), and is something else now."""

    rule: str
    before: str
    after: str


class Through(Part):
    """The rules next to the outcome that turned, and the edited parts that turned them or others further back."""

    rules: tuple[Turned, ...]
    edits: tuple[str, ...]


class Cones:
    """What each outcome of a rulebase rests on."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.behind = cache(self._behind)
        self.read = cache(self._read)

    def direct(self, name: str) -> tuple[Rule, ...]:
        """The rules that recommend, veto, raise or conclude something."""
        one = self.rulebase
        return tuple(
            rule for kind in (one.concluding, one.recommending, one.vetoing, one.warning) for rule in kind.get(name, ())
        )

    def _behind(self, name: str) -> frozenset[str]:
        """The rules that can have a say in an outcome, and the findings on the way to it."""
        found: set[str] = {name} if name in self.rulebase.findings else set()
        for rule in self.direct(name):
            found.add(rule.id)
            for finding in _names(self.rulebase, rule).findings:
                found |= self.behind(finding)
        return frozenset(found)

    def _read(self, rule: Rule) -> frozenset[str]:
        """The facts, parameters and quantities that a rule reads, through its quantities too."""
        return frozenset(self._through_quantities(_names(self.rulebase, rule)))

    def computed_from(self, quantity: str) -> frozenset[str]:
        """What goes into a quantity."""
        return frozenset(self._through_quantities(names_in_term(self.rulebase.quantities[quantity].formula)))

    def _through_quantities(self, names: Names) -> Iterator[str]:
        yield from (*names.facts, *names.parameters, *names.quantities)
        varied = (self.rulebase.parameters[name].varies_by for name in names.parameters)
        yield from filter(None, varied)
        for name in names.quantities:
            yield from self.computed_from(name)


class Blame:
    """Finds out for two outcomes of one client what is behind a difference."""

    def __init__(self, old: Rulebase, new: Rulebase, edits: Iterable[Edited]) -> None:
        self.cones = Cones(old), Cones(new)
        self.edits = tuple(edits)
        self.renamed = {one.new[0]: one.gone[0] for one in self.edits if one.kind == "rule" and one.change == "renamed"}

    def through(self, name: str, before: Outcome, after: Outcome) -> Through:
        """What is behind the difference of one item, warning or finding."""
        then, now = (self._truths(cones, outcome) for cones, outcome in zip(self.cones, (before, after), strict=True))
        turned = {rule for rule in then.keys() | now.keys() if said(then, rule) != said(now, rule)}
        old, new = self.cones
        direct = dict.fromkeys([*(rule.id for rule in old.direct(name)), *map(self._name, new.direct(name))])
        rules = (Turned(rule=one, before=said(then, one), after=said(now, one)) for one in direct if one in turned)
        return Through(rules=tuple(rules), edits=tuple(self._edits(name, turned)))

    def of_quantity(self, name: str) -> Through:
        """The edits behind a quantity that is another."""
        reached = {one for cones in self.cones for one in (name, *cones.computed_from(name))}
        return Through(rules=(), edits=tuple(f"{one.kind} {one.id}" for one in self.edits if one.id in reached))

    def _truths(self, cones: Cones, outcome: Outcome) -> dict[str, Truth]:
        return {
            self._name(rule) if cones is self.cones[1] else rule.id: outcome.rules[rule.index]
            for rule in cones.rulebase.rules
        }

    def _name(self, rule: Rule) -> str:
        return self.renamed.get(rule.id, rule.id)

    def _edits(self, name: str, turned: set[str]) -> Iterator[str]:
        """The edits that bear on the rules behind an outcome that turned."""
        reached: set[str] = set()
        for cones in self.cones:
            behind = cones.behind(name)
            for rule in cones.rulebase.domain_rules:
                if rule.id in behind and self._name(rule) in turned:
                    reached |= {
                        rule.id,
                        *cones.read(rule),
                        *(effect.finding for effect in rule.then if hasattr(effect, "finding")),
                    }
        yield from (f"{one.kind} {one.id}" for one in self.edits if one.id in reached and one.change != "renamed")


def said(truths: Mapping[str, Truth], rule: str) -> str:
    """The truth of a rule in a word; a rule that is not there is as good as false."""
    return {True: "true", False: "false", None: "open"}[truths.get(rule, False)]


def _names(rulebase: Rulebase, rule: Rule) -> Names:
    found = [names_in(line.condition, frozenset(rulebase.quantities)) for line in rule.when]
    return Names(
        tuple(name for one in found for name in one.facts),
        tuple(name for one in found for name in one.quantities),
        tuple(name for one in found for name in one.parameters),
        tuple(name for one in found for name in one.findings),
    )
