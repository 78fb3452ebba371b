"""Text for a terminal: grouped, coloured where the terminal can."""

from __future__ import annotations

from typing import TextIO

from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.report.outline import Block, Section, outline
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

STYLES = {
    "plain": "bold",
    "good": "bold green",
    "info": "bold cyan",
    "caution": "bold yellow",
    "stop": "bold red",
    "open": "bold blue",
}
MARKS = {"info": "info: ", "caution": "caution: ", "stop": "STOP: "}
MAX_WIDTH = 100


def print_advice(advice: Advice, stream: TextIO, *, full: bool, color: bool | None = None) -> None:
    """Print the advice to a stream; `color` forces or forbids colours."""
    console = Console(file=stream, highlight=False, force_terminal=True if color else None, no_color=color is False)
    console.width = min(console.width, MAX_WIDTH)
    for section in outline(advice, full=full):
        console.print(_section(section))
    console.print(Text(f"Rulebase {advice.rulebase.version} ({advice.rulebase.hash})", style="dim"))


def _section(section: Section) -> Group:
    warnings = section.title == "Warnings"
    parts: list[RenderableType] = [Rule(Text(section.title, style="bold"), align="left", style="dim")]
    if section.lead:
        parts.append(Text(section.lead))
    parts.extend(Padding(_block(block, marked=warnings), (0, 0, 0, 1)) for block in section.blocks)
    return Group(*parts, Text(""))


def _block(block: Block, *, marked: bool) -> Group:
    mark = MARKS.get(block.tone, "") if marked else ""
    parts: list[RenderableType] = [Text(mark + block.title, style=STYLES[block.tone])]
    if block.text:
        parts.append(Padding(Text(block.text), (0, 0, 0, 2)))
    parts.extend(_hanging("- ", Text(point)) for point in block.points)
    parts.extend(_hanging("", Text.assemble((f"{label}: ", "italic"), text)) for label, text in block.notes)
    return Group(*parts)


def _hanging(mark: str, text: Text) -> RenderableType:
    """A point whose further lines stand under its first word."""
    from rich.table import Table

    grid = Table.grid(padding=0)
    grid.add_column(width=4)
    grid.add_column(overflow="fold")
    grid.add_row(Text(f"  {mark}"), text)
    return grid if mark else Padding(text, (0, 0, 0, 2))
