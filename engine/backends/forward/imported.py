"""The one place that imports experta, and the remedies that its import needs.

experta 1.9.4 pins a `frozendict` that looks for `collections.Mapping` (gone since Python 3.10) and calls
`logging.basicConfig()` when it is imported. Both are patched for the time of the import and undone.
"""

from __future__ import annotations

import collections
import collections.abc
import logging
import sys
import warnings


def _import_quietly() -> None:
    configure = logging.basicConfig
    had_mapping = "Mapping" in vars(collections)
    logging.basicConfig = lambda **_: None
    if not had_mapping:
        collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import experta  # noqa: F401
    finally:
        logging.basicConfig = configure
        if not had_mapping:
            del collections.Mapping  # type: ignore[attr-defined]


if "experta" not in sys.modules:
    _import_quietly()

from experta import watchers  # noqa: E402
from experta.abstract import Strategy  # noqa: E402
from experta.activation import Activation  # noqa: E402
from experta.engine import KnowledgeEngine  # noqa: E402
from experta.fact import Fact  # noqa: E402
from experta.fieldconstraint import L  # noqa: E402
from experta.matchers import ReteMatcher  # noqa: E402
from experta.matchers.rete.abstract import OneInputNode  # noqa: E402
from experta.matchers.rete.check import FeatureCheck, SameContextCheck, TypeCheck  # noqa: E402
from experta.matchers.rete.mixins import AnyChild, ChildNode, NoMemory  # noqa: E402
from experta.matchers.rete.nodes import ConflictSetNode, FeatureTesterNode, OrdinaryMatchNode  # noqa: E402
from experta.rule import Rule  # noqa: E402

for _name in watchers.ALL:  # they would write a client's answers into the log of whoever embeds us
    getattr(watchers, _name).disabled = True

__all__ = [
    "Activation",
    "AnyChild",
    "ChildNode",
    "ConflictSetNode",
    "Fact",
    "FeatureCheck",
    "FeatureTesterNode",
    "KnowledgeEngine",
    "L",
    "NoMemory",
    "OneInputNode",
    "OrdinaryMatchNode",
    "ReteMatcher",
    "Rule",
    "SameContextCheck",
    "Strategy",
    "TypeCheck",
]
