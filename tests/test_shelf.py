"""Parts that are kept: advice taken from the shelf is, byte for byte, the advice that is made anew."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import demandfirst
import pytest
from clients import a_client, dice, how_many, personas
from demandfirst.engine import shelf
from demandfirst.engine.advise import Advisor

BUILT_IN = demandfirst.load()


def lines(advisor: Advisor, client: Any) -> tuple[bytes, bytes]:
    """The advice from the shelf, and that of the engine which has none."""
    return advisor.advise(client, engine="scalar").json_line(), BUILT_IN.advise(client).json_line()


def variations(client: dict[str, Any]) -> list[dict[str, Any]]:
    """The same client with other figures, with an answer less, and not knowing something."""
    figures = {
        name: value + 1 for name, value in client.items() if isinstance(value, int) and not isinstance(value, bool)
    }
    dropped = [name for name in client if name not in ("business_type", "goals")][-2:]
    less = {name: value for name, value in client.items() if name not in dropped}
    return [client, {**client, **{name: figures[name] for name in list(figures)[:3]}}, less, client]


@pytest.mark.parametrize("name", sorted(personas())[::3])
def test_personas_one_after_the_other(name: str) -> None:
    """One shelf for all of them, whatever was kept before."""
    for client in variations(personas()[name]["client"]):
        found, expected = lines(BUILT_IN, client)
        assert found == expected


def test_any_client() -> None:
    """Whoever comes after whom."""
    for number in range(how_many(60)):
        found, expected = lines(BUILT_IN, a_client(dice(number)))
        assert found == expected, number


def test_a_full_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its size everything is forgotten, and nothing is lost."""
    monkeypatch.setattr(shelf, "MOST", 50)
    advisor = Advisor(BUILT_IN.rulebase)
    for persona in list(personas().values())[:4]:
        found, expected = lines(advisor, persona["client"])
        assert found == expected
    assert len(advisor.shelf._kept) <= 50


def test_the_line_is_what_the_data_say() -> None:
    """JSON in one line is that of the plain data, for parts that are kept, changed or neither; so are copies of them."""
    for client in variations(personas()["unsaturated-phone-e-shop"]["client"]):
        advice = BUILT_IN.advise(client, engine="scalar")
        expected = json.dumps(advice.model_dump(), ensure_ascii=False, separators=(",", ":"))
        assert advice.model_dump_json() == expected
        assert advice.model_dump_json() == expected
        assert json.loads(advice.model_dump_json(indent=2)) == advice.model_dump()
        for part in (advice.items[0], advice.warnings[0], advice.items[-1]):
            for twin in (copy.copy(part), pickle.loads(pickle.dumps(part))):  # noqa: S301
                assert twin == part
                assert twin.model_dump_json() == part.model_dump_json()
