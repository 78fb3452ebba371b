"""The report as Markdown: headings, lists and tables; a picture is shown as its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from demandfirst.engine.language.phrases import bracketed, stated
from demandfirst.engine.language.written import day
from demandfirst.engine.report.handout.model import (
    Block,
    Callout,
    Card,
    Cards,
    Figure,
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
    Stop,
    Table,
)
from demandfirst.engine.report.markdown import escape

RULES = {"start": ":--", "end": "--:"}


def markdown(handout: Handout) -> str:
    """The whole report."""
    lines = [f"# {escape(handout.title)}", ""]
    if handout.subject:
        lines += [f"**{escape(handout.subject)}**", ""]
    made_by = (handout.brand.name, handout.brand.line, handout.brand.contact)
    lines += [" · ".join(escape(part) for part in (*made_by, day(handout.made)) if part), ""]
    for section in handout.sections:
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> Iterator[str]:
    yield from _heading(2, section.title, section.id)
    yield from _text(section.lead)
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield from _text(text)
        case Points():
            yield from _points(block)
        case Figures(figures):
            yield from (f"- {escape(_figure(one))}" for one in figures)
            yield ""
        case Table(caption, header, rows, sides):
            yield from _bold(caption)
            yield from _table(header, rows, [RULES[side] for side in sides])
        case Picture(name, title, text, table=table):
            yield from (*_heading(3, title, name), *_text(text))
            yield from _table(table.header, table.rows, [RULES[side] for side in table.sides])
        case Callout():
            yield from _callout(block)
        case Cards():
            yield from _cards(block)
        case Plan():
            yield from _plan(block)
        case Journey():
            yield from _journey(block)
        case _:
            assert_never(block)


def _figure(one: Figure) -> str:
    said = stated(one.label, one.value)
    return bracketed(said, one.note) if one.note else said


def _heading(level: int, title: str, name: str = "") -> Iterator[str]:
    anchor = f'<a id="{name}"></a>' if name else ""
    if title:
        yield from (f"{'#' * level} {anchor}{escape(title)}", "")


def _text(text: str) -> Iterator[str]:
    if text:
        yield from (_safe(text), "")


def _bold(text: str) -> Iterator[str]:
    if text:
        yield from (f"**{escape(text)}**", "")


def _safe(text: str) -> str:
    """Escaped text that begins no list, heading or quotation."""
    line = escape(text)
    word = line.partition(" ")[0]
    if word[:1] in ("-", "+", ">", "=", "~") or (word[:-1].isdigit() and word[-1] in ".)"):
        return f"{word[:-1]}\\{word[-1]}{line[len(word) :]}" if word[:-1].isdigit() else f"\\{line}"
    return line


def _links(links: Iterable[Link]) -> list[str]:
    return [f"[{escape(link.text)}](#{link.target})" for link in links]


def _points(block: Points) -> Iterator[str]:
    yield from _bold(block.title)
    for number, point in enumerate(block.points, 1):
        yield from _point(point, f"{number}." if block.ordered else "-")
    yield ""


def _point(point: Point, sign: str) -> Iterator[str]:
    texts = [_safe(point.text), *([_safe(point.detail)] if point.detail else []), *_links(point.links)]
    indent = " " * (len(sign) + 1)
    for at, text in enumerate(texts):
        end = "\\" if at < len(texts) - 1 else ""
        yield f"{indent if at else f'{sign} '}{text}{end}"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]], rules: list[str]) -> Iterator[str]:
    yield _row(header)
    yield f"| {' | '.join(rules)} |"
    yield from map(_row, rows)
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(escape(cell) for cell in cells)} |"


def _callout(block: Callout) -> Iterator[str]:
    title = bracketed(block.title, block.mark) if block.title and block.mark else block.title or block.mark
    parts = [*_bold(title), *_text(block.text), *(f"- {_safe(point)}" for point in block.points)]
    while parts and not parts[-1]:
        parts.pop()
    yield from (f"> {part}".rstrip() for part in parts)
    yield ""


def _cards(block: Cards) -> Iterator[str]:
    yield from _heading(3, block.title)
    for card in block.cards:
        yield from _card(card, 4 if block.title else 3)


def _plan(block: Plan) -> Iterator[str]:
    for number, step in enumerate(block.steps, 1):
        yield from _step(block, step, number)


def _card(card: Card, level: int) -> Iterator[str]:
    yield from _heading(level, bracketed(card.title, card.mark) if card.mark else card.title, card.id)
    yield from _text(card.text)
    for note in card.notes:
        if len(note.texts) == 1:
            yield from (f"**{_label(note.label)}** {escape(note.texts[0])}", "")
        else:
            yield from (f"**{_label(note.label)}**", "", *(f"- {_safe(text)}" for text in note.texts), "")
    for link in _links(card.links):
        yield from (link, "")


def _label(label: str) -> str:
    return escape(stated(label, "").rstrip())


def _step(plan: Plan, step: PlanStep, number: int) -> Iterator[str]:
    yield from _heading(3, f"{number}. {step.title}", step.id)
    if step.owner:
        yield from (f"**{_label(plan.owner)}** {escape(step.owner)}", "")
    yield from _text(step.text)
    if step.actions:
        yield from (*(f"- {_safe(action)}" for action in step.actions), "")
    if step.unlocks:
        yield from (f"**{_label(plan.unlocks)}**", "", *(f"- {_safe(text)}" for text in step.unlocks), "")


def _journey(block: Journey) -> Iterator[str]:
    yield from _heading(3, block.title)
    for stage in block.stages:
        yield from _heading(4, stage.title)
        yield from _text(stage.text)
        yield from (f"- {_stop(stop)}" for stop in stage.stops)
        yield from () if stage.stops else _text(block.empty)
        yield ""


def _stop(stop: Stop) -> str:
    title = escape(stop.title)
    return bracketed(f"[{title}](#{stop.target})" if stop.target else title, escape(stop.mark))
