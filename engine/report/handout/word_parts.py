"""What a Word document is put together from: styles, language, bookmarks, boxes, tables whose header repeats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.report.handout.colours import INK, QUIET, Palette
from demandfirst.engine.report.handout.model import Side, Tone

FONT = "Arial"
LOCALES = {"en": "en-GB", "uk": "uk-UA", "ru": "ru-RU", "hy": "hy-AM"}
SIZES = {
    "Title": 24,
    "Heading 1": 17,
    "Heading 2": 13,
    "Heading 3": 11.5,
    "Heading 4": 10.5,
    "Caption": 10,
    "Normal": 10.5,
}
EDGE = "d5dbe1"
BOXES: dict[Tone, tuple[str, str]] = {
    "stop": ("9c1c22", "fbf1f1"), "caution": ("7d5200", "fbf6ea"), "info": ("2d577f", "eff4f9"), "open": ("5a4a86", "f4f2f9"),
}  # fmt: skip
"""The edge and the ground of a box; others have the colours of the brand."""
MARGIN = 20
LOGO_HEIGHT, LOGO_WIDTH = 16, 60
"""Millimetres that a logo may take up."""


class Word:
    """What is used of python-docx."""

    def __init__(self) -> None:
        try:
            import docx
            from docx.enum.text import WD_ALIGN_PARAGRAPH
            from docx.oxml import OxmlElement
            from docx.oxml.ns import qn
            from docx.shared import Mm, Pt, RGBColor
        except ImportError:
            raise MissingExtra("a Word report needs python-docx: pip install 'demandfirst[report]'") from None
        self.document: Any = docx.Document
        self.element: Any = OxmlElement
        self.name: Any = qn
        self.mm: Any = Mm
        self.points: Any = Pt
        self.colour: Any = RGBColor.from_string
        self.right: Any = WD_ALIGN_PARAGRAPH.RIGHT

    def made(self, kind: str, **attributes: str) -> Any:
        """An element such as `w:lang` with attributes of the same prefix."""
        element = self.element(kind)
        for key, value in attributes.items():
            element.set(self.name(f"w:{key}"), value)
        return element


def rgb(colour: str) -> str:
    """A colour as Word writes it."""
    return colour.removeprefix("#").upper()


def styled(word: Word, document: Any, language: str, colours: Palette) -> None:
    """Give a document its paper, fonts, colours and language."""
    for section in document.sections:
        section.page_width, section.page_height = word.mm(210), word.mm(297)
        section.left_margin = section.right_margin = word.mm(MARGIN)
        section.top_margin = section.bottom_margin = word.mm(MARGIN)
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.size, style.font.italic = word.points(size), False
        style.font.color.rgb = word.colour(rgb(INK if name in ("Normal", "Caption") else colours.primary))
        _in_font(word, style.element.get_or_add_rPr())
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Caption"):
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["Heading 1"].paragraph_format.space_before = word.points(22)
    document.styles["Normal"].paragraph_format.space_after = word.points(6)
    defaults = document.styles.element.find(word.name("w:docDefaults")).find(word.name("w:rPrDefault"))
    for rpr in (defaults.find(word.name("w:rPr")), document.styles["Normal"].element.get_or_add_rPr()):
        for old in rpr.findall(word.name("w:lang")):
            rpr.remove(old)
        code = LOCALES.get(language, LOCALES["en"])
        rpr.append(word.made("w:lang", val=code, eastAsia=code))


def _in_font(word: Word, rpr: Any) -> None:
    fonts = rpr.find(word.name("w:rFonts"))
    if fonts is None:
        fonts = word.element("w:rFonts")
        rpr.insert(0, fonts)
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(word.name(f"w:{script}"), FONT)


def boxed(word: Word, paragraph: Any, tone: Tone, colours: Palette) -> None:
    """Put a paragraph into a box of its tone."""
    edge, ground = BOXES.get(tone, (rgb(colours.primary), rgb(colours.tint)))
    borders = word.element("w:pBdr")
    borders.append(word.made("w:left", val="single", sz="36", space="8", color=edge))
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the library's own way to what it has no name for
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    shade = word.made("w:shd", val="clear", color="auto", fill=ground)
    properties.insert_element_before(shade, "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr")
    paragraph.paragraph_format.left_indent = word.mm(4)


def quiet(word: Word, run: Any) -> None:
    """Show a run as a remark."""
    run.font.color.rgb = word.colour(rgb(QUIET))


def bookmark(word: Word, paragraph: Any, number: int) -> None:
    """Mark a heading as a place that links lead to."""
    start = word.made("w:bookmarkStart", id=str(number), name=place(number))
    end = word.made("w:bookmarkEnd", id=str(number))
    paragraph._p.append(start)  # noqa: SLF001
    paragraph._p.append(end)  # noqa: SLF001


def place(number: int) -> str:
    """The name of a place; Word takes letters and digits only."""
    return f"part_{number}"


def link(word: Word, paragraph: Any, text: str, number: int, colour: str) -> None:
    """A way to a place in the document."""
    way = word.made("w:hyperlink", anchor=place(number), history="1")
    run = paragraph.add_run(text)
    run.font.color.rgb = word.colour(rgb(colour))
    run.font.underline = True
    paragraph._p.remove(run._r)  # noqa: SLF001
    way.append(run._r)  # noqa: SLF001
    paragraph._p.append(way)  # noqa: SLF001


def described(picture: Any, title: str, alt: str) -> None:
    """Say what a picture shows to whoever cannot see it."""
    properties = picture._inline.docPr  # noqa: SLF001
    properties.set("descr", alt)
    properties.set("title", title)


def field(word: Word, paragraph: Any, code: str) -> None:
    """A number that Word counts itself, such as PAGE."""
    simple = word.made("w:fldSimple", instr=code)
    run = paragraph.add_run("1")
    paragraph._p.remove(run._r)  # noqa: SLF001
    simple.append(run._r)  # noqa: SLF001
    paragraph._p.append(simple)  # noqa: SLF001


def restarted(document: Any) -> int:
    """The number of a new numbered list, which begins at 1."""
    numbering = document.part.numbering_part.element
    style = document.styles["List Number"].element
    used = numbering.num_having_numId(style.pPr.numPr.numId.val)
    made = numbering.add_num(used.abstractNumId.val)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


def numbered(paragraph: Any, number: int) -> None:
    """Make a paragraph a point of a numbered list."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = number


