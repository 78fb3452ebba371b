"""The plot of docs/benchmarks.md, as an SVG that needs nothing else and is the same for the same numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from statistics import linear_regression

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

SIZE = (9, 3.6)
COLOURS = ("#0072b2", "#d55e00", "#009e73")
MARKERS = ("o", "s", "^")


def exponent(seconds: Mapping[int, float]) -> float:
    """The slope of the logarithms."""
    return linear_regression(list(map(math.log, seconds)), list(map(math.log, seconds.values()))).slope


def plot(ways: Mapping[str, Mapping[int, float]], rules: Mapping[int, float], path: Path) -> None:
    """Seconds by rows for each way, and by how many times the rules are there."""
    mpl.use("svg")
    with mpl.rc_context({"svg.hashsalt": "demandfirst", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure = Figure(figsize=SIZE, layout="constrained")
        by_rows, by_rules = figure.subplots(1, 2)
        for (way, seconds), colour, marker in zip(ways.items(), COLOURS, MARKERS, strict=False):
            line(by_rows, seconds, colour, marker, way)
        by_rows.legend(frameon=False)
        dressed(by_rows, "rows, Parquet to Parquet")
        line(by_rules, rules, COLOURS[0], MARKERS[0], "")
        by_rules.set_xticks(list(rules), [f"x {times}" for times in rules], minor=False)
        by_rules.set_xticks([], minor=True)
        dressed(by_rules, "rules, the same table in memory")
        figure.savefig(path, format="svg", metadata={"Date": None})


def line(axes: Axes, seconds: Mapping[int, float], colour: str, marker: str, name: str) -> None:
    """One line, with both axes as logarithms."""
    axes.loglog(list(seconds), list(seconds.values()), color=colour, marker=marker, label=name)


def dressed(axes: Axes, label: str) -> None:
    """Labels and a light grid."""
    axes.set_xlabel(label)
    axes.set_ylabel("seconds")
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
