"""The invariants of this domain: what no client may ever be told, over generated clients."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import cache

import pytest
from clients import Answers, a_client, a_value, book, client_file, dice, full_client, how_many, tried
from demandfirst import load
from demandfirst.engine.ir.advice import Advice
from hypothesis import given
from hypothesis import strategies as st

dices = st.randoms(use_true_random=False)

SOCIAL_ADS = ("paid_social_scaling", "paid_social_test")
PAID = (*SOCIAL_ADS, "personal_offer")
CAMPAIGNS = tuple(item for item in book().items if item.startswith("campaign_"))
PROMOTION = (
    *("sales_via_site", "sales_in_network", "lead_generation", "advocacy", "brand_awareness", "need_creation"),
    *("product_information", "repeat_sales", "customer_relationships", "personal_branding", "content_traffic"),
    *("media_interest", "community_page", "purchase_information", "in_network_shop", "order_widget", "loyalty_content"),
    *("opinion_leader_programme", "retargeting", "content_programme", "expert_profile", "win_back", "referral_offer"),
)
ADVERTISING = ("opinion_leader_programme", "retargeting", "win_back", "advocacy", "referral_offer", "in_network_shop")
LOSING = ("sales_via_site", "sales_in_network", "advocacy", "opinion_leader_programme", "retargeting", "win_back")
STRICTNESS = ("open", "capped_test", "hold", "blocked")
LEAST = 80
MAY_COST_MORE = ("paid_search_cpo", "social_cpo")
"""To forget one of these may open the gate: they are the measurement that says *too dear*."""


def advise(client: Answers) -> Advice:
    return load().advise(client)


def any_status(advice: Advice, items: Iterable[str], *wanted: str) -> bool:
    return any(advice.status(item) in wanted for item in items)


def recommends(advice: Advice, *items: str) -> bool:
    return any_status(advice, items, "recommended")


def gate(advice: Advice) -> str | None:
    return advice.verdict.value


def raised(advice: Advice, *severities: str) -> bool:
    return any(warning.status == "raised" and warning.severity in severities for warning in advice.warnings)


def prohibited(client: Answers) -> bool:
    """Tobacco, weapons and adult goods anywhere, alcohol in Russia."""
    vertical, markets = client.get("regulated_vertical"), client.get("markets", [])
    return vertical in ("tobacco", "weapons", "adult") or (vertical == "alcohol" and "ru" in markets)


# --- one client ----------------------------------------------------------------------------------------------

Premise = Callable[[Answers, Advice], bool]
Claim = Callable[[Advice], bool]

# id: answers that often bring the premise about, the premise, what follows from it
INVARIANTS: dict[str, tuple[Answers, Premise, Claim]] = {
    "I1 a shut gate lets no paid item through": (
        {},
        lambda _, advice: gate(advice) in ("hold", "blocked"),
        lambda advice: not recommends(advice, *PAID, *CAMPAIGNS),
    ),
    "I2 nothing is promoted in a crisis": (
        {"reputation": "crisis_open"},
        lambda _, advice: advice.status("crisis_in_progress") == "raised",
        lambda advice: not recommends(advice, *PAID, *CAMPAIGNS, *PROMOTION),
    ),
    "I3 room in the channels of formed demand shuts the gate": (
        {},
        lambda _, advice: advice.status("capture") in ("large", "unclear"),
        lambda advice: gate(advice) not in ("open", "capped_test"),
    ),
    "I4 no money, no paid item": (
        {"social_budget": 0},
        lambda client, _: client.get("social_budget") == 0,
        lambda advice: not recommends(advice, *PAID, *CAMPAIGNS),
    ),
    "I5 money is never both misplaced and let through": (
        {"seo": "not_used", "sales_destination": "own_site_checkout"},
        lambda _, advice: advice.status("inefficient_social_spend") == "raised",
        lambda advice: gate(advice) != "open",
    ),
    "I6 a need is not created where demand is to be captured": (
        {"awareness": "solution_aware"},
        lambda _, advice: recommends(advice, "need_creation"),
        lambda advice: not recommends(advice, "capture_formed_demand"),
    ),
    "I7 what may not be advertised is not advertised": (
        {"regulated_vertical": "alcohol", "markets": ["eu", "ru"]},
        lambda client, _: prohibited(client),
        lambda advice: not recommends(advice, *PAID, *CAMPAIGNS, *ADVERTISING),
    ),
    "I14 a paid item comes with a campaign": (
        {},
        lambda _, advice: recommends(advice, *SOCIAL_ADS),
        lambda advice: any_status(advice, CAMPAIGNS, "recommended", "open"),
    ),
    "I15 nothing is sold at a loss": (
        {"gross_margin": 20, "target_profit": 25},
        lambda _, advice: advice.status("orders_lose_money") == "raised",
        lambda advice: not recommends(advice, *PAID, *CAMPAIGNS, *LOSING),
    ),
    "I16 no paid item beside a stop": (
        {},
        lambda _, advice: raised(advice, "stop"),
        lambda advice: not recommends(advice, *SOCIAL_ADS),
    ),
    "I17 no paid item where nobody knows of an audience": (
        {"audience_on_social": "unknown"},
        lambda client, _: client.get("audience_on_social", True) in (False, "unknown"),
        lambda advice: not recommends(advice, *PAID),
    ),
    "an open gate recommends scaling and no test": (
        {"social_budget": 100},
        lambda _, advice: gate(advice) == "open",
        lambda advice: not recommends(advice, "paid_social_test"),
    ),
    "a capped gate recommends no scaling": (
        {"reputation": "crisis_fixed"},
        lambda _, advice: gate(advice) == "capped_test",
        lambda advice: not recommends(advice, "paid_social_scaling"),
    ),
}


def advised(number: int, given_answers: Answers) -> tuple[Answers, Advice]:
    """A generated client with some answers put in, and the advice."""
    client = a_client(dice(number)) | given_answers
    return (client, advise(client)) if given_answers else (client, as_generated(number))


@cache
def as_generated(number: int) -> Advice:
    """The advice for a generated client, worked out once for all invariants."""
    return advise(a_client(dice(number)))


@pytest.mark.parametrize("name", INVARIANTS)
def test_invariant(name: str) -> None:
    """The premise holds for some of the clients tried, and for each of those the claim does."""
    given_answers, premise, claim = INVARIANTS[name]
    met = 0
    for number in range(max(LEAST, how_many(120))):
        client, advice = advised(number, given_answers if number % 2 else {})
        if premise(client, advice):
            met += 1
            assert claim(advice), client_file(client)
    assert met


@tried(80)
@given(dices)
def test_fully_answered_a_paid_item_has_its_campaign(rng: random.Random) -> None:
    """I14: with every question answered the campaign is recommended, not merely open."""
    client = full_client(rng)
    advice = advise(client)

    assert not recommends(advice, *SOCIAL_ADS) or recommends(advice, *CAMPAIGNS), client_file(client)


# --- two clients ---------------------------------------------------------------------------------------------


def level(advice: Advice) -> int:
    """How much paid social is let through: nothing, a test, everything."""
    return 2 if recommends(advice, "paid_social_scaling") else int(recommends(advice, "paid_social_test"))


@tried(60)
@given(dices)
def test_not_knowing_never_lets_more_through(rng: random.Random) -> None:
    """I8: one answer turned into *don't know* never raises the level."""
    client = full_client(rng)
    before = level(advise(client))
    hidden = [name for name, fact in book().facts.items() if not fact.get("required") and name not in MAY_COST_MORE]
    for name in rng.sample(hidden, 4):
        after = advise(client | {name: "unknown"})
        assert level(after) <= before, f"{name} unknown\n{client_file(client)}"


