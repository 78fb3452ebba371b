"""The one place that imports sqlglot, which comes with the extra `sql`."""

from __future__ import annotations

from demandfirst.engine.errors import MissingExtra

try:
    import sqlglot
    from sqlglot import exp
except ImportError:
    raise MissingExtra("this needs the SQL library sqlglot: pip install 'demandfirst[sql]'") from None

__all__ = ["exp", "sqlglot"]
