"""What a deep check finds, and the questions that it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from demandfirst.engine.check.issue import Issue, Weight
from demandfirst.engine.deep.truths import Truths
from demandfirst.engine.errors import Place
from demandfirst.engine.ir.formulas import Formula
from demandfirst.engine.ir.intended import Code
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Fact, Item, Parameter

Owner = Rule | Item | Fact | Parameter
WEIGHTS: dict[Code, Weight] = {
    "rule-never": "high",
    "rule-idle": "medium",
    "rule-subsumed": "medium",
    "effect-idle": "medium",
    "veto-idle": "medium",
    "condition-redundant": "medium",
    "line-never": "medium",
    "line-always": "medium",
    "item-out-of-reach": "high",
    "item-for-everyone": "medium",
    "question-idle": "medium",
    "parameter-range": "high",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about a rule, item, question or parameter, which may acknowledge it."""

    owner: Owner
    code: Code
    place: Place
    message: str
    help: str

    @property
    def issue(self) -> Issue:
        """As `check` reports it."""
        return Issue(self.place, self.code, WEIGHTS[self.code], self.message, self.help)


class Asks(Protocol):
    """Whoever can tell something of all clients."""

    def ever(self, formula: Formula) -> bool:
        """Whether some client is so; raises `GaveUp` where that is not known."""
        ...

    def matters(self, fact: str, told: Sequence[Formula]) -> bool:
        """Whether anything told differs between two clients who differ in this answer only; raises `GaveUp`."""
        ...


@dataclass(frozen=True)
class Deep:
    """A rulebase that is being checked: its formulas, and whom to ask."""

    truths: Truths
    asks: Asks

    @cached_property
    def told(self) -> tuple[Formula, ...]:
        """All that a client can be told."""
        return self.truths.told()

    def ever(self, formula: Formula) -> bool:
        """Whether some client is so."""
        return self.asks.ever(formula)


T = TypeVar("T", bound=Owner)
Finder = Callable[[Deep, T], Iterator[Found]]


def listed(words: Iterable[str]) -> str:
    """Words of a message, each in backticks and once."""
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words))
