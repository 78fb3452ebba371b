"""Mistakes put into the rules are different rules, all of them noticed by whom they concern, or proved to change nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from clients import how_many, personas
from demandfirst import load
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.deep.cases import Corpus, document_of
from demandfirst.engine.deep.expected import unmet
from demandfirst.engine.deep.mutants import OPERATORS, Mutant, mutants
from demandfirst.engine.deep.mutation import Judge, of_cases, of_personas
from demandfirst.engine.ir.rules import Decide
from demandfirst.engine.load.client import answers_of
from small_rules import rule, write
from support import HERE

SAMPLE = 30
TARGET = 0.9


@cache
def every() -> list[Mutant]:
    return list(mutants(load().rulebase))


@cache
def judge() -> Judge:
    rulebase = load().rulebase
    documents = map(document_of, Corpus(rulebase, HERE / "cases").texts().values())
    return Judge(rulebase, list(of_personas(rulebase, personas().values())), list(of_cases(rulebase, documents)))


def named(name: str) -> Mutant:
    return next(one for one in every() if one.name == name)


def test_every_operator_finds_something_to_change() -> None:
    """No kind of mistake is left out, each mutant has a name of its own, and none is the rulebase itself."""
    assert {one.operator for one in every()} == set(OPERATORS)
    assert [name for name, count in Counter(one.name for one in every()).items() if count > 1] == []
    original = load().rulebase
    assert not any(
        one.rulebase.rules == original.rules
        and one.rulebase.parameters == original.parameters
        and one.rulebase.tables == original.tables
        for one in every()[:: max(1, len(every()) // 100)]
    )


@pytest.mark.parametrize(
    ("name", "operator"),
    [
        ("many-can-return: `customer_base > base_min`", "boundary moved"),
        ("many-can-return: `customer_base <= base_min`", "comparison flipped"),
        ("many-can-return: `customer_base < base_min`", "condition negated"),
        ("many-can-return: without `customer_base >= base_min`", "condition dropped"),
        ("many-can-return: one line is enough", "and, or swapped"),
        ("many-can-return: dropped", "rule dropped"),
        ("some-can-return: before `many-can-return`", "cases swapped"),
        ("base_min: 299 instead of 300", "parameter nudged"),
        ("base_min: 330 instead of 300", "parameter moved by a tenth"),
        ("formed_min_searches: 220 instead of 200 for `b2b_product`", "parameter moved by a tenth"),
        ("followers_are_vanity: off", "switch turned"),
        ("no-page-without-aim: no veto on `community_page`", "veto dropped"),
    ],
)
def test_a_mistake_is_what_it_is_called(name: str, operator: str) -> None:
    """Its operator is the one that the words say."""
    assert named(name).operator == operator


def test_a_table_never_loses_its_last_resort() -> None:
    """A case without conditions stays last, so that a choice is always decided."""
    for one in every():
        for table in one.rulebase.tables.values():
            last = one.rulebase.rules[table.cases[-1]]
            assert last.when == ()
            assert isinstance(last.then[0], Decide)


def test_what_cannot_be_moved_is_no_mistake(tmp_path: Path) -> None:
    """A tenth of nothing is nothing, and a choice of one value has no other: neither is put in as a mistake."""
    write(tmp_path, [], [rule("go", ["cost > limit"], {"recommend": "walk"})])
    for name, old, new in (
        ("parameters.yaml", "value: 10\n", "value: 0\n"),
        ("findings.yaml", ', {"id": "green", "label": "green"}, {"id": "blue", "label": "blue"}', ""),
    ):
        text = (tmp_path / "knowledge" / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "knowledge" / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    original = load(tmp_path).rulebase
    found = list(mutants(original))

    assert [one.name for one in found if one.subject in ("limit", "always")] == [
        "limit: -1 instead of 0",
        "limit: 1 instead of 0",
    ]
    assert not any(
        (one.rulebase.rules, one.rulebase.parameters, one.rulebase.tables)
        == (original.rules, original.parameters, original.tables)
        for one in found
    )


def test_nobody_notices_what_is_not_changed() -> None:
    """Held against the original itself every example passes and the solver finds no difference."""
    found = judge().judged(replace(every()[0], rulebase=load().rulebase))

    assert (found.killed_by, found.equivalent) == (frozenset(), True)


def test_a_mistake_that_changes_nothing_is_proved_to() -> None:
    """Two cases that exclude each other may stand in either order."""
    found = judge().judged(named("capture-unclear-search: before `capture-unclear-demand`"))

    assert (found.equivalent, found.client, found.unsettled) == (True, {}, "")


def test_a_mistake_is_shown_by_a_client_where_the_personas_do_not() -> None:
    """Without any personas the solver names somebody, and it is somebody to whom another thing is told."""
    rulebase = load().rulebase
    found = Judge(rulebase, [], []).judged(named("crisis-goes-on: dropped"))

    assert (found.name, found.killed_by) == ("crisis_in_progress", frozenset())
    mutant = ScalarBackend(found.mutant.rulebase).standing(answers_of(found.client, rulebase.facts))
    assert mutant.warnings["crisis_in_progress"] != load().standing(found.client).warnings["crisis_in_progress"]


def test_a_guarantee_notices_a_mistake_at_the_gate() -> None:
    """Whoever lets money through where there is room elsewhere breaks a promise."""
    assert "guarantees" in judge().judged(named("gate-blocked-by-capture: dropped")).killed_by


def test_the_personas_alone_notice_nine_of_ten() -> None:
    """A sample; `make mutate` tries them all."""
    sample = every()[7 :: max(1, len(every()) // how_many(SAMPLE))]
    left = [one for one in map(judge().judged, sample) if not one.equivalent]

    assert [one.mutant.name for one in left if one.unsettled] == []
    assert sum("personas" in one.killed_by for one in left) >= TARGET * len(left)


@pytest.mark.parametrize(
    ("expect", "wrong"),
    [
        ({"recommended": ["review_loop"], "only": ["campaign"]}, []),
        ({"only": ["warning"]}, ["only: social_cpo_usually_higher is raised and not listed"]),
        ({"recommended": ["community_page"]}, ["recommended: community_page is open"]),
        ({"not_recommended": ["review_loop"]}, ["not_recommended: review_loop is recommended"]),
        ({"warnings": ["crisis_in_progress"]}, ["warnings: crisis_in_progress is open"]),
        ({"findings": {"gate": "open"}}, ["findings: gate is undecided, not open"]),
        ({"only": ["magic"]}, ["only: magic is no kind of item"]),
    ],
)
def test_what_is_not_as_expected_is_said(expect: dict[str, object], wrong: list[str]) -> None:
    """Each unmet expectation in words; of a client who has hardly answered, campaigns are open and so listed by `only`."""
    advice = load().advise({"business_type": "ecommerce", "goals": ["sales"]})
    found = [
        line for line in unmet(expect, advice.status, load().rulebase) if not line.endswith("is open and not listed")
    ]

    assert found == wrong


def test_the_page_says_what_is_put_in() -> None:
    """Each kind of mistake has its row, in the words of the code."""
    page = (HERE.parent / "docs" / "mutation.md").read_text(encoding="utf-8")

    assert [name for name, words in OPERATORS.items() if f"| {name} | {words}" not in page] == []
