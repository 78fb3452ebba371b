"""The one place that imports z3, which comes with the extra `prove`."""

from __future__ import annotations

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import _

try:
    import z3
except ImportError:
    message = _("this needs the solver {library}: {install}")
    raise MissingExtra(message.format(library="z3", install="pip install 'demandfirst[prove]'")) from None

__all__ = ["z3"]
