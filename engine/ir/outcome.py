"""What an engine finds out about one client: the common ground of every backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demandfirst.engine.ir.answers import Answer, Client, Truth, all_of, any_of
from demandfirst.engine.ir.conditions import And, Concluded, Condition, Decided, Or
from demandfirst.engine.ir.rules import Effect

FindingState = Truth | frozenset[str]


def finding_truth(test: Concluded | Decided, state: FindingState) -> Truth:
    """The truth of a test on a settled finding; an undecided choice stands for all its values still possible."""
    if isinstance(test, Decided):
        assert isinstance(state, frozenset)  # noqa: S101
        within, outside = bool(state.intersection(test.values)), bool(state.difference(test.values))
        return None if within and outside else within != test.negated
    assert not isinstance(state, frozenset)  # noqa: S101
    return None if state is None else state != test.negated


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule fired: on which facts with which values, concluding what.

    `certain`: its conditions definitely hold; otherwise they are only still possible.
    """

    order: int
    rule: int
    stratum: int
    certain: bool
    read: tuple[tuple[str, Answer | FindingState], ...]
    then: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The truth of every rule and finding for one client, and the firings in their order.

    `rules[i]` is the truth of rule i (a case counts only where no earlier case of its table holds). A yes/no finding has a
    truth, a choice finding the set of values that are still possible.
    """

    client: Client
    rules: tuple[Truth, ...]
    findings: Mapping[str, FindingState]
    firings: Sequence[Firing]

    def truth(self, condition: Condition) -> Truth:
        """The truth of a condition, findings included."""
        match condition:
            case And(parts):
                return all_of(self.truth(part) for part in parts)
            case Or(parts):
                return any_of(self.truth(part) for part in parts)
            case Concluded() | Decided():
                return finding_truth(condition, self.findings[condition.finding])
            case _:
                return self.client.truth(condition)
