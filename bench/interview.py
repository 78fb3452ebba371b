"""How many questions an interview asks, by the order of asking: `python bench/interview.py`. See docs/interview.md.

Answers come from the persona files (what a file leaves out is *don't know*) and from generated clients. A run ends when nothing
still unanswered can change a status, a severity or the verdict.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import demandfirst
import yaml
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.interview import State
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.lookahead import Position
from demandfirst.engine.questions import Asker

ROOT = Path(__file__).resolve().parent.parent
GENERATED = 300
SEED = 20261122
RANDOM_ORDERS = 3
HINDSIGHT_TRIES = 2
OF_ONE, OF_OTHER = 0.7, 0.18
"""How many answers a generated client has of one persona, and of another."""
MARKS = (10, 20, 30)
TIMED = 6
REPEATS = 3
TARGET = 50.0
Client = Mapping[str, Answer]
Policy = Callable[[Position, list[str], random.Random], str]


@dataclass(frozen=True)
class Run:
    """One interview: how many questions until everything is settled, and until the verdict is."""

    questions: float
    verdict: float
    decided: tuple[float, ...] = ()
    """The share of items, warnings and verdict that is decided after as many questions as `MARKS` says."""


class Trial:
    """Interviews over the built-in rulebase."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase, self.asker = rulebase, Asker(rulebase)
        self.required = [fact.id for fact in rulebase.facts.values() if fact.required]
        self.wiring = self.asker.wiring

    def run(self, client: Client, policy: Policy, dice: random.Random) -> Run:
        """Ask until nothing can change any more."""
        position = self.wiring.position({name: client[name] for name in self.required})
        verdict = 0
        decided: dict[int, float] = {}
        while True:
            asked = len(position.client.answers)
            verdict = verdict or (0 if position.waits[self.wiring.verdict] else asked)
            decided[asked] = position.waits.count(0) / len(position.waits)
            names = self.open(position)
            if not names:
                return Run(asked, verdict, tuple(decided.get(mark, 1.0) for mark in MARKS))
            name = policy(position, names, dice)
            position = position.after(name, client[name])

    def open(self, position: Position) -> list[str]:
        """The facts that can still decide something, in asking order."""
        waits = 0
        for one in position.waits:
            waits |= one
        return self.asker.names(waits)

    def adaptive(self, position: Position, names: list[str], _: random.Random) -> str:
        """The measure of `Asker`."""
        return self.asker.order(position.client.answers)[0] if names else ""

    def depends(self, position: Position, names: list[str], _: random.Random) -> str:
        """The fact that most depends on, without looking ahead; the verdict counts as much as all items together."""
        weights = self.asker.weights(position)
        verdict = position.waits[self.wiring.verdict]
        for name in self.asker.names(verdict):
            weights[name] += (len(self.rulebase.items) - 1) / verdict.bit_count()
        return max(names, key=lambda name: weights[name])

    def hindsight(self, client: Client, dice: random.Random) -> int:
        """The fewest questions found that would have been enough, had one known the answers."""
        fewest = len(client)
        for _ in range(HINDSIGHT_TRIES):
            left = dict(client)
            for name in dice.sample(
                [name for name in client if name not in self.required], len(client) - len(self.required)
            ):
                less = {other: answer for other, answer in left.items() if other != name}
                if not self.open(self.wiring.position(less)):
                    left = less
            fewest = min(fewest, len(left))
        return fewest

    def in_order(self, client: Client, dice: random.Random | None) -> int:
        """Questions until everything is settled where each is asked, whether or not it can still matter."""
        names = [name for name in client if name not in self.required]
        if dice:
            dice.shuffle(names)
        answers = {name: client[name] for name in self.required}
        for name in names:
            if not self.open(self.wiring.position(answers)):
                break
            answers[name] = client[name]
        return len(answers)


def first(_: Position, names: list[str], __: random.Random) -> str:
    """The first in asking order."""
    return names[0]


def any_one(_: Position, names: list[str], dice: random.Random) -> str:
    """Any of them."""
    return dice.choice(names)


# --- clients -------------------------------------------------------------------------------------------------


def personas() -> list[dict[str, Any]]:
    """The clients of the persona files."""
    files = sorted((ROOT / "tests" / "personas").glob("*.yaml"))
    return [yaml.safe_load(file.read_text(encoding="utf-8"))["client"] for file in files]


def whole(rulebase: Rulebase, client: Mapping[str, Any]) -> Client:
    """The client with *don't know* where nothing is said."""
    answers = answers_of(client, rulebase.facts)
    return {name: answers.get(name, Gap.DONT_KNOW) for name in rulebase.facts}


