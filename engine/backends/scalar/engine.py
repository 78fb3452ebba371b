"""One client through the compiled functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from demandfirst.engine.backends.scalar.results import Standings
from demandfirst.engine.backends.scalar.writer import Function, Writer
from demandfirst.engine.ir.answers import Answer, Client, Truth
from demandfirst.engine.ir.conditions import names_in
from demandfirst.engine.ir.outcome import FindingState, Firing, Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Parameter


class ScalarBackend:
    """A rulebase compiled to Python: two functions, made at their first use, that keep nothing between calls.

    Answers are checked ones, as `load.client` gives them.
    """

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase

    def run(self, answers: Mapping[str, Answer], parameters: Mapping[str, Parameter] | None = None) -> Outcome:
        """The outcome for one client's answers; `parameters` stand in for those of the rulebase."""
        truths, findings, quantities = self._outcome(answers, parameters)
        client = Client(answers, parameters or self.rulebase.parameters, quantities)
        return Outcome(client, truths, findings, Trace(self.rules, client, truths, findings))

    def standing(self, answers: Mapping[str, Answer], parameters: Mapping[str, Parameter] | None = None) -> Standings:
        """Where everything stands for one client's answers, as plain data: the quickest way to ask."""
        found: Standings = self._standing(answers, parameters)
        return found

    @property
    def source(self) -> str:
        """The text of the two functions."""
        return f"{self._standing.function.source}\n\n{self._outcome.function.source}"

    @cached_property
    def rules(self) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
        """The rules in the order in which they fire, each with the names that it reads."""
        known = frozenset(self.rulebase.quantities)
        rules = sorted(self.rulebase.rules, key=lambda rule: (rule.stratum, rule.index))
        return tuple((rule, _reads(rule, known)) for rule in rules)

    @cached_property
    def _standing(self) -> Bound:
        return Bound(Writer(self.rulebase).standing(), self.rulebase.parameters)

    @cached_property
    def _outcome(self) -> Bound:
        return Bound(Writer(self.rulebase).outcome(), self.rulebase.parameters)


class Bound:
    """A function with the parameters of its rulebase."""

    def __init__(self, function: Function, parameters: Mapping[str, Parameter]) -> None:
        self.function, self.parameters = function, parameters
        self.values = function.bind(parameters)

    def __call__(self, answers: Mapping[str, Answer], parameters: Mapping[str, Parameter] | None) -> Any:
        if parameters:
            return self.function.call(answers, parameters, self.function.bind(parameters, answers))
        return self.function.call(answers, self.parameters, self.values)


class Trace(Sequence[Firing]):
    """The firings of an outcome by stratum and rule, worked out when first looked at."""

    def __init__(
        self, rules: Sequence[tuple[Rule, tuple[str, ...]]], client: Client, truths: Sequence[Truth],
        findings: Mapping[str, FindingState],
    ) -> None:  # fmt: skip
        self._rules, self._client, self._truths, self._findings = rules, client, truths, findings

    @cached_property
    def _firings(self) -> tuple[Firing, ...]:
        fired = [(rule, reads) for rule, reads in self._rules if self._truths[rule.index] is not False]
        return tuple(self._firing(order, rule, reads) for order, (rule, reads) in enumerate(fired, 1))

    def _firing(self, order: int, rule: Rule, reads: tuple[str, ...]) -> Firing:
        certain = self._truths[rule.index] is True
        return Firing(
            order, rule.index, rule.stratum, certain, tuple((name, self._value(name)) for name in reads), rule.then
        )

    def _value(self, name: str) -> Answer | FindingState:
        client = self._client
        if name in self._findings:
            return self._findings[name]
        return client.quantities[name] if name in client.quantities else client.answer(name)

    @overload
    def __getitem__(self, place: int) -> Firing: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Firing]: ...

    def __getitem__(self, place: int | slice) -> Firing | Sequence[Firing]:
        return self._firings[place]

    def __len__(self) -> int:
        return len(self._firings)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._firings)


def _reads(rule: Rule, quantities: frozenset[str]) -> tuple[str, ...]:
    names = [names_in(line.condition, quantities) for line in rule.when]
    return tuple(dict.fromkeys(name for one in names for name in (*one.facts, *one.quantities, *one.findings)))
