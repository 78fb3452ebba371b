"""One client, compiled: `python bench/scalar.py` puts it beside the experta path on the persona clients, in one run.

The experta path is `ForwardBackend.run` and the status of every item and warning; the compiled function gives these, findings,
quantities and the ids of the rules that fired.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median

import demandfirst
from demandfirst.engine.advise import Advisor
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing
from measure import interleaved
from run import personas

ROUNDS = 9
REPEATS = 50
TARGET = 200
Answers = Mapping[str, Answer]


def main() -> None:
    advisor = demandfirst.load()
    clients = [answers_of(client, advisor.rulebase.facts) for client in personas()]
    print(
        f"{len(advisor.rulebase.rules)} rules and lines, {len(clients)} clients, medians of {ROUNDS} interleaved rounds\n"
    )
    print(f"building the engine: {building(advisor):.0f} ms, once for a rulebase")
    engines: dict[str, tuple[Callable[[Answers], object], int]] = {
        "experta path": (partial(experta, advisor), 1),
        "scalar, `standing`": (advisor.scalar.standing, REPEATS),
        "scalar, `run`": (advisor.scalar.run, REPEATS),
        "advice through experta": (advisor.advise_answers, 1),
        "advice through scalar": (partial(advisor.advise_answers, engine="scalar"), 1),
    }
    taken = times(engines, clients)
    reference = taken["experta path"]
    for what, seconds in taken.items():
        print(
            f"{what:<26}{seconds * 1e6:>10.1f} us a client{reference / seconds:>10.1f} times the speed of the experta path"
        )
    met = "met" if reference / taken["scalar, `standing`"] >= TARGET else "NOT MET"
    print(f"\ntarget for `standing`: at least {TARGET} times; {met}")


def times(
    engines: Mapping[str, tuple[Callable[[Answers], object], int]], clients: Sequence[Answers]
) -> dict[str, float]:
    """The median seconds a client of each engine."""
    tasks = {
        (what, place): partial(repeat, engine, client, count)
        for place, client in enumerate(clients)
        for what, (engine, count) in engines.items()
    }
    taken = interleaved(ROUNDS, tasks)
    return {
        what: median(seconds for (who, _), seconds in taken.items() if who == what) / count
        for what, (_, count) in engines.items()
    }


def repeat(engine: Callable[[Answers], object], client: Answers, count: int) -> None:
    for _ in range(count):
        engine(client)


def experta(advisor: Advisor, client: Answers) -> object:
    """The outcome, and where items and warnings stand after it."""
    standing = Standing(advisor.rulebase, advisor.backend.run(client))
    items = [standing.item(name) for name in advisor.rulebase.items]
    return items, [standing.warning(name) for name in advisor.rulebase.warnings]


def building(advisor: Advisor) -> float:
    """The milliseconds that writing and compiling both functions takes."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        len(ScalarBackend(advisor.rulebase).source)
        found.append((time.perf_counter() - start) * 1e3)
    return median(found)


if __name__ == "__main__":
    main()
