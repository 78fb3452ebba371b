"""The report as a Word document: real headings, lists and tables, pictures with their descriptions, the language set."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, assert_never

from demandfirst.engine.language.phrases import bracketed, stated
from demandfirst.engine.language.written import day
from demandfirst.engine.report.handout import word_parts as parts
from demandfirst.engine.report.handout.charts import png
from demandfirst.engine.report.handout.colours import palette
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
    PlanStep,
    Point,
    Points,
    Section,
    Table,
)

LOGOS = ("image/png", "image/jpeg")
"""Kinds of logos that a Word document takes; the name stands where the logo is of another kind."""


def word(handout: Handout) -> bytes:
    """The whole report as the bytes of a `.docx` file."""
    writer = _Writer(handout)
    writer.head()
    for section in handout.sections:
        writer.section(section)
    writer.foot()
    held = io.BytesIO()
    writer.document.save(held)
    return held.getvalue()


class _Writer:
    """Writes a report from its beginning to its end."""

    def __init__(self, handout: Handout) -> None:
        self.handout = handout
        self.word = parts.Word()
        self.colours = palette(handout.brand)
        self.document = self.word.document()
        self.places = {name: number for number, name in enumerate(_ids(handout), 1)}
        self.marked: set[str] = set()
        parts.styled(self.word, self.document, handout.language, self.colours)
        about = self.document.core_properties
        about.title = stated(handout.title, handout.subject) if handout.subject else handout.title
        about.author, about.language = handout.brand.name, handout.language
        about.comments, about.subject = f"{handout.version} {handout.hash}", handout.subject
        about.created = about.modified = dt.datetime.combine(handout.made, dt.time())

    def head(self) -> None:
        """Who hands the report over, what it is, for whom, and when."""
        brand = self.handout.brand
        self.logo(brand)
        for text in filter(None, (brand.line, day(self.handout.made))):
            parts.quiet(self.word, self.text(text).runs[0])
        self.document.add_heading(self.handout.title, 0)
        if self.handout.subject:
            self.text(self.handout.subject).runs[0].font.size = self.word.points(14)

    def logo(self, brand: Brand) -> None:
        """The logo where Word takes it, else the name."""
        if brand.logo is None or brand.logo.type not in LOGOS:
            if brand.name:
                self.bold(brand.name)
            return
        run = self.document.add_paragraph().add_run()
        picture = run.add_picture(io.BytesIO(brand.logo.content), height=self.word.mm(parts.LOGO_HEIGHT))
        if picture.width > (widest := self.word.mm(parts.LOGO_WIDTH)):
            picture.height, picture.width = int(picture.height * widest / picture.width), widest
        parts.described(picture, brand.name, brand.name)

    def foot(self) -> None:
        """A line below every page: the agency, how to reach it, the number of the page."""
        brand = self.handout.brand
        line = self.document.sections[0].footer.paragraphs[0]
        said = " · ".join(filter(None, (self.handout.subject, brand.name, brand.contact)))
        parts.quiet(self.word, line.add_run(f"{said}\t\t" if said else "\t\t"))
        parts.field(self.word, line, "PAGE")

    def section(self, section: Section) -> None:
        """A part with its heading."""
        self.heading(section.title, 1, section.id)
        if section.lead:
            parts.quiet(self.word, self.text(section.lead).runs[0])
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
            case Paragraph():
                self.paragraph(block)
            case Points():
                self.points(block)
            case Figures():
                self.figures(block)
            case Table():
                self.table(block)
            case Picture():
                self.picture(block)
            case Callout():
                self.callout(block)
            case Cards():
                self.cards(block)
            case Plan():
                self.plan(block)
            case Journey():
                self.journey(block)
            case _:
                assert_never(block)

    def heading(self, title: str, level: int, name: str = "") -> None:
        if title:
            paragraph = self.document.add_heading(title, level)
            if name in self.places and name not in self.marked:
                self.marked.add(name)
                parts.bookmark(self.word, paragraph, self.places[name])

    def text(self, text: str, style: str | None = None) -> Any:
        return self.document.add_paragraph(text, style)

    def bold(self, text: str) -> Any:
        """A line in bold that stays with what follows."""
        paragraph = self.document.add_paragraph()
        paragraph.add_run(text).bold = True
        paragraph.paragraph_format.keep_with_next = True
        return paragraph

    def links(self, paragraph: Any, links: Iterable[Link]) -> None:
        for one in links:
            paragraph.add_run(" ")
            parts.link(self.word, paragraph, one.text, self.places[one.target], self.colours.primary)

    def points(self, block: Points) -> None:
        if block.title:
            self.bold(block.title)
        number = parts.restarted(self.document) if block.ordered else 0
        for point in block.points:
            paragraph = self.point(point, "List Number" if block.ordered else "List Bullet")
            if block.ordered:
                parts.numbered(paragraph, number)

    def point(self, point: Point, style: str) -> Any:
        paragraph = self.text(point.text, style)
        if point.detail:
            paragraph.add_run().add_break()
            parts.quiet(self.word, paragraph.add_run(point.detail))
        self.links(paragraph, point.links)
        return paragraph

    def bullets(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.text(text, "List Bullet")

    def paragraph(self, block: Paragraph) -> None:
        paragraph = self.text(block.text)
        if block.quiet:
            parts.quiet(self.word, paragraph.runs[0])

    def figures(self, block: Figures) -> None:
        columns = 3 if any(one.note for one in block.figures) else 2
        rows = [(one.label, one.value, one.note)[:columns] for one in block.figures]
        parts.stressed(parts.table(self.word, self.document, rows, ["start"] * columns), 1)
        self.text("")

    def table(self, block: Table) -> None:
        if block.caption:
            self.text(block.caption, "Caption")
        made = parts.table(self.word, self.document, [block.header, *block.rows], block.sides)
        parts.headed(self.word, made, block.heading, self.colours)
        self.text("")

    def picture(self, block: Picture) -> None:
        self.heading(block.title, 2, block.id)
        if block.text:
            self.text(block.text).paragraph_format.keep_with_next = True
        drawn = png(block.id, block.drawing, self.colours)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        width = self.word.points(block.size[0])
        parts.described(paragraph.add_run().add_picture(io.BytesIO(drawn), width=width), block.title, block.alt)
        self.table(replace(block.table, caption="") if block.table.caption == block.title else block.table)

    def callout(self, block: Callout) -> None:
        title = bracketed(block.title, block.mark) if block.title and block.mark else block.title or block.mark
        paragraphs = [self.bold(title)] if title else []
        paragraphs += [self.text(text) for text in (block.text, *block.points) if text]
        for paragraph in paragraphs:
            parts.boxed(self.word, paragraph, block.tone, self.colours)

    def cards(self, block: Cards) -> None:
        self.heading(block.title, 2)
        for card in block.cards:
            self.card(card, 3 if block.title else 2)

    def plan(self, block: Plan) -> None:
        for number, step in enumerate(block.steps, 1):
            self.step(block, step, number)

    def card(self, card: Card, level: int) -> None:
        self.heading(bracketed(card.title, card.mark) if card.mark else card.title, level, card.id)
        if card.text:
            self.text(card.text)
        for note in card.notes:
            self.note(note.label, note.texts)
        if card.links:
            self.links(self.document.add_paragraph(), card.links)

    def note(self, label: str, texts: tuple[str, ...]) -> None:
        """A label in bold, and one text behind it or several below it."""
        paragraph = self.document.add_paragraph()
        paragraph.add_run(stated(label, "").rstrip()).bold = True
        if len(texts) == 1:
            paragraph.add_run(f" {texts[0]}")
        else:
            paragraph.paragraph_format.keep_with_next = True
            self.bullets(texts)

    def step(self, plan: Plan, step: PlanStep, number: int) -> None:
        self.heading(f"{number}. {step.title}", 2, step.id)
        if step.owner:
            self.note(plan.owner, (step.owner,))
        if step.text:
            self.text(step.text)
        self.bullets(step.actions)
        if step.unlocks:
            self.note(plan.unlocks, step.unlocks)

    def journey(self, block: Journey) -> None:
        self.heading(block.title, 2)
        for stage in block.stages:
            self.heading(stage.title, 3)
            if stage.text:
                self.text(stage.text)
            for stop in stage.stops:
                paragraph = self.text("" if stop.target else stop.title, "List Bullet")
                if stop.target:
                    parts.link(self.word, paragraph, stop.title, self.places[stop.target], self.colours.primary)
                paragraph.add_run(bracketed("", stop.mark))
            if not stage.stops:
                parts.quiet(self.word, self.text(block.empty).runs[0])


def _ids(handout: Handout) -> dict[str, None]:
    """The names of all places that links may lead to, in their order."""
    found: dict[str, None] = {}
    for section in handout.sections:
        found[section.id] = None
        for block in section.blocks:
            if isinstance(block, Cards):
                found |= dict.fromkeys(card.id for card in block.cards)
            if isinstance(block, Plan):
                found |= dict.fromkeys(step.id for step in block.steps)
            if isinstance(block, Picture):
                found[block.id] = None
    return found
