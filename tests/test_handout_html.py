"""The report as HTML: one file, the same each time, safe, readable by everybody, in each language and on each width."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NEEDED, RULES, chromium
from demandfirst.engine.language import LANGUAGES, PSEUDO
from demandfirst.engine.report.handout import colours
from demandfirst.engine.report.handout.charts import png, size
from demandfirst.engine.report.handout.html import html, inline, part, quoted, style
from demandfirst.engine.report.handout.model import READERS, Brand, Handout, Logo, Picture, Reader
from handing import BRAND, GOLDEN, SHOP, advisor, blocks, report, section, stamped, texts
from playwright.sync_api import ViewportSize
from support import golden

HOSTILE = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202eevil & {{7*7}} $x^2$"
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
BY_DESIGN = re.compile(
    r"[A-Z]+(_[A-Z]+)+|[A-Z]{4,}|width=device-width.*|demandfirst|\d+ November 2026"
    r"|Northlight|hello@northlight\.example|Marketing that pays for itself"
)
"""The networks' own code words, the agency's name, and dates, which go by locale and not by the catalogs."""
PHONE, DESKTOP = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
PAPER = ViewportSize(width=666, height=900)
"""The width of A4 between its margins."""
UNITS = re.compile(
    r"\b(?:money )?(?:an? |per )?(?:order|month|customer|week|year|day|searches|hours|days|months|customers)s?\b"
)


class Page(HTMLParser):
    """The tags of a page in their order with their attributes, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.texts += [value for name, value in attrs if name in ("alt", "aria-label", "content", "title") and value]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all_of(self, *tags: str) -> list[dict[str, str]]:
        return [held for tag, held in self.tags if tag in tags]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GOLDEN)
def test_golden_reports(name: str, language: str) -> None:
    """The whole page of three clients; of the drawings their words, since another matplotlib may draw another path."""
    reader: Reader = "sales" if name == SHOP else "client"
    page = html(stamped(report(name, reader, language=language, subject="Example & Co.")))
    words = SVG.sub(lambda drawn: f"<svg>{' | '.join(Page(drawn[0]).texts)}</svg>".replace("\n", ""), page)

    golden(f"report-{name.replace(' ', '-')}-{language}.html", STYLE.sub("<style></style>", words))


def test_the_same_in_every_process() -> None:
    """Made again, and in a process with another hash seed, it is the same to the byte."""
    code = "from handing import report; from demandfirst.engine.report.handout.html import html; print(html(report('')), end='')"
    folder = Path(__file__).parent
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=folder, check=True, env=environment)

    assert other.stdout.decode() == html(report(""))
    shop = report(SHOP)
    report.cache_clear()
    assert html(report(SHOP)) == html(shop)


@pytest.mark.parametrize("reader", READERS)
def test_one_file_without_script(reader: Reader) -> None:
    """No script, nothing from elsewhere; every address leads to a part of the page."""
    page = Page(html(report(SHOP, reader)))
    ids = [held["id"] for _tag, held in page.tags if "id" in held]

    assert not page.all_of("script", "link", "iframe", "object", "embed", "form", "base")
    assert len(ids) == len(set(ids))
    assert {held["href"] for held in page.all_of("a")} <= {f"#{name}" for name in ids}
    assert not [held for _tag, held in page.tags if any(name.startswith("on") or name == "src" for name in held)]
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org)", html(report(SHOP, reader)))


def test_headings_and_landmarks() -> None:
    """One first heading, no level skipped on the way down, one of each landmark, every table with caption and headers."""
    page = Page(html(report(SHOP, "sales")))
    levels = [int(tag[1]) for tag, _held in page.tags if re.fullmatch(r"h[1-6]", tag)]

    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert [len(page.all_of(tag)) for tag in ("main", "header", "footer", "nav")] == [1, 1, 1, 1]
    assert len(page.all_of("table")) == len(page.all_of("caption")) == len(page.all_of("thead"))
    assert all("scope" in held for held in page.all_of("th"))
    assert page.all_of("html") == [{"lang": "en"}]
    assert all(held["role"] == "img" and held["aria-labelledby"] for held in page.all_of("svg"))


def test_hostile_names_stay_text() -> None:
    """What a client or agency is called can end neither a tag, nor the style sheet, nor the drawing."""
    brand = Brand(name=HOSTILE, contact=HOSTILE, line=HOSTILE)
    page = html(report("", subject=HOSTILE, brand=brand))
    found = Page(page)

    assert not found.all_of("script", "img")
    assert len(found.all_of("style")) == 1
    assert "\u202e" not in page
    assert "49" not in found.texts[0]
    assert any("<script>alert(1)</script>" in text for text in found.texts)


@pytest.mark.parametrize("text", ['"}</style>', "\\", "\n", "a'b", "Հայ", "*/ x"])
def test_texts_in_the_style_sheet(text: str) -> None:
    """A text in the style sheet holds none of the signs that mean something there."""
    inside = quoted(text)[1:-1]

    assert not re.search(r"[\"<>{}\n*/']", inside)
    assert re.sub(r"\\([0-9a-f]{6})", lambda sign: chr(int(sign[1], 16)), inside) == text


