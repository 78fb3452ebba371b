"""What the benchmarks compare is the same: other engines say with our rules what we say, and generated tables are valid."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from clients import personas
from demandfirst import load
from demandfirst.engine.advise import Advisor
from demandfirst.engine.load.client import answers_of
from peers import PEERS
from peers.base import Client, Statuses
from run import answered, told

SOME = 2_000


@pytest.fixture(scope="module")
def advisor() -> Advisor:
    return load()


@pytest.fixture(scope="module")
def whole(advisor: Advisor) -> list[Client]:
    """The personas with every question answered: other engines have two truth values."""
    facts = advisor.rulebase.facts.values()
    known = [persona["client"] for persona in personas().values()]
    return [{fact.id: answered(fact, client.get(fact.id)) for fact in facts} for client in known]


@pytest.fixture(scope="module")
def ours(advisor: Advisor, whole: list[Client]) -> list[Statuses]:
    return [told(advisor.advise(client)) for client in whole]


def built(module: str, advisor: Advisor) -> Any:
    """A peer, or a skip that says what is not installed."""
    try:
        kind = getattr(import_module(module), PEERS[module])
    except ModuleNotFoundError as missing:
        pytest.skip(f"the extra `peers` is not installed: no module `{missing.name}`")
    return kind(advisor.rulebase)


@pytest.mark.filterwarnings("ignore:datetime:DeprecationWarning")  # durable_rules asks for the time in an old way
@pytest.mark.parametrize("module", PEERS)
def test_a_peer_says_what_we_say(module: str, advisor: Advisor, whole: list[Client], ours: list[Statuses]) -> None:
    """Every status and severity, one client at a time and in a batch."""
    peer = built(module, advisor)

    assert [peer.advise(client) for client in whole] == ours
    assert peer.batch(whole[:3]) == ours[:3]


def test_the_personas_tell_engines_apart(ours: list[Statuses]) -> None:
    """Agreement means something: most items and warnings have more than one status among the personas."""
    varied = [name for name in ours[0] if len({statuses[name] for statuses in ours}) > 1]

    assert len(varied) > len(ours[0]) * 3 // 4


def test_no_rule_is_left_out(advisor: Advisor) -> None:
    """CLIPS has every rule of the domain, and the one that computes quantities."""
    peer = built("peers.clips_peer", advisor)

    assert len(list(peer.environment.rules())) == len(advisor.rulebase.domain_rules) + 1


@pytest.fixture(scope="module")
def tables() -> Any:
    """The maker of tables, with small chunks."""
    pytest.importorskip("polars", reason="the extra `batch` is not installed")
    module = import_module("tables")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", SOME)
        yield module


@pytest.fixture(scope="module")
def known() -> list[Client]:
    return [persona["client"] for persona in personas().values()]


def test_a_generated_table_has_the_columns_of_the_answers_table(
    tables: Any, known: list[Client], advisor: Advisor
) -> None:
    """Names, order and types; the client's number comes before them."""
    frame = tables.chunk(advisor.rulebase, known, 0, whole=False)

    assert frame.drop(tables.ID).schema == tables.as_table(advisor.rulebase, known).schema


def test_a_generated_table_is_valid(tables: Any, known: list[Client], advisor: Advisor) -> None:
    """A value or a reason why not; every value is one that a client file may have."""
    rulebase = advisor.rulebase
    frame = tables.chunk(rulebase, known, 0, whole=False)
    for fact in rulebase.facts.values():
        column = fact.id if fact.type != "set" else tables.mark(fact.id, fact.values[0].id)
        if fact.required:
            assert frame[column].null_count() == 0
        else:
            unknown = frame[tables.unknown(fact.id)]
            assert unknown.null_count() == 0
            assert 0 < unknown.sum() < frame[column].null_count() < len(frame)
            assert frame.filter(unknown)[column].null_count() == unknown.sum()

    whole = tables.chunk(rulebase, known, 0, whole=True)
    assert whole.null_count().sum_horizontal().item() == 0
    for client in tables.clients(rulebase, whole.head(200)):
        assert set(answers_of(client, rulebase.facts)) == set(rulebase.facts)


def test_the_same_table_every_time(tables: Any, known: list[Client], advisor: Advisor) -> None:
    """A longer table begins with the shorter one."""
    few, more = (list(tables.chunks(advisor.rulebase, known, rows)) for rows in (SOME // 2, SOME + 1))

    assert [len(frame) for frame in (*few, *more)] == [SOME // 2, SOME, 1]
    assert more[0].head(SOME // 2).equals(few[0])
    assert not more[1].drop(tables.ID).equals(more[0].head(1).drop(tables.ID))


def test_client_files_become_rows_and_rows_client_files(tables: Any, whole: list[Client], advisor: Advisor) -> None:
    """Nothing is lost on the way to the table and back."""
    back = tables.clients(advisor.rulebase, tables.as_table(advisor.rulebase, whole))

    assert [answers_of(client, advisor.rulebase.facts) for client in back] == [
        answers_of(client, advisor.rulebase.facts) for client in whole
    ]
