"""How sure the advice is: which answers and assumptions the verdict and the top objective hang on, and by how much.

Numbers are not sampled: in a stretch of valid answers in which no comparison turns nothing changes, so it is enough to try one
answer of each stretch, outward from the present value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Part
from demandfirst.engine.ir.answers import Answer, Client, Gap
from demandfirst.engine.ir.conditions import Compare, Leaf, Unknown, leaves
from demandfirst.engine.ir.intervals import Amount, ends
from demandfirst.engine.ir.numbers import measure, plain, unit_words
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS, Fact, Parameter
from demandfirst.engine.language import speaking
from demandfirst.engine.say import spoken
from demandfirst.engine.standing import Standing
from demandfirst.engine.thresholds import Grid, Moving, moved

STEP = Fraction(1, 10**ANSWER_DECIMALS)
Parameters = Mapping[str, Parameter]


class Flip(Part):
    """Another value, and what the verdict and the top objective would be."""

    value: Any
    verdict: str | None
    objective: str | None


class AnswerFlips(Part):
    """An answer that is a word, yes/no or a set, or a switch: the other values that flip the verdict or the top objective."""

    fact: str
    label: str
    given: Any
    flips: tuple[Flip, ...]


class Room(Part):
    """How far a number may move: `below` and `above` flip the verdict or the top objective, the others flip anything at all.

    Each is the nearest valid value that flips something, or None where none does; valid values lie `step` apart.
    """

    name: str
    kind: str
    label: str
    given: Any
    shown: str
    unit: str
    step: Any
    confidence: str
    below: Flip | None
    above: Flip | None
    anything_below: Any
    anything_above: Any


class Sensitivity(Part):
    """What the verdict and the top objective of one client hang on.

    `numbers` and `parameters` are those whose move flips anything; `irrelevant` are the answers that could be any other,
    *don't know* included, without a change of any status, severity, step or the order of the objectives.
    """

    verdict: str | None
    objective: str | None
    answers: tuple[AnswerFlips, ...]
    numbers: tuple[Room, ...]
    parameters: tuple[Room, ...]
    switches: tuple[AnswerFlips, ...]
    irrelevant: tuple[str, ...]


@dataclass(frozen=True)
class _State:
    """What can flip: the flagship (verdict and top objective), and everything."""

    flagship: tuple[str | None, str | None]
    everything: tuple[object, ...]


def sensitivity(advisor: Advisor, answers: Mapping[str, Answer]) -> Sensitivity:
    """What the advice for these answers hangs on, in the advisor's language."""
    with speaking(advisor.language):
        return _Prober(advisor, dict(answers)).result()


