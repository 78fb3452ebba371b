"""What to do: goals and objectives, the journey with its touchpoints, the plan, and the work sheets."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.ir.advice import ItemAdvice
from demandfirst.engine.language import _, mark
from demandfirst.engine.language.phrases import apart, capital, stated
from demandfirst.engine.report.handout.given import HOW, PLAN, Given, because, how_to_do_it, notes
from demandfirst.engine.report.handout.model import (
    Block,
    Card,
    Cards,
    Journey,
    Paragraph,
    Plan,
    PlanStep,
    Section,
    Stage,
    Stop,
    Table,
    Tone,
)

GOALS = {
    "served": mark("an objective serves it now"), "open": mark("not decided yet"),
    "postponed": mark("asked for, and held back for now"), "unserved": mark("no objective of its own fits here"),
}  # fmt: skip
STATUSES: dict[str, tuple[str, Tone]] = {
    "recommended": (mark("recommended"), "good"), "open": (mark("not decided yet"), "open"),
    "withheld": (mark("held back"), "caution"),
}  # fmt: skip
JOURNEY = "journey"
"""The lexicon group of the stages, which items name."""


def objectives(given: Given) -> Section:
    """The goals that the client named, the objectives in focus with their measures, and the later ones."""
    advice = given.advice
    focus = [advice.item(name) for name in advice.focus]
    later = [item for item in given.items("objective") if item not in focus]
    blocks: list[Block] = [*_goals(given)]
    if focus:
        blocks.append(Cards(tuple(_objective(item) for item in focus), _("To work on first")))
    else:
        blocks.append(Paragraph(_("No objective is settled yet; the missing answers decide which fit.")))
    if later:
        rows = tuple((item.title, ", ".join(item.kpis), ", ".join(item.not_judged_by)) for item in later)
        header = _("Objective"), _("Judge by"), _("Do not judge by")
        blocks.append(Table(_("Later"), header, rows, ("start", "start", "start")))
    lead = _("What the work is for, how to tell whether it succeeds, and which figures to leave aside.")
    return Section("objectives", _("Objectives"), lead, tuple(blocks))


def _goals(given: Given) -> Iterator[Table]:
    titles = {item.id: item.title for item in given.advice.items}
    rows = tuple(
        (capital(goal.label), _(GOALS[goal.status]),
         apart(titles[name] for name in (*goal.served_by, *goal.open, *goal.postponed)))
        for goal in given.advice.goals
    )  # fmt: skip
    if rows:
        yield Table(_("Your goals"), (_("Goal"), _("Where it stands"), _("Objectives")), rows, ("start",) * 3)


def _objective(item: ItemAdvice) -> Card:
    told = notes(
        (_("Why"), because(item.reasons)), (_("What to do"), item.steps), (_("Judge by"), item.kpis),
        (_("Do not judge by"), ", ".join(item.not_judged_by)), (_("Done by"), item.owner.label if item.owner else ""),
    )  # fmt: skip
    return Card(item.id, item.title, item.summary, notes=told, tone="good")


def journey(given: Given) -> Section:
    """The touchpoints as a map along the customer's journey, and what is said about each."""
    touchpoints = given.items("touchpoint")
    blocks: list[Block] = [_map(given)]
    if touchpoints:
        blocks.append(Cards(tuple(map(_touchpoint, touchpoints)), _("The touchpoints that fit you now")))
    if campaigns := given.items("campaign"):
        blocks.append(Cards(tuple(map(_campaign, campaigns)), _("Campaigns")))
    lead = _("Where your customers meet you, from the first look to the next purchase.")
    return Section("journey", _("Touchpoints along the customer's journey"), lead, tuple(blocks))


def _map(given: Given) -> Journey:
    items = [item for status in STATUSES for item in given.items("touchpoint", status)]
    group = given.rulebase.lexicon.get(JOURNEY)
    stages = [
        Stage(capital(entry.label), entry.text, _stops(item for item in items if entry.id in {one.id for one in item.journey}))
        for entry in (group.entries if group else ())
    ]  # fmt: skip
    if anywhere := _stops(item for item in items if not item.journey):
        stages.append(Stage(_("At every stage"), "", anywhere))
    alt = _("A map with a column for each stage of the journey and the touchpoints below it.")
    return Journey(_("The map"), alt, _("Nothing here for now."), tuple(stages))


def _stops(items: Iterator[ItemAdvice]) -> tuple[Stop, ...]:
    found = []
    for item in items:
        word, tone = STATUSES[item.status]
        found.append(Stop(item.title, _(word), tone, "" if item.status == "open" else item.id))
    return tuple(found)


def _touchpoint(item: ItemAdvice) -> Card:
    told = notes(
        (_("Why"), because(item.reasons)),
        (_("Judge by"), ", ".join(item.kpis)), (_("Do not judge by"), ", ".join(item.not_judged_by)),
        (_("Done by"), item.owner.label if item.owner else ""),
    )  # fmt: skip
    return Card(item.id, item.title, item.summary, notes=told, links=how_to_do_it(item))


def _campaign(item: ItemAdvice) -> Card:
    platforms = tuple(stated(one.label, ", ".join(one.objectives)) for one in item.platforms)
    told = notes((_("Why"), because(item.reasons)), (_("In the ad account"), platforms))
    return Card(item.id, item.title, item.summary, notes=told, links=how_to_do_it(item))


def plan(given: Given) -> Section:
    """The steps in their order."""
    steps = tuple(_step(given, item) for item in given.items("step"))
    lead = _("Begin at the top; each step prepares those below it.")
    return Section(PLAN, _("The plan"), lead, (Plan(steps, _("Done by"), _("What it makes possible")),))


def _step(given: Given, item: ItemAdvice) -> PlanStep:
    owner = item.owner.label if item.owner else ""
    return PlanStep(item.id, item.title, owner, item.summary, item.steps, tuple(_unlocks(given, item)))


def _unlocks(given: Given, item: ItemAdvice) -> Iterator[str]:
    """What a step makes possible, and what is held back by rules that it helps to end."""
    for one in given.report.unlocks:
        if one.step == item.id:
            yield given.texts.fill(one.text)
            waiting = [
                held.title
                for held in given.advice.items
                if held.status == "withheld" and any(reason.rule in one.ends for reason in held.held_back)
            ]
            if waiting:
                yield _("Brings nearer what is held back: {titles}.").format(titles=apart(waiting))


def sheets(given: Given) -> Section:
    """How to do it, for all that has no steps elsewhere in the report."""
    later = [item for item in given.items("objective") if item.id not in given.advice.focus]
    kinds = (
        (_("Touchpoints"), given.items("touchpoint")),
        (_("Campaigns"), given.items("campaign")),
        (_("Later objectives"), later),
    )
    blocks: list[Block] = [Cards(tuple(map(_sheet, items)), title) for title, items in kinds if items]
    lead = _("Work sheets for whoever does the work.")
    return Section("how", _("How to do it"), lead, tuple(blocks), appendix=True)


def _sheet(item: ItemAdvice) -> Card:
    """A work sheet; of an objective, of which no more was said, what it is and why."""
    told = notes((_("Steps"), item.steps), (_("Done by"), item.owner.label if item.owner else ""))
    if item.kind != "objective":
        return Card(HOW + item.id, item.title, notes=told)
    return Card(HOW + item.id, item.title, item.summary, notes=(*notes((_("Why"), because(item.reasons))), *told))
