"""What the cells of a list mean: words, numbers of every style, sets; and that the fast ways agree with the slow ones."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import demandfirst
import polars as pl
import pytest
from clients import tried
from demandfirst.engine.batch.fact_cells import FactReader
from demandfirst.engine.batch.figures import Ambiguous, Style, kept_marks, number_text, plain_number, regular
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.words import check
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import Fact
from hypothesis import given
from hypothesis import strategies as st

UNDECLARED, EUROPEAN, DOT, COMMA = Style(), Style(dot_is_decimal=False), Style("."), Style(",")
STYLES = (UNDECLARED, EUROPEAN, DOT, COMMA)
AMBIGUOUS = "ambiguous"
NUMBERS: list[tuple[str, tuple[str | None, ...]]] = [
    ("1234", ("1234",) * 4),
    ("-5", ("-5",) * 4),
    ("\u22125", ("-5",) * 4),
    ("+5", ("5",) * 4),
    ("12.5", ("12.5", "12.5", "12.5", None)),
    ("12,5", ("12.5", "12.5", None, "12.5")),
    (".5", ("0.5", "0.5", "0.5", None)),
    ("0,125", ("0.125", "0.125", None, "0.125")),
    ("1,234", (AMBIGUOUS, AMBIGUOUS, "1234", "1.234")),
    ("1.234", ("1.234", AMBIGUOUS, "1.234", "1234")),
    ("1234,567", ("1234.567", "1234.567", None, "1234.567")),
    ("1 234", ("1234",) * 4),
    ("1\u00a0234\u00a0567", ("1234567",) * 4),
    ("1'234.5", ("1234.5", "1234.5", "1234.5", None)),
    ("1 234,567", ("1234.567", "1234.567", None, "1234.567")),
    ("1,234.5", ("1234.5", "1234.5", "1234.5", None)),
    ("1.234,5", ("1234.5", "1234.5", None, "1234.5")),
    ("1,234,567", ("1234567", "1234567", "1234567", None)),
    ("1.234.567", ("1234567", "1234567", None, "1234567")),
    ("12 34", (None,) * 4),
    ("1 2345", (None,) * 4),
    ("1.2.2024", (None,) * 4),
    ("5.", (None,) * 4),
    ("1,2,3", (None,) * 4),
    ("1,234,56", (None,) * 4),
    ("\u0661\u0662", (None,) * 4),
    ("", (None,) * 4),
]


@cache
def facts() -> dict[str, Fact]:
    """The facts of the built-in rulebase."""
    return dict(demandfirst.load().rulebase.facts)


def of_type(kind: str) -> Fact:
    """A fact of a type, optional, with a wide range."""
    return next(fact for fact in facts().values() if fact.type == kind and not fact.required)


MONEY, PERCENT, INTEGER, CHOICE, SET, YES_NO = map(of_type, ("money", "percent", "integer", "choice", "set", "yes_no"))


def reader(fact: Fact, style: Style = UNDECLARED, *, blank_unknown: bool = False, **mapping: Any) -> FactReader:
    """A reader of one fact's cells."""
    return FactReader(fact, Mapping(**mapping).words_for(fact, style), blank_unknown=blank_unknown)


def read(fact: Fact, cell: Any, style: Style = UNDECLARED, **options: Any) -> Any:
    """What one cell says: the value, the gap, the bounds, or the codes of its faults."""
    cells = reader(fact, style, **options).read(pl.Series([cell], dtype=pl.String if isinstance(cell, str) else None))
    if cells.wrong:
        return [wrong.fault.code for wrong in cells.wrong]
    if cells.bounded:
        return cells.bounded[0][1]
    value = cells.values[0]
    return Gap.DONT_KNOW if cells.unknown[0] else value


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_numbers_are_read_in_every_style_and_never_guessed(text: str, expected: tuple[str | None, ...]) -> None:
    """Figures mean the same number to everybody who writes them so, or nothing is read."""
    assert tuple(parsed(text, style) for style in STYLES) == expected


def parsed(text: str, style: Style) -> str | None:
    """The number in a text, or that it is ambiguous."""
    try:
        return plain_number(text, style)
    except Ambiguous:
        return AMBIGUOUS


