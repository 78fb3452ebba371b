"""The interview without a terminal: what it asks next, when it stops, and that nothing it calls certain ever turns."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import yaml
from clients import Answers, a_client, a_value, book, dice, how_many, personas, seeded, tried
from demandfirst import Advisor, ClientError, load
from demandfirst.engine.interview import ROUNDS, Interview
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.interview import Asked, State, Turn
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.lookahead import Position
from demandfirst.engine.questions import Asker
from hypothesis import given
from hypothesis import strategies as st
from small_rules import Author, a_small_client
from support import MINIMAL, lay

dices = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def small() -> Interview:
    """Over the minimal rulebase."""
    return Interview(load(MINIMAL))


@pytest.fixture
def begun(small: Interview) -> State:
    """A bakery that wants sales: the needed questions are answered."""
    return small.answer(small.answer(small.start(), "shop", "bakery"), "goals", ["sales"])


def asked(interview: Interview, state: State) -> Asked:
    question = interview.turn(state).question
    assert question is not None
    return question


def asks(interview: Interview, state: State) -> str:
    return asked(interview, state).fact


def codes_of(error: pytest.ExceptionInfo[ClientError]) -> list[tuple[str, str]]:
    return [(str(fault.place), fault.code) for fault in error.value.faults]


# --- looking ahead -------------------------------------------------------------------------------------------


def open_facts(advisor: Advisor, position: Position) -> set[str]:
    """The facts that a position says something open waits for."""
    waits = 0
    for one in position.waits:
        waits |= one
    return set(advisor.asker.names(waits))


def check_position(advisor: Advisor, position: Position, advice: Advice) -> None:
    """The evaluator that puts questions in order says what the backend says."""
    rules = zip(position.wiring.rules, position.rules, strict=True)
    cases = {index for table in advisor.rulebase.tables.values() for index in table.cases}
    told = {rule.id: truth for rule, truth in rules if rule.index not in cases}

    assert told == {
        rule.id: advice.outcome.rules[rule.index] for rule in advisor.rulebase.rules if rule.index not in cases
    }
    assert position.findings == dict(advice.outcome.findings)
    assert open_facts(advisor, position) == {one.fact for one in advice.questions if one.decides}


def check_looking_ahead(advisor: Advisor, client: Answers, rng: random.Random) -> None:
    """From the answers, and from one answer to the next."""
    given = answers_of(client, advisor.rulebase.facts)
    later = {name: answer for name, answer in given.items() if advisor.rulebase.facts[name].required}
    position = advisor.asker.wiring.position(later)
    for name in rng.sample(sorted(given), len(given)):
        if name not in later:
            later[name] = given[name]
            position = position.after(name, given[name])

    assert position.waits == advisor.asker.wiring.position(given).waits
    check_position(advisor, position, advisor.advise(client))


def test_looking_ahead_agrees_with_the_backend() -> None:
    for seed, client in seeded(how_many(120)):
        check_looking_ahead(load(), client, dice(seed))


@pytest.mark.parametrize("seed", range(how_many(6)))
def test_looking_ahead_agrees_with_the_backend_on_any_rules(seed: int, tmp_path: Path) -> None:
    """Random rulebases have every form of condition."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    advisor = load(tmp_path)

    for client in (a_small_client(rng) for _ in range(20)):
        check_looking_ahead(advisor, client, rng)


def test_an_answer_within_bounds_is_still_waited_for() -> None:
    advisor = load()
    client = {"business_type": "ecommerce", "goals": ["sales"], "monthly_searches": "10..100000"}

    check_position(advisor, advisor.asker.wiring.position(answers_of(client, book_facts())), advisor.advise(client))
    assert "monthly_searches" in advisor.asker.order(answers_of(client, book_facts()))


def book_facts() -> Any:
    return load().rulebase.facts


# --- the measure ---------------------------------------------------------------------------------------------


def count(client: dict[str, Answer], order: str, rng: random.Random) -> int:
    """How many questions one way of asking takes until nothing can change."""
    asker = load().asker
    position = asker.wiring.position({name: client[name] for name, fact in book_facts().items() if fact.required})
    while names := sorted(open_facts(load(), position), key=list(client).index):
        if order == "adaptive":
            name = asker.order(position.client.answers)[0]
        else:
            name = names[0] if order == "fixed" else rng.choice(names)
        position = position.after(name, client[name])
    return len(position.client.answers)


