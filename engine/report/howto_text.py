"""Ways to another outcome as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.ir.ways import HowTo, Move, Way
from demandfirst.engine.report.markdown import escape

NOBODY = "No client gets there: the rules leave no way to it."
NO_WAY = "Nothing that the business can change leads there. In the way, taken together:"


def how_to_lines(found: HowTo, *, markdown: bool = False) -> Iterator[str]:
    """The ways, each with what is to be changed and what is to be found out; or what is in the way."""
    plain = escape if markdown else str
    yield f"{'# ' if markdown else ''}{plain(found.title)}"
    yield from [""] if markdown else []
    status = found.status.replace("_", " ")
    if found.reached:
        yield f"Wanted: {found.wanted}. It is so already (now: {status})."
        return
    yield f"Wanted: {found.wanted}; now: {status}."
    yield from (f"{line}" for line in _ways(found, markdown=markdown))
    if not found.ways and found.complete:
        yield ""
        yield NO_WAY if found.obstacles else NOBODY
        yield from (f"{'- ' if markdown else '  '}{plain(one.text)}" for one in found.obstacles)
    if found.note:
        yield ""
        yield found.note


def _ways(found: HowTo, *, markdown: bool) -> Iterator[str]:
    if not found.ways:
        return
    count = len(found.ways)
    head = "One way leads there" if count == 1 else f"{count} ways lead there, each enough by itself"
    yield f"{head}{'' if found.complete else '; there may be more'}."
    for number, way in enumerate(found.ways, 1):
        yield ""
        title = f"Way {number}: {_size(way)}; effort: {way.effort}"
        yield f"## {title}" if markdown else title
        yield from [""] if markdown else []
        yield from _way(way, markdown=markdown)


def _way(way: Way, *, markdown: bool) -> Iterator[str]:
    bullet, plain = ("- ", escape) if markdown else ("  ", str)
    for move in way.changes:
        yield f"{bullet}{plain(f'change {move.text}')}"
        yield f"  {'' if markdown else '  '}{plain(f'effort: {move.effort}; done by: {move.by.label}. {move.note}')}"
    for move in way.find_out:
        yield f"{bullet}{plain(f'find out {move.text}')}"
        yield f"  {'' if markdown else '  '}{plain(f'who knows: {move.by.label}. {move.note}')}"
    if way.warnings:
        listed = ", ".join(f'"{warning.label}"' for warning in way.warnings)
        yield f"{bullet}{plain(f'afterwards the advice warns: {listed}')}"


def _size(way: Way) -> str:
    parts = [_count(way.changes, "change"), _count(way.find_out, "answer to find out", "answers to find out")]
    return " and ".join(part for part in parts if part)


def _count(moves: tuple[Move, ...], one: str, many: str = "") -> str:
    return "" if not moves else f"1 {one}" if len(moves) == 1 else f"{len(moves)} {many or one + 's'}"
