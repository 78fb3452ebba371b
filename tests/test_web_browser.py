"""The questionnaire in a real browser: with and without scripts, by keyboard, in a frame, resumed; checked by axe."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NEEDED, RULES, SIZES, chromium
from clients import personas
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support import HERE
from web_support import a_free_port, a_server

pytestmark = NEEDED
CLIENT = personas()["unsaturated-phone-e-shop"]["client"]
HOST = HERE.parent / "examples" / "embedding"


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """A port for the service and one for the page around it."""
    return a_free_port(), a_free_port()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]) -> Iterator[str]:
    """A server that the host page may frame."""
    variables = {"DEMANDFIRST_EMBED_PARENTS": f"http://localhost:{ports[1]}"}
    with a_server(tmp_path_factory.mktemp("server"), variables, port=ports[0]) as (found, _):
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture
def asked_elsewhere() -> list[str]:
    """Addresses of other hosts that a page asked for; what they should be is none."""
    return []


def opened(browser: Browser, size: str = "desktop", elsewhere: list[str] | None = None, **given: Any) -> BrowserContext:
    """A new browser window."""
    context = browser.new_context(viewport=SIZES[size], **given)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    if elsewhere is not None:
        context.on("request", lambda one: None if "//localhost:" in one.url else elsewhere.append(one.url))
    return context


def answered(page: Page, client: dict[str, Any], most: int = 60) -> int:
    """Answer what is asked until nothing is; how many questions came."""
    page.wait_for_selector("input[name=fact]", state="attached")
    for count in range(most):
        if page.locator("input[name=fact]").count() == 0:
            return count
        fact = page.locator("input[name=fact]").input_value()
        give(page, client.get(fact, "unknown"))
        page.wait_for_function("fact => document.querySelector('input[name=fact]')?.value !== fact", arg=fact)
    raise AssertionError("there is no end to the questions")


def give(page: Page, given: Any) -> None:
    """Fill in an answer and send it."""
    if given == "unknown":
        page.get_by_role("button", name="I don't know").click()
        return
    if isinstance(given, int | float) and not isinstance(given, bool):
        page.locator("#value").fill(str(given))
    else:
        words = ["yes" if given else "no"] if isinstance(given, bool) else given if isinstance(given, list) else [given]
        for word in words or ["none of these"]:
            page.locator(f'input[name=value][value="{word}"]').check()
    page.get_by_role("button", name="Next").click()


@pytest.mark.parametrize(("size", "scripts"), [("desktop", True), ("phone", False)])
def test_a_whole_questionnaire(
    browser: Browser, address: str, size: str, scripts: bool, asked_elsewhere: list[str]
) -> None:
    """From the first page to the advice, with scripts and without, and nothing is asked of another host."""
    with opened(browser, size, asked_elsewhere, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Begin").click()
        count = without_scripts(page, CLIENT) if not scripts else answered(page, CLIENT)

        page.get_by_role("button", name="Show my advice").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("No money into social advertising now")
        expect(page.get_by_text("Not now, and what would have to change")).to_be_visible()

    assert 10 < count < 47
    assert asked_elsewhere == []


def without_scripts(page: Page, client: dict[str, Any]) -> int:
    """The same as `answered`, where no script can be asked what it sees."""
    page.wait_for_selector("input[name=fact]", state="attached")
    for count in range(60):
        field = page.locator("input[name=fact]")
        if field.count() == 0:
            return count
        with page.expect_navigation():
            give(page, client.get(field.input_value(), "unknown"))
    raise AssertionError("there is no end to the questions")


def test_by_keyboard_alone(browser: Browser, address: str) -> None:
    """Tab, arrow keys, space and Enter are enough, and the focus is where one reads."""
    with opened(browser) as context:
        page = context.new_page()
        page.goto(address)
        press(page, "Begin", "Enter")
        page.wait_for_selector("input[name=value]")
        reach(page, "input[name=value]")
        page.keyboard.press("Space")
        press(page, "Next", "Enter")
        page.wait_for_selector("input[value=sales]")
        reach(page, "input[value=sales]")
        page.keyboard.press("Space")
        press(page, "Next", "Space")
        page.wait_for_selector("button[value=dont_know]")
        assert page.evaluate("document.activeElement.tagName") == "MAIN"
        press(page, "I don't know", "Enter")
        page.wait_for_selector("progress[value='3']")
        press(page, "Back", "Enter")
        page.wait_for_selector("progress[value='2']")


def reach(page: Page, selector: str) -> None:
    """Go on with Tab until something is reached."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")


