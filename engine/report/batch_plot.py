"""Bars as SVG for a page that needs nothing from elsewhere: text stays text, colours come from the page's style sheet."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.ir.numbers import ENGLISH
from demandfirst.engine.language import _, current

POINTS = 72  # an inch
WIDTH = 300
LONGEST_BAR = 190
LABEL, BAR, GAP, AFTER = 14, 11, 3, 13
WRAP, WRAP_WIDE, LINES = 46, 40, 3
"""Letters in a line: Latin ones are narrower than Cyrillic and Armenian ones."""
# Colours that stand for those of the page, and are replaced by them.
INK, QUIET = "#010203", "#040506"
SERIES = {"#0a0b01": "var(--clients)", "#0a0b02": "var(--money)", "#0a0b03": "var(--clients-strong)"}
CLIENTS, MONEY, STRONG = SERIES


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how long from 0 to 1, what stands behind it, its colour, and how much of it is marked more strongly."""

    length: float
    text: str
    colour: str
    strong: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Bars with one label above them."""

    label: str
    bars: tuple[Bar, ...]


def plot(name: str, title: str, groups: Sequence[Group]) -> str:
    """A figure of groups of bars; `title` says what it shows to whoever cannot see it."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle
    except ImportError:
        message = _("a summary needs {library}: {install}")
        raise MissingExtra(message.format(library="matplotlib", install="pip install 'demandfirst[batch]'")) from None
    height = sum(map(_height, groups))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        drawing = Figure(figsize=(WIDTH / POINTS, height / POINTS))
        drawing.patch.set_visible(False)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        at = 0
        for group in groups:
            _draw(axes, Rectangle, group, at)
            at += _height(group)
        held = io.StringIO()
        FigureCanvasSVG(drawing).print_svg(held, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return inlined(held.getvalue(), name, title)


def _lines(group: Group) -> list[str]:
    width = WRAP if current() in ENGLISH else WRAP_WIDE
    return textwrap.wrap(group.label, width, max_lines=LINES, placeholder=" …")


def _height(group: Group) -> int:
    return len(_lines(group)) * LABEL + len(group.bars) * (BAR + GAP) + AFTER


def _draw(axes: Any, rectangle: Any, group: Group, at: int) -> None:
    """A label, and the bars below it."""
    for line in _lines(group):
        axes.text(0, at + LABEL - 4, line, fontsize=10, color=INK)
        at += LABEL
    for bar in group.bars:
        length = max(1.0, bar.length * LONGEST_BAR)
        axes.add_patch(rectangle((0, at), length, BAR, facecolor=bar.colour, linewidth=0, clip_on=False))
        if bar.strong:
            strong = bar.strong * LONGEST_BAR
            axes.add_patch(rectangle((0, at), strong, BAR, facecolor=STRONG, linewidth=0, clip_on=False))
        axes.text(length + 5, at + BAR - 2, bar.text, fontsize=9, color=QUIET)
        at += BAR + GAP


def inlined(drawn: str, name: str, title: str) -> str:
    """An SVG file as a part of a page: no preamble, ids of its own, the page's colours and letters."""
    svg = drawn[drawn.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    box = re.search(r'viewBox="[^"]*"', svg)
    head = f'<svg {box[0] if box else ""} role="img" aria-labelledby="{name}-title">'
    svg = re.sub(r"<svg[^>]*>", f'{head}<title id="{name}-title">{escape(title)}</title>', svg, count=1)
    svg = re.sub(r'\bid="(?!{name}-title)'.replace("{name}", name), f'id="{name}-', svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\1{name}-", svg.replace("xlink:href", "href"))
    svg = re.sub(r" font-family: [^;]*;| text-anchor: start;", "", svg)
    svg = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", svg)
    svg = re.sub(r"<defs>\s*</defs>|<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    for colour, own in {INK: "var(--ink)", QUIET: "var(--quiet)", **SERIES}.items():
        svg = svg.replace(colour, own)
    return svg.strip()
