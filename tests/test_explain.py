"""Every explanation is a proof: worked out anew from the answers, it says the same; and people can read it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from clients import Answers, a_client, book, client_file, dice, how_many, personas
from demandfirst import Advisor, load
from demandfirst.engine.explain import ExplainError, Explanation, Mark, Node, explain, noteworthy
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.report.proof import LEGEND, Depth, explanation_lines, explanations_lines
from demandfirst.engine.say import UNDECIDED
from oracle import Evaluation, read
from replaying import MARKS, Replay
from small_rules import Author, a_small_client
from support import HERE, run

SHOP = str(HERE / "personas" / "unsaturated-phone-e-shop.yaml")
ABOVE = " (as above)"
CLINIC = str(HERE / "personas" / "partly-answered-sleep-clinic.yaml")


def advised(client: Answers) -> tuple[Advisor, Advice]:
    return load(), load().advise(client)


def everything(advisor: Advisor) -> list[str]:
    """Every id that can be explained."""
    rulebase = advisor.rulebase
    return [*rulebase.items, *rulebase.warnings, *rulebase.findings, *rulebase.quantities]


def generated(count: int, seed: int = 0) -> list[Answers]:
    return [a_client(dice(number)) for number in range(seed, seed + how_many(count))]


def told(advice: Advice, name: str) -> Explanation:
    return explain(load().rulebase, advice, name)


def nodes(found: Explanation) -> Iterator[Node]:
    """Every node of an explanation."""
    waiting = [*found.why, *found.held_back_by, *found.why_not]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


# --- proofs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", personas())
def test_every_explanation_of_a_persona_can_be_replayed(name: str) -> None:
    """Items, warnings, findings and sums, each whatever its status; no client has one that cannot be explained."""
    client = personas()[name]["client"]
    advisor, advice = advised(client)
    replay = Replay(advisor, client)
    for one in everything(advisor):
        replay.check(explain(advisor.rulebase, advice, one))


@pytest.mark.parametrize("number", range(how_many(16)))
def test_every_explanation_of_a_generated_client_can_be_replayed(number: int) -> None:
    client = a_client(dice(number))
    advisor, advice = advised(client)
    replay = Replay(advisor, client)
    for one in everything(advisor):
        try:
            replay.check(explain(advisor.rulebase, advice, one))
        except AssertionError as error:
            raise AssertionError(f"{one}\n{client_file(client)}") from error


@pytest.mark.parametrize("seed", range(how_many(8)))
def test_explanations_of_any_rules_can_be_replayed(seed: int, tmp_path: Path) -> None:
    """Random rules with every form of condition, whether or not the built-in rules use it."""
    rng = dice(seed)
    Author(rng).write(tmp_path)
    advisor, rulebook = load(tmp_path), read(tmp_path)
    for _ in range(12):
        client = a_small_client(rng)
        advice, replay = advisor.advise(client), Replay(advisor, client, rulebook)
        for name in everything(advisor):
            found = explain(advisor.rulebase, advice, name)
            replay.check(found)
            assert list(explanation_lines(found, "tree"))


def forged(node: Node, rng: random.Random) -> Node:
    """A proof in which one statement is marked wrongly, or one that counts is left out."""
    if node.children and rng.random() < 0.7:
        place = rng.randrange(len(node.children))
        before, after = node.children[:place], node.children[place + 1 :]
        if node.kind in ("rule", "all") and rng.random() < 0.3:
            return replace(node, children=(*before, *after))
        return replace(node, children=(*before, forged(node.children[place], rng), *after))
    others: list[Mark] = [mark for mark in MARKS.values() if mark != node.mark]
    return replace(node, mark=rng.choice(others))


def test_a_forged_proof_does_not_pass() -> None:
    """What tells true proofs from false ones is worth trusting."""
    client = personas()["saturated-d2c-cosmetics"]["client"]
    advisor, advice = advised(client)
    rng = dice(0)
    for name in (*noteworthy(advice), *advisor.rulebase.findings):
        found = told(advice, name)
        wrong = [
            *(replace(found, why=(forged(node, rng), *found.why[1:])) for node in found.why[:1]),
            *(replace(found, why_not=(*found.why_not[:-1], forged(node, rng))) for node in found.why_not[-1:]),
        ]
        for one in wrong:
            with pytest.raises((AssertionError, ValueError)):
                Replay(advisor, client).check(one)


def test_the_status_follows_from_the_proofs() -> None:
    """A recommended item has a reason and no veto that holds, a withheld one has both, a raised warning has a reason."""
    seen: set[str] = set()
    for client in [*generated(10, 100), *(persona["client"] for persona in personas().values())]:
        _, advice = advised(client)
        evaluation = Evaluation(book(), client)
        for item in advice.items:
            found = told(advice, item.id)
            held = [node for node in found.held_back_by if node.mark == "holds"]
            seen.add(found.status)
            assert found.status == evaluation.item_status(item.id)
            assert bool(found.why) >= (found.status in ("recommended", "withheld"))
            assert bool(held) >= (found.status == "withheld")
            assert not (held and found.status in ("recommended", "open"))
            assert bool(found.waiting_for) == (found.status == "open")
        for warning in advice.warnings:
            found = told(advice, warning.id)
            seen.add(found.status)
            assert bool(found.why) == (found.status == "raised")
            assert found.status != "open" or found.waiting_for

    assert seen == {"recommended", "withheld", "open", "not_recommended", "raised", "not_raised"}


def test_an_open_finding_or_sum_names_what_it_waits_for() -> None:
    for client in generated(12, 200):
        advisor, advice = advised(client)
        for name in (*advisor.rulebase.findings, *advisor.rulebase.quantities):
            found = told(advice, name)
            is_open = found.status == (UNDECIDED if name in advisor.rulebase.tables else "open")
            assert bool(found.waiting_for) == is_open, name
            assert not set(found.waiting_for) & set(client)


def test_the_nearest_rule_comes_first() -> None:
    """By how many lines fail, then by how many wait for an answer; that an earlier row holds counts as a line."""
    for client in generated(10, 300):
        advisor, advice = advised(client)
        for name in everything(advisor):
            marks = [[child.mark for child in node.children] for node in told(advice, name).why_not]
            distances = [(one.count("fails"), one.count("waits")) for one in marks]
            assert name in advisor.rulebase.quantities or distances == sorted(distances)


# --- words ---------------------------------------------------------------------------------------------------


def test_a_statement_has_the_label_and_the_answer() -> None:
    """The issue's own example: demand is formed, because monthly searches (60,000) are at least the minimum (1,000)."""
    _, advice = advised(personas()["unsaturated-phone-e-shop"]["client"])
    texts = [node.text for node in nodes(told(advice, "capture"))]

    assert 'demand is "formed"' in texts
    assert (
        "monthly searches (60,000 searches a month): at least 1,000 searches a month "
        "(searches a month from which demand counts as formed)"
    ) in texts
    assert "search impression share lost to budget (41%): above 5% " in " ".join(texts)


