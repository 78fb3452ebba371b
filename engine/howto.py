"""What would have to change for an item to be recommended, or for an item or a warning to go away: the smallest sets of changes.

z3 finds them, forward chaining confirms each. A change is something that the business does; an answer that is missing, or
*don't know*, is found out, which helps only if it turns out well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from demandfirst.engine.advise import Advisor
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.latitude import Latitude, latitude
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.ways import HowTo, Obstacle, Way
from demandfirst.engine.language import _, mark, speaking
from demandfirst.engine.language.phrases import bracketed, chained, stated
from demandfirst.engine.say import spoken
from demandfirst.engine.wanted import read_wanted

if TYPE_CHECKING:
    from demandfirst.engine.ways import Finder

LIMIT = 5
GAVE_UP = mark("The solver reached its limit, so there may be other ways.")


def how_to(advisor: Advisor, answers: Mapping[str, Answer], goal: str, limit: int = LIMIT) -> HowTo:
    """The minimal sets of changes that bring an outcome about for these answers, at most `limit` of them.

    `goal` is the id of an item that is to be recommended, or `not` and the id of an item or a warning. Raises `WantedError` for
    anything else, and `MissingSolver` where the extra `prove` is not installed. The ways are worded in the advisor's language.
    """
    with speaking(advisor.language):
        return _how_to(advisor, answers, goal, limit)


def _how_to(advisor: Advisor, answers: Mapping[str, Answer], goal: str, limit: int) -> HowTo:
    rulebase = advisor.rulebase
    wanted = read_wanted(rulebase, goal)
    outcome = advisor.backend.run(answers)
    status = wanted.status(rulebase, outcome)
    found = HowTo(
        goal=wanted.id, title=wanted.title, wanted=wanted.wanted, status=status, reached=wanted.reached(status)
    )
    if found.reached:
        return found
    from demandfirst.engine.backends.proof.reasons import reasons
    from demandfirst.engine.backends.proof.room import GaveUp
    from demandfirst.engine.ways import Finder

    free = latitudes(rulebase, answers)
    ways: list[Way] = []
    try:
        finder = Finder(rulebase, advisor.backend.run, outcome, free, wanted)
        complete = _collect(finder, ways, limit)
    except GaveUp:
        return replace(found, ways=tuple(ways), complete=False, note=_(GAVE_UP))
    blocking = reasons(rulebase, answers, free, wanted.formula) if complete and not ways else ()
    obstacles = tuple(_obstacle(rulebase, name, answers, free) for name in blocking)
    return replace(found, ways=tuple(ways), complete=complete, obstacles=obstacles)


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
    return not finder.doubtful


def _obstacle(rulebase: Rulebase, name: str, answers: Mapping[str, Answer], free: Mapping[str, Latitude]) -> Obstacle:
    fact, answer, one = rulebase.facts[name], answers.get(name, Gap.NOT_ANSWERED), free.get(name)
    said = spoken(fact, answer)
    text = stated(fact.label, bracketed(said, _limits(one)) if one else said)
    return Obstacle(fact=name, label=fact.label, answer=plain(fact, answer), text=text)


def _limits(one: Latitude) -> str:
    """What is in the way of an answer that can change."""
    fact = one.fact
    if one.unanswered:
        return _("can be found out, not chosen")
    if one.words:
        answers = chained((spoken(fact, word) for word in one.words), all_=False)
        return _("can only become {answers}").format(answers=answers)
    if fact.type == "set":
        return _("can only grow") if one.added else _("can only shrink")
    return _("can only be {numbers}").format(numbers=spoken(fact, one.range))
