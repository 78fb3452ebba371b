"""What a change of answers changes: nothing is said that is not so, and nothing that is so is left out."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from clients import Answers, a_client, a_value, book, client_file, dice, how_many, personas, tried
from demandfirst import load
from demandfirst.engine.ir.advice import Advice, ChoiceFinding
from demandfirst.engine.report.difference import difference_lines
from demandfirst.engine.say import UNDECIDED
from demandfirst.engine.whatif import ABSENT, Difference, difference
from hypothesis import given
from hypothesis import strategies as st
from support import HERE, Run, run

SHOP = str(HERE / "personas" / "unsaturated-phone-e-shop.yaml")
SATURATED = str(HERE / "personas" / "saturated-d2c-cosmetics.yaml")
dices = st.randoms(use_true_random=False)


def advise(client: Answers) -> Advice:
    return load().advise(client)


def states(advice: Advice) -> dict[str, Any]:
    """Everything that can change, worked out here."""
    found: dict[str, Any] = {item.id: item.status for item in advice.items}
    for warning in advice.warnings:
        found[warning.id] = f"raised ({warning.severity})" if warning.status == "raised" else warning.status
    for finding in advice.findings:
        found[finding.id] = (finding.value or UNDECIDED) if isinstance(finding, ChoiceFinding) else finding.status
    return found


def sums(advice: Advice) -> dict[str, Any]:
    return {name: (one.value, one.bounds, one.sum) for name, one in advice.quantities.items()}


def steps(advice: Advice, *statuses: str) -> dict[str, tuple[str, ...]]:
    items = {one.id: one.steps for one in advice.items if one.status in statuses}
    return items | {one.id: one.steps for one in advice.warnings if one.status in statuses}


def unlike(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one.keys() & other.keys() if one[name] != other[name]}


def changed(rng: random.Random, client: Answers) -> Answers:
    """A client with a few answers changed, taken back or turned into *don't know*."""
    after = dict(client)
    for name in rng.sample(sorted(book().facts), rng.choice([1, 1, 2, 3, 8])):
        required = book().facts[name].get("required", False)
        other = rng.choice([a_value(rng, book().facts[name])] * 3 + [None, "unknown"] * (not required))
        if other is None:
            after.pop(name, None)
        else:
            after[name] = other
    return after


# --- the difference ------------------------------------------------------------------------------------------


def test_equal_clients_do_not_differ() -> None:
    nothing = Difference(answers=(), verdict=None, focus=None, changes=(), steps=())
    for number in range(how_many(25)):
        client = a_client(dice(number))
        assert difference(advise(client), advise(dict(reversed(client.items())))) == nothing


@tried(80)
@given(dices)
def test_a_difference_is_true_and_complete(rng: random.Random) -> None:
    """Each change says how the thing stands in both, and whatever stands differently is listed, once."""
    client = a_client(rng)
    other = changed(rng, client)
    before, after = advise(client), advise(other)
    found = difference(before, after)
    then, now = {**states(before), **sums(before)}, {**states(after), **sums(after)}
    listed = [change.id for change in found.changes]

    assert set(listed) == unlike(then, now), client_file(other)
    assert len(listed) == len(set(listed))
    for change in found.changes:
        if change.kind == "quantity":
            assert (change.before, change.after) == (then[change.id][2], now[change.id][2])
        else:
            assert (change.before, change.after) == (then[change.id], now[change.id])
    assert {one.fact for one in found.answers} == {
        name for name in {**before.answers, **after.answers} if before.answers.get(name) != after.answers.get(name)
    }
    for one in found.answers:
        assert (one.before, one.after) == (before.answers.get(one.fact, ABSENT), after.answers.get(one.fact, ABSENT))
    assert (found.focus is not None) == (before.focus != after.focus)
    assert {one.id for one in found.steps} == unlike(
        steps(before, "recommended"), steps(after, "recommended")
    ) | unlike(steps(before, "raised"), steps(after, "raised"))


