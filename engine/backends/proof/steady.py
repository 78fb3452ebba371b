"""No U-turns, proved step by step: what more answers do to numbers, conditions, rules and statuses.

A client who answers more has each answer of the first, or a narrower one, and answers to what was open. The proof goes up from
there: every operator on numbers keeps figures narrower (each is proved for any operands), every comparison of narrower figures only
decides what was open, as does every other test on answers; and then rules, findings, items and warnings do, whatever tests they are
made of. So the rules are proved over tests that are taken for free, and no step has to reckon with more than one operator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, get_args

from demandfirst.engine.backends.proof.bits import Bit, Pair, both, either, formula, opposite
from demandfirst.engine.backends.proof.encode import Encoder, rounds_up
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.backends.proof.figures import Figure, coalesced, compared, extreme, joined
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.variables import Variable
from demandfirst.engine.ir.conditions import (
    ArithmeticOp,
    Compare,
    CompareOp,
    Concluded,
    Condition,
    Decided,
    Leaf,
    Switch,
    Unknown,
    leaves,
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import SEVERITIES

Step = tuple[Any, dict[str, Any]]
"""What is given, and what never follows from it, by what it is about."""


class Steady:
    """Proves for one rulebase that further answers only decide what was open."""

    def __init__(self, rulebase: Rulebase, seconds: float) -> None:
        self.rulebase, self.seconds = rulebase, seconds

    def failing(self) -> str | None:
        """What does not hold, by the first step that does not; None where all do. Raises `GaveUp`."""
        for given, nevers in (*_operators(), _rounding(), self._tests(), self._statuses()):
            solver = z3.Solver(ctx=given.ctx)
            solver.set("timeout", int(self.seconds * 1000))
            solver.add(given, formula(either(*nevers.values()), given.ctx))
            found = solver.check()
            if found == z3.unknown:
                raise GaveUp(f"{solver.reason_unknown()} after {self.seconds:g} seconds, at {next(iter(nevers))}")
            if found == z3.sat:
                told = partial(solver.model().eval, model_completion=True)
                return next(label for label, never in nevers.items() if z3.is_true(told(never)))
        return None

    # --- tests on answers ---------------------------------------------------------------------------------------------

    def _leaves(self) -> list[Leaf]:
        return list(dict.fromkeys(
            leaf for rule in self.rulebase.rules for line in rule.when for leaf in leaves(line.condition)
        ))  # fmt: skip

    def _tests(self) -> Step:
        """Tests that reckon with nothing: of two clients, of whom the second answers more."""
        everyone = Everyone(self.rulebase, bounded=True)
        first, second = everyone.encoder, everyone.other(apart=self.rulebase.facts)
        turned = {
            f"{leaf}": _turns(first.condition(leaf), second.condition(leaf))
            for leaf in self._leaves()
            if not (isinstance(leaf, Compare | Concluded | Decided | Switch) or self._reckoned(leaf))
        }
        more = (_more(second.variables[name], first.variables[name]) for name in first.variables)
        return _step(both(*more, *first.validity, *second.validity), turned, everyone.context)

    def _reckoned(self, leaf: Leaf) -> bool:
        """A quantity that is *don't know* stays so: that is part of a figure being narrower."""
        return isinstance(leaf, Unknown) and leaf.name in self.rulebase.quantities

    # --- rules and what comes of them -----------------------------------------------------------------------------------

    def _statuses(self) -> Step:
        """Rules, findings, items and warnings, with every test free to be decided."""
        context = z3.Context()
        encoders = [Encoder(self.rulebase, {}, self.rulebase.facts, context=context) for _ in range(2)]
        given: list[Bit] = []
        for number, leaf in enumerate(self._leaves()):
            if isinstance(leaf, Concluded | Decided | Switch):
                continue
            pairs = [_free(f"{number} of {client}", context) for client in range(2)]
            for encoder, pair in zip(encoders, pairs, strict=True):
                encoder.suppose(leaf, pair)
            given += [*map(_sound, pairs), opposite(_turns(*pairs))]
        return _step(both(*given), dict(self._turning(*encoders)), context)

    def _turning(self, first: Encoder, second: Encoder) -> Iterator[tuple[str, Bit]]:
        for rule in self.rulebase.rules:
            yield rule.id, _turns(first.rule(rule), second.rule(rule))
        for finding in self.rulebase.findings.values():
            yield (
                finding.id,
                either(*(_turns(first.condition(test), second.condition(test)) for test in _about(finding))),
            )
        for name in self.rulebase.items:
            before, after = first.item(name), second.item(name)
            stays = [both(before[word], opposite(after[word])) for word in ("recommended", "withheld")]
            yield name, either(*stays, both(before["not_recommended"], either(after["recommended"], after["open"])))
        for name in self.rulebase.warnings:
            raised = [(first.warning(name, least), second.warning(name, least)) for least in SEVERITIES]
            words = ("raised", "not_raised")
            yield name, either(*(both(one[word], opposite(other[word])) for one, other in raised for word in words))


