"""Ways to another outcome as text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.ir.codes import effort_words, status_words
from demandfirst.engine.ir.ways import HowTo, Way
from demandfirst.engine.language import _, mark, ngettext
from demandfirst.engine.language.phrases import chained, quoted
from demandfirst.engine.report.markdown import escape

NOBODY = mark("No client gets there: the rules leave no way to it.")
NO_WAY = mark("Nothing that the business can change leads there. In the way, taken together:")


def how_to_lines(found: HowTo, *, markdown: bool = False) -> Iterator[str]:
    """The ways, each with what is to be changed and what is to be found out; or what is in the way."""
    plain = escape if markdown else str
    yield f"{'# ' if markdown else ''}{plain(found.title)}"
    yield from [""] if markdown else []
    wanted, status = status_words(found.wanted), status_words(found.status)
    if found.reached:
        yield _("Wanted: {wanted}. It is so already (now: {status}).").format(wanted=wanted, status=status)
        return
    yield _("Wanted: {wanted}; now: {status}.").format(wanted=wanted, status=status)
    yield from _ways(found, markdown=markdown)
    if not found.ways and found.complete:
        yield ""
        yield _(NO_WAY) if found.obstacles else _(NOBODY)
        yield from (f"{'- ' if markdown else '  '}{plain(one.text)}" for one in found.obstacles)
    if found.note:
        yield ""
        yield found.note


def _ways(found: HowTo, *, markdown: bool) -> Iterator[str]:
    if not found.ways:
        return
    yield _head(len(found.ways), complete=found.complete)
    for number, way in enumerate(found.ways, 1):
        yield ""
        title = _("Way {number}: {size}; effort: {effort}").format(
            number=number, size=_size(way), effort=effort_words(way.effort)
        )
        yield f"## {title}" if markdown else title
        yield from [""] if markdown else []
        yield from _way(way, markdown=markdown)


def _head(count: int, *, complete: bool) -> str:
    """How many ways there are."""
    if count == 1:
        return _("One way leads there.") if complete else _("One way leads there; there may be more.")
    if complete:
        head = ngettext(
            "{count} way leads there, each enough by itself.", "{count} ways lead there, each enough by itself.", count
        )
    else:
        head = ngettext(
            "{count} way leads there, each enough by itself; there may be more.",
            "{count} ways lead there, each enough by itself; there may be more.",
            count,
        )
    return head.format(count=count)


def _way(way: Way, *, markdown: bool) -> Iterator[str]:
    bullet, plain = ("- ", escape) if markdown else ("  ", str)
    for move in way.changes:
        note = _("effort: {effort}; done by: {who}. {note}").format(
            effort=effort_words(move.effort), who=move.by.label, note=move.note
        )
        yield f"{bullet}{plain(_('change {what}').format(what=move.text))}"
        yield f"  {'' if markdown else '  '}{plain(note)}"
    for move in way.find_out:
        note = _("who knows: {who}. {note}").format(who=move.by.label, note=move.note)
        yield f"{bullet}{plain(_('find out {what}').format(what=move.text))}"
        yield f"  {'' if markdown else '  '}{plain(note)}"
    if way.warnings:
        listed = ", ".join(quoted(warning.label) for warning in way.warnings)
        yield f"{bullet}{plain(_('afterwards the advice warns: {warnings}').format(warnings=listed))}"


def _size(way: Way) -> str:
    """How much there is to do."""
    changes, find_out = len(way.changes), len(way.find_out)
    parts = [ngettext("{count} change", "{count} changes", changes).format(count=changes)] if changes else []
    if find_out:
        asked = ngettext("{count} answer to find out", "{count} answers to find out", find_out)
        parts.append(asked.format(count=find_out))
    return chained(parts, all_=True)
