"""The smallest pair of clients for a condition, or the proof that there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from demandfirst.engine.backends.proof.bits import Bit, either, opposite, unlike
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.everyone import SECONDS, Everyone
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.two import places
from demandfirst.engine.deep.pairs import Pair, Reads, Spot, Trial, conditions_of, left_out, named
from demandfirst.engine.ir.conditions import INVERSE, Compare, Switch
from demandfirst.engine.ir.rulebase import Rulebase

NEVER_FIRES = "no client makes the rule fire, with the switches as they are"
SWITCHED = "this is a switch of the rulebase, which no answer turns"
TOGETHER = "no two clients differ in this condition so that the rule fires for one of them only"
NOT_SETTLED = "not settled: {}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a pair should be like.

    `figures`: a comparison is answered with figures by both. `telling`: what the rule is about stands elsewhere for the other.
    `bounded`: numbers may be given within bounds only.
    """

    figures: bool = False
    telling: bool = False
    bounded: bool = False


WISHES = (Wish(figures=True, telling=True), Wish(telling=True), Wish(), Wish(bounded=True))
"""The best first."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why a condition has no pair."""

    why: str


class Search:
    """Looks for pairs in one rulebase; the solver has so many seconds for a question."""

    def __init__(self, rulebase: Rulebase, seconds: float = SECONDS) -> None:
        self.rulebase, self.seconds = rulebase, seconds
        self.trial, self.reads = Trial(rulebase), Reads(rulebase)

    def pair(self, spot: Spot) -> Pair | Impossible:
        """A pair with few answers, which differs in one answer if there is such a pair, or why there is none.

        What the rule is about stands elsewhere for the other client, wherever that can be.
        """
        if isinstance(spot.leaf, Switch):
            return Impossible(SWITCHED)
        try:
            return self._found(spot) or Impossible(TOGETHER if self._fires(spot) else NEVER_FIRES)
        except GaveUp as limit:
            return Impossible(NOT_SETTLED.format(limit))

    def _fires(self, spot: Spot) -> bool:
        everyone = Everyone(self.rulebase, seconds=self.seconds)
        return everyone.some(everyone.encoder.rule(spot.rule).certain) is not None

    def _found(self, spot: Spot) -> Pair | None:
        apart = self.reads.facts(spot.leaf)
        for wish in WISHES:
            found = self._asked(spot, apart, wish)
            if found is not None:
                return self._polished(spot, found, wish)
        return None

    # --- asked of the solver ------------------------------------------------------------------------------------------

    def _asked(self, spot: Spot, apart: Iterable[str], wish: Wish) -> Pair | None:
        if wish.figures and not isinstance(spot.leaf, Compare):
            return None
        everyone = Everyone(self.rulebase, bounded=wish.bounded, seconds=self.seconds)
        one, other = everyone.encoder, everyone.other(apart=apart)
        bits = _separated(spot, one, other)
        if wish.telling:
            bits.append(_told_apart(spot, one, other))
        if wish.figures and isinstance(spot.leaf, Compare):
            bits.append(other.condition(opposed(spot.leaf)).certain)
        found = everyone.smallest_clients(*bits)
        if found is None:
            return None
        pair = Pair(dict(found[0]), dict(found[1]))
        if not self.trial.separates(spot, pair):
            raise GaveUp("the engine does not confirm the pair found")
        return pair

    # --- made smaller on the engine -----------------------------------------------------------------------------------

    def _polished(self, spot: Spot, pair: Pair, wish: Wish) -> Pair:
        def good(tried: Pair) -> bool:
            return self.trial.separates(spot, tried) and self._as_wished(spot, tried, wish)

        pair = _nearer(pair, good)
        if len(pair.apart) > 1:
            pair = self._one_apart(spot, pair.apart, wish) or pair
        return self._at_the_edge(self._fewer(pair, good), good)

    def _as_wished(self, spot: Spot, pair: Pair, wish: Wish) -> bool:
        figured = not (wish.figures and isinstance(spot.leaf, Compare)) or self._figured(spot.leaf, pair)
        return figured and (not wish.telling or bool(self.trial.flips(spot, pair)))

    def _figured(self, leaf: Compare, pair: Pair) -> bool:
        return self.trial.backend.run(pair.other).truth(opposed(leaf)) is True

    def _one_apart(self, spot: Spot, facts: Iterable[str], wish: Wish) -> Pair | None:
        for name in facts:
            try:
                found = self._asked(spot, [name], wish)
            except GaveUp:
                continue
            if found is not None:
                return found
        return None

    def _fewer(self, pair: Pair, good: Callable[[Pair], bool]) -> Pair:
        """Without the answers that neither client needs."""
        for name in list(dict.fromkeys([*pair.one, *pair.other])):
            fewer = pair.without(name)
            if not self.rulebase.facts[name].required and good(fewer):
                pair = fewer
        return pair

    def _at_the_edge(self, pair: Pair, good: Callable[[Pair], bool]) -> Pair:
        """With the two numbers as near to each other as answers can be, where a number is all that differs."""
        if len(pair.apart) != 1:
            return pair
        name = pair.apart[0]
        step = self.rulebase.facts[name].step
        while True:
            one, other = pair.one.get(name), pair.other.get(name)
            if not (isinstance(one, Fraction) and isinstance(other, Fraction)) or abs(one - other) <= step:
                return pair
            middle = (one + (other - one) / 2) // step * step
            if middle in (one, other):
                middle += step
            moved = (replace(pair, one={**pair.one, name: middle}), replace(pair, other={**pair.other, name: middle}))
            nearer = next(filter(good, moved), None)
            if nearer is None:
                return pair
            pair = nearer


def opposed(leaf: Compare) -> Compare:
    """The comparison that holds for the numbers for which this one does not."""
    return replace(leaf, op=INVERSE[leaf.op])


def _separated(spot: Spot, one: Encoder, other: Encoder) -> list[Bit]:
    """The rule fires for the first and surely not for the other, whose truths are the same but for this condition."""
    bits = [
        one.rule(spot.rule).certain, opposite(other.rule(spot.rule).possible),
        one.condition(spot.leaf).certain, opposite(other.condition(spot.leaf).possible),
    ]  # fmt: skip
    for leaf in conditions_of(spot.rule):
        if leaf != spot.leaf:
            mine, theirs = one.condition(leaf), other.condition(leaf)
            bits += [opposite(unlike(mine.certain, theirs.certain)), opposite(unlike(mine.possible, theirs.possible))]
    return bits


def _told_apart(spot: Spot, one: Encoder, other: Encoder) -> Bit:
    """Something that the rule is about stands elsewhere for the other."""
    found: list[Bit] = []
    for name, kind in named(spot.rule).items():
        mine, theirs = places(one, kind, name), places(other, kind, name)
        found += [unlike(mine[word], theirs[word]) for word in mine]
    return either(*found)


def _nearer(pair: Pair, good: Callable[[Pair], bool]) -> Pair:
    """With the first client's answers, or none, for the other wherever that will do."""
    for name in pair.apart:
        if name in pair.one:
            same = replace(pair, other={**pair.other, name: pair.one[name]})
        else:
            same = replace(pair, other=left_out(pair.other, name))
        pair = same if good(same) else pair
    for name in pair.apart:
        if name not in pair.one:
            same = replace(pair, one={**pair.one, name: pair.other[name]})
            pair = same if good(same) else pair
    return pair
