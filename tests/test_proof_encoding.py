"""The rulebase as formulas says of every client what forward chaining says."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from clients import Answers, a_client, a_value, book, client_file, dice, how_many
from demandfirst import Advisor, load
from demandfirst.engine.backends.proof.bits import Bit, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.imported import z3
from demandfirst.engine.backends.proof.variables import answer_in
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import SEVERITIES
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing
from small_rules import Author, a_small_client

BATCHES = 10
RULEBASES = 10
Claim = tuple[str, Bit, bool]


def claims(encoder: Encoder, outcome: Outcome) -> Iterator[Claim]:
    """Everything that the formulas say about rules, findings, items and warnings, and what the reference engine says."""
    rulebase, standing = encoder.rulebase, Standing(encoder.rulebase, outcome)
    for rule in rulebase.rules:
        pair, truth = encoder.rule(rule), outcome.rules[rule.index]
        yield f"{rule.id} holds", pair.certain, truth is True
        yield f"{rule.id} may hold", pair.possible, truth is not False
    for name, finding in rulebase.findings.items():
        state = outcome.findings[name]
        if isinstance(state, frozenset):
            yield from ((f"{name} {word}", bit, word in state) for word, bit in encoder.possible(name).items())
        else:
            pair = encoder.concluded(name)
            yield f"{finding.id}", pair.certain, state is True
            yield f"{finding.id} possible", pair.possible, state is not False
    for name in rulebase.items:
        yield from ((f"{name} {word}", bit, word == standing.item(name)) for word, bit in encoder.item(name).items())
    for name in rulebase.warnings:
        status, severity = standing.warning(name)
        yield from ((f"{name} {word}", bit, word == status) for word, bit in encoder.warning(name).items())
        for least in SEVERITIES:
            raised = status == "raised" and SEVERITIES.index(severity) >= SEVERITIES.index(least)
            yield f"{name} {least}", encoder.warning(name, least)["raised"], raised


class Model:
    """One encoding, and clients put into it one after the other."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        for rule in encoder.rulebase.rules:
            encoder.rule(rule)
        self.solver = z3.Solver(ctx=encoder.context)
        self.solver.add(*encoder.axioms)

    def wrong(self, answers: Mapping[str, Answer], outcome: Outcome) -> list[str]:
        """What the formulas say that the outcome does not; `impossible` where they allow no such client."""
        said = list(claims(self.encoder, outcome))
        settled = [name for name, bit, wanted in said if isinstance(bit, bool) and bit is not wanted]
        open_ = [(name, opposite(bit) if wanted else bit) for name, bit, wanted in said if not isinstance(bit, bool)]
        self.solver.push()
        try:
            for name, made in self.encoder.variables.items():
                self.solver.add(made.is_answer(answers.get(name, Gap.NOT_ANSWERED)))
            if self.solver.check() != z3.sat:
                return ["impossible"]
            if not open_:
                return settled
            self.solver.add(z3.Or(*(bit for _, bit in open_)))
            if self.solver.check() == z3.unsat:
                return settled
            model = self.solver.model()
            return settled + [name for name, bit in open_ if z3.is_true(model.eval(bit, model_completion=True))]
        finally:
            self.solver.pop()

    def allows(self, answers: Mapping[str, Answer], outcome: Outcome) -> bool:
        """Whether the outcome is among those that the formulas allow for these answers."""
        made = [(bit, wanted) for _, bit, wanted in claims(self.encoder, outcome)]
        self.solver.push()
        try:
            for name, variable in self.encoder.variables.items():
                self.solver.add(variable.is_answer(answers.get(name, Gap.NOT_ANSWERED)))
            self.solver.add(*(bit if wanted else opposite(bit) for bit, wanted in made if not isinstance(bit, bool)))
            return bool(self.solver.check() == z3.sat)
        finally:
            self.solver.pop()


def bounded(rng: random.Random, client: Answers) -> Answers:
    """The client with some of its numbers given within bounds only."""
    changed = dict(client)
    for name in rng.sample(sorted(client), min(len(client), 8)):
        fact, given = book().facts[name], client[name]
        if isinstance(given, int | float) and not isinstance(given, bool):
            low, high = sorted((float(given), float(a_value(rng, fact))))
            decimals = 0 if fact["type"] == "integer" else 4
            changed[name] = f"{low:.{decimals}f}..{high:.{decimals}f}"
    return changed


def told(client: Answers, found: Iterable[str]) -> str:
    """A failure as somebody needs it."""
    return "\n".join([*found, client_file(client)])


