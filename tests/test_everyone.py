"""All clients at once: whom the solver finds the reference engine confirms, and what it rules out no client has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from clients import a_client, dice, how_many
from demandfirst import load
from demandfirst.engine.backends.proof.bits import both, opposite
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.backends.proof.figures import lifted
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.conditions import QuantityTerm
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing
from small_rules import rule, write


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("status", ["recommended", "withheld", "open", "not_recommended"])
def test_the_smallest_client_has_the_status(status: str, bounded: bool) -> None:
    """For a fifth of the items: where somebody can have the status, the client that is found has it."""
    advisor = load()
    everyone = Everyone(advisor.rulebase, bounded=bounded)
    for name in list(advisor.rulebase.items)[::5]:
        client = everyone.smallest(everyone.encoder.item(name)[status])
        if client is not None:
            assert Standing(advisor.rulebase, advisor.backend.run(client)).item(name) == status
            assert not any(isinstance(answer, Interval) for answer in client.values())


def test_nobody_whom_a_generated_client_is() -> None:
    """What generated clients get is never ruled out."""
    advisor = load()
    everyone = Everyone(advisor.rulebase)
    for number in range(how_many(15)):
        standing = Standing(
            advisor.rulebase, advisor.backend.run(answers_of(a_client(dice(number)), advisor.rulebase.facts))
        )
        bits = [everyone.encoder.item(name)[standing.item(name)] for name in advisor.rulebase.items]

        assert everyone.some(*bits) is not None


def test_loose_rounding_promises_nothing() -> None:
    """Half a millionth is near to a rounded quantity, and no quantity is rounded to it; to a millionth some are."""
    everyone = Everyone(load().rulebase)
    test_budget = everyone.encoder.figure(QuantityTerm("test_budget"))

    def is_(value: str) -> object:
        return both(test_budget.valued, test_budget.low == lifted(Fraction(value), everyone.context))

    assert not everyone.soon_ruled_out(is_("0.0000005"))
    assert everyone.some(is_("0.0000005")) is None
    found = everyone.some(is_("0.00002"))
    assert found
    assert load().backend.run(found).client.quantities["test_budget"] == Fraction("0.00002")


def test_a_second_client_differs_only_where_it_may() -> None:
    """Of two clients, one may spend and the other may not, for a single answer."""
    advisor = load()
    everyone = Everyone(advisor.rulebase)
    twin = everyone.other(apart=["reputation"])
    found = everyone.smallest_clients(
        everyone.encoder.item("campaign_awareness")["recommended"],
        opposite(twin.item("campaign_awareness")["recommended"]),
    )

    assert found
    one, other = found
    assert {name for name in one | other if one.get(name) != other.get(name)} == {"reputation"}
    statuses = [Standing(advisor.rulebase, advisor.backend.run(client)).item("campaign_awareness") for client in found]
    assert statuses[0] == "recommended" != statuses[1]


def test_a_second_client_may_be_given_an_answer() -> None:
    """The other client's *don't know* is fixed; the first is free to answer."""
    everyone = Everyone(load().rulebase)
    other = everyone.other(answers={"audience_on_social": Gap.DONT_KNOW})
    found = everyone.clients(
        everyone.encoder.variable("audience_on_social").known, other.concluded("gate_hold").certain
    )

    assert found
    assert isinstance(found[0]["audience_on_social"], bool)
    assert found[1]["audience_on_social"] is Gap.DONT_KNOW


def test_as_few_answers_as_possible() -> None:
    """The two required answers are enough where nothing has to be known."""
    everyone = Everyone(load().rulebase)
    client = everyone.smallest(everyone.encoder.item("review_loop")["recommended"])

    assert client is not None
    assert set(client) == {"business_type", "goals"}


@pytest.mark.parametrize(("status", "answered"), [("recommended", True), ("not_recommended", True), ("open", False)])
def test_a_set_that_is_not_answered_may_be_counted(status: str, answered: bool, tmp_path: Path) -> None:
    """A quantity made of the number of entries is reckoned also for a client who named none yet."""
    write(tmp_path / "small", [], [rule("go", ["part < share"], {"recommend": "walk"})])
    file = tmp_path / "small" / "knowledge" / "quantities.yaml"
    part = "- {id: part, label: part, formula: count(taste) / (1 + 1 + 1), unit: share, explanation: A., sources: [judgement]}\n"
    file.write_text(f"{file.read_text(encoding='utf-8')}{part}", encoding="utf-8")
    advisor = load(tmp_path / "small")
    everyone = Everyone(advisor.rulebase)
    client = everyone.smallest(everyone.encoder.item("walk")[status])

    assert client is not None
    assert ("taste" in client) is answered
    assert Standing(advisor.rulebase, advisor.backend.run(client)).item("walk") == status
