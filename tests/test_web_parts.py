"""The report's parts on the web: the same content as in the document, pictures beside the page, and what hangs on the verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from clients import personas, some_personas
from demandfirst.engine.language import LANGUAGES, PSEUDO
from demandfirst.engine.report.handout.given import HOW
from demandfirst.engine.report.handout.model import (
    Block,
    Callout,
    Handout,
    Journey,
    Link,
    Paragraph,
    Picture,
    Plan,
    Point,
    Points,
    Reader,
    Section,
    Table,
)
from demandfirst.web import report_parts
from demandfirst.web.busy import Room
from demandfirst.web.pages.sections import markup
from fastapi import HTTPException
from handing import SHOP, client, of_block, report_on, section
from staff_support import completed, service_of, signed_in
from starlette.testclient import TestClient
from test_web_reports import begun
from web_support import a_client

IMAGE = re.compile(r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)">')
ID, WAY = re.compile(r'\sid="([^"]+)"'), re.compile(r'href="#([^"]+)"')
PARENT = "https://shop.example"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Requests to a service, by somebody who is signed in."""
    with a_client(tmp_path_factory.mktemp("parts"), embed_parents=(PARENT,)) as found:
        signed_in(found)
        yield found


def opened(asking: TestClient, name: str) -> str:
    """A questionnaire with the answers of a persona, of the example shop, or the needed ones alone."""
    return "/q/" + service_of(asking).questionnaires.start(client(name))


def shown(made: Handout) -> Iterator[Block]:
    """What a page takes of a report."""
    yield from section(made, "money").blocks
    yield from (block for block in section(made, "journey").blocks if isinstance(block, Journey))
    yield from (block for block in section(made, "plan").blocks if isinstance(block, Plan) and block.steps)


def words(page: str) -> str:
    """The text of a page, with its spaces as one."""
    return " ".join(unescape(page).split())


@pytest.mark.parametrize("language", [*LANGUAGES, PSEUDO])
@pytest.mark.parametrize("name", [SHOP, "partly-answered-dental-clinic", ""])
def test_the_page_says_what_the_report_says(asking: TestClient, name: str, language: str) -> None:
    """The money, the map and the plan of the report stand on the visitor's page, word for word, in its language."""
    made = report_on(client(name), language=language)
    page = words(asking.get(f"{opened(asking, name)}/advice", params={"lang": language}).text)
    wanted = [text for block in shown(made) for text in of_block(block)]
    idle = [block.empty for block in shown(made) if isinstance(block, Journey)]

    assert len(wanted) > 30
    assert [text for text in wanted if " ".join(text.split()) not in page and text not in idle] == []


def test_staff_see_the_same(asking: TestClient) -> None:
    """The client's page has the money and the map, and with each step what it makes possible."""
    _, name = completed(service_of(asking))
    page = words(asking.get(f"/staff/clients/{name}", params={"lang": "en"}).text)
    made = report_on(personas()["unsaturated-phone-e-shop"]["client"])
    blocks = [block for block in shown(made) if not isinstance(block, Plan)]
    (plan,) = (block for block in section(made, "plan").blocks if isinstance(block, Plan))
    wanted = [text for block in blocks for text in of_block(block)]
    wanted += [text for step in plan.steps for text in step.unlocks]

    idle = [block.empty for block in blocks if isinstance(block, Journey)]
    assert any(step.unlocks for step in plan.steps)
    assert [text for text in wanted if text not in page and text not in idle] == []


@pytest.mark.parametrize("name", ["", SHOP, *sorted(some_personas())])
def test_every_way_leads_somewhere(asking: TestClient, name: str) -> None:
    """No id stands twice on the page of an advice, and every link within it has one to go to."""
    page = asking.get(f"{opened(asking, name)}/advice").text
    ids = Counter(ID.findall(page))

    assert [one for one, count in ids.items() if count > 1] == []
    assert set(WAY.findall(page)) - set(ids) == set()


def test_every_way_of_staff_leads_somewhere(asking: TestClient) -> None:
    """The same on the client's page."""
    _, name = completed(service_of(asking))
    page = asking.get(f"/staff/clients/{name}").text
    ids = Counter(ID.findall(page))

    assert [one for one, count in ids.items() if count > 1] == []
    assert set(WAY.findall(page)) - set(ids) == set()


