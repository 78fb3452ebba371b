"""Clients to try: any answers at all, personas with a few answers changed, and numbers exactly on a threshold.

Everything comes from the YAML facts and rules, so a new fact or rule is tried without a change here.
"""

from __future__ import annotations

import ast
import os
import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import settings
from hypothesis import strategies as st
from oracle import ROOT, Entry, Evaluation, Gap, Rulebook, read

PERSONAS = Path(__file__).parent / "personas"
Answers = dict[str, Any]
NUMERIC = ("integer", "number", "percent", "money")
COMPARED = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
STEP = 0.0001
PAID = {"paid_social_scaling", "paid_social_test"}


def how_many(default: int) -> int:
    """The number of clients a test tries: `default`, scaled by the environment variable (2000 leaves it as it is)."""
    return max(1, default * int(os.environ.get("DEMANDFIRST_CLIENTS", "2000")) // 2000)


@cache
def book() -> Rulebook:
    """The rulebook of this checkout."""
    return read(ROOT)


@cache
def personas() -> dict[str, Entry]:
    """Every persona under its file name."""
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(PERSONAS.glob("*.yaml"))}


def some_personas() -> list[str]:
    """Every third persona, for what takes a while for each."""
    return list(personas())[::3]


def client_file(client: Answers) -> str:
    """A client as a file that `demandfirst advise` accepts."""
    return yaml.safe_dump({"client": client}, sort_keys=False, allow_unicode=True)


# --- one answer ----------------------------------------------------------------------------------------------


def a_value(rng: random.Random, fact: Entry) -> Any:
    """A valid answer to a question, *don't know* aside."""
    if fact["type"] == "yes_no":
        return rng.random() < 0.5
    if fact["type"] in NUMERIC:
        return rng.choice([boundary, anything, everyday])(rng, fact)
    values = [value["id"] for value in fact["values"]]
    if fact["type"] == "choice":
        return rng.choice(values)
    return sorted(rng.sample(values, rng.randint(fact.get("at_least", 0), min(len(values), rng.choice([1, 3, 9])))))


def fitting(fact: Entry, number: float) -> int | float:
    """The nearest valid answer: within the range, at most four decimals, whole where it must be."""
    step = 1 if fact["type"] == "integer" else STEP
    lowest = fact["minimum"] if "minimum" in fact else fact.get("above", 0) + step
    number = round(min(max(number, lowest), fact["maximum"]), 4)
    return int(number) if fact["type"] == "integer" or number == int(number) else number


def boundary(rng: random.Random, fact: Entry) -> int | float:
    """An end of the range, zero, one, a parameter's value, or a neighbour of these."""
    numbers = [0, 1, fact.get("minimum", 0), fact["maximum"], *parameter_values()]
    return fitting(fact, beside(rng, fact, rng.choice(numbers)))


@cache
def parameter_values() -> list[float]:
    """Every value that a parameter has for some business."""
    parameters = book().parameters.values()
    varied = [value for parameter in parameters for value in parameter.get("varies_by", {}).get("values", {}).values()]
    return [float(value) for value in [*(parameter["value"] for parameter in parameters), *varied]]


def beside(rng: random.Random, fact: Entry, number: float) -> float:
    """The number itself, or the next above or below."""
    return float(number) + rng.choice([0, 0, 1, -1]) * (1 if fact["type"] == "integer" else STEP)


def anything(rng: random.Random, fact: Entry) -> int | float:
    """Any number of the range with any number of decimals, the logarithm even."""
    size = min(float(fact["maximum"]), 10 ** rng.uniform(-2, 8))
    return fitting(fact, round(size * rng.choice([1, 1, 1, -1]), rng.randint(0, 4)))


def everyday(rng: random.Random, fact: Entry) -> int | float:
    """A plain number of the lower part of the range."""
    return fitting(fact, rng.randint(0, min(100, int(fact["maximum"]))))


# --- whole clients -------------------------------------------------------------------------------------------


