"""Explanations as text and Markdown: one line, one level, or the whole proof."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from demandfirst.engine.explain import Explanation, Mark, Node
from demandfirst.engine.language import _, mark, pgettext
from demandfirst.engine.language.phrases import first_few
from demandfirst.engine.report.markdown import escape
from demandfirst.engine.say import UNDECIDED

Depth = Literal["line", "level", "tree"]
SIGNS = {"holds": "+", "fails": "-", "waits": "?"}
LEGEND = mark("+ holds, - fails, ? waits for an answer")
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
        (_("What holds it back"), explanation.held_back_by, deepest),
        (_otherwise(explanation), explanation.why_not, why_not),
    ):
        yield from writer.section(title, nodes, levels)


def _because(explanation: Explanation) -> str:
    return _("What goes into it") if explanation.kind == "quantity" else _("Why")


def _otherwise(explanation: Explanation) -> str:
    """The heading of the rules that did not fire."""
    if explanation.status == UNDECIDED or (explanation.status == "open" and explanation.waiting_for):
        return _("What could still lead to it, nearest first")
    if not explanation.why:
        return _("What would have led to it, nearest first")
    if explanation.kind == "finding" and explanation.status != "true":
        return _("What would have decided it otherwise, nearest first")
    return _("What else would have led to it, nearest first")


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
            yield (_("{title}:") if self.explained else _("{title} ({legend}):")).format(title=title, legend=_(LEGEND))
        self.explained = True
        for node in nodes:
            yield from self.node(node, 0, deepest)

    def node(self, node: Node, level: int, deepest: int, case: str = "") -> Iterator[str]:
        """A node and what it rests on; an *any of these*, or a row that fails, is its one part."""
        if len(node.children) == 1 and (node.kind == "any" or (node.kind, node.mark) == ("case", "fails")):
            yield from self.node(node.children[0], level, deepest, f"[{node.id}]" if node.id else case)
            return
        children = node.children if level + 1 < deepest else ()
        seen = bool(children) and self.seen(node)
        yield self.line(node, level, case, _("(as above)") if seen else "")
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

    def line(self, node: Node, level: int, *notes: str) -> str:
        rule = f"[{node.id}]" if node.kind in ("rule", "case") else ""
        text = " ".join(filter(None, [node.text, rule, _asked(node), *notes]))
        if self.markdown:
            return f"{'  ' * level}- {_marked(node.mark)}: {escape(text)}"
        return f"{'  ' * (level + 1)}{SIGNS[node.mark]} {text}"


def _marked(mark: Mark) -> str:
    words = {
        "holds": pgettext("a condition", "holds"), "fails": pgettext("a condition", "fails"),
        "waits": pgettext("a condition", "waits"),
    }  # fmt: skip
    return words[mark]


def _asked(node: Node) -> str:
    """The answer given to a condition that does not hold, and what it takes, unless the sentence has both."""
    if node.mark == "holds" or node.kind not in ("condition", "earlier"):
        return ""
    if node.kind == "earlier":
        earlier = _("({rules} comes first)") if node.mark == "fails" else _("({rules} may come first)")
        return earlier.format(rules=first_few(node.given.split(", "), MOST_NAMED))
    if node.id and node.mark == "waits":
        facts = first_few(node.waiting_for, MOST_NAMED)
        return _("(waits for {facts}; see {finding})").format(facts=facts, finding=node.id)
    if node.id and node.needed == node.text:
        return ""
    given, needed = _unsaid(node.given, node.text), _unsaid(node.needed, node.text)
    if given and needed:
        return _("(given: {given}; needed: {needed})").format(given=given, needed=needed)
    if given:
        return _("(given: {given})").format(given=given)
    return _("(needed: {needed})").format(needed=needed) if needed else ""


def _unsaid(words: str, text: str) -> str:
    """Words, unless they stand in the text."""
    return "" if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) else words
