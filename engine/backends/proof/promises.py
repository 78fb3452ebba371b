"""Promises as formulas over all clients, and the search for clients for whom one is not kept."""

from __future__ import annotations

from collections.abc import Sequence

from demandfirst.engine.backends.proof.bits import Bit, both, either, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.formulas import Certain, Every, Not, Possible, Some
from demandfirst.engine.ir.guarantees import (
    Answered,
    Forgotten,
    Moved,
    Obligation,
    Other,
    Promise,
    Stands,
    Valued,
    Vetoed,
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import SEVERITIES

Clients = tuple[dict[str, Answer], ...]


class Prover:
    """Looks for clients who break obligations; those about one client share all their formulas.

    Numbers may be bounded. A client that is found has been reckoned exactly; one that is ruled out, cannot be.
    """

    def __init__(self, rulebase: Rulebase, seconds: float) -> None:
        self.rulebase, self.seconds = rulebase, seconds
        self._single = Everyone(rulebase, bounded=True, seconds=seconds)
        self._pointed = Everyone(rulebase, seconds=seconds)

    def breaking(self, obligation: Obligation) -> Clients | None:
        """The smallest clients who break it; None where there are none. Raises `GaveUp`.

        Clients without bounded numbers are found sooner, and easier to read.
        """
        everyone, bits = self._asked(obligation, bounded=True)
        if everyone.soon_ruled_out(*bits):
            return None
        pointed, pointed_bits = self._asked(obligation, bounded=False)
        return pointed.smallest_clients(*pointed_bits) or everyone.smallest_clients(*bits)

    def _asked(self, obligation: Obligation, *, bounded: bool) -> tuple[Everyone, tuple[Bit, ...]]:
        """What breaks an obligation, and whom to ask."""
        everyone, encoders, differing = self._clients(obligation, bounded=bounded)
        return everyone, (bit_of(obligation.premise, encoders), differing, bit_of(obligation.broken, encoders))

    def vacuous(self, obligation: Obligation) -> bool:
        """Whether something that has to be possible never is."""
        return not all(map(self._possible, obligation.wanted))

    def _possible(self, promise: Promise) -> bool:
        """Whether some client has it; one without bounded numbers is found sooner."""
        tried = (self._pointed, self._single)
        return any(everyone.some(bit_of(promise, [everyone.encoder])) is not None for everyone in tried)

    def _clients(self, obligation: Obligation, *, bounded: bool = True) -> tuple[Everyone, list[Encoder], Bit]:
        match obligation.differ:
            case None:
                exact = not bounded or _exact(obligation.premise, self.rulebase)
                everyone = self._pointed if exact else self._single
                return everyone, [everyone.encoder], True
            case Forgotten(fact):
                everyone = self._pair() if bounded else Everyone(self.rulebase, seconds=self.seconds)
                other = everyone.other(answers={fact: Gap.DONT_KNOW})
                return everyone, [everyone.encoder, other], True
            case Moved(up, down):
                everyone = self._pair() if bounded else Everyone(self.rulebase, seconds=self.seconds)
                other = everyone.other(apart=(*up, *down))
                differing = both(
                    *(_risen(everyone.encoder, other, name) for name in up),
                    *(_risen(other, everyone.encoder, name) for name in down),
                )
                return everyone, [everyone.encoder, other], differing

    def _pair(self) -> Everyone:
        return Everyone(self.rulebase, bounded=True, seconds=self.seconds)


def _exact(premise: Promise, rulebase: Rulebase) -> bool:
    """Whether a premise leaves no number within bounds only."""
    match premise:
        case Every(parts):
            return any(_exact(part, rulebase) for part in parts)
        case Answered(facts, exactly):
            return exactly and all(name in facts for name, fact in rulebase.facts.items() if fact.numeric)
        case _:
            return False


def _risen(lower: Encoder, higher: Encoder, name: str) -> Bit:
    """Whether a number is given twice, and no lower the second time."""
    one, other = lower.variable(name), higher.variable(name)
    return both(one.known, other.known, one.low <= other.low, one.high <= other.high)


def bit_of(promise: Promise, encoders: Sequence[Encoder]) -> Bit:
    """A promise as a formula."""
    match promise:
        case Every(parts):
            return both(*(bit_of(part, encoders) for part in parts))
        case Some(parts):
            return either(*(bit_of(part, encoders) for part in parts))
        case Not(part):
            return opposite(bit_of(part, encoders))
        case Other(part):
            return bit_of(part, encoders[1:])
        case Certain(condition):
            return encoders[0].condition(condition).certain
        case Possible(condition):
            return encoders[0].condition(condition).possible
        case Answered(facts, exactly):
            return both(*(_answered(encoders[0], name, exactly=exactly) for name in facts))
        case Vetoed(item):
            vetoes = encoders[0].rulebase.vetoing.get(item, ())
            return either(*(encoders[0].rule(rule).possible for rule in vetoes))
        case Valued(fact):
            return encoders[0].variable(fact).known
        case Stands(quantifier, names, words):
            found = [_has(encoders[0], name, words) for name in names]
            return (
                both(*found)
                if quantifier == "all"
                else opposite(either(*found))
                if quantifier == "none"
                else either(*found)
            )


def _answered(encoder: Encoder, name: str, *, exactly: bool) -> Bit:
    made = encoder.variable(name)
    pointed = True if made.low is made.high or not exactly else either(opposite(made.known), made.low == made.high)
    return both(opposite(made.missing), pointed)


def _has(encoder: Encoder, name: str, words: Sequence[str]) -> Bit:
    if name in encoder.rulebase.items:
        statuses = encoder.item(name)
        return either(*(statuses[word] for word in words))
    return either(*(_warned(encoder, name, word) for word in words))


def _warned(encoder: Encoder, name: str, word: str) -> Bit:
    """Whether a warning has a status; a severity as a status is that of the strongest rule that raised it."""
    for least, above in zip(SEVERITIES, (*SEVERITIES[1:], None), strict=True):
        if word == least:
            milder = True if above is None else opposite(encoder.warning(name, above)["raised"])
            return both(encoder.warning(name, least)["raised"], milder)
    return encoder.warning(name)[word]
