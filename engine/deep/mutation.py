"""Which mistakes in the rules somebody would notice: personas, cases, guarantees; and which change nothing for anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.two import Two
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.backends.scalar.results import Standings
from demandfirst.engine.deep.cases import Document, pair_in
from demandfirst.engine.deep.expected import state_in, status_in, unmet
from demandfirst.engine.deep.guarantees import kept, obligations
from demandfirst.engine.deep.mutants import Mutant
from demandfirst.engine.deep.pairs import Answers
from demandfirst.engine.ir.guarantees import Obligation
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.client import answers_of

MOST_CLIENTS = 20
"""So many of the clients whom a mutant changes are held against the guarantees."""


@dataclass(frozen=True, slots=True)
class Example:
    """A client, and whether what became of it is as expected."""

    answers: Answers
    passes: Callable[[Standings], bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """Who notices a mutant.

    `equivalent`: proved that nothing is otherwise for any client. `client` tells it from the original by `name`, where the
    personas do not; `unsettled` is the limit that the solver reached.
    """

    mutant: Mutant
    killed_by: frozenset[str]
    equivalent: bool = False
    client: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    unsettled: str = ""


def of_personas(rulebase: Rulebase, personas: Iterable[Mapping[str, Any]]) -> Iterator[Example]:
    """Described clients with what they expect."""
    for persona in personas:
        expect = persona["expect"]
        yield Example(
            answers_of(persona["client"], rulebase.facts),
            lambda found, expect=expect: next(unmet(expect, status_in(found), rulebase), None) is None,  # type: ignore[misc]
        )


def of_cases(rulebase: Rulebase, documents: Iterable[Document]) -> Iterator[Example]:
    """Both clients of each pair with what they expect."""
    for document in documents:
        for entry in document["pairs"]:
            pair = pair_in(entry, rulebase)
            for answers, expect in ((pair.one, entry["expect"]), (pair.other, entry["expect_instead"])):
                yield Example(answers, lambda found, expect=expect: _stands(found, expect))  # type: ignore[misc]


def _stands(found: Standings, expect: Mapping[str, str]) -> bool:
    state = state_in(found)
    return all(state(name) == value for name, value in expect.items())


class Judge:
    """Holds mutants of one rulebase against suites of examples and the guarantees."""

    def __init__(self, rulebase: Rulebase, personas: Sequence[Example], cases: Sequence[Example]) -> None:
        self.rulebase = rulebase
        self.suites = {"personas": personas, "cases": cases}
        backend = ScalarBackend(rulebase)
        self.original = {
            name: [_told(backend.standing(one.answers)) for one in suite] for name, suite in self.suites.items()
        }

    def judged(self, mutant: Mutant) -> Judged:
        """Who notices the mutant; where the personas do not, whether anybody ever could."""
        backend = ScalarBackend(mutant.rulebase)
        killed: set[str] = set()
        moved: list[Answers] = []
        for name in self.suites:
            found = self._moved(name, backend)
            moved += found[0]
            killed |= {name} if found[1] else set()
        if _breaks_a_guarantee(mutant.rulebase, backend, moved):
            killed.add("guarantees")
        if "personas" in killed:
            return Judged(mutant, frozenset(killed))
        return self._told_apart(mutant, backend, killed)

    def _moved(self, name: str, backend: ScalarBackend) -> tuple[list[Answers], bool]:
        """Clients of a suite to whom something else is told, and whether any example fails; enough of them, not all."""
        moved: list[Answers] = []
        killed = False
        for one, before in zip(self.suites[name], self.original[name], strict=True):
            found = backend.standing(one.answers)
            if _told(found) != before:
                moved.append(one.answers)
                killed = killed or not one.passes(found)
            if killed and len(moved) >= MOST_CLIENTS:
                break
        return moved, killed

    def _told_apart(self, mutant: Mutant, backend: ScalarBackend, killed: set[str]) -> Judged:
        """With the smallest client who gets something else, if there is one."""
        two = Two(self.rulebase, mutant.rulebase, engine=lambda rulebase: ScalarBackend(rulebase).run)
        limit = ""
        for name in two.names:
            try:
                client = two.smallest(name)
            except GaveUp as error:
                limit = limit or f"{name}: {error}"
                continue
            if client is not None:
                if _breaks_a_guarantee(mutant.rulebase, backend, [client]):
                    killed.add("guarantees")
                shown = {fact: plain(self.rulebase.facts[fact], answer) for fact, answer in client.items()}
                return Judged(mutant, frozenset(killed), client=shown, name=name)
        return Judged(mutant, frozenset(killed), equivalent=not limit and not killed, unsettled=limit)


def _told(found: Standings) -> tuple[object, ...]:
    """What counts as an outcome: statuses, severities and findings."""
    return found.items, found.warnings, found.findings


def _breaks_a_guarantee(rulebase: Rulebase, backend: ScalarBackend, clients: Sequence[Answers]) -> bool:
    """Whether a promise about one client is broken for any of some clients, spread evenly over those given."""
    step = max(1, len(clients) // MOST_CLIENTS)
    outcomes = [[backend.run(answers)] for answers in clients[::step][:MOST_CLIENTS]]
    return any(
        kept(one.premise, outcome, rulebase) and kept(one.broken, outcome, rulebase)
        for guarantee in rulebase.guarantees.values()
        for one in (obligations(rulebase, guarantee) if outcomes else ())
        if isinstance(one, Obligation) and one.differ is None
        for outcome in outcomes
    )