def test_pictures_are_files(asking: TestClient) -> None:
    """Each picture of the report is shown with what it says in words, and is a drawing that stands by itself."""
    here = opened(asking, SHOP)
    drawn = [block for block in section(report_on(client(SHOP)), "money").blocks if isinstance(block, Picture)]
    found = IMAGE.findall(asking.get(f"{here}/advice", params={"lang": "en"}).text)

    assert [(src, unescape(alt), (int(width), int(height))) for src, alt, width, height in found] == [
        (f"{here}/pictures/{one.id}.svg?lang=en", one.alt, one.size) for one in drawn
    ]
    assert len(drawn) == 3
    for one, (src, *_) in zip(drawn, found, strict=True):
        answer = asking.get(src)
        root = ET.fromstring(answer.text)  # noqa: S314 - ours
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert (root.get("width"), root.get("height")) == tuple(map(str, one.size))
        assert one.title in "".join(root.itertext())
        assert "var(" not in answer.text
        assert "<script" not in answer.text


def test_pictures_of_staff(asking: TestClient) -> None:
    """The pictures of a client are for who is signed in."""
    _, name = completed(service_of(asking))
    found = [src for src, *_ in IMAGE.findall(asking.get(f"/staff/clients/{name}").text)]
    answers = [asking.get(src) for src in found]

    assert len(found) == 3
    assert {one.status_code for one in answers} == {200}
    asking.cookies, kept = type(asking.cookies)(), asking.cookies
    refused = [asking.get(src).headers.get("location") for src in (*found, f"/staff/clients/{name}/how-sure")]
    asking.cookies = kept
    assert set(refused) == {"/staff/sign-in"}


def test_what_a_picture_may_do(asking: TestClient) -> None:
    """A picture is kept by nobody, used by no other site, and may have styles and nothing else; the page may not even that."""
    here = opened(asking, SHOP)
    answer, page = asking.get(f"{here}/pictures/headroom.svg"), asking.get(f"{here}/advice")

    assert answer.headers["content-type"].partition(";")[0] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = answer.headers.get_list("content-security-policy")
    assert policy == [report_parts.POLICY]
    assert "default-src 'none'" in policy[0]
    assert "sandbox" in policy[0]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"\sstyle=|<style|<svg", page.text)


@pytest.mark.parametrize("place", ["pictures/chart-nothing.svg", "pictures/.svg", "pictures/headroom.png", "pictures/"])
def test_what_there_is_not(asking: TestClient, place: str) -> None:
    """Unknown pictures are not found, nor are those of links and clients that do not exist."""
    here, (_, name) = opened(asking, SHOP), completed(service_of(asking))

    assert asking.get(f"{here}/{place}").status_code == 404
    assert asking.get(f"/staff/clients/{name}/{place}").status_code == 404
    for other in (f"/q/{'A' * 32}", f"/staff/clients/{'0' * 32}"):
        assert asking.get(f"{other}/pictures/headroom.svg").status_code == 404
        assert asking.get(f"{other}/how-sure").status_code == 404


def test_pictures_follow_the_answers(asking: TestClient) -> None:
    """What one visitor answered is in the pictures of that link alone; too early there are none."""
    bare, shop = begun(asking), opened(asking, SHOP)
    early = asking.post("/start").headers["location"]

    assert asking.get(f"{bare}/pictures/chart-order_cost.svg").status_code == 404
    assert asking.get(f"{shop}/pictures/chart-order_cost.svg").status_code == 200
    assert asking.get(f"{bare}/pictures/headroom.svg").text != asking.get(f"{shop}/pictures/headroom.svg").text
    assert asking.get(f"{early}/pictures/headroom.svg").status_code == 409
    assert asking.get(f"{early}/how-sure").status_code == 409


