"""The adaptive interview: state in, next question out. No terminal and no file in here.

    interview = Interview(demandfirst.load())
    state = interview.start()
    while question := interview.turn(state).question:
        state = interview.answer(state, question.fact, ...)      # or dont_know, skip, back, change

Needed questions come first; then those that can still decide something, in the order of the advice; then, once more, those
put off. Every method returns a new state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.ir.advice import Named, Question, RulebaseStamp
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.interview import (
    Asked,
    Certain,
    Choice,
    Decidable,
    Progress,
    Resumed,
    State,
    Step,
    Turn,
    Why,
)
from demandfirst.engine.ir.numbers import unit_words
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, ngettext, speaking
from demandfirst.engine.language.phrases import first_few, quoted, together
from demandfirst.engine.load.answer import UNKNOWN, range_text
from demandfirst.engine.load.client import answer_of, answers_of, unknown_fact
from demandfirst.engine.load.interview import kept, resumed
from demandfirst.engine.load.yaml_tree import quote

if TYPE_CHECKING:
    from demandfirst.engine.advise import Advisor
    from demandfirst.engine.ir.advice import Advice
    from demandfirst.engine.load.interview import Where

HISTORY = 500
"""So many steps can be taken back."""
ROUNDS = 2
"""A question that was put off so often does not come again."""


P = ParamSpec("P")
R = TypeVar("R")


def _in_its_language(method: Callable[Concatenate[Interview, P], R]) -> Callable[Concatenate[Interview, P], R]:
    """A method that words what it gives or raises in the language of the rulebase."""

    @wraps(method)
    def spoken(self: Interview, /, *args: P.args, **named: P.kwargs) -> R:
        with speaking(self.rulebase.language):
            return method(self, *args, **named)

    return spoken


class Interview:
    """Interviews over one rulebase, in its language; holds nothing of any client."""

    def __init__(self, advisor: Advisor) -> None:
        self.advisor, self.rulebase = advisor, advisor.rulebase

    def start(self) -> State:
        """The state before the first question."""
        stamp = RulebaseStamp(version=self.rulebase.version, hash=self.rulebase.hash)
        return State(rulebase=stamp, facts=tuple(self.rulebase.facts))

    @_in_its_language
    def resume(self, saved: Mapping[str, Any], place: Where | None = None) -> Resumed:
        """Take up a saved state (`State.model_dump()`), also one made under another rulebase.

        Answers that are still valid are kept; `Resumed` says what is different. Raises `ClientError` where it is no saved state,
        or where an answer is not valid although the rulebase is the same. `place` says where a part of it stands, for the faults.
        """
        return resumed(self.start(), saved, self.rulebase.facts, place)

    @_in_its_language
    def answer(self, state: State, fact: str, value: Any) -> State:
        """Answer a question, or change an answer. Raises `ClientError` as `advise` does."""
        given = answer_of(fact, value, self.rulebase.facts)
        put_off = {name: times for name, times in state.put_off.items() if name != fact}
        if isinstance(given, Interval):
            put_off[fact] = state.put_off.get(fact, 0) + 1
        return self._done(state, fact, {**state.answers, fact: kept(self.rulebase.facts[fact], value, given)}, put_off)

    def dont_know(self, state: State, fact: str) -> State:
        """Answer a question with *don't know*. Raises `ClientError` where an answer is needed."""
        return self.answer(state, fact, UNKNOWN)

    @_in_its_language
    def skip(self, state: State, fact: str) -> State:
        """Put a question off until the others are asked; an answer that there is stays. Raises `ClientError` if it is needed."""
        if self._fact(fact).required:
            message = _("`{fact}` cannot be put off").format(fact=fact)
            help_line = _("no advice can be given without it")
            raise ClientError([Fault(Place(f"client.{fact}"), "needed", message, help_line)])
        if fact in state.answers and not isinstance(
            answer_of(fact, state.answers[fact], self.rulebase.facts), Interval
        ):
            return state.but(returned="")
        return self._done(state, fact, state.answers, {**state.put_off, fact: state.put_off.get(fact, 0) + 1})

    def back(self, state: State) -> State:
        """Take the last step back and ask its question again; without one, the same state."""
        if not state.history:
            return state
        *earlier, last = state.history
        answers = {name: given for name, given in state.answers.items() if name != last.fact}
        put_off = {name: times for name, times in state.put_off.items() if name != last.fact}
        if last.before is not None:
            answers[last.fact] = last.before
        if last.put_off_before:
            put_off[last.fact] = last.put_off_before
        return state.but(answers=self._sorted(answers), put_off=put_off, returned=last.fact, history=tuple(earlier))

    @_in_its_language
    def change(self, state: State, fact: str) -> State:
        """Ask a question next, to change its answer; the answer stays until there is another. Raises `ClientError`."""
        return state.but(returned=self._fact(fact).id)

    def with_details(self, state: State) -> State:
        """Go on after everything is settled, with what only changes order, reasons, lines or figures."""
        return state.but(details=True)

    def _fact(self, name: str) -> Fact:
        fact = self.rulebase.facts.get(name)
        if fact is None:
            raise ClientError([unknown_fact(name, self.rulebase.facts, Place(f"client.{quote(name)}"))])
        return fact

    def _done(self, state: State, fact: str, answers: Mapping[str, Any], put_off: dict[str, int]) -> State:
        step = Step(fact=fact, before=state.answers.get(fact), put_off_before=state.put_off.get(fact, 0))
        history = (*state.history, step)[-HISTORY:]
        return state.but(answers=self._sorted(answers), put_off=put_off, returned="", history=history)

    def _sorted(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {name: answers[name] for name in self.rulebase.facts if name in answers}

    @_in_its_language
    def turn(self, state: State) -> Turn:
        """Where the interview stands and what to ask next."""
        needed = [fact for fact in self.rulebase.facts.values() if fact.required and fact.id not in state.answers]
        if needed:
            return _Turn(self, state, None, needed).turn()
        answers = answers_of(state.answers, self.rulebase.facts)
        return _Turn(self, state, self.advisor.advise_answers(answers, engine="scalar"), needed).turn()


class _Turn:
    """Works out one turn."""

    def __init__(self, interview: Interview, state: State, advice: Advice | None, needed: Sequence[Fact]) -> None:
        self.rulebase, self.state, self.advice, self.needed = interview.rulebase, state, advice, needed
        questions = advice.questions if advice else ()
        self.deciding = [one for one in questions if one.decides]
        self.details = [one for one in questions if not one.decides]
        self.titles = self._titles(advice) if advice else {}

    @staticmethod
    def _titles(advice: Advice) -> dict[str, Decidable]:
        """Everything that can be open, with its title."""
        found = {one.id: Decidable(id=one.id, kind=one.kind, title=one.title) for one in advice.items}
        return found | {one.id: Decidable(id=one.id, kind="warning", title=one.title) for one in advice.warnings}

    def turn(self) -> Turn:
        settled = self.advice is not None and not self.deciding
        return Turn(
            question=self.question(), certain=self.certain(), progress=self.progress(), settled=settled,
            complete=settled and not self.details, message=self.message(),
        )  # fmt: skip

    def question(self) -> Asked | None:
        """The next question."""
        state, facts = self.state, self.rulebase.facts
        if state.returned in facts:
            return self.asked(facts[state.returned], "returned")
        if self.needed:
            return self.asked(self.needed[0], "needed")
        asking = [*self.deciding, *(self.details if state.details else ())]
        for put_off in range(ROUNDS):
            for one in asking:
                if state.put_off.get(one.fact, 0) == put_off:
                    why: Why = "again" if put_off else "decides" if one.decides else "details"
                    return self.asked(facts[one.fact], why)
        return None

    def asked(self, fact: Fact, why: Why) -> Asked:
        decides = tuple(self.decides(fact.id))
        labels = self.rulebase.lexicon_labels
        return Asked(
            fact=fact.id, type=fact.type, group=self.rulebase.question_groups[fact.group], question=fact.question,
            help=fact.help, who=tuple(Named(id=one, label=labels.get(("people", one), one)) for one in fact.who),
            values=tuple(Choice(id=one.id, label=one.label, help=one.help) for one in fact.values), unit=unit_words(fact.unit),
            range=range_text(fact) if fact.numeric else "", at_least=fact.at_least, required=fact.required,
            given=self.state.answers.get(fact.id), why=why, reason=self.reason(fact, why, decides), decides=decides,
        )  # fmt: skip

    def decides(self, fact: str) -> Iterable[Decidable]:
        """What is open and waits for a fact: the verdict first."""
        verdict = self.rulebase.findings[self.rulebase.verdict]
        for name in next((one.decides for one in self.deciding if one.fact == fact), ()):
            yield self.titles.get(name) or Decidable(id=name, kind="verdict", title=verdict.label)

    def reason(self, fact: Fact, why: Why, decides: Sequence[Decidable]) -> str:
        """Why a question is asked, in a sentence."""
        if fact.required:
            return _("Without this answer no advice can be given.")
        if decides:
            return _("It can decide {things}.").format(things=_listed(decides))
        if why == "returned" and fact.id in self.state.answers:
            return _("You wanted to look at this answer again.")
        return _("It changes only details of the advice: its order, its reasons, its lines or its figures.")

    def certain(self) -> Certain | None:
        """What is certain already."""
        advice = self.advice
        if advice is None:
            return None
        decided = advice.verdict.value is not None
        return Certain(
            verdict=advice.verdict.value, verdict_title=advice.verdict.title if decided else "",
            recommended=tuple(_named(one.id, one.title) for one in advice.items if one.status == "recommended"),
            withheld=tuple(_named(one.id, one.title) for one in advice.items if one.status == "withheld"),
            raised=tuple(
                Decidable(id=one.id, kind=one.severity, title=one.title)
                for one in advice.warnings
                if one.status == "raised"
            ),
            open=[*(one.status for one in advice.items), *(one.status for one in advice.warnings)].count("open")
            + (not decided),
        )  # fmt: skip

    def progress(self) -> Progress:
        answered, total = len(self.state.answers), len(self.rulebase.facts)
        silent = [one for one in self.deciding if one.fact not in self.state.answers]
        return Progress(
            answered=answered, total=total, deciding=len(self.deciding), details=len(self.details),
            left_open=len(self.left_open()), saved=total - answered - len(silent) if self.advice else 0,
        )  # fmt: skip

    def left_open(self) -> list[Question]:
        """The questions that can still decide something and do not come again."""
        return [one for one in self.deciding if self.state.put_off.get(one.fact, 0) >= ROUNDS]

    def message(self) -> str:
        """The signal to stop, or what the answers left open can still change; nothing while there is more to ask."""
        if self.advice is None or self.question() is not None:
            return ""
        if left := self.left_open():
            return ngettext(
                "{count} question that you left open can still change this advice.",
                "{count} questions that you left open can still change this advice.",
                len(left),
            ).format(count=len(left))
        if not self.details:
            return _("Nothing you could still answer changes this advice.")
        details = ngettext(
            "{count} answer could still change its details: order, reasons, lines or figures.",
            "{count} answers could still change its details: order, reasons, lines or figures.",
            len(self.details),
        ).format(count=len(self.details))
        settled = _("Nothing you could still answer changes what this advice recommends, holds back or warns of.")
        return f"{settled} {details}"


SHOWN = 3


def _listed(decides: Sequence[Decidable]) -> str:
    things = [
        _("the verdict ({title})").format(title=one.title) if one.kind == "verdict" else quoted(one.title)
        for one in decides
    ]
    return first_few(things, SHOWN) if len(things) > SHOWN else together(things)


def _named(name: str, title: str) -> Named:
    return Named(id=name, label=title)