@tried(40)
@given(dices)
def test_the_rules_of_a_change_came_and_went(rng: random.Random) -> None:
    """A rule that is new counts after the change and did not before; one that is gone the other way round."""
    client = a_client(rng)
    before, after = advise(client), advise(changed(rng, client))
    rules = [{one.id: set(one.rules) for one in (*a.items, *a.warnings, *a.findings)} for a in (before, after)]
    for change in difference(before, after).changes:
        old, new = (one.get(change.id, set()) for one in rules)
        assert (set(change.rules_gone), set(change.rules_new)) == (old - new, new - old)


@tried(40)
@given(dices)
def test_there_and_back(rng: random.Random) -> None:
    """The difference the other way round has everything turned round."""
    client = a_client(rng)
    one, other = advise(client), advise(changed(rng, client))
    there, back = difference(one, other), difference(other, one)

    assert {(c.id, c.before, c.after) for c in there.changes} == {(c.id, c.after, c.before) for c in back.changes}
    assert {(c.id, c.gone, c.new) for c in there.steps} == {(c.id, c.new, c.gone) for c in back.steps}


def test_an_undecided_verdict_is_not_an_open_gate() -> None:
    """The gate may be open or not decided yet; from the one to the other is a change."""
    client = personas()["saturated-d2c-cosmetics"]["client"]
    undecided = {name: answer for name, answer in client.items() if name != "reputation"}
    found = difference(advise(undecided), advise(client))

    assert found.verdict is not None
    assert (found.verdict.before, found.verdict.after) == (UNDECIDED, "open")


# --- the words -----------------------------------------------------------------------------------------------


@tried(30)
@given(dices)
def test_words_have_everything_that_changed(rng: random.Random) -> None:
    """Text and Markdown for any difference: the label of each answer, the title or label of each change."""
    client = a_client(rng)
    found = difference(advise(client), advise(changed(rng, client)))
    rulebase = load().rulebase
    for markdown in (False, True):
        text = "\n".join(difference_lines(rulebase, found, markdown=markdown)).replace("\\", "")
        for one in found.answers:
            assert rulebase.facts[one.fact].label in text
        for change in found.changes:
            assert (rulebase.findings[change.id].label if change.kind == "finding" else change.title) in text
            assert all(rule in text for rule in (*change.rules_new, *change.rules_gone))
        assert "not_recommended" not in text
        assert "not_raised" not in text


def test_steps_in_which_only_a_figure_changes_are_not_told() -> None:
    """They follow from the answers and sums above; the JSON has them."""
    client = personas()["saturated-d2c-cosmetics"]["client"]
    found = difference(advise(client), advise(client | {"content_hours_per_week": 29}))

    assert [one.id for one in found.steps] == ["content_programme"]
    assert list(difference_lines(load().rulebase, found)) == [
        "Answers",
        "  time for content: 30 hours a week -> 29 hours a week",
    ]


def test_nothing_changes_in_words() -> None:
    client = personas()["saturated-d2c-cosmetics"]["client"]
    same = difference(advise(client), advise(client))
    idle = difference(advise(client), advise(client | {"horizon_months": 7}))

    assert list(difference_lines(load().rulebase, same)) == ["The answers are the same, and so is the advice."]
    assert list(difference_lines(load().rulebase, idle))[-1] == "Nothing changes in the advice."


# --- the command ---------------------------------------------------------------------------------------------


def setting(*settings: str, client: str = SHOP, style: str = "json") -> Run:
    return run("what-if", client, *(word for one in settings for word in ("--set", one)), "--format", style)


