"""What every part of the report is made from: one advice, the rulebase behind it, and who reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.advice import Advice, ItemAdvice, Named, Question, Reason, WarningAdvice
from demandfirst.engine.ir.answers import Answer, Gap, Number_
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.report import NextUnit, Report
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Line
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, mark
from demandfirst.engine.language.phrases import capital
from demandfirst.engine.report.handout.model import Link, Note, Reader, Tone
from demandfirst.engine.say import spoken
from demandfirst.engine.sensitivity import Sensitivity, sensitivity
from demandfirst.engine.texts import Texts

SEVERITY_WORDS = {"stop": mark("Stop"), "caution": mark("Caution"), "info": mark("Good to know")}
SEVERITY_TONES: dict[str, Tone] = {"stop": "stop", "caution": "caution", "info": "info"}
PLAN, MISSING, SURE, HOW = "plan", "missing", "how-sure", "how-"


@dataclass(frozen=True)
class Given:
    """One advice for one reader."""

    advisor: Advisor
    advice: Advice
    reader: Reader

    @property
    def rulebase(self) -> Rulebase:
        """The rulebase, in the language of the report."""
        return self.advisor.rulebase

    @property
    def report(self) -> Report:
        """What the rulebase says for reports alone."""
        return self.rulebase.report

    @property
    def outcome(self) -> Outcome:
        """What the engine found out about the client."""
        return self.advice.outcome

    @property
    def selling(self) -> bool:
        """Whether the reader is one who sells."""
        return self.reader == "sales"

    @cached_property
    def texts(self) -> Texts:
        """Fills the texts of the rulebase."""
        return Texts(self.rulebase, self.outcome)

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """What the verdict hangs on."""
        return sensitivity(self.advisor, self.outcome.client.answers)

    @cached_property
    def next_unit(self) -> NextUnit | None:
        """The first case that holds and whose item, if it names one, is recommended."""
        fitting = (one for one in self.report.next_unit if self.holds(one.when))
        return next((one for one in fitting if not one.item or self.advice.status(one.item) == "recommended"), None)

    @cached_property
    def asked(self) -> list[Question]:
        """The questions that decide something, the most useful first."""
        return [question for question in self.advice.questions if question.decides]

    def holds(self, lines: Iterable[Line]) -> bool:
        """Whether all conditions hold for certain."""
        return all(self.outcome.truth(line.condition) is True for line in lines)

    def number(self, name: str) -> Number_:
        """The value of a quantity, parameter or numeric fact."""
        client = self.outcome.client
        if name in client.quantities:
            return client.quantities[name]
        if name in self.rulebase.parameters:
            return client.parameter(name)  # type: ignore[return-value]
        return client.answer(name)  # type: ignore[return-value]

    def known(self, name: str) -> bool:
        """Whether there is such a value."""
        return not isinstance(self.number(name), Gap)

    def label(self, name: str) -> str:
        """What a quantity, parameter or fact is called, as the beginning of a line."""
        for kind in (self.rulebase.quantities, self.rulebase.parameters, self.rulebase.facts):
            if name in kind:
                return capital(str(kind[name].label))
        raise KeyError(name)

    def items(self, kind: str, status: str = "recommended") -> list[ItemAdvice]:
        """The items of a kind with a status, by rank."""
        return [item for item in self.advice.items if item.kind == kind and item.status == status]

    def raised(self) -> list[WarningAdvice]:
        """The warnings raised, the most severe first."""
        raised = [warning for warning in self.advice.warnings if warning.status == "raised"]
        return sorted(raised, key=lambda warning: list(SEVERITY_WORDS).index(warning.severity))

    def anchor(self, item: ItemAdvice) -> str:
        """The id of the part that says most about an item; a later objective has a work sheet only."""
        later = item.kind == "objective" and item.status == "recommended" and item.id not in self.advice.focus
        return HOW + item.id if later else item.id

    def people(self, names: Iterable[str]) -> str:
        """Who answers or acts, by the labels of the lexicon."""
        return ", ".join(self.rulebase.lexicon_labels.get(("people", name), name) for name in names)


def labels(names: Iterable[Named]) -> str:
    """Labels behind each other."""
    return ", ".join(name.label for name in names)


def because(reasons: Iterable[Reason]) -> str:
    """Reasons behind each other, each once."""
    return " ".join(dict.fromkeys(reason.because for reason in reasons))


def notes(*pairs: tuple[str, str | Iterable[str]]) -> tuple[Note, ...]:
    """Notes; those without a text are left out."""
    made = ((label, (text,) if isinstance(text, str) else tuple(text)) for label, text in pairs)
    kept = ((label, tuple(filter(None, texts))) for label, texts in made)
    return tuple(Note(label, texts) for label, texts in kept if texts)


def causes(reasons: Iterable[Reason]) -> tuple[Note, ...]:
    """Why something is held back, and what would have to change."""
    listed = list(reasons)
    return notes(
        (_("Held back because"), dict.fromkeys(reason.because for reason in listed)),
        (_("What would have to change"), dict.fromkeys(reason.until for reason in listed)),
    )


def how_to_do_it(item: ItemAdvice) -> tuple[Link, ...]:
    """The way to the work sheet of an item."""
    return (Link(_("How to do it, step by step"), HOW + item.id),)


def answered(fact: Fact, given: Answer) -> str:
    """An answer in a table: the words of a choice or set without quotation marks."""
    if isinstance(given, str):
        return next(value.label for value in fact.values if value.id == given)
    if isinstance(given, frozenset) and given:
        return ", ".join(value.label for value in fact.values if value.id in given)
    return spoken(fact, given)
