"""The library inside a product's own onboarding: its own pages, its own database, no service of ours.

Run it with `python examples/embedding/server_side.py`: it plays one sign-up in which the product knows something already.
"""

from __future__ import annotations

from typing import Any

import demandfirst
from demandfirst import Interview

KNOWN: dict[str, Any] = {"business_type": "ecommerce", "goals": ["sales"], "monthly_searches": 2400}
ANSWERS: dict[str, Any] = {"paid_search": "used", "search_impression_share": 38, "search_lost_to_budget": 41}


def main() -> None:
    """Ask what can still matter, three questions at most, and show what is certain by then."""
    interview = Interview(demandfirst.load())
    state = interview.start()
    for fact, value in KNOWN.items():
        state = interview.answer(state, fact, value)
    for _ in range(3):
        asked = interview.turn(state).question
        if asked is None:
            break
        print(f"{asked.question}  [{asked.fact}]")
        known = ANSWERS.get(asked.fact)
        state = interview.dont_know(state, asked.fact) if known is None else interview.answer(state, asked.fact, known)
    kept = state.model_dump()  # plain data: this is what the product stores beside the account
    state = interview.resume(kept).state
    certain = interview.turn(state).certain
    if certain is not None:
        print("\nCertain already:", certain.verdict_title or "no verdict yet")
        for one in certain.recommended:
            print(f"- {one.label}")


if __name__ == "__main__":
    main()
