"""Lists of clients in other languages: labels are answers in each, and what comes out speaks the language of the command."""

from __future__ import annotations

import csv
import json
import pickle
import re
from collections.abc import Callable, Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import demandfirst
import polars as pl
import pytest
from batching import read_back, some_clients, write_leads
from bypassing import bypassing, names
from clients import Answers
from demandfirst import Advisor
from demandfirst.engine.batch.frames import advise_table
from demandfirst.engine.batch.header import read_header
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.settings import Settings
from demandfirst.engine.batch.words import Words, fold, names_of
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import Asked, State
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import LANGUAGES, PSEUDO, SOURCE, catalogs, speaking
from demandfirst.engine.load import said
from demandfirst.engine.report.batch import Result, batch
from demandfirst.engine.report.typed import is_unknown, value
from leads import HEADER, ROW
from support import run

CLIENTS = 12
WORDS = {
    "uk": {"yes": "\u0442\u0430\u043a, \u0442", "no": "\u043d\u0456", "none, nothing": "\u043d\u0456\u0447\u043e\u0433\u043e", "don't know": "\u043d\u0435 \u0437\u043d\u0430\u044e"},
    "ru": {"yes": "\u0434\u0430", "no": "\u043d\u0435\u0442", "none, nothing": "\u043d\u0438\u0447\u0435\u0433\u043e", "don't know": "\u043d\u0435 \u0437\u043d\u0430\u044e"},
    "hy": {"yes": "\u0561\u0575\u0578", "no": "\u0578\u0579", "none, nothing": "\u0578\u0579\u056b\u0576\u0579", "don't know": "\u0579\u0563\u056b\u057f\u0565\u0574"},
}  # fmt: skip
"""Words as a catalog may give them."""


class Given(NullTranslations):
    """A catalog with some words."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self.words = words

    def pgettext(self, context: str, message: str) -> str:
        """The word, where it stands for an answer."""
        return self.words.get(message, message) if context.startswith("typed") else message


@pytest.fixture
def worded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Catalogs that hold the words above."""
    every: list[Any] = [said.yes_words, said.no_words, said.none_words, said.unknown_words]
    monkeypatch.setattr(catalogs, "texts", lambda code: Given(WORDS.get(code, {})))
    for one in every:
        one.cache_clear()
    yield
    for one in every:
        one.cache_clear()


def facts(code: str) -> dict[str, Fact]:
    """The facts in a language."""
    return dict(demandfirst.load(language=code).rulebase.facts)


def as_label(fact: Fact, given: Any) -> str:
    """An answer as somebody writes it who has only the form before them."""
    labels = {one.id: one.label for one in fact.values}
    match given:
        case bool():
            return fact.label.upper() if given else fact.negative or "no"
        case list():
            return "|".join(labels[one] for one in given) or "none"
        case _:
            return labels.get(given, str(given))


