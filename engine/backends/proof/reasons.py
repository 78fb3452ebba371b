"""Which fixed answers rule a goal out: a smallest set of them that cannot stand beside it, whatever else changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandfirst.engine.backends.proof.bits import either
from demandfirst.engine.backends.proof.changes import TIMEOUT_MS, Goal, Latitudes, allowed
from demandfirst.engine.backends.proof.encode import Encoder, read_by
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.rulebase import Rulebase


def reasons(
    rulebase: Rulebase, answers: Mapping[str, Answer], latitudes: Latitudes, goal: Goal
) -> tuple[str, ...]:
    """Fixed facts whose answers together rule the goal out, none of which could be left out; empty where no client reaches it."""
    bounded = [name for name, answer in answers.items() if isinstance(answer, Interval)]
    encoder = Encoder(rulebase, answers, rulebase.facts, bounded=bounded)
    wanted = goal(encoder)
    solver = z3.Solver(ctx=encoder.context)
    solver.set("timeout", TIMEOUT_MS)
    fixed = [name for name in read_by(encoder) if name not in latitudes]
    for name, one in latitudes.items():
        if name in encoder.variables:
            made = encoder.variables[name]
            solver.add(either(allowed(made, one), made.is_answer(one.present)))
    stays = {name: z3.Bool(f"{name} stays", encoder.context) for name in fixed}
    for name, literal in stays.items():
        solver.add(z3.Implies(literal, encoder.variables[name].is_answer(answers[name])))
    solver.add(*encoder.axioms, wanted)
    return _least(solver, stays)


def _least(solver: Any, stays: Mapping[str, Any]) -> tuple[str, ...]:
    """A smallest set of literals that cannot hold together; all of them where the solver does not know."""
    if solver.check(*stays.values()) != z3.unsat:
        return tuple(stays)
    core = {literal.get_id() for literal in solver.unsat_core()}
    kept = [name for name, literal in stays.items() if literal.get_id() in core]
    for name in list(kept):
        fewer = [other for other in kept if other != name]
        if solver.check(*(stays[other] for other in fewer)) == z3.unsat:
            kept = fewer
    return tuple(kept)
