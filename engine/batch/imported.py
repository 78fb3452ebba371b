"""The one place that imports polars for batches, which comes with the extra `batch`."""

from __future__ import annotations

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import _

try:
    import polars as pl
except ImportError:
    message = _("a batch needs {library}: {install}")
    raise MissingExtra(message.format(library="polars", install="pip install 'demandfirst[batch]'")) from None

__all__ = ["pl"]
