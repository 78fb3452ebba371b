"""Languages in a real browser: longer texts fit, axe finds nothing in any language, the frame speaks as its page says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NEEDED, RULES, SIZES, chromium
from demandfirst.engine.language import LANGUAGES, PSEUDO
from demandfirst.web.service import Service
from playwright.sync_api import Browser, Page, expect
from staff_support import completed, many
from test_web_browser import HOST, Quiet
from web_support import a_free_port, a_server, a_service

pytestmark = NEEDED


@pytest.fixture(scope="module")
def port() -> int:
    """A port for the page around."""
    return a_free_port()


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[tuple[str, Service]]:
    """A server with clients, and its service from the side."""
    folder: Path = tmp_path_factory.mktemp("agency")
    service = a_service(folder)
    many(service, 60)
    settings = {
        "DEMANDFIRST_EMBED_PARENTS": f"http://localhost:{port}", "DEMANDFIRST_CONTACT": "true",
        "DEMANDFIRST_CONSENT_TEXT": "We call you once about this advice.",
    }  # fmt: skip
    with a_server(folder, settings) as (address, _):
        yield address, service
    service.database.engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize("size", SIZES)
def test_longer_texts_fit(browser: Browser, agency: tuple[str, Service], size: str) -> None:
    """With texts that are 40 per cent longer no page scrolls sideways, on a phone or on a desktop."""
    address, service = agency
    wide: dict[str, list[str]] = {}
    with browser.new_context(viewport=SIZES[size]) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for name in pages(page, address, service, f"fit-{size}"):
            assert page.locator("html").get_attribute("lang") == PSEUDO, name
            wide[name] = page.evaluate(TOO_WIDE)

    assert len(wide) > 12
    assert {name: parts for name, parts in wide.items() if parts} == {}, json.dumps(wide, indent=1)


TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth;
  const parts = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  const hidden = (one) => one.closest(".hidden, .skip");
  const told = parts.filter((one) => !hidden(one)).map((one) => `${one.tagName}.${one.className}: ${one.innerText.slice(0, 60)}`);
  return wide ? ["scrolls sideways", ...told.slice(0, 5)] : told.slice(0, 5);
}"""


def pages(page: Page, address: str, service: Service, name: str) -> Iterator[str]:
    """Every kind of page in the pseudo language, one after the other."""
    secret, client = completed(service, reference="a reference of many words " * 5)
    fresh = service.questionnaires.start({})
    page.goto(f"{address}/?lang={PSEUDO}")
    yield "welcome"
    for place in (
        fresh,
        secret,
        f"{secret}/answers",
        f"{secret}/link",
        f"{secret}/advice",
        f"{secret}/how-sure",
        f"{secret}/contact",
        "nowhere",
    ):
        page.goto(f"{address}/q/{place}")
        open_all(page)
        yield place.rpartition("/")[2]
    for fact in ("goals", "gross_margin"):
        page.request.post(f"{address}/q/{secret}/change", form={"fact": fact})
        page.goto(f"{address}/q/{secret}")
        yield fact
    page.goto(f"{address}/staff/sign-in")
    yield "sign-in"
    service.sign_ins.add(name)
    page.goto(f"{address}/staff/link/{service.sign_ins.link(name, 'link')}")
    page.locator("main button").click()
    page.wait_for_url("**/staff/clients")
    open_all(page)
    yield "list"
    for place in (
        f"clients/{client}",
        f"clients/{client}/why/paid_social_scaling",
        f"clients/{client}/how-sure",
        f"clients/{client}/erase",
        "webhooks",
    ):
        page.goto(f"{address}/staff/{place}")
        open_all(page)
        yield place


def open_all(page: Page) -> None:
    """Open whatever can be opened."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize("code", [*(code for code in LANGUAGES if code != "en"), PSEUDO])
def test_axe_finds_nothing_in_any_language(browser: Browser, agency: tuple[str, Service], code: str) -> None:
    """The page of the advice follows the rules in every language, those of the switch included; English has tests of its own."""
    address, service = agency
    secret, _ = completed(service)
    with browser.new_context(viewport=SIZES["phone"]) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/q/{secret}/advice?lang={code}")
        found = Axe().run(page, options=RULES).response["violations"]
        wide = page.evaluate(TOO_WIDE)

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert wide == []


@pytest.mark.parametrize("scripts", [True, False])
def test_switching_in_the_middle(browser: Browser, agency: tuple[str, Service], scripts: bool) -> None:
    """The switch works with and without scripts, keeps the question, and the choice stays, also after a wrong answer."""
    address, service = agency
    secret = service.questionnaires.start({"business_type": "ecommerce"})
    with browser.new_context(viewport=SIZES["phone"], java_script_enabled=scripts) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/q/{secret}")
        page.locator("button.primary").click()
        expect(page.locator("[role=alert]")).to_be_visible()
        page.get_by_role("link", name="Русский").click()
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.locator("input[name=fact]")).to_have_value("goals")
        page.locator("input[value=sales]").check()
        page.locator("button.primary").click()
        expect(page.locator("input[name=fact]")).not_to_have_value("goals")
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.locator(".languages [aria-current]")).to_have_text("Русский")


@pytest.mark.parametrize(("given", "expected"), [(' lang="uk-UA"', "uk"), ("", "hy")])
def test_the_frame_speaks_as_its_page_says(
    browser: Browser, agency: tuple[str, Service], port: int, tmp_path: Path, given: str, expected: str
) -> None:
    """The element's `lang`, else that of the page around, is the language in the frame, from question to question."""
    around = (HOST / "host.html").read_text(encoding="utf-8").replace("http://localhost:8000", agency[0])
    around = around.replace('<html lang="en"', '<html lang="hy"').replace(
        "<demandfirst-questionnaire", f"<demandfirst-questionnaire{given}"
    )
    (tmp_path / "host.html").write_text(around, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with browser.new_context(viewport=SIZES["desktop"]) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(f"http://localhost:{port}/host.html")
            page.wait_for_function("document.getElementById('heard').innerText.startsWith('started: ')")
            frame: Any = page.frames[1]
            shown = [frame.evaluate("document.documentElement.lang")]
            titled = page.evaluate(FRAME_TITLE) == frame.title()
            frame.locator("button[value=dont_know]").click()
            page.wait_for_function("document.getElementById('heard').innerText.startsWith('answered: ')")
            shown.append(frame.evaluate("document.documentElement.lang"))
            frame.get_by_role("link", name="Русский").click()
            frame.wait_for_function("() => document.documentElement.lang === 'ru'")
            frame.locator("button[value=dont_know]").click()
            page.wait_for_function("document.getElementById('heard').innerText.startsWith('answered: 4')")
            shown.append(frame.evaluate("document.documentElement.lang"))
    finally:
        server.shutdown()
        server.server_close()

    assert shown == [expected, expected, "ru"]
    assert titled


FRAME_TITLE = "document.querySelector('demandfirst-questionnaire').shadowRoot.querySelector('iframe').title"
