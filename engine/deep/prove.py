"""Guarantees proved one by one; what would break one is tried on the reference engine before it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from time import perf_counter

from demandfirst.engine.advise import Advisor
from demandfirst.engine.backends.proof.promises import Clients, Prover
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.steady import Steady
from demandfirst.engine.deep.guarantees import kept, obligations
from demandfirst.engine.ir.guarantees import Counterexample, Guarantee, Obligation, Proof, Steadiness, Verdict
from demandfirst.engine.ir.numbers import plain

SECONDS = 10.0
NEVER_MET = "no client meets what it speaks of, so it promises nothing"
NOT_CONFIRMED = "the solver found a client whom the reference engine does not confirm"


def prove(advisor: Advisor, guarantees: Iterable[Guarantee], seconds: float = SECONDS) -> Iterator[Proof]:
    """What becomes of each guarantee; the solver gives up on a question after so many seconds."""
    prover = Prover(advisor.rulebase, seconds)
    for guarantee in guarantees:
        start = perf_counter()
        proof = _Attempt(advisor, prover, guarantee).proof()
        yield replace(proof, seconds=perf_counter() - start)


class _Attempt:
    """One guarantee, and what stands in the way of a proof: `limit` is where the solver gave up."""

    def __init__(self, advisor: Advisor, prover: Prover, guarantee: Guarantee) -> None:
        self.advisor, self.prover, self.guarantee = advisor, prover, guarantee
        self.limit = ""

    def proof(self) -> Proof:
        asked = list(obligations(self.advisor.rulebase, self.guarantee))
        for one in asked:
            try:
                found = self.steady() if isinstance(one, Steadiness) else self.broken(one)
            except GaveUp as error:
                self.limit = self.limit or str(error)
                continue
            if found:
                return found
        if self.limit:
            return self.verdict("unknown", self.limit)
        return self.verdict("vacuous", NEVER_MET) if self.vacuous(asked) else self.verdict(*self.proved())

    def proved(self) -> tuple[Verdict, str]:
        return ("unknown", self.limit) if self.limit else ("proved", "")

    def broken(self, one: Obligation) -> Proof | None:
        """Clients who break it, if there are any; those whom the reference engine does not confirm leave it unknown."""
        found = self.prover.breaking(one)
        if found is None:
            return None
        rulebase = self.advisor.rulebase
        outcomes = [self.advisor.backend.run(answers) for answers in found]
        if not (kept(one.premise, outcomes, rulebase) and kept(one.broken, outcomes, rulebase)):
            raise GaveUp(NOT_CONFIRMED)
        return self.verdict("broken", example=Counterexample(tuple(self.files(found)), one.label))

    def steady(self) -> Proof | None:
        failing = Steady(self.advisor.rulebase, self.prover.seconds).failing()
        return self.verdict("broken", f"more answers can change what was decided: {failing}") if failing else None

    def vacuous(self, asked: Iterable[Obligation | Steadiness]) -> bool:
        """Whether nothing that it speaks of can ever be."""
        about = [one for one in asked if isinstance(one, Obligation)]
        try:
            return bool(about) and all(self.prover.vacuous(one) for one in about)
        except GaveUp as error:
            self.limit = str(error)
            return False

    def files(self, clients: Clients) -> Iterator[dict[str, object]]:
        facts = self.advisor.rulebase.facts
        return ({name: plain(facts[name], answer) for name, answer in one.items()} for one in clients)

    def verdict(self, verdict: Verdict, note: str = "", example: Counterexample | None = None) -> Proof:
        return Proof(self.guarantee, verdict, 0.0, example, note)