CELLS: list[tuple[Fact, Any, Any]] = [
    (MONEY, "$1,234.50", 1234.5),
    (MONEY, "1 234,50 \u20ac", 1234.5),
    (MONEY, "USD 5000", 5000.0),
    (MONEY, "5000 UAH", 5000.0),
    (MONEY, "5000 usd", ["wrong-type"]),
    (MONEY, "45%", ["wrong-type"]),
    (MONEY, "1,234", ["ambiguous-number"]),
    (MONEY, "1e3", 1000.0),
    (MONEY, "nan", ["wrong-type"]),
    (MONEY, "9" * 16, ["out-of-range"]),
    (MONEY, "9" * 5000, ["wrong-type"]),
    (MONEY, "0.12345", ["decimals"]),
    (MONEY, "=1+1", ["wrong-type"]),
    (MONEY, "lots", ["wrong-type"]),
    (MONEY, 0.00001, ["decimals"]),
    (MONEY, float("nan"), ["not-finite"]),
    (MONEY, float("inf"), ["not-finite"]),
    (MONEY, 12, 12.0),
    (MONEY, True, ["wrong-type"]),
    (MONEY, "12.05.2024", ["wrong-type"]),
    (PERCENT, "45 %", 45.0),
    (PERCENT, "45,5%", 45.5),
    (PERCENT, "0.45", 0.45),
    (PERCENT, "150", ["out-of-range"]),
    (PERCENT, "<10%", Interval(Fraction(0), Fraction(99999, 10000))),
    (PERCENT, "\u2265 90", Interval(Fraction(90), Fraction(100))),
    (PERCENT, "5..10", Interval(Fraction(5), Fraction(10))),
    (PERCENT, "5,5..10,5", Interval(Fraction(11, 2), Fraction(21, 2))),
    (PERCENT, "10..5", ["empty-bounds"]),
    (PERCENT, "5-10", ["wrong-type"]),
    (PERCENT, ">=100", 100.0),
    (PERCENT, "<0", ["empty-bounds"]),
    (INTEGER, "12", 12.0),
    (INTEGER, "12.0", 12.0),
    (INTEGER, "12.5", ["wrong-type"]),
    (INTEGER, "1 000", 1000.0),
    (INTEGER, "unknown", Gap.DONT_KNOW),
    (INTEGER, " Don\u2019t  know ", Gap.DONT_KNOW),
    (INTEGER, "n/a", ["wrong-type"]),
    (INTEGER, " ", None),
    (INTEGER, None, None),
    (YES_NO, "Yes", True),
    (YES_NO, "FALSE", False),
    (YES_NO, "1", True),
    (YES_NO, 0, False),
    (YES_NO, True, True),
    (YES_NO, "maybe", ["wrong-type"]),
    (YES_NO, "unknown", Gap.DONT_KNOW),
    (YES_NO, YES_NO.label, True),
    (YES_NO, YES_NO.negative, False),
    (CHOICE, CHOICE.values[0].id, CHOICE.values[0].id),
    (CHOICE, CHOICE.values[1].id.upper(), CHOICE.values[1].id),
    (CHOICE, f" {CHOICE.values[1].label.title()} ", CHOICE.values[1].id),
    (CHOICE, CHOICE.values[0].id + "x", ["unknown-value"]),
    (CHOICE, 3, ["unknown-value"]),
    (CHOICE, "unknown", Gap.DONT_KNOW),
    (SET, SET.values[1].id, 2),
    (SET, f"{SET.values[0].id}; {SET.values[2].label.upper()}", 5),
    (SET, f"{SET.values[0].id}|{SET.values[2].id}", 5),
    (SET, f"{SET.values[0].id}, {SET.values[2].id},", 5),
    (SET, f'["{SET.values[0].id}", "{SET.values[2].id}"]', 5),
    (SET, f"['{SET.values[0].id}', '{SET.values[2].id}']", 5),
    (SET, "[]", 0),
    (SET, "none", 0),
    (SET, ";", ["wrong-type"]),
    (SET, f"{SET.values[0].id}; unknown", ["unknown-value"]),
    (SET, f"{SET.values[0].id}; x; y", ["unknown-value", "unknown-value"]),
    (SET, [SET.values[0].id, SET.values[2].id], 5),
    (SET, [SET.values[2].label, SET.values[2].id], 4),
    (SET, [SET.values[0].id, None], ["unknown-value"]),
    (SET, [], 0),
    (SET, [1, 2], ["unknown-value", "unknown-value"]),
    (SET, 5, ["unknown-value"]),
]


@pytest.mark.parametrize(("fact", "cell", "expected"), CELLS)
def test_a_cell_says_what_a_person_would_read_in_it(fact: Fact, cell: Any, expected: Any) -> None:
    """Ids, labels, numbers with units, bounds and sets are understood; what is not clear is a fault with a code."""
    assert read(fact, cell) == expected


def test_blanks_are_not_answered_or_unknown_as_declared() -> None:
    """A blank is no answer; with `unknown` it is *don't know*; a required fact allows neither."""
    goals = facts()["goals"]

    assert read(MONEY, "", blank_unknown=True) is Gap.DONT_KNOW
    assert read(SET, None, blank_unknown=True) is Gap.DONT_KNOW
    assert read(MONEY, "") is None
    assert [read(goals, cell, blank_unknown=True) for cell in ("", None)] == [["missing-fact"]] * 2
    assert read(goals, "unknown") == ["required-unknown"]
    assert read(goals, "[]") == ["too-few"]
    assert read(goals, []) == ["too-few"]


