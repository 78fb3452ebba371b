"""Markdown for a document that is handed over: everything, in full."""

from __future__ import annotations

import re

from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.report.outline import Block, outline

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


def markdown(advice: Advice) -> str:
    """The whole advice as Markdown."""
    lines = ["# Social media marketing: the advice", ""]
    for section in outline(advice, full=True):
        lines += [f"## {escape(section.title)}", ""]
        if section.lead:
            lines += [escape(section.lead), ""]
        for block in section.blocks:
            lines += _block(block)
    lines.append(f"Rulebase {advice.rulebase.version} ({advice.rulebase.hash})")
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    severity = f" ({block.tone})" if block.tone in ("info", "caution", "stop") else ""
    lines = [f"### {escape(block.title)}{severity if severity != ' (caution)' else ''}", ""]
    if block.text:
        lines += [escape(block.text), ""]
    if block.points:
        lines += [*(f"- {escape(point)}" for point in block.points), ""]
    for label, text in block.notes:
        lines += [f"**{label}:** {escape(text)}", ""]
    return lines


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)
