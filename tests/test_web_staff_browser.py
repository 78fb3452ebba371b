"""The agency's pages in a real browser: used from sign-in to erasure, on phone and desktop, checked by axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NEEDED, RULES, SIZES, chromium
from demandfirst.web.models import Delivery
from demandfirst.web.service import Service
from demandfirst.web.tokens import new_id
from hook_support import a_receiver
from playwright.sync_api import Browser, Page, expect
from staff_support import NOW, completed, many
from test_web_browser import NOT_SEEN
from web_support import a_server, a_service

pytestmark = NEEDED
CONTACT = {"DEMANDFIRST_CONTACT": "true", "DEMANDFIRST_CONSENT_TEXT": "We call you once about this advice."}
PASSWORD = "a row of plain words"  # noqa: S105


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Service]]:
    """A server with clients and a receiver that could not be reached, and its service from the side."""
    folder: Path = tmp_path_factory.mktemp("agency")
    service = a_service(folder)
    many(service, 60)
    receiver = a_receiver(service, "https://192.0.2.1/hooks")
    with service.database.transaction() as session:
        session.add(
            Delivery(
                id=new_id(), webhook=receiver, event="questionnaire.completed", payload={}, created=NOW, dead=True,
                attempts=8, last_answer="500 full",
            )
        )  # fmt: skip
    with a_server(folder, CONTACT) as (address, _):
        yield address, service
    service.database.engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as found:
        yield found


def enter(page: Page, address: str, service: Service, name: str) -> None:
    """Sign in with a link, by pressing its button."""
    service.sign_ins.add(name)
    page.goto(f"{address}/staff/link/{service.sign_ins.link(name, 'link')}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/staff/clients")


@pytest.mark.parametrize(("size", "scripts"), [("desktop", True), ("phone", False)])
def test_a_day_of_staff(browser: Browser, agency: tuple[str, Service], size: str, scripts: bool) -> None:
    """From the link of the command line to the erasure of a client, with scripts and without: every form works in a browser."""
    address, service = agency
    name = f"anna-{size}"
    service.sign_ins.add(name)
    secret, client = completed(service, reference=f"shop {size}")
    link = service.sign_ins.link(name, "password")
    with browser.new_context(viewport=SIZES[size], java_script_enabled=scripts) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{address}/q/{secret}/advice")
        page.get_by_label("E-mail").fill("anna@shop.example")
        page.get_by_label("We call you once").check()
        page.get_by_role("button", name="Get in touch with me").click()
        expect(page.get_by_text("We have your contact details")).to_be_visible()

        page.goto(f"{address}/staff/link/{link}")
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_label("The same once more").fill(PASSWORD)
        page.get_by_role("button", name="Set the password").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

        page.get_by_label("Reference, contact").fill("ANNA@shop")
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("link", name=f"shop {size}").click()
        expect(page.get_by_text("anna@shop.example")).to_be_visible()
        decide(page)
        ask_what_if(page)
        page.get_by_role("link", name="Erase").click()
        page.get_by_label("Yes, erase everything").check()
        page.get_by_role("button", name="Erase").click()
        page.wait_for_url("**/staff/clients")
        assert page.goto(f"{address}/staff/clients/{client}").status == 404  # type: ignore[union-attr]


def decide(page: Page) -> None:
    """Dismiss the first recommendation."""
    first = page.locator("details.item").first
    first.locator("summary").click()
    first.get_by_label("Reason").fill("They do it already")
    first.get_by_role("button", name="Dismiss").click()
    expect(page.locator("details.item").first.get_by_text("dismissed")).to_be_visible()
    expect(page.get_by_text("They do it already", exact=True)).to_be_visible()


def ask_what_if(page: Page) -> None:
    """Try another answer."""
    aside = page.locator(".what-if")
    aside.get_by_text("Your business", exact=True).click()
    aside.locator('select[name="fact.business_type"]').select_option("media")
    aside.get_by_role("button", name="Compare").click()
    expect(page.locator(".changed")).to_contain_text("an online shop")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_page_fails_the_accessibility_rules(
    browser: Browser, agency: tuple[str, Service], size: str, scheme: str
) -> None:
    """axe finds nothing wrong with any page (WCAG 2.2 AA and good practice), light and dark, and nothing scrolls sideways."""
    address, service = agency
    secret, client = completed(service, reference="a reference of many words " * 5)
    found: dict[str, Any] = {}
    asked: list[str] = []
    with browser.new_context(viewport=SIZES[size], color_scheme=scheme) as context:  # type: ignore[arg-type]
        context.on("request", lambda one: None if one.url.startswith(address) else asked.append(one.url))
        page = context.new_page()
        for name in pages(page, address, service, client, secret):
            result = Axe().run(page, options=RULES).response["violations"]
            found[name] = [(one["id"], [node["target"] for node in one["nodes"]]) for one in result]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[name].append("scrolls sideways")
            found[name] += page.evaluate(NOT_SEEN)

    assert len(found) == 12
    assert {name: wrong for name, wrong in found.items() if wrong} == {}, json.dumps(found, indent=1)
    assert asked == []


def pages(page: Page, address: str, service: Service, client: str, secret: str) -> Iterator[str]:
    """Every kind of page, one after the other."""
    page.goto(f"{address}/staff/sign-in")
    yield "sign-in"
    service.sign_ins.add("bea")
    page.goto(f"{address}/staff/link/{service.sign_ins.link('bea', 'password')}")
    yield "link"
    enter(page, address, service, "bea")
    yield "list"
    page.get_by_text("Filters and order").click()
    page.get_by_label("Budget at least").fill("much")
    page.get_by_role("button", name="Show", exact=True).click()
    yield "wrong search"
    page.goto(f"{address}/staff/clients/{client}")
    yield "client"
    for part in page.locator("details").all():
        part.evaluate("part => part.open = true")
    yield "client, all open"
    page.locator(".what-if").get_by_role("button", name="Compare").click()
    page.wait_for_selector(".changed")
    yield "what if"
    for place in (
        f"clients/{client}/why/paid_social_scaling",
        f"clients/{client}/how-sure",
        f"clients/{client}/erase",
        "webhooks",
    ):
        page.goto(f"{address}/staff/{place}")
        yield place.rpartition("/")[2]
    page.goto(f"{address}/q/{secret}/contact")
    yield "contact"
