"""The first parts of the report: the verdict on one page, and the money."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.language import _, pgettext
from demandfirst.engine.report.handout import pictures
from demandfirst.engine.report.handout.given import MISSING, Given, because
from demandfirst.engine.report.handout.model import (
    Block,
    Callout,
    Figure,
    Figures,
    Link,
    Paragraph,
    Point,
    Points,
    Section,
    Tone,
)

SHOWN = 3
"""How many reasons, steps and questions stand on the first page."""
FIGURES = 4


def verdict(given: Given) -> Section:
    """The verdict, the next unit of budget, the figures, the reasons and the first steps."""
    advice = given.advice
    tone: Tone = "open" if advice.verdict.value is None else "plain"
    blocks: list[Block] = [Callout(tone, advice.verdict.title, advice.verdict.text)]
    blocks.append(Callout("good", _("Where the next unit of budget goes"), next_unit(given)))
    blocks += [*_figures(given), *_reasons(given), *_stops(given), *_first_questions(given), *_first_steps(given)]
    return Section("verdict", _("The verdict"), "", tuple(blocks))


def next_unit(given: Given) -> str:
    """Where the next unit of budget goes, in a few sentences."""
    if given.next_unit:
        return given.texts.fill(given.next_unit.text)
    if given.advice.focus and given.advice.verdict.value:
        title = given.advice.item(given.advice.focus[0]).title
        return _("To the objective that comes first: {title}.").format(title=title)
    return _("This cannot be said yet. The answers that decide it are listed in this report.")


def _figures(given: Given) -> Iterator[Block]:
    known = [name for name in given.report.figures if given.known(name)][:FIGURES]
    if known:
        yield Figures(tuple(Figure(given.label(name), given.texts.value(name)) for name in known))


def _reasons(given: Given) -> Iterator[Block]:
    reasons = given.advice.verdict.reasons[:SHOWN]
    points = tuple(
        Point(reason.because, _("Ends when: {until}").format(until=reason.until) if reason.until else "")
        for reason in reasons
    )
    if points:
        yield Points(points, title=_("Why"))


def _stops(given: Given) -> Iterator[Block]:
    stops = [warning for warning in given.raised() if warning.severity == "stop"]
    if stops:
        points = tuple(
            Point(warning.title, links=(Link(pgettext("about a subject", "More"), warning.id),)) for warning in stops
        )
        yield Points(points, title=_("Stop first"))


def _first_steps(given: Given) -> Iterator[Block]:
    steps = given.items("step")[:SHOWN]
    points = []
    for item in steps:
        owner = _("Done by: {who}").format(who=item.owner.label) if item.owner else ""
        points.append(Point(item.title, owner, (Link(_("In the plan"), item.id),)))
    if points:
        yield Points(tuple(points), ordered=True, title=_("First steps"))


def _first_questions(given: Given) -> Iterator[Block]:
    """Only while the verdict is open: what would settle it."""
    if given.advice.verdict.value is None:
        points = tuple(
            Point(one.question, _("Ask: {who}").format(who=given.people(one.who)), (Link(_("How to find out"), MISSING),))
            for one in given.asked[:SHOWN]
        )  # fmt: skip
        yield Points(points, ordered=True, title=_("Answers that are needed first"))


def money(given: Given) -> Section:
    """Where the next unit of budget goes and why, the costs against the ceiling, and the room that is left."""
    blocks: list[Block] = [Callout("good", _("The next unit of budget"), next_unit(given))]
    if given.next_unit and given.next_unit.item:
        item = given.advice.item(given.next_unit.item)
        points = (Point(because(item.reasons), links=(Link(item.title, given.anchor(item)),)),)
        blocks.append(Points(points, title=_("Why")))
    for one in given.report.charts:
        blocks += pictures.chart(given, one)
    if given.report.headroom:
        blocks += pictures.headroom(given, given.report.headroom)
    if not given.report.charts and not given.report.headroom:
        blocks.append(Paragraph(_("This rulebase has no charts."), quiet=True))
    lead = _("What an order costs and may cost, and where there is still room.")
    return Section("money", _("The money first"), lead, tuple(blocks))
