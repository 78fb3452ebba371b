"""One way to a goal: from a set of facts that have to move to the answers, checked and put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from demandfirst.engine.advise import Advisor
from demandfirst.engine.backends.proof.changes import Changes
from demandfirst.engine.backends.proof.exact import Exact
from demandfirst.engine.howto import Goal, Move, Way, hardest
from demandfirst.engine.ir.advice import Named
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval, between
from demandfirst.engine.ir.latitude import Latitude
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.vocabulary import Effort
from demandfirst.engine.say import spoken
from demandfirst.engine.standing import Standing

SHOWN = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Target:
    """Where an answer goes: one that works, others that do too, and for a number the range that does."""

    answer: Answer
    also: tuple[Answer, ...] = ()
    nearest: Fraction | None = None
    works: tuple[Fraction, Fraction] | None = None
    lacks: frozenset[str] = frozenset()


class Finder:
    """Finds the ways to one goal for one client, one after the other."""

    def __init__(self, advisor: Advisor, outcome: Outcome, latitudes: dict[str, Latitude], goal: Goal) -> None:
        self.advisor, self.rulebase, self.goal, self.latitudes = advisor, advisor.rulebase, goal, latitudes
        self.before = outcome
        self.answers = dict(outcome.client.answers)
        self.changes = Changes(self.rulebase, self.answers, latitudes, goal.formula)
        self.exact = Exact(self.rulebase, goal.formula, self.changes.context)
        self.confirmed = True

    def next(self) -> Way | None:
        """The next way; None where there is none left."""
        while (names := self.changes.next()) is not None:
            found = self.answers_for(names)
            way = None if found is None else self.way(found)
            self.changes.exclude(names, larger=way is not None)
            if way is not None:
                return way
            self.confirmed = self.confirmed and found is None
        return None

    def answers_for(self, names: Iterable[str]) -> dict[str, Answer] | None:
        """Answers for these facts that reach the goal exactly; None where the loose terms promised too much."""
        found = self.tightened(self.changes.settle(names))
        if not self.works(found):
            tried = self.exact.any_answers(self.answers, self.latitudes, names)
            return None if tried is None else self.tightened(tried)
        return found

    def tightened(self, found: dict[str, Answer]) -> dict[str, Answer]:
        """The same answers, each number that is changed as near to the present one as the others allow."""
        for name in found:
            one = self.latitudes[name]
            if one.fact.numeric and not one.unanswered:
                nearest = self.exact.nearest({**self.answers, **found}, one)
                found = found if nearest is None else {**found, name: nearest}
        return found

    def works(self, found: dict[str, Answer]) -> bool:
        """Whether the changed client reaches the goal."""
        return self.exact.works({**self.answers, **found})

    # --- where each answer goes ---------------------------------------------------------------------------------

    def way(self, found: dict[str, Answer]) -> Way | None:
        """The way in full; None where the reference engine does not confirm it."""
        targets = {name: self.target(name, found) for name in self.rulebase.facts if name in found}
        changed = {name: target.answer for name, target in targets.items()}
        outcome = self.confirmed_by_reference(changed)
        if outcome is None:
            targets = {name: Target(found[name], nearest=target.nearest) for name, target in targets.items()}
            outcome = self.confirmed_by_reference(found)
        if outcome is None:
            return None
        moves = [self.move(name, target) for name, target in targets.items()]
        return Way(
            changes=tuple(move for move in moves if move.kind == "change"),
            find_out=tuple(move for move in moves if move.kind == "find_out"),
            effort=hardest([move.effort for move in moves]),
            set={move.fact: move.to for move in moves},
            warnings=tuple(self.new_warnings(outcome)),
        )

    def confirmed_by_reference(self, changed: dict[str, Answer]) -> Outcome | None:
        """What forward chaining says about the changed client, if it reaches the goal."""
        outcome = self.advisor.backend.run({**self.answers, **changed})
        return outcome if self.goal.met(self.goal.status(self.rulebase, outcome)) else None

    def target(self, name: str, found: dict[str, Answer]) -> Target:
        """The answer that a fact goes to, with what else would do beside the other answers of the way."""
        one, answer = self.latitudes[name], found[name]
        match answer:
            case Fraction():
                works = self.exact.reach({**self.answers, **found}, one, answer)
                nearest = None if one.unanswered else answer
                return Target(rounded(one, answer, works), nearest=nearest, works=works)
            case frozenset():
                return self.set_target(name, answer, found)
            case _:
                others = [word for word in one.words if word != answer]
                return Target(answer, tuple(word for word in others if self.works({**found, name: word})))

    def set_target(self, name: str, answer: frozenset[str], found: dict[str, Answer]) -> Target:
        one = self.latitudes[name]
        base = one.present if isinstance(one.present, frozenset) else frozenset()
        turned = answer ^ base
        if one.unanswered:
            rest = [value.id for value in one.fact.values if value.id not in answer]
            lacks = frozenset(word for word in rest if not self.works({**found, name: answer | {word}}))
        else:
            lacks = frozenset()
        others: tuple[Answer, ...] = ()
        if len(turned) == 1:
            free = [word.id for word in one.fact.values if word.id in one.added | one.dropped and word.id not in turned]
            others = tuple(base ^ {word} for word in free if self.works({**found, name: base ^ {word}}))
        return Target(answer, others, lacks=lacks)

    def new_warnings(self, outcome: Outcome) -> Iterable[Named]:
        """Warnings that the changed client is given and the present one is not."""
        before, after = Standing(self.rulebase, self.before), Standing(self.rulebase, outcome)
        for name, warning in self.rulebase.warnings.items():
            if after.warning(name)[0] == "raised" != before.warning(name)[0]:
                yield Named(id=name, label=warning.title)

    # --- in words ---------------------------------------------------------------------------------------------------

    def move(self, name: str, target: Target) -> Move:
        """A target put into words."""
        one = self.latitudes[name]
        fact, change = one.fact, one.fact.changeable
        found_out = one.found_out(target.answer)
        effort: Effort = "low" if found_out or change is None else change.effort
        by = fact.who[0] if found_out or change is None else change.by
        return Move(
            kind="find_out" if found_out else "change", fact=name, label=fact.label, before=plain(fact, one.present),
            to=plain(fact, target.answer), also=tuple(plain(fact, answer) for answer in target.also),
            nearest=None if target.nearest is None else float(target.nearest),
            works=None if target.works is None else (float(target.works[0]), float(target.works[1])),
            text=(found_out_text if found_out else change_text)(one, target), effort=effort,
            by=Named(id=by, label=self.rulebase.lexicon_labels.get(("people", by), by)),
            note=fact.question if found_out or change is None else change.note,
        )  # fmt: skip


def rounded(one: Latitude, answer: Fraction, works: tuple[Fraction, Fraction]) -> Fraction:
    """A plain number (two decimals) beyond the nearest that works, if there is one within the range that works."""
    away = answer / SHOWN
    rising = not isinstance(one.present, Fraction) or answer >= one.present
    plainer = SHOWN * (-(-away // 1) if rising else away // 1)
    return plainer if works[0] <= plainer <= works[1] else answer


def change_text(one: Latitude, target: Target) -> str:
    """`paid search: from "not used" to "used"`."""
    fact = one.fact
    if isinstance(target.answer, frozenset) and isinstance(one.present, frozenset):
        return f"{fact.label}: {_turned(one, target, one.present)}"
    return f"{fact.label}: from {spoken(fact, one.present)} to {_goal(one, target)}"


def found_out_text(one: Latitude, target: Target) -> str:
    """`reputation (don't know): it helps if it is "clean" or "mixed"`."""
    fact = one.fact
    head = f"{fact.label} ({spoken(fact, one.present)})"
    words = [value.id for value in fact.values]
    if isinstance(target.answer, frozenset):
        return f"{head}: {_included(one, target)}"
    if isinstance(target.answer, bool):
        clause = "either will do" if target.also else f"it helps if {fact.label if target.answer else fact.negative}"
        return f"{head}: {clause}"
    if target.works == (one.low, one.high) or (words and len(target.also) + 1 == len(words)):
        return f"{head}: any answer will do"
    return f"{head}: it helps if it is {_goal(one, target)}"


def _goal(one: Latitude, target: Target) -> str:
    if target.works is not None:
        return spoken(one.fact, between(*target.works))
    return " or ".join(spoken(one.fact, answer) for answer in (target.answer, *target.also))


def _turned(one: Latitude, target: Target, present: frozenset[str]) -> str:
    """What is added to a set, and what is dropped."""
    parts = []
    for verb, words in (("add", target.answer - present), ("drop", present - target.answer)):  # type: ignore[operator]
        if words:
            parts.append(f"{verb} {spoken(one.fact, frozenset(words))}")
    others = [frozenset(answer ^ present) for answer in target.also if isinstance(answer, frozenset)]
    also = " or ".join(spoken(one.fact, other) for other in others)
    return " and ".join(parts) + (f" (or else {also})" if also else "")


def _included(one: Latitude, target: Target) -> str:
    """What a set that is found out should have and lack."""
    answers: list[Any] = [target.answer, *target.also]
    parts = []
    if target.answer:
        parts.append(f"includes {' or '.join(spoken(one.fact, answer) for answer in answers)}")
    if target.lacks:
        parts.append(f"does not include {spoken(one.fact, target.lacks)}")
    return f"it helps if it {' and '.join(parts)}" if parts else "any answer will do"


__all__ = ["Finder", "Interval", "Target"]
