"""A difference between two pieces of advice as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.report.markdown import escape
from demandfirst.engine.whatif import Change, Difference

TITLES = (
    ("objective", "Objectives"), ("touchpoint", "Touchpoints"), ("campaign", "Campaigns"), ("step", "Next steps"),
    ("warning", "Warnings"), ("finding", "Findings"), ("quantity", "Sums"),
)  # fmt: skip


def difference_lines(found: Difference, *, markdown: bool = False) -> Iterator[str]:
    """What changed in the answers, then in the advice, kind by kind."""
    plain = escape if markdown else str
    heading = "## {}" if markdown else "{}"
    bullet = "- " if markdown else "  "
    if not found.answers:
        yield "The answers are the same, and so is the advice."
        return
    yield heading.format("Answers")
    for answer in found.answers:
        yield f"{bullet}{plain(f'{answer.fact}: {answer.before} -> {answer.after}')}"
    if not found.changes:
        yield ""
        yield "Nothing changes in the advice."
    for kind, title in TITLES:
        changes = [change for change in found.changes if change.kind == kind]
        if changes:
            yield ""
            yield heading.format(title)
            for change in changes:
                yield f"{bullet}{plain(_change(change))}"


def _change(change: Change) -> str:
    rules = [*(f"+{rule}" for rule in change.rules_new), *(f"-{rule}" for rule in change.rules_gone)]
    through = f" (rules: {', '.join(rules)})" if rules else ""
    return f"{change.title}: {change.before} -> {change.after}{through}"
