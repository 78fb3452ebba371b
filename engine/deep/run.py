"""Everything that can be found out about a rulebase by asking about all clients at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.check.issue import Issue
from demandfirst.engine.deep.asking import SECONDS, Asking
from demandfirst.engine.deep.found import Deep, Finder, Found, Owner
from demandfirst.engine.deep.lines import redundant, shown_to_nobody_or_all
from demandfirst.engine.deep.ranges import Ranges
from demandfirst.engine.deep.reach import idle_question, reach
from demandfirst.engine.deep.rules import never_fires, never_needed
from demandfirst.engine.deep.settings import Settings, switches
from demandfirst.engine.deep.truths import Truths
from demandfirst.engine.ir.intended import Intended
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Fact, Item

Wording = str
"""What a finder decides, for where it cannot; `{}` is the subject."""
RULES: tuple[tuple[Finder[Rule], Wording], ...] = (
    (never_fires, "whether `{}` ever fires"),
    (never_needed, "whether `{}` changes anything"),
    (redundant, "whether `{}` needs all its conditions"),
    (shown_to_nobody_or_all, "who reads the line of `{}`"),
)
ITEMS: tuple[tuple[Finder[Item], Wording], ...] = ((reach, "who gets `{}`"),)
FACTS: tuple[tuple[Finder[Fact], Wording], ...] = ((idle_question, "whether the answer to `{}` changes anything"),)
PARAMETER: Wording = "whether the range of `{}` keeps every guarantee"
SIMPLER = "let its formulas be simpler: products and quotients of answers are hard to decide"


def deep_issues(rulebase: Rulebase, seconds: float = SECONDS) -> tuple[Issue, ...]:
    """Every finding that is not acknowledged, every acknowledgement that is not needed, and whatever is not settled.

    Switches are tried both ways; all other parameters are as they are. A question that the solver cannot answer within so many
    seconds is an issue of its own.
    """
    run = Run(rulebase, seconds)
    found = list(run.found())
    return tuple(sorted({*_reported(found), *run.unsettled, *_stale(rulebase, found, run.undecided)}))


class Run:
    """One run of all finders."""

    def __init__(self, rulebase: Rulebase, seconds: float) -> None:
        asked = Settings(rulebase, switches(rulebase)).rulebase
        self.rulebase, self.deep = rulebase, Deep(Truths(asked), Asking(asked, seconds))
        self.ranges = Ranges(rulebase, seconds)
        self.unsettled: list[Issue] = []
        self.undecided: set[str] = set()

    def found(self) -> Iterator[Found]:
        """What all finders find, rule by rule, item by item, question by question, parameter by parameter."""
        for rule in self.deep.truths.rulebase.rules:
            yield from self.about(rule, RULES)
        for item in (*self.rulebase.items.values(), *self.rulebase.warnings.values()):
            yield from self.about(item, ITEMS)
        for fact in self.rulebase.facts.values():
            yield from self.about(fact, FACTS)
        for parameter in self.rulebase.parameters.values():
            yield from self.about(parameter, [(lambda _, one: self.ranges.found(one), PARAMETER)])

    def about(self, subject: Any, finders: Iterable[tuple[Finder[Any], Wording]]) -> Iterator[Found]:
        """What the finders find about one subject; a rule that never fires has no other faults."""
        for finder, wording in finders:
            try:
                found = list(finder(self.deep, subject))
            except GaveUp as limit:
                self.undecided.add(subject.id)
                self.unsettled.append(unsettled(subject, wording, limit))
                continue
            yield from found
            if any(one.code == "rule-never" for one in found):
                return


def unsettled(subject: Owner, wording: Wording, limit: GaveUp) -> Issue:
    """That the solver gave up."""
    return Issue(subject.place, "unknown", "high", f"{wording.format(subject.id)} is not settled: {limit}", SIMPLER)


def _reported(found: Iterable[Found]) -> Iterator[Issue]:
    for one in found:
        if one.code not in {intended.code for intended in one.owner.intended}:
            yield one.issue


def _stale(rulebase: Rulebase, found: Iterable[Found], undecided: set[str]) -> Iterator[Issue]:
    """Acknowledgements of what nobody finds; several rules of one `for_each` share theirs."""
    needed = {intended for one in found for intended in one.owner.intended if intended.code == one.code}
    for owner in _owners(rulebase):
        for intended in owner.intended:
            if intended not in needed and owner.id not in undecided:
                yield _not_found(intended)


def _not_found(intended: Intended) -> Issue:
    message = f"`{intended.code}` is acknowledged, and there is no such finding"
    return Issue(intended.place, "intended-stale", "low", message, "take the acknowledgement away")


def _owners(rulebase: Rulebase) -> Iterator[Owner]:
    yield from rulebase.rules
    for kind in (rulebase.items, rulebase.warnings, rulebase.facts, rulebase.parameters):
        yield from kind.values()
