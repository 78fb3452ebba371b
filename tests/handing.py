"""Reports for the tests: of personas and other clients, always of the same day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import demandfirst
import yaml
from clients import personas
from demandfirst.engine.advise import Advisor
from demandfirst.engine.report.handout.content import handout
from demandfirst.engine.report.handout.model import (
    Block,
    Brand,
    Callout,
    Card,
    Cards,
    Figures,
    Handout,
    Journey,
    Link,
    Paragraph,
    Picture,
    Plan,
    Points,
    Reader,
    Section,
    Table,
)
from support import HERE

DAY = dt.date(2026, 11, 22)
BRAND = Brand(name="Northlight", contact="hello@northlight.example", line="Marketing that pays for itself")
BARE: dict[str, Any] = {"business_type": "ecommerce", "goals": ["sales"]}
SHOP = "phone shop"
GOLDEN = (SHOP, "partly-answered-dental-clinic", "saturated-d2c-cosmetics")


@cache
def advisor(language: str = "en") -> Advisor:
    """The advisor of a language."""
    return demandfirst.load(language=language)


def client(name: str) -> dict[str, Any]:
    """The answers of a persona, of the example shop, or nothing but the required ones."""
    if name == SHOP:
        text = (HERE.parent / "examples" / "phone-shop.yaml").read_text(encoding="utf-8")
        found: dict[str, Any] = yaml.safe_load(text)["client"]
        return found
    return dict(personas()[name]["client"]) if name else BARE


@cache
def report(
    name: str, reader: Reader = "client", *, language: str = "en", subject: str = "", brand: Brand = BRAND
) -> Handout:
    """The report on a client by name."""
    return report_on(client(name), reader, language=language, subject=subject, brand=brand)


def report_on(
    answers: dict[str, Any], reader: Reader = "client", *, language: str = "en", subject: str = "", brand: Brand = BRAND
) -> Handout:
    """The report on a client by answers."""
    own = advisor(language)
    advice = own.advise(answers, engine="scalar")
    return handout(own, advice, reader=reader, subject=subject, brand=brand, made=DAY)


def stamped(made: Handout) -> Handout:
    """The report as any rulebase would give it, so that a golden file outlives a change of another rule."""
    return replace(made, version="2026.11.0", hash="0123456789abcdef")


def section(made: Handout, name: str) -> Section:
    """A section by id."""
    return next(one for one in made.sections if one.id == name)


def blocks(made: Handout) -> Iterator[Block]:
    """Every block."""
    for one in made.sections:
        yield from one.blocks


def texts(made: Handout) -> list[str]:
    """Everything that is read in a report, its names and headings too."""
    found = [made.title, made.subject]
    for one in made.sections:
        found += [one.title, one.lead]
        for block in one.blocks:
            found += of_block(block)
    return [text for text in found if text]


def of_block(block: Block) -> list[str]:
    """The texts of a block."""
    match block:
        case Paragraph(text):
            return [text]
        case Points(points, _, title):
            return [title, *(text for point in points for text in (point.text, point.detail, *labels(point.links)))]
        case Figures(figures):
            return [text for one in figures for text in (one.label, one.value, one.note)]
        case Table(caption, header, rows):
            return [caption, *header, *(cell for row in rows for cell in row)]
        case Picture():
            return [block.title, block.text, block.alt, *of_block(block.table)]
        case Callout(_, title, text, points, mark):
            return [title, text, mark, *points]
        case Cards(cards, title):
            return [title, *(text for card in cards for text in of_card(card))]
        case Plan(steps, owner, unlocks):
            told = [
                text for step in steps for text in (step.title, step.owner, step.text, *step.actions, *step.unlocks)
            ]
            return [owner, unlocks, *told]
        case Journey(title, alt, empty, stages):
            stops = [text for stage in stages for stop in stage.stops for text in (stop.title, stop.mark)]
            return [title, alt, empty, *(text for stage in stages for text in (stage.title, stage.text)), *stops]


def of_card(card: Card) -> list[str]:
    """The texts of a card."""
    notes = [text for note in card.notes for text in (note.label, *note.texts)]
    return [card.title, card.text, card.mark, *notes, *labels(card.links)]


def labels(links: tuple[Link, ...]) -> list[str]:
    """The texts of links."""
    return [link.text for link in links]


def targets(made: Handout) -> set[str]:
    """Where the links of a report lead."""
    found: set[str] = set()
    for block in blocks(made):
        match block:
            case Points(points):
                found |= {link.target for point in points for link in point.links}
            case Cards(cards):
                found |= {link.target for card in cards for link in card.links}
            case Journey(stages=stages):
                found |= {stop.target for stage in stages for stop in stage.stops if stop.target}
            case _:
                pass
    return found


def anchors(made: Handout) -> list[str]:
    """Every id that a link can lead to."""
    found = [one.id for one in made.sections]
    for block in blocks(made):
        match block:
            case Cards(cards):
                found += [card.id for card in cards]
            case Plan(steps):
                found += [step.id for step in steps]
            case Picture(id=name):
                found.append(name)
            case _:
                pass
    return found
