"""demandfirst: whether, why and how a business should use social media marketing.

import demandfirst
rulebase = demandfirst.load()
advice = rulebase.advise({"business_type": "ecommerce", "goals": ["sales"]})
advice.status("paid_social_scaling")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demandfirst.engine.advise import Advisor, load
from demandfirst.engine.errors import ClientError, DemandfirstError, Fault, Place, RulebaseError

if TYPE_CHECKING:
    from demandfirst.engine.batch.frames import advise_table
    from demandfirst.engine.explain import explain
    from demandfirst.engine.howto import how_to
    from demandfirst.engine.interview import Interview
    from demandfirst.engine.ir.advice import Advice
    from demandfirst.engine.report.batch import batch
    from demandfirst.engine.report.handout.written import report
    from demandfirst.engine.sensitivity import sensitivity
    from demandfirst.engine.whatif import difference

__version__ = "0.1.0"

__all__ = [
    "Advice",
    "Advisor",
    "ClientError",
    "DemandfirstError",
    "Fault",
    "Interview",
    "Place",
    "RulebaseError",
    "__version__",
    "advise_table",
    "batch",
    "difference",
    "explain",
    "how_to",
    "load",
    "report",
    "sensitivity",
]

_ON_FIRST_USE = {
    "Advice": "demandfirst.engine.ir.advice",
    "Interview": "demandfirst.engine.interview",
    "advise_table": "demandfirst.engine.batch.frames",
    "batch": "demandfirst.engine.report.batch",
    "difference": "demandfirst.engine.whatif",
    "explain": "demandfirst.engine.explain",
    "how_to": "demandfirst.engine.howto",
    "report": "demandfirst.engine.report.handout.written",
    "sensitivity": "demandfirst.engine.sensitivity",
}


def __getattr__(name: str) -> Any:
    """What most embedders do not need is imported where it is first used."""
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ON_FIRST_USE[name]), name)
