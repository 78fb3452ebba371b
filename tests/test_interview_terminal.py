"""What the interview shows and understands, line by line through a pipe."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from demandfirst import ClientError, load
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import Asked
from demandfirst.engine.report.typed import value
from support import golden, run
from talking import FILE, SMALL, answers, flat, type_lines

_HASH = re.compile(r"\b[0-9a-f]{16}\b")

# one line for each thing that can be typed, with what it shows
TRANSCRIPT = """\
w
b
s
bakery and cafe
d
1
3
sales fame
?
w
d
b
s
c
c ofen
c loaves
many
12,000
c loaves

>200
c oven
electricity
1
w
2.5
y
>1
w
b
2.5
x
m
c extras
seeds

"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def looks(name: str, found: str) -> None:
    """Compare with a golden file."""
    golden(f"{name}.txt", found)


# --- what it shows --------------------------------------------------------------------------------------------


def test_a_whole_interview_looks_as_it_did() -> None:
    """Every command, wrong answers of each kind, and the end."""
    done = type_lines(TRANSCRIPT)

    assert (done.code, done.err) == (0, "")
    looks("interview", done.out)
    looks("interview-file", _HASH.sub("(hash)", Path(FILE).read_text(encoding="utf-8")))


def test_the_first_question_of_the_built_in_rules_looks_as_it_did() -> None:
    done = run("interview", stdin=b"1\n1 2\n?\n")

    assert done.code == 1
    looks("interview-begun", done.out)


def test_the_advice_it_names_can_be_had() -> None:
    """What it prints at the end, typed."""
    done = type_lines("bakery\nsales\n" + "d\n" * 9)
    command = next(line for line in done.out.splitlines() if line.startswith("The advice: "))

    assert command == f"The advice: demandfirst advise {FILE}"
    assert run("advise", FILE, *SMALL).code == 0


def test_it_says_how_many_questions_were_saved() -> None:
    done = type_lines("bakery\nsales\n" + "d\n" * 9)

    assert "Nothing you could still answer changes" in done.out
    assert f"You answered {len(answers())} of 7 questions; {7 - len(answers())} were not needed." in done.out


def test_details_are_asked_on_request() -> None:
    done = type_lines("bakery\nsales\nd\nd\nd\nd\nm\nd\nd\n")

    assert done.code in (0, 1)
    assert "It changes only details of the advice" in done.out


def test_a_name_with_a_space_is_quoted() -> None:
    done = type_lines("bakery\nq\n", "my client.yaml")

    assert "Go on: demandfirst interview 'my client.yaml'" in done.out
    assert answers("my client.yaml") == {"shop": "bakery"}


# --- typed answers --------------------------------------------------------------------------------------------


def question(fact: str) -> Asked:
    begun = Interview(load())
    asked = begun.turn(begun.change(begun.start(), fact)).question
    assert asked is not None
    return asked


@pytest.mark.parametrize(
    ("fact", "typed", "meant"),
    [
        ("business_type", "1", "ecommerce"),
        ("business_type", "10", "app"),
        ("business_type", "A local service", "local_service"),
        ("business_type", "local service", "local_service"),
        ("business_type", "nonsense", "nonsense"),
        ("goals", "1,3", ["sales", "awareness"]),
        ("goals", "1 3 1", ["sales", "awareness"]),
        ("goals", "[sales, leads]", ["sales", "leads"]),
        ("goals", "brand awareness; 2", ["awareness", "leads"]),
        ("goals", "nonsense", ["nonsense"]),
        ("kpis", "none", []),
        ("kpis", "-", []),
        ("strategy", "none", "none"),
        ("audience_on_social", "y", True),
        ("audience_on_social", "2", False),
        ("monthly_searches", "60000", 60000),
        ("monthly_searches", "60 000", 60000),
        ("monthly_searches", "60,000", 60000),
        ("monthly_searches", "1'000'000", 1000000),
        ("monthly_searches", "1,00", 1.0),
        ("monthly_searches", "5000..10000", "5000..10000"),
        ("monthly_searches", "> 1 000", "> 1000"),
        ("gross_margin", "12.5%", 12.5),
        ("gross_margin", "12.5 %", 12.5),
        ("gross_margin", "-3", -3),
        ("gross_margin", "twelve", "twelve"),
    ],
)
def test_typed_answers(fact: str, typed: str, meant: Any) -> None:
    """By number, word or label; several with commas or spaces; numbers as people write them."""
    found = value(question(fact), typed)

    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("fact", "typed"),
    [("business_type", "0"), ("business_type", "11"), ("goals", "1 99"), ("audience_on_social", "maybe")],
)
def test_numbers_that_are_not_on_the_list(fact: str, typed: str) -> None:
    with pytest.raises(ClientError):
        value(question(fact), typed)


def test_every_value_can_be_typed_by_number_and_by_word() -> None:
    for fact in load().rulebase.facts.values():
        asked = question(fact.id)
        for number, one in enumerate(fact.values, 1):
            for typed in (str(number), one.id, one.label, one.id.upper()):
                assert value(asked, typed) == ([one.id] if fact.type == "set" else one.id)


def test_a_word_that_is_a_command_is_an_answer_where_it_is_on_the_list() -> None:
    """Commands are single letters, or words that no answer has."""
    words = {"help", "skip", "change", "back", "quit", "exit", "unknown"}

    assert words.isdisjoint({one.id for fact in load().rulebase.facts.values() for one in fact.values})


# --- what people type wrongly ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("9", "there is no 9 on the list; type a number from 1 to 2, or a word"),
        ("bakry", "`bakry` is not a value of `shop` (bakery, cafe); did you mean `bakery`?"),
        ("d", "`shop` cannot be `unknown`; choose from bakery, cafe"),
        ("unknown", "`shop` cannot be `unknown`"),
        ("s", "`shop` cannot be put off; no advice can be given without it"),
        ("b", "This is the first question."),
        ("", "Type an answer, ? for help, or d for don't know."),
        ("c shp", "`shp` is not a fact; did you mean `shop`?"),
        ("\x1b[31mred\x07", "`[31mred` is not a value"),
        ("x" * 50_000, "xxx...` is not a value of `shop`"),
        ("{'a': [1", "is not a value of `shop`"),
    ],
    ids=lambda text: text[:20],
)
def test_a_wrong_line_is_explained_and_asked_again(typed: str, shown: str) -> None:
    done = type_lines(f"{typed}\nbakery\nq\n")

    assert flat(shown) in flat(done.out)
    assert (done.code, done.err) == (0, "")
    assert answers() == {"shop": "bakery"}
    assert "\x1b" not in done.out


def test_bytes_that_are_no_text() -> None:
    done = run("interview", *SMALL, stdin=b"\xff\xfe\nbakery\r\nq\r\n")

    assert (done.code, answers()) == (0, {"shop": "bakery"})
