"""The advice in the order in which people read it; text and Markdown only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Literal

from demandfirst.engine.ir.advice import Advice, ItemAdvice, Named, Reason, WarningAdvice

Tone = Literal["plain", "good", "info", "caution", "stop", "open"]
KIND_TITLES = {"touchpoint": "Touchpoints", "campaign": "Campaigns", "step": "Next steps"}
SHOWN_QUESTIONS = 8
FIRST_STEPS = 2


@dataclass(frozen=True, slots=True)
class Block:
    """Something with a heading: a text, points, and notes with labels."""

    title: str
    text: str = ""
    points: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; empty ones are left out."""

    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


def outline(advice: Advice, *, full: bool) -> list[Section]:
    """The sections of the report; `full` gives the steps and measures of every item."""
    sections = [
        Section("Verdict", (_verdict(advice),)),
        Section("Your goals", tuple(_goals(advice))),
        Section("What to work on first", tuple(_item(advice.item(name), full=True) for name in advice.focus)),
        Section("Later", tuple(_later(advice, full=full))),
        *(_kind(advice, kind, full=full) for kind in KIND_TITLES),
        Section("Warnings", tuple(_warning(warning) for warning in _raised(advice))),
        Section("Withheld", tuple(_withheld(item) for item in advice.items if item.status == "withheld"), _WITHHELD),
        Section("Still open", tuple(_open(advice, full=full))),
        Section("Assumptions behind the verdict", tuple(_assumptions(advice)), ASSUMED),
        Section("Sums", tuple(_sums(advice))),
    ]
    return [section for section in sections if section.blocks]


_WITHHELD = "Something speaks for these, but not now."


def _notes(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in pairs if text)


def _causes(reasons: Iterable[Reason]) -> tuple[tuple[str, str], ...]:
    return tuple(
        note for reason in reasons for note in _notes(("Because", reason.because), ("Ends when", reason.until))
    )


def _verdict(advice: Advice) -> Block:
    verdict = advice.verdict
    tone: Tone = "open" if verdict.value is None else "plain"
    return Block(verdict.title, verdict.text, notes=_causes(verdict.reasons), tone=tone)


GOAL_TONES: dict[str, Tone] = {"served": "good", "open": "open", "postponed": "caution", "unserved": "caution"}
UNSERVED = "Asked for; no objective of its own fits this client. See the touchpoints and next steps."


def _goals(advice: Advice) -> Iterator[Block]:
    titles = {item.id: item.title for item in advice.items}
    for goal in advice.goals:
        served, undecided, postponed = (
            "; ".join(titles[name] for name in names) for names in (goal.served_by, goal.open, goal.postponed)
        )
        notes = _notes(
            ("Served by", served), ("May still be served by", undecided), ("Asked for and postponed", postponed)
        )
        text = UNSERVED if goal.status == "unserved" else ""
        yield Block(goal.label, text, notes=(*notes, *_causes(goal.held_back)), tone=GOAL_TONES[goal.status])


def _later(advice: Advice, *, full: bool) -> Iterator[Block]:
    for item in _recommended(advice, "objective"):
        if item.id not in advice.focus:
            yield _item(item, full=full)


def _kind(advice: Advice, kind: str, *, full: bool) -> Section:
    """The recommended items of a kind; of the next steps the first ones in full, since one begins with these."""
    begin = FIRST_STEPS if kind == "step" else 0
    items = enumerate(_recommended(advice, kind))
    return Section(KIND_TITLES[kind], tuple(_item(item, full=full or place < begin) for place, item in items))


def _recommended(advice: Advice, kind: str) -> Iterator[ItemAdvice]:
    return (item for item in advice.items if item.kind == kind and item.status == "recommended")


def _labels(names: Iterable[Named]) -> str:
    return ", ".join(name.label for name in names)


def _item(item: ItemAdvice, *, full: bool) -> Block:
    platforms = "; ".join(f"{one.label}: {', '.join(one.objectives)}" for one in item.platforms)
    notes = _notes(("In the ad account", platforms))
    if full:
        because = " ".join(dict.fromkeys(reason.because for reason in item.reasons))
        notes = _notes(
            ("Why", because), ("Judge by", ", ".join(item.kpis)), ("Not by", ", ".join(item.not_judged_by)),
            ("Serves", _labels(item.buyers)), ("Brings", _labels(item.benefits)), ("Leads to", _labels(item.leads_to)),
            ("Stage", _labels(item.journey)), ("Part", _labels(item.components)),
            ("Done by", item.owner.label if item.owner else ""), *notes,
        )  # fmt: skip
    return Block(item.title, item.summary, item.steps if full else (), notes, tone="good")


_SEVERITY_ORDER = ("stop", "caution", "info")


def _raised(advice: Advice) -> list[WarningAdvice]:
    raised = [warning for warning in advice.warnings if warning.status == "raised"]
    return sorted(raised, key=lambda warning: _SEVERITY_ORDER.index(warning.severity))


def _warning(warning: WarningAdvice) -> Block:
    because = tuple(("Because", reason.because) for reason in warning.reasons)
    return Block(warning.title, warning.summary, warning.steps, because, tone=warning.severity)  # type: ignore[arg-type]


def _withheld(item: ItemAdvice) -> Block:
    return Block(item.title, "", notes=_causes(item.held_back), tone="caution")


def _open(advice: Advice, *, full: bool) -> Iterator[Block]:
    items = [item.title for item in advice.items if item.status == "open"]
    warnings = [warning.title for warning in advice.warnings if warning.status == "open"]
    if items or warnings:
        lists = (("May still be recommended", "; ".join(items)), ("May still be warned of", "; ".join(warnings)))
        text = f"{_count(items, 'item')} and {_count(warnings, 'warning')} wait for answers."
        yield Block("Not decided yet", text, notes=_notes(*lists) if full else (), tone="open")
    deciding = [question for question in advice.questions if question.decides]
    shown = deciding if full else deciding[:SHOWN_QUESTIONS]
    if shown:
        points = tuple(f"{question.question} ({question.fact}, decides {len(question.decides)})" for question in shown)
        more = len(deciding) - len(shown)
        notes = _notes(("Then", f"{_count(range(more), 'more question')}" if more else ""))
        yield Block("Ask these next, the most useful first", points=points, notes=notes, tone="open")


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


ASSUMED = "These numbers have weak support. If yours differ, the verdict may too."


def _assumptions(advice: Advice) -> Iterator[Block]:
    for one in advice.assumptions:
        yield Block(f"{one.label}: {one.shown}", one.note, notes=(("Support", one.confidence),))


def _sums(advice: Advice) -> Iterator[Block]:
    for quantity in advice.quantities.values():
        if quantity.value is not None:
            shown = "not known" if quantity.value == "unknown" else quantity.sum
            yield Block(quantity.label, f"{shown} ({quantity.unit})", notes=(("Meaning", quantity.explanation),))
