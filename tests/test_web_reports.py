"""The report on the web: who may take which, in which language, and what happens where it cannot be made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.report.handout.written import available
from demandfirst.web import reports
from staff_support import completed, service_of, signed_in
from starlette.testclient import TestClient
from web_support import a_client, a_service

LINK = re.compile(r'href="([^"]*/report[^"]*)"')
BEGINNINGS = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF-1.7", "docx": b"PK"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service of an agency with settings for reports, and somebody of it signed in."""
    folder = tmp_path_factory.mktemp("reports")
    brand = folder / "brand.yaml"
    brand.write_text("name: Northlight\ncolours: {primary: '#224466'}\n", encoding="utf-8")
    with a_client(folder, report_brand=brand) as found:
        signed_in(found)
        yield found


def links(page: Any) -> list[str]:
    """The reports that a page offers."""
    return LINK.findall(page.text)


def begun(client: TestClient) -> str:
    """A questionnaire with the needed answers."""
    here: str = client.post("/start").headers["location"]
    for fact, value in (("business_type", "ecommerce"), ("goals", "sales")):
        client.post(f"{here}/answer", data={"fact": fact, "action": "answer", "value": value})
    return here


def test_staff_take_both(client: TestClient) -> None:
    """Every link of the page leads to a file of its kind, for its reader, with the agency's name, kept by nobody."""
    _, name = completed(service_of(client))
    offered = links(client.get(f"/staff/clients/{name}"))
    files = {link.rpartition("/")[2]: client.get(link) for link in offered if "client" in link or "html" in link}

    assert [link.rpartition("report-")[2] for link in offered] == [
        f"{reader}.{kind}" for reader in ("client", "sales") for kind in ("pdf", "docx", "html") if kind in available()
    ]
    for file, found in files.items():
        assert found.status_code == 200
        assert found.content.startswith(BEGINNINGS[file.rpartition(".")[2]])
        assert found.headers["content-disposition"] == f'attachment; filename="{file}"'
        assert found.headers["cache-control"] == "no-store"
    assert "Objections" in files["report-sales.html"].text
    assert "Objections" not in files["report-client.html"].text
    assert "Northlight" in files["report-client.html"].text
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(files["report-client.docx"].content)).namelist()


def test_visitors_take_that_for_the_client(client: TestClient) -> None:
    """The advice page offers what can be made; nothing of what staff get."""
    here = begun(client)
    offered = links(client.get(f"{here}/advice"))

    assert offered == [f"{here}/report.{kind}" for kind in ("pdf", "html") if kind in available()]
    found = client.get(f"{here}/report.html")
    assert found.content.startswith(b"<!DOCTYPE html>")
    assert "Objections" not in found.text
    assert client.get(f"{here}/report.docx").status_code == 404


@pytest.mark.parametrize("language", ["en", "uk", "ru", "hy"])
def test_in_the_language_of_the_request(client: TestClient, language: str) -> None:
    """The report speaks as the page does from which it is taken."""
    _, name = completed(service_of(client))
    asked = {"Accept-Language": language}

    for address in (f"{begun(client)}/report.html", f"/staff/clients/{name}/report-client.html"):
        assert f'<html lang="{language}">' in client.get(address, headers=asked).text


@pytest.mark.parametrize(
    "file", ["report-boss.html", "report-client.odt", "report-client.markdown", "report-.", "report"]
)
def test_what_there_is_not(client: TestClient, file: str) -> None:
    """Other readers and kinds are not found; a client who is not there either."""
    _, name = completed(service_of(client))

    assert client.get(f"/staff/clients/{name}/{file}").status_code == 404
    assert client.get(f"/staff/clients/{'0' * 32}/report-client.html").status_code == 404


def test_too_early_and_not_signed_in(client: TestClient, tmp_path: Path) -> None:
    """Without the needed answers there is no report, and without a sign-in none of staff's."""
    here = client.post("/start").headers["location"]
    assert client.get(f"{here}/report.html").status_code == 409
    _, name = completed(service_of(client))
    with a_client(tmp_path) as stranger:
        assert stranger.get(f"/staff/clients/{name}/report-sales.html").headers["location"] == "/staff/sign-in"


def test_what_is_not_installed_is_not_offered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """No link leads to a kind that cannot be made here."""
    monkeypatch.setitem(service_of(client).templates.globals, "report_kinds", lambda: ("html", "markdown"))
    monkeypatch.setattr(reports, "available", lambda: ("html", "markdown"))
    here = begun(client)

    assert links(client.get(f"{here}/advice")) == [f"{here}/report.html"]
    assert client.get(f"{here}/report.pdf").status_code == 404


def test_too_many_at_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a few are refused for the moment; afterwards there is room again."""
    here = begun(client)
    busy: list[Any] = []

    def meanwhile(*_given: Any, **_more: Any) -> bytes:
        if len(busy) < reports.AT_ONCE:
            busy.append(client.get(f"{here}/report.html"))
        return b"made"

    monkeypatch.setattr(reports, "report", meanwhile)
    assert client.get(f"{here}/report.html").content == b"made"

    assert [one.status_code for one in busy] == [503, 200, 200, 200]
    assert busy[0].headers["retry-after"] == "10"
    assert client.get(f"{here}/report.html").status_code == 200


def test_faulty_settings_keep_the_service_from_starting(tmp_path: Path) -> None:
    """As with every other setting, the fault is said at the start."""
    (tmp_path / "brand.yaml").write_text("nane: a\n", encoding="utf-8")

    with pytest.raises(DemandfirstError, match="`nane` is no setting of a report"):
        a_service(tmp_path, report_brand=tmp_path / "brand.yaml")


def test_a_name_of_the_client_stands_on_it(client: TestClient) -> None:
    """What the page of the client is headed with, the report is too."""
    _, name = completed(service_of(client), reference="Rose & Thorn")

    assert "Rose &amp; Thorn" in client.get(f"/staff/clients/{name}/report-client.html").text
