"""What only the reader who sells gets: objections with answers, risks, and further work to offer."""

from __future__ import annotations

from collections.abc import Iterable

from demandfirst.engine.language import _, pgettext
from demandfirst.engine.language.phrases import capital, quoted, stated
from demandfirst.engine.report.handout.care import sources
from demandfirst.engine.report.handout.given import SURE, Given, notes
from demandfirst.engine.report.handout.model import Block, Card, Cards, Link, Paragraph, Point, Points, Section


def talk(given: Given) -> Section | None:
    """Objections that this client may have, and answers; None where there are none."""
    cards = tuple(
        Card(f"objection-{one.id}", quoted(given.texts.fill(one.says)), given.texts.fill(one.answer),
             notes=notes((_("Rests on"), _grounds(given, one.sources))))
        for one in given.report.objections
        if given.holds(one.when)
    )  # fmt: skip
    lead = _("What this client may say, and what can be answered truthfully.")
    return Section("talk", _("Objections and answers"), lead, (Cards(cards),)) if cards else None


def _grounds(given: Given, names: Iterable[str]) -> list[str]:
    """The claims behind an answer in their own words; of other sources the titles."""
    claims = given.rulebase.claims
    said = [claims[name].text for name in names if name in claims]
    return said or [sources(given, names)]


def risks(given: Given) -> Section:
    """What can go wrong: warnings raised and still possible, and what the verdict hangs on."""
    raised = tuple(
        Point(one.title, links=(Link(pgettext("about a subject", "More"), one.id),)) for one in given.raised()
    )
    waiting = tuple(Point(one.title, one.summary) for one in given.advice.warnings if one.status == "open")
    blocks: list[Block] = []
    if raised:
        blocks.append(Points(raised, title=_("Raised already")))
    if waiting:
        blocks.append(Points(waiting, title=_("May still come up, once more is answered")))
    if not blocks:
        blocks.append(Paragraph(_("No warning is raised and none can come up any more.")))
    weak = tuple(Point(stated(capital(one.label), one.shown), one.note) for one in given.advice.assumptions)
    if weak:
        blocks.append(Points(weak, title=_("The verdict leans on numbers with weak support")))
    points = (Point(_("Which answers would turn the verdict."), links=(Link(_("How sure this is"), SURE),)),)
    blocks.append(Points(points))
    return Section("risks", _("Risks"), _("Better said by you than found by the client."), tuple(blocks))


def upsell(given: Given) -> Section | None:
    """Further work that would serve this client; None where there is none."""
    cards = tuple(
        Card(f"offer-{one.id}", one.title, given.texts.fill(one.text),
             notes=notes((_("Rests on"), _grounds(given, one.sources))))
        for one in given.report.upsell
        if given.holds(one.when)
    )  # fmt: skip
    lead = _("Work that would serve this client next. Offer what the plan names first.")
    return Section("offers", _("What to offer next"), lead, (Cards(cards),)) if cards else None
