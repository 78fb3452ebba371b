"""Formulas over one client (see `ir.formulas`) as bits of an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from demandfirst.engine.backends.proof.bits import Bit, both, either, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.ir.formulas import AtLeast, Certain, Every, Formula, Full, Not, Possible, Some


def bit(encoder: Encoder, formula: Formula) -> Bit:
    """Whether a client is as a formula says."""
    match formula:
        case Certain(condition):
            return encoder.condition(condition).certain
        case Possible(condition):
            return encoder.condition(condition).possible
        case Every(parts):
            return both(*(bit(encoder, part) for part in parts))
        case Some(parts):
            return either(*(bit(encoder, part) for part in parts))
        case Not(part):
            return opposite(bit(encoder, part))
        case AtLeast(parts, least):
            return _at_least([(bit(encoder, part), weight) for part, weight in parts], least)
        case Full():
            return both(*(opposite(encoder.variable(name).missing) for name in encoder.rulebase.facts))
        case _:
            assert_never(formula)


def _at_least(parts: Sequence[tuple[Bit, int]], least: int) -> Bit:
    rest = least - sum(weight for one, weight in parts if one is True)
    weighed = [(one, weight) for one, weight in parts if not isinstance(one, bool)]
    if rest <= 0 or rest > sum(weight for _, weight in weighed):
        return rest <= 0
    return z3.PbGe(weighed, rest)
