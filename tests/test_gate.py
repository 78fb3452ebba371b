"""The flagship table: a sound client may spend on social ads, and each single change that shuts the gate does so."""

from __future__ import annotations

import pytest
from clients import Answers, client_file
from demandfirst import load

SOUND: Answers = {
    "business_type": "ecommerce",
    "markets": ["eu"],
    "regulated_vertical": "none",
    "category_maturity": "mature",
    "purchase_consideration": "routine",
    "sales_cycle_days": 5,
    "one_off_purchase": False,
    "repurchase_interval_days": 90,
    "sales_destination": "own_site_checkout",
    "monthly_searches": 5000,
    "awareness": "product_aware",
    "paid_search": "used",
    "search_impression_share": 85,
    "search_lost_to_budget": 3,
    "paid_search_cpo": 10,
    "paid_search_marginal_cpo": 12,
    "seo": "used",
    "seo_top10_share": 70,
    "marketplaces": "used",
    "local_listings": "not_applicable",
    "average_order_value": 100,
    "gross_margin": 50,
    "target_profit": 20,
    "repeat_rate": 40,
    "marketing_budget": 20000,
    "social_budget": 5000,
    "social_cpo": "unknown",
    "audience_on_social": True,
    "customer_base": 1000,
    "opinion_leaders": False,
    "community": "active",
    "kpis": ["orders"],
    "conversion_tracking": "full",
    "response_time_hours": 6,
    "native_checkout": False,
    "content_hours_per_week": 10,
    "care_coverage": "business_hours",
    "sales_follow_up": "fast",
    "skill_gaps": [],
    "goals": ["sales"],
    "horizon_months": 12,
    "reputation": "clean",
    "negative_reply_rate": 100,
    "goal_definition": "measurable",
    "contractor_selection": "competence",
    "research_done": ["product", "competitors", "audience", "platforms"],
    "strategy": "approved",
}
LOCAL: Answers = {"business_type": "local_service", "local_listings": "used"}
OFFLINE: Answers = {"business_type": "offline_retail", "local_listings": "used", "sales_destination": "offline_point"}
UNSEARCHED: Answers = {"monthly_searches": "unknown"}