def generated(rulebase: Rulebase, known: list[dict[str, Any]], number: int) -> Client:
    """A client between two personas: most answers of one, some of the other, a few of nobody, some *don't know*."""
    dice = random.Random(SEED + number)  # noqa: S311
    one, other = dice.sample([client for client in known if len(client) > len(rulebase.facts) * 3 // 4], 2)
    doubt = dice.choice([0.0, 0.1, 0.2, 0.35])
    made: dict[str, Any] = {}
    for name, fact in rulebase.facts.items():
        source = dice.random()
        known_by = one if source < OF_ONE else other if source < OF_ONE + OF_OTHER else None
        given = anything(dice, fact) if known_by is None else known_by.get(name)
        if fact.required:
            made[name] = anything(dice, fact) if given is None else given
        else:
            made[name] = "unknown" if given is None or dice.random() < doubt else given
    return whole(rulebase, made)


def anything(dice: random.Random, fact: Fact) -> Any:
    """Any answer to a question; numbers of every size alike, percentages evenly."""
    words = [value.id for value in fact.values]
    match fact.type:
        case "yes_no":
            return dice.choice([True, False])
        case "choice":
            return dice.choice(words)
        case "set":
            return dice.sample(words, dice.randint(fact.at_least, min(len(words), 4)))
        case "percent":
            return dice.randint(0, 100)
        case _:
            low, high = float(fact.minimum or 0), float(fact.maximum or 10**6)
            return int(min(high, max(low + (fact.minimum is None), 10 ** dice.uniform(0, 4.5))))


# --- the table -----------------------------------------------------------------------------------------------


def rows(trial: Trial, clients: list[Client]) -> Iterator[tuple[str, list[Run]]]:
    """Each way of asking with its interviews."""
    for what, policy, repeats in (
        ("adaptive", trial.adaptive, 1),
        ("what most depends on, no look-ahead", trial.depends, 1),
        ("fixed order, only what can still matter", first, 1),
        ("random order, only what can still matter", any_one, RANDOM_ORDERS),
    ):
        found = [average(trial, client, policy, repeats, place) for place, client in enumerate(clients)]
        yield what, found
    dice = [random.Random(place) for place in range(len(clients))]  # noqa: S311
    pairs = list(zip(clients, dice, strict=True))
    yield "fixed order, every question", [Run(trial.in_order(client, None), 0) for client in clients]
    yield "random order, every question", [Run(trial.in_order(*pair), 0) for pair in pairs]
    yield "(with hindsight: the fewest that would do)", [Run(trial.hindsight(*pair), 0) for pair in pairs]


def average(trial: Trial, client: Client, policy: Policy, repeats: int, seed: int) -> Run:
    """The mean of several interviews with one client."""
    found = [trial.run(client, policy, random.Random(1000 * seed + turn)) for turn in range(repeats)]  # noqa: S311
    decided = tuple(map(mean, zip(*(run.decided for run in found), strict=True)))
    return Run(mean(run.questions for run in found), mean(run.verdict for run in found), decided)


Found = Mapping[str, list[tuple[str, list[Run]]]]


def table(found: Found) -> Iterator[str]:
    """Questions, in Markdown; differences to adaptive are by client, with the standard error of their mean."""
    yield _head(found, ("questions", "more than adaptive", "until the verdict"))
    for lines in zip(*found.values(), strict=True):
        cells: list[str] = []
        for group, (_, runs) in zip(found, lines, strict=True):
            more = [run.questions - other.questions for run, other in zip(runs, found[group][0][1], strict=True)]
            error = stdev(more) / len(more) ** 0.5
            cells += [f"{mean(run.questions for run in runs):.2f}", f"{mean(more):+.2f} ± {error:.2f}" if error else ""]
            cells.append(f"{mean(run.verdict for run in runs):.1f}" if runs[0].verdict else "")
        yield f"| {lines[0][0]} | {' | '.join(cells)} |"


def early(found: Found) -> Iterator[str]:
    """How much is decided early, in Markdown."""
    yield _head(found, tuple(f"after {mark}" for mark in MARKS))
    for lines in zip(*found.values(), strict=True):
        if all(runs[0].decided for _, runs in lines):
            cells = [
                f"{100 * mean(run.decided[place] for run in runs):.0f} %"
                for _, runs in lines
                for place in range(len(MARKS))
            ]
            yield f"| {lines[0][0]} | {' | '.join(cells)} |"


def _head(groups: Iterable[str], columns: Sequence[str]) -> str:
    heads = [f"{group}: {column}" for group in groups for column in columns]
    return f"| order of asking | {' | '.join(heads)} |\n| --- |{' ---: |' * len(heads)}"


def times(interview: Interview, known: list[dict[str, Any]]) -> list[float]:
    """Milliseconds for each next question, from the state to what a face shows; the best of a few calls."""
    found = []
    for client in known[:: max(1, len(known) // TIMED)]:
        state = interview.start()
        while question := interview.turn(state).question:
            state = interview.answer(state, question.fact, client.get(question.fact, "unknown"))
            found.append(min(timed(interview, state) for _ in range(REPEATS)))
    return found


def timed(interview: Interview, state: State) -> float:
    """Milliseconds for one turn."""
    begun = time.perf_counter()
    interview.turn(state)
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    advisor = demandfirst.load()
    rulebase = advisor.rulebase
    known = personas()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else GENERATED
    groups = {
        f"{len(known)} personas": [whole(rulebase, client) for client in known],
        f"{count} generated": [generated(rulebase, known, number) for number in range(count)],
    }
    print(f"Rulebase {advisor.version} ({advisor.hash}), {len(rulebase.facts)} questions; seed {SEED}\n")
    trial = Trial(rulebase)
    found = {group: list(rows(trial, clients)) for group, clients in groups.items()}
    print("\n".join(table(found)))
    print("\nItems, warnings and verdict decided after so many questions\n")
    print("\n".join(early(found)))
    taken = times(Interview(advisor), known)
    met = "met" if median(taken) <= TARGET else "NOT MET"
    print(
        f"\nNext question: median {median(taken):.1f} ms, at most {max(taken):.1f} ms (target: median {TARGET:.0f} ms, {met})"
    )


if __name__ == "__main__":
    main()