@pytest.fixture(scope="module")
def everything() -> Model:
    """Every fact free, numbers exact."""
    rulebase = load().rulebase
    return Model(Encoder(rulebase, {}, rulebase.facts, bounded=rulebase.facts, numbers="valid"))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_with_every_fact_free_each_client_is_a_model(everything: Model, batch: int) -> None:
    """One encoding for all clients: put into it, a client has exactly the statuses of the reference engine."""
    advisor, rng = load(), dice(batch)
    for _ in range(how_many(20)):
        client = a_client(rng)
        client = bounded(rng, client) if rng.random() < 0.3 else client
        answers = answers_of(client, advisor.rulebase.facts)
        found = everything.wrong(answers, advisor.backend.run(answers))

        assert not found, told(client, found)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_with_some_facts_fixed_the_formulas_say_the_same(batch: int) -> None:
    """Fixed facts are folded away while the formulas are built; all of them, some of them, none of them."""
    advisor, rng = load(), dice(100 + batch)
    for _ in range(how_many(10)):
        client = a_client(rng)
        client = bounded(rng, client) if rng.random() < 0.3 else client
        facts = advisor.rulebase.facts
        answers = answers_of(client, facts)
        free = rng.sample(sorted(facts), rng.choice([0, 0, 1, 2, 5, 20]))
        within = [name for name in free if isinstance(answers.get(name), Interval)]
        model = Model(Encoder(advisor.rulebase, answers, free, bounded=within, numbers="valid"))
        found = model.wrong(answers, advisor.backend.run(answers))

        assert not found, told(client, found)


@pytest.mark.parametrize("numbers", ["whole", "real"])
def test_loose_numbers_allow_the_truth(numbers: Any) -> None:
    """Where rounding is loose more is possible than in truth, never less: what is proved to be impossible is."""
    advisor, rng = load(), dice(1000)
    model = Model(Encoder(advisor.rulebase, {}, advisor.rulebase.facts, numbers=numbers))
    for _ in range(how_many(60)):
        client = a_client(rng)
        answers = answers_of(client, advisor.rulebase.facts)

        assert model.allows(answers, advisor.backend.run(answers)), client_file(client)


@pytest.mark.parametrize("seed", range(how_many(RULEBASES)))
def test_any_rules_are_encoded(seed: int, tmp_path: Path) -> None:
    """Random rules in every form that the language has, division by zero and rounding included."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    advisor = load(tmp_path)
    facts = advisor.rulebase.facts
    model = Model(Encoder(advisor.rulebase, {}, facts, numbers="valid"))
    for _ in range(15):
        client = a_small_client(rng)
        answers = answers_of(client, facts)
        outcome = advisor.backend.run(answers)
        part = Model(Encoder(advisor.rulebase, answers, rng.sample(sorted(facts), 2), numbers="valid"))

        assert not model.wrong(answers, outcome), told(client, [])
        assert not part.wrong(answers, outcome), told(client, [])


def test_a_model_gives_a_client_back(everything: Model) -> None:
    """The answers read from a model are those that were put in."""
    advisor = load()
    for number in range(how_many(20)):
        answers = answers_of(a_client(dice(number)), advisor.rulebase.facts)
        everything.solver.push()
        for name, made in everything.encoder.variables.items():
            everything.solver.add(made.is_answer(answers.get(name, Gap.NOT_ANSWERED)))

        assert everything.solver.check() == z3.sat
        model = everything.solver.model()
        found = {name: answer_in(model, made) for name, made in everything.encoder.variables.items()}
        everything.solver.pop()

        assert {name: answer for name, answer in found.items() if answer is not Gap.NOT_ANSWERED} == {
            name: answer for name, answer in answers.items() if name in found
        }


def test_a_free_answer_is_a_valid_one(everything: Model) -> None:
    """A choice has one value, a set that must name one names one, a number keeps to its range and its decimals."""
    rulebase: Rulebase = load().rulebase
    variables = everything.encoder.variables
    price, business, goals = (variables[name] for name in ("average_order_value", "business_type", "goals"))
    context = everything.encoder.context

    def possible(*bits: Bit) -> bool:
        return bool(everything.solver.check(*bits) == z3.sat)

    assert possible(price.low == z3.RealVal("0.0001", context), price.known)
    assert not possible(price.low == z3.RealVal("0.00005", context), price.known)
    assert not possible(price.low == z3.RealVal(0, context), price.known)
    assert not possible(business.marks["media"], business.marks["app"])
    assert not possible(*(z3.Not(mark) for mark in goals.marks.values()))
    assert rulebase.facts["goals"].required
    assert (goals.known, goals.dont_know) == (True, False)


def test_only_what_is_asked_for_is_encoded() -> None:
    """A formula about one item has variables for the facts behind it, and for no others."""
    advisor: Advisor = load()
    encoder = Encoder(advisor.rulebase, {}, advisor.rulebase.facts)
    encoder.item("community_page")

    assert "community" in encoder.variables
    assert "paid_search_cpo" not in encoder.variables
