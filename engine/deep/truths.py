"""What a rulebase comes to, as formulas: when a rule fires, where an item stands, and what would be otherwise without a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from demandfirst.engine.ir.conditions import And, Concluded, Condition, Contains, Decided
from demandfirst.engine.ir.formulas import (
    NEVER,
    AtLeast,
    Certain,
    Every,
    Formula,
    Not,
    Possible,
    Some,
    differ,
    every,
    some,
)
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Recommend, Rule, Veto, Warn
from demandfirst.engine.ir.vocabulary import SEVERITIES


@record
class Truth:
    """One of three truth values: when it is certain, and when it is possible."""

    certain: Formula
    possible: Formula

    def differs(self, other: Truth) -> Formula:
        """When it is another than the other."""
        return Some((differ(self.certain, other.certain), differ(self.possible, other.possible)))


@record
class Status:
    """Where an item stands: each status that is decided. What is none of them is open."""

    recommended: Formula
    withheld: Formula
    not_recommended: Formula

    def differs(self, other: Status) -> Formula:
        """When it is another than the other."""
        return Some((
            differ(self.recommended, other.recommended),
            differ(self.withheld, other.withheld),
            differ(self.not_recommended, other.not_recommended),
        ))  # fmt: skip


def truth(condition: Condition) -> Truth:
    """A condition."""
    return Truth(Certain(condition), Possible(condition))


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's `or`."""
    listed = list(truths)
    return Truth(some(one.certain for one in listed), some(one.possible for one in listed))


def cases(conditions: Sequence[Condition]) -> list[Truth]:
    """The cases of a table with these conditions; each counts only where no earlier one does."""
    found: list[Truth] = []
    earlier = [truth(condition) for condition in conditions]
    for at, one in enumerate(earlier):
        certain = every([*(Not(before.possible) for before in earlier[:at]), one.certain])
        possible = every([*(Not(before.certain) for before in earlier[:at]), one.possible])
        found.append(Truth(certain, possible))
    return found


def status(recommended: Truth, vetoed: Truth) -> Status:
    """An item, given whether something recommends it and whether something vetoes it."""
    return Status(
        Every((recommended.certain, Not(vetoed.possible))),
        Every((recommended.certain, vetoed.certain)),
        Some((Not(recommended.possible), Every((vetoed.certain, Not(recommended.certain))))),
    )


Given = tuple[Rule, Effect]
"""An effect with the rule that has it."""


