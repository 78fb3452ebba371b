"""Text for a terminal, a pipe or a file: grouped, wrapped, coloured where the terminal can.

Laid out with `textwrap` and coloured by click, which the command needs anyway: importing a library for terminals takes longer
than giving the advice.
"""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any, TextIO

import click
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import _, mark
from demandfirst.engine.language.phrases import stated
from demandfirst.engine.report.outline import Block, Section, outline, stamp

STYLES: dict[str, dict[str, Any]] = {
    "plain": {"bold": True},
    "good": {"bold": True, "fg": "green"},
    "info": {"bold": True, "fg": "cyan"},
    "caution": {"bold": True, "fg": "yellow"},
    "stop": {"bold": True, "fg": "red"},
    "open": {"bold": True, "fg": "blue"},
}
MARKS = {"info": mark("info: {title}"), "caution": mark("caution: {title}"), "stop": mark("STOP: {title}")}
MAX_WIDTH = 100
MIN_WIDTH = 20
WRAPPING: dict[str, Any] = {"break_on_hyphens": False}
TITLE, BODY, POINT = 1, 3, 5


def print_advice(advice: Advice, stream: TextIO, *, full: bool, color: bool | None = None) -> None:
    """Print the advice to a stream; `color` forces or forbids colours."""
    page = _Page(min(max(shutil.get_terminal_size().columns, MIN_WIDTH), MAX_WIDTH), _rule_sign(stream))
    lines = [line for section in outline(advice, full=full) for line in page.section(section)]
    lines += [click.style(line, dim=True) for line in page.wrapped(stamp(advice), 0)]
    click.echo("\n".join(lines), stream, color=_colours(stream) if color is None else color)


class _Page:
    """Lays out for one width."""

    def __init__(self, width: int, rule: str) -> None:
        self.width, self.rule = width, rule

    def section(self, section: Section) -> Iterator[str]:
        rule = self.rule * (self.width - len(section.title) - 1)
        yield f"{click.style(section.title, bold=True)} {click.style(rule, dim=True)}"
        if section.lead:
            yield from self.wrapped(section.lead, 0)
        for block in section.blocks:
            yield from self.block(block, severe=section.severe)
        yield ""

    def block(self, block: Block, *, severe: bool) -> Iterator[str]:
        title = _(MARKS[block.tone]).format(title=block.title) if severe else block.title
        for line in self.wrapped(title, TITLE):
            yield click.style(line, **STYLES[block.tone])
        yield from self.wrapped(block.text, BODY)
        for point in block.points:
            first, *further = self.wrapped(point, POINT)
            yield from (f"{' ' * BODY}- {first.lstrip()}", *further)
        for label, text in block.notes:
            head = stated(label, "")
            first, *further = self.wrapped(stated(label, text), BODY)
            yield from (first.replace(head, click.style(head, italic=True), 1), *further)

    def wrapped(self, text: str, indent: int) -> Iterator[str]:
        """The lines of a text, each behind its indent."""
        margin = " " * indent
        for paragraph in text.splitlines():
            yield from textwrap.wrap(paragraph, self.width, initial_indent=margin, subsequent_indent=margin, **WRAPPING)


def _rule_sign(stream: TextIO) -> str:
    return "─" if (getattr(stream, "encoding", None) or "utf-8").lower().startswith("utf") else "-"


def _colours(stream: TextIO) -> bool:
    """Whether to colour: on a terminal that can, unless NO_COLOR asks not to; FORCE_COLOR asks for colours anywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
