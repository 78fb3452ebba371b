"""Lists of clients in other languages: labels are answers in each, and what comes out speaks the language of the command."""

from __future__ import annotations

import csv
import json
import pickle
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import demandfirst
import polars as pl
import pytest
from batching import read_back, some_clients, write_leads
from bypassing import bypassing, names
from demandfirst import Advisor
from demandfirst.engine.batch.figures import Style
from demandfirst.engine.batch.frames import advise_table
from demandfirst.engine.batch.header import read_header
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.settings import Settings
from demandfirst.engine.batch.words import Words, fold, names_of
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.interview import Asked
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import LANGUAGES, PSEUDO, SOURCE, catalogs, speaking
from demandfirst.engine.language.written import day
from demandfirst.engine.load import said
from demandfirst.engine.report.batch import Result, batch
from demandfirst.engine.report.typed import is_unknown, value
from leads import HEADER, ROW
from support import Run, run

CLIENTS = 12
WORDS = {
    "uk": {"yes": "так, т", "no": "ні", "none, nothing": "нічого", "don't know": "не знаю"},
    "ru": {"yes": "да", "no": "нет", "none, nothing": "ничего", "don't know": "не знаю"},
    "hy": {"yes": "այո", "no": "ոչ", "none, nothing": "ոչինչ", "don't know": "չգիտեմ"},
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
    ("ПУБЛІЧНА \u2014 оферта", "публічна \u2014 оферта"),
    ("п\u2019ять", "п'ять"), ("п\u02bcять", "п'ять"), ("ещё", "еще"),
    ("саи\u0306т", "сайт"), ("բարև", "ԲԱՐԵՒ"),
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

    assert [value(asked["yes_no"], word) for word in (yes, no, "т")] == [True, False, True]
    assert value(asked["set"], none) == []
    assert all(is_unknown(one, unknown) for one in asked.values())
    called = replace(asked["choice"].values[0], label=unknown)
    assert not is_unknown(replace(asked["choice"], values=(called,)), unknown)


def question(fact: str) -> Asked:
    """A question of an interview."""
    begun = Interview(demandfirst.load())
    asked = begun.turn(begun.change(begun.start(), fact)).question
    assert asked is not None
    return asked


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_header_with_labels_is_guessed(code: str) -> None:
    """A column called as the fact is in any language is shown with its `--map`, and never applied."""
    known = demandfirst.load().for_lists.facts
    label = facts(code)["marketing_budget"].label.upper()
    header = read_header(["business_type", "goals", label], Mapping(), known, "leads.csv")

    assert [(one.column, one.fact, one.label) for one in header.guesses] == [
        (label, "marketing_budget", known["marketing_budget"].label)
    ]
    assert header.kept == (label,)


# --- what comes out ---------------------------------------------------------------------------------------------------

BAD = f"{HEADER}{ROW.format(id=1)}2,ecommerce,sales,used,a lot\n3,nothing,sales,used,1\n4,ecommerce,sales\n5,ecommerce,,used,1\n"
CODES = {"business_type", "goals", "marketing_budget", "missing-fact", "ragged", "unknown-value", "wrong-type"}


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list advised by a command that speaks the pseudo language."""
    monkeypatch.chdir(tmp_path)
    Path("leads.csv").write_text(BAD + "".join(ROW.format(id=at) for at in range(6, 9)), encoding="utf-8")
    return tmp_path


def advised(*args: str, code: str = PSEUDO) -> Run:
    """The command on the list."""
    return run("--lang", code, "batch", "leads.csv", "-o", "out.csv", *args)


@pytest.mark.usefixtures("done")
def test_the_command_speaks_the_language() -> None:
    """Counts and reasons on standard error; codes and names of files and columns stand outside the brackets."""
    found = advised("--summary", "page.html", "--calls", "calls.csv")
    assert (found.code, found.out) == (1, "")
    assert bypassing(found.err, CODES | {"out.csv.rejected.jsonl"}) == []


@pytest.mark.usefixtures("done")
def test_reasons_for_rejections_speak_the_language() -> None:
    """Reasons and help do; keys, codes and values are what they are."""
    advised()
    rows = [json.loads(line) for line in Path("out.csv.rejected.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = names(demandfirst.load().rulebase) | {"unknown"}
    values = {value.id for fact in facts(SOURCE).values() for value in fact.values}

    assert [row["row"] for row in rows] == [2, 3, 4, 5]
    for row in rows:
        assert list(row) == ["row", "line", "column", "fact", "code", "reason", "help", "value"]
        assert re.fullmatch(r"[a-z-]+", row["code"])
        assert bypassing(f"{row['reason']} {row['help']}", ids | values) == []
        assert "⟦" in row["reason"]


def test_texts_in_the_output_speak_the_language_and_columns_do_not(done: Path) -> None:
    """The names of the columns are those of every language; titles, questions and people are translated."""
    advised("--calls", "calls.csv")
    english = done / "english"
    english.mkdir()
    run("batch", "leads.csv", "-o", "english/out.csv", "--calls", "english/calls.csv")
    for name in ("out.csv", "calls.csv"):
        other, plain = read_back(done / name), read_back(english / name)
        assert list(other[0]) == list(plain[0])
        assert other != plain
    row = read_back(done / "out.csv")[0]
    assert row["verdict"] == read_back(english / "out.csv")[0]["verdict"]
    for name in ("verdict_text", "focus", "alerts", "next_questions"):
        assert bypassing(row[name], names(demandfirst.load().rulebase)) == []


@pytest.mark.usefixtures("done")
def test_the_summary_speaks_the_language() -> None:
    """Every text and every label of the page, its plots too; and it says which language it is in."""
    advised("--summary", "page.html", "--calls", "calls.csv")
    page = Path("page.html").read_text(encoding="utf-8")
    texts = [re.sub(r"<[^>]*>", " ", re.sub(r"<(style|svg).*?</\1>", " ", page, flags=re.DOTALL))]
    texts += re.findall(r'aria-label="([^"]*)"', page)
    texts += re.findall(r"<title[^>]*>([^<]*)</title>", page)
    known = CODES | {"leads.csv", "calls.csv", "out.csv.rejected.jsonl"} | names(demandfirst.load().rulebase)
    known |= set(re.findall(r"[A-Z][a-z]+", texts[0].split("\u00b7")[1]))
    assert f'<html lang="{PSEUDO}">' in page
    assert bypassing("\n".join(texts), known) == []
    plotted = re.findall(r"<text[^>]*>([^<]*)</text>", page)
    assert plotted
    assert not [text for text in plotted if re.search(r"\b[a-z]*[aeiou][a-z]*\b", text)]


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize(("code", "shown"), [("en", "100.0%"), ("uk", "100,0%"), ("ru", "100,0\u00a0%")])
def test_numbers_and_dates_of_the_summary(code: str, shown: str) -> None:
    """As the language writes them."""
    Path("leads.csv").write_text(f"{HEADER}1,ecommerce,sales,used,1234000\n2,ecommerce,sales,used,1234000\n")
    with_budget = advised("--summary", "page.html", code=code)
    page = Path("page.html").read_text(encoding="utf-8")
    now = datetime.now(UTC).date()

    assert with_budget.code == 0
    with speaking(code):
        assert day(now) in page
    assert f'<html lang="{code}">' in page
    assert shown in page
    assert ("2,<wbr>468,<wbr>000" if code == "en" else "2\u00a0<wbr>468\u00a0<wbr>000") in page


@pytest.mark.usefixtures("done")
def test_a_run_is_not_resumed_in_another_language() -> None:
    """Half of the output would speak one language, half another."""
    found = advised("--max-rejected", "1", code="uk")
    again = advised("--max-rejected", "9", "--resume", code="ru")
    whole = advised("--max-rejected", "9", "--resume", code="uk")

    assert (found.code, again.code, whole.code) == (2, 2, 1)
    assert re.search(r"other-run: .*`uk`.*`ru`", again.err)


@pytest.mark.usefixtures("done")
def test_the_library_speaks_the_language_of_the_advisor() -> None:
    """In every thread that reads and writes, whatever is spoken around it."""
    advisor = demandfirst.load(language=PSEUDO)
    settings = Settings(chunk_rows=2)
    with speaking("uk"):
        result: Result = batch("leads.csv", "out.csv", advisor=advisor, settings=settings)
    rows = [json.loads(line) for line in Path("out.csv.rejected.jsonl").read_text(encoding="utf-8").splitlines()]

    assert result.rejected == 4
    assert all(row["reason"].startswith("⟦") for row in rows)
    with pytest.raises(DemandfirstError) as raised:
        batch("leads.csv", "none/out.csv", advisor=advisor)
    assert bypassing(raised.value.faults[0].message, ["-o"]) == []


def test_a_table_in_memory_and_its_workers() -> None:
    """Labels of any language, reasons in that of the advisor; the same in a process that has no folder of the rulebase."""
    fact = facts("hy")["business_type"]
    frame = pl.DataFrame({"business_type": [fact.values[0].label, "?"], "goals": ["sales", "sales"]})
    advisor = demandfirst.load(language=PSEUDO)
    sent: Advisor = pickle.loads(pickle.dumps(advisor.for_workers()))  # noqa: S301

    for one in (advisor, sent):
        found = advise_table(frame, advisor=one)
        assert found.table.height == 1
        assert bypassing(found.table["verdict_text"][0], ()) == []
        assert [row.reason[0] for row in found.rejected] == ["⟦"]
