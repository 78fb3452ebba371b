"""Every word that people read comes from a catalog: tried in a pseudo language, in which catalogued texts are accented."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from bypassing import bypassing, documents, names, values
from demandfirst import Advisor, ClientError, Interview, difference, explain, how_to, load, sensitivity
from demandfirst.engine.deep.diff import Comparison
from demandfirst.engine.explain import ExplainError, noteworthy
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.guarantees import Counterexample, Proof
from demandfirst.engine.language import PSEUDO, SOURCE, current, speaking
from demandfirst.engine.load.client import answers_of, changed
from demandfirst.engine.load.clients import given_clients
from demandfirst.engine.load.revision import NamedRulebase
from demandfirst.engine.report import listings
from demandfirst.engine.report.difference import difference_lines
from demandfirst.engine.report.graph import graph_lines
from demandfirst.engine.report.guarantees import listing_lines, page_lines, proof_lines, summary
from demandfirst.engine.report.howto_text import how_to_lines
from demandfirst.engine.report.interview_terminal import run_interview
from demandfirst.engine.report.markdown import markdown
from demandfirst.engine.report.new_client import new_client_lines
from demandfirst.engine.report.proof import explanations_lines
from demandfirst.engine.report.rulebase_diff import diff_lines
from demandfirst.engine.report.sensitivity import sensitivity_lines
from demandfirst.engine.report.text import print_advice
from demandfirst.engine.wanted import WantedError
from small_rules import rule, write
from support import HERE

CLIENTS = {
    "shop": HERE / "personas" / "unsaturated-phone-e-shop.yaml",
    "clinic": HERE / "personas" / "partly-answered-sleep-clinic.yaml",
    "example": HERE.parent / "examples" / "phone-shop.yaml",
}
CHANGES = {
    "shop": ["search_impression_share=95", "search_lost_to_budget=0", "seo=unknown", "social_budget="],
    "clinic": ["business_type=ecommerce", "monthly_searches=<10", "paid_search=not_used"],
    "example": ["search_lost_to_budget=<10", "markets=[eu]", "reputation=crisis_open"],
}
TYPES = ("choice", "set", "yes_no", "integer", "number", "percent", "money")


@pytest.fixture(scope="module", autouse=True)
def pseudo() -> Iterator[None]:
    """The faces speak the pseudo language."""
    with speaking(PSEUDO):
        yield


@cache
def advisor() -> Advisor:
    """The built-in rulebase in the pseudo language."""
    return load(language=PSEUDO)


def answers(name: str) -> dict[str, Any]:
    """The answers of a client, as in its file."""
    data = yaml.safe_load(CLIENTS[name].read_text(encoding="utf-8"))
    found: dict[str, Any] = data.get("client", data)
    return found


@cache
def advice(name: str) -> Advice:
    """The advice for a client."""
    return advisor().advise(answers(name))


def bypass(lines: Iterable[str] | str, *code: str) -> list[str]:
    """The words that no catalog gave, names of the rulebase and the given code words aside."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    assert text.strip()
    return bypassing(text, {*names(advisor().rulebase), *code})


# --- advice --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLIENTS)
def test_the_advice(name: str) -> None:
    """As text, short and in full, and as Markdown."""
    short, full = io.StringIO(), io.StringIO()
    print_advice(advice(name), short, full=False, color=False)
    print_advice(advice(name), full, full=True, color=True)

    assert bypass(short.getvalue()) == []
    assert bypass(click.unstyle(full.getvalue())) == []
    assert bypass(markdown(advice(name)).replace("\\", "")) == []


@pytest.mark.parametrize("depth", ["line", "level", "tree"])
@pytest.mark.parametrize("name", CLIENTS)
def test_explanations(name: str, depth: Any) -> None:
    """Of everything noteworthy, of the items and warnings left out, of findings and sums."""
    rulebase = advisor().rulebase
    names = [*noteworthy(advice(name)), *rulebase.items, *rulebase.warnings, *rulebase.findings, *rulebase.quantities]
    found = [explain(rulebase, advice(name), one) for one in dict.fromkeys(names)]

    assert bypass(explanations_lines(found, depth)) == []
    assert bypass(line.replace("\\", "") for line in explanations_lines(found, depth, markdown=True)) == []


@pytest.mark.parametrize("name", CLIENTS)
def test_what_if_sensitivity_and_how_to(name: str) -> None:
    """What changes, what the verdict hangs on, and what would have to change."""
    rulebase = advisor().rulebase
    before = answers_of(answers(name), rulebase.facts)
    after = changed(before, CHANGES[name], rulebase.facts)
    found = difference(advisor().advise_answers(before), advisor().advise_answers(after))

    assert bypass(difference_lines(rulebase, found)) == []
    assert bypass(difference_lines(rulebase, difference(advice(name), advice(name)))) == []
    assert bypass(sensitivity_lines(rulebase, sensitivity(advisor(), before))) == []
    for goal in ("paid_social_scaling", "not community_page", "choice_page"):
        assert bypass(how_to_lines(how_to(advisor(), before, goal, limit=2))) == []


