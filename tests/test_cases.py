"""The cases made from the rules fit the rules, and making them finds the smallest clients or proves that there are none."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from demandfirst import load
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.deep.cases import HEADING, Corpus, Document, coverage, document_of, pair_in, text_of
from demandfirst.engine.deep.pair_search import NEVER_FIRES, SWITCHED, TOGETHER, Impossible, Search
from demandfirst.engine.deep.pairs import Pair, Spot, fingerprint, spots
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.conditions import Switch
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.standing import Standing
from support import HERE, run

CASES = HERE / "cases"
EACH = 12  # of the files are also run on the reference engine


@cache
def documents() -> list[Document]:
    return [document_of(path.read_text(encoding="utf-8")) for path in sorted(CASES.glob("*.yaml"))]


def rule_named(rulebase: Rulebase, name: str) -> Rule:
    return next(rule for rule in rulebase.domain_rules if rule.id == name)


def changed(rulebase: Rulebase, rule: Rule) -> Rulebase:
    """The rulebase with another rule in its place."""
    return replace(rulebase, rules=(*rulebase.rules[: rule.index], rule, *rulebase.rules[rule.index + 1 :]))


def test_the_corpus_is_up_to_date() -> None:
    """Every condition of every rule has its pair, which still differs in it alone and gets what the file says."""
    assert [str(one) for one in Corpus(load().rulebase, CASES).stale()] == []


@pytest.mark.parametrize("document", documents()[::EACH], ids=lambda document: document["name"])
def test_cases_hold_on_the_reference_engine(document: Document) -> None:
    """The engines say the same of both clients of a pair."""
    advisor = load()
    rulebase, rule = advisor.rulebase, rule_named(advisor.rulebase, document["name"])
    for entry in document["pairs"]:
        pair = pair_in(entry, rulebase)
        one, other = advisor.backend.run(pair.one), advisor.backend.run(pair.other)

        assert (one.rules[rule.index], other.rules[rule.index]) == (True, False)
        for outcome, expect in ((one, entry["expect"]), (other, entry["expect_instead"])):
            standing = Standing(rulebase, outcome)
            kinds = {**dict.fromkeys(rulebase.items, "item"), **dict.fromkeys(rulebase.warnings, "warning")}
            found = {name: standing.state(kinds.get(name, "finding"), name) or "undecided" for name in expect}  # type: ignore[arg-type]
            assert found == expect


def test_a_case_is_a_client_file() -> None:
    """Each case has a name, a story and a client whose answers are valid; the reason of the rule stands beside."""
    facts = load().rulebase.facts
    for document in documents():
        assert document["why"]
        for entry in document["pairs"]:
            assert list(entry) == ["name", "story", "client", "expect", "instead", "expect_instead"]
            assert answers_of(entry["client"], facts)


def test_where_there_is_no_pair_the_file_says_why() -> None:
    """Nothing is left unsettled, and only switches and what stands behind them, or cannot turn alone, have no pair."""
    reasons = {entry["why"] for document in documents() for entry in document.get("impossible", ())}

    assert reasons <= {SWITCHED, NEVER_FIRES, TOGETHER}


def test_a_changed_rule_is_told_without_the_solver() -> None:
    """The check names the rule, and no other."""
    rulebase = load().rulebase
    rule = rule_named(rulebase, "many-can-return")
    corpus = Corpus(changed(rulebase, replace(rule, when=rule.when[:1])), CASES)

    stale = list(corpus.stale())
    assert [one.rule for one in stale if one.why == "the rule was changed"] == [
        name for name in sorted(corpus.rules) if name == "many-can-return" or _after(rulebase, rule, name)
    ]


def _after(rulebase: Rulebase, rule: Rule, name: str) -> bool:
    """Whether a rule is a later case of the same table."""
    table = rulebase.tables["retention_potential"].cases
    other = rule_named(rulebase, name)
    return other.index in table and table.index(other.index) > table.index(rule.index)


def test_a_moved_threshold_is_told_by_the_pairs() -> None:
    """A parameter that a finding below reads is no part of the rule, but the pair shows it."""
    rulebase = load().rulebase
    parameter = replace(rulebase.parameters["retention_interval_max"], value=rulebase.parameters["base_min"].value)
    parameters = {**rulebase.parameters, parameter.id: parameter}

    stale = {one.rule for one in Corpus(replace(rulebase, parameters=parameters), CASES).stale()}
    assert {"many-can-return", "return-after-long", "buyers-do-not-return"} <= stale
    assert "catch-formed-demand-first" not in stale


def test_wording_makes_no_case_stale() -> None:
    """Reasons, sources and spaces are not what a rule does."""
    rulebase = load().rulebase
    rule = rule_named(rulebase, "many-can-return")
    lines = tuple(replace(line, text=f" {line.text} ") for line in rule.when)

    assert fingerprint(rulebase, replace(rule, because="Otherwise put.", when=lines)) == fingerprint(rulebase, rule)


@pytest.mark.parametrize(
    ("rule", "condition", "apart"),
    [
        ("many-can-return", "customer_base >= base_min", {"customer_base": (300, 299)}),
        ("leads-left-waiting", "sales_follow_up in (none, slow)", {"sales_follow_up": ("none", "fast")}),
        ("demand-measured", "enough_searches", {"monthly_searches": (1000, 999)}),
    ],
)
def test_a_pair_differs_in_one_answer_at_the_edge(
    rule: str, condition: str, apart: dict[str, tuple[object, object]]
) -> None:
    """The search gives neighbours, and nothing that the pair does not need."""
    search = Search(load().rulebase)
    spot = next(one for one in spots(rule_named(search.rulebase, rule)) if one.name == condition)
    pair = search.pair(spot)
    assert isinstance(pair, Pair)

    assert {name: (pair.one.get(name), pair.other.get(name)) for name in pair.apart} == apart
    for name in pair.one:
        assert search.rulebase.facts[name].required or not search.trial.separates(spot, pair.without(name))


def test_a_switch_has_no_pair() -> None:
    """No answer turns it, nor what stands behind it."""
    search = Search(load().rulebase)
    rule = rule_named(search.rulebase, "gate-capped-in-restricted-vertical")
    found = {isinstance(spot.leaf, Switch): search.pair(spot) for spot in spots(rule)}

    assert found == {True: Impossible(SWITCHED), False: Impossible(NEVER_FIRES)}


def test_a_limit_is_told_wherever_it_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while it is asked why there is no pair the solver may give up: that is not settled, and no end of the search."""

    def give_up(*_: object) -> bool:
        raise GaveUp("timeout after 10 seconds")

    monkeypatch.setattr(Search, "_found", lambda *_: None)
    monkeypatch.setattr(Search, "_fires", give_up)
    search = Search(load().rulebase)
    spot = next(spots(rule_named(search.rulebase, "many-can-return")))

    assert search.pair(spot) == Impossible("not settled: timeout after 10 seconds")


