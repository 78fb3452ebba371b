"""Answers that a person would give, chosen one by one so that what is asked of the solver stays possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from demandfirst.engine.backends.proof.bits import Bit, both, formula, opposite
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.variables import YES, Variable, answer_in
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import ends

Key = tuple[int, str]
PERCENTS = tuple(map(Fraction, (50, 80, 20, 100, 10, 5, 0)))
NUMBERS = tuple(map(Fraction, (100, 1_000, 10_000, 100_000, 10, 1, 0)))
DECIMALS = (0, 1, 2, 4)


class Settling:
    """Puts answers into a solver, for good; each is kept only if the rest can go along with it."""

    def __init__(self, solver: Any, slots: Mapping[Key, Variable]) -> None:
        self.solver, self.slots = solver, slots
        self.model: Any = None

    def settle(self, droppable: Iterable[Key], exactly: Iterable[Bit]) -> dict[Key, Answer] | None:
        """An answer for each variable, or a gap; None where nothing is possible.

        Those of `droppable` are not answered where that can be, the last asked first; `exactly` is kept to if it can be.
        """
        if not self.keep(True):
            return None
        self.keep(both(*exactly))
        for key in reversed(list(droppable)):
            self.keep(self.slots[key].missing)
        order = sorted(self.slots.items(), key=lambda one: _order(one[1]))
        return {key: self.answer(made) for key, made in order}

    def answer(self, made: Variable) -> Answer:
        """The plainest answer that the rest can go along with; it is kept to from then on."""
        for known in (made.known, made.missing, made.dont_know):
            if self.keep(known):
                break
        if made.fact.type == "set" and self.keep(made.known):
            for mark in reversed(list(made.marks.values())):
                self.keep(opposite(mark))
        for answer in self.candidates(made):
            if self.keep(made.is_answer(answer)):
                return answer
        return answer_in(self.model, made)

    def candidates(self, made: Variable) -> Iterator[Answer]:
        """Answers to try, the plainest first; gaps last."""
        fact = made.fact
        match fact.type:
            case "yes_no":
                yield from (True, False)
            case "choice":
                yield from (value.id for value in fact.values)
            case "set":
                yield answer_in(self.model, made)
            case _:
                plain = PERCENTS if fact.type == "percent" else NUMBERS
                yield from (number for number in plain if fact.least <= number <= fact.most)
                yield from self.near(made)
        yield from (Gap.NOT_ANSWERED, Gap.DONT_KNOW)

    def near(self, made: Variable) -> Iterator[Answer]:
        """Numbers near the one of the model, with few decimals first."""
        found = answer_in(self.model, made)
        if isinstance(found, Gap):
            return
        low, high = ends(found)  # type: ignore[arg-type]
        for decimals in DECIMALS:
            step = max(Fraction(1, 10**decimals), made.fact.step)
            for number in (low // step * step, -(-low // step) * step, -(-high // step) * step):
                if made.fact.least <= number <= made.fact.most:
                    yield number
        yield found

    def keep(self, bit: Bit) -> bool:
        """Whether something can hold beside all the rest; then it is required."""
        asked = formula(bit, self.solver.ctx)
        if self.model is not None and z3.is_true(self.model.eval(asked, model_completion=True)):
            self.solver.add(asked)
            return True
        self.solver.push()
        self.solver.add(asked)
        possible = self.solver.check() == z3.sat
        if possible:
            self.model = self.solver.model()
        self.solver.pop()
        if possible:
            self.solver.add(asked)
        return bool(possible)


def _order(made: Variable) -> tuple[bool, bool]:
    """Words first, then sets, then numbers."""
    return made.fact.numeric, made.fact.type == "set" or YES in made.marks
