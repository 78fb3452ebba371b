"""Mapping files and `--map`: what a list's own columns and words mean."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import demandfirst
import pytest
from demandfirst.engine.batch.mapping import Mapping, parse_maps, read_mapping
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.intervals import Interval
from leads import by_row, read_text, rejected

DOCS = Path(__file__).resolve().parent.parent / "docs" / "batch-input.md"


def example() -> str:
    """The mapping file in the documentation."""
    found = re.search(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def mapping_of(text: str, folder: Path) -> Mapping:
    """A mapping from its text."""
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(str(path), demandfirst.load().rulebase.facts)


def test_the_example_in_the_documentation_reads_a_list(tmp_path: Path) -> None:
    """The documented mapping file is valid, and turns somebody's own words into answers."""
    lines = [
        "Name;Branche;Ziele;Budget;reputation;opinion_leaders;seo_top10_share",
        "A;onlineshop;Verkauf|Anfragen;1.234,5;gut;JA;12,5 %",
        "B;Handwerk;verkauf;klein;gut;Wei\u00df nicht;weis nicht",
        "C;Handwerk;Anfragen;;gut;nein;wei\u00df-nicht",
    ]
    reader, chunks = read_text("\n".join(lines), mapping=mapping_of(example(), tmp_path))
    found = by_row(chunks)

    assert reader.kept == ("Name", "reputation")
    assert rejected(chunks) == [(2, 3, "seo_top10_share", "wrong-type")]
    assert found == {
        1: {
            "business_type": "ecommerce", "goals": frozenset({"sales", "leads"}), "marketing_budget": Fraction("1234.5"),
            "opinion_leaders": True, "seo_top10_share": Fraction("12.5"),
        },
        3: {
            "business_type": "local_service", "goals": frozenset({"leads"}),
            "opinion_leaders": False, "seo_top10_share": Gap.DONT_KNOW,
        },
    }  # fmt: skip


def test_words_for_bounds_come_with_the_rest_of_the_row(tmp_path: Path) -> None:
    """A word may stand for bounds; such a row comes with all its answers and what is passed through."""
    content = "Name;Branche;Ziele;Budget\nB;Handwerk;verkauf;klein\n"
    mapping = mapping_of(example().replace("reputation:", "Name:"), tmp_path)
    _, chunks = read_text(content, mapping=mapping)

    assert chunks[0].bounded == [
        (1, {
            "business_type": "local_service", "goals": frozenset({"sales"}),
            "marketing_budget": Interval(Fraction(0), Fraction(9999999, 10000)),
        })
    ]  # fmt: skip
    assert chunks[0].bounded_kept.to_dicts() == [{"Name": "B"}]
    assert chunks[0].answers.height == chunks[0].kept.height == 0


FAULTS: list[tuple[str, list[str]]] = [
    ("- a", ["1: not-a-mapping"]),
    ("collumns: {}", ["1: unknown-key"]),
    ("columns: [a]", ["1: wrong-type"]),
    ("columns:\n  a: [seo]", ["2: wrong-type"]),
    ("values:\n  soe: {a: used}", ["2: unknown-fact"]),
    ("values:\n  seo: used", ["2: wrong-type"]),
    ("values:\n  seo:\n    a: usd\n    b:\n    c: used\n", ["3: unknown-value", "4: no-answer"]),
    ("values:\n  goals:\n    a: unknown\n    b: [sales]\n", ["3: required-unknown", "4: unknown-value"]),
    ("values:\n  marketing_budget:\n    a: lots\n", ["3: wrong-type"]),
    ("words:\n  ja: si", ["2: wrong-type"]),
    ("blank: empty\ndecimal: ';'", ["1: unknown-value", "2: unknown-value"]),
    ("columns:\n  a: seo\n  a: goals", ["3: duplicate-key"]),
    ("columns: {", ["2: not-yaml"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_every_fault_of_a_mapping_file_is_told_with_its_line(text: str, expected: list[str], tmp_path: Path) -> None:
    """Whatever is wrong in a mapping file is told at once, with line and code."""
    with pytest.raises(DemandfirstError) as error:
        mapping_of(text, tmp_path)

    assert [f"{fault.place.line}: {fault.code}" for fault in error.value.faults] == expected


def test_a_mapping_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """No traceback for a path that is wrong."""
    with pytest.raises(DemandfirstError, match="no-file"):
        read_mapping(str(tmp_path / "none.yaml"), {})


def test_an_empty_mapping_file_maps_nothing(tmp_path: Path) -> None:
    """A file that has only comments is a mapping without entries."""
    assert mapping_of("# nothing yet\n", tmp_path) == Mapping()


def test_columns_on_the_command_line_go_before_the_file() -> None:
    """`--map` names a fact for a column, or none; the last `=` divides."""
    columns = parse_maps(["a=b=seo", " Budget = marketing_budget ", "reputation="])

    assert columns == {"a=b": "seo", "Budget": "marketing_budget", "reputation": ""}
    assert (
        Mapping(columns={"Budget": "social_budget", "x": "seo"}).with_columns(columns).columns["Budget"]
        == "marketing_budget"
    )


def test_every_wrong_setting_of_the_command_line_is_told() -> None:
    """A setting without `=` or without a column maps nothing; a column has one fact."""
    with pytest.raises(DemandfirstError) as error:
        parse_maps(["Budget", "=seo", "a=seo", "a=goals", "a=seo"])

    assert sorted(fault.code for fault in error.value.faults) == ["mapped-twice", "not-a-mapping", "not-a-mapping"]