def test_every_condition_is_said_with_labels_of_the_vocabulary() -> None:
    """A label of something that can be read stands in each sentence, and no id with an underscore does."""
    rulebase = load().rulebase
    facts, findings = rulebase.facts.values(), rulebase.findings.values()
    labels = {one.label for one in facts} | {one.label for one in findings}
    labels |= {one.label for one in rulebase.quantities.values()} | {one.label for one in rulebase.parameters.values()}
    labels |= ({one.negative for one in facts} | {one.negative for one in findings}) - {""}
    ids = {name for name in (*rulebase.facts, *rulebase.findings, *rulebase.parameters) if "_" in name}
    for client in generated(6, 400):
        _, advice = advised(client)
        for name in noteworthy(advice):
            for node in nodes(told(advice, name)):
                if node.kind in ("condition", "number", "quantity"):
                    assert any(label in node.text for label in labels), node.text
                    assert not ids & set(node.text.split()), node.text


@pytest.mark.parametrize(
    ("client", "name", "text", "given"),
    [
        ({}, "enough_searches", "monthly searches (not answered): at least 1,000 searches a month", "not answered"),
        ({"monthly_searches": "unknown"}, "enough_searches", "monthly searches (don't know): at least", "don't know"),
        (
            {"monthly_searches": "<900"},
            "enough_searches",
            "monthly searches (at most 899 searches a month)",
            "at most 899",
        ),
        (
            {"monthly_searches": "500..2000"},
            "enough_searches",
            "monthly searches (500 to 2,000 searches a month)",
            "500 to",
        ),
        (
            {"search_lost_to_budget": ">5"},
            "search",
            "search impression share lost to budget (above 5%): above 5%",
            "above 5%",
        ),
        ({"paid_search": "used"}, "search", 'paid search is "not used"', '"used"'),
        ({"audience_on_social": False}, "gate_hold", "buyers use social networks is not known", "no"),
        ({"markets": ["ru", "ua"]}, "ad_permission", 'countries to be seen in: "Russia" is among them', '"Ukraine"'),
    ],
)
def test_what_was_given_stands_beside_what_is_needed(client: Answers, name: str, text: str, given: str) -> None:
    answers = {"business_type": "ecommerce", "goals": ["sales"], "regulated_vertical": "alcohol"} | client
    _, advice = advised(answers)
    found = [node for node in nodes(told(advice, name)) if node.text.startswith(text)]

    assert found
    assert all(given in node.given for node in found)


def test_a_sum_is_shown_with_its_numbers() -> None:
    """And where a number comes instead of another that is not known, the proof says so."""
    _, advice = advised(personas()["unsaturated-phone-e-shop"]["client"])
    found = told(advice, "expected_social_cpo")

    assert found.sum == "14 × 1.50 = 21"
    assert [(node.text, node.mark) for node in found.why] == [
        ("cost of an order from paid social: don't know", "fails"),
        ("cost of an order from paid search: 14 per order", "holds"),
        ("times an order from paid social costs more than one from paid search: 1.50", "holds"),
    ]


