"""What `diff` finds between two rulebases: seeded changes, random ones against the plain interpreter."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from clients import dice, how_many
from demandfirst import load
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.two import NoClient, Two
from demandfirst.engine.deep.changes import edits, reworded, rule_lines
from demandfirst.engine.deep.compared import RulebaseDiff
from demandfirst.engine.deep.diff import Comparison
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.load.revision import NamedRulebase
from demandfirst.engine.report import listings
from oracle import Evaluation, Rulebook, read
from small_rules import (
    COMPARISONS,
    VOCABULARY,
    Author,
    a_small_client,
    case,
    choice_finding,
    rule,
    write,
    yes_no_finding,
)
from support import HERE

CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "diff_cases.yaml").read_text(encoding="utf-8"))
PAIRS = 24
CLIENTS = 60


def laid(
    root: Path, findings: list[dict[str, str]], rules: list[dict[str, Any]], replaced: Mapping[str, list[str]]
) -> Rulebase:
    """A small rulebase as a case describes it."""
    made = [yes_no_finding(one["yes_no"]) if "yes_no" in one else choice_finding(one["choice"]) for one in findings]
    write(root, made, [written(one) for one in rules])
    for name, (old, new) in replaced.items():
        file = root / "knowledge" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(root).rulebase


def written(one: dict[str, Any]) -> dict[str, Any]:
    """A rule or a table in full."""
    if "decide" in one:
        return {**one, "cases": [case(each["id"], each["value"], each["when"]) for each in one["cases"]]}
    return rule(one["id"], one["when"], *one["then"])


def pair(tmp_path: Path, given: dict[str, Any]) -> tuple[Rulebase, Rulebase]:
    """The two rulebases of a case."""
    findings = given.get("findings", [])
    old = laid(tmp_path / "old", findings, given["old"], {})
    return old, laid(tmp_path / "new", findings, given["new"], given.get("replace", {}))


def compared(old: Rulebase, new: Rulebase) -> RulebaseDiff:
    """What the command finds without clients."""
    return Comparison(NamedRulebase("old", old), NamedRulebase("new", new)).everyone()


@pytest.mark.parametrize("given", CASES, ids=[one["name"] for one in CASES])
def test_a_seeded_change(given: dict[str, Any], tmp_path: Path) -> None:
    """What can differ is found with the smallest client; all else is proved not to."""
    found = compared(*pair(tmp_path, given))
    moved = {one.id: one.moved for one in found.outcomes or () if one.moved}

    assert {name: [one.before, one.after] for name, one in moved.items()} == given["differ"]
    assert {one.differs for one in found.outcomes or () if one.id not in moved} == {"no"}
    assert [f"{one.kind} {one.id} {one.change}" for one in found.edits] == given["edits"]
    assert [f"{one.kind} {name}" for one in found.reworded for name in one.ids] == given.get("reworded", [])
    assert found.apart == tuple(given.get("apart", ()))
    assert found.order == given.get("order", any(name in ("walk", "swim", "fly") for name in given["differ"]))
    if "client" in given:
        assert next(one.client for one in found.outcomes or () if one.moved) == given["client"]


@pytest.mark.parametrize("given", CASES, ids=[one["name"] for one in CASES])
def test_the_client_shown_is_a_client_file(given: dict[str, Any], tmp_path: Path) -> None:
    """Given to `advise` under each rulebase, it stands as the comparison says; so the interpreter says, too."""
    old, new = pair(tmp_path, given)
    for one in compared(old, new).outcomes or ():
        if one.moved is None or one.client is None:
            continue
        for root, state, lacks in (("old", one.moved.before, one.old_lacks), ("new", one.moved.after, one.new_lacks)):
            client = {name: answer for name, answer in one.client.items() if name not in lacks}

            assert standing(tmp_path / root, client, one.id) == state


def standing(root: Path, client: dict[str, Any], name: str) -> str:
    """Where something stands in the advice as JSON."""
    said = load(root).advise(client).model_dump()
    for item in said["items"]:
        if item["id"] == name:
            return str(item["status"])
    for warning in said["warnings"]:
        if warning["id"] == name:
            return f"raised {warning['severity']}" if warning["status"] == "raised" else str(warning["status"])
    for finding in said["findings"]:
        if finding["id"] == name:
            return str(finding["status"] if "status" in finding else finding["value"] or "not decided")
    return "not_recommended"


def test_no_client_fits_both(tmp_path: Path) -> None:
    """A question that has to be answered and takes no answer that fits both leaves nobody to compare."""
    change = {"facts.yaml": ["[{id: shop, label: shop}, {id: studio, label: studio}]", "[{id: stall, label: stall}]"]}
    rules = [{"id": "go", "when": ["fresh"], "then": [{"recommend": "walk"}]}]
    old = laid(tmp_path / "old", [], rules, {})
    new = laid(tmp_path / "new", [], rules, {**change, "parameters.yaml": ["studio: 0.5", "stall: 0.5"]})
    found = compared(old, new)

    assert (found.nobody, found.outcomes, found.advises_otherwise) == (True, None, True)
    with pytest.raises(NoClient):
        Two(old, new)


def test_a_solver_that_gives_up_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported as not known, with the reason, and is no agreement."""

    def give_up(*_: object, **__: object) -> None:
        raise GaveUp("timeout after 10 seconds")

    monkeypatch.setattr(Everyone, "smallest_clients", give_up)
    found = compared(*pair(tmp_path, next(one for one in CASES if one["name"] == "a changed threshold")))

    assert {(one.id, one.note) for one in found.outcomes or () if one.differs == "unknown"} == {
        ("walk", "timeout after 10 seconds")
    }
    assert found.advises_otherwise