def test_unchanged_rules_give_unchanged_files() -> None:
    """What is read and written again is the same to the letter."""
    for path in sorted(CASES.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert text_of(document_of(text)) == text


def test_only_the_changed_rule_is_made_anew(tmp_path: Path) -> None:
    """A pair that still does is kept; one that does not gives way, and a file too many goes."""
    rulebase = load().rulebase
    few = {rule.id: rule for rule in rulebase.domain_rules if rule.id in ("many-can-return", "crisis-goes-on")}
    corpus = Corpus(rulebase, tmp_path)
    corpus.rules = few
    kept = document_of((CASES / "crisis-goes-on.yaml").read_text(encoding="utf-8"))
    kept["pairs"][0]["client"]["sales_cycle_days"] = 77
    wrong = document_of((CASES / "many-can-return.yaml").read_text(encoding="utf-8"))
    wrong["pairs"][1]["instead"]["customer_base"] = 301
    corpus.write(
        {
            "crisis-goes-on": text_of(kept),
            "many-can-return": text_of(wrong),
            "gone": f"{HEADING}name: gone\npairs: []\n",
        }
    )
    renewed = dict(corpus.renewed())
    corpus.write(renewed)

    assert renewed["crisis-goes-on"] == text_of(kept)
    assert renewed["many-can-return"] == (CASES / "many-can-return.yaml").read_text(encoding="utf-8")
    assert corpus.texts() == renewed


def test_coverage_counts_conditions_that_two_clients_show_to_matter() -> None:
    """Two clients who differ in one condition cover it; one alone covers nothing."""
    rulebase = load().rulebase
    rule = rule_named(rulebase, "crisis-goes-on")
    spot: Spot = next(spots(rule))
    one = answers_of({"business_type": "app", "goals": ["sales"], "reputation": "crisis_open"}, rulebase.facts)
    other = {**one, "reputation": Gap.DONT_KNOW}

    assert spot in coverage(rulebase, [one, other]).covered
    assert coverage(rulebase, [one]).covered == ()


def test_the_command_checks_and_renews(tmp_path: Path) -> None:
    """`--check` ends with 1 and says how to mend where a file is missing; `--coverage` names what is left."""
    for path in sorted(CASES.glob("*.yaml"))[1:]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    missing = min(CASES.glob("*.yaml")).stem

    checked = run("cases", "-o", str(tmp_path), "--check")
    assert checked.code == 1
    assert checked.out.splitlines() == [
        f"{tmp_path.as_posix()}/{missing}: it has no cases",
        "help: `demandfirst cases` renews them",
    ]
    covered = run("cases", "-o", str(CASES), "--coverage", str(HERE / "personas" / "city-theatre-wants-the-press.yaml"))
    assert covered.code == 0
    assert covered.out.splitlines()[-2].startswith("1 clients show of 0 of ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"recipe: bread\n", "was not made by `demandfirst cases`"),
        (b"", "was not made by `demandfirst cases`"),
        (f"{HEADING}pairs: [\n".encode(), "is no longer as `demandfirst cases` wrote it"),
        (f"{HEADING}pairs: [{{name: a}}]\n".encode(), "is no longer as `demandfirst cases` wrote it"),
        (f"{HEADING}pairs: []\nname: \xff\n".encode("latin-1"), "is no longer as `demandfirst cases` wrote it"),
    ],
)
@pytest.mark.parametrize("words", [[], ["--check"]])
def test_the_files_of_others_are_left_alone(text: bytes, message: str, words: list[str], tmp_path: Path) -> None:
    """In a folder with other files nothing is written or removed; each is named, with what to do."""
    (tmp_path / "bread.yaml").write_bytes(text)
    found = run("cases", "-o", str(tmp_path), *words)

    assert (found.code, found.out) == (2, "")
    assert (
        f"{tmp_path.as_posix()}/bread.yaml: not-a-case: this file {message}\n  help: name another folder" in found.err
    )
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [text]


def test_the_files_are_yaml_that_people_can_read() -> None:
    """One pair takes a few lines."""
    for document in documents():
        text = text_of(document)
        assert yaml.safe_load(text) == document
        assert max(map(len, text.splitlines())) <= 1000