def test_the_adaptive_order_asks_least() -> None:
    """Fewer questions than the fixed order, which takes fewer than any order: the whole table is in docs/interview.md."""
    everyone = [answers_of(persona["client"], book_facts()) for persona in personas().values()]
    full = [{name: one.get(name, Gap.DONT_KNOW) for name in book_facts()} for one in everyone]
    means = {order: mean(count(client, order, dice(7)) for client in full) for order in ("adaptive", "fixed", "random")}

    assert means["adaptive"] < means["fixed"] - 0.5
    assert means["fixed"] < means["random"]


def test_the_verdict_comes_first() -> None:
    """While the verdict is open, the next question is one that it waits for."""
    for _, client in seeded(how_many(40)):
        advice = load().advise(client)
        if advice.verdict.value is None:
            assert advice.questions[0].decides[0] == advice.verdict.finding
            assert advice.questions[0].fact in advice.verdict.questions


def test_the_interview_asks_in_the_order_of_the_advice() -> None:
    interview = Interview(load())
    state = interview.answer(interview.answer(interview.start(), "business_type", "app"), "goals", ["sales"])
    for _ in range(12):
        advice = load().advise(state.answers)
        question = asked(interview, state)

        assert question.fact == advice.questions[0].fact
        assert [one.id for one in question.decides] == list(advice.questions[0].decides)
        state = interview.dont_know(state, question.fact)


# --- what is asked -------------------------------------------------------------------------------------------


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

    assert (question.unit, question.range) == ("money per loaf", "above 0 to 1000")


def test_the_verdict_is_named_first(small: Interview, begun: State) -> None:
    question = asked(small, begun)

    assert question.why == "decides"
    assert question.decides[0].kind == "verdict"
    assert question.reason.startswith("It can decide the verdict (")


# --- answers -------------------------------------------------------------------------------------------------


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


# --- the end -------------------------------------------------------------------------------------------------


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


# --- properties ----------------------------------------------------------------------------------------------


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


# --- resuming ------------------------------------------------------------------------------------------------

NONSENSE: list[tuple[Any, list[tuple[str, str]]]] = [
    (["shop"], [("state", "not-an-interview")]),
    ({"answer": {}}, [("state.answer", "not-an-interview")]),
    ({"answers": [1]}, [("state.answers", "not-an-interview")]),
    ({"answers": {"ofen": "gas"}}, [("state.answers.ofen", "unknown-fact")]),
    ({"answers": {3: "gas"}}, [("state.answers.3", "unknown-fact")]),
    (
        {"answers": {"oven": "gaz", "price": -1}},
        [("state.answers.oven", "unknown-value"), ("state.answers.price", "out-of-range")],
    ),
    ({"rulebase": "2026"}, [("state.rulebase", "not-an-interview")]),
    ({"rulebase": {"version": 1, "hash": "x"}}, [("state.rulebase", "not-an-interview")]),
    ({"facts": "shop"}, [("state.facts", "not-an-interview")]),
    ({"facts": [[]]}, [("state.facts", "not-an-interview")]),
    ({"put_off": 7}, [("state.put_off", "not-an-interview")]),
    ({"put_off": {"oven": True}}, [("state.put_off.oven", "not-an-interview")]),
    ({"put_off": {"oven": -1}}, [("state.put_off.oven", "not-an-interview")]),
    ({"put_off": {"ofen": 1}}, [("state.put_off.ofen", "unknown-fact")]),
    ({"returned": "ofen"}, [("state.returned", "unknown-fact")]),
    ({"returned": ["oven"]}, [("state.returned", "unknown-fact")]),
    ({"details": "yes"}, [("state.details", "not-an-interview")]),
    ({"history": "back"}, [("state.history", "not-an-interview")]),
    ({"history": [{"fact": "oven"}] * 2000}, [("state.history", "not-an-interview")]),
    ({"history": ["oven"]}, [("state.history.0", "unknown-fact")]),
    ({"history": [{"fact": "oven", "before": "gaz"}]}, [("state.history.0.oven", "unknown-value")]),
    ({"history": [{"fact": "oven", "put_off_before": "a"}]}, [("state.history.0", "not-an-interview")]),
]