class _Prober:
    def __init__(self, advisor: Advisor, answers: dict[str, Answer]) -> None:
        self.advisor, self.rulebase, self.answers = advisor, advisor.rulebase, answers
        self.known: dict[object, _State] = {}
        self.base = self.state(answers)
        self.matters: set[str] = set()

    @cached_property
    def client(self) -> Client:
        return Client.of(self.answers, self.rulebase.parameters, self.rulebase.quantities)

    @cached_property
    def tests(self) -> tuple[Leaf, ...]:
        """Every condition on numbers in the rules, each once."""
        found = (leaf for rule in self.rulebase.rules for line in rule.when for leaf in leaves(line.condition))
        return tuple(dict.fromkeys(leaf for leaf in found if isinstance(leaf, Compare | Unknown)))

    def state(self, answers: Mapping[str, Answer], parameters: Parameters | None = None) -> _State:
        """What would be; worked out once for all answers that fire the same rules."""
        outcome = self.advisor.scalar.run(answers, parameters)
        key = outcome.rules, outcome.client.answer(self.rulebase.goals_fact)
        if key not in self.known:
            self.known[key] = self.found(outcome)
        return self.known[key]

    def found(self, outcome: Outcome) -> _State:
        standing = Standing(self.rulebase, outcome)
        items = {name: standing.item(name) for name in self.rulebase.items}
        warnings = {name: standing.warning(name) for name in self.rulebase.warnings}
        fitting = [one.id for one in standing.ranked if one.kind == "objective" and items[one.id] == "recommended"]
        flagship = standing.verdict(), fitting[0] if fitting else None
        shown = [self.rulebase.items[name] for name, status in items.items() if status in ("recommended", "open")]
        shown += [self.rulebase.warnings[name] for name, (status, _) in warnings.items() if status != "not_raised"]
        lines = [outcome.rules[step.rule] is True for item in shown for step in item.steps if step.rule is not None]
        platforms = [outcome.rules[platform.rule] for platform in self.rulebase.platforms.values()]
        return _State(flagship, (flagship, *items.values(), *warnings.values(), *fitting, *lines, *platforms))

    def with_answer(self, name: str, other: Answer) -> _State:
        """What would be with another answer; remembers whether that changes anything."""
        state = self.state({**self.answers, name: other})
        if state.everything != self.base.everything:
            self.matters.add(name)
        return state

    def result(self) -> Sensitivity:
        facts = [self.rulebase.facts[name] for name, given in self.answers.items() if not isinstance(given, Gap)]
        words = [self.words(fact) for fact in facts if not fact.numeric]
        numbers = [self.number(fact) for fact in facts if fact.numeric]
        parameters = self.rulebase.parameters.values()
        rooms = [self.parameter(one) for one in parameters if not isinstance(one.value, bool)]
        switches = [self.switch(one) for one in parameters if isinstance(one.value, bool)]
        verdict, objective = self.base.flagship
        return Sensitivity(
            verdict=verdict, objective=objective, answers=tuple(one for one in words if one.flips),
            numbers=tuple(filter(_moves, numbers)), parameters=tuple(filter(_moves, rooms)),
            switches=tuple(one for one in switches if one.flips),
            irrelevant=tuple(fact.id for fact in facts if self.irrelevant(fact)),
        )  # fmt: skip

    def irrelevant(self, fact: Fact) -> bool:
        """Whether any other answer leaves everything as it is: none of those tried mattered, nor does *don't know*.

        Of a set only its neighbours are tried; that no other matters either is sure where the advice would not ask for it.
        """
        if fact.id in self.matters or fact.id == self.rulebase.goals_fact:
            return False
        if not fact.required and self.with_answer(fact.id, Gap.DONT_KNOW).everything != self.base.everything:
            return False
        return fact.type != "set" or not self.asked(fact)

    def asked(self, fact: Fact) -> bool:
        """Whether the advice asks for a fact when its answer is taken back."""
        others = {name: given for name, given in self.answers.items() if name != fact.id}
        advice = self.advisor.advise_answers(others, engine="scalar")
        return any(question.fact == fact.id for question in advice.questions)

    def words(self, fact: Fact) -> AnswerFlips:
        """Every other value of a choice or yes/no, and a set with one value more or less."""
        given = self.answers[fact.id]
        tried = [(other, self.with_answer(fact.id, other)) for other in _others(fact, given)]
        flips = [_flip(plain(fact, other), state) for other, state in tried if state.flagship != self.base.flagship]
        return AnswerFlips(fact=fact.id, label=fact.label, given=plain(fact, given), flips=tuple(flips))

    def switch(self, parameter: Parameter) -> AnswerFlips:
        """A switch the other way."""
        given = bool(parameter.value)
        state = self.state(self.answers, moved(self.rulebase.parameters, parameter.id, not given))
        flips = (_flip(not given, state),) if state.flagship != self.base.flagship else ()
        return AnswerFlips(fact=parameter.id, label=parameter.label, given=given, flips=flips)

    def number(self, fact: Fact) -> Room:
        given = self.answers[fact.id]
        grid = Grid(fact.least, fact.most, fact.step)
        amount: Amount = given  # type: ignore[assignment]
        return Room(
            name=fact.id, kind="fact", label=fact.label, given=plain(fact, given), shown=spoken(fact, amount),
            unit=unit_words(fact.unit), step=_number(fact.step), confidence="",
            **self.room(fact.id, amount, grid, lambda value: self.with_answer(fact.id, value)),
        )  # fmt: skip

    def parameter(self, parameter: Parameter) -> Room:
        given = Fraction(self.client.parameter(parameter.id))
        low = given if parameter.minimum is None else parameter.minimum
        high = given if parameter.maximum is None else parameter.maximum
        parameters = self.rulebase.parameters
        room = self.room(
            parameter.id, given, Grid(low, high, STEP),
            lambda value: self.state(self.answers, moved(parameters, parameter.id, value)),
        )  # fmt: skip
        return Room(
            name=parameter.id, kind="parameter", label=parameter.label, given=_number(given),
            shown=measure(given, parameter.unit), unit=unit_words(parameter.unit), step=_number(STEP),
            confidence=parameter.confidence, **room,
        )  # fmt: skip

    def room(self, name: str, given: Amount, grid: Grid, state: Callable[[Fraction], _State]) -> dict[str, Any]:
        """The nearest values below and above that flip the flagship, and those that flip anything."""
        stretches = Moving.of(self.client, self.rulebase.quantities, name, self.tests).stretches(grid)
        low, high = ends(given)
        below = [min(last, grid.below(low)) for first, last in reversed(stretches) if first < low]
        above = [max(first, grid.above(high)) for first, last in stretches if last > high]
        for first, last in stretches:
            if low < high and first <= high and last >= low:
                state(max(first, low))
        nearest_below, anything_below = self.first(below, state)
        nearest_above, anything_above = self.first(above, state)
        return {
            "below": nearest_below, "anything_below": anything_below,
            "above": nearest_above, "anything_above": anything_above,
        }  # fmt: skip

    def first(self, values: Iterable[Fraction], state: Callable[[Fraction], _State]) -> tuple[Flip | None, Any]:
        """The first value that flips the flagship, and the first that flips anything."""
        anything: Any = None
        for value in values:
            found = state(value)
            if anything is None and found.everything != self.base.everything:
                anything = _number(value)
            if found.flagship != self.base.flagship:
                return _flip(_number(value), found), anything
        return None, anything


def _flip(value: Any, state: _State) -> Flip:
    return Flip(value=value, verdict=state.flagship[0], objective=state.flagship[1])


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _moves(room: Room) -> bool:
    return room.anything_below is not None or room.anything_above is not None


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
