"""Drawings as SVG that stands in a page, or as PNG for a format that takes no SVG: text stays text, nothing depends on the hour."""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from importlib.util import find_spec
from typing import Any

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language.phrases import stated
from demandfirst.engine.report.batch_plot import inlined
from demandfirst.engine.report.handout.colours import INK, PAPER, QUIET, Palette
from demandfirst.engine.report.handout.model import Bars, Drawing, DrawnBar, Picture, Track, Tracks

POINTS = 72  # an inch
WIDTH = 320
LARGE, SMALL = 12, 10.5
LABEL, BAR, AFTER = 17, 15, 14
LEGEND = 15
WRAP, WRAP_SMALL, WRAP_BOTH = 28, 48, 41
"""So many signs of a label fit into a line, of a legend, and of a label with the word at the other end."""
LONGEST = 0.97
"""How far the longest bar or line goes, as a share of the width."""
OVER = 2
GREY = "#8a939d"
LETTERS = "system-ui, 'Noto Sans', 'Noto Sans Armenian', 'DejaVu Sans', sans-serif"
_ALONE = threading.RLock()
"""Matplotlib's settings are those of the whole process."""
SAMPLE = 22


def svg(name: str, title: str, alt: str, drawing: Drawing, colours: Palette) -> str:
    """The drawing as one `<svg>` element whose ids begin with the name."""
    held = io.StringIO()
    with _settings(name) as library:
        figure = _figure(library, drawing, colours)
        library.canvas(figure).print_svg(held, metadata={"Date": None})
    drawn = inlined(held.getvalue(), name, title)
    described = drawn.replace("</title>", f'</title><desc id="{name}-desc">{escape(alt)}</desc>', 1)
    return described.replace(f'aria-labelledby="{name}-title"', f'aria-labelledby="{name}-title {name}-desc"', 1)


def svg_file(picture: Picture, colours: Palette) -> str:
    """The drawing of a picture as a file of its own."""
    width, height = picture.size
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{LETTERS}"'
    return svg(picture.id, picture.title, picture.alt, picture.drawing, colours).replace("<svg", head, 1)


@cache
def drawable() -> bool:
    """Whether what draws is installed."""
    return find_spec("matplotlib") is not None


def png(name: str, drawing: Drawing, colours: Palette, dots: int = 200) -> bytes:
    """The drawing as a PNG, with so many dots an inch."""
    held = io.BytesIO()
    with _settings(name) as library:
        figure = _figure(library, drawing, colours)
        figure.patch.set_visible(True)
        library.raster(figure)
        figure.savefig(held, format="png", dpi=dots, metadata={"Software": None})
    return held.getvalue()


def size(drawing: Drawing) -> tuple[int, int]:
    """Width and height in points."""
    match drawing:
        case Bars(bars, lines, estimate):
            height = sum(_height(bar.label, bar.shown) for bar in bars) + sum(
                _legend_height(_said(line)) for line in lines
            )
            return WIDTH, height + 4 + (_legend_height(estimate) if _estimates(drawing) else 0)
        case Tracks(tracks):
            meanings = sum(_legend_height(meaning) for _pattern, meaning in _patterns(drawing))
            return WIDTH, sum(_height(track.label, track.word) for track in tracks) + 4 + meanings


class _Library:
    """What is used of matplotlib."""

    def __init__(self) -> None:
        try:
            import matplotlib as mpl
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.backends.backend_svg import FigureCanvasSVG
            from matplotlib.figure import Figure
            from matplotlib.patches import Rectangle
        except ImportError:
            raise MissingExtra("a report needs matplotlib: pip install 'demandfirst[report]'") from None
        self.settings: Any = mpl.rc_context
        self.raster: Any = FigureCanvasAgg
        self.canvas: Any = FigureCanvasSVG
        self.figure: Any = Figure
        self.rectangle: Any = Rectangle


@contextmanager
def _settings(name: str) -> Iterator[_Library]:
    library = _Library()
    wanted = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif", "hatch.linewidth": 1.1}
    with _ALONE, library.settings(wanted):
        yield library


def _figure(library: _Library, drawing: Drawing, colours: Palette) -> Any:
    width, height = size(drawing)
    figure = library.figure(figsize=(width / POINTS, height / POINTS))
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    sheet = _Sheet(axes, library.rectangle, colours)
    if isinstance(drawing, Bars):
        sheet.bars(drawing)
    else:
        sheet.tracks(drawing)
    return figure


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, max_lines=3, placeholder=" …") or [""]


