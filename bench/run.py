"""Speed and memory, as ratios measured side by side: `python bench/run.py`. What the lines mean: docs/performance.md."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import linear_regression
from typing import Any
from unittest.mock import patch

import demandfirst
import yaml
from demandfirst.engine.advise import Advisor
from demandfirst.engine.backends.forward import engine as forward
from demandfirst.engine.backends.forward.engine import Board
from demandfirst.engine.backends.forward.plan import Production
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.load.client import answers_of
from grown import grown
from measure import interleaved, python
from usual import Usual

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = str(ROOT / "examples" / "phone-shop.yaml")
BASELINE = (
    "import collections, collections.abc; collections.Mapping = collections.abc.Mapping\n"
    "import pydantic, yaml, click, experta"
)
LOAD = "import demandfirst; demandfirst.load()"
TIMES = (1, 2, 4, 8)
Client = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    value: float
    unit: str
    target: float | None = None

    def __str__(self) -> str:
        target = "" if self.target is None else f"at most {self.target:.1f}"
        met = "" if self.target is None else "met" if self.value <= self.target else "NOT MET"
        return f"{self.what:<72}{self.value:>8.2f} {self.unit:<9}{target:<13}{met}".rstrip()


def main() -> None:
    clients = personas()
    advisor = demandfirst.load()
    usual = Usual(advisor.rulebase)
    print(f"{len(advisor.rulebase.domain_rules)} rules, {len(clients)} clients, medians of interleaved runs\n")
    print(f"{'':<72}{'value':>8} {'':<9}{'target':<13}")
    for row in (
        advising(advisor, usual, clients),
        tracing(advisor, clients),
        *processes(),
        growth(advisor, clients),
        memory(),
    ):
        print(row, flush=True)
    statuses, differing = agreement(advisor, usual, clients)
    print(
        f"\nWhere every question is answered, {differing} of {statuses} statuses differ from those of the usual engine."
    )


def personas() -> list[Client]:
    """The clients of the persona files."""
    files = sorted((ROOT / "tests" / "personas").glob("*.yaml"))
    return [yaml.safe_load(file.read_text(encoding="utf-8"))["client"] for file in files]


def advising(advisor: Advisor, usual: Usual, clients: list[Client]) -> Row:
    """One call in process, over the personas."""
    engines: dict[str, Callable[[Client], object]] = {"ours": advisor.advise, "usual": usual.advise}
    tasks = {
        (who, place): partial(advise, client) for place, client in enumerate(clients) for who, advise in engines.items()
    }
    taken = interleaved(7, tasks)
    ours, theirs = (sum(time for (one, _), time in taken.items() if one == who) for who in engines)
    return Row("advice in process / experta in the usual way (statuses only)", ours / theirs, "x", 2.0)


def tracing(advisor: Advisor, clients: list[Client]) -> Row:
    """A run with its trace beside one that records no firing."""
    answers = [answers_of(client, advisor.rulebase.facts) for client in clients]

    def run_all(board: type[Board]) -> None:
        with patch.object(forward, "Board", board):
            for one in answers:
                advisor.backend.run(one)

    taken = interleaved(7, {board: partial(run_all, board) for board in (Board, Untraced)})
    return Row("a run with its trace / without", taken[Board] / taken[Untraced], "x", 1.3)


class Untraced(Board):
    """Finds out the same and records nothing."""

    def record(self, production: Production, rule: Rule, certain: bool) -> None:
        """Leave the firing out."""


def processes() -> Iterator[Row]:
    """Whole processes, beside one that only imports what the command needs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        advise = ("demandfirst", "advise", EXAMPLE)
        tasks = {
            "baseline": python("python", "-c", BASELINE, folder=folder),
            "demandfirst advise, rulebase cached / imports": python(*advise, folder=folder),
            "demandfirst advise, no cache / imports": python(*advise, folder=folder, cached=False),
            "import and load the rulebase, cached / imports": python("python", "-c", LOAD, folder=folder),
            "import and load the rulebase from YAML / imports": python(
                "python", "-c", LOAD, folder=folder, cached=False
            ),
        }
        taken = interleaved(11, tasks)
    targets = {"demandfirst advise, rulebase cached / imports": 2.5}
    for what in list(tasks)[1:]:
        yield Row(what, taken[what] / taken["baseline"], "x", targets.get(what))


def growth(advisor: Advisor, clients: list[Client]) -> Row:
    """How the time of one call grows with the number of rules."""
    larger = {times: Advisor(grown(advisor.rulebase, times)) for times in TIMES}
    few = clients[:: len(clients) // 4]
    taken = interleaved(5, {times: partial(advise_all, one, few) for times, one in larger.items()})
    slope = linear_regression([math.log(times) for times in TIMES], [math.log(taken[times]) for times in TIMES]).slope
    return Row(f"exponent by which advice in process grows, rules times {', '.join(map(str, TIMES))}", slope, "")


def advise_all(advisor: Advisor, clients: list[Client]) -> None:
    for client in clients:
        advisor.advise(client)


def memory() -> Row:
    """What Python holds for a rulebase and one piece of advice, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        script = str(Path(__file__).with_name("memory.py"))
        held = python("python", script, EXAMPLE, str(ROOT), folder=Path(name))()
    return Row("memory of a loaded rulebase and one piece of advice (tracemalloc)", int(held) / 1e6, "MB")


def agreement(advisor: Advisor, usual: Usual, clients: list[Client]) -> tuple[int, int]:
    """How many statuses there are, and how many differ, when every question has an answer."""
    facts = advisor.rulebase.facts.values()
    statuses = differing = 0
    for client in clients:
        whole = {fact.id: answered(fact, client.get(fact.id)) for fact in facts}
        found, ours = usual.advise(whole), told(advisor.advise(whole))
        statuses += len(ours)
        differing += sum(found[name] != status for name, status in ours.items())
    return statuses, differing


def answered(fact: Fact, given: Any) -> Any:
    """The client's answer, or some answer where there is none, a bound only, or *don't know*."""
    if fact.numeric:
        return given if isinstance(given, int | float) else int(min(max(fact.least, Fraction(10)), fact.most))
    if given is not None and given != "unknown":
        return given
    return {"choice": fact.values[0].id if fact.values else "", "set": [], "yes_no": False}[fact.type]


def told(advice: Advice) -> dict[str, str]:
    """The statuses that the usual engine knows too."""
    found: dict[str, str] = {item.id: item.status for item in advice.items}
    return found | {
        warning.id: warning.severity if warning.status == "raised" else warning.status for warning in advice.warnings
    }


if __name__ == "__main__":
    main()
