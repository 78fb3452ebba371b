"""Two rulebases and every possible client at once: whether an outcome can differ between them, and a client for whom it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from demandfirst.engine.backends.forward.engine import ForwardBackend
from demandfirst.engine.backends.proof.bits import Bit, both, either, formula, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.everyone import SECONDS, Everyone
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Recommend
from demandfirst.engine.ir.shapes import Known, Shapes
from demandfirst.engine.ir.shared import shared
from demandfirst.engine.ir.vocabulary import SEVERITIES
from demandfirst.engine.standing import Kind, Standing

Run = Callable[[Mapping[str, Answer]], Outcome]
Engine = Callable[[Rulebase], Run]


def reference(rulebase: Rulebase) -> Run:
    """The reference engine."""
    return ForwardBackend(rulebase).run


class NoClient(ValueError):
    """No client's answers are valid for both rulebases: facts that have to be answered take no value that fits both."""


class Two:
    """An old and a new rulebase, over every client whose answers are valid for both.

    A client's answers to questions that only one of the two asks are read by that one alone. An item or warning that only one
    has is never given by the other. Clients with exact answers are tried first, then (with `bounded`) those who give numbers
    within bounds. `engine` runs a client through a rulebase; every client found is confirmed by it.
    """

    def __init__(
        self, old: Rulebase, new: Rulebase, *, bounded: bool = True, seconds: float = SECONDS, engine: Engine = reference
    ) -> None:  # fmt: skip
        self.old, self.new, self.engine = old, new, engine
        self.bounded, self.seconds = bounded, seconds
        self.shared = shared(old, new)
        if self.shared.impossible:
            raise NoClient(", ".join(sorted(self.shared.impossible)))
        self.kinds = self.shared.kinds
        known: Known = {}
        self._shapes = Shapes(old, known), Shapes(new, known)

    @property
    def names(self) -> tuple[str, ...]:
        """Every item and warning of either, and every finding that both have as the same kind."""
        return tuple(self.kinds)

    def alike(self, name: str) -> bool:
        """Whether the same parts decide it in both, so that there is nothing to prove."""
        old, new = self._shapes
        return old.outcome(name) == new.outcome(name)

    def differ(self, name: str) -> dict[str, Answer] | None:
        """A client for whom it stands elsewhere, None where it is proved that there is none; raises `GaveUp`."""
        return self._client(name, smallest=False)

    def smallest(self, name: str) -> dict[str, Answer] | None:
        """The same with as few answers as possible, in plain values."""
        return self._client(name, smallest=True)

    def unlike(self) -> Iterator[tuple[str, dict[str, Answer] | None]]:
        """Each name that differs for some client, with one; with None where the solver gave up."""
        for name in self.names:
            try:
                found = self.differ(name)
            except GaveUp:
                yield name, None
            else:
                if found is not None:
                    yield name, found

    def outweighs(self, item: str) -> dict[str, Answer] | None:
        """A client to whom both recommend an item, with another weight; None where there is none; raises `GaveUp`."""

        def apart(encoders: Sequence[Encoder]) -> Bit:
            given = (encoder.item(item)["recommended"] for encoder in encoders)
            old, new = (weight(encoder, item) for encoder in encoders)
            return both(*given, old != new)

        found = self._anyone(apart, smallest=False)
        if found is not None:
            old, new = self.outcomes(found)
            if Standing(self.old, old).weight(item) == Standing(self.new, new).weight(item):
                raise GaveUp(f"the engine does not confirm the client found for {item}")
        return found

    # --- on the engine ------------------------------------------------------------------------------------------------

    @cached_property
    def runs(self) -> tuple[Run, Run]:
        """The engine with each of the two."""
        return self.engine(self.old), self.engine(self.new)

    def outcomes(self, answers: Mapping[str, Answer]) -> tuple[Outcome, Outcome]:
        """What each of the two finds out about a client; each is given the answers to its own questions."""
        old, new = self.runs
        return old(known_to(self.old, answers)), new(known_to(self.new, answers))

    def states(self, name: str, answers: Mapping[str, Answer]) -> tuple[str | None, str | None]:
        """Where it stands for a client under each of the two, as `Standing.state` says it."""
        old, new = self.outcomes(answers)
        kind = self.kinds[name]
        return Standing(self.old, old).state(kind, name), Standing(self.new, new).state(kind, name)

    # --- in formulas --------------------------------------------------------------------------------------------------

    @cached_property
    def _exact(self) -> Everyone:
        return self._everyone(bounded=False)

    @cached_property
    def _within_bounds(self) -> Everyone:
        return self._everyone(bounded=True)

    def _everyone(self, *, bounded: bool) -> Everyone:
        everyone = Everyone(self.shared.old, bounded=bounded, seconds=self.seconds)
        everyone.other(rulebase=self.shared.new)
        for encoder in everyone.encoders:
            for fact in encoder.rulebase.facts.values():
                if fact.required:  # a client has to answer it even where no formula reads it
                    encoder.variable(fact.id)
        return everyone

    def _client(self, name: str, *, smallest: bool) -> dict[str, Answer] | None:
        if self.alike(name):
            return None
        kind = self.kinds[name]

        def apart(encoders: Sequence[Encoder]) -> Bit:
            old, new = (places(encoder, kind, name) for encoder in encoders)
            return either(*(_apart(old.get(one, False), new.get(one, False)) for one in dict.fromkeys([*old, *new])))

        found = self._anyone(apart, smallest=smallest)
        if found is not None and len(set(self.states(name, found))) == 1:
            raise GaveUp(f"the engine does not confirm the client found for {name}")
        return found

    def _anyone(self, apart: Callable[[Sequence[Encoder]], Bit], *, smallest: bool) -> dict[str, Answer] | None:
        """A client with exact answers of whom something holds, else one who gives numbers within bounds."""
        for everyone in (self._exact, self._within_bounds) if self.bounded else (self._exact,):
            bit = apart(everyone.encoders)
            if bit is not False:
                found = (everyone.smallest_clients if smallest else everyone.clients)(bit, *self._barred(everyone))
                if found is not None:
                    return {**found[0], **found[1]}
        return None

    def _barred(self, everyone: Everyone) -> Iterator[Bit]:
        """That no client gives a value that only one of the two has."""
        for encoder in everyone.encoders:
            for name, made in encoder.variables.items():
                yield from (opposite(made.marks[word]) for word in self.shared.barred.get(name, ()))


