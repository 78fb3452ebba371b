"""The report as Markdown: the recorded text of three clients, nothing lost, nothing that Markdown takes for its own signs."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from demandfirst.engine.language import PSEUDO
from demandfirst.engine.report.handout.as_markdown import markdown
from demandfirst.engine.report.handout.model import (
    Callout,
    Journey,
    Link,
    Paragraph,
    Picture,
    Point,
    Points,
    Reader,
    Section,
    Table,
)
from handing import GOLDEN, SHOP, blocks, report, stamped, targets, texts
from support import golden

CLIENTS: dict[str, tuple[str, Reader]] = {
    "en": (SHOP, "sales"), "uk": (GOLDEN[1], "client"), "ru": ("", "sales"), "hy": (SHOP, "client"),
    PSEUDO: ("", "client"),
}  # fmt: skip
RECORDED: dict[str, tuple[str, Reader]] = {
    "report-phone-shop-en": (SHOP, "sales"),
    "report-phone-shop-uk": (SHOP, "sales"),
    "report-phone-shop-ru": (SHOP, "sales"),
    "report-phone-shop-hy": (SHOP, "sales"),
    "report-partly-answered-dental-clinic-en": (GOLDEN[1], "client"),
    "report-partly-answered-dental-clinic-uk": (GOLDEN[1], "client"),
    "report-partly-answered-dental-clinic-ru": (GOLDEN[1], "client"),
    "report-partly-answered-dental-clinic-hy": (GOLDEN[1], "client"),
    "report-saturated-d2c-cosmetics-en": (GOLDEN[2], "client"),
    "report-saturated-d2c-cosmetics-uk": (GOLDEN[2], "client"),
    "report-saturated-d2c-cosmetics-ru": (GOLDEN[2], "client"),
    "report-saturated-d2c-cosmetics-hy": (GOLDEN[2], "client"),
}
"""Golden file, as HTML and as Markdown -> the client, and who reads; its name ends in the language."""
SIGNS = ("- a", "+ a", "# a", "> a", "1. a", "12) a", "= a", "a *b* _c_ `d` [e](f) <g> h|i \\j", "~~~", "1.5 a")


def plain(text: str) -> str:
    """Markdown without its signs, on one line."""
    said = re.sub(r"\\([^\n])", r"\1", text)
    return " ".join(unescape(said).replace("**", "").split())


@pytest.mark.parametrize("recorded", RECORDED)
def test_golden_reports(recorded: str) -> None:
    """The whole text of three clients."""
    name, reader = RECORDED[recorded]
    language = recorded.rpartition("-")[2]
    made = stamped(report(name, reader, language=language, subject="Example & Co."))

    golden(f"{recorded}.md", markdown(made))


@pytest.mark.parametrize("language", CLIENTS)
def test_all_text_is_there(language: str) -> None:
    """Every text of the report, but for the descriptions of pictures and maps; pictures are their tables."""
    name, reader = CLIENTS[language]
    made = report(name, reader, language=language, subject="Նոր Rose & Роза")
    hidden = {block.alt for block in blocks(made) if isinstance(block, Journey | Picture)}
    for block in blocks(made):
        if isinstance(block, Journey) and all(stage.stops for stage in block.stages):
            hidden.add(block.empty)
        if isinstance(block, Picture):
            hidden.add(block.table.caption)
    said = plain(markdown(made))

    assert [text for text in texts(made) if " ".join(text.split()) not in said and text not in hidden] == []


@pytest.mark.parametrize("sign", SIGNS)
def test_signs_stay_text(sign: str) -> None:
    """Wherever a text stands, no sign in it makes a heading, list, link or cell."""
    shown = Section(
        "a", sign, sign,
        (
            Paragraph(sign), Points((Point(sign, sign, (Link(sign, "a"),)),)), Callout("stop", sign, sign, (sign,)),
            Table(sign, (sign, sign), ((sign, sign),), ("start", "end")),
        ),
    )  # fmt: skip
    text = markdown(replace(report(""), title=sign, subject=sign, sections=(shown,)))
    begun = [line.lstrip("> ") for line in text.splitlines()]

    assert sum(line.startswith("#") for line in begun) == 2
    assert sum(bool(re.match(r"(-|\+|\d+[.)]) ", line)) for line in begun) == 2
    assert sum(line.startswith(">") for line in text.splitlines()) == 5
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in text.splitlines() if line.startswith("|"))


def test_ways_lead_somewhere() -> None:
    """Every link of the report leads to a place in the text."""
    made = report(SHOP, "sales")
    text = markdown(made)

    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == targets(made)
    assert all(text.count(f'<a id="{name}"></a>') == 1 for name in targets(made))
