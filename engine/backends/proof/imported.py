"""The one place that imports z3, which comes with the extra `prove`."""

from __future__ import annotations

from demandfirst.engine.errors import DemandfirstError, Fault, Place


class MissingSolver(DemandfirstError):
    """The extra `prove` is not installed."""


try:
    import z3
except ImportError:
    raise MissingSolver(
        [Fault(Place("z3"), "missing-extra", "this needs the solver z3", "`pip install 'demandfirst[prove]'`")]
    ) from None

__all__ = ["MissingSolver", "z3"]
