"""Every guarantee is proved for the shipped rules, and each is broken by a change of rules that it is there to catch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from demandfirst import Advisor, load
from demandfirst.engine.backends.proof import promises, steady
from demandfirst.engine.backends.proof.bits import Bit, Pair, either, opposite
from demandfirst.engine.backends.proof.encode import Encoder
from demandfirst.engine.backends.proof.everyone import Everyone
from demandfirst.engine.deep.guarantees import kept, obligations
from demandfirst.engine.deep.prove import NOT_CONFIRMED, prove
from demandfirst.engine.ir.guarantees import Obligation, Proof
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Effect, Line, Recommend, Rule, Show, Veto, Warn
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.load.conditions import Scope, parse_condition
from demandfirst.engine.load.strata import stratify
from small_rules import rule, write
from support import HERE, MINIMAL, lay, run

TWINS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (HERE / "guarantees" / "twins.yaml").read_text(encoding="utf-8")
)
BY_CONSTRUCTION = {"no-u-turns", "it-ends", "a-veto-always-wins"}
"""No rule can break these: the language has no means to. Their twins change what the language means."""
SHOPS = """\
- {id: bread, chapter: Bread, sentence: Bread is always sold., always: [status(sell_bread) == recommended], sources: [S0.1]}
- {id: radio, chapter: Radio, sentence: The radio plays., always: ["status(radio) in (recommended, open)"], sources: [S0.1]}
- id: gas
  chapter: Gas
  sentence: Gas is not electric.
  when: [oven == gas, oven == electric]
  always: [status(sell_bread) == withheld]
  sources: [judgement]
"""


def changed(rulebase: Rulebase, changes: list[dict[str, Any]]) -> Advisor:
    """The rulebase with some rules changed."""
    rules = {rule.id: rule for rule in rulebase.rules}
    for change in changes:
        rules[change["rule"]] = _changed(rulebase, rules[change["rule"]], change)
    ordered, strata, faults = stratify(list(rules.values()))
    assert not faults
    return Advisor(replace(rulebase, rules=ordered, finding_strata=strata))


def _changed(rulebase: Rulebase, rule: Rule, change: Mapping[str, Any]) -> Rule:
    if "drop" in change:
        kept_lines = tuple(line for line in rule.when if line.text != change["drop"])
        assert len(kept_lines) == len(rule.when) - 1
        return replace(rule, when=kept_lines)
    if "when" in change:
        scope = Scope(rulebase.facts, rulebase.parameters, frozenset(rulebase.quantities), rulebase.findings)
        return replace(
            rule, when=tuple(Line(text, rule.place, parse_condition(text, scope)) for text in change["when"])
        )
    if "veto" in change:
        return replace(rule, then=(*rule.then, Veto(change["veto"])))
    left = tuple(one for one in rule.then if change["without"] not in ("all", _about(one)))
    assert len(left) < len(rule.then)
    return replace(rule, then=left)


def _about(effect: Effect) -> str:
    match effect:
        case Recommend(name) | Veto(name) | Warn(name) | Show(name):
            return name
        case _:
            return effect.finding


def proved(advisor: Advisor, *names: str, seconds: float = 30) -> list[Proof]:
    known = advisor.rulebase.guarantees
    return list(prove(advisor, [known[name] for name in names] or list(known.values()), seconds))


def test_every_guarantee_is_proved() -> None:
    """What the shipped rules promise holds, within the minute that it may take."""
    proofs = proved(load())

    assert [
        f"{proof.guarantee.id}: {proof.verdict} {proof.note}" for proof in proofs if proof.verdict != "proved"
    ] == []
    assert sum(proof.seconds for proof in proofs) < 60


def test_every_guarantee_has_a_twin() -> None:
    """A promise that nothing could break would say nothing."""
    assert {*TWINS, *BY_CONSTRUCTION} == set(load().rulebase.guarantees)


@pytest.mark.parametrize("name", TWINS)
def test_a_changed_rule_is_caught(name: str) -> None:
    """The client that is printed breaks the guarantee under the changed rules, by the reference engine."""
    rulebase = load().rulebase
    advisor = changed(rulebase, TWINS[name])
    (proof,) = proved(advisor, name)

    assert proof.verdict == "broken", proof.note
    assert proof.counterexample
    given = [answers_of(client, rulebase.facts) for client in proof.counterexample.clients]
    outcomes = [advisor.backend.run(answers) for answers in given]
    broken = [
        one
        for one in obligations(rulebase, proof.guarantee)
        if isinstance(one, Obligation) and one.label == proof.counterexample.label
    ]
    assert any(
        kept(one.premise, outcomes, advisor.rulebase) and kept(one.broken, outcomes, advisor.rulebase) for one in broken
    )


@pytest.mark.parametrize(
    "name", ["room-elsewhere-shuts-the-gate", "misplaced-money-is-stopped", "complaints-are-answered"]
)
def test_a_counterexample_is_minimal(name: str) -> None:
    """Whatever one answer is left out, the guarantee is not broken any more: only what matters is answered."""
    rulebase = load().rulebase
    advisor = changed(rulebase, TWINS[name])
    (proof,) = proved(advisor, name)
    (one,) = obligations(rulebase, proof.guarantee)

    assert isinstance(one, Obligation)
    assert proof.counterexample
    (client,) = proof.counterexample.clients
    for fact in [fact for fact in client if not rulebase.facts[fact].required]:
        fewer = {other: answer for other, answer in client.items() if other != fact}
        outcome = advisor.backend.run(answers_of(fewer, rulebase.facts))

        assert not (kept(one.premise, [outcome], advisor.rulebase) and kept(one.broken, [outcome], advisor.rulebase)), (
            fact
        )


# --- what no rule can break ------------------------------------------------------------------------------------


def test_a_test_that_decides_too_early_is_a_u_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """If `unknown(...)` were false before the answer is there, a later *don't know* would turn it."""

    def hasty(encoder: Encoder, name: str, *, negated: bool) -> Pair:
        made = encoder.variable(name)
        wanted = made.known if negated else made.dont_know
        return Pair(wanted, wanted)

    monkeypatch.setattr(Encoder, "_unknown", hasty)
    (proof,) = proved(load(), "no-u-turns")

    assert (proof.verdict, proof.note.partition(":")[0]) == ("broken", "more answers can change what was decided")


