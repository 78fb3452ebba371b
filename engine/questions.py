"""In which order to ask: the measure of the next question (docs/interview.md says how it was chosen and what it gains).

How open a position is: for everything that waits for n facts, log2(1 + n), the verdict counting as much as all items together.
The next question is the one after whose answer the least openness is to be expected, looking one step ahead over the
answers that make a difference. Only a short list is looked at: the facts that most depends on (everything open gives each
of its n facts 1/n), and while the verdict is open, only facts that it waits for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.conditions import Compare, FactTerm, Number, ParameterTerm, Term
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.lookahead import Facts, Position, Wiring, wiring_client

SHORT_LIST = 6
DONT_KNOW_SHARE = 0.15
"""How often an answer is taken to be *don't know*."""
_DIGITS = 9
_SIZES = [Fraction(10**exponent) for exponent in range(6)]


class Asker:
    """Puts questions in order for one rulebase; the wiring is made at the first question."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase

    @cached_property
    def wiring(self) -> Wiring:
        """The rulebase wired for looking ahead."""
        return Wiring(self.rulebase)

    @cached_property
    def trials(self) -> Mapping[str, tuple[Answer, ...]]:
        """The answers to try for each fact."""
        compared = self._compared()
        return {name: tuple(_trials(fact, compared[name])) for name, fact in self.rulebase.facts.items()}

    def _compared(self) -> dict[str, set[Fraction]]:
        """For each fact the numbers that a rule compares it with."""
        found: dict[str, set[Fraction]] = {name: set() for name in self.rulebase.facts}
        for leaf in self.wiring.leaves:
            if isinstance(leaf, Compare):
                for term, other in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
                    if isinstance(term, FactTerm):
                        found[term.id].update(self._numbers(other))
        return found

    def _numbers(self, term: Term) -> Iterable[Fraction]:
        if isinstance(term, Number):
            return [term.value]
        if isinstance(term, ParameterTerm):
            parameter = self.rulebase.parameters[term.id]
            return [Fraction(parameter.value), *parameter.variants.values()]
        return []

    def order(self, answers: Mapping[str, Answer]) -> list[str]:
        """The facts that can still change something, the next to ask first."""
        position = self.wiring.position(answers)
        names = self.names(_union(position.waits))
        weights = self.weights(position)
        first = position.waits[self.wiring.verdict]
        names.sort(key=lambda name: (not self.wiring.bits[name] & first, -weights[name]))
        listed = self.short_list(names, first)
        expected = {name: self.expected(position, name) for name in listed} if len(listed) > 1 else {}
        return [*sorted(listed, key=lambda name: expected.get(name, (0.0, 0.0))), *names[len(listed) :]]

    def short_list(self, names: Sequence[str], first: Facts) -> Sequence[str]:
        """The first few, while the verdict is open of what it waits for."""
        deciding = [name for name in names if self.wiring.bits[name] & first]
        return (deciding or names)[:SHORT_LIST]

    def names(self, facts: Facts) -> list[str]:
        """The facts of a set, in asking order."""
        return [name for name, bit in self.wiring.bits.items() if facts & bit]

    def weights(self, position: Position) -> dict[str, float]:
        """How much depends on each fact: everything open gives each of its n facts 1/n."""
        found: dict[str, float] = {}
        for waits in filter(None, position.waits):
            share = 1 / waits.bit_count()
            for name in self.names(waits):
                found[name] = found.get(name, 0.0) + share
        return found

    def openness(self, position: Position) -> tuple[float, float]:
        """How open the verdict is, and everything together."""
        return _bits(position.waits[self.wiring.verdict]), sum(map(_bits, position.waits))

    def expected(self, position: Position, name: str) -> tuple[float, float]:
        """How open the position is to be once a fact is answered."""
        verdict = everything = 0.0
        for answer, share in self.answers(position, name):
            own, all_ = self.openness(position.after(name, answer))
            verdict, everything = verdict + share * own, everything + share * all_
        return round(verdict, _DIGITS), round(everything, _DIGITS)

    def answers(self, position: Position, name: str) -> Iterable[tuple[Answer, float]]:
        """The answers that make a difference now, one for each, with how likely they are taken to be."""
        wiring, given = self.wiring, position.client.answer(name)
        open_ = [wiring.leaves[number] for number in wiring.fact_leaves[name] if position.leaves[number] is None]
        cases: dict[tuple[object, ...], list[Answer]] = {}
        for answer in self.trials[name]:
            if isinstance(given, Interval) and (not isinstance(answer, Fraction) or answer not in given):
                continue
            client = wiring_client(wiring, position.client, {**position.client.answers, name: answer}, name)
            cases.setdefault(tuple(client.truth(leaf) for leaf in open_), []).append(answer)
        numeric = self.rulebase.facts[name].numeric
        sizes = [1 if numeric else len(answers) for answers in cases.values()]
        rest = 1.0 if self.rulebase.facts[name].required else 1 - DONT_KNOW_SHARE
        for size, answers in zip(sizes, cases.values(), strict=True):
            yield answers[0], rest * size / sum(sizes)
        yield Gap.DONT_KNOW, 1 - rest


def _bits(waits: Facts) -> float:
    return math.log2(1 + waits.bit_count())


def _union(waits: Iterable[Facts]) -> Facts:
    found = 0
    for one in waits:
        found |= one
    return found


def _trials(fact: Fact, compared: Iterable[Fraction]) -> Iterable[Answer]:
    """Answers that may differ in what follows: each word; of numbers each size, and both sides of what rules compare with."""
    match fact.type:
        case "yes_no":
            return [True, False]
        case "choice":
            return [value.id for value in fact.values]
        case "set":
            words = [frozenset({value.id}) for value in fact.values]
            return [*words, frozenset().union(*words), *([] if fact.at_least else [frozenset[str]()])]
        case _:
            return _numbers(fact, compared)


def _numbers(fact: Fact, compared: Iterable[Fraction]) -> Iterable[Answer]:
    low = fact.minimum if fact.minimum is not None else (fact.above or Fraction(0)) + Fraction(1, 100)
    high = _SIZES[-1] if fact.maximum is None else fact.maximum
    beside = [number + step for number in compared for step in (-1, 0, 1)]
    return sorted({low, *(number for number in [*_SIZES, *beside, high] if low <= number <= high)})