@tried(100)
@given(dices)
def test_more_search_never_makes_the_gate_stricter(rng: random.Random) -> None:
    """I9: a higher impression share, with no more lost to the budget, opens or leaves as it is."""
    facts = book().facts
    shares = sorted(a_value(rng, facts["search_impression_share"]) for _ in range(2))
    losses = sorted(a_value(rng, facts["search_lost_to_budget"]) for _ in range(2))
    client = full_client(rng) | {"paid_search": rng.choice(["used", "exhausted"])}
    worse = client | {"search_impression_share": shares[0], "search_lost_to_budget": losses[1]}
    better = client | {"search_impression_share": shares[1], "search_lost_to_budget": losses[0]}
    gates = [gate(advise(worse)), gate(advise(better))]

    assert STRICTNESS.index(str(gates[1])) <= STRICTNESS.index(str(gates[0])), client_file(better)


@tried(100)
@given(dices)
def test_the_currency_does_not_matter(rng: random.Random) -> None:
    """I13: all money times k changes no status, except of the shop in the network where the price has to decide."""
    client, factor = a_client(rng), rng.choice([2, 10, 450])
    facts = book().facts
    money, percent = (
        [name for name, fact in facts.items() if fact["type"] == kind and client.get(name, "unknown") != "unknown"]
        for kind in ("money", "percent")
    )
    client |= {name: max(int("above" in facts[name]), min(round(client[name]), 10**9)) for name in money}
    client |= {name: round(client[name]) for name in percent}
    one, other = advise(client), advise(client | {name: client[name] * factor for name in money})
    by_price = "in_network_shop" if client.get("purchase_consideration", "unknown") == "unknown" else ""

    for item in one.items:
        assert item.id == by_price or other.status(item.id) == item.status, client_file(client)
    assert [(warning.status, warning.severity) for warning in one.warnings] == [
        (warning.status, warning.severity) for warning in other.warnings
    ], client_file(client)