def test_without_what_draws(asking: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is installed that draws, the page shows the tables, offers no picture and makes none."""
    monkeypatch.setattr(service_of(asking), "pictures", False)
    here = opened(asking, SHOP)
    answer = asking.get(f"{here}/advice", params={"lang": "en"})
    page = words(answer.text)
    tables = [block.table for block in section(report_on(client(SHOP)), "money").blocks if isinstance(block, Picture)]

    assert answer.status_code == 200
    assert "<img" not in page
    assert "<figure" not in page
    assert [text for table in tables for text in of_block(table) if text not in page] == []
    assert asking.get(f"{here}/pictures/headroom.svg").status_code == 404


def test_the_page_needs_no_library_that_draws(asking: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page itself draws nothing: what draws is first needed by a picture."""
    monkeypatch.setattr("demandfirst.engine.report.handout.charts._figure", None)
    here = opened(asking, SHOP)

    assert asking.get(f"{here}/advice").status_code == 200
    assert asking.get(f"{here}/how-sure").status_code == 200


def test_embedded_pages_have_pictures_of_their_own(asking: TestClient) -> None:
    """In a frame the address says the language, and pictures are asked for in it."""
    here = opened(asking, SHOP)
    for place, language in ((f"/embed{here}", ""), (f"/embed/uk{here}", "Контекстна")):
        found = IMAGE.findall(asking.get(f"{place}/advice").text)
        assert [src.partition("/pictures/")[0] for src, *_ in found] == [place] * 3
        answer = asking.get(found[0][0])
        assert answer.status_code == 200
        assert language in answer.text


@pytest.mark.parametrize("language", ["en", "uk"])
def test_how_sure_the_verdict_is(asking: TestClient, language: str) -> None:
    """The page says of the verdict what the report says; staff see every change that would be enough."""
    answers = personas()["saturated-d2c-cosmetics"]["client"]
    _, name = completed(service_of(asking), answers)
    link = service_of(asking).questionnaires.start(answers)
    readers: dict[str, Reader] = {f"/q/{link}": "client", f"/staff/clients/{name}": "sales"}
    for place, reader in readers.items():
        page = words(asking.get(f"{place}/how-sure", params={"lang": language}).text)
        made = section(report_on(answers, reader, language=language), "how-sure")
        wanted = [text for block in made.blocks for text in of_block(block)]
        assert any(isinstance(block, Table) for block in made.blocks)
        assert [text for text in (made.title, made.lead, *wanted) if " ".join(text.split()) not in page] == []
        assert 'data-label="' in page


def test_the_pages_lead_to_it(asking: TestClient) -> None:
    """Both pages have the way to how sure the verdict is, but not while there is no verdict."""
    _, name = completed(service_of(asking))
    for place in (opened(asking, SHOP), f"/staff/clients/{name}"):
        page = asking.get(place if "staff" in place else f"{place}/advice").text
        assert f'href="{place}/how-sure"' in page
    assert "how-sure" not in asking.get(f"{begun(asking)}/advice").text
    assert asking.get(f"{begun(asking)}/how-sure").status_code == 200


def test_what_is_open_is_said(asking: TestClient) -> None:
    """A chart without a figure says what is missing for it."""
    missing = [
        block
        for block in section(report_on(client("")), "money").blocks
        if isinstance(block, Callout | Points | Paragraph)
    ]
    page = words(asking.get(f"{opened(asking, '')}/advice", params={"lang": "en"}).text)

    assert any(isinstance(block, Callout) and block.tone == "open" for block in missing)
    assert [text for block in missing for text in of_block(block) if text not in page] == []


def test_hostile_names_stay_text(asking: TestClient) -> None:
    """What stands in an address comes back escaped, if at all."""
    answer = asking.get(f"{opened(asking, SHOP)}/pictures/%3Cscript%3Ealert(1).svg")

    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_links_to_work_sheets_lead_to_the_item() -> None:
    """A page has no work sheets: what the report says there stands with the item."""
    linked = Points((Point("Why", links=(Link("Later", f"{HOW}later"), Link("Now", "now"))),))
    page = markup(Section("money", "Money", "", (linked,)), lambda _picture: "")

    assert WAY.findall(page) == ["later", "now"]


def test_a_room_is_left_again() -> None:
    """Who finds no place is told to come back, and a place is free again after its work, also when that failed."""
    room = Room(1)
    with room.taken(), pytest.raises(HTTPException) as told, room.taken():
        pass
    with pytest.raises(ZeroDivisionError), room.taken():
        raise ZeroDivisionError
    with room.taken():
        pass

    assert told.value.status_code == 503
    assert told.value.headers == {"Retry-After": "10"}


def test_languages_are_those_of_the_page(asking: TestClient) -> None:
    """A picture speaks as its page does, by the browser's wish, by choice, and where the address names a language."""
    here = opened(asking, SHOP)
    asking.cookies.delete("demandfirst-language")
    wished = asking.get(f"{here}/advice", headers={"Accept-Language": "ru"})
    (src, *_), *_ = IMAGE.findall(wished.text)

    assert src.endswith(".svg")
    assert asking.get(src, headers={"Accept-Language": "ru"}).headers["content-language"] == "ru"
    (src, *_), *_ = IMAGE.findall(asking.get(f"{here}/advice?lang=hy").text)
    asking.cookies.delete("demandfirst-language")
    assert asking.get(src).headers["content-language"] == "hy"
