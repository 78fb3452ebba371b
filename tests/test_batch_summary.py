"""The summary counts what a plain count counts, and its page needs nothing but itself."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import demandfirst
import pytest
from batching import advised, some_clients, write_leads
from clients import Answers
from demandfirst.engine.batch.tally import ALL, HELD, NOT_SAID
from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.report.batch import Result
from demandfirst.engine.report.batch_figures import general, money, share
from leads import rulebase

COUNT = 90
BUDGET = "marketing_budget"


@cache
def listed() -> tuple[Answers, ...]:
    """Generated clients, most of them with gaps, some with a budget within bounds."""
    clients = [dict(client) for client in some_clients(COUNT)]
    for client in clients[::9]:
        client[BUDGET] = "500..1000"
    return tuple(clients)


@cache
def advices() -> tuple[Advice, ...]:
    """What is said about each of them."""
    return tuple(demandfirst.load().advise(client, engine="scalar") for client in listed())


def budget(client: Answers) -> float:
    """The planned budget, as far as it is known."""
    given = client.get(BUDGET)
    return 500.0 if given == "500..1000" else 0.0 if given in (None, "unknown") else float(given)


def counted(keys: Any) -> dict[str, tuple[int, Any]]:
    """A plain count of clients and budgets by keys."""
    clients, budgets = Counter[str](), Counter[str]()
    for client, found in zip(listed(), keys, strict=True):
        for key in set(found):
            clients[key] += 1
            budgets[key] += budget(client)  # type: ignore[assignment]
    return {key: (count, pytest.approx(budgets[key])) for key, count in clients.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A run with a summary and calls."""
    folder = tmp_path_factory.mktemp("summary")
    source = write_leads(folder / "in.jsonl", listed())
    out = folder / "out.jsonl"
    return folder, advised(source, out, chunk_rows=40, summary=folder / "page.html", calls=folder / "calls.csv")


def test_the_verdicts_are_counted(made: tuple[Path, Result]) -> None:
    """Every client stands at one verdict; those not decided have the empty key."""
    tally = made[1].tally

    assert tally.verdicts == counted([one.verdict.value or ""] for one in advices())
    assert tally.clients[ALL][0] == COUNT
    assert tally.clients[NOT_SAID][0] == sum(client.get(BUDGET) in (None, "unknown") for client in listed())


def test_what_holds_back_is_counted_at_the_root(made: tuple[Path, Result]) -> None:
    """The rules that the advice gives as reasons for what is withheld, each once a client."""
    held = [
        {reason.rule for item in one.items if item.status == "withheld" for reason in item.held_back}
        for one in advices()
    ]
    tally = made[1].tally

    assert tally.holders == counted(held)
    assert tally.clients[HELD] == counted([["held"] if found else [] for found in held])["held"]


def test_warnings_are_counted_by_severity(made: tuple[Path, Result]) -> None:
    """As severe as they are raised."""
    raised = [[f"{one.id}/{one.severity}" for one in advice.warnings if one.status == "raised"] for advice in advices()]

    assert made[1].tally.warnings == counted(raised)


def test_questions_are_counted_and_where_they_are_the_only_one(made: tuple[Path, Result]) -> None:
    """The answers that verdicts wait for."""
    asked = [one.verdict.questions for one in advices()]

    assert made[1].tally.questions == counted(asked)
    assert made[1].tally.alone == counted([found if len(found) == 1 else [] for found in asked])


