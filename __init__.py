"""demandfirst: whether, why and how a business should use social media marketing.

import demandfirst
rulebase = demandfirst.load()
advice = rulebase.advise({"business_type": "ecommerce", "goals": ["sales"]})
advice.status("paid_social_scaling")
"""

from demandfirst.engine.advise import Advisor, load
from demandfirst.engine.errors import ClientError, DemandfirstError, Fault, Place, RulebaseError

__version__ = "0.1.0"

__all__ = [
    "Advisor",
    "ClientError",
    "DemandfirstError",
    "Fault",
    "Place",
    "RulebaseError",
    "__version__",
    "load",
]
