"""Explanations as text and Markdown: one line, one level, or the whole proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from demandfirst.engine.explain import Explanation, Node
from demandfirst.engine.report.markdown import escape

Depth = Literal["line", "level", "tree"]
SIGNS = {"holds": "+", "fails": "-", "waits": "?"}
LEVELS: dict[Depth, int] = {"line": 0, "level": 2, "tree": 1000}
SECTIONS = (
    ("why", "Why"),
    ("held_back_by", "What holds it back"),
    ("why_not", "What could have led to it, nearest first"),
)


def explanation_lines(explanation: Explanation, depth: Depth, *, markdown: bool = False) -> Iterator[str]:
    """An explanation line by line; `+` holds, `-` fails, `?` waits for an answer."""
    plain = escape if markdown else str
    yield f"## {plain(explanation.line)}" if markdown else explanation.line
    if depth == "line":
        return
    for name, title in SECTIONS:
        nodes: tuple[Node, ...] = getattr(explanation, name)
        if nodes:
            yield ""
            yield f"**{title}**" if markdown else f"{title}:"
            if markdown:
                yield ""
            for node in nodes:
                yield from _node(node, 0, LEVELS[depth], markdown=markdown)
    if explanation.waiting_for:
        yield ""
        yield plain(f"Waits for: {', '.join(explanation.waiting_for)}")


def _node(node: Node, level: int, deepest: int, *, markdown: bool) -> Iterator[str]:
    plain = escape if markdown else str
    text = f"{node.text} [{node.id}]" if node.kind == "rule" else node.text
    asked = "" if node.mark == "holds" or not node.needed else f" (given: {node.given}; needed: {node.needed})"
    bullet = f"{'  ' * level}- {SIGNS[node.mark]} " if markdown else f"{'  ' * (level + 1)}{SIGNS[node.mark]} "
    yield f"{bullet}{plain(text + asked)}"
    if level + 1 < deepest:
        for child in node.children:
            yield from _node(child, level + 1, deepest, markdown=markdown)