def _heading(label: str, said: str) -> list[str]:
    """The lines of a label, which leave room for what is said at the end of the first."""
    return _wrapped(label, min(WRAP, max(WRAP // 2, WRAP_BOTH - len(said))))


def _height(label: str, said: str) -> int:
    return len(_heading(label, said)) * LABEL + BAR + AFTER


def _estimates(drawing: Bars) -> bool:
    return any(bar.estimated for bar in drawing.bars)


def _said(line: DrawnBar) -> str:
    return stated(line.label, line.shown)


def _legend_height(text: str) -> int:
    return len(_wrapped(text, WRAP_SMALL)) * LEGEND


def _patterns(drawing: Tracks) -> list[tuple[str, str]]:
    """Which patterns occur, and what they mean."""
    shown = [track for track in drawing.tracks if track.applies]
    known = [track.filled for track in shown if track.filled is not None]
    found = [("used", drawing.used)] if any(known) else []
    found += [("left", drawing.left)] if any(filled < 1 for filled in known) else []
    found += [("unknown", drawing.unknown)] if len(known) < len(shown) else []
    return found + ([("mark", drawing.mark)] if any(track.mark is not None for track in shown) else [])


class _Sheet:
    """Draws from top to bottom."""

    def __init__(self, axes: Any, rectangle: Any, colours: Palette) -> None:
        self.axes, self.rectangle, self.colours = axes, rectangle, colours
        self.at = 0

    def text(self, x: float, y: float, said: str, **style: Any) -> None:
        wanted = {"fontsize": LARGE, "color": INK, "parse_math": False, **style}
        self.axes.text(x, y, said, **wanted)

    def box(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        wanted = {"linewidth": 0, "clip_on": False, **style}
        self.axes.add_patch(self.rectangle((x, y), width, height, **wanted))

    def solid(self, x: float, width: float, y: float, height: float = BAR) -> None:
        self.box(x, y, width, height, facecolor=self.colours.primary)

    def striped(self, x: float, width: float, y: float, height: float = BAR) -> None:
        primary = self.colours.primary
        self.box(x, y, width, height, facecolor=PAPER, edgecolor=primary, hatch="////", linewidth=1)

    def upright(self, x: float, top: float, bottom: float, place: int) -> None:
        """A line to compare with; the second is dashed."""
        style = (0, (1.6, 1.1)) if place else "solid"
        self.axes.plot([x, x], [top, bottom], color=self.colours.accent, linewidth=2, linestyle=style, clip_on=False)

    def bars(self, drawing: Bars) -> None:
        ends = [max(one.low, one.high) for one in (*drawing.bars, *drawing.lines)]
        scale = WIDTH / max(*ends, 1e-9, 0) * LONGEST
        for bar in drawing.bars:
            self.heading(bar.label, bar.shown)
            self.bar(bar, scale)
            for place, line in enumerate(drawing.lines):
                self.upright(max(line.low, 0) * scale, self.at - OVER, self.at + BAR + OVER, place)
            self.at += BAR + AFTER
        for place, line in enumerate(drawing.lines):
            self.upright_sample(place)
            self.legend(_said(line))
        if _estimates(drawing):
            self.striped(0, SAMPLE - 4, self.at + 3, 9)
            self.legend(drawing.estimate)

    def bar(self, bar: DrawnBar, scale: float) -> None:
        low, high = (max(1.5, value * scale) for value in (bar.low, bar.high))
        if bar.estimated:
            self.striped(0, high, self.at)
            return
        self.solid(0, low, self.at)
        if high > low:
            self.striped(low, high - low, self.at)

    def heading(self, label: str, said: str) -> None:
        """What a bar or track is, and its figure or word at the other end of the line."""
        self.text(WIDTH, self.at + LABEL - 6, said, ha="right", weight="bold")
        for line in _heading(label, said):
            self.text(0, self.at + LABEL - 6, line)
            self.at += LABEL

    def tracks(self, drawing: Tracks) -> None:
        for track in drawing.tracks:
            self.heading(track.label, track.word)
            self.track(track)
            self.at += BAR + AFTER
        for pattern, meaning in _patterns(drawing):
            self.sample(pattern)
            self.legend(meaning)

    def track(self, track: Track) -> None:
        y = self.at
        if not track.applies:
            self.axes.plot([0, WIDTH], [y + BAR / 2] * 2, color=GREY, linewidth=1.5, linestyle=(0, (2, 4)))
            return
        if track.filled is None:
            self.unknown(0, WIDTH, y, BAR)
        else:
            self.striped(0, WIDTH, y)
            self.solid(0, WIDTH * track.filled, y)
        if track.mark is not None:
            self.upright(WIDTH * track.mark, y - 3, y + BAR + 3, 0)

    def unknown(self, x: float, width: float, y: float, height: float) -> None:
        self.box(x, y, width, height, facecolor="#eceff2", edgecolor=GREY, linewidth=1, linestyle=(0, (2, 2)))
        self.text(
            x + width / 2, y + height - 4 * height / BAR, "?", ha="center", color=QUIET, weight="bold", fontsize=SMALL
        )

    def sample(self, pattern: str) -> None:
        y = self.at + 3
        if pattern == "used":
            self.solid(0, SAMPLE - 4, y, 9)
        elif pattern == "left":
            self.striped(0, SAMPLE - 4, y, 9)
        elif pattern == "unknown":
            self.box(0, y, SAMPLE - 4, 9, facecolor="#eceff2", edgecolor=GREY, linewidth=1, linestyle=(0, (2, 2)))
        else:
            self.upright_sample(0)

    def upright_sample(self, place: int) -> None:
        self.upright((SAMPLE - 4) / 2, self.at + 2, self.at + LEGEND - 2, place)

    def legend(self, said: str) -> None:
        for line in _wrapped(said, WRAP_SMALL):
            self.text(SAMPLE, self.at + LEGEND - 4, line, fontsize=SMALL, color=QUIET)
            self.at += LEGEND
