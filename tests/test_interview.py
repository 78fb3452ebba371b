"""The interview without a terminal: what it asks next, when it stops, and that nothing it calls certain ever turns."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import pytest
from clients import Answers, a_client, a_value, book, dice, how_many, tried
from demandfirst import ClientError, load
from demandfirst.engine.interview import ROUNDS, Interview
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.interview import State, Turn
from hypothesis import given
from hypothesis import strategies as st
from support import MINIMAL
from talking import asked, asks, bakery, codes_of

dices = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def small() -> Interview:
    """Over the minimal rulebase."""
    return Interview(load(MINIMAL))


@pytest.fixture
def begun(small: Interview) -> State:
    """A bakery that wants sales: the needed questions are answered."""
    return bakery(small)


# --- what is asked --------------------------------------------------------------------------------------------


def test_needed_questions_come_first(small: Interview) -> None:
    """Without them nothing is certain."""
    turn = small.turn(small.start())

    assert turn.question is not None
    assert (turn.question.fact, turn.question.why, turn.certain) == ("shop", "needed", None)
    assert (turn.settled, turn.complete, turn.message) == (False, False, "")
    assert asks(small, small.answer(small.start(), "shop", "cafe")) == "goals"


def test_a_question_says_all_that_a_face_needs(small: Interview, begun: State) -> None:
    question = asked(small, small.change(begun, "oven"))

    assert (question.question, question.help, question.group) == (
        "Which oven is it?",
        "Look at the bill.",
        "Your trade",
    )
    assert [(one.id, one.label) for one in question.values] == [("gas", "gas"), ("electric", "electric")]
    assert [one.label for one in question.who] == ["baker"]
    assert [(one.id, one.kind) for one in question.decides] == [("burnt", "warning")]
    assert question.reason == 'It can decide "It burns".'


def test_a_number_comes_with_its_unit_and_range(small: Interview, begun: State) -> None:
    question = asked(small, small.change(begun, "price"))

    assert (question.unit, question.range) == ("money per loaf", "above 0 to 1,000")


def test_the_verdict_is_named_first(small: Interview, begun: State) -> None:
    question = asked(small, begun)

    assert question.why == "decides"
    assert question.decides[0].kind == "verdict"
    assert question.reason.startswith("It can decide the verdict (")


# --- answers --------------------------------------------------------------------------------------------------


def test_a_state_never_changes(small: Interview, begun: State) -> None:
    before = json.dumps(begun.model_dump())
    small.answer(begun, "oven", "gas")
    small.skip(begun, "oven")
    small.back(begun)

    assert json.dumps(begun.model_dump()) == before


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        ("ofen", "gas", "unknown-fact"),
        ("oven", "gaz", "unknown-value"),
        ("oven", None, "no-answer"),
        ("price", -1, "out-of-range"),
        ("price", "dear", "wrong-type"),
        ("loaves", 1.5, "wrong-type"),
        ("extras", "nuts", "wrong-type"),
        ("goals", [], "too-few"),
        ("shop", "unknown", "required-unknown"),
        ("shop", None, "missing-fact"),
        (("oven",), "gas", "unknown-fact"),
    ],
)
def test_answers_are_checked_as_everywhere(small: Interview, begun: State, fact: Any, value: Any, code: str) -> None:
    with pytest.raises(ClientError) as error:
        small.answer(begun, fact, value)

    assert [fault.code for fault in error.value.faults] == [code]


def test_a_wrong_name_has_the_nearest(small: Interview, begun: State) -> None:
    with pytest.raises(ClientError, match="did you mean `oven`"):
        small.change(begun, "ofen")


def test_a_needed_question_cannot_be_put_off(small: Interview) -> None:
    with pytest.raises(ClientError) as error:
        small.skip(small.start(), "shop")

    assert codes_of(error) == [("client.shop", "needed")]


def test_skipped_questions_come_once_more_at_the_end(small: Interview, begun: State) -> None:
    seen: list[tuple[str, str]] = []
    state = begun
    while question := small.turn(state).question:
        seen.append((question.fact, question.why))
        state = small.skip(state, question.fact)
    turn = small.turn(state)
    names = [fact for fact, _ in seen]

    assert [why for _, why in seen] == ["decides"] * (len(seen) // 2) + ["again"] * (len(seen) // 2)
    assert set(names[: len(names) // 2]) == set(names[len(names) // 2 :])
    assert not turn.settled
    assert turn.progress.left_open == len(set(names))
    assert turn.message == f"{len(set(names))} questions that you left open can still change this advice."


def test_bounds_come_once_more_at_the_end(small: Interview, begun: State) -> None:
    """Only where a closer figure can still matter, and with what was said."""
    state = small.answer(begun, "price", 2)
    state = small.answer(state, "loaves", "10..1000")
    while (question := asked(small, state)).fact != "loaves":
        state = small.dont_know(state, question.fact)

    assert (question.why, question.given, state.answers["loaves"]) == ("again", "10..1000", "10..1000")
    state = small.answer(state, "loaves", ">10")
    assert small.turn(state).question is None
    assert small.turn(small.answer(state, "loaves", 500)).settled


def test_going_back_takes_the_last_step_back(small: Interview, begun: State) -> None:
    later = small.answer(begun, "oven", "gas")
    back = small.back(later)

    assert back.but(returned="") == begun
    assert asks(small, back) == "oven"
    assert small.back(small.skip(begun, "oven")).but(returned="") == begun
    assert small.back(small.start()) == small.start()


def test_going_back_to_the_start_and_on(small: Interview, begun: State) -> None:
    state = begun
    while state.history:
        state = small.back(state)

    assert state.but(returned="") == small.start()
    assert asks(small, state) == "shop"


def test_an_answer_can_be_changed(small: Interview, begun: State) -> None:
    """It is asked again at once, stays until there is another, and what followed from it follows no more."""
    gas = small.answer(begun, "oven", "gas")
    changing = small.change(gas, "oven")
    question = asked(small, changing)

    assert (question.fact, question.given, question.why) == ("oven", "gas", "returned")
    assert [one.id for one in certain(small, changing).raised] == ["burnt"]
    assert certain(small, small.answer(changing, "oven", "electric")).raised == ()
    assert small.skip(changing, "oven") == gas


def certain(interview: Interview, state: State) -> Any:
    found = interview.turn(state).certain
    assert found is not None
    return found


# --- the end --------------------------------------------------------------------------------------------------


def test_the_signal_to_stop(small: Interview, begun: State) -> None:
    """The verdict, the items and the warnings are settled; what is left changes details, or nothing."""
    state = begun
    while question := small.turn(state).question:
        assert not small.turn(state).settled
        state = small.dont_know(state, question.fact)
    turn = small.turn(state)

    assert turn.settled
    assert turn.message.startswith("Nothing you could still answer changes ")
    assert turn.progress.saved == turn.progress.total - len(state.answers) > 0
    assert turn.certain is not None
    assert turn.certain.open == 0


def test_details_are_asked_on_request(small: Interview, begun: State) -> None:
    state = begun
    while question := small.turn(state).question:
        state = small.dont_know(state, question.fact)
    before = small.turn(state)
    state = small.with_details(state)
    while question := small.turn(state).question:
        assert question.why == "details"
        state = small.dont_know(state, question.fact)
    turn = small.turn(state)

    assert (before.complete, turn.complete) == (False, True)
    assert turn.message == "Nothing you could still answer changes this advice."


@tried(10)
@given(dices)
def test_when_all_is_complete_no_word_changes(rng: random.Random) -> None:
    """What is not asked at all changes nothing that is shown: no status, reason, order, line or figure."""
    client = a_client(rng)
    answers = {name: client[name] for name in ("business_type", "goals")}
    while questions := load().advise(answers).questions:
        name = questions[0].fact
        answers[name] = "unknown" if name in answers else client.get(name, "unknown")
    silent = [name for name in book().facts if name not in answers]
    more = {name: rng.choice([a_value(rng, book().facts[name]), "unknown"]) for name in silent}

    assert shown(load().advise(answers | more)) == shown(load().advise(answers))


def shown(advice: Advice) -> Any:
    """What people read of the advice; the steps of what is not advised are not shown."""
    found = advice.model_dump()
    for part in [*found["items"], *found["warnings"]]:
        if part["status"] not in ("recommended", "withheld", "raised"):
            part["steps"] = []
    for quantity in found["quantities"].values():
        del quantity["sum"]
    return {key: part for key, part in found.items() if key not in ("answers", "findings", "questions")}


# --- properties -----------------------------------------------------------------------------------------------


def walk(interview: Interview, rng: random.Random, client: Answers) -> list[tuple[State, Turn]]:
    """A whole interview: mostly answers, also in another order than asked, skips, going back, don't know."""
    state = interview.start()
    path = [(state, interview.turn(state))]
    while (question := path[-1][1].question) is not None:
        name = question.fact
        if not question.required and question.why != "returned" and rng.random() < 0.2:
            name = rng.choice([one for one in interview.rulebase.facts if one not in state.answers] or [name])
        fact = interview.rulebase.facts[name]
        move = rng.random()
        if move < 0.1 and not fact.required and name not in state.answers:
            state = interview.skip(state, name)
        elif move < 0.15 and state.history:
            state = interview.back(state)
        elif move < 0.25 and not fact.required:
            state = interview.dont_know(state, name)
        else:
            state = interview.answer(state, name, client[name])
        path.append((state, interview.turn(state)))
    return path


