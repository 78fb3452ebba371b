"""The report's parts on pages: the same sections as in the document, their pictures in files beside the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import current
from demandfirst.engine.report.handout import care, content, first, work
from demandfirst.engine.report.handout.given import HOW, Given
from demandfirst.engine.report.handout.html import Drawn, part
from demandfirst.engine.report.handout.model import Block, Journey, Picture, Plan, Points, Reader, Section
from demandfirst.web.service import Service
from demandfirst.web.spoken import QUERY
from fastapi import Request
from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a step of the plan makes possible, and the words for it."""

    title: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Parts of the report as markup: the money, the map of the touchpoints, the plan; and step -> what it makes possible."""

    money: Markup
    journey: Markup
    plan: Markup
    unlocks: dict[str, Unlocked]


def shown(advisor: Advisor, advice: Advice, drawn: Drawn) -> Shown:
    """The parts for the page of an advice, on which every item has its own id."""
    given = Given(advisor, advice, "client")
    (money,) = content.sections(given, (first.money,))
    (journey,) = content.sections(given, (work.journey,))
    (plan,) = content.sections(given, (work.plan,))
    journey = replace(journey, blocks=tuple(one for one in journey.blocks if isinstance(one, Journey)))
    (steps,) = (one for one in plan.blocks if isinstance(one, Plan))
    unlocks = {one.id: Unlocked(steps.unlocks, one.unlocks) for one in steps.steps if one.unlocks}
    return Shown(
        markup(money, drawn), markup(journey, drawn), markup(plan, drawn) if steps.steps else Markup(), unlocks
    )


def sure(advisor: Advisor, advice: Advice, reader: Reader) -> Markup:
    """How sure the verdict is; it takes a while to find out."""
    (found,) = content.sections(Given(advisor, advice, reader), (care.sure,))
    return markup(found, lambda _picture: "")


def markup(section: Section, drawn: Drawn) -> Markup:
    """A section for a page without work sheets: links to these lead to the item itself."""
    section = replace(section, blocks=tuple(map(_linked, section.blocks)))
    return Markup(part(section, drawn, labelled=True))  # noqa: S704 - escaped by the template of the report


def _linked(block: Block) -> Block:
    if not isinstance(block, Points):
        return block
    points = tuple(
        replace(point, links=tuple(replace(link, target=link.target.removeprefix(HOW)) for link in point.links))
        for point in block.points
    )
    return replace(block, points=points)


def beside(request: Request, service: Service, place: str) -> Drawn:
    """Pictures as files below a page, in its language; none where nothing is installed that draws."""
    asked = f"?{QUERY}={current()}" if QUERY in request.query_params else ""

    def image(picture: Picture) -> str:
        width, height = picture.size
        return Markup('<img src="{}/pictures/{}.svg{}" alt="{}" width="{}" height="{}">').format(
            place, picture.id, asked, picture.alt, width, height
        )

    return image if service.pictures else lambda _picture: ""
