"""What a comparison of two rulebases finds. Immutable and JSON-serialisable."""

from __future__ import annotations

from typing import Any, Literal

from demandfirst.engine.deep.changes import Edited, Reworded
from demandfirst.engine.deep.through import Through
from demandfirst.engine.ir.advice import Part


class Stamp(Part):
    """Which rulebase it is."""

    name: str
    version: str
    hash: str


class Moved(Part):
    """An item, warning, finding or quantity that is another for a client, and what is behind it."""

    kind: Literal["item", "warning", "finding", "quantity"]
    id: str
    title: str
    before: str
    after: str
    through: Through


class Possible(Part):
    """Whether an outcome can differ: `no` is proved, `yes` comes with the smallest client, `unknown` says what was in the way.

    `client` is a client file; `old_lacks` and `new_lacks` are the facts in it that one of the rulebases does not ask, to be left
    out there.
    """

    kind: Literal["item", "warning", "finding"]
    id: str
    title: str
    differs: Literal["yes", "no", "unknown"]
    client: dict[str, Any] | None = None
    old_lacks: tuple[str, ...] = ()
    new_lacks: tuple[str, ...] = ()
    moved: Moved | None = None
    note: str = ""


class Focus(Part):
    """The objectives to work on first under each."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Given(Part):
    """A given client under both; `faults` say why one of them (`unfit`) cannot take the answers."""

    client: str
    moved: tuple[Moved, ...]
    focus: Focus | None
    unfit: Literal["", "old", "new"] = ""
    faults: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the client is advised otherwise."""
        return bool(self.moved or self.focus or self.faults)


class RulebaseDiff(Part):
    """Everything that differs between two rulebases. `clients` is None where none was given, `outcomes` where some were.

    `order`: recommended items may come in another order. `apart`: questions to which no answer fits both,
    so that only clients who leave them out are compared. `nobody`: they have to be answered, so that no client fits both.
    """

    old: Stamp
    new: Stamp
    edits: tuple[Edited, ...]
    reworded: tuple[Reworded, ...]
    order: bool
    apart: tuple[str, ...]
    nobody: bool
    outcomes: tuple[Possible, ...] | None
    clients: tuple[Given, ...] | None

    @property
    def advises_otherwise(self) -> bool:
        """Whether somebody is advised otherwise; without given clients: whether anybody may be."""
        if self.clients is not None:
            return any(one.differs for one in self.clients)
        return self.nobody or self.order or any(one.differs != "no" for one in self.outcomes or ())
