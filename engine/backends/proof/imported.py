"""The one place that imports z3, which comes with the extra `prove`."""

from __future__ import annotations

from demandfirst.engine.errors import MissingExtra

try:
    import z3
except ImportError:
    raise MissingExtra("this needs the solver z3: pip install 'demandfirst[prove]'") from None

__all__ = ["z3"]
