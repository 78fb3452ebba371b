"""Lints over the linked rulebase."""

from demandfirst.engine.check.issue import Issue
from demandfirst.engine.check.run import CHECKS, run_checks

__all__ = ["CHECKS", "Issue", "run_checks"]