@pytest.mark.parametrize(
    ("written", "fact", "answer"),
    [
        ("seo=not_used", "seo", "not_used"),
        (" seo = not_used ", "seo", "not_used"),
        ("seo=unknown", "seo", "unknown"),
        ("monthly_searches=0", "monthly_searches", 0),
        ("gross_margin=12.5", "gross_margin", 12.5),
        ("gross_margin=-5", "gross_margin", -5),
        ("audience_on_social=false", "audience_on_social", False),
        ("goals=[sales, leads]", "goals", ["sales", "leads"]),
        ("skill_gaps=[]", "skill_gaps", []),
        ("search_lost_to_budget=<10", "search_lost_to_budget", "<10"),
        ("search_lost_to_budget=>90", "search_lost_to_budget", ">90"),
        ("search_lost_to_budget=>=90", "search_lost_to_budget", ">=90"),
        ("search_lost_to_budget=< 10", "search_lost_to_budget", "<10"),
        ("monthly_searches=5000..10000", "monthly_searches", "5000..10000"),
        ("gross_margin=>-5", "gross_margin", ">-5"),
        ("seo=", "seo", None),
        ("seo=null", "seo", None),
    ],
)
def test_a_setting_is_read_as_in_a_client_file(written: str, fact: str, answer: Any) -> None:
    client = personas()["unsaturated-phone-e-shop"]["client"]
    other = {name: given for name, given in (client | {fact: answer}).items() if given is not None}
    found = setting(written)

    assert (found.code, found.err) == (0, "")
    assert json.loads(found.out) == json.loads(difference(advise(client), advise(other)).model_dump_json())


def test_several_settings_work_together() -> None:
    found = json.loads(setting("search_impression_share=95", "search_lost_to_budget=0").out)

    assert [one["fact"] for one in found["answers"]] == ["search_impression_share", "search_lost_to_budget"]
    assert (found["verdict"]["before"], found["verdict"]["after"]) == ("blocked", "open")


def test_bad_settings_are_all_reported_at_once() -> None:
    """Each with the setting it stands in, and what to do; nothing goes to standard output."""
    found = setting(
        *("seo", "=used", "se=used", "paid_search=usde", "gross_margin=130", "business_type=", "monthly_searches=many"),
        *("goals=[sales", "audience_on_social=perhaps", "social_budget=1", "social_budget=2", "repeat_rate=9..5"),
        "search_lost_to_budget=< 10 %",
    )
    faults = [line for line in found.err.splitlines() if line.startswith("--set")]

    assert (found.code, found.out) == (2, "")
    assert found.err.endswith(f"{len(faults)} faults\n")
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["--set", "missing-fact"],
        ["--set =used", "not-a-setting"],
        ["--set audience_on_social", "wrong-type"],
        ["--set goals=[sales", "not-yaml"],
        ["--set gross_margin", "out-of-range"],
        ["--set monthly_searches", "wrong-type"],
        ["--set paid_search", "unknown-value"],
        ["--set repeat_rate", "empty-bounds"],
        ["--set se", "unknown-fact"],
        ["--set search_lost_to_budget", "wrong-type"],
        ["--set seo", "not-a-setting"],
        ["--set social_budget", "set-twice"],
    ]
    assert "help: did you mean `seo`?" in found.err
    assert "help: the smaller number comes first" in found.err
    assert "help: write `search_lost_to_budget: <10`" in found.err


def test_against_another_client() -> None:
    """What `--against` prints is the difference of the advice for both files."""
    found = run("what-if", SHOP, "--against", SATURATED, "--format", "json")
    expected = difference(load().advise_file(SHOP), load().advise_file(SATURATED))

    assert (found.code, json.loads(found.out)) == (0, json.loads(expected.model_dump_json()))
    assert run("what-if", SHOP, "--against", SHOP).out == "The answers are the same, and so is the advice.\n"


def test_against_a_bad_client(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("business_type: ecomerce\n", encoding="utf-8")
    found = run("what-if", SHOP, "--against", str(file))

    assert (found.code, found.out) == (2, "")
    assert "unknown-value" in found.err
    assert "missing-fact" in found.err


@pytest.mark.parametrize("args", [[], ["--set", "seo=used", "--against", SATURATED]])
def test_either_settings_or_another_client(args: list[str]) -> None:
    found = run("what-if", SHOP, *args)

    assert found.code == 2
    assert "say either --set FACT=VALUE or --against CLIENT" in found.err
