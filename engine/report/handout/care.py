"""What to mind: warnings, what is held back, what is missing, and how sure all of it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from demandfirst.engine.ir.advice import Question, WarningAdvice
from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.language import _, mark, ngettext
from demandfirst.engine.language.phrases import apart, capital
from demandfirst.engine.report.handout.given import (
    MISSING,
    SEVERITY_TONES,
    SEVERITY_WORDS,
    SURE,
    Given,
    answered,
    causes,
    notes,
)
from demandfirst.engine.report.handout.model import (
    Block,
    Callout,
    Card,
    Cards,
    Paragraph,
    Point,
    Points,
    Section,
    Table,
)
from demandfirst.engine.report.numerals import exactly
from demandfirst.engine.sensitivity import AnswerFlips, Flip, Room

SHOWN = 8
SUPPORT = {
    "high": mark("well supported"), "medium": mark("fairly supported"), "low": mark("weakly supported"),
    "judgement": mark("our own judgement"),
}  # fmt: skip
_DECIMALS = 4


def warnings(given: Given) -> Section:
    """The warnings raised, the most severe first."""
    raised = given.raised()
    blocks: list[Block] = []
    for severity, word in SEVERITY_WORDS.items():
        cards = tuple(_warning(one) for one in raised if one.severity == severity)
        if cards:
            blocks.append(Cards(cards, _(word)))
    if not raised:
        blocks.append(Callout("good", "", _("The answers so far give no cause for a warning.")))
    lead = _("What can cost money or a good name, the most serious first.")
    return Section("warnings", _("Warnings"), lead, tuple(blocks))


def _warning(one: WarningAdvice) -> Card:
    told = notes(
        (_("Because"), dict.fromkeys(reason.because for reason in one.reasons)), (_("What to do"), one.steps),
        (_("Done by"), one.owner.label if one.owner else ""),
    )  # fmt: skip
    return Card(one.id, one.title, one.summary, tone=SEVERITY_TONES[one.severity], notes=told)


def withheld(given: Given) -> Section | None:
    """What something speaks for and something holds back; None where there is nothing of it."""
    held = [item for item in given.advice.items if item.status == "withheld"]
    cards = tuple(
        Card(item.id, item.title, item.summary, tone="caution", notes=causes(item.held_back)) for item in held
    )
    lead = _("Something speaks for these, but not now. Each says what would have to change.")
    return Section("withheld", _("Not now"), lead, (Cards(cards),)) if cards else None


def missing(given: Given) -> Section | None:
    """The answers that are still needed, with how to find them; None where nothing hangs on any."""
    asked, minor = given.asked, [one for one in given.advice.questions if not one.decides]
    blocks: list[Block] = [Paragraph(_undecided(given))] if _undecided(given) else []
    if asked:
        blocks.append(Cards(tuple(_question(given, one) for one in asked[:SHOWN]), _("Find these out first")))
    if len(asked) > SHOWN:
        rows = tuple(
            (given.rulebase.question_groups[one.group], one.question, given.people(one.who)) for one in asked[SHOWN:]
        )
        blocks.append(Table(_("Then these"), (_("About"), _("Question"), _("Who knows")), rows, ("start",) * 3, 1))
    if minor and given.selling:
        points = tuple(Point(one.question, _("Ask: {who}").format(who=given.people(one.who))) for one in minor)
        blocks.append(Points(points, title=_("These only make the advice more exact")))
    lead = _('Each answer settles something that is open. "Don\'t know" is an answer too, and a safe one.')
    title = _("What to ask next") if given.selling else _("What is still missing")
    return Section(MISSING, title, lead, tuple(blocks)) if blocks else None


def _undecided(given: Given) -> str:
    advice = given.advice
    count = sum(item.status == "open" for item in advice.items) + sum(one.status == "open" for one in advice.warnings)
    return (
        ngettext(
            "{count} recommendation or warning waits for an answer.",
            "{count} recommendations and warnings wait for answers.",
            count,
        ).format(count=figure(count))
        if count
        else ""
    )


def _question(given: Given, one: Question) -> Card:
    count = len(one.decides)
    told = notes(
        (_("How to find out"), one.help), (_("Who knows"), given.people(one.who)),
        (_("What hangs on it"), ngettext("{count} part of this advice", "{count} parts of this advice", count).format(
            count=figure(count))),
    )  # fmt: skip
    return Card(f"ask-{one.fact}", one.question, notes=told, tone="open")


def sure(given: Given) -> Section:
    """The weak assumptions behind the verdict, where they come from, and what would change it."""
    if given.advice.verdict.value is None:
        text = _("The verdict is not decided yet, so nothing can be said about what would turn it.")
        return Section(SURE, _("How sure this is"), "", (Paragraph(text),))
    blocks: list[Block] = [*_assumptions(given), *_turning(given)]
    lead = _("What the verdict rests on, and how much would have to be different to change it.")
    return Section(SURE, _("How sure this is"), lead, tuple(blocks))


def _assumptions(given: Given) -> Iterator[Block]:
    parameters = given.rulebase.parameters
    rows = tuple(
        (capital(one.label), one.shown, _(SUPPORT[one.confidence]),
         _("{note} Source: {sources}.").format(note=one.note, sources=sources(given, parameters[one.parameter].sources)))
        for one in given.advice.assumptions
    )  # fmt: skip
    if rows:
        header = _("Assumption"), _("Value"), _("Support"), _("Where it comes from")
        yield Table(_("Assumptions with weak support behind the verdict"), header, rows, ("start",) * 4)
    else:
        yield Paragraph(_("The verdict rests on your answers and on no number with weak support."))


def sources(given: Given, names: Iterable[str]) -> str:
    """Where something comes from: the titles of documents and references, each once."""
    known, found = given.rulebase.sources, []
    for name in names:
        source = known.get(name) or known.get(name.partition(".")[0])
        found.append(source.title if source else _("our own judgement"))
    return apart(dict.fromkeys(found))


def _turning(given: Given) -> Iterator[Block]:
    """What would be enough to turn the verdict or the first objective, what turns the verdict first."""
    found = given.sensitivity
    rows = [*_answer_rows(given, found.answers), *_room_rows(given, (*found.numbers, *found.parameters))]
    ranked = sorted(rows, key=lambda row: not row[0])
    shown = tuple(row for _turns, row in (ranked if given.selling else ranked[: 2 * SHOWN]))
    if not shown:
        yield Paragraph(_("No other single answer would change the verdict or the objective that comes first."))
        return
    header = _("What"), _("Now"), _("Enough to change it"), _("What would be different")
    yield Table(_("One change that would be enough"), header, shown, ("start",) * 4)


Row = tuple[bool, tuple[str, ...]]


def _answer_rows(given: Given, answers: Sequence[AnswerFlips]) -> Iterator[Row]:
    for one in answers:
        changes: dict[str, list[str]] = {}
        turns = False
        for flip in one.flips:
            changes.setdefault(_change(given, flip), []).append(_other(given, one, flip.value))
            turns = turns or flip.verdict != given.sensitivity.verdict
        for change, others in changes.items():
            yield turns, (capital(one.label), _told(given, one.fact, one.given), apart(others), change)


def _room_rows(given: Given, rooms: Iterable[Room]) -> Iterator[Row]:
    for room in rooms:
        for flip, up in ((room.below, False), (room.above, True)):
            if flip:
                turns = flip.verdict != given.sensitivity.verdict
                yield turns, (capital(room.label), room.shown, _side(room, flip.value, up=up), _change(given, flip))


def _change(given: Given, flip: Flip) -> str:
    """What would be different."""
    found, parts = given.sensitivity, []
    if flip.verdict != found.verdict:
        values = given.rulebase.findings[given.rulebase.verdict].values
        title = next((one.title or one.label for one in values if one.id == flip.verdict), _("not decided yet"))
        parts.append(_("Verdict: {title}").format(title=title))
    if flip.objective != found.objective:
        title = given.rulebase.items[flip.objective].title if flip.objective else _("none")
        parts.append(_("First objective: {title}").format(title=title))
    return apart(parts)


def _other(given: Given, one: AnswerFlips, value: Any) -> str:
    """Another answer; of a set what comes or goes."""
    if not isinstance(value, list):
        return _told(given, one.fact, value)
    more = [word for word in value if word not in one.given]
    less = [word for word in one.given if word not in value]
    if more:
        return _("also: {labels}").format(labels=_told(given, one.fact, more))
    return _("without: {labels}").format(labels=_told(given, one.fact, less))


def _told(given: Given, name: str, value: Any) -> str:
    """An answer as a client file has it, in words."""
    return answered(given.rulebase.facts[name], frozenset(value) if isinstance(value, list) else value)


def _side(room: Room, value: Any, *, up: bool) -> str:
    """From which value on, in as few digits as it takes: `below 65` for `64.9999 or less`."""
    exact = Fraction(str(value))
    last = exact + Fraction(str(room.step)) * (-1 if up else 1)
    if _digits(last) < _digits(exact):
        return (_("above {number}") if up else _("below {number}")).format(number=_figure(last))
    return (_("{number} or more") if up else _("{number} or less")).format(number=_figure(exact))


def _figure(value: Fraction) -> str:
    return figure(value) if round(value, 2) == value else exactly(value)


def _digits(value: Fraction) -> int:
    """How many digits a number needs, zeros at the end of a whole number left out."""
    return len(f"{float(value):.{_DECIMALS}f}".rstrip("0").rstrip(".").rstrip("0").replace(".", ""))
