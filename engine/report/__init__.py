"""Advice as text, JSON and Markdown."""
