"""Truths as formulas: a bit is a Python `bool` where it is settled already, and a z3 formula where it is not.

Everything folds while it is built, so that a formula holds no more than what depends on free facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.ir.answers import Truth

Bit = Any
"""A `bool` or a `z3.BoolRef`."""


def both(*bits: Bit) -> Bit:
    """All of the bits."""
    open_bits = []
    for bit in bits:
        if bit is False:
            return False
        if bit is not True:
            open_bits.append(bit)
    if len(open_bits) < 2:  # noqa: PLR2004
        return open_bits[0] if open_bits else True
    return z3.And(*open_bits)


def either(*bits: Bit) -> Bit:
    """At least one of the bits."""
    open_bits = []
    for bit in bits:
        if bit is True:
            return True
        if bit is not False:
            open_bits.append(bit)
    if len(open_bits) < 2:  # noqa: PLR2004
        return open_bits[0] if open_bits else False
    return z3.Or(*open_bits)


def opposite(bit: Bit) -> Bit:
    """The bit turned round."""
    return (not bit) if isinstance(bit, bool) else z3.Not(bit)


def unlike(one: Bit, other: Bit) -> Bit:
    """Exactly one of the two bits."""
    same = one is other if isinstance(one, bool) or isinstance(other, bool) else one.eq(other)
    return False if same else either(both(one, opposite(other)), both(opposite(one), other))


def formula(bit: Bit, context: Any) -> Any:
    """A bit as a formula."""
    return z3.BoolVal(bit, context) if isinstance(bit, bool) else bit


@dataclass(frozen=True, slots=True)
class Pair:
    """One of the three truth values: whether it is certainly true, and whether it is still possible.

    INVARIANT: what is certain is possible.
    """

    certain: Bit
    possible: Bit


def constant(truth: Truth) -> Pair:
    """A truth that is settled before anything is proved."""
    return Pair(truth is True, truth is not False)


def all_of(pairs: Iterable[Pair]) -> Pair:
    """Kleene's `and`."""
    listed = list(pairs)
    return Pair(both(*(pair.certain for pair in listed)), both(*(pair.possible for pair in listed)))


def any_of(pairs: Iterable[Pair]) -> Pair:
    """Kleene's `or`."""
    listed = list(pairs)
    return Pair(either(*(pair.certain for pair in listed)), either(*(pair.possible for pair in listed)))


def turned(pair: Pair, *, negated: bool) -> Pair:
    """Kleene's `not`, where it is asked for."""
    return Pair(opposite(pair.possible), opposite(pair.certain)) if negated else pair
