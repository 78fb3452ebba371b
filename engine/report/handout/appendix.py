"""The end of the report: all answers, the sums, and what made it."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.ir.numbers import figure, unit_words
from demandfirst.engine.language import _, ngettext
from demandfirst.engine.language.phrases import capital
from demandfirst.engine.report.handout.given import Given, answered
from demandfirst.engine.report.handout.model import Block, Paragraph, Point, Points, Section, Table


def answers(given: Given) -> Section:
    """Every answer, by the groups of the questionnaire."""
    held, facts = given.outcome.client.answers, given.rulebase.facts
    blocks: list[Block] = []
    for group, title in given.rulebase.question_groups.items():
        rows = tuple(
            (capital(fact.label), answered(fact, held[fact.id]))
            for fact in facts.values()
            if fact.group == group and fact.id in held
        )
        if rows:
            blocks.append(Table(title, (_("Question"), _("Answer")), rows, ("start", "start")))
    if left := sum(name not in held for name in facts):
        said = ngettext("{count} question is not answered yet.", "{count} questions are not answered yet.", left)
        blocks.append(Paragraph(said.format(count=figure(left)), quiet=True))
    lead = _("All of the advice follows from these. Tell us if one is wrong.")
    return Section("answers", _("Your answers"), lead, tuple(blocks), appendix=True)


def sums(given: Given) -> Section:
    """The sums with their numbers, and what made the report."""
    blocks: list[Block] = [*_sums(given), *_made(given)]
    return Section("sums", _("Sums, sources and method"), "", tuple(blocks), appendix=True)


def _sums(given: Given) -> Iterator[Block]:
    rows = tuple(
        (
            capital(one.label),
            one.sum if one.value != "unknown" else _("not known yet"),
            unit_words(one.unit),
            one.explanation,
        )
        for one in given.advice.quantities.values()
        if one.value is not None or one.bounds
    )
    if rows:
        header = _("Sum"), _("With your numbers"), _("Unit"), _("What it means")
        yield Table(_("Sums"), header, rows, ("start",) * 4)


def _made(given: Given) -> Iterator[Block]:
    yield Paragraph(
        _("This advice comes from written rules: the same answers always give the same advice. It promises no results. "
          "Answers change, so look at it again from time to time.")
    )  # fmt: skip
    sources = [source for source in given.rulebase.sources.values() if source.document]
    points = tuple(Point(source.title) for source in sources)
    if points:
        yield Points(points, title=_("Documents that the rules rest on"))