def test_calls_are_ranked_by_money_for_each_missing_answer(made: tuple[Path, Result]) -> None:
    """Then by how few answers are missing, then as in the input; with what to ask and who knows."""
    waiting = [
        (-budget(client) / len(one.verdict.questions) if client.get(BUDGET) not in (None, "unknown") else 1.0,
         len(one.verdict.questions), row, one.verdict.questions)
        for row, (client, one) in enumerate(zip(listed(), advices(), strict=True), 1)
        if one.verdict.questions
    ]  # fmt: skip
    with (made[0] / "calls.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [int(row["row"]) for row in rows] == [row for _, _, row, _ in sorted(waiting)]
    assert [row["rank"] for row in rows] == [str(at) for at in range(1, len(rows) + 1)]
    for row, (_, missing, at, asked) in zip(rows, sorted(waiting), strict=True):
        assert row["lead"] == f"lead {at}"
        assert int(row["missing_answers"]) == missing
        assert row["questions"] == " / ".join(rulebase().facts[name].question for name in asked)
        assert row["who_knows"]


def test_the_list_of_calls_is_cut_at_its_limit(made: tuple[Path, Result], tmp_path: Path) -> None:
    """The best stay."""
    source = made[0] / "in.jsonl"
    advised(source, tmp_path / "out.csv", chunk_rows=40, settings={"calls_limit": 3}, calls=tmp_path / "calls.csv")

    assert (tmp_path / "calls.csv").read_text().splitlines() == (made[0] / "calls.csv").read_text().splitlines()[:4]


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a kind."""
        return [attributes for tag, attributes in self.tags if tag == name]


def test_the_page_needs_nothing_from_elsewhere(made: tuple[Path, Result]) -> None:
    """No script, no address, no file: it can be sent by mail and opened in ten years."""
    text = (made[0] / "page.html").read_text()
    page = Page(text)

    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    assert "http" not in text
    assert "@import" not in text
    assert all((attributes.get("href") or "#").startswith("#") for _, attributes in page.tags)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"]
    assert not re.search(r"url\((?!#)", text)


def test_the_page_can_be_read_without_seeing_it(made: tuple[Path, Result]) -> None:
    """One first heading, a heading for each section, a title for each plot, headings in each table, ids used once."""
    page = Page((made[0] / "page.html").read_text())
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]

    assert (len(page.of("h1")), len(page.of("h2"))) == (1, 5)
    assert len(page.of("svg")) == len(page.of("table")) == len(page.of("caption")) == 4
    assert all(one["role"] == "img" and one["aria-labelledby"] in ids for one in page.of("svg"))
    assert all(one.get("scope") in ("row", "col") for one in page.of("th"))
    assert len(ids) == len(set(ids))
    assert page.of("html") == [{"lang": "en"}]


def test_the_page_shows_the_figures(made: tuple[Path, Result]) -> None:
    """Each verdict, reason, warning and question stands in its table with its clients and their money."""
    folder, result = made
    text = (folder / "page.html").read_text()
    clients, planned = result.tally.clients[ALL]

    assert f"<h1>{COUNT} clients: what the advice comes to</h1>" in text
    assert f"<dd>{money(planned).replace(',', ',<wbr>')}</dd>" in text, "a large sum is broken at its commas"
    for count, together in [
        *result.tally.verdicts.values(),
        *result.tally.holders.values(),
        *result.tally.questions.values(),
    ]:
        cells = [f"{count:,}", share(count, clients), money(together), share(together, planned)]
        assert "".join(f"<td class=number>{cell}</td>" for cell in cells) in text


def test_general_texts_name_no_client() -> None:
    """Placeholders are filled with parameters, and with labels where a client's own figure would stand."""
    wanted = [rule for rule in rulebase().domain_rules if "{" in rule.because + rule.until]
    assert wanted
    assert not [rule.id for rule in wanted if "{" in general(rulebase(), rule.because + rule.until)]
    assert general(rulebase(), "{marketing_budget} {nothing}") == f"{rulebase().facts[BUDGET].label} nothing"


def test_shares_are_written_alike() -> None:
    """One decimal, and never a zero for something that is there."""
    assert [share(1, 3), share(0, 3), share(1, 1_000_000), share(0, 0)] == ["33.3%", "0.0%", "under 0.1%", "0.0%"]


def test_a_list_of_nobody_has_a_page(tmp_path: Path) -> None:
    """Nothing is held back, nobody is warned or waited for."""
    (tmp_path / "in.csv").write_text("id,business_type,goals\n")
    advised(tmp_path / "in.csv", tmp_path / "out.csv", summary=tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()

    for sentence in ("Nothing that fits", "No warning was raised", "No verdict waits for an answer"):
        assert sentence in text


def test_names_from_the_input_are_never_markup(tmp_path: Path) -> None:
    """A file or column may be called anything."""
    source = tmp_path / "<b>.csv"
    source.write_text("id,business_type,goals,<i>\n1,<script>,sales,x\n2,ecommerce,sales,x\n")
    advised(source, tmp_path / "out.csv", summary=tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()

    assert "<b>" not in text
    assert "&lt;b&gt;.csv" in text
    assert "<script" not in text


def test_without_matplotlib_a_summary_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The plots come with the extra `batch`."""
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    (tmp_path / "in.csv").write_text("id,business_type,goals\n1,ecommerce,sales\n")
    with pytest.raises(MissingExtra, match="demandfirst\\[batch\\]"):
        advised(tmp_path / "in.csv", tmp_path / "out.csv", summary=tmp_path / "page.html")