def test_synonyms_go_before_ids_and_labels() -> None:
    """Somebody's own words, for one fact or for all, mean what the mapping says; so do words that were ids before."""
    first, second = (value.id for value in CHOICE.values[:2])
    words = {"da": True, "wei\u00df nicht": "unknown"}

    assert read(CHOICE, "Alt ", values={CHOICE.id: {"alt": first}}) == first
    assert read(CHOICE, first, values={CHOICE.id: {first: second}}) == second
    assert read(SET, f"{SET.values[0].id}; neu", values={SET.id: {"Neu": SET.values[2].id}}) == 5
    assert read(SET, ["neu"], values={SET.id: {"Neu": SET.values[2].id}}) == 4
    assert read(SET, "neu", values={SET.id: {"Neu": SET.values[2].id}}) == 4
    assert read(MONEY, "wenig", values={MONEY.id: {"wenig": "<100"}}) == Interval(
        Fraction(1, 10000), Fraction(999999, 10000)
    )
    assert read(YES_NO, "DA", words=words) is True
    assert read(MONEY, "Wei\u00df  nicht", words=words) is Gap.DONT_KNOW
    assert read(MONEY, "da", words=words) == ["wrong-type"]


texts = st.text(alphabet="0123456789.,  '\u00a0-%\u20ac<>", min_size=1, max_size=14)
grouped = st.builds(
    lambda sign, whole, mark, decimals: f"{sign}{whole:,}{decimals}".replace(",", mark),
    st.sampled_from(["", "-", "\u20ac", "$ "]), st.integers(0, 10**7), st.sampled_from([" ", "\u00a0", "'", ".", ","]),
    st.sampled_from(["", ".5", ",5", ".25", ",125", ".1234", "%", " \u20ac"]),
)  # fmt: skip


@tried(4000)
@given(st.one_of(texts, grouped), st.sampled_from([MONEY, PERCENT, INTEGER]), st.sampled_from(STYLES))
def test_the_fast_way_reads_numbers_as_the_careful_way_does(text: str, fact: Fact, style: Style) -> None:
    """Whatever the regular expression lets through is the number that the careful reading finds."""
    fast = pl.Series([text]).str.contains(regular(fact, style))[0]
    if not fast:
        return
    bare = "".join(char for char in text if char in f"0123456789-{kept_marks(style)}").replace(",", ".")
    careful = number_text(text, fact, style)

    assert careful is not None
    assert Fraction(careful) == Fraction(bare)


@tried(400)
@given(
    st.lists(
        st.one_of(
            st.floats(), st.integers(-(10**16), 10**16).map(float),
            st.decimals(-(10**12), 10**12, places=4).map(float), st.decimals(0, 100, places=5).map(float),
        ), min_size=1, max_size=40
    ),
    st.sampled_from([fact for fact in facts().values() if fact.numeric]),
)  # fmt: skip
def test_columns_of_numbers_are_checked_as_single_numbers_are(numbers: list[float], fact: Fact) -> None:
    """In a column, a number is an answer exactly if it is one in a client file."""
    cells = reader(fact).read(pl.Series(numbers, dtype=pl.Float64))
    wrong = {one.at for one in cells.wrong}

    for at, number in enumerate(numbers):
        reading = check(fact, number)
        assert (at in wrong) == bool(reading.faults), number
        if not reading.faults:
            assert cells.values[at] == number


@tried(100)
@given(
    st.lists(st.lists(st.sampled_from([*(value.id for value in SET.values), "x", "Likes "])), min_size=1, max_size=20)
)
def test_columns_of_lists_are_checked_as_single_lists_are(lists: list[list[str]]) -> None:
    """In a column, a list is an answer exactly if its texts are."""
    one_by_one = [read(SET, entries) for entries in lists]
    cells = reader(SET).read(pl.Series(lists, dtype=pl.List(pl.String)))
    wrong = {at: [one.fault.code for one in cells.wrong if one.at == at] for at in {one.at for one in cells.wrong}}

    assert [wrong.get(at, value) for at, value in enumerate(cells.values)] == one_by_one


def test_a_label_of_two_values_is_none() -> None:
    """A label that two values share is not understood, and an id goes before another value's label."""
    first, second = CHOICE.values[:2]
    twins = replace(CHOICE, values=(replace(first, label="same"), replace(second, label="Same")))
    crossed = replace(CHOICE, values=(replace(first, label=second.id), second))

    assert read(twins, "same") == ["unknown-value"]
    assert read(crossed, second.id.upper()) == second.id
