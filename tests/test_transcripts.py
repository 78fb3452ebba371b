"""What `explain`, `what-if`, `sensitivity` and `rules --graph` print, word for word; `DEMANDFIRST_RECORD=1` records it anew."""

from __future__ import annotations

import re

import pytest
from demandfirst import load
from demandfirst.engine.ir.conditions import names_in
from demandfirst.engine.report.graph import GraphStyle, edges, graph_lines
from support import HERE, MINIMAL, golden, run
from test_docs import blocks, first_missing, masked
from test_docs import run as shell

PERSONAS = HERE / "personas"
SHOP = str(PERSONAS / "unsaturated-phone-e-shop.yaml")
CLINIC = str(PERSONAS / "partly-answered-sleep-clinic.yaml")
FLOWERS = str(PERSONAS / "flower-delivery-without-seo.yaml")
SCHOOL = str(PERSONAS / "partly-answered-language-school.yaml")
ELSEWHERE = ["--rulebase", str(MINIMAL)]

PRINTED = {
    "explain-everything": ["explain", CLINIC],
    "explain-everything-markdown": ["explain", SHOP, "--format", "markdown"],
    "explain-line": ["explain", SHOP, "paid_social_scaling", "--depth", "line"],
    "explain-level": ["explain", SHOP, "paid_social_scaling", "--depth", "level"],
    "explain-withheld": ["explain", SHOP, "paid_social_scaling"],
    "explain-recommended": ["explain", SHOP, "choice_page"],
    "explain-not-recommended": ["explain", SHOP, "need_creation"],
    "explain-open": ["explain", CLINIC, "paid_social_test"],
    "explain-warning": ["explain", SHOP, "inefficient_social_spend"],
    "explain-warning-open": ["explain", CLINIC, "regulated_or_restricted_market"],
    "explain-verdict": ["explain", FLOWERS, "gate"],
    "explain-verdict-open": ["explain", SCHOOL, "gate"],
    "explain-finding": ["explain", SHOP, "enough_searches"],
    "explain-finding-false": ["explain", SHOP, "gate_capped"],
    "explain-sum": ["explain", SHOP, "min_learning_budget"],
    "explain-sum-open": ["explain", CLINIC, "max_cpo_first_order"],
    "explain-markdown": ["explain", SHOP, "paid_social_scaling", "--format", "markdown"],
    "explain-json": ["explain", SHOP, "paid_social_scaling", "--format", "json"],
    "what-if-opens": ["what-if", SHOP, "--set", "search_impression_share=95", "--set", "search_lost_to_budget=0"],
    "what-if-bounds": [
        "what-if",
        SHOP,
        "--set",
        "search_lost_to_budget=<10",
        "--set",
        "social_budget=",
        "--set",
        "seo=unknown",
    ],
    "what-if-against": ["what-if", SHOP, "--against", FLOWERS],
    "what-if-idle": ["what-if", SHOP, "--set", "horizon_months=4"],
    "what-if-markdown": ["what-if", SHOP, "--set", "seo=not_used", "--format", "markdown"],
    "what-if-json": ["what-if", SHOP, "--set", "seo=not_used", "--format", "json"],
    "sensitivity-flowers": ["sensitivity", FLOWERS],
    "sensitivity-partly": ["sensitivity", SCHOOL],
    "sensitivity-markdown": ["sensitivity", SHOP, "--format", "markdown"],
    "sensitivity-json": ["sensitivity", SHOP, "--format", "json"],
    "graph-mermaid": ["rules", "--graph", "mermaid", *ELSEWHERE],
    "graph-dot": ["rules", "--graph", "dot", *ELSEWHERE],
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed(name: str) -> None:
    """The output is the recorded one, on standard output only, and every line of it can be read."""
    found = run(*PRINTED[name])

    assert (found.code, found.err) == (0, "")
    golden(f"{name}.txt", found.out.replace(load().hash, "HASH"))


@pytest.mark.parametrize("name", [name for name in PRINTED if "json" not in name and "graph" not in name])
def test_no_inner_words_are_printed(name: str) -> None:
    """No status, value or gap as the program spells it; ids stand only where they can be looked up."""
    text = run(*PRINTED[name]).out

    assert not re.search(
        r"not_recommended|not_raised|not_answered|NOT_ANSWERED|None|True|False|Fraction|frozenset", text
    )
    assert "  \n" not in text
    assert "{" not in text


# --- the graph -----------------------------------------------------------------------------------------------


def test_the_graph_is_whole() -> None:
    """Whatever a rule reads has an edge to whatever follows from it, and whatever a sum reads to the sum."""
    rulebase = load().rulebase
    drawn = {(one, two) for one, two, _ in edges(rulebase)}
    for rule in rulebase.domain_rules:
        for line in rule.when:
            names = names_in(line.condition, frozenset(rulebase.quantities))
            for name in (*names.facts, *names.quantities, *names.findings):
                assert any(one == name for one, _ in drawn), rule.id
    for name, readers in rulebase.readers.items():
        for reader in readers:
            if reader in rulebase.quantities and name not in rulebase.parameters:
                assert (name, reader) in drawn
    assert {two for _, two in drawn} <= {*rulebase.findings, *rulebase.items, *rulebase.warnings, *rulebase.quantities}


@pytest.mark.parametrize("style", ["mermaid", "dot"])
def test_the_graph_declares_each_node_once(style: GraphStyle) -> None:
    lines = list(graph_lines(load().rulebase, style))
    nodes = [line.strip() for line in lines if "--" not in line and "-.-" not in line and "->" not in line]
    names = [re.split(r"[\[({ ]", line.strip('"'), maxsplit=1)[0].strip('"') for line in nodes]

    assert len(names) == len(set(names))
    assert len(lines) == len(set(lines))


def test_vetoes_are_dashed() -> None:
    """So that what holds back can be told from what leads on."""
    mermaid, dot = ("\n".join(graph_lines(load().rulebase, style)) for style in ("mermaid", "dot"))

    assert "  gate_blocked -.->|vetoes| paid_social_scaling" in mermaid
    assert '  "gate_blocked" -> "paid_social_scaling" [label="vetoes", style=dashed];' in dot
    assert "  average_order_value -->|computes| max_cpo_first_order" in mermaid
    assert "  max_cpo_first_order -->|computes| max_cpo_with_repeats" in mermaid


# --- the document --------------------------------------------------------------------------------------------


def sessions() -> list[tuple[str, list[str]]]:
    """The commands of docs/explain.md, each with the output that is shown for it."""
    found = []
    for block in blocks(HERE.parent / "docs" / "explain.md", "console"):
        command, *shown = block.splitlines()
        found.append((command.removeprefix("$ "), [line for line in shown if line]))
    return found


@pytest.mark.parametrize(("command", "shown"), sessions())
def test_the_document_shows_the_real_output(command: str, shown: list[str]) -> None:
    """Every shown line, in its order; `[...]` stands for lines left out."""
    assert first_missing(masked(shown), masked(shell(command))) is None