def _about(finding: Any) -> list[Condition]:
    if finding.choice:
        return [Decided(finding.id, (value.id,), negated=False) for value in finding.values]
    return [Concluded(finding.id, negated=False)]


def _turns(first: Pair, second: Pair) -> Bit:
    """Whether what was certain is not any more, or what was impossible is possible."""
    lost = both(first.certain, opposite(second.certain))
    return either(lost, both(opposite(first.possible), second.possible))


def _free(name: str, context: Any) -> Pair:
    return Pair(z3.Bool(f"{name} certain", context), z3.Bool(f"{name} possible", context))


def _sound(pair: Pair) -> Bit:
    return either(opposite(pair.certain), pair.possible)


def _more(second: Variable, first: Variable) -> Bit:
    """Whether an answer is the same, or narrower, or was not given before."""
    same: list[Bit] = [mark == second.marks[word] for word, mark in first.marks.items()]
    if first.fact.numeric:
        same += [first.low <= second.low, second.high <= first.high]
    if isinstance(first.known, bool):
        return both(*same)
    kept = both(first.known == second.known, first.dont_know == second.dont_know)
    return either(first.missing, both(kept, either(first.dont_know, both(*same))))


# --- operators on numbers -----------------------------------------------------------------------------------------------


def _operators() -> Iterator[Step]:
    """Every operator of the language, on two operands that get narrower."""
    context = z3.Context()
    before = [_figure(f"{name} before", context) for name in ("left", "right")]
    after = [_figure(f"{name} after", context) for name in ("left", "right")]
    given = both(*map(_valid, (*before, *after)), *map(_narrower, after, before))
    for label, apply in _numeric():
        one, other = apply(*before), apply(*after)
        yield _step(given, {label: opposite(both(_valid(one), _valid(other), _narrower(other, one)))}, context)
    for op in get_args(CompareOp):
        yield _step(given, {f"comparing with {op}": _turns(compared(op, *before), compared(op, *after))}, context)


def _numeric() -> Iterator[tuple[str, Callable[[Figure, Figure], Figure]]]:
    for op in get_args(ArithmeticOp):
        yield f"reckoning with {op}", partial(joined, op)
    yield "min", lambda left, right: extreme([left, right], smallest=True)
    yield "max", lambda left, right: extreme([left, right], smallest=False)
    yield "coalesce", coalesced


def _figure(name: str, context: Any) -> Figure:
    dont_know, missing = (z3.Bool(f"{name} {state}", context) for state in ("don't know", "missing"))
    low, high = (z3.Real(f"{name} {end}", context) for end in ("low", "high"))
    return Figure(dont_know, missing, low, high)


def _valid(figure: Figure) -> Bit:
    ordered = either(opposite(figure.valued), figure.low <= figure.high)
    return both(opposite(both(figure.dont_know, figure.missing)), ordered)


def _narrower(second: Figure, first: Figure) -> Bit:
    """Whether a figure says no less than another: *don't know* stays, and a number stays within its bounds."""
    inside = both(second.valued, first.low <= second.low, second.high <= first.high)
    return both(either(opposite(first.dont_know), second.dont_know), either(opposite(first.valued), inside))


def _rounding() -> Step:
    """Of two numbers, each its floor and the rest, the smaller is not rounded to more than the larger."""
    context = z3.Context()
    floors = [z3.Int(f"{name} floor", context) for name in ("smaller", "larger")]
    rests = [z3.Real(f"{name} rest", context) for name in ("smaller", "larger")]
    (one, other), (rest, other_rest) = floors, rests
    given = both(*(both(part >= 0, part < 1) for part in rests), z3.ToReal(one) + rest <= z3.ToReal(other) + other_rest)
    rounded = [z3.If(rounds_up(floor, part), floor + 1, floor) for floor, part in zip(floors, rests, strict=True)]
    return _step(given, {"rounding": rounded[0] > rounded[1]}, context)


def _step(given: Bit, nevers: Mapping[str, Bit], context: Any) -> Step:
    return formula(given, context), {label: formula(never, context) for label, never in nevers.items()}