@pytest.mark.parametrize(("name", "reader"), [(SHOP, "sales"), ("partly-answered-inventor", "sales"), ("", "client")])
def test_no_text_bypasses_the_catalogs(name: str, reader: Reader) -> None:
    """In the pseudo language every run of letters lies in brackets, but for names and code words that stand there by design."""
    made = report(name, reader, language=PSEUDO)
    page = Page(SVG.sub("", STYLE.sub("", html(made))))
    drawn = [Page(drawing).texts for drawing in SVG.findall(html(made))]
    bare = [
        left for text in [*texts(made), *page.texts, *(" ".join(words) for words in drawn)] if (left := outside(text))
    ]

    assert len(page.texts) > 100
    assert bare == []
    assert made.language == PSEUDO


def outside(text: str) -> str:
    """The letters of a text outside the brackets, those by design left out."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return " ".join(re.findall(r"[^\W\d_]+", UNITS.sub(" ", BY_DESIGN.sub(" ", text))))


@pytest.mark.parametrize("given", ["#ffff00", "#ffffff", "#777777", "#00ff88", "#123456", "#FFAA00"])
def test_brand_colours_can_be_read(given: str) -> None:
    """Whatever colours a brand has, text in them on paper, and paper-coloured text on them, has contrast enough."""
    found = colours.palette(Brand(primary=given, accent=given))

    for colour in (found.primary, found.accent):
        assert colours.contrast(colour, colours.PAPER) >= colours.READABLE
    assert colours.contrast(found.primary, found.tint) >= colours.READABLE
    assert colours.contrast(colours.INK, found.tint) >= colours.READABLE
    if given == "#123456":
        assert found.primary == given


@pytest.mark.parametrize("given", ["", "red", "#12", "url(x)", "#12345g", "red;}body{display:none"])
def test_what_is_no_colour_is_ours(given: str) -> None:
    """A word that is no colour never reaches the style sheet."""
    sheet = style(replace(report(""), brand=Brand(primary=given, accent=given)))

    assert sheet == style(replace(report(""), brand=Brand()))


def test_the_contrast_is_that_of_the_guideline() -> None:
    """Known ratios of WCAG: black on white 21, mid grey 4.48."""
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_logo_is_held_in_the_page() -> None:
    """The logo is part of the file, with the name for whoever cannot see it."""
    brand = replace(BRAND, logo=Logo(b"\x89PNG...", "image/png"))
    (image,) = Page(html(report("", brand=brand))).all_of("img")

    assert image["src"].startswith("data:image/png;base64,")
    assert image["alt"] == BRAND.name


def test_a_section_by_itself_is_the_one_in_the_document() -> None:
    """A page that takes parts of the report shows the same as the document."""
    made = report(SHOP)

    for one in made.sections:
        assert part(one, inline(made.brand)).strip() in html(made)
    assert section(made, "money").title in part(section(made, "money"), lambda _picture: "")


def test_drawings_as_pixels() -> None:
    """A format without SVG gets the same drawing as PNG, of the size that the model says."""
    picture = next(block for block in blocks(report(SHOP)) if isinstance(block, Picture))
    drawn = png(picture.id, picture.drawing, colours.palette(BRAND), dots=72)

    assert drawn.startswith(b"\x89PNG")
    assert (int.from_bytes(drawn[16:20]), int.from_bytes(drawn[20:24])) == size(picture.drawing) == picture.size


@NEEDED
def test_in_a_browser(tmp_path: Path) -> None:
    """No breach of WCAG 2.2 AA, nothing wider than the window even with names of one long word, and no table cut on paper."""
    longest = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
    shown: list[tuple[str, Handout]] = [
        ("shop", report(SHOP, "sales", subject=longest, brand=Brand(name=longest))),
        ("clinic", report("partly-answered-dental-clinic", "sales", brand=Brand(name="Clinic", primary="#ffcc00"))),
        ("pseudo", report(SHOP, language=PSEUDO)),
    ]
    with chromium() as browser:
        for name, made in shown:
            path = tmp_path / f"{name}.html"
            path.write_text(html(made), encoding="utf-8")
            page = browser.new_page(viewport=PHONE)
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
            page.set_viewport_size(DESKTOP)
            assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"], name
            page.set_viewport_size(PAPER)
            page.emulate_media(media="print")
            assert page.evaluate(CUT) == [], name
            page.close()
        page = browser.new_page(viewport=DESKTOP)
        page.goto((tmp_path / "clinic.html").as_uri())
        found = Axe().run(page, options=RULES)

    assert found.violations_count == 0, found.generate_report()


CUT = """() => [...document.querySelectorAll("td, th, svg, h1, h2, h3, p, li")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest(".hidden, .skip"))
  .map((one) => one.textContent.slice(0, 60))"""


def test_words_go_by_the_language_of_the_report() -> None:
    """The language is that of the advisor, whatever is spoken around it."""
    from demandfirst.engine.language import speaking

    with speaking(PSEUDO):
        page = html(report(SHOP))

    assert "⟦" not in page
    assert advisor().language == "en"