@pytest.mark.parametrize(("saved", "faults"), NONSENSE, ids=[str(saved)[:60] for saved, _ in NONSENSE])
def test_nonsense_is_refused_with_its_place(small: Interview, saved: Any, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(ClientError) as error:
        small.resume(saved)

    assert codes_of(error) == faults


def test_more_faults_than_anybody_reads(small: Interview) -> None:
    with pytest.raises(ClientError) as error:
        small.resume({"answers": {f"fact_{number}": 1 for number in range(5000)}})

    assert len(error.value.faults) < 110


def test_a_bare_client_can_be_taken_up(small: Interview) -> None:
    """Answers without anything else; nothing is known of the rulebase, so nothing is said about it."""
    resumed = small.resume({"answers": {"oven": "gas", "sunday": None}})

    assert resumed.state.answers == {"oven": "gas"}
    assert asks(small, resumed.state) == "shop"


@pytest.fixture
def newer(tmp_path: Path) -> Interview:
    """The minimal rulebase a version later: `sunday` is `holiday` now, and an oven cannot be electric."""
    facts = yaml.safe_load((MINIMAL / "knowledge" / "facts.yaml").read_text(encoding="utf-8"))
    facts[2]["values"][1] = {"id": "wood", "label": "wood"}
    facts[4] |= {"id": "holiday", "label": "open on holidays", "negative": "closed on holidays"}
    rules = (MINIMAL / "rules" / "rules.yaml").read_text(encoding="utf-8").replace("[sunday,", "[holiday,")
    platforms = (MINIMAL / "knowledge" / "platforms.yaml").read_text(encoding="utf-8").replace("sunday", "holiday")
    settings = (MINIMAL / "knowledge" / "rulebase.yaml").read_text(encoding="utf-8")
    files = {
        "knowledge/facts.yaml": json.dumps(facts),
        "knowledge/platforms.yaml": platforms,
        "knowledge/rulebase.yaml": settings.replace(load(MINIMAL).version, "2099.1.0"),
        "rules/rules.yaml": rules,
    }
    return Interview(load(lay(tmp_path / "newer", files)))


def test_another_rulebase_keeps_what_fits(small: Interview, begun: State, newer: Interview) -> None:
    """Gone questions, answers that do not fit, and new questions are named; the rest is kept and the interview goes on."""
    state = small.answer(small.answer(small.answer(begun, "oven", "electric"), "sunday", value=True), "price", 3)
    resumed = newer.resume(small.skip(state, "loaves").model_dump())

    assert resumed.rules_changed
    assert (resumed.gone, resumed.invalid, resumed.new) == (("sunday",), ("oven",), ("holiday",))
    assert resumed.state.answers == {"shop": "bakery", "goals": ["sales"], "price": 3}
    assert resumed.state.put_off == {"loaves": 1}
    assert {step.fact for step in resumed.state.history} == {"shop", "goals", "oven", "price", "loaves"}
    assert resumed.state.rulebase == newer.start().rulebase
    assert resumed.messages == (
        f"The rules have changed since this interview was saved (it was {load(MINIMAL).version}, and is 2099.1.0 now).",
        "No longer asked: sunday.",
        "These answers do not fit any more and are asked again where they matter: oven.",
        "New questions, asked where they matter: open on holidays.",
        "Every other answer is kept.",
    )
    asked_now: set[str] = set()
    state = resumed.state
    while question := newer.turn(state).question:
        asked_now.add(question.fact)
        state = newer.dont_know(state, question.fact)
    assert {"oven", "holiday"} <= asked_now


def test_other_rules_with_the_same_questions_keep_everything(small: Interview, begun: State) -> None:
    other = begun.but(rulebase=begun.rulebase.__class__(version=begun.rulebase.version, hash="0" * 16))
    resumed = small.resume(other.model_dump())

    assert resumed.state == begun
    assert resumed.messages == (
        "The rules have changed since this interview was saved.",
        "Every answer is kept.",
    )


def test_rounds_are_two() -> None:
    """The texts say once more."""
    assert ROUNDS == 2
