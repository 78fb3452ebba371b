"""Which fixed answers rule a goal out: a smallest set of them that cannot stand beside it, whatever else changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandfirst.engine.backends.proof.bits import either, formula
from demandfirst.engine.backends.proof.encode import Encoder, read_by
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.room import TIMEOUT_MS, Goal, Latitudes, allowed
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.rulebase import Rulebase


def reasons(rulebase: Rulebase, answers: Mapping[str, Answer], latitudes: Latitudes, goal: Goal) -> tuple[str, ...]:
    """Facts whose answers, and what can become of them, together rule the goal out; none of them could be left out.

    Empty where no client reaches the goal. Fixed answers are preferred to those that can change in part.
    """
    bounded = [name for name, answer in answers.items() if isinstance(answer, Interval)]
    encoder = Encoder(rulebase, answers, rulebase.facts, bounded=bounded)
    wanted = formula(goal(encoder), encoder.context)
    solver = z3.Solver(ctx=encoder.context)
    solver.set("timeout", TIMEOUT_MS)
    solver.add(*encoder.axioms, wanted)
    stays = {}
    for name in sorted(read_by(encoder), key=lambda name: name in latitudes):
        made, one = encoder.variables[name], latitudes.get(name)
        kept = made.is_answer(one.present if one else answers[name])
        stays[name] = z3.Bool(f"{name} stays", encoder.context)
        solver.add(z3.Implies(stays[name], either(kept, allowed(made, one)) if one else kept))
    return _least(solver, stays)


def _least(solver: Any, stays: Mapping[str, Any]) -> tuple[str, ...]:
    """A smallest set of literals that cannot hold together; all of them where the solver does not know."""
    if solver.check(*stays.values()) != z3.unsat:
        return tuple(stays)
    core = {literal.get_id() for literal in solver.unsat_core()}
    kept = [name for name, literal in stays.items() if literal.get_id() in core]
    for name in reversed(kept):
        fewer = [other for other in kept if other != name]
        if solver.check(*(stays[other] for other in fewer)) == z3.unsat:
            kept = fewer
    return tuple(kept)