# what is different, answers, verdict
CHANGES: list[tuple[str, Answers, str]] = [
    ("nothing", {}, "open"),
    # formed demand has room elsewhere
    ("search loses a little to the budget", {"search_lost_to_budget": 5}, "open"),
    ("search loses more than a little to the budget", {"search_lost_to_budget": 5.0001}, "blocked"),
    ("search shows up often enough", {"search_impression_share": 80}, "open"),
    ("search is held back by rank", {"search_impression_share": 79.9999}, "capped_test"),
    ("search shows up in six of ten cases", {"search_impression_share": 60}, "capped_test"),
    ("search seldom shows up", {"search_impression_share": 59.9999}, "blocked"),
    ("search is not used", {"paid_search": "not_used"}, "blocked"),
    ("search is said to be exhausted, without figures",
     {"paid_search": "exhausted", "search_impression_share": "unknown", "paid_search_marginal_cpo": "unknown"}, "hold"),
    ("search is said not to apply to a shop", {"paid_search": "not_applicable"}, "hold"),
    ("the next order from search reaches the ceiling, however little is seen",
     {"search_impression_share": 20, "paid_search_marginal_cpo": 30}, "open"),
    ("the next order from search stays below the ceiling",
     {"search_impression_share": 20, "paid_search_marginal_cpo": 29.9999}, "blocked"),
    ("nobody works on the unpaid results", {"seo": "not_used"}, "capped_test"),
    ("nobody knows about the unpaid results", {"seo": "unknown"}, "capped_test"),
    ("the unpaid results have room, and somebody works on them", {"seo_top10_share": 10}, "open"),
    ("the marketplaces are not used", {"marketplaces": "not_used"}, "capped_test"),
    ("nobody knows about the marketplaces", {"marketplaces": "unknown"}, "capped_test"),
    ("a service does not need marketplaces", LOCAL | {"marketplaces": "not_used"}, "open"),
    ("a local service is missing on the map", LOCAL | {"local_listings": "not_used"}, "blocked"),
    ("nobody knows whether a local service is on the map", LOCAL | {"local_listings": "unknown"}, "hold"),
    ("a shop on the internet needs no map", {"local_listings": "not_used"}, "open"),
    # demand
    ("just enough people search", {"monthly_searches": 1000, "search_impression_share": 20}, "blocked"),
    ("too few people search to block anything", {"monthly_searches": 999, "search_impression_share": 20}, "open"),
    ("in a small trade fewer searches are enough",
     {"monthly_searches": 200, "business_type": "b2b_product", "search_impression_share": 20}, "blocked"),
    ("nobody has counted the searches", UNSEARCHED, "capped_test"),
    ("nobody has counted, and what buyers know is not known", UNSEARCHED | {"awareness": "unknown"}, "hold"),
    ("nobody has counted, and the category is not known", UNSEARCHED | {"category_maturity": "unknown"}, "hold"),
    ("nobody has counted, and the category is new", UNSEARCHED | {"category_maturity": "new"}, "hold"),
    ("nobody has counted, and buyers know only the problem", UNSEARCHED | {"awareness": "problem_aware"}, "hold"),
    ("it was counted that nobody searches, and buyers are unaware",
     {"monthly_searches": 0, "awareness": "unaware", "seo": "unknown", "paid_search": "unknown"}, "open"),
    # money
    ("an order is expected to cost exactly the ceiling", {"paid_search_cpo": 20}, "open"),
    ("an order pays only with repeats", {"paid_search_cpo": 20.0001}, "capped_test"),
    ("an order does not pay even with repeats", {"paid_search_cpo": 28.0001}, "blocked"),
    ("an order cost less than expected", {"paid_search_cpo": 90, "social_cpo": 30}, "open"),
    ("no profit is left", {"gross_margin": 20}, "blocked"),
    ("nobody knows what an order costs", {"paid_search_cpo": "unknown"}, "capped_test"),
    ("the margin is not known", {"gross_margin": "unknown"}, "hold"),
    ("the margin is not known, and no order is placed",
     {"gross_margin": "unknown", "sales_destination": "none", "goals": ["awareness"]}, "open"),
    ("the whole budget is not known", {"marketing_budget": "unknown"}, "hold"),
    ("social gets all there is", {"social_budget": 20000}, "open"),
    ("social gets more than there is", {"social_budget": 20000.01}, "hold"),
    # the house
    ("a crisis is going on", {"reputation": "crisis_open"}, "blocked"),
    ("a crisis has been settled", {"reputation": "crisis_fixed"}, "capped_test"),
    ("nobody knows the reputation", {"reputation": "unknown"}, "hold"),
    ("the product may not be advertised", {"regulated_vertical": "tobacco"}, "blocked"),
    ("wine within Europe", {"regulated_vertical": "alcohol"}, "open"),
    ("wine in Russia", {"regulated_vertical": "alcohol", "markets": ["eu", "ru"]}, "blocked"),
    ("wine nobody knows where", {"regulated_vertical": "alcohol", "markets": "unknown"}, "hold"),
    ("wine in no market", {"regulated_vertical": "alcohol", "markets": []}, "hold"),
    ("an ordinary product nobody knows where", {"markets": "unknown"}, "open"),
    ("special rules are not known", {"regulated_vertical": "unknown"}, "hold"),
    ("nobody answers", {"care_coverage": "none"}, "hold"),
    ("nobody knows who answers", {"care_coverage": "unknown"}, "hold"),
    ("answers take a day", {"response_time_hours": 24}, "open"),
    ("answers take more than a day", {"response_time_hours": 24.5}, "hold"),
    ("nobody knows how long answers take", {"response_time_hours": "unknown"}, "hold"),
    ("there is no goal", {"goal_definition": "none"}, "hold"),
    ("the goal is vague", {"goal_definition": "vague"}, "open"),
    ("the goal is vague and the cheapest does it",
     {"goal_definition": "vague", "contractor_selection": "price_and_deadline"}, "hold"),
    ("the goal is clear and the cheapest does it", {"contractor_selection": "price_and_deadline"}, "open"),
    ("nobody knows the goal", {"goal_definition": "unknown"}, "hold"),
    ("nobody knows how the contractor is chosen", {"contractor_selection": "unknown"}, "hold"),
    ("nobody knows whether buyers use the networks", {"audience_on_social": "unknown"}, "hold"),
    ("nobody knows where orders are placed", {"sales_destination": "unknown"}, "hold"),
    ("orders cannot be traced", {"conversion_tracking": "none"}, "hold"),
    ("nobody knows whether orders can be traced", {"conversion_tracking": "unknown"}, "hold"),
    ("orders over a counter cannot be traced", OFFLINE | {"conversion_tracking": "none"}, "open"),
    # the strictest wins
    ("a reason to block beside one to hold", {"reputation": "crisis_open", "goal_definition": "none"}, "blocked"),
    ("a reason to hold beside one to cap", {"reputation": "crisis_fixed", "goal_definition": "none"}, "hold"),
    # what is not known of these holds nothing back
    ("much about the house is not known",
     dict.fromkeys(("opinion_leaders", "community", "kpis", "skill_gaps", "customer_base", "repeat_rate"), "unknown"), "open"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "answers", "verdict"), CHANGES, ids=[change for change, _, _ in CHANGES])
def test_gate(change: str, answers: Answers, verdict: str) -> None:
    """The verdict, and what it means for the two paid items."""
    client = SOUND | answers
    advice = load().advise(client)

    assert advice.verdict.value == verdict, f"{change}\n{client_file(client)}"
    assert advice.status("paid_social_scaling") == ("recommended" if verdict == "open" else "withheld")
    assert (advice.status("paid_social_test") == "recommended") is (verdict == "capped_test")


@pytest.mark.parametrize("fact", [name for name in SOUND if name not in ("business_type", "goals")])
def test_one_missing_answer_keeps_a_sound_client_open_or_changes_nothing(fact: str) -> None:
    """A gate that one more answer could shut is not shown open before it is given."""
    client = {name: answer for name, answer in SOUND.items() if name != fact}
    advice = load().advise(client)
    decisive = fact in advice.verdict.questions

    assert advice.verdict.value == (None if decisive else "open")
    assert advice.status("paid_social_scaling") == ("open" if decisive or fact == "social_budget" else "recommended")