@pytest.mark.parametrize("seed", range(how_many(8)))
def test_every_way_of_answering_ends(seed: int) -> None:
    """However somebody answers, skips and goes back; at the end something open is something left open."""
    rng = dice(seed)
    client = {name: a_value(rng, fact) for name, fact in book().facts.items()}
    path = walk(Interview(load()), rng, client)
    turn = path[-1][1]

    assert turn.settled != bool(turn.progress.left_open)
    assert len(path) < 4 * len(book().facts)


@pytest.mark.parametrize("seed", range(how_many(8)))
def test_what_is_certain_never_turns(seed: int) -> None:
    """As long as no answer is taken back: no U-turns."""
    rng = dice(seed)
    client = {name: a_value(rng, fact) for name, fact in book().facts.items()}
    path = walk(Interview(load()), rng, client)
    for (before, earlier), (after, later) in pairwise(path):
        if not is_more(before, after) or earlier.certain is None or later.certain is None:
            continue
        assert earlier.certain.verdict in (None, later.certain.verdict)
        assert {one.id for one in earlier.certain.recommended} <= {one.id for one in later.certain.recommended}
        assert {one.id for one in earlier.certain.withheld} <= {one.id for one in later.certain.withheld}
        assert {one.id for one in earlier.certain.raised} <= {one.id for one in later.certain.raised}
        assert earlier.certain.open >= later.certain.open
        assert earlier.progress.deciding >= later.progress.deciding


def is_more(before: State, after: State) -> bool:
    """Whether every answer is still the same."""
    return all(after.answers.get(name) == answer for name, answer in before.answers.items())


@pytest.mark.parametrize("seed", range(how_many(6)))
def test_a_state_survives_json(seed: int) -> None:
    rng = dice(seed)
    interview = Interview(load())
    client = {name: a_value(rng, fact) for name, fact in book().facts.items()}
    for state, turn in rng.sample(walk(interview, rng, client), 3):
        resumed = interview.resume(json.loads(json.dumps(state.model_dump())))

        assert resumed.state == state
        assert (resumed.rules_changed, resumed.messages) == (False, ())
        assert interview.turn(resumed.state) == turn
        assert json.loads(turn.model_dump_json()) == turn.model_dump()


def test_rounds_are_two() -> None:
    """The texts say once more."""
    assert ROUNDS == 2