def test_each_kind_is_reworded_by_itself() -> None:
    """An edited rule does not hide that a guarantee of the same name says it in other words; the report has words, too."""
    old = load().rulebase
    name = "crisis-stops-promotion"
    rules = tuple(replace(one, when=()) if one.id == name else one for one in old.rules)
    guarantees = {**old.guarantees, name: replace(old.guarantees[name], sentence="Otherwise put.")}
    report = replace(old.report, objections=old.report.objections[1:])
    new = replace(old, rules=rules, guarantees=guarantees, report=report)
    found = edits(old, new)

    assert [(one.kind, one.id) for one in found] == [("rule", name)]
    assert [(one.kind, one.ids) for one in reworded(old, new, found)] == [
        ("guarantees", (name,)),
        ("report", ("objections",)),
    ]


def test_another_part_is_no_renamed_one() -> None:
    """A new question, item or warning that only looks like the one that is gone is new; with its words it is the old one."""
    old = load().rulebase
    for held, kind, name in (("facts", "question", "one_off_purchase"), ("warnings", "warning", "crisis_in_progress")):
        parts = dict(getattr(old, held))
        part = parts.pop(name)
        said = {"question": "Another?"} if held == "facts" else {"title": "Another"}
        for words, change in (({}, ["renamed"]), (said, ["removed", "added"])):
            changed: dict[str, Any] = {held: {**parts, "another": replace(part, id="another", **words)}}
            new = replace(old, **changed)
            assert [(one.kind, one.change) for one in edits(old, new)] == [(kind, each) for each in change]


def test_edits_are_told_as_rules_are() -> None:
    """The effects of an edited rule are in the words of `rules`."""
    rulebase = load().rulebase
    for one in rulebase.domain_rules:
        said = rule_lines(one)[len(one.when) :]
        assert [line for line in listings.rule_lines(rulebase, one) if line.strip().startswith("then ")] == [
            f"  then     {line}" for line in said
        ]


# --- random rulebases ---------------------------------------------------------------------------------------------


def edited(rng: random.Random, root: Path, other: Path) -> None:
    """The rulebase with one to three random changes: a comparison, a line, a case, an effect or a threshold."""
    shape = json.loads((root / "rules" / "all.yaml").read_text(encoding="utf-8"))
    findings = json.loads((root / "knowledge" / "findings.yaml").read_text(encoding="utf-8"))
    for _ in range(rng.randint(1, 3)):
        one = rng.choice(shape[1:])
        if "decide" in one and rng.random() < 0.5 and len(one["cases"]) > 2:
            first, second = rng.sample(range(len(one["cases"]) - 1), 2)
            one["cases"][first], one["cases"][second] = one["cases"][second], one["cases"][first]
            continue
        holder = rng.choice(one["cases"][:-1]) if "decide" in one else one
        holder["when"] = list(changed_lines(rng, holder["when"])) or ["fresh"]
    write(other, findings[1:], shape[1:])
    if rng.random() < 0.3:
        file = other / "knowledge" / "parameters.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("value: 10\n", f"value: {rng.choice([9.9999, 9.99995, 11])}\n"), encoding="utf-8")


