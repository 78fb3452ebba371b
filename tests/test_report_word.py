"""The report as a Word document, opened again: nothing is lost, and Word finds headings, tables, pictures and the language."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from typing import Any

import docx
import pytest
from demandfirst.engine.report.handout.as_word import word
from demandfirst.engine.report.handout.model import Cards, Handout, Journey, Logo, Picture, Plan, Points, Reader, Table
from docx.oxml.ns import qn
from handing import BRAND, GOLDEN, SHOP, blocks, client, report, report_on, targets, texts
from test_report_brand import drawn

CLIENTS: dict[str, tuple[str, Reader]] = {
    "en": (SHOP, "sales"), "uk": (GOLDEN[1], "client"), "ru": ("", "sales"), "hy": (SHOP, "client"),
}  # fmt: skip
IN_ORDER = {
    "tblPr": ["tblStyle", "tblW", "jc", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook"],
    "pPr": ["pStyle", "keepNext", "keepLines", "numPr", "pBdr", "shd", "tabs", "spacing", "ind", "jc", "rPr"],
    "trPr": ["cantSplit", "tblHeader"],
}
"""The order in which Word wants the properties of tables, paragraphs and rows."""


def opened(content: bytes) -> Any:
    """A document as python-docx reads it."""
    return docx.Document(io.BytesIO(content))


def everything(document: Any) -> str:
    """All text of a document, and the descriptions of its pictures."""
    body = document.element.body
    said = ["".join(node.text or "" for node in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))]
    return "\n".join([*said, *(one.get("descr", "") for one in body.iter(qn("wp:docPr")))])


@pytest.fixture(scope="module", params=CLIENTS)
def written(request: pytest.FixtureRequest) -> tuple[Handout, Any]:
    """A report in a language, and the document opened again."""
    name, reader = CLIENTS[request.param]
    made = report(name, reader, language=request.param, subject="Նոր Rose & Роза")
    return made, opened(word(made))


def test_all_text_is_there(written: tuple[Handout, Any]) -> None:
    """Every text of the report stands in the document, but for the descriptions that a map needs."""
    made, document = written
    hidden = {block.alt for block in blocks(made) if isinstance(block, Journey)}
    hidden |= {
        block.empty
        for block in blocks(made)
        if isinstance(block, Journey) and all(stage.stops for stage in block.stages)
    }
    said = everything(document)

    assert [text for text in texts(made) if text not in said and text not in hidden] == []


def test_headings(written: tuple[Handout, Any]) -> None:
    """One title, a heading for every section, and no level left out."""
    made, document = written
    styles = [(line.style.name, line.text) for line in document.paragraphs]
    levels = [int(name.removeprefix("Heading ")) for name, _text in styles if name.startswith("Heading ")]

    assert [text for name, text in styles if name == "Title"] == [made.title]
    assert [text for name, text in styles if name == "Heading 1"] == [one.title for one in made.sections]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables(written: tuple[Handout, Any]) -> None:
    """Each table of the report is one, with the header on every page and no row torn apart."""
    made, document = written
    wanted = [block.table if isinstance(block, Picture) else block for block in blocks(made)]
    found = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    headed = [table for table in document.tables if table._tbl.findall(f".//{qn('w:tblHeader')}")]

    for table in (block for block in wanted if isinstance(block, Table)):
        assert [list(table.header), *map(list, table.rows)] in found
    assert len(headed) == sum(isinstance(block, Table) for block in wanted)
    assert all(row._tr.findall(f".//{qn('w:cantSplit')}") for table in document.tables for row in table.rows)


def test_pictures_are_described(written: tuple[Handout, Any]) -> None:
    """Each picture is there, with what it shows in words."""
    made, document = written
    pictures = [block for block in blocks(made) if isinstance(block, Picture)]
    described = [(one.get("title"), one.get("descr")) for one in document.element.body.iter(qn("wp:docPr"))]

    assert described == [(one.title, one.alt) for one in pictures]


def test_language_title_and_date(written: tuple[Handout, Any]) -> None:
    """The language is set where Word looks for it, and the properties say what the document is."""
    made, document = written
    codes = {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))}
    about = document.core_properties

    assert codes == {{"en": "en-GB", "uk": "uk-UA", "ru": "ru-RU", "hy": "hy-AM"}[made.language]}
    assert (about.language, about.author) == (made.language, "Northlight")
    assert made.title in about.title
    assert about.created.date() == made.made


def test_ways_lead_somewhere(written: tuple[Handout, Any]) -> None:
    """Every link has its place, and every place that the report links to is linked to."""
    made, document = written
    body = document.element.body
    places = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    links = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))}

    assert len(places) == len(set(places))
    assert links <= set(places)
    assert len(links) == len(targets(made))


def test_properties_stand_in_their_order(written: tuple[Handout, Any]) -> None:
    """Word refuses a document in which they do not."""
    for name, order in IN_ORDER.items():
        for held in written[1].element.body.iter(qn(f"w:{name}")):
            found = [child.tag.partition("}")[2] for child in held]
            assert found == sorted(found, key=order.index)


def test_numbered_lists_begin_at_one() -> None:
    """Each list has numbers of its own."""
    document = opened(word(report("")))
    numbers = [line._p.pPr.numPr.numId.val for line in document.paragraphs if line.style.name == "List Number"]
    lists = [block for block in blocks(report("")) if isinstance(block, Points) and block.ordered]

    assert len(set(numbers)) == len(lists) > 1
    assert [numbers.count(one) for one in dict.fromkeys(numbers)] == [len(one.points) for one in lists]


def test_logos() -> None:
    """A logo is taken with its name as description, never too wide; of an SVG the name stands there instead."""
    small = replace(report(""), sections=())
    wide = opened(word(replace(small, brand=replace(BRAND, logo=Logo(drawn("PNG", (900, 30)), "image/png")))))
    [picture] = wide.inline_shapes
    named = opened(word(replace(small, brand=replace(BRAND, logo=Logo(b"<svg/>", "image/svg+xml")))))

    assert picture.width.mm == pytest.approx(60, abs=0.1)
    assert picture.width / picture.height == pytest.approx(30, rel=0.01)
    assert picture._inline.docPr.get("descr") == "Northlight"
    assert (len(named.inline_shapes), named.paragraphs[0].text) == (0, "Northlight")


def test_hostile_names() -> None:
    """Control and direction characters are gone, markup is text, and a bare client has a document."""
    made = report_on(client(""), subject="</w:t><b>&amp;\x00\x0b\u202e" + "x" * 300)
    document = opened(word(made))

    assert made.subject in everything(document)
    assert made.subject in document.sections[0].footer.paragraphs[0].text
    assert any(isinstance(block, Cards | Plan) for block in blocks(made))
