"""Pictures of the questionnaire and of a report for the documents, drawn anew by `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from browsing import chromium
from clients import personas
from demandfirst.engine.report.handout.as_pdf import pdf
from handing import BRAND, SHOP, report
from paper import poppler
from PIL import Image
from support import HERE
from test_web_browser import answered, give
from web_support import a_server

FOLDER = HERE.parent / "docs" / "images"
CLIENT = personas()["unsaturated-phone-e-shop"]["client"]
ANSWERS = 9


SHOWN, DOTS, GAP = 3, 64, 14


def paper() -> None:
    """The first pages of a report beside each other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        path.write_bytes(pdf(report(SHOP, subject="Phone shop", brand=BRAND)))
        poppler("pdftoppm", "-png", "-r", str(DOTS), "-l", str(SHOWN), str(path), str(path.with_suffix("")))
        drawn = [Image.open(one) for one in sorted(path.parent.glob("*.png"))]
        width, height = drawn[0].size
        sheet = Image.new("RGB", (SHOWN * width + (SHOWN + 1) * GAP, height + 2 * GAP), "#c9ced4")
        for place, page in enumerate(drawn):
            sheet.paste(page, (GAP + place * (width + GAP), GAP))
        sheet.quantize(96, method=Image.Quantize.MAXCOVERAGE).save(FOLDER / "report.png", optimize=True)


def main() -> None:
    """All of them."""
    paper()
    questionnaire()


def questionnaire() -> None:
    """A question on a wide screen and on a phone in the dark, and the advice."""
    with (
        tempfile.TemporaryDirectory() as folder,
        a_server(Path(folder)) as (address, _),
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1180, "height": 820})
        page.goto(address)
        page.get_by_role("button", name="Begin").click()
        for _ in range(ANSWERS):
            fact = page.locator("input[name=fact]").input_value()
            give(page, CLIENT.get(fact, "unknown"))
            page.wait_for_function("fact => document.querySelector('input[name=fact]')?.value !== fact", arg=fact)
        page.mouse.move(0, 0)
        page.screenshot(path=FOLDER / "question.png")
        phone = browser.new_page(viewport={"width": 390, "height": 820}, color_scheme="dark")
        phone.goto(page.url)
        phone.screenshot(path=FOLDER / "question-phone.png")
        answered(page, CLIENT)
        page.get_by_role("button", name="Show my advice").click()
        page.screenshot(path=FOLDER / "advice.png")


if __name__ == "__main__":
    main()