@pytest.mark.parametrize("line", ["cost > limit", "strict"])
def test_rules_that_only_compare_turn_nothing(line: str, tmp_path: Path) -> None:
    """Where no rule tests an answer by itself, there is nothing to prove in that step, and the others are proved."""
    write(tmp_path / "small", [], [rule("go", [line], {"recommend": "walk"})])

    assert steady.Steady(load(tmp_path / "small").rulebase, 10).failing() is None


@pytest.mark.parametrize("operator", ["joined", "compared", "extreme", "coalesced"])
def test_an_operator_that_forgets_bounds_is_a_u_turn(operator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each operator on numbers is a step of its own: one that takes the first number for the other is found."""
    monkeypatch.setattr(steady, operator, lambda *figures, **_: _careless(figures))
    (proof,) = proved(load(), "no-u-turns")

    assert proof.verdict == "broken"


def _careless(operands: Any) -> Any:
    """What does not get narrower with its operands: their ends, the wrong way round."""
    figures = operands[1:] if isinstance(operands[0], str) else operands[0] if len(operands) == 1 else operands
    first = figures[0]
    if isinstance(operands[0], str) and operands[0] in ("==", "!=", "<", "<=", ">", ">="):
        return Pair(first.missing, either(first.missing, first.dont_know))
    return replace(first, low=first.high, high=first.low)


def test_an_item_left_open_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """If *don't know* left a test undecided, something would stay open; the reference engine does not confirm it."""
    about = Encoder._about

    def doubtful(encoder: Encoder, leaf: Any) -> Pair:
        pair = about(encoder, leaf)
        return Pair(pair.certain, either(pair.possible, encoder.variable(leaf.fact).dont_know))

    monkeypatch.setattr(Encoder, "_about", doubtful)
    (proof,) = proved(load(), "it-ends")

    assert (proof.verdict, proof.note) == ("unknown", NOT_CONFIRMED)


def test_a_veto_that_does_not_win_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """If whatever recommends an item won, it would be recommended beside a veto."""
    item = Encoder.item

    def heedless(encoder: Encoder, name: str) -> dict[str, Bit]:
        found = item(encoder, name)
        return {**found, "recommended": either(found["recommended"], found["withheld"])}

    monkeypatch.setattr(Encoder, "item", heedless)
    (proof,) = proved(load(), "a-veto-always-wins")

    assert (proof.verdict, proof.note) == ("unknown", NOT_CONFIRMED)


# --- the verdicts, and the command ---------------------------------------------------------------------------------


@pytest.fixture
def shops(tmp_path: Path) -> str:
    """The minimal rulebase with guarantees: one holds, one is broken, one is vacuous."""
    return str(lay(tmp_path / "shops", {"knowledge/guarantees.yaml": SHOPS}))


def test_each_verdict_is_told(shops: str) -> None:
    """A broken guarantee prints its client, a vacuous one does not pass, and the exit code is 1."""
    found = run("prove", "--rulebase", shops)

    assert (found.code, found.err) == (1, "")
    assert [line.split()[0] for line in found.out.splitlines() if line[0] != " "] == [
        "proved",
        "broken",
        "vacuous",
        "3",
    ]
    assert "knowledge/guarantees.yaml:2: The radio plays." in found.out
    assert run("prove", "bread", "--rulebase", shops).code == 0


def test_the_counterexample_is_a_client_file(shops: str, tmp_path: Path) -> None:
    """What is saved is what is printed, and `advise` reproduces the broken promise."""
    folder = tmp_path / "broken"
    found = run("prove", "radio", "--rulebase", shops, "--save", str(folder), "--format", "json")
    (told,) = json.loads(found.out)
    (path,) = folder.iterdir()
    advice = json.loads(run("advise", str(path), "--rulebase", shops, "--format", "json").out)

    assert told["verdict"] == "broken"
    assert told["counterexample"] == [yaml.safe_load(path.read_text(encoding="utf-8"))]
    assert next(item["status"] for item in advice["items"] if item["id"] == "radio") in ("withheld", "not_recommended")


def test_two_clients_are_saved_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that is broken prints both clients, as two files that differ in what was changed."""
    twin = changed(load().rulebase, TWINS["forgetting-opens-nothing"])
    monkeypatch.setattr("demandfirst.engine.commands.prove.load", lambda _: twin)
    found = run("prove", "forgetting-opens-nothing", "--save", str(tmp_path / "broken"))
    one, other = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((tmp_path / "broken").iterdir()))

    assert found.code == 1
    assert {name for name in one | other if one.get(name) != other.get(name)} == {"marketing_budget"}
    assert other["marketing_budget"] == "unknown"


def test_a_solver_that_gives_up_proves_nothing() -> None:
    """Without time the verdict is unknown, with the limit that was reached."""
    (proof,) = proved(load(), "a-cheaper-order-is-never-punished", seconds=0.001)

    assert proof.verdict == "unknown"
    assert "0.001 seconds" in proof.note


def test_wrong_ids_are_told_all_at_once() -> None:
    """Guarantees that do not exist end the command with 2, each with the nearest that does."""
    found = run("prove", "no-u-turn", "it-endz")

    assert (found.code, found.out) == (2, "")
    assert "prove: unknown-guarantee: `it-endz` is not a guarantee\n  help: did you mean `it-ends`?" in found.err
    assert "did you mean `no-u-turns`?" in found.err
    assert "2 faults" in found.err


def test_a_rulebase_without_guarantees_is_told() -> None:
    """Nothing to prove is not a proof."""
    found = run("prove", "--rulebase", str(MINIMAL))

    assert (found.code, found.out) == (2, "")
    assert "no-guarantees" in found.err


def test_the_page_is_made_from_the_file() -> None:
    """docs/guarantees.md is what `demandfirst prove --list --format markdown` prints."""
    found = run("prove", "--list", "--format", "markdown")

    assert (found.code, found.err) == (0, "")
    assert found.out == (HERE.parent / "docs" / "guarantees.md").read_text(encoding="utf-8")


def test_the_list_says_everything() -> None:
    """As text and as data the list has each guarantee with its terms."""
    guarantees = load().rulebase.guarantees
    told = json.loads(run("prove", "--list", "--format", "json").out)

    assert [one["id"] for one in told] == list(guarantees)
    assert all(one["sentence"] and one["terms"] and one["sources"] for one in told)
    assert set(guarantees) <= set(run("prove", "--list").out.splitlines())


def test_the_markdown_has_verdicts(shops: str) -> None:
    """As a page, proofs stand beside the sentences, and a broken one has its client."""
    found = run("prove", "--rulebase", shops, "--format", "markdown")

    assert "**bread**: proved in " in found.out
    assert "**gas**: vacuous in " in found.out
    assert "```yaml\nshop: " in found.out


# --- promises ------------------------------------------------------------------------------------------------------


def test_promises_are_reckoned_as_they_are_encoded() -> None:
    """For clients that the solver makes, each line of each guarantee has one truth, by formula and by reference engine."""
    rulebase, backend = load().rulebase, load().backend
    everyone = Everyone(rulebase)
    guarantees = rulebase.guarantees.values()
    lines = {line.text: line.promise for one in guarantees for line in (*one.when, *one.always, *one.never)}
    bits = {text: promises.bit_of(promise, [everyone.encoder]) for text, promise in lines.items()}
    for text in list(lines)[::4]:
        client = everyone.some(bits[text])
        assert client is not None, text
        outcome = backend.run(client)
        truths = {other: kept(promise, [outcome], rulebase) for other, promise in lines.items()}
        said = [bits[other] if holds else opposite(bits[other]) for other, holds in truths.items()]

        assert truths[text]
        assert everyone.stands(said, {(0, name): answer for name, answer in client.items()})
