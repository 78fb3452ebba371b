"""How sure the advice is: which answers and assumptions the verdict and the top objective hang on, and by how much.

Numbers are not sampled: between two neighbouring points at which a comparison can turn nothing changes, so it is enough to try the
valid answers beside each of these points, outward from the present value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Part
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.conditions import Compare, leaves
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.numbers import measure, plain
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.vocabulary import Fact, Parameter
from demandfirst.engine.load.client import DECIMALS
from demandfirst.engine.standing import Standing
from demandfirst.engine.thresholds import Moving

WEAK = ("low", "judgement")
LARGEST = Fraction(10**12)
STEP = Fraction(1, 10**DECIMALS)


class Flip(Part):
    """Another value, and what the verdict and the top objective would be."""

    value: Any
    verdict: str | None
    objective: str | None


class AnswerFlips(Part):
    """An answer that is a word, yes/no or a set: the other values that flip the verdict or the top objective."""

    fact: str
    label: str
    given: Any
    flips: tuple[Flip, ...]


class Room(Part):
    """How far a number may move: `below` and `above` flip the verdict or the top objective, the others flip anything at all.

    Each is the nearest valid value that flips something, or None where none does.
    """

    name: str
    kind: str
    label: str
    given: Any
    shown: str
    confidence: str
    below: Flip | None
    above: Flip | None
    anything_below: Any
    anything_above: Any


class Sensitivity(Part):
    """What the verdict and the top objective of one client hang on."""

    verdict: str | None
    objective: str | None
    answers: tuple[AnswerFlips, ...]
    numbers: tuple[Room, ...]
    parameters: tuple[Room, ...]
    irrelevant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """What can flip: the flagship (verdict and top objective), and everything."""

    flagship: tuple[str | None, str | None]
    everything: tuple[object, ...]


def sensitivity(advisor: Advisor, answers: Mapping[str, Answer]) -> Sensitivity:
    """What the advice for these answers hangs on."""
    return _Prober(advisor, dict(answers)).result()


class _Prober:
    def __init__(self, advisor: Advisor, answers: dict[str, Answer]) -> None:
        self.advisor, self.rulebase, self.answers = advisor, advisor.rulebase, answers
        self.base = self.state(answers)
        self.matters: set[str] = set()

    @cached_property
    def client(self) -> Any:
        return self.advisor.backend.run(self.answers).client

    @cached_property
    def comparisons(self) -> list[Compare]:
        """Every comparison of numbers in the rules, each once."""
        found = (leaf for rule in self.rulebase.rules for line in rule.when for leaf in leaves(line.condition))
        return list(dict.fromkeys(leaf for leaf in found if isinstance(leaf, Compare)))

    def state(self, answers: Mapping[str, Answer], parameters: Mapping[str, Parameter] | None = None) -> _State:
        outcome: Outcome = self.advisor.backend.run(answers, parameters)
        standing = Standing(self.rulebase, outcome)
        items = tuple(standing.item(name) for name in self.rulebase.items)
        warnings = tuple(standing.warning(name) for name in self.rulebase.warnings)
        focus = standing.focus()
        return _State((standing.verdict(), focus[0] if focus else None), (*items, *warnings))

    def result(self) -> Sensitivity:
        facts = [self.rulebase.facts[name] for name, given in self.answers.items() if not isinstance(given, Gap)]
        words = [found for fact in facts if not fact.numeric if (found := self.words(fact)).flips]
        numbers = [
            self.number(fact) for fact in facts if fact.numeric and not isinstance(self.answers[fact.id], Interval)
        ]
        parameters = [
            self.parameter(one) for one in self.rulebase.parameters.values() if not isinstance(one.value, bool)
        ]
        verdict, objective = self.base.flagship
        return Sensitivity(
            verdict=verdict, objective=objective, answers=tuple(words), numbers=tuple(filter(_moves, numbers)),
            parameters=tuple(filter(_moves, parameters)),
            irrelevant=tuple(fact.id for fact in facts if fact.id not in self.matters),
        )  # fmt: skip

    def words(self, fact: Fact) -> AnswerFlips:
        """Every other value of a choice or yes/no, and a set with one value more or less."""
        given = self.answers[fact.id]
        flips = []
        for other in _others(fact, given):
            state = self.state({**self.answers, fact.id: other})
            if state.everything != self.base.everything:
                self.matters.add(fact.id)
            if state.flagship != self.base.flagship:
                flips.append(Flip(value=plain(fact, other), verdict=state.flagship[0], objective=state.flagship[1]))
        return AnswerFlips(fact=fact.id, label=fact.label, given=plain(fact, given), flips=tuple(flips))

    def number(self, fact: Fact) -> Room:
        given = self.answers[fact.id]
        assert isinstance(given, Fraction)  # noqa: S101
        step = Fraction(1) if fact.type == "integer" else STEP
        low = fact.minimum if fact.minimum is not None else (fact.above or Fraction(0)) + step
        high = LARGEST if fact.maximum is None else fact.maximum
        room = self.room(fact.id, given, low, high, step, lambda value: self.state({**self.answers, fact.id: value}))
        if room["anything_below"] is not None or room["anything_above"] is not None:
            self.matters.add(fact.id)
        return Room(
            name=fact.id, kind="fact", label=fact.label, given=plain(fact, given), shown=measure(given, fact.unit),
            confidence="", **room,
        )  # fmt: skip

    def parameter(self, parameter: Parameter) -> Room:
        given = self.client.parameter(parameter.id)
        low, high = parameter.minimum, parameter.maximum
        room = self.room(
            parameter.id, given, given if low is None else low, given if high is None else high, STEP,
            lambda value: self.state(self.answers, self.moved(parameter, value)),
        )  # fmt: skip
        return Room(
            name=parameter.id, kind="parameter", label=parameter.label, given=float(given),
            shown=measure(given, parameter.unit), confidence=parameter.confidence, **room,
        )  # fmt: skip

    def moved(self, parameter: Parameter, value: Fraction) -> dict[str, Parameter]:
        """The parameters with one of them set to a value, for this client's kind too."""
        variants = dict.fromkeys(parameter.variants, value)
        return {**self.rulebase.parameters, parameter.id: replace(parameter, value=value, variants=variants)}

    def room(
        self, name: str, given: Fraction, low: Fraction, high: Fraction, step: Fraction, state: Any
    ) -> dict[str, Any]:  # fmt: skip
        """The nearest values below and above that flip the flagship, and those that flip anything."""
        moving = Moving(self.client, self.rulebase.quantities, name)
        points = {point for one in self.comparisons for point in moving.meetings(one, low, high)}
        values = sorted({value for point in points for value in _beside(point, step) if low <= value <= high})
        below = self.first(reversed([value for value in values if value < given]), state)
        above = self.first(iter([value for value in values if value > given]), state)
        return {
            "below": below[0], "anything_below": below[1], "above": above[0], "anything_above": above[1],
        }  # fmt: skip

    def first(self, values: Iterator[Fraction], state: Any) -> tuple[Flip | None, float | None]:
        """The first value that flips the flagship, and the first that flips anything."""
        anything: float | None = None
        for value in values:
            found: _State = state(value)
            if anything is None and found.everything != self.base.everything:
                anything = float(value)
            if found.flagship != self.base.flagship:
                return Flip(value=float(value), verdict=found.flagship[0], objective=found.flagship[1]), anything
        return None, anything


def _moves(room: Room) -> bool:
    return room.below is not None or room.above is not None


def _beside(point: Fraction, step: Fraction) -> Iterable[Fraction]:
    """The valid values at and on both sides of a point."""
    nearest = round(point / step)
    return [(nearest + shift) * step for shift in (-1, 0, 1)]


def _others(fact: Fact, given: Answer) -> Iterator[Answer]:
    known = [value.id for value in fact.values]
    match given:
        case bool():
            yield not given
        case str():
            yield from (word for word in known if word != given)
        case frozenset():
            for word in known:
                other = given ^ {word}
                if len(other) >= fact.at_least:
                    yield other
        case _:
            return