def write_labels(path: Path, code: str) -> Path:
    """Clients with their answers as labels."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["lead", *facts(code)])
        for at, client in enumerate(some_clients(CLIENTS), 1):
            cells = [as_label(fact, client[name]) if name in client else "" for name, fact in facts(code).items()]
            writer.writerow([f"lead {at}", *cells])
    return path


def statuses(source: Path, out: Path, code: str) -> list[dict[str, Any]]:
    """The statuses that come out."""
    result = batch(
        source, out, advisor=demandfirst.load(language=code), settings=Settings(columns=("statuses",), decimal=".")
    )
    assert (result.advised, result.rejected) == (CLIENTS, 0)
    return read_back(out)


@pytest.mark.parametrize(("written", "spoken"), [*((code, SOURCE) for code in LANGUAGES), ("ru", "uk")])
def test_labels_are_answers_in_every_language(written: str, spoken: str, tmp_path: Path) -> None:
    """A sheet with the labels of any language is read alike, whichever language is spoken."""
    plain = statuses(write_leads(tmp_path / "plain.csv", some_clients(CLIENTS)), tmp_path / "one.csv", SOURCE)

    assert statuses(write_labels(tmp_path / "labels.csv", written), tmp_path / "other.csv", spoken) == plain


@pytest.mark.parametrize("code", [*LANGUAGES, PSEUDO])
def test_every_label_names_its_value(code: str) -> None:
    """No label of any language stands for another value than its own; in the language that is spoken every label counts."""
    for fact in demandfirst.load(language=code).for_lists.facts.values():
        known = names_of(fact)
        for one in (fact, *fact.elsewhere):
            for label in one.values:
                assert known.get(fold(label.label), label.id) == label.id
        assert {known.get(fold(label.label)) for label in fact.values} == {label.id for label in fact.values}


def test_a_label_that_means_two_things_elsewhere_means_nothing() -> None:
    """Nothing is guessed: only the language that is spoken decides between two values."""
    fact = facts(SOURCE)["paid_search"]
    first, second, *_rest = fact.values

    def called(label: str, other: str) -> Any:
        return (replaced(fact, {first.id: label, second.id: other}),)

    both = replaced(fact, {}, elsewhere=(*called("abc", "def"), *called("def", "abc")))
    own = replaced(fact, {first.id: "abc"}, elsewhere=called("def", "abc"))

    assert "abc" not in names_of(both)
    assert names_of(own)["abc"] == first.id


def replaced(fact: Fact, labels: dict[str, str], elsewhere: tuple[Fact, ...] = ()) -> Fact:
    """The fact with other labels."""
    values = tuple(replace(one, label=labels.get(one.id, one.label)) for one in fact.values)
    return replace(fact, values=values, elsewhere=elsewhere)


SAME = [
    ("\u041f\u0423\u0411\u041b\u0406\u0427\u041d\u0410 \u2014 \u043e\u0444\u0435\u0440\u0442\u0430", "\u043f\u0443\u0431\u043b\u0456\u0447\u043d\u0430 \u2014 \u043e\u0444\u0435\u0440\u0442\u0430"),
    ("\u043f\u2019\u044f\u0442\u044c", "\u043f'\u044f\u0442\u044c"), ("\u043f\u02bc\u044f\u0442\u044c", "\u043f'\u044f\u0442\u044c"), ("\u0435\u0449\u0451", "\u0435\u0449\u0435"),
    ("\u0441\u0430\u0438\u0306\u0442", "\u0441\u0430\u0439\u0442"), ("\u0562\u0561\u0580\u0587", "\u0532\u0531\u0550\u0535\u0552"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_letters_that_are_written_for_one_another(one: str, other: str) -> None:
    """Case, kinds of apostrophes, letters put together of two signs, and what people leave out in Russian."""
    assert fold(one) == fold(other)


ASKED = {"yes_no": "opinion_leaders", "set": "kpis", "money": "marketing_budget", "choice": "reputation"}


@pytest.mark.usefixtures("worded")
@pytest.mark.parametrize("code", WORDS)
@pytest.mark.parametrize("spoken", [SOURCE, "uk"])
def test_words_for_yes_and_no_in_cells(code: str, spoken: str) -> None:
    """Those of every catalog count, whichever language is spoken."""
    with speaking(spoken):
        words = {kind: Words(facts(SOURCE)[name], {}, Style()) for kind, name in ASKED.items()}
        yes, no, none, unknown = (word.partition(",")[0].upper() for word in WORDS[code].values())

        assert [words["yes_no"].read(word).answer for word in (yes, no)] == [True, False]
        assert words["set"].read(none).answer == frozenset()
        assert {one.read(unknown).answer for one in words.values()} == {Gap.DONT_KNOW}


@pytest.mark.usefixtures("worded")
@pytest.mark.parametrize("code", WORDS)
def test_words_for_yes_and_no_in_the_terminal(code: str) -> None:
    """Those of every catalog count, the short forms too; the label of an answer goes before them."""
    asked = {kind: question(name) for kind, name in ASKED.items()}
    yes, no, none, unknown = (word.partition(",")[0].capitalize() for word in WORDS[code].values())

    assert [value(asked["yes_no"], word) for word in (yes, no, "\u0442")] == [True, False, True]
    assert value(asked["set"], none) == []
    assert all(is_unknown(one, unknown) for one in asked.values())
    called = replace(asked["choice"].values[0], label=unknown)
    assert not is_unknown(replace(asked["choice"], values=(called,)), unknown)


def question(fact: str) -> Asked:
    """A question of an interview."""
    interview = Interview(demandfirst.load())
    found = interview.asked(State(), fact)
    assert found is not None
    return found
