"""experta in the usual way (`bench/usual.py`), as one peer among the others."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from usual import Usual

from peers.base import Client, Statuses, one_by_one


class Experta(Usual):
    """The engine, built once and reset for each client."""

    name = "experta, the usual way"
    version = f"experta {version('experta')}"
    help = "arithmetic, counts, quantities, parameters that vary"

    def batch(self, clients: Sequence[Client]) -> list[Statuses]:
        """One client after the other."""
        return one_by_one(self.advise, clients)