def known_to(rulebase: Rulebase, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers to the questions that a rulebase asks."""
    return {name: answer for name, answer in answers.items() if name in rulebase.facts}


def places(encoder: Encoder, kind: Kind, name: str) -> dict[str, Bit]:
    """Each state of an item, a warning or a finding, in the words of `Standing.state`."""
    if kind == "item":
        return encoder.item(name)
    if kind == "warning":
        return _warned(encoder, name)
    if not encoder.rulebase.findings[name].choice:
        pair = encoder.concluded(name)
        return {"true": pair.certain, "false": opposite(pair.possible)}
    possible = encoder.possible(name)
    return {
        word: both(bit, *(opposite(other) for else_, other in possible.items() if else_ != word))
        for word, bit in possible.items()
    }


def weight(encoder: Encoder, item: str) -> Any:
    """The summed weight of the rules that recommend an item and fire, as a formula."""
    fired = [
        z3.If(formula(encoder.rule(rule).certain, encoder.context), effect.weight, 0)
        for rule in encoder.rulebase.recommending.get(item, ())
        for effect in rule.then
        if isinstance(effect, Recommend) and effect.item == item
    ]
    return z3.Sum([z3.IntVal(0, encoder.context), *fired])


def _warned(encoder: Encoder, name: str) -> dict[str, Bit]:
    found = encoder.warning(name)
    at_least = [encoder.warning(name, least)["raised"] for least in SEVERITIES]
    exactly = (both(here, opposite(above)) for here, above in zip(at_least, [*at_least[1:], False], strict=True))
    raised = dict(zip((f"raised {severity}" for severity in SEVERITIES), exactly, strict=True))
    return {"not_raised": found["not_raised"], "open": found["open"], **raised}


def _apart(one: Bit, other: Bit) -> Bit:
    """Whether exactly one of two bits holds."""
    if isinstance(one, bool) or isinstance(other, bool):
        return other if one is False else opposite(other) if one is True else opposite(one) if other else one
    return False if one.eq(other) else z3.Xor(one, other)
