"""The one place that imports sqlglot, which comes with the extra `sql`."""

from __future__ import annotations

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import _

try:
    import sqlglot
    from sqlglot import exp
except ImportError:
    message = _("this needs the SQL library {library}: {install}")
    raise MissingExtra(message.format(library="sqlglot", install="pip install 'demandfirst[sql]'")) from None

__all__ = ["exp", "sqlglot"]