# --- layout --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("markdown", [False, True])
def test_depths(markdown: bool) -> None:
    """A line; the rules with their conditions; everything. Each has what the one before has."""
    _, advice = advised(personas()["unsaturated-phone-e-shop"]["client"])
    for name in noteworthy(advice):
        found = told(advice, name)
        line, level, tree = (
            list(explanation_lines(found, depth, markdown=markdown)) for depth in ("line", "level", "tree")
        )
        assert len(line) == 1 <= len(level) <= len(tree)
        assert line[0] == level[0] == tree[0]
        assert {text.replace(" (as above)", "") for text in level} <= {text.replace(" (as above)", "") for text in tree}


@pytest.mark.parametrize("depth", ["line", "level", "tree"])
def test_no_depth_fails_for_anything(depth: Depth) -> None:
    """Text and Markdown for everything that can be explained, also for a client who answered next to nothing."""
    for client in [*generated(3, 500), {"business_type": "media", "goals": ["traffic"]}]:
        advisor, advice = advised(client)
        found = [explain(advisor.rulebase, advice, name) for name in everything(advisor)]
        for markdown in (False, True):
            lines = list(explanations_lines(found, depth, markdown=markdown))
            assert len(lines) >= len(found)
            assert not any("\n" in line for line in lines)


def test_a_proof_is_shown_once() -> None:
    """Where it comes again, the text refers to it; what it refers to stands above, in full."""
    for client in generated(6, 600):
        _, advice = advised(client)
        for name in noteworthy(advice):
            found = told(advice, name)
            rules = {f"{node.text} [{node.id}]" for node in nodes(found) if node.kind in ("rule", "case")}
            lines = [line.strip()[2:] for line in explanation_lines(found, "tree")]
            again = {line.removesuffix(ABOVE) for line in lines if line.endswith(ABOVE)}
            assert again & rules <= set(lines)


def test_signs_are_explained_where_they_are_used() -> None:
    found = run("explain", SHOP, "paid_social_scaling").out.splitlines()

    assert [line for line in found if LEGEND in line] == [f"Why ({LEGEND}):"]
    assert {line.strip()[0] for line in found if line.startswith("  ")} <= set("+-?")


def test_without_an_id_one_line_for_everything_of_note() -> None:
    """The verdict first; each line ends with the id that brings up the whole proof."""
    found = run("explain", CLINIC).out.splitlines()
    names = noteworthy(load().advise_file(CLINIC))

    assert [line.rsplit("[", 1)[1].rstrip("]") for line in found] == names
    assert run("explain", CLINIC, names[-1], "--depth", "line").out.splitlines() == found[-1:]


def test_levels_of_several_are_told_apart() -> None:
    found = run("explain", CLINIC, "--depth", "level").out

    assert found.count("\n\n") >= len(noteworthy(load().advise_file(CLINIC))) - 1


def test_json_is_the_explanation() -> None:
    """One object with an id, a list without; both as the library gives them."""
    advice = load().advise_file(CLINIC)
    one = json.loads(run("explain", CLINIC, "gate", "--format", "json").out)
    every = json.loads(run("explain", CLINIC, "--format", "json").out)

    assert one == json.loads(told(advice, "gate").model_dump_json())
    assert [entry["id"] for entry in every] == noteworthy(advice)
    assert every[0] == one


def test_markdown_shows_labels_as_they_are() -> None:
    """What Markdown would read as markup is escaped, and marks are words, since a sign would begin a list."""
    found = run("explain", SHOP, "paid_social_scaling", "--format", "markdown").out

    assert "- holds: " in found
    assert "\\[gate-blocked-by-capture\\]" in found
    assert "- + " not in found


# --- what is not there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "helped"),
    [
        ("paid_social_scalling", "did you mean `paid_social_scaling`?"),
        ("demnd", "did you mean `demand`?"),
        ("xyzzy", "`demandfirst items` lists the items and warnings"),
        ("monthly_searches", "it is a question: see `demandfirst facts monthly_searches`"),
        ("gate-open", "it is a rule: see `demandfirst rules gate-open`"),
    ],
)
def test_an_unknown_id_is_answered_with_the_nearest(name: str, helped: str) -> None:
    with pytest.raises(ExplainError) as error:
        told(load().advise_file(CLINIC), name)
    (fault,) = error.value.faults

    assert (fault.code, fault.help) == ("unknown-id", helped)


def test_an_unknown_id_on_the_command_line() -> None:
    found = run("explain", CLINIC, "gaet")

    assert (found.code, found.out) == (2, "")
    assert found.err == (
        "explain: unknown-id: `gaet` is not an item, warning, finding or quantity\n"
        "  help: did you mean `gate`?\n1 fault\n"
    )
