"""`check --deep` finds what is useless for every possible client, and nothing that any client needs.

The cases stand in `deep/cases/`: files laid over the minimal rulebase and `deep/base.yaml`, all issues as they are printed, and
`mended` files with which there are none. `DEMANDFIRST_RECORD=1` records the issues anew.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from clients import a_client, dice, tried
from demandfirst import load
from demandfirst.engine.backends.forward.engine import ForwardBackend
from demandfirst.engine.deep.found import WEIGHTS, Found
from demandfirst.engine.deep.run import Run, deep_issues
from demandfirst.engine.deep.sample import Sample
from demandfirst.engine.deep.truths import Truths
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intended import Intended
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Veto
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_rules import Author, a_small_client, rule, write
from support import HERE, MINIMAL, Case, cases, codes, lay, read_case, run

BASE = read_case(HERE / "deep" / "base.yaml").data["files"]
CASES = cases("deep/cases")
SECONDS = 10.0


def laid(root: Path, *files: Mapping[str, Any]) -> Path:
    """The base with files laid over it."""
    together: dict[str, Any] = dict(BASE)
    for one in files:
        together |= one
    return lay(root, together)


# --- the corpus ------------------------------------------------------------------------------------------------------


def test_nothing_is_useless_in_the_base(tmp_path: Path) -> None:
    """What the cases are laid over is clean: every issue is the case's own."""
    found = run("check", "--deep", str(laid(tmp_path / "rulebase")))

    assert (found.code, found.out, found.err) == (0, "", "")


@pytest.mark.parametrize("case", CASES)
def test_issues_of_a_rulebase(case: Case, tmp_path: Path) -> None:
    """`check --deep` prints exactly the expected issues, sorted by place, and ends with 1."""
    found = run("check", "--deep", str(laid(tmp_path / "rulebase", case.data["files"])))

    case.expect("issues", found.out)
    assert (found.code, found.err) == (1, "")
    assert case.data["code"] in codes(found.out.replace(" (", ": ("))


@pytest.mark.parametrize("case", CASES)
def test_the_mended_twin_is_clean(case: Case, tmp_path: Path) -> None:
    """With the advice followed, nothing is left to say."""
    found = run("check", "--deep", str(laid(tmp_path / "rulebase", case.data["files"], case.data["mended"])))

    assert (found.code, found.out, found.err) == (0, "", "")


@pytest.mark.parametrize("case", CASES)
def test_what_is_acknowledged_is_no_issue(case: Case, tmp_path: Path) -> None:
    """Every finding can be acknowledged where it belongs, and nothing else is silenced by that."""
    rulebase = load(laid(tmp_path / "rulebase", case.data["files"])).rulebase
    found = list(Run(rulebase, SECONDS).found())

    left = {issue.code for issue in deep_issues(acknowledged(rulebase, found))}

    assert left == ({"intended-stale"} if case.data["code"] == "intended-stale" else set())


def acknowledged(rulebase: Rulebase, found: list[Found]) -> Rulebase:
    """The rulebase with a reason for everything that was found."""
    reasons: dict[str, tuple[Intended, ...]] = {}
    for one in found:
        reasons[one.owner.id] = (*reasons.get(one.owner.id, ()), Intended(one.code, "So be it.", one.place))

    def with_reason(owner: Any) -> Any:
        return replace(owner, intended=(*owner.intended, *reasons.get(owner.id, ())))

    changed: dict[str, Any] = {"rules": tuple(map(with_reason, rulebase.rules))}
    for kind in ("items", "warnings", "facts", "parameters"):
        changed[kind] = {name: with_reason(one) for name, one in getattr(rulebase, kind).items()}
    return replace(rulebase, **changed)


def test_every_finding_has_a_case() -> None:
    """A new kind of finding needs a case that shows it."""
    shown = {code for case in CASES for code in codes(case.values[0].data["issues"].replace(" (", ": ("))}

    assert shown == {*WEIGHTS, "intended-stale"}


