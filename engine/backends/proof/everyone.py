"""All possible clients at once: is there one for whom something holds, and which is the smallest.

The search is on loose terms (see `encode`): more is possible there than in truth, so what the solver rules out is ruled out. What
it finds is put into the formulas with every quantity rounded as the reference engine rounds it, and counts only if it stands.
Where it does not, the same is asked on exact terms; where the solver cannot tell, it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from demandfirst.engine.backends.proof.bits import Bit, both, formula, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.figures import lifted
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.plainest import Settling
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.variables import Variable, answer_in
from demandfirst.engine.ir.answers import QUANTITY_DECIMALS, Answer, Gap
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact

Answers = dict[str, Answer]
Key = tuple[int, str]
"""A client, by number, and a fact; what all clients share is the first one's."""
SECONDS = 10.0
COUNTING_SECONDS = 2.0
ROUGH_SECONDS = 3.0


class Everyone:
    """Every fact free, answered in full, in part or with *don't know*; with `bounded`, numbers also within bounds only.

    `encoder` makes the bits to ask about. A second client that differs in some facts is made with `other`.
    """

    def __init__(self, rulebase: Rulebase, *, bounded: bool = False, seconds: float = SECONDS) -> None:
        self.rulebase, self.bounded, self.seconds = rulebase, bounded, seconds
        self.context = z3.Context()
        self.solver = z3.Solver(ctx=self.context)
        self._rough = z3.Solver(ctx=self.context)
        self.encoders: list[Encoder] = []
        self.encoder = self._encoder(rulebase, {}, ())
        self._added: dict[int, Any] = {}

    def other(
        self, *, apart: Iterable[str] = (), answers: Mapping[str, Answer] | None = None, rulebase: Rulebase | None = None
    ) -> Encoder:  # fmt: skip
        """Another client with the same answers, but for facts that are `apart` (free again) and for those with `answers` given.

        With another `rulebase`, the same client there.
        """
        return self._encoder(rulebase or self.rulebase, answers or {}, apart)

    def _encoder(self, rulebase: Rulebase, answers: Mapping[str, Answer], apart: Iterable[str]) -> Encoder:
        number = len(self.encoders)
        made = Encoder(
            rulebase, answers, (name for name in rulebase.facts if name not in answers),
            bounded=rulebase.facts if self.bounded else (), context=self.context,
            renamed={name: f"{name} of client {number + 1}" for name in apart},
            roundings=self.encoders[0].roundings if self.encoders else None,
        )  # fmt: skip
        self.encoders.append(made)
        return made

    # --- what is asked ------------------------------------------------------------------------------------------------

    def some(self, *bits: Bit) -> Answers | None:
        """Answers of a client for whom all bits hold; None where it is proved that there is none. Raises `GaveUp`."""
        found = self.clients(*bits)
        return None if found is None else found[0]

    def smallest(self, *bits: Bit) -> Answers | None:
        """The same with as few answers as possible, in plain values."""
        found = self.smallest_clients(*bits)
        return None if found is None else found[0]

    def clients(self, *bits: Bit) -> tuple[Answers, ...] | None:
        """The same for the first client and each `other`, in the order in which they were made."""
        with self._asked(bits):
            return self._in(self._confirmed(bits)) if self._possible() else None

    def smallest_clients(self, *bits: Bit) -> tuple[Answers, ...] | None:
        """The same for all clients, with as few answers as possible between them."""
        with self._asked(bits):
            found = self._confirmed(bits) if self._possible() else None
            return None if found is None else self._in(self._fewest(bits, found) or found)

    def soon_ruled_out(self, *bits: Bit) -> bool:
        """Whether it is proved at the first try that there is none; if not, there may still be none."""
        with self._asked(bits):
            return self._ruled_out()

    @contextmanager
    def _asked(self, bits: Iterable[Bit]) -> Iterator[None]:
        for encoder in self.encoders:
            for axiom in encoder.validity:
                self._once(axiom, self.solver, self._rough)
        for near, value in self.encoder.roundings.values():
            self._once(self.encoder.close(near, value), self.solver)
        self.solver.push()
        self._rough.push()
        try:
            self.solver.add(formula(both(*bits), self.context))
            self._rough.add(formula(both(*bits), self.context))
            yield
        finally:
            self.solver.pop()
            self._rough.pop()

    def _once(self, axiom: Bit, *solvers: Any) -> None:
        made = formula(axiom, self.context)
        if made.get_id() not in self._added:
            self._added[made.get_id()] = made
            for solver in solvers:
                solver.add(made)

    def _ruled_out(self) -> bool:
        """Whether what is asked cannot be even if every quantity were any number at all, which is soon said."""
        self._rough.set("timeout", int(min(self.seconds, ROUGH_SECONDS) * 1000))
        return bool(self._rough.check() == z3.unsat)

    def _possible(self, solver: Any = None) -> bool:
        """Whether the solver finds what is asked; a second one, that does not reason step by step, where the first gives up."""
        if solver is None and self._ruled_out():
            return False
        asked = solver or self.solver
        asked.set("timeout", int(self.seconds * 1000))
        found = asked.check()
        if found == z3.unknown and solver is None:
            asked = z3.Solver(ctx=self.context)
            asked.set("timeout", int(self.seconds * 1000))
            asked.add(self.solver.assertions())
            found = asked.check()
        if found == z3.unknown:
            raise GaveUp(f"{asked.reason_unknown()} after {self.seconds:g} seconds")
        self._model = asked.model() if found == z3.sat else None
        return bool(found == z3.sat)

    # --- what is found ------------------------------------------------------------------------------------------------

    def slots(self) -> dict[Key, Variable]:
        """The variables of all clients: of the first (0) in asking order, then what others have apart."""
        found: dict[Key, Variable] = {}
        for number, encoder in enumerate(self.encoders):
            for name in encoder.rulebase.facts:
                if name in encoder.variables:
                    found.setdefault((number if name in encoder.renamed else 0, name), encoder.variables[name])
        return dict(sorted(found.items(), key=lambda one: one[0][0]))

    def _in(self, found: Mapping[Key, Answer] | None) -> tuple[Answers, ...] | None:
        """Each client's answers, those that are not answered left out."""
        if found is None:
            return None
        return tuple(self._of(number, found) for number in range(len(self.encoders)))

    def _of(self, number: int, found: Mapping[Key, Answer]) -> Answers:
        encoder = self.encoders[number]
        answers: Answers = {}
        for name, fact in encoder.rulebase.facts.items():
            key = (number if name in encoder.renamed else 0, name)
            answer = found.get(key) if name in encoder.free else encoder.client.answer(name)
            if answer is None and fact.required:
                answer = _any_answer(fact)
            if answer is not None and answer is not Gap.NOT_ANSWERED:
                answers[name] = answer
        return answers

    def _confirmed(self, bits: Iterable[Bit]) -> dict[Key, Answer] | None:
        """Answers that stand, numbers without bounds if that can be; None where exact terms leave none."""
        points = [made.low == made.high for made in self.slots().values() if made.low is not made.high]
        if not points:
            return self._standing(bits)
        found = self._pointed(bits, points)
        if found is None:
            return self._standing(bits) if self._possible() else None
        self.solver.add(*points)
        return found

    def _pointed(self, bits: Iterable[Bit], points: Iterable[Any]) -> dict[Key, Answer] | None:
        """Answers that stand with numbers without bounds, which are easier to reckon with and to read; None proves nothing."""
        self.solver.push()
        try:
            self.solver.add(*points)
            return self._standing(bits) if self._possible() else None
        except GaveUp:
            return None
        finally:
            self.solver.pop()

    def _standing(self, bits: Iterable[Bit]) -> dict[Key, Answer] | None:
        """Answers that stand, from the model at hand or near it; None where exact terms leave none."""
        slots = self.slots()
        found = {key: answer_in(self._model, made) for key, made in slots.items()}
        if self.stands(bits, found):
            return found
        plain = self._plainest(bits, {})
        if plain is not None:
            return plain
        exact = z3.Solver(ctx=self.context)
        exact.add(self.solver.assertions(), *self._exact(slots.values()))
        if not self._possible(exact):
            return None
        found = {key: answer_in(self._model, made) for key, made in slots.items()}
        if not self.stands(bits, found):
            raise GaveUp("an answer on exact terms does not stand")
        return found

    def stands(self, bits: Iterable[Bit], found: Mapping[Key, Answer]) -> bool:
        """Whether bits hold for these answers, all others not being answered, with every quantity rounded exactly."""
        pairs = []
        for key, made in self.slots().items():
            pairs += made.assigned(found.get(key, Gap.NOT_ANSWERED))
            put_in = {symbol.get_id() for symbol, _ in pairs}
            pairs += [(one, made.counted(one, made.fact.least)) for one in made.symbols if one.get_id() not in put_in]
        for near, value in self.encoder.roundings.values():
            known = z3.simplify(z3.substitute(value, *pairs)).as_fraction()
            pairs.append((near, lifted(round(known, QUANTITY_DECIMALS), self.context)))
        validity = (axiom for encoder in self.encoders for axiom in encoder.validity)
        asked = formula(both(*bits, *validity), self.context)
        return bool(z3.is_true(z3.simplify(z3.substitute(asked, *pairs))))

    def _exact(self, slots: Iterable[Variable]) -> Iterator[Any]:
        """What makes loose terms exact: answers with four decimals, and quantities rounded half even."""
        for made in slots:
            for symbol in made.symbols if made.unit is None else ():
                whole = z3.ToReal(z3.FreshInt("step", self.context))
                yield symbol == whole * lifted(made.fact.step, self.context)
        for near, value in self.encoder.roundings.values():
            yield near == self.encoder.rounded(value)

    # --- the smallest -------------------------------------------------------------------------------------------------

    def _fewest(
        self, bits: Iterable[Bit], found: Mapping[Key, Answer]
    ) -> dict[Key, Answer] | None:  # fmt: skip
        """Answers that stand, as few of them as the solver can do with."""
        slots = {key: made for key, made in self.slots().items() if not made.fact.required}
        answered = {key: opposite(made.missing) for key, made in slots.items()}
        most = sum(found[key] is not Gap.NOT_ANSWERED for key in slots)
        for count in range(self._count(list(answered.values()), most), most + 1):
            within = z3.PbLe([(bit, 1) for bit in answered.values()], count) if answered else True
            plain = self._plainest([*bits, within], slots)
            if plain is not None:
                return plain
        return None

    def _count(self, answered: list[Any], most: int) -> int:
        """The smallest number of answers that the solver finds."""
        self.solver.push()
        self.solver.set("timeout", int(COUNTING_SECONDS * 1000))
        try:
            while most > 0:
                self.solver.add(z3.PbLe([(bit, 1) for bit in answered], most - 1))
                if self.solver.check() != z3.sat:
                    break
                model = self.solver.model()
                most = sum(z3.is_true(model.eval(bit, model_completion=True)) for bit in answered)
            return most
        finally:
            self.solver.pop()

    def _plainest(
        self, bits: Iterable[Bit], droppable: Mapping[Key, Variable]
    ) -> dict[Key, Answer] | None:  # fmt: skip
        """Plain answers that stand, those of `droppable` left out where they can be."""
        self.solver.push()
        self.solver.set("timeout", int(COUNTING_SECONDS * 1000))
        try:
            self.solver.add(formula(both(*bits), self.context))
            exactly = [near == value for near, value in self.encoder.roundings.values()]
            found = Settling(self.solver, self.slots()).settle(droppable, exactly)
            return found if found is not None and self.stands(bits, found) else None
        finally:
            self.solver.pop()


def _any_answer(fact: Fact) -> Answer:
    """An answer to a question that nothing depends on."""
    match fact.type:
        case "set":
            return frozenset(value.id for value in fact.values[: max(fact.at_least, 1)])
        case "choice":
            return fact.values[0].id
        case "yes_no":
            return False
        case _:
            return fact.least
