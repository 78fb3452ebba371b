"""The one place that imports polars for batches, which comes with the extra `batch`."""

from __future__ import annotations

from demandfirst.engine.errors import MissingExtra

try:
    import polars as pl
except ImportError:
    raise MissingExtra("a batch needs polars: pip install 'demandfirst[batch]'") from None

__all__ = ["pl"]
