"""Engines that answer from the linked rulebase."""
