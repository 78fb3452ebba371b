"""One advice as a report for one reader: which parts it has, in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.language import _, mark, speaking
from demandfirst.engine.report.handout import appendix, care, first, selling, work
from demandfirst.engine.report.handout.given import Given
from demandfirst.engine.report.handout.hygiene import cleaned
from demandfirst.engine.report.handout.model import Brand, Handout, Reader, Section

Part = Callable[[Given], Section | None]
FIRST: tuple[Part, ...] = (first.verdict, first.money)
WORK: tuple[Part, ...] = (
    work.objectives, work.journey, work.plan, care.warnings, care.withheld, care.missing, care.sure, work.sheets,
    appendix.answers, appendix.sums,
)  # fmt: skip
SELLING: tuple[Part, ...] = (selling.talk, care.missing, selling.risks, selling.upsell)


TITLES: dict[Reader, str] = {
    "client": mark("Social media marketing: what to do first"),
    "sales": mark("Social media marketing: notes for the conversation"),
}


def handout(
    advisor: Advisor, advice: Advice, *, reader: Reader, subject: str = "", brand: Brand | None = None, made: dt.date
) -> Handout:
    """The report on one advice, in the language of the advisor that gave it."""
    own = _cleaned(brand or Brand())
    given = Given(advisor, advice, reader)
    with speaking(advisor.language):
        return Handout(
            title=_(TITLES[reader]), subject=cleaned(subject), language=advisor.language, reader=reader, made=made, brand=own,
            sections=sections(given, _parts(given)), version=advisor.version, hash=advisor.hash,
        )  # fmt: skip


def sections(given: Given, parts: Iterable[Part]) -> tuple[Section, ...]:
    """Some parts of the report, without those that have nothing to say; in the language of the advisor that gave the advice."""
    with speaking(given.advisor.language):
        return tuple(section for part in parts if (section := part(given)) and section.blocks)


def _cleaned(brand: Brand) -> Brand:
    return replace(brand, name=cleaned(brand.name), line=cleaned(brand.line), contact=cleaned(brand.contact))


def _parts(given: Given) -> tuple[Part, ...]:
    """The parts in their order; what is missing comes early where the verdict waits for it."""
    if given.selling:
        ordered = (*FIRST, *SELLING, *WORK)
    elif given.advice.verdict.value is None:
        ordered = (first.verdict, care.missing, first.money, *WORK)
    else:
        ordered = (*FIRST, *WORK)
    return tuple(dict.fromkeys(ordered))
