"""Our engines beside other rule engines with the same rules: `python bench/engines.py [ROUNDS]`. See docs/benchmarks.md.

Everything runs in turn, round after round. Other engines have two truth values, so every question is answered with a value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import demandfirst
import polars as pl
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.client import answers_of
from machine import keep
from measure import interleaved
from ours import Answers, Table, forward, scalar
from peers import installed
from peers.base import Client, Peer, Statuses
from run import answered, personas
from tables import as_table, chunk, clients

FORWARD, SCALAR = "ours: experta path", "ours: scalar"
CHECKED, COLUMNS = "ours: scalar, answers checked", "ours: columns, in memory"
ROUNDS = 7
COMPARED = 60
"""Generated clients on which statuses are compared, besides the personas."""
TABLE = 200_000
MANY = {SCALAR: 2_000, "GoRules ZEN": 2_000, "CLIPS": 2_000, "durable_rules": 150}
FEW = 31
"""Clients of a batch, where it is not in `MANY`: about a second's work for the slow, less for the fast."""


@dataclass(frozen=True)
class Engine:
    """An engine in the benchmark; `help` is what Python does for it, and what it does not have is None."""

    name: str
    version: str
    help: str
    one: Callable[[], object] | None
    many: Callable[[], object] | None
    clients: int
    statuses: Callable[[], Iterable[Statuses]]


@dataclass(frozen=True)
class Row:
    """What was measured: seconds a client, one by one and in a batch, and how many statuses differ from the reference."""

    name: str
    version: str
    help: str
    one: float | None
    many: float | None
    clients: int
    statuses: int
    differing: int


class Trial:
    """The clients, and every engine with its share of them."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        facts = rulebase.facts.values()
        self.whole = [{fact.id: answered(fact, one.get(fact.id)) for fact in facts} for one in personas()]
        self.table = chunk(rulebase, personas(), 0, whole=True).head(TABLE)
        self.generated = clients(rulebase, self.table.head(max(MANY.values())))
        self.tried = [*self.whole, *self.generated[:COMPARED]]

    def engines(self) -> Iterator[Engine]:
        """Ours, then the peers."""
        compiled = scalar(self.rulebase)
        yield self.ours(FORWARD, forward(self.rulebase))
        yield self.ours(SCALAR, compiled)
        yield self.single(CHECKED, "", "", lambda client: compiled(answers_of(client, self.rulebase.facts)))
        yield self.columns()
        yield from map(self.peer, installed(self.rulebase))

    def ours(self, name: str, advise: Callable[[Answers], Statuses]) -> Engine:
        """One of our engines that takes checked answers."""
        whole, many, tried = (
            [answers_of(client, self.rulebase.facts) for client in some]
            for some in (self.whole, self.generated[: MANY.get(name, FEW)], self.tried)
        )
        return Engine(
            name,
            "",
            "",
            partial(each, advise, whole),
            partial(each, advise, many),
            len(many),
            lambda: map(advise, tried),
        )

    def single(self, name: str, version: str, help_: str, advise: Callable[[Client], Statuses]) -> Engine:
        """An engine measured with one client at a time only."""
        return Engine(name, version, help_, partial(each, advise, self.whole), None, 0, lambda: map(advise, self.tried))

    def peer(self, peer: Peer) -> Engine:
        """A peer, which takes the answers of a client file as they are."""
        many = self.generated[: MANY.get(peer.name, FEW)]
        alone = self.single(peer.name, peer.version, peer.help, peer.advise)
        return replace(alone, many=partial(peer.batch, many), clients=len(many))

    def columns(self) -> Engine:
        """The engine for tables; personas come to it as a table too."""
        table = Table(self.rulebase)
        tried = pl.concat([as_table(self.rulebase, self.whole), self.table.head(COMPARED)], how="diagonal")
        return Engine(
            COLUMNS, "", "", None, partial(table.advise, self.table), len(self.table), lambda: table.statuses(tried)
        )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    trial = Trial(demandfirst.load().rulebase)
    engines = list(trial.engines())
    expected = list(engines[0].statuses())
    one = interleaved(rounds, {engine.name: engine.one for engine in engines if engine.one})
    many = interleaved(rounds, {engine.name: engine.many for engine in engines if engine.many})
    rows = [
        Row(
            engine.name,
            engine.version,
            engine.help,
            one[engine.name] / len(trial.whole) if engine.one else None,
            many[engine.name] / engine.clients if engine.many else None,
            engine.clients,
            sum(map(len, expected)),
            different(expected, engine.statuses()),
        )
        for engine in engines
    ]
    show(rows)
    counts = {"rules": len(trial.rulebase.domain_rules), "personas": len(trial.whole), "compared": len(trial.tried)}
    keep("engines", {**counts, "rounds": rounds, "engines": list(map(asdict, rows))})


def each(advise: Callable[[Any], object], clients: Iterable[Any]) -> None:
    """One client after the other."""
    for client in clients:
        advise(client)


def different(expected: Sequence[Statuses], found: Iterable[Statuses]) -> int:
    """How many statuses differ."""
    pairs = zip(expected, found, strict=True)
    return sum(status != other[name] for ours, other in pairs for name, status in ours.items())


def show(rows: Sequence[Row]) -> None:
    """The rows as a table."""
    print(f"{'microseconds a client':<30}{'one client':>12}{'batch':>12}{'clients':>10}{'differ':>8}")
    for row in rows:
        one, many = (f"{seconds * 1e6:,.1f}" if seconds else "" for seconds in (row.one, row.many))
        print(f"{row.name:<30}{one:>12}{many:>12}{row.clients or '':>10}{row.differing:>8}")
    print(f"{rows[0].statuses} statuses compared")


if __name__ == "__main__":
    main()
