"""Pictures of the questionnaire for the README, drawn anew by `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from browsing import chromium
from clients import personas
from support import HERE
from test_web_browser import answered, give
from web_support import a_server

FOLDER = HERE.parent / "docs" / "images"
CLIENT = personas()["unsaturated-phone-e-shop"]["client"]
ANSWERS = 9


def main() -> None:
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