def changed_lines(rng: random.Random, lines: list[str]) -> Iterator[str]:
    """The lines with one dropped, turned round, said twice, or compared otherwise."""
    place = rng.randrange(len(lines)) if lines else -1
    for number, line in enumerate(lines):
        if number != place:
            yield line
            continue
        form = rng.choice(["", "not ({})", "({0}) and ({0})", "compare", "compare"])
        if form == "compare":
            sign = next((sign for sign in COMPARISONS if f" {sign} " in line), None)
            yield (
                line.replace(f" {sign} ", f" {rng.choice(['<', '<=', '>', '>='])} ", 1)
                if sign in ("<", "<=", ">", ">=")
                else line
            )
        elif form:
            yield form.format(line)


def says(book: Rulebook, client: Mapping[str, Any]) -> dict[str, Any]:
    """What the plain interpreter says: statuses, findings, and the severities of warnings raised."""
    outcome = Evaluation(book, client).outcome()
    warnings = {
        name: (status, severity if status == "raised" else "") for name, (status, severity) in outcome.warnings.items()
    }
    return {**outcome.items, **warnings, **outcome.findings}


@pytest.mark.parametrize("seed", range(how_many(PAIRS)))
def test_random_changes_against_the_interpreter(seed: int, tmp_path: Path) -> None:
    """Where it says that something cannot differ it differs for no client tried; the client it shows always differs."""
    rng = dice(seed)
    Author(rng).write(tmp_path / "old")
    edited(rng, tmp_path / "old", tmp_path / "new")
    old, new = (load(tmp_path / name).rulebase for name in ("old", "new"))
    two = Two(old, new, seconds=2)
    clients = [a_small_client(rng) for _ in range(CLIENTS)]
    before, after = (read(tmp_path / name) for name in ("old", "new"))
    tried = [(client, says(before, client), says(after, client)) for client in clients]
    for name in two.names:
        try:
            found = two.differ(name)
        except GaveUp:
            continue
        if found is None:
            assert [client for client, then, now in tried if then[name] != now[name]] == [], name
        elif not any(isinstance(answer, Interval) for answer in found.values()):
            client = as_file(old, found)

            assert says(before, client)[name] != says(after, client)[name], (name, client)


def as_file(rulebase: Rulebase, answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {name: plain(rulebase.facts[name], answer) for name, answer in answers.items()}


def test_the_solver_seldom_gives_up(tmp_path: Path) -> None:
    """The comparison with the interpreter would hold emptily if it always did."""
    asked = gave_up = 0
    for seed in range(4):
        rng = dice(seed)
        Author(rng).write(tmp_path / f"{seed}" / "old")
        edited(rng, tmp_path / f"{seed}" / "old", tmp_path / f"{seed}" / "new")
        two = Two(*(load(tmp_path / f"{seed}" / name).rulebase for name in ("old", "new")), seconds=2)
        asked += sum(not two.alike(name) for name in two.names)
        gave_up += sum(found is None for _, found in two.unlike())

    assert asked > 10
    assert gave_up <= asked // 10


def test_the_vocabulary_has_every_type() -> None:
    """The small rulebases that are compared ask questions of every type."""
    facts = yaml.safe_load((VOCABULARY / "facts.yaml").read_text(encoding="utf-8"))

    assert {fact["type"] for fact in facts} >= {"choice", "set", "yes_no", "integer", "money"}


def test_smallest_means_smallest(tmp_path: Path) -> None:
    """No answer of the client shown can be left out, unless it has to be there."""
    for given in CASES:
        if not given["differ"]:
            continue
        old, new = pair(tmp_path / given["name"].replace(" ", "-"), given)
        two = Two(old, new)
        for name in given["differ"]:
            found = two.smallest(name)
            assert found is not None
            for fact in found:
                if not {**old.facts, **new.facts}[fact].required:
                    fewer = {other: answer for other, answer in found.items() if other != fact}
                    before, after = two.states(name, fewer)

                    assert before == after, (given["name"], fact)


def test_answers_read_back(tmp_path: Path) -> None:
    """A client that gives a number within bounds is a client file too."""
    given = next(one for one in CASES if one["name"] == "only those who answer within bounds see it")
    old, new = pair(tmp_path, given)
    found = Two(old, new).smallest("walk")

    assert found is not None
    assert any(isinstance(answer, Interval) for answer in found.values())
    assert answers_of(as_file(old, found), old.facts) == found