def table(word: Word, document: Any, rows: Sequence[Sequence[str]], sides: Sequence[Side]) -> Any:
    """A table without a header: thin lines between the rows, cells aligned by column."""
    made = document.add_table(len(rows), len(sides), style="Table Grid")
    borders = word.element("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        lying = edge in ("bottom", "insideH", "top")
        borders.append(word.made(f"w:{edge}", val="single" if lying else "nil", sz="4", space="0", color=EDGE))
    made._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")  # noqa: SLF001
    made.autofit = True
    for row, texts in zip(made.rows, rows, strict=True):
        row._tr.get_or_add_trPr().append(word.element("w:cantSplit"))  # noqa: SLF001
        for cell, text, side in zip(row.cells, texts, sides, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(text).font.size = word.points(9.5)
            paragraph.paragraph_format.space_after = word.points(2)
            paragraph.alignment = word.right if side == "end" else None
    return made


def headed(word: Word, made: Any, heading: int, colours: Palette) -> None:
    """Make the first row of a table the header, which repeats on every page, and a column its headings."""
    made.rows[0]._tr.get_or_add_trPr().append(word.element("w:tblHeader"))  # noqa: SLF001
    for cell in made.rows[0].cells:
        for run in cell.paragraphs[0].runs:
            run.font.bold = True
            run.font.color.rgb = word.colour(rgb(colours.primary))
    stressed(made, heading)


def stressed(made: Any, column: int) -> None:
    """Write a column in bold letters."""
    for row in made.rows:
        for run in row.cells[column].paragraphs[0].runs:
            run.font.bold = True