class Truths:
    """The formulas of one rulebase."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self.lines = [And(tuple(line.condition for line in rule.when)) for rule in rulebase.rules]
        self._fires: dict[int, Truth] = {}

    # --- rules --------------------------------------------------------------------------------------------------------

    def fires(self, rule: Rule) -> Truth:
        """Whether a rule fires; a case only where no earlier one does."""
        if rule.index not in self._fires:
            if isinstance(rule.then[0], Decide):
                table = self.rulebase.tables[rule.then[0].finding].cases
                self._fires.update(zip(table, cases([self.lines[index] for index in table]), strict=True))
            else:
                self._fires[rule.index] = truth(self.lines[rule.index])
        return self._fires[rule.index]

    def fire(self, rules: Iterable[Rule]) -> Truth:
        """Whether any of the rules fires."""
        return any_of(map(self.fires, rules))

    def otherwise(self, rule: Rule, condition: Condition) -> Formula:
        """When the rule, or a case after it, would come to something else with another condition."""
        if not isinstance(rule.then[0], Decide):
            return self.fires(rule).differs(truth(condition))
        table = self.rulebase.tables[rule.then[0].finding].cases
        changed = cases([condition if index == rule.index else self.lines[index] for index in table])
        after = list(zip(table, changed, strict=True))[table.index(rule.index) :]
        return some(self.fires(self.rulebase.rules[index]).differs(one) for index, one in after)

    # --- effects ------------------------------------------------------------------------------------------------------

    @cached_property
    def given(self) -> Mapping[tuple[type, str], tuple[Given, ...]]:
        """The effects of each kind on each finding, item and warning, with their rules."""
        found: dict[tuple[type, str], list[Given]] = {}
        for rule in self.rulebase.rules:
            for effect in rule.then:
                found.setdefault((type(effect), target(effect)), []).append((rule, effect))
        return {key: tuple(listed) for key, listed in found.items()}

    def same(self, effect: Effect) -> tuple[Given, ...]:
        """Every effect of this kind on the same finding, item or warning."""
        return self.given[type(effect), target(effect)]

    def recommended(self, item: str, without: Effect | None = None) -> Truth:
        """Whether something recommends an item."""
        return self._any(Recommend, item, without)

    def vetoed(self, item: str, without: Effect | None = None) -> Truth:
        """Whether something vetoes an item."""
        return self._any(Veto, item, without)

    def raised(self, warning: str, severity: int = 0, without: Effect | None = None) -> Truth:
        """Whether something raises a warning, with this severity or more."""
        return any_of(
            self.fires(rule)
            for rule, effect in self.given.get((Warn, warning), ())
            if effect is not without and isinstance(effect, Warn) and SEVERITIES.index(effect.severity) >= severity
        )

    def _any(self, kind: type, name: str, without: Effect | None) -> Truth:
        return any_of(self.fires(rule) for rule, effect in self.given.get((kind, name), ()) if effect is not without)

    def status(self, item: str) -> Status:
        """Where an item stands."""
        return status(self.recommended(item), self.vetoed(item))

    def shown(self, owner: str) -> Formula:
        """When the texts of an item, warning or platform are shown: to who gets it, or has it held back."""
        if owner in self.rulebase.items:
            return self.recommended(owner).certain
        if owner in self.rulebase.warnings:
            return self.raised(owner).certain
        return some(map(self.shown, self.rulebase.platforms[owner].objectives))

    def told(self) -> tuple[Formula, ...]:
        """All that can be told apart: statuses, severities, findings, the lines that are shown, and what speaks for an item."""
        items = (self.status(name) for name in self.rulebase.items)
        statuses = (part for one in items for part in (one.recommended, one.withheld, one.not_recommended))
        levels = range(len(SEVERITIES))
        severities = (self.raised(name, level).certain for name in self.rulebase.warnings for level in levels)
        lines = (
            Every((self.shown(target(rule.then[0])), self.fires(rule).certain))
            for rule in self.rulebase.rules
            if rule.role == "text"
        )
        weights = (
            Every((self.status(item).recommended, self.fires(rule).certain))
            for (kind, item), given in self.given.items()
            for rule, _ in given
            if kind is Recommend
        )
        raised = (self.raised(name).possible for name in self.rulebase.warnings)
        return (*statuses, *severities, *raised, *self._findings(), *lines, *weights)

    def _findings(self) -> Iterator[Formula]:
        for finding in self.rulebase.findings.values():
            for value in finding.values:
                yield Possible(Decided(finding.id, (value.id,), negated=False))
            if not finding.choice:
                yield from (one(Concluded(finding.id, negated=False)) for one in (Certain, Possible))

    # --- without a part -----------------------------------------------------------------------------------------------

    def missed(self, effect: Effect) -> Formula:
        """When a finding, a status, a severity, or the order of what is recommended would be another without an effect."""
        match effect:
            case Conclude(finding):
                others = self._any(Conclude, finding, effect)
                return self._any(Conclude, finding, None).differs(others)
            case Warn(warning):
                levels = (self.raised(warning, at).certain for at in range(len(SEVERITIES)))
                without = (self.raised(warning, at, effect).certain for at in range(len(SEVERITIES)))
                possible = differ(self.raised(warning).possible, self.raised(warning, 0, effect).possible)
                return some([possible, *(differ(*pair) for pair in zip(levels, without, strict=True))])
            case Recommend(item):
                less = status(self.recommended(item, effect), self.vetoed(item))
                return Some((self.status(item).differs(less), self._moved(effect)))
            case Veto(item):
                return self.status(item).differs(status(self.recommended(item), self.vetoed(item, effect)))
            case _:
                return NEVER

    def case_missed(self, rule: Rule) -> Formula:
        """When another value would be possible, or one less, without a case of a table."""
        table = self.rulebase.tables[target(rule.then[0])].cases
        others = [index for index in table if index != rule.index]
        before = self._values(table, [self.fires(self.rulebase.rules[index]) for index in table])
        after = self._values(others, cases([self.lines[index] for index in others]))
        return some(differ(one, after.get(value, NEVER)) for value, one in before.items())

    def _values(self, indices: Sequence[int], truths: Sequence[Truth]) -> dict[str, Formula]:
        """When each value is possible."""
        found: dict[str, list[Formula]] = {}
        for index, one in zip(indices, truths, strict=True):
            effect = self.rulebase.rules[index].then[0]
            if isinstance(effect, Decide):
                found.setdefault(effect.value, []).append(one.possible)
        return {value: some(parts) for value, parts in found.items()}

    # --- order --------------------------------------------------------------------------------------------------------

    def _moved(self, effect: Recommend) -> Formula:
        """When a recommended item would stand on the other side of another of its kind without the weight of an effect."""
        kind = self.rulebase.items[effect.item].kind
        others = [name for name, item in self.rulebase.items.items() if item.kind == kind and name != effect.item]
        return NEVER if not effect.weight else some(
            every([
                self.status(effect.item).recommended, self.status(other).recommended,
                differ(self._before(effect.item, other), self._before(effect.item, other, effect)),
            ]) for other in others
        )  # fmt: skip

    def _before(self, item: str, other: str, without: Effect | None = None) -> Formula:
        """When an item comes before another of its kind: by weight, then by whether it serves a goal, then as they stand."""
        mine = [(self.fires(rule).certain, weight) for rule, weight in self._weights(item, without)]
        theirs = [(Not(self.fires(rule).certain), weight) for rule, weight in self._weights(other, None)]
        total = sum(weight for _, weight in theirs)
        order = list(self.rulebase.items)
        serves, also = self._serves(item), self._serves(other)
        first = order.index(item) < order.index(other)
        tie = Some((serves, Not(also))) if first else Every((serves, Not(also)))
        heavier, level = AtLeast((*mine, *theirs), total + 1), AtLeast((*mine, *theirs), total)
        return Some((heavier, Every((level, tie))))

    def _weights(self, item: str, without: Effect | None) -> list[tuple[Rule, int]]:
        return [
            (rule, effect.weight)
            for rule, effect in self.given.get((Recommend, item), ())
            if isinstance(effect, Recommend) and effect.weight and effect is not without
        ]

    def _serves(self, item: str) -> Formula:
        goals = self.rulebase.items[item].goals
        return some(Certain(Contains(self.rulebase.goals_fact, goal, negated=False)) for goal in goals)


def target(effect: Effect) -> str:
    """The finding, item, warning or owner that an effect is about."""
    match effect:
        case Conclude(name) | Decide(name) | Recommend(name) | Warn(name) | Veto(name):
            return name
        case _:
            return effect.owner
