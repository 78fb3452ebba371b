"""Other rule engines with our rules, written for each from the linked rulebase."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from demandfirst.engine.ir.rulebase import Rulebase

from peers.base import Peer

PEERS = {
    "peers.clips_peer": "Clips",
    "peers.zen_peer": "Zen",
    "peers.durable_peer": "Durable",
    "peers.experta_peer": "Experta",
}


def installed(rulebase: Rulebase) -> Iterator[Peer]:
    """Every peer that is installed, built; the others get one line each on standard output."""
    for module, kind in PEERS.items():
        try:
            peer: type[Peer] = getattr(import_module(module), kind)
        except ModuleNotFoundError as missing:
            print(f"{kind} is left out: no module `{missing.name}` (pip install 'demandfirst[peers]')")
        else:
            yield peer(rulebase)
