"""Text for a terminal, a pipe or a file: grouped, wrapped, coloured where the terminal can.

Written without a library for terminals: importing one, and laying out with it, takes longer than giving the advice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TextIO
from unicodedata import east_asian_width

import click
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.report.outline import Block, Section, outline

STYLES: dict[str, dict[str, Any]] = {
    "plain": {"bold": True},
    "good": {"bold": True, "fg": "green"},
    "info": {"bold": True, "fg": "cyan"},
    "caution": {"bold": True, "fg": "yellow"},
    "stop": {"bold": True, "fg": "red"},
    "open": {"bold": True, "fg": "blue"},
}
MARKS = {"info": "info: ", "caution": "caution: ", "stop": "STOP: "}
MAX_WIDTH = 100
MIN_WIDTH = 20
USUAL_WIDTH = 80
TITLE, BODY, POINT = 1, 3, 5


def print_advice(advice: Advice, stream: TextIO, *, full: bool, color: bool | None = None) -> None:
    """Print the advice to a stream; `color` forces or forbids colours."""
    page = _Page(min(max(_terminal_width(), MIN_WIDTH), MAX_WIDTH), _rule_sign(stream))
    lines = [line for section in outline(advice, full=full) for line in page.section(section)]
    stamp = f"Rulebase {advice.rulebase.version} ({advice.rulebase.hash})"
    lines += [click.style(line, dim=True) for line in page.wrapped(stamp, 0)]
    click.echo("\n".join(lines), stream, color=_colours(stream) if color is None else color)


class _Page:
    """Lays out for one width."""

    def __init__(self, width: int, rule: str) -> None:
        self.width, self.rule = width, rule

    def section(self, section: Section) -> Iterator[str]:
        rule = self.rule * (self.width - _cells(section.title) - 1)
        yield f"{click.style(section.title, bold=True)} {click.style(rule, dim=True)}"
        if section.lead:
            yield from self.wrapped(section.lead, 0)
        for block in section.blocks:
            yield from self.block(block, MARKS.get(block.tone, "") if section.title == "Warnings" else "")
        yield ""

    def block(self, block: Block, mark: str) -> Iterator[str]:
        for line in self.wrapped(mark + block.title, TITLE):
            yield click.style(line, **STYLES[block.tone])
        yield from self.wrapped(block.text, BODY)
        for point in block.points:
            first, *further = self.wrapped(point, POINT)
            yield from (f"{' ' * BODY}- {first.lstrip()}", *further)
        for label, text in block.notes:
            first, *further = self.wrapped(f"{label}: {text}", BODY)
            yield from (first.replace(f"{label}: ", click.style(f"{label}: ", italic=True), 1), *further)

    def wrapped(self, text: str, indent: int) -> Iterator[str]:
        """The lines of a text, each behind its indent; a word longer than a line is broken."""
        room = self.width - indent
        for paragraph in text.splitlines():
            line = ""
            for word in _broken(paragraph.split(), room):
                if line and _cells(line) + 1 + _cells(word) > room:
                    yield " " * indent + line
                    line = ""
                line = f"{line} {word}" if line else word
            yield " " * indent + line


def _broken(words: list[str], room: int) -> Iterator[str]:
    """Words, the too long ones in parts that fit."""
    for word in words:
        rest = word
        while _cells(rest) > room:
            cut = next(at for at in range(len(rest), 0, -1) if _cells(rest[:at]) <= room)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _rule_sign(stream: TextIO) -> str:
    return "─" if (getattr(stream, "encoding", None) or "utf-8").lower().startswith("utf") else "-"


def _terminal_width() -> int:
    """The width that is asked for, or that of the terminal, also where only the output goes elsewhere."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit():
        return int(asked)
    for descriptor in range(3):
        with suppress(OSError):
            return os.get_terminal_size(descriptor).columns or USUAL_WIDTH
    return USUAL_WIDTH


def _colours(stream: TextIO) -> bool:
    """Whether to colour: on a terminal that can, unless NO_COLOR asks not to; FORCE_COLOR asks for colours anywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
