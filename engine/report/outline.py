"""The advice in the order in which people read it; text and Markdown only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from demandfirst.engine.ir.advice import Advice, ItemAdvice, Named, Reason, WarningAdvice
from demandfirst.engine.ir.codes import support_words
from demandfirst.engine.language import _, mark, ngettext, pgettext
from demandfirst.engine.language.phrases import apart, bracketed, stated

Tone = Literal["plain", "good", "info", "caution", "stop", "open"]
KIND_TITLES = {"touchpoint": mark("Touchpoints"), "campaign": mark("Campaigns"), "step": mark("Next steps")}
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
    """A part of the report; empty ones are left out. `severe`: its blocks say how severe they are."""

    title: str
    blocks: tuple[Block, ...]
    lead: str = ""
    severe: bool = False


def outline(advice: Advice, *, full: bool) -> list[Section]:
    """The sections of the report; `full` gives the steps and measures of every item."""
    sections = [
        Section(_("Verdict"), (_verdict(advice),)),
        Section(_("Your goals"), tuple(_goals(advice))),
        Section(_("What to work on first"), tuple(_item(advice.item(name), full=True) for name in advice.focus)),
        Section(pgettext("what to work on", "Later"), tuple(_later(advice, full=full))),
        *(_kind(advice, kind, full=full) for kind in KIND_TITLES),
        Section(_("Warnings"), tuple(_warning(warning) for warning in _raised(advice)), severe=True),
        Section(_("Withheld"), tuple(map(_withheld, _of_status(advice, "withheld"))), _(_WITHHELD)),
        Section(_("Still open"), tuple(_open(advice, full=full))),
        Section(_("Assumptions behind the verdict"), tuple(_assumptions(advice)), _(ASSUMED)),
        Section(_("Sums"), tuple(_sums(advice))),
    ]
    return [section for section in sections if section.blocks]


def stamp(advice: Advice) -> str:
    """Which rulebase gave the advice."""
    return _("Rulebase {version} ({hash})").format(version=advice.rulebase.version, hash=advice.rulebase.hash)


_WITHHELD = mark("Something speaks for these, but not now.")


def _of_status(advice: Advice, status: str) -> Iterator[ItemAdvice]:
    return (item for item in advice.items if item.status == status)


def _notes(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in pairs if text)


def _causes(reasons: Iterable[Reason]) -> tuple[tuple[str, str], ...]:
    return tuple(
        note for reason in reasons for note in _notes((_("Because"), reason.because), (_("Ends when"), reason.until))
    )


def _verdict(advice: Advice) -> Block:
    verdict = advice.verdict
    tone: Tone = "open" if verdict.value is None else "plain"
    return Block(verdict.title, verdict.text, notes=_causes(verdict.reasons), tone=tone)


GOAL_TONES: dict[str, Tone] = {"served": "good", "open": "open", "postponed": "caution", "unserved": "caution"}
UNSERVED = mark("Asked for; no objective of its own fits this client. See the touchpoints and next steps.")


def _goals(advice: Advice) -> Iterator[Block]:
    titles = {item.id: item.title for item in advice.items}
    for goal in advice.goals:
        served, undecided, postponed = (
            apart(titles[name] for name in names) for names in (goal.served_by, goal.open, goal.postponed)
        )
        notes = _notes(
            (_("Served by"), served),
            (_("May still be served by"), undecided),
            (_("Asked for and postponed"), postponed),
        )
        text = _(UNSERVED) if goal.status == "unserved" else ""
        yield Block(goal.label, text, notes=(*notes, *_causes(goal.held_back)), tone=GOAL_TONES[goal.status])


def _later(advice: Advice, *, full: bool) -> Iterator[Block]:
    for item in _recommended(advice, "objective"):
        if item.id not in advice.focus:
            yield _item(item, full=full)


def _kind(advice: Advice, kind: str, *, full: bool) -> Section:
    """The recommended items of a kind; of the next steps the first ones in full, since one begins with these."""
    begin = FIRST_STEPS if kind == "step" else 0
    items = enumerate(_recommended(advice, kind))
    return Section(_(KIND_TITLES[kind]), tuple(_item(item, full=full or place < begin) for place, item in items))


def _recommended(advice: Advice, kind: str) -> Iterator[ItemAdvice]:
    return (item for item in advice.items if item.kind == kind and item.status == "recommended")


def _labels(names: Iterable[Named]) -> str:
    return ", ".join(name.label for name in names)


def _item(item: ItemAdvice, *, full: bool) -> Block:
    platforms = apart(stated(one.label, ", ".join(one.objectives)) for one in item.platforms)
    notes = _notes((_("In the ad account"), platforms))
    if full:
        because = " ".join(dict.fromkeys(reason.because for reason in item.reasons))
        notes = _notes(
            (_("Why"), because), (_("Judge by"), ", ".join(item.kpis)), (_("Not by"), ", ".join(item.not_judged_by)),
            (pgettext("which buyers", "Serves"), _labels(item.buyers)),
            (pgettext("which benefits", "Brings"), _labels(item.benefits)),
            (pgettext("to which place", "Leads to"), _labels(item.leads_to)),
            (pgettext("of the journey", "Stage"), _labels(item.journey)),
            (pgettext("of the work", "Part"), _labels(item.components)),
            (_("Done by"), item.owner.label if item.owner else ""), *notes,
        )  # fmt: skip
    return Block(item.title, item.summary, item.steps if full else (), notes, tone="good")


_SEVERITY_ORDER = ("stop", "caution", "info")


def _raised(advice: Advice) -> list[WarningAdvice]:
    raised = [warning for warning in advice.warnings if warning.status == "raised"]
    return sorted(raised, key=lambda warning: _SEVERITY_ORDER.index(warning.severity))


def _warning(warning: WarningAdvice) -> Block:
    because = tuple((_("Because"), reason.because) for reason in warning.reasons)
    return Block(warning.title, warning.summary, warning.steps, because, tone=warning.severity)  # type: ignore[arg-type]


def _withheld(item: ItemAdvice) -> Block:
    return Block(item.title, "", notes=_causes(item.held_back), tone="caution")


def _open(advice: Advice, *, full: bool) -> Iterator[Block]:
    items = [item.title for item in _of_status(advice, "open")]
    warnings = [warning.title for warning in advice.warnings if warning.status == "open"]
    if items or warnings:
        lists = (
            (_("May still be recommended"), apart(items)),
            (_("May still be warned of"), apart(warnings)),
        )
        text = _("{items} and {warnings} wait for answers.").format(
            items=ngettext("{count} item", "{count} items", len(items)).format(count=len(items)),
            warnings=ngettext("{count} warning", "{count} warnings", len(warnings)).format(count=len(warnings)),
        )
        yield Block(_("Not decided yet"), text, notes=_notes(*lists) if full else (), tone="open")
    deciding = [question for question in advice.questions if question.decides]
    shown = deciding if full else deciding[:SHOWN_QUESTIONS]
    if shown:
        template = _("{question} ({fact}, decides {count})")
        points = tuple(template.format(question=one.question, fact=one.fact, count=len(one.decides)) for one in shown)
        more = len(deciding) - len(shown)
        further = ngettext("{count} more question", "{count} more questions", more).format(count=more)
        notes = _notes((pgettext("what comes next", "Then"), further if more else ""))
        yield Block(_("Ask these next, the most useful first"), points=points, notes=notes, tone="open")


ASSUMED = mark("These numbers have weak support. If yours differ, the verdict may too.")


def _assumptions(advice: Advice) -> Iterator[Block]:
    for one in advice.assumptions:
        support = (_("Support"), support_words(one.confidence))
        yield Block(stated(one.label, one.shown), one.note, notes=(support,))


def _sums(advice: Advice) -> Iterator[Block]:
    for quantity in advice.quantities.values():
        if quantity.value is not None:
            shown = _("not known") if quantity.value == "unknown" else quantity.sum
            meaning = (_("Meaning"), quantity.explanation)
            yield Block(quantity.label, bracketed(shown, quantity.unit), notes=(meaning,))