def test_acknowledgements_stand_in_the_files(tmp_path: Path) -> None:
    """A rule, a case, an item, a warning, a line and a question say themselves what is intended about them."""
    files = read_case(HERE / "deep" / "acknowledged.yaml").data["files"]
    found = run("check", "--deep", str(laid(tmp_path / "rulebase", files)))

    assert (found.code, found.out, found.err) == (0, "", "")

    silent = {name: re.sub(r"\n *intended: .*|, intended: {[^}]*}", "", text) for name, text in files.items()}
    loud = run("check", "--deep", str(laid(tmp_path / "silent", silent)))

    assert codes(loud.out.replace(" (", ": (")) == set(re.findall(r"intended: {([a-z-]+):", "".join(files.values())))


def test_bounded_answers_count(tmp_path: Path) -> None:
    """A condition that only an answer within bounds leaves undecided (`300..700`) is needed: without it the rule would fire."""
    rule = (
        "- id: any-day\n  when: [not unknown(day_sales), day_sales < good_day or day_sales >= good_day, sunday]\n"
        "  then: [{conclude: busy}]\n  because: It sells.\n  sources: [S0.1]\n"
    )
    found = run("check", "--deep", str(laid(tmp_path / "rulebase", {"rules/more.yaml": rule})))

    assert "day_sales < good_day" not in found.out


def test_what_is_still_possible_counts(tmp_path: Path) -> None:
    """A condition that only settles a rule sooner is needed: without loaves, nothing is sold at any price."""
    rule = (
        "- id: any-sale\n  when: [day_sales > 0, loaves > 0, sunday]\n"
        "  then: [{conclude: busy}]\n  because: It sells.\n  sources: [S0.1]\n"
    )
    found = run("check", "--deep", str(laid(tmp_path / "rulebase", {"rules/more.yaml": rule})))

    assert "condition-redundant" not in found.out


def small(root: Path, *rules: dict[str, Any], **replaced: tuple[str, str]) -> Rulebase:
    """A small rulebase, with texts of its vocabulary replaced."""
    write(root, [], list(rules))
    for name, (old, new) in replaced.items():
        file = root / "knowledge" / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(root).rulebase


def test_a_question_that_only_bounds_leave_open_matters(tmp_path: Path) -> None:
    """Who says `5..15` of a limit of 10 is told less than who says 12, although both sides of it lead to the same."""
    required = ("  order: 8\n", "  order: 8\n  required: true\n")
    go = rule("go", ["days < limit or days >= limit"], {"recommend": "walk"})
    found = deep_issues(small(tmp_path / "small", go, facts=required))

    assert [issue.message for issue in found] == ["every answer to `kind` leads to the same"]


def test_products_have_no_end(tmp_path: Path) -> None:
    """A product with a free parameter may be larger than any answer, and break a guarantee only then."""
    factor = (
        "- {id: factor, label: factor, value: 1, minimum: 0, maximum: 100, unit: share, sources: [judgement], "
        "confidence: judgement, checked: 2026-11-22, note: A number.}\n"
    )
    root = tmp_path / "small"
    go = rule("go", ["cost * factor > limit"], {"recommend": "walk"})
    small(
        root, go,
        parameters=("- id: limit\n  label: limit\n  value: 10\n", f"{factor}- id: limit\n  label: limit\n  value: 1{'0' * 16}\n"),
        facts=("  maximum: 1000000\n  sources: [judgement]\n- id: price", "  sources: [judgement]\n- id: price"),
    )  # fmt: skip
    promise = "- {id: still, chapter: Walk, sentence: Nobody walks., always: [status(walk) != recommended], sources: [judgement]}\n"
    (root / "knowledge" / "guarantees.yaml").write_text(promise, encoding="utf-8")
    found = deep_issues(load(root).rulebase)

    assert "`factor` may be 100, which breaks the guarantee `still`" in [issue.message for issue in found]


