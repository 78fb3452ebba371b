"""Markdown for a document that is handed over: everything, in full."""

from __future__ import annotations

import re

from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.codes import severity_words
from demandfirst.engine.language import _
from demandfirst.engine.language.phrases import bracketed, stated
from demandfirst.engine.report.outline import Block, outline, stamp

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


def markdown(advice: Advice) -> str:
    """The whole advice as Markdown."""
    lines = [f"# {_('Social media marketing: the advice')}", ""]
    for section in outline(advice, full=True):
        lines += [f"## {escape(section.title)}", ""]
        if section.lead:
            lines += [escape(section.lead), ""]
        for block in section.blocks:
            lines += _block(block)
    lines.append(stamp(advice))
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    title = escape(block.title)
    lines = [f"### {bracketed(title, severity_words(block.tone)) if block.tone in ('info', 'stop') else title}", ""]
    if block.text:
        lines += [escape(block.text), ""]
    if block.points:
        lines += [*(f"- {escape(point)}" for point in block.points), ""]
    for label, text in block.notes:
        lines += [f"**{stated(label, '').rstrip()}** {escape(text)}", ""]
    return lines


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)
