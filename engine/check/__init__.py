"""Lints over the linked rulebase."""

from demandfirst.engine.check.run import CHECKS, Issue, run_checks

__all__ = ["CHECKS", "Issue", "run_checks"]