# --- the rulebase --------------------------------------------------------------------------------------------


def test_listings() -> None:
    """Every list, and every fact, rule, item and claim in full."""
    rulebase = advisor().rulebase
    lines = [*listings.facts_lines(rulebase), *listings.items_lines(rulebase), *listings.claims_lines(rulebase)]
    lines += listings.rules_lines(rulebase)
    lines += (line for fact in rulebase.facts.values() for line in listings.fact_lines(rulebase, fact))
    lines += (line for one in rulebase.domain_rules for line in listings.rule_lines(rulebase, one))
    things = (*rulebase.items.values(), *rulebase.warnings.values())
    lines += (line for item in things for line in listings.item_lines(rulebase, item))
    lines += (line for claim in rulebase.claims.values() for line in listings.claim_lines(rulebase, claim))

    assert bypass(lines, *TYPES, *values(rulebase), *documents(rulebase)) == []
    assert bypass(listings.trace_lines(rulebase, advice("clinic")), *values(rulebase)) == []


def test_a_client_to_fill_in() -> None:
    """Comments are words, keys and what may be written are code."""
    lines = [line.removeprefix("#") for line in new_client_lines(advisor().rulebase)]

    code = {"demandfirst advise THIS-FILE", "unknown", "true", "false", *values(advisor().rulebase)}

    assert bypass(lines, *code) == []


def test_the_graph() -> None:
    """The labels of the arrows."""
    mermaid, dot = (graph_lines(advisor().rulebase, style) for style in ("mermaid", "dot"))

    assert bypass(mermaid, "flowchart LR") == []
    assert (
        bypass(dot, "digraph demandfirst", "rankdir=LR", "shape", "label", "style=dashed", "box", "ellipse", "hexagon")
        == []
    )


def test_guarantees() -> None:
    """The list, the page, and what became of each; the terms are those of the file, notes and places as they are written."""
    known = list(advisor().rulebase.guarantees.values())
    code = {text for one in known for text in (one.note, str(one.place)) if text} | {"judgement", "z3"}
    terms = [line for line in listing_lines(known) if not line.startswith("  ") or line.startswith("  ⟦")]
    proof = Proof(known[0], "proved", 0.1)
    client: dict[str, object] = {"markets": ["eu"]}
    broken = (Proof(known[0], "broken", 0.1, Counterexample((client,) * count)) for count in (1, 2))
    page = page_lines(known, {known[0].id: proof})

    assert bypass(terms, *code) == []
    assert bypass((line for line in page if not line.startswith("- `")), *code) == []
    assert bypass([*proof_lines(proof), summary([proof])]) == []
    assert bypass((line for one in broken for line in proof_lines(one)), "eu", *code) == []


def test_two_rulebases_compared(tmp_path: Path) -> None:
    """What differs, for given clients and for any; the lines that were edited are shown as they are."""
    for name, value in (("old", 10), ("new", 12)):
        write(tmp_path / name, [], [rule("go", ["cost > limit"], {"recommend": "walk"})])
        file = tmp_path / name / "knowledge" / "parameters.yaml"
        file.write_text(
            file.read_text(encoding="utf-8").replace("value: 10\n", f"value: {value}\n", 1), encoding="utf-8"
        )
    before, after = (load(tmp_path / name, language=PSEUDO) for name in ("old", "new"))
    (tmp_path / "client.yaml").write_text("client: {kind: shop, wishes: [rest], cost: 11}\n", encoding="utf-8")
    compared = Comparison(NamedRulebase("old", before.rulebase), NamedRulebase("new", after.rulebase))
    clients = given_clients([str(tmp_path / "client.yaml")], before.rulebase, after.rulebase)
    code = {*names(before.rulebase), *names(after.rulebase), "old", "new", "client.yaml", str(tmp_path / "client.yaml")}
    for found in (compared.everyone(10), compared.these(clients)):
        lines = [line for line in diff_lines(found) if not line.startswith("    ")]
        assert len(lines) > 4
        assert bypassing("\n".join(lines), code) == []


# --- the interview -------------------------------------------------------------------------------------------

TYPED = ["?", "w", "1", "2", "w", "?", "b", "c", "c goals", "", "d", "s", "nonsense", "<10", "1 2", "", "5", "99", "q"]
ENDING = [*["d"] * 60, "w", "x", "c", "m", "b", "q"]


def transcript(file: Path, interview: Interview, typed: Iterable[str]) -> str:
    """An interview of many lines, some of which make no sense."""
    out = io.StringIO()
    run_interview(interview, str(file), io.StringIO("\n".join(typed)), out)
    return out.getvalue()