def test_an_effect_that_stands_twice_in_a_rule(tmp_path: Path) -> None:
    """One of the two is too much, and the rule is not: nothing else does the same."""
    go = rule("go", ["cost > limit"], {"recommend": "walk"}, {"recommend": "walk"})
    found = deep_issues(small(tmp_path / "small", go))

    assert [(issue.code, issue.message) for issue in found if "kind" not in issue.message] == [
        ("effect-idle", "of `go`, `recommend: walk` changes nothing beside `go`")
    ]


# --- limits ----------------------------------------------------------------------------------------------------------

HARD = """
- id: no-such-loaf
  when: ["price * price * price * price + loaves * loaves * loaves * loaves * loaves == day_sales * day_sales * day_sales + price",
    loaves > 1]
  then: [{warn: burnt}]
  because: Numbers are hard.
  sources: [S0.1]
"""


def test_what_is_not_settled_is_an_issue(tmp_path: Path) -> None:
    """Where the solver gives up, the check says so with the limit, and never that all is well."""
    rulebase = load(laid(tmp_path / "rulebase", {"rules/more.yaml": HARD})).rulebase
    found = [issue for issue in deep_issues(rulebase, seconds=0.05) if issue.code == "unknown"]

    assert found
    assert all(issue.message.endswith("after 0.05 seconds") for issue in found), found
    assert all("is not settled: " in issue.message and "no-such-loaf" in issue.message for issue in found)


def test_without_the_solver_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--deep` needs an extra; its absence is one line and exit code 2."""
    for name in [
        name
        for name in sys.modules
        if name.startswith(("demandfirst.engine.deep", "demandfirst.engine.backends.proof"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "z3", None)
    found = run("check", "--deep", str(MINIMAL))

    assert (found.code, found.out) == (2, "")
    assert found.err == "this needs the solver z3: pip install 'demandfirst[prove]'\n"


# --- the shipped rulebase --------------------------------------------------------------------------------------------


def test_the_shipped_rulebase_is_clean() -> None:
    """Nothing in it is useless, but for what is acknowledged with a reason."""
    started = process_time()
    found = run("check", "--deep")

    assert (found.code, found.out, found.err) == (0, "", "")
    assert process_time() - started < 120


# --- random rulebases ------------------------------------------------------------------------------------------------


class Tried:
    """What is found in a random rulebase, held against clients who were run without it."""

    def __init__(self, root: Path, rng: random.Random) -> None:
        self.root = root
        Author(rng).write(root / "all")
        self.rulebase = load(root / "all").rulebase
        self.clients = [answers_of(a_small_client(rng), self.rulebase.facts) for _ in range(CLIENTS)]
        self.backend = ForwardBackend(self.rulebase)
        self.told = [told(self.rulebase, self.backend.run(one)) for one in self.clients]
        self.entries = json.loads((root / "all/rules/all.yaml").read_text(encoding="utf-8"))

    def without(self, change: Callable[[Any], Any]) -> Rulebase:
        """The rulebase with its rules and cases changed, None taking one away; read anew from its files."""
        root = self.root / "less"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.root / "all", root)
        entries = []
        for entry in self.entries:
            if "decide" in entry:
                cases = [made for one in entry["cases"] if (made := change(one)) is not None]
                entries.append(entry | {"cases": cases})
            elif (made := change(entry)) is not None:
                entries.append(made)
        (root / "rules/all.yaml").write_text(json.dumps(entries), encoding="utf-8")
        return load(root).rulebase

    def same(self, other: Rulebase) -> bool:
        """Whether every client is told the same by another rulebase."""
        backend = ForwardBackend(other)
        return all(told(other, backend.run(one)) == before for one, before in zip(self.clients, self.told, strict=True))

    def stands(self, found: Found) -> bool:
        """Whether no client speaks against a finding."""
        name = found.owner.id
        match found.code:
            case "rule-never":
                index = next(rule.index for rule in self.rulebase.rules if rule.id == name)
                return all(self.backend.run(one).rules[index] is not True for one in self.clients)
            case "rule-idle" | "rule-subsumed":
                return self.same(self.without(lambda entry: None if entry["id"] == name else entry))
            case "condition-redundant":
                text = found.message.split("`")[1]
                return "` in `" in found.message or self.same(self.without(lambda entry: lacking(entry, name, text)))
            case "item-out-of-reach" | "item-for-everyone":
                wanted = found.code == "item-for-everyone"
                return all(
                    self.gets(name, one) is wanted for one in self.clients if not wanted or full(self.rulebase, one)
                )
            case "question-idle":
                return all(self.same_with(name, one, other) for one, other in pairwise(self.clients))
            case "veto-idle":
                return not any(self.meets(name, one) for one in self.clients)
            case _:
                return True

    def gets(self, name: str, client: Mapping[str, Answer]) -> bool:
        """Whether a client gets an item or warning."""
        standing = Standing(self.rulebase, self.backend.run(client))
        status = standing.item(name) if name in self.rulebase.items else standing.warning(name)[0]
        return status in ("recommended", "raised")

    def meets(self, rule: str, client: Mapping[str, Answer]) -> bool:
        """Whether a rule vetoes only what is not recommended."""
        outcome = self.backend.run(client)
        made = next(one for one in self.rulebase.rules if one.id == rule)
        vetoed = {effect.item for effect in made.then if isinstance(effect, Veto)}
        told_of = {item for item in vetoed if Standing(self.rulebase, outcome).item(item) == "withheld"}
        return outcome.rules[made.index] is True and told_of == vetoed

    def same_with(self, fact: str, one: Mapping[str, Answer], other: Mapping[str, Answer]) -> bool:
        """Whether a client who answered is told the same with the answer of another."""
        if fact not in one or fact not in other:
            return True
        changed = {**one, fact: other[fact]}
        return bool(told(self.rulebase, self.backend.run(one)) == told(self.rulebase, self.backend.run(changed)))


