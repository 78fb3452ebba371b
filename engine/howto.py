"""What would have to change for an item to be recommended, or for an item or a warning to go away: the smallest sets of changes.

The solver finds them, the reference engine confirms each. A change is something the business does; an answer that is missing, or
*don't know*, is found out, which helps only if it turns out well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from demandfirst.engine.advise import Advisor
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.advice import Named, Part
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.latitude import Latitude, latitude
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import EFFORTS, Effort
from demandfirst.engine.say import spoken
from demandfirst.engine.standing import Standing

if TYPE_CHECKING:
    from demandfirst.engine.backends.proof.encode import Encoder
    from demandfirst.engine.howto_way import Finder

LIMIT = 5
REACHED = {
    "recommended": {"recommended"},
    "not recommended": {"withheld", "not_recommended"},
    "not raised": {"not_raised"},
}
GAVE_UP = "The solver reached its limit, so there may be other ways."


class HowToError(DemandfirstError):
    """The goal is not one that can be asked for."""


class Move(Part):
    """One answer that has to be another, or has to be found out.

    `to` is an answer that works, `also` others that would do as well with the rest of the way as it is. For a number, `works`
    has the first and the last that do, and `nearest` the one nearest to the present answer.
    """

    kind: Literal["change", "find_out"]
    fact: str
    label: str
    before: Any
    to: Any
    also: tuple[Any, ...]
    nearest: float | None
    works: tuple[float, float] | None
    text: str
    effort: Effort
    by: Named | None
    note: str


class Way(Part):
    """A minimal set of changes: all of them together bring the goal about, no part of them does.

    `set` holds the answers as a client file would; `warnings` are those that the changed client is given anew.
    """

    changes: tuple[Move, ...]
    find_out: tuple[Move, ...]
    effort: Effort
    set: dict[str, Any]
    warnings: tuple[Named, ...]


class FixedAnswer(Part):
    """An answer that the business cannot change."""

    fact: str
    label: str
    answer: Any
    text: str


class HowTo(Part):
    """The ways to a goal, the fewest and easiest changes first.

    `complete`: every minimal way is listed. Without any way, `blocked_by` names fixed answers that together rule the goal out;
    none there means that no client can get there.
    """

    goal: str
    title: str
    wanted: Literal["recommended", "not recommended", "not raised"]
    status: str
    reached: bool
    ways: tuple[Way, ...]
    complete: bool
    blocked_by: tuple[FixedAnswer, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Goal:
    """An item that is to be recommended, or an item or warning that is not to be."""

    id: str
    title: str
    wanted: Literal["recommended", "not recommended", "not raised"]

    def status(self, rulebase: Rulebase, outcome: Outcome) -> str:
        """Where the item or warning stands."""
        standing = Standing(rulebase, outcome)
        return standing.warning(self.id)[0] if self.wanted == "not raised" else standing.item(self.id)

    def met(self, status: str) -> bool:
        """Whether this is the status that is wanted."""
        return status in REACHED[self.wanted]

    def formula(self, encoder: Encoder) -> Any:
        """The goal over free facts."""
        from demandfirst.engine.backends.proof.bits import either

        found = encoder.warning(self.id) if self.wanted == "not raised" else encoder.item(self.id)
        return either(*(found[status] for status in sorted(REACHED[self.wanted])))


def read_goal(rulebase: Rulebase, text: str) -> Goal:
    """A goal such as `community_page`, `not paid_social_test` or `not:vanity_metrics`; raises `HowToError`."""
    words = text.replace(":", " ").split()
    negated = bool(words) and words[0].lower() == "not"
    name = " ".join(words[1:] if negated else words)
    if item := rulebase.items.get(name):
        return Goal(name, item.title, "not recommended" if negated else "recommended")
    if warning := rulebase.warnings.get(name):
        if negated:
            return Goal(name, warning.title, "not raised")
        message = f"`{name}` is a warning, and only to be rid of it can be a goal"
        raise HowToError([Fault(Place("how-to"), "not-a-goal", message, f"ask for `not:{name}`")])
    known = [*rulebase.items, *(rulebase.warnings if negated else ())]
    help_line = did_you_mean(name[:60], known, "`demandfirst items` lists the items and warnings")
    raise HowToError([Fault(Place("how-to"), "unknown-id", f"`{name[:60]}` is not an item or warning", help_line)])


def how_to(advisor: Advisor, answers: Mapping[str, Answer], goal: str, limit: int = LIMIT) -> HowTo:
    """The minimal sets of changes that bring a goal about for these answers, at most `limit` of them.

    `goal` is the id of an item that is to be recommended, or `not` and the id of an item or a warning. Raises `HowToError` for
    another goal, and where the extra `prove` is not installed.
    """
    rulebase = advisor.rulebase
    wanted = read_goal(rulebase, goal)
    outcome = advisor.backend.run(answers)
    status = wanted.status(rulebase, outcome)
    found: dict[str, Any] = {"goal": wanted.id, "title": wanted.title, "wanted": wanted.wanted, "status": status}
    if wanted.met(status):
        return HowTo(**found, reached=True, ways=(), complete=True, blocked_by=(), note="")
    from demandfirst.engine.backends.proof.changes import GaveUp
    from demandfirst.engine.backends.proof.reasons import reasons
    from demandfirst.engine.howto_way import Finder

    free = latitudes(rulebase, answers)
    finder = Finder(advisor, outcome, free, wanted)
    ways: list[Way] = []
    complete, note = False, ""
    try:
        complete = _collect(finder, ways, limit)
    except GaveUp:
        note = GAVE_UP
    blocked: tuple[str, ...] = ()
    if complete and not ways:
        blocked = reasons(rulebase, answers, free, wanted.formula)
    return HowTo(
        **found, reached=False, ways=tuple(ways), complete=complete and finder.confirmed,
        blocked_by=tuple(_fixed(rulebase, name, answers[name]) for name in blocked), note=note,
    )  # fmt: skip


def latitudes(rulebase: Rulebase, answers: Mapping[str, Answer]) -> dict[str, Latitude]:
    """What each answer may become; fixed answers are left out."""
    found = {name: latitude(fact, answers.get(name, Gap.NOT_ANSWERED)) for name, fact in rulebase.facts.items()}
    return {name: one for name, one in found.items() if one is not None}


def _collect(finder: Finder, ways: list[Way], limit: int) -> bool:
    """Gather ways; whether these are all."""
    while (way := finder.next()) is not None:
        if len(ways) == limit:
            return False
        ways.append(way)
    return True


def _fixed(rulebase: Rulebase, name: str, answer: Answer) -> FixedAnswer:
    fact = rulebase.facts[name]
    text = f"{fact.label}: {spoken(fact, answer)}"
    return FixedAnswer(fact=name, label=fact.label, answer=plain(fact, answer), text=text)


def hardest(efforts: list[Effort]) -> Effort:
    """The highest of efforts."""
    return max(efforts, key=EFFORTS.index, default="low")