def press(page: Page, name: str, key: str) -> None:
    """Go to a button with Tab and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName === 'BUTTON' && document.activeElement.innerText") == name:
            page.keyboard.press(key)
            return
    raise AssertionError(f"the button {name} cannot be reached with Tab")


def test_resumed_in_another_browser(browser: Browser, address: str) -> None:
    """The private link opens the same questionnaire in a browser that has never seen it."""
    with opened(browser) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Begin").click()
        give(page, "ecommerce")
        page.wait_for_selector("input[value=sales]")
        page.get_by_role("link", name="Go on later").click()
        link = page.get_by_label("Your private link").input_value()
    with opened(browser, "phone") as context:
        page = context.new_page()
        page.goto(link)
        expect(page.locator("input[name=fact]")).to_have_value("goals")
        page.get_by_role("link", name="Your answers").click()
        expect(page.get_by_text("An online shop", exact=False).or_(page.get_by_text("an online shop"))).to_be_visible()


def test_inside_a_page_of_another_origin(
    browser: Browser, address: str, ports: tuple[int, int], tmp_path: Path
) -> None:
    """The web component shows the questionnaire, fits its height, takes colours, passes answers on, and tells what happens."""
    page_around = (HOST / "host.html").read_text(encoding="utf-8").replace("http://localhost:8000", address)
    (tmp_path / "host.html").write_text(page_around, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", ports[1]), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with opened(browser) as context:
            page = context.new_page()
            page.goto(f"http://localhost:{ports[1]}/host.html")
            page.wait_for_function("document.getElementById('heard').innerText.startsWith('started: 2 answers')")
            frame = page.frames[1]
            accent = frame.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')")
            assert accent.strip() == "#5b2a86"
            height = page.evaluate(
                "document.querySelector('demandfirst-questionnaire').shadowRoot.querySelector('iframe').offsetHeight"
            )
            assert abs(height - frame.evaluate("document.documentElement.getBoundingClientRect().height")) <= 1
            assert frame.locator("input[name=fact]").input_value() not in ("business_type", "goals")
            frame.get_by_role("button", name="I don't know").click()
            page.wait_for_function("document.getElementById('heard').innerText.startsWith('answered: 3 answers')")
            while frame.locator("input[name=fact]").count():
                fact = frame.locator("input[name=fact]").input_value()
                frame.get_by_role("button", name="I don't know").click()
                frame.wait_for_function("fact => document.querySelector('input[name=fact]')?.value !== fact", arg=fact)
            frame.get_by_role("button", name="Show my advice").click()
            page.wait_for_function("document.getElementById('heard').innerText.startsWith('completed: ')")
    finally:
        server.shutdown()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_page_fails_the_accessibility_rules(browser: Browser, address: str, size: str, scheme: str) -> None:
    """axe finds nothing wrong with any page (WCAG 2.2 AA and good practice), light and dark, and nothing scrolls sideways."""
    with opened(browser, size, color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        found: dict[str, Any] = {}
        for name in pages(page, address):
            result = Axe().run(page, options=RULES).response["violations"]
            found[name] = [(one["id"], [node["target"] for node in one["nodes"]]) for one in result]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[name].append("scrolls sideways")
            found[name] += page.evaluate(NOT_SEEN)

    assert len(found) > 9
    assert {name: wrong for name, wrong in found.items() if wrong} == {}, json.dumps(found, indent=1)


NOT_SEEN = "[...document.images].filter((one) => !one.naturalWidth).map((one) => one.src)"


def test_pictures_are_seen(browser: Browser, address: str) -> None:
    """The three drawings of a full advice are shown in colour, each beside its table; no policy keeps a browser from them."""
    with opened(browser, color_scheme="dark") as context:
        page, told = context.new_page(), []
        page.on("console", lambda one: told.append(one.text))
        page.goto(address)
        page.get_by_role("button", name="Begin").click()
        page.wait_for_selector("input[name=fact]", state="attached")
        here = page.url
        for fact, given in CLIENT.items():
            value = ("yes" if given else "no") if isinstance(given, bool) else given
            page.request.post(f"{here}/answer", form={"fact": fact, "value": str(value), "action": "answer"})
        page.request.post(f"{here}/answer", form={"fact": "goals", "value": "sales", "action": "answer"})
        page.goto(f"{here}/advice")
        colours = page.evaluate(COLOURS)

    assert len(colours) == 3
    assert min(colours) > 2
    assert told == []


COLOURS = """async () => Promise.all([...document.querySelectorAll(".picture img")].map(async (image) => {
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const paint = canvas.getContext("2d");
  paint.drawImage(image, 0, 0);
  const points = new Uint32Array(paint.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(points).size;
}))"""


def pages(page: Page, address: str) -> Iterator[str]:
    """Every kind of page, one after the other."""
    page.goto(address)
    yield "welcome"
    page.get_by_role("button", name="Begin").click()
    page.wait_for_selector("input[value=ecommerce]")
    here = page.url
    yield "choice"
    page.get_by_role("button", name="Next").click()
    page.wait_for_selector("[role=alert]")
    yield "fault"
    for client in ({"business_type": "ecommerce"}, {"goals": ["sales"]}):
        fact = page.locator("input[name=fact]").input_value()
        give(page, client[fact])
        page.wait_for_function("fact => document.querySelector('input[name=fact]')?.value !== fact", arg=fact)
        yield f"after {fact}"
    request = page.request
    for fact, given in CLIENT.items():
        value = ("yes" if given else "no") if isinstance(given, bool) else given
        for one in [value] if not isinstance(value, list) else value[:1]:
            request.post(f"{here}/answer", form={"fact": fact, "value": one, "action": "answer"})
    request.post(f"{here}/change", form={"fact": "gross_margin"})
    page.goto(here)
    yield "number"
    for place in ("answers", "link", "advice", "how-sure"):
        page.goto(f"{here}/{place}")
        yield place
    page.goto(f"{address}/nowhere")
    yield "not found"


def test_pages_are_small(browser: Browser, address: str) -> None:
    """The first page with everything that it loads is below 50 KB, and loads nothing twice."""
    with opened(browser) as context:
        page, sizes = context.new_page(), {}
        page.on("response", lambda one: sizes.update({one.url: len(one.body())}))
        page.goto(address, wait_until="networkidle")

    assert sum(sizes.values()) < 50_000
