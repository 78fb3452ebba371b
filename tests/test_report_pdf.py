"""The report as a PDF: all of its text, in fonts of its own, tagged, on pages where nothing is cut off."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import OpenerDirector, Request

import pytest
from demandfirst.engine.report.handout.as_pdf import FONTS, pdf
from demandfirst.engine.report.handout.model import (
    Brand,
    Cards,
    Handout,
    Journey,
    Logo,
    Picture,
    Points,
    Reader,
)
from fontTools.ttLib import TTFont
from handing import BRAND, GOLDEN, SHOP, blocks, client, report, report_on, texts
from paper import FOOT, HEIGHT, NEEDED, WIDTH, joined, objects, pages, poppler, text, words

pytestmark = NEEDED
CLIENTS: dict[str, tuple[str, Reader]] = {
    "en": ("", "sales"), "uk": (GOLDEN[1], "client"), "ru": ("", "client"), "hy": (SHOP, "client"),
}  # fmt: skip
EDGE = 45
"""Points at each side that stay white; the margin is 51."""
DOTS = 36
WHITE = 250
LONG = "Donaudampfschifffahrtsgesellschaft" * 4
PIXELS = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="https://elsewhere.example/a.png"/></svg>'
)


def shown(made: Handout) -> list[str]:
    """The texts of a report that stand on paper: no ways to other parts, no descriptions of pictures."""
    hidden = {made.title}
    for block in blocks(made):
        match block:
            case Points(points):
                hidden |= {link.text for point in points for link in point.links}
            case Cards(cards):
                hidden |= {link.text for card in cards for link in card.links}
            case Picture(alt=alt):
                hidden.add(alt)
            case Journey(title, alt, empty, stages):
                hidden |= {title, alt, empty if all(stage.stops for stage in stages) else alt}
            case _:
                pass
    return [made.title, *(one for one in texts(made) if one not in hidden)]


@cache
def made(language: str) -> Handout:
    """The report that is printed in a language."""
    name, reader = CLIENTS[language]
    return report(name, reader, language=language, subject="Նոր Rose & Роза їжак ґ «Λ» €₴₽֏")


@pytest.fixture(scope="module", params=CLIENTS)
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Handout, Path]:
    """A report in a language, and its file."""
    found = made(request.param)
    path = tmp_path_factory.mktemp(request.param) / "report.pdf"
    path.write_bytes(pdf(found))
    return found, path


def test_all_text_is_there(printed: tuple[Handout, Path]) -> None:
    """Every text of the report can be read out of the file again."""
    found, path = printed
    said = text(path)

    assert [one for one in shown(found) if joined(one) not in said] == []


def test_fonts_are_embedded(printed: tuple[Handout, Path]) -> None:
    """The fonts are those of the package, in the file as far as they are used."""
    rows = [row.split() for row in poppler("pdffonts", str(printed[1])).splitlines()[2:]]

    assert {row[0].partition("+")[2] for row in rows} == {"Report-Sans", "Report-Sans-Bold"}
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)


@pytest.mark.parametrize("language", CLIENTS)
def test_every_sign_has_a_shape(language: str) -> None:
    """No box stands for a sign that the fonts lack."""
    signs = {sign for name in (SHOP, "") for one in texts(report(name, "sales", language=language)) for sign in one}

    for font in FONTS.glob("*.ttf"):
        assert sorted(sign for sign in signs if ord(sign) not in TTFont(font).getBestCmap()) == []
    assert len(list(FONTS.glob("*.ttf"))) == 2


def test_tagged_titled_and_in_its_language(printed: tuple[Handout, Path]) -> None:
    """What a screen reader needs: tags, the language, a title that is shown, bookmarks, a description of every picture."""
    found, path = printed
    about, held = poppler("pdfinfo", str(path)), objects(path)
    pictures = [block for block in blocks(found) if isinstance(block, Picture)]

    assert re.search(r"^Tagged:\s+yes$", about, re.MULTILINE)
    assert re.search(rf"^Title:\s+{re.escape(found.title)}", about, re.MULTILINE)
    assert re.search(r"^Author:\s+Northlight$", about, re.MULTILINE)
    assert f"/Lang ({found.language})".encode() in held
    assert b"/DisplayDocTitle true" in held
    assert b"pdfuaid:part" in held
    assert held.count(b"/Alt ") == len(pictures)
    assert b"/Outlines" in held


def test_nothing_is_cut_off(printed: tuple[Handout, Path]) -> None:
    """Every page has something on it, and nothing on its edges; no word begins or ends outside the margins."""
    _found, path = printed
    scale = DOTS / 72
    edge = round(EDGE * scale)
    drawn = pages(path, DOTS)

    for page in drawn:
        width, height = page.size
        for box in ((0, 0, edge, height), (width - edge, 0, width, height), (0, 0, width, round(36 * scale))):
            assert page.crop(box).getextrema()[0] >= WHITE  # type: ignore[operator]
        dark = page.crop((edge, 0, width - edge, height - round(FOOT * scale))).point(lambda grey: grey < WHITE and 255)
        assert dark.histogram()[255] > 100
    assert all(
        left > EDGE and right < WIDTH - EDGE and top > 0 and bottom < HEIGHT for left, top, right, bottom in words(path)
    )
    assert 6 < len(drawn) < 30


def test_the_verdict_fits_on_one_page(printed: tuple[Handout, Path]) -> None:
    """The contents begin on the second page, whatever the language."""
    found, path = printed
    first = joined(poppler("pdftotext", "-raw", "-l", "1", str(path), "-"))
    second = joined(poppler("pdftotext", "-raw", "-f", "2", "-l", "2", str(path), "-"))

    assert all(joined(one.title) in second for one in found.sections)
    assert joined(found.sections[1].title) not in first


def test_hostile_names(tmp_path: Path) -> None:
    """Long words are broken, markup stays text, and other scripts do no harm."""
    brand = Brand(name=LONG[:120], contact='"} @page { size: 1in }', line="</style><script>")
    found = report_on(client(""), subject=f"{LONG[:90]} </title> שלום 你好 🌹", brand=brand)
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(found))
    said = text(path)

    assert joined(brand.name) in said
    assert joined(brand.line) in said
    assert joined(LONG[:90]) in said
    assert re.search(r"^Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)$", poppler("pdfinfo", str(path)), re.MULTILINE)
    assert all(left > EDGE and right < WIDTH - EDGE for left, _top, right, _bottom in words(path))


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logo that names an address makes nobody ask there, nor open a file."""
    asked: list[str] = []
    opened = OpenerDirector.open

    def noting(opener: OpenerDirector, request: Request, *more: Any, **others: Any) -> Any:
        asked.append(request.full_url)
        if not request.full_url.startswith("data:"):
            raise OSError("nobody is asked here")
        return opened(opener, request, *more, **others)

    monkeypatch.setattr(OpenerDirector, "open", noting)
    small = replace(
        report(""), sections=report("").sections[:1], brand=replace(BRAND, logo=Logo(PIXELS, "image/svg+xml"))
    )

    assert pdf(small).startswith(b"%PDF-1.7")
    assert [one.partition(",")[0] for one in asked] == ["data:image/svg+xml;base64"]


def test_one_after_the_other_and_side_by_side() -> None:
    """The same report gives the same pages, also from several threads at once."""
    from concurrent.futures import ThreadPoolExecutor

    small = replace(report(""), sections=report("").sections[:1])
    with ThreadPoolExecutor(3) as pool:
        several = list(pool.map(lambda _: pdf(small), range(4)))

    assert len({len(one) for one in several}) == 1