def test_the_interview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions, help, what is certain, the end, what is told of a wrong line; command letters and what was typed aside."""
    monkeypatch.chdir(tmp_path)  # a long path would be broken over lines
    begun, other = Path("begun.yaml"), Path("other.yaml")
    other.write_bytes(CLIENTS["clinic"].read_bytes())
    text = "".join(transcript(file, Interview(advisor()), typed) for file, typed in ((begun, TYPED), (other, ENDING)))
    shown = "\n".join(line for line in text.splitlines() if not line.startswith("> "))
    code = {
        "demandfirst advise",
        "demandfirst interview",
        "c FACT",
        "nonsense",
        "unknown",
        *(path.name for path in tmp_path.iterdir()),
    }

    assert bypass(shown, *code, *values(advisor().rulebase), *"dsbcwqmx") == []
    assert "⟦Ýóú áñšwéŕéd" in text


def test_a_saved_interview_does_not_depend_on_the_language(tmp_path: Path) -> None:
    """The same file whatever was spoken, and one begun in one language goes on in the other."""
    with speaking(SOURCE):
        transcript(tmp_path / "one.yaml", Interview(load()), TYPED)
    transcript(tmp_path / "other.yaml", Interview(advisor()), TYPED)
    one, other = ((tmp_path / f"{name}.yaml").read_text(encoding="utf-8") for name in ("one", "other"))
    spoken = Interview(advisor())
    resumed = spoken.resume(Interview(load()).answer(Interview(load()).start(), "business_type", "app").model_dump())

    assert one == other
    assert resumed.messages == ()
    assert resumed.state.answers == {"business_type": "app"}


# --- which language ------------------------------------------------------------------------------------------


def test_the_library_speaks_the_language_of_what_it_is_given() -> None:
    """Whatever is spoken outside, which it leaves as it was."""
    client = answers_of(answers("clinic"), advisor().rulebase.facts)
    interview = Interview(advisor())
    with speaking(SOURCE):
        found = [
            explain(advisor().rulebase, advice("clinic"), "gate").line,
            how_to(advisor(), client, "paid_social_scaling", limit=1).ways[0].find_out[0].text,
            sensitivity(advisor(), client).numbers[0].label,
            str(getattr(interview.turn(interview.start()).question, "reason", "")),
            advisor().advise_answers(client).verdict.title,
        ]
        english = explain(load().rulebase, load().advise(answers("clinic")), "gate").line
        assert current() == SOURCE
    assert all(line.startswith("⟦") for line in found), found
    assert "⟦" not in english
    assert "⟦" not in explain(load().rulebase, load().advise(answers("clinic")), "gate").line


@pytest.mark.parametrize(
    ("ask", "raised"),
    [
        (lambda: explain(advisor().rulebase, advice("shop"), "nothing_such"), ExplainError),
        (lambda: explain(advisor().rulebase, advice("shop"), "markets"), ExplainError),
        (lambda: how_to(advisor(), {}, "vanity_metrics"), WantedError),
        (lambda: how_to(advisor(), {}, "not nothing_such"), WantedError),
        (lambda: Interview(advisor()).skip(Interview(advisor()).start(), "goals"), ClientError),
    ],
)
def test_faults_speak_it_too(ask: Any, raised: type[Exception]) -> None:
    """Whatever is spoken where they arise."""
    with speaking(SOURCE), pytest.raises(raised) as error:
        ask()
    (fault,) = error.value.faults  # type: ignore[attr-defined]

    assert bypass([fault.message, fault.help]) == []


def test_two_threads_do_not_mix() -> None:
    """Two languages at once give what each gives alone."""

    def told(language: str) -> list[str]:
        with speaking(language):
            own = load(language=language)
            found = own.advise(answers("clinic"), engine="scalar")
            text = markdown(found)
            return [text, *(explain(own.rulebase, found, name).line for name in noteworthy(found))]

    alone = {language: told(language) for language in (SOURCE, PSEUDO)}
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda place: told((SOURCE, PSEUDO)[place % 2]), range(12)))

    assert [one == alone[(SOURCE, PSEUDO)[place % 2]] for place, one in enumerate(both)] == [True] * 12
    assert alone[SOURCE] != alone[PSEUDO]


IMPORT = """
import importlib, pkgutil
from demandfirst.engine.language import catalogs, spoken
def texts(code): raise AssertionError("a message is looked up while modules are imported")
catalogs.texts = texts
spoken._spoken.set("uk")
import demandfirst
import demandfirst.cli, demandfirst.engine, demandfirst.web
for part in (demandfirst.engine, demandfirst.web):
    for one in pkgutil.walk_packages(part.__path__, f"{part.__name__}."):
        if ".migrations." not in one.name:
            importlib.import_module(one.name)
print("imported")
"""


def test_no_message_is_looked_up_at_import_time() -> None:
    """It would stay in the language that was spoken then: every module is imported while a catalog cannot be read."""
    found = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout, found.stderr[-500:]) == (0, "imported\n", "")
