"""The list of completed clients: searched, sorted, page by page, and taken along as a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from demandfirst.web.models import Questionnaire
from demandfirst.web.service import Service
from demandfirst.web.staff import passwords
from demandfirst.web.staff.cells import disarmed
from demandfirst.web.staff.filters import Filter
from demandfirst.web.staff.found import SORTS, found, how_many, wanted
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from staff_support import (
    CHEAP,
    a_postgres_url,
    completed,
    listed,
    many,
    service_of,
    signed_in,
)
from starlette.testclient import TestClient
from web_support import a_client, a_service

SEE_OTHER, FORBIDDEN, NOT_FOUND, TOO_MANY, UNPROCESSABLE = 303, 403, 404, 429, 422
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed fast."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Requests to a service of its own."""
    with a_client(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A service without requests, with some thousand clients."""
    made = a_service(tmp_path_factory.mktemp("many"))
    many(made, 3000)
    return made


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same on PostgreSQL."""
    for url in a_postgres_url():
        made = a_service(tmp_path_factory.mktemp("postgres"), database_url=url)
        many(made, 500)
        yield made
        made.database.engine.dispose()


# --- the list ----------------------------------------------------------------------------------------------------


def every(service: Service, filters: Filter, limit: int = 400) -> list[str]:
    """All clients of a search, page by page."""
    ids: list[str] = []
    cursor = ""
    while True:
        with service.database.reading() as session:
            page = found(session, filters, service.advisor.rulebase, after=cursor, limit=limit)
        ids += [row.id for row in page.rows]
        if not page.later:
            return ids
        cursor = page.later


def kept(service: Service) -> list[Questionnaire]:
    """All clients as they are kept."""
    with service.database.reading() as session:
        return list(session.scalars(select(Questionnaire)))


SEARCHES: list[tuple[Filter, Any]] = [
    (Filter(), lambda _: True),
    (Filter(words="LEAD-0001"), lambda row: "lead-0001" in row.reference),
    (Filter(words="no money"), lambda row: row.verdict == "blocked"),
    (Filter(words="100%"), lambda _: False),
    (Filter(words="lead_0001"), lambda _: False),
    (Filter(verdict="blocked"), lambda row: row.verdict == "blocked"),
    (Filter(warning="vanity_metrics"), lambda row: "vanity_metrics" in row.warnings),
    (Filter(least=5000, most=9000), lambda row: row.budget is not None and 5000 <= row.budget <= 9000),
    (Filter(since="2026-02-01", until="2026-02-28"), lambda row: row.completed.month == 2),
    (Filter(words="lead", verdict="open", warning="vanity_metrics", least=1, since="2026-01-15"),
     lambda row: row.verdict == "open" and "vanity_metrics" in row.warnings and (row.budget or 0) >= 1
     and row.completed >= datetime(2026, 1, 15, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "fits"), SEARCHES)
def test_searches_find_what_fits(service: Service, filters: Filter, fits: Any) -> None:
    """A search finds those and only those that fit, each once, over all pages, and counts them."""
    expected = {row.id for row in kept(service) if fits(row)}

    ids = every(service, filters)

    with service.database.reading() as session:
        assert how_many(session, filters, service.advisor.rulebase) == len(expected)
    assert len(ids) == len(expected)
    assert set(ids) == expected


@pytest.mark.parametrize("sort", ["newest", "oldest", "highest", "lowest", "verdict"])
def test_orders_are_orders(service: Service, sort: str) -> None:
    """Each order is one, over all pages, forwards and backwards."""
    rows = {row.id: row for row in kept(service)}
    keys: dict[str, Any] = {
        "newest": lambda row: -row.completed.timestamp(), "oldest": lambda row: row.completed,
        "highest": lambda row: -(-1 if row.budget is None else row.budget),
        "lowest": lambda row: 1e300 if row.budget is None else row.budget, "verdict": lambda row: row.verdict,
    }  # fmt: skip
    ids = every(service, Filter(sort=sort), 700)
    found_keys = [keys[sort](rows[name]) for name in ids]

    assert found_keys == sorted(found_keys)
    assert len(ids) == len(set(ids)) == 3000
    with service.database.reading() as session:
        rulebase = service.advisor.rulebase
        first = found(session, Filter(sort=sort), rulebase, limit=100)
        second = found(session, Filter(sort=sort), rulebase, after=first.later, limit=100)
        back = found(session, Filter(sort=sort), rulebase, before=second.earlier, limit=100)
    assert [row.id for row in back.rows] == [row.id for row in first.rows] == ids[:100]
    assert (first.earlier, back.later != "") == ("", True)


def test_the_list_on_postgresql(postgres: Service) -> None:
    """PostgreSQL finds and orders as SQLite does."""
    rows = kept(postgres)
    for filters, fits in SEARCHES:
        assert set(every(postgres, filters, 60)) == {row.id for row in rows if fits(row)}, filters
    for sort in ("newest", "lowest", "verdict"):
        assert len(set(every(postgres, Filter(sort=sort), 60))) == 500


def test_pages_stay_right_while_clients_come(tmp_path: Path) -> None:
    """A client who comes while somebody reads moves nobody to another page."""
    service = a_service(tmp_path)
    many(service, 30)
    rulebase = service.advisor.rulebase
    with service.database.reading() as session:
        first = found(session, Filter(), rulebase, limit=10)
    many(service, 30, seed=2)
    completed(service)
    with service.database.reading() as session:
        second = found(session, Filter(), rulebase, after=first.later, limit=10)

    last = first.rows[-1].completed
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
    assert all(row.completed <= last for row in second.rows)


@pytest.mark.parametrize("filters", [Filter(), Filter(words="lead-0001"), Filter(verdict="blocked", least=5)])
def test_lists_come_from_the_index(service: Service, filters: Filter) -> None:
    """Lists and searches are answered from one index alone, in its order, however many clients there are."""
    key, _ = SORTS["newest"]
    query = select(Questionnaire.id, key).where(wanted(filters, service.advisor.rulebase))
    ordered = query.order_by(key.desc(), Questionnaire.id.desc()).limit(51)
    sql = str(ordered.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with service.database.engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    assert "COVERING INDEX questionnaires_listed" in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def test_a_search_on_the_page(client: TestClient) -> None:
    """A search leads to an address that names nobody; it is there again on the next page, and gone for others."""
    token = signed_in(client)
    service = service_of(client)
    many(service, 120)
    completed(service, reference="anna@agency.example")

    answer = client.post("/staff/clients", data={"token": token, "words": "Anna@Agency", "sort": "oldest"})
    place = answer.headers["location"]
    page = client.get(place)

    assert re.fullmatch(r"/staff/clients\?view=[\w-]+", place)
    assert len(listed(page)) == 1
    assert 'value="Anna@Agency"' in page.text
    everybody = client.get("/staff/clients")
    assert len(listed(everybody)) == 50
    more = re.search(r'rel="next" href="([^"]+)"', everybody.text)
    assert more
    following = client.get(unescape(more[1]))
    assert len(listed(following)) == 50
    assert not set(listed(following)) & set(listed(everybody))
    assert len(listed(client.get(f"{place}&after=nonsense"))) == 1
    assert client.get("/staff/clients.csv?view=nonsense").status_code == NOT_FOUND
    other = TestClient(client.app, "http://localhost", follow_redirects=False)
    signed_in(other, "bea")
    assert len(listed(other.get(place))) == 50


@pytest.mark.parametrize(
    ("field", "typed"),
    [("least", "much"), ("most", "1e400"), ("since", "yesterday"), ("until", "9999-12-31"), ("since", "2026-02-30")],
)
def test_wrong_searches_are_explained(client: TestClient, field: str, typed: str) -> None:
    """What is no amount and no day is said, not ignored."""
    answer = client.post("/staff/clients", data={"token": signed_in(client), field: typed})

    assert answer.status_code == UNPROCESSABLE
    assert typed in answer.text


def test_csv_of_what_is_listed(client: TestClient) -> None:
    """The table has those who are listed, all of them; no cell is a formula."""
    token = signed_in(client)
    service = service_of(client)
    many(service, 1200)
    completed(service, reference='=HYPERLINK("http://evil.example")')

    rows = list(csv.DictReader(io.StringIO(client.get("/staff/clients.csv").text.removeprefix("\ufeff"))))
    view = (
        client.post("/staff/clients", data={"token": token, "words": "hyperlink"}).headers["location"].partition("?")[2]
    )
    some = list(csv.DictReader(io.StringIO(client.get(f"/staff/clients.csv?{view}").text.removeprefix("\ufeff"))))

    assert len(rows) == 1201
    assert [row["reference"] for row in some] == ['\'=HYPERLINK("http://evil.example")']
    assert some[0]["verdict"] == "blocked"
    assert some[0]["verdict_title"] == "No money into social advertising now"
    assert some[0]["stop"] == "inefficient_social_spend"
    assert some[0]["planned_budget"] == "9000"
    assert [cell for row in rows for cell in row.values() if cell and cell[0] in "=+-@\t\r"] == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "\u00a0=1"])
def test_formulas_are_disarmed(text: str) -> None:
    """Every beginning that some spreadsheet runs is made a text."""
    assert disarmed(text) == f"'{text}"
    assert disarmed(f"a{text}") == f"a{text}"
