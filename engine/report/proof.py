"""Explanations as text and Markdown: one line, one level, or the whole proof."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from demandfirst.engine.explain import Explanation, Node
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.say import UNDECIDED

Depth = Literal["line", "level", "tree"]
SIGNS = {"holds": "+", "fails": "-", "waits": "?"}
LEGEND = "+ holds, - fails, ? waits for an answer"
MOST_NAMED = 3
ONE_LEVEL, ALL_LEVELS = 2, 1000


def explanations_lines(found: Sequence[Explanation], depth: Depth, *, markdown: bool = False) -> Iterator[str]:
    """Several explanations: one line each, or one after the other."""
    for place, one in enumerate(found):
        if depth == "line":
            text = f"{one.line} [{one.id}]"
            yield f"- {escape(text)}" if markdown else text
        else:
            yield from [""] if place else []
            yield from explanation_lines(one, depth, markdown=markdown)


def explanation_lines(explanation: Explanation, depth: Depth, *, markdown: bool = False) -> Iterator[str]:
    """An explanation line by line; `+` holds, `-` fails, `?` waits for an answer."""
    yield f"## {escape(explanation.line)}" if markdown else explanation.line
    if depth == "line":
        return
    writer = _Writer(markdown=markdown)
    deepest = ONE_LEVEL if depth == "level" else ALL_LEVELS
    why_not = ONE_LEVEL if explanation.why else deepest
    for title, nodes, levels in (
        (_because(explanation), explanation.why, deepest),
        ("What holds it back", explanation.held_back_by, deepest),
        (_otherwise(explanation), explanation.why_not, why_not),
    ):
        yield from writer.section(title, nodes, levels)


def _because(explanation: Explanation) -> str:
    return "What goes into it" if explanation.kind == "quantity" else "Why"


def _otherwise(explanation: Explanation) -> str:
    """The heading of the rules that did not fire."""
    if explanation.status == UNDECIDED or (explanation.status == "open" and explanation.waiting_for):
        return "What could still lead to it, nearest first"
    if not explanation.why:
        return "What would have led to it, nearest first"
    if explanation.kind == "finding" and explanation.status != "true":
        return "What would have decided it otherwise, nearest first"
    return "What else would have led to it, nearest first"


class _Writer:
    """Writes trees; a proof that was shown once is not repeated."""

    def __init__(self, *, markdown: bool) -> None:
        self.markdown = markdown
        self.shown: set[tuple[str, str]] = set()
        self.explained = False

    def section(self, title: str, nodes: Sequence[Node], deepest: int) -> Iterator[str]:
        if not nodes:
            return
        yield ""
        if self.markdown:
            yield f"**{title}**"
            yield ""
        else:
            yield f"{title}:" if self.explained else f"{title} ({LEGEND}):"
        self.explained = True
        for node in nodes:
            yield from self.node(node, 0, deepest)

    def node(self, node: Node, level: int, deepest: int, tail: str = "") -> Iterator[str]:
        """A node and what it rests on; an *any of these*, or a row that fails, is its one part."""
        if len(node.children) == 1 and (node.kind == "any" or (node.kind, node.mark) == ("case", "fails")):
            yield from self.node(node.children[0], level, deepest, f" [{node.id}]" if node.id else tail)
            return
        children = node.children if level + 1 < deepest else ()
        seen = bool(children) and self.seen(node)
        yield self.line(node, level, tail + (" (as above)" if seen else ""))
        if not seen:
            for child in children:
                yield from self.node(child, level + 1, deepest)

    def seen(self, node: Node) -> bool:
        """Whether the children of a rule or sum were shown before; remembers it."""
        if not node.id:
            return False
        key = (node.kind, node.id)
        known = key in self.shown
        self.shown.add(key)
        return known

    def line(self, node: Node, level: int, note: str) -> str:
        text = f"{node.text} [{node.id}]" if node.kind in ("rule", "case") else node.text
        text += _asked(node) + note
        if self.markdown:
            return f"{'  ' * level}- {node.mark}: {escape(text)}"
        return f"{'  ' * (level + 1)}{SIGNS[node.mark]} {text}"


def _asked(node: Node) -> str:
    """The answer given to a condition that does not hold, and what it takes, unless the sentence has both."""
    if node.mark == "holds" or node.kind not in ("condition", "earlier"):
        return ""
    if node.kind == "earlier":
        return f" ({_some(node.given.split(', '))} {'comes' if node.mark == 'fails' else 'may come'} first)"
    if node.id and node.mark == "waits":
        return f" (waits for {_some(node.waiting_for)}; see {node.id})"
    if node.id and node.needed == node.text:
        return ""
    notes = [
        f"{label}: {words}"
        for label, words in (("given", node.given), ("needed", node.needed))
        if words and not re.search(rf"(?<!\w){re.escape(words)}(?!\w)", node.text)
    ]
    return f" ({'; '.join(notes)})" if notes else ""


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
