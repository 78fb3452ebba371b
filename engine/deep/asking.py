"""Whether any client is as a formula says: proved that none is, or shown by one whom the reference engine has run.

A client found on the way is remembered and answers later questions. What exact answers rule out is asked once more with bounded
ones (`<10`), so that *none* means none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from demandfirst.engine.backends.forward.engine import ForwardBackend
from demandfirst.engine.backends.proof.bits import either, opposite, unlike
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.backends.proof.formulas import bit
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.deep.sample import Sample
from demandfirst.engine.ir.formulas import Formula
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase

SECONDS = 10.0
TRIES = 20
UNCONFIRMED = "the solver names a client whom the engine does not confirm"


class Asking:
    """Asks about every client of one rulebase, answered in full or in part."""

    def __init__(self, rulebase: Rulebase, seconds: float = SECONDS) -> None:
        self.rulebase, self.seconds = rulebase, seconds
        self.sample = Sample(rulebase.facts)
        self.reference = ForwardBackend(rulebase)

    @cached_property
    def proofs(self) -> tuple[Everyone, Everyone]:
        """Every client with exact answers, and with bounded ones too."""
        return self.everyone(bounded=False), self.everyone(bounded=True)

    def everyone(self, *, bounded: bool) -> Everyone:
        """Every client, to be asked apart from the others."""
        made = Everyone(self.rulebase, bounded=bounded, seconds=self.seconds)
        for name in self.rulebase.facts:
            made.encoder.variable(name)
        return made

    def ever(self, formula: Formula) -> bool:
        """Whether some client is so; raises `GaveUp` where that is not known."""
        return bool(self.sample.where(formula)) or any(self._found(one, formula) for one in self.proofs)

    def matters(self, fact: str, told: Sequence[Formula]) -> bool:
        """Whether anything told differs between two clients who differ in this answer only; raises `GaveUp`."""
        return any(self._apart(pair, told) for pair in self._neighbours(fact)) or any(
            self._proved_apart(fact, told, bounded=bounded) for bounded in (False, True)
        )

    def _neighbours(self, fact: str) -> Iterator[tuple[Outcome, Outcome]]:
        """Clients known already who answered, and each with the answer of another put in."""
        known = [one for one in self.sample.outcomes if fact in one.client.answers]
        for one, other in zip(known[:TRIES], known[-TRIES:], strict=True):
            yield one, self.reference.run({**one.client.answers, fact: other.client.answers[fact]})

    def _apart(self, pair: Iterable[Outcome], told: Sequence[Formula]) -> bool:
        """Whether two outcomes differ in anything told."""
        sample = Sample(self.rulebase.facts, pair)
        return any(sample.where(formula) not in (0, sample.everyone) for formula in told)

    def _proved_apart(self, fact: str, told: Sequence[Formula], *, bounded: bool) -> bool:
        everyone = self.everyone(bounded=bounded)
        one, other = everyone.encoder, everyone.other(apart=[fact])
        answered = (opposite(encoder.variable(fact).missing) for encoder in (one, other))
        pairs = ((bit(one, formula), bit(other, formula)) for formula in told)
        found = everyone.clients(*answered, either(*(unlike(*pair) for pair in pairs)))
        if found is None:
            return False
        if not self._apart(map(self.reference.run, found), told):
            raise GaveUp(UNCONFIRMED)
        return True

    def _found(self, everyone: Everyone, formula: Formula) -> bool:
        client = everyone.some(bit(everyone.encoder, formula))
        if client is None:
            return False
        self.sample.add(self.reference.run(client))
        if not self.sample.where(formula):
            raise GaveUp(UNCONFIRMED)
        return True
