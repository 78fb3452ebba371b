"""Mutants: the rulebase with one small mistake in a rule or a parameter, such as a tired editor makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.conditions import INVERSE, And, Compare, CompareOp, Condition, Leaf, Or
from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Line, Rule, Veto
from demandfirst.engine.ir.vocabulary import Parameter
from demandfirst.engine.ir.written import written

Operator = Literal[
    "comparison flipped", "boundary moved", "condition negated", "condition dropped", "and, or swapped", "rule dropped",
    "veto dropped", "cases swapped", "value swapped", "parameter nudged", "parameter moved by a tenth", "switch turned",
]  # fmt: skip
OPERATORS: dict[Operator, str] = {
    "comparison flipped": "`<` becomes `>`, `>=` becomes `<=`",
    "boundary moved": "`<` becomes `<=`, `>` becomes `>=`, and back",
    "condition negated": "a comparison, a test of an answer or of a finding becomes its opposite",
    "condition dropped": "a line of a rule goes, or a part of a line",
    "and, or swapped": "the lines of a rule need not all hold, but one of them; the parts of an `or` must all hold",
    "rule dropped": "a rule goes, or a case of a table",
    "veto dropped": "a rule no longer holds one of its items back",
    "cases swapped": "a case of a table comes before the one above it",
    "value swapped": "a case of a table decides for another value, the next in the list",
    "parameter nudged": "a parameter, or its value for one kind of business, becomes one step more or less",
    "parameter moved by a tenth": "the same by a tenth of itself",
    "switch turned": "a switch is on instead of off, or off instead of on",
}
FLIPPED: dict[CompareOp, CompareOp] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
MOVED: dict[CompareOp, CompareOp] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
TENTH = Fraction(1, 10)
NEVER = Or(())


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed rulebase: by which operator, in which rule, case or parameter, and what is otherwise there."""

    operator: Operator
    subject: str
    place: Place
    change: str
    rulebase: Rulebase

    @property
    def name(self) -> str:
        """What tells it from every other mutant."""
        return f"{self.subject}: {self.change}"


def mutants(rulebase: Rulebase) -> Iterator[Mutant]:
    """Every mutant of the rules and parameters, in their order; lines that only show a text are left alone."""
    for rule in rulebase.domain_rules:
        yield from _of_conditions(rulebase, rule)
        yield from _of_effects(rulebase, rule)
    yield from _of_order(rulebase)
    for parameter in rulebase.parameters.values():
        yield from _of_parameter(rulebase, parameter)


# --- conditions ----------------------------------------------------------------------------------------------------------

Change = tuple[Operator, str, Condition]
"""How a condition is changed, in words, and to what."""


def _of_conditions(rulebase: Rulebase, rule: Rule) -> Iterator[Mutant]:
    for at, line in enumerate(rule.when):
        for operator, change, condition in _changed(line.condition):
            yield _mutant(rulebase, rule, operator, change, _with(rule.when, at, replace(line, condition=condition)))
    if len(rule.when) > 1:
        for at, line in enumerate(rule.when):
            yield _mutant(rulebase, rule, "condition dropped", f"without `{line.text}`", _with(rule.when, at))
        either = replace(rule.when[0], condition=Or(tuple(line.condition for line in rule.when)))
        yield _mutant(rulebase, rule, "and, or swapped", "one line is enough", (either,))
    elif rule.when and not isinstance(rule.then[0], Decide):
        yield _mutant(rulebase, rule, "condition dropped", f"without `{rule.when[0].text}`", ())


def _with(lines: Sequence[Line], at: int, *instead: Line) -> tuple[Line, ...]:
    return (*lines[:at], *instead, *lines[at + 1 :])


def _changed(condition: Condition) -> Iterator[Change]:
    """Every condition that differs in one place."""
    if not isinstance(condition, And | Or):
        yield from _leaf(condition)
        return
    joined, swapped = (And, Or) if isinstance(condition, And) else (Or, And)
    yield "and, or swapped", f"`{written(swapped(condition.parts))}`", swapped(condition.parts)
    for at, part in enumerate(condition.parts):
        before, after = condition.parts[:at], condition.parts[at + 1 :]
        yield "condition dropped", f"without `{written(part)}`", joined((*before, *after))
        for operator, change, other in _changed(part):
            yield operator, change, joined((*before, other, *after))


