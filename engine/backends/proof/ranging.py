"""Obligations in a rulebase whose parameters are free: ruled out on loose terms, or broken by clients who show it."""

from __future__ import annotations

from demandfirst.engine.backends.proof.bits import Bit
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.backends.proof.promises import Clients, Prover, bit_of
from demandfirst.engine.ir.guarantees import Obligation
from demandfirst.engine.ir.rulebase import Rulebase


class Ruling(Everyone):
    """Every client, of whom it may be enough to rule something out."""

    def ruled_out(self, *bits: Bit) -> bool:
        """Whether there is nobody for whom all bits hold, even with any decimals and near rounding. Raises `GaveUp`."""
        with self._asked(bits):
            return not self._possible()


class Ranging(Prover):
    """Rules out what would break an obligation, or finds any clients who do."""

    def __init__(self, rulebase: Rulebase, seconds: float, *, bounded: bool) -> None:
        super().__init__(rulebase, seconds)
        self._bounded = bounded
        self._own = self._everyone = self._pair()
        self._single = self._pointed = self._own

    def ruled_out(self, obligation: Obligation) -> bool:
        """Whether it is proved, on loose terms, that no clients break it. Raises `GaveUp`."""
        bits = self._bits(obligation)
        return self._everyone.ruled_out(*bits)

    def any_breaking(self, obligation: Obligation) -> Clients | None:
        """Any clients who break it; None where there are none. Raises `GaveUp`."""
        bits = self._bits(obligation)
        return self._everyone.clients(*bits)

    def _bits(self, obligation: Obligation) -> tuple[Bit, ...]:
        """What breaks an obligation; `_everyone` are those to ask then."""
        self._everyone = self._own
        _, encoders, differing = self._clients(obligation)
        return bit_of(obligation.premise, encoders), bit_of(obligation.broken, encoders), differing

    def _pair(self) -> Ruling:
        self._everyone = Ruling(self.rulebase, bounded=self._bounded, seconds=self.seconds)
        return self._everyone