CLIENTS = 25


def told(rulebase: Rulebase, outcome: Outcome) -> Any:
    """Every status, severity and finding."""
    standing = Standing(rulebase, outcome)
    return (
        {name: standing.item(name) for name in rulebase.items},
        {name: standing.warning(name) for name in rulebase.warnings},
        outcome.findings,
    )


def lacking(entry: Any, rule: str, text: str) -> Any:
    """A rule or case without one of its lines; what has no other always holds."""
    if entry["id"] != rule:
        return entry
    at = entry["when"].index(text)
    return entry | {"when": [*entry["when"][:at], *entry["when"][at + 1 :]] or ["0 == 0"]}


def full(rulebase: Rulebase, client: Mapping[str, Answer]) -> bool:
    return client.keys() >= rulebase.facts.keys()


@given(st.integers(0, 10**6))
@settings(tried(5), phases=[Phase.generate])
def test_what_is_called_useless_is(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """In random rulebases, what is said never to fire, matter or change anything never does for any client tried."""
    tried_one = Tried(tmp_path_factory.mktemp("random"), dice(seed))
    found = list(Run(tried_one.rulebase, 0.5).found())

    assert [one.issue for one in found if not tried_one.stands(one)] == []


@given(st.integers(0, 10**6))
@tried(40)
def test_formulas_say_what_the_engine_finds(seed: int) -> None:
    """For generated clients of the shipped rulebase, statuses in formulas are those of the engine."""
    advisor, client = load(), a_client(dice(seed))
    rulebase = advisor.rulebase
    outcome = advisor.backend.run(answers_of(client, rulebase.facts))
    standing, truths, sample = Standing(rulebase, outcome), Truths(rulebase), Sample(rulebase.facts, [outcome])

    for item in rulebase.items:
        status = truths.status(item)
        found = {
            name: bool(sample.where(getattr(status, name))) for name in ("recommended", "withheld", "not_recommended")
        }
        assert found == {name: standing.item(item) == name for name in found}, item
    for warning in rulebase.warnings:
        assert bool(sample.where(truths.raised(warning).certain)) == (standing.warning(warning)[0] == "raised")
    for one in rulebase.rules:
        fires = truths.fires(one)
        assert (bool(sample.where(fires.certain)), bool(sample.where(fires.possible))) == (
            outcome.rules[one.index] is True, outcome.rules[one.index] is not False,
        )  # fmt: skip