def _leaf(leaf: Leaf) -> Iterator[Change]:
    if not isinstance(leaf, Compare):
        opposite = replace(leaf, negated=not leaf.negated)
        yield "condition negated", f"`{written(opposite)}`", opposite
        return
    operators: list[tuple[Operator, dict[CompareOp, CompareOp]]] = [
        ("condition negated", INVERSE), ("comparison flipped", FLIPPED), ("boundary moved", MOVED),
    ]  # fmt: skip
    for operator, table in operators:
        if leaf.op in table:
            other = replace(leaf, op=table[leaf.op])
            yield operator, f"`{written(other)}`", other


# --- effects and order ---------------------------------------------------------------------------------------------------


def _of_effects(rulebase: Rulebase, rule: Rule) -> Iterator[Mutant]:
    if rule.when or not isinstance(rule.then[0], Decide):
        never = Line("", rule.place, NEVER)
        yield _mutant(rulebase, rule, "rule dropped", "dropped", (never,))
    for at, effect in enumerate(rule.then):
        if isinstance(effect, Veto):
            fewer = replace(rule, then=(*rule.then[:at], *rule.then[at + 1 :]))
            yield _mutant(rulebase, fewer, "veto dropped", f"no veto on `{effect.item}`", rule.when)
        elif isinstance(effect, Decide):
            values = [value.id for value in rulebase.findings[effect.finding].values]
            value = values[(values.index(effect.value) + 1) % len(values)]
            if value != effect.value:
                other = replace(rule, then=(replace(effect, value=value),))
                yield _mutant(rulebase, other, "value swapped", f"`{value}` instead of `{effect.value}`", rule.when)


def _of_order(rulebase: Rulebase) -> Iterator[Mutant]:
    """Neighbours of a table, but for the last case, which has no conditions and would shut out the one above."""
    for name, table in rulebase.tables.items():
        for at in range(len(table.cases) - 2):
            above, below = table.cases[at : at + 2]
            cases = (*table.cases[:at], below, above, *table.cases[at + 2 :])
            changed = replace(rulebase, tables={**rulebase.tables, name: replace(table, cases=cases)})
            rule = rulebase.rules[below]
            yield Mutant("cases swapped", rule.id, rule.place, f"before `{rulebase.rules[above].id}`", changed)


def _mutant(rulebase: Rulebase, rule: Rule, operator: Operator, change: str, when: tuple[Line, ...]) -> Mutant:
    rules = list(rulebase.rules)
    rules[rule.index] = replace(rule, when=when)
    return Mutant(operator, rule.id, rule.place, change, replace(rulebase, rules=tuple(rules)))


# --- parameters ----------------------------------------------------------------------------------------------------------

Put = Callable[[Fraction], Parameter]
"""The parameter with another number in the place of one of its own."""


def _of_parameter(rulebase: Rulebase, parameter: Parameter) -> Iterator[Mutant]:
    if isinstance(parameter.value, bool):
        other = replace(parameter, value=not parameter.value)
        yield _set(rulebase, other, "switch turned", "off" if parameter.value else "on")
        return
    yield from _moved(rulebase, parameter.value, "", lambda number: replace(parameter, value=number))
    for value in parameter.variants:
        yield from _moved(rulebase, parameter.variants[value], f" for `{value}`", _variant(parameter, value))


def _variant(parameter: Parameter, value: str) -> Put:
    return lambda number: replace(parameter, variants={**parameter.variants, value: number})


def _moved(rulebase: Rulebase, value: Fraction, where: str, put: Put) -> Iterator[Mutant]:
    step = Fraction(1) if value.denominator == 1 else Fraction(1, 100)
    tenth = abs(value) * TENTH
    moves: list[tuple[Operator, Fraction]] = [("parameter nudged", step)]
    if tenth not in (0, step):
        moves.append(("parameter moved by a tenth", tenth))
    for operator, by in moves:
        for number in (value - by, value + by):
            yield _set(rulebase, put(number), operator, f"{figure(number)} instead of {figure(value)}{where}")


def _set(rulebase: Rulebase, parameter: Parameter, operator: Operator, change: str) -> Mutant:
    changed = replace(rulebase, parameters={**rulebase.parameters, parameter.id: parameter})
    return Mutant(operator, parameter.id, parameter.place, change, changed)