def any_client(rng: random.Random) -> Answers:
    """Every question answered with any value."""
    return {name: a_value(rng, fact) for name, fact in book().facts.items()}


def like_a_persona(rng: random.Random) -> Answers:
    """A persona with some answers changed; most often one whose money may move, where random answers seldom come."""
    every = [persona["client"] for persona in personas().values()]
    paying = [
        persona["client"] for persona in personas().values() if PAID & set(persona["expect"].get("recommended", []))
    ]
    client = dict(rng.choice(rng.choice([every, paying, paying])))
    for name in rng.sample(sorted(book().facts), rng.choice([0, 1, 1, 2, 2, 3, 5])):
        client[name] = a_value(rng, book().facts[name])
    return client


def on_a_threshold(rng: random.Random, client: Answers) -> Answers:
    """The client with one number put exactly where a rule compares it, or right beside."""
    name, threshold = rng.choice(thresholds())
    value = Evaluation(book(), client).number(threshold)
    if isinstance(value, Gap):
        return client
    fact = book().facts[name]
    return client | {name: fitting(fact, beside(rng, fact, float(value)))}


@cache
def thresholds() -> list[tuple[str, ast.expr]]:
    """What numeric facts are compared with: in a condition, and money also with each quantity."""
    facts, quantities = book().facts, [ast.Name(quantity) for quantity in book().quantities]
    money = [(name, quantity) for name, fact in facts.items() if fact["type"] == "money" for quantity in quantities]
    return [*compared(), *money]


def compared() -> Iterator[tuple[str, ast.expr]]:
    """Each numeric fact that a condition names alone on one side, and the other side."""
    for node in (node for rule in book().rules() for line in rule.when for node in ast.walk(line)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], COMPARED):
            for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                if isinstance(one, ast.Name) and book().facts.get(one.id, {"type": ""})["type"] in NUMERIC:
                    yield one.id, other


def full_client(rng: random.Random) -> Answers:
    """A client who has answered every question, sometimes with *don't know*."""
    client = rng.choice([any_client, like_a_persona, like_a_persona, like_a_persona])(rng)
    answered = {name: client.get(name, "unknown") for name in book().facts}
    return on_a_threshold(rng, with_gaps(rng, answered, leave_out=False))


def a_client(rng: random.Random) -> Answers:
    """A client: full, or with *don't know* and missing answers, often with a number on a threshold."""
    client = full_client(rng)
    return with_gaps(rng, client, leave_out=True) if rng.random() < 0.6 else client


def with_gaps(rng: random.Random, client: Answers, *, leave_out: bool) -> Answers:
    """The client with no, few or many answers left out, or turned into *don't know*; required facts stay."""
    optional = sorted(name for name in client if not book().facts[name].get("required", False))
    chosen = set(rng.sample(optional, min(len(optional), rng.choice([0, 0, 0, 1, 2, 4, 12, 40]))))
    if leave_out:
        return {name: answer for name, answer in client.items() if name not in chosen}
    return {name: "unknown" if name in chosen else answer for name, answer in client.items()}


def dice(number: int) -> random.Random:
    """The same dice every time."""
    return random.Random(number)  # noqa: S311


def seeded(count: int, seed: int = 0) -> Iterator[tuple[int, Answers]]:
    """Clients, each with the seed that makes it again."""
    return ((number, a_client(dice(number))) for number in range(seed, seed + count))


def smallest(client: Answers, fails: Callable[[Answers], bool]) -> Answers:
    """The client with every answer left out that the failure does not need."""
    for name in [name for name in client if not book().facts[name].get("required", False)]:
        fewer = {other: answer for other, answer in client.items() if other != name}
        client = fewer if fails(fewer) else client
    return client


def tried(examples: int) -> settings:
    """How a property is tried: the same clients every time, nothing kept on disk."""
    return settings(max_examples=how_many(examples), derandomize=True, database=None, deadline=None)


clients = st.builds(a_client, st.randoms(use_true_random=False))
full_clients = st.builds(full_client, st.randoms(use_true_random=False))
