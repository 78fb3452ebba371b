"""The rulebase as a graph: what reads and concludes what, for Mermaid and Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from demandfirst.engine.ir.conditions import names_in, names_in_term
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Conclude, Decide, Recommend, Rule, Veto, Warn
from demandfirst.engine.language import _, mark

GraphStyle = Literal["mermaid", "dot"]
LABELS = {
    "computes": mark("computes"), "concludes": mark("concludes"), "recommends": mark("recommends"), "warns": mark("warns"),
    "vetoes": mark("vetoes"),
}  # fmt: skip
Edge = tuple[str, str, str]


def edges(rulebase: Rulebase) -> Iterator[Edge]:
    """(from, to, how): facts and findings to what rests on them, through sums and rules; each once."""
    for quantity in rulebase.quantities.values():
        names = names_in_term(quantity.formula)
        yield from ((name, quantity.id, "computes") for name in (*names.facts, *names.quantities))
    seen: set[Edge] = set()
    known = frozenset(rulebase.quantities)
    for rule in rulebase.domain_rules:
        read = [name for line in rule.when for name in _read(line.condition, known)]
        for target, how in _targets(rule):
            for name in dict.fromkeys(read):
                edge = (name, target, how)
                if edge not in seen:
                    seen.add(edge)
                    yield edge


def _read(condition: object, known: frozenset[str]) -> tuple[str, ...]:
    names = names_in(condition, known)  # type: ignore[arg-type]
    return (*names.facts, *names.quantities, *names.findings)


def _targets(rule: Rule) -> Iterator[tuple[str, str]]:
    for effect in rule.then:
        match effect:
            case Conclude(name) | Decide(name, _):
                yield name, "concludes"
            case Recommend(name, _):
                yield name, "recommends"
            case Warn(name, _):
                yield name, "warns"
            case Veto(name):
                yield name, "vetoes"
            case _:
                pass


def graph_lines(rulebase: Rulebase, style: GraphStyle) -> Iterator[str]:
    """The graph as text; facts are boxes, findings rounded, items and warnings hexagons."""
    drawn = list(edges(rulebase))
    names = dict.fromkeys(name for one, two, _how in drawn for name in (one, two))
    if style == "mermaid":
        yield "flowchart LR"
        yield from (f"  {name}{_mermaid(rulebase, name)}" for name in names)
        yield from (
            f"  {one} {'-.->' if how == 'vetoes' else '-->'}|{_(LABELS[how])}| {two}" for one, two, how in drawn
        )
        return
    yield "digraph demandfirst {"
    yield "  rankdir=LR;"
    yield from (f'  "{name}" [shape={_dot(rulebase, name)}];' for name in names)
    dashed = {"vetoes": ", style=dashed"}
    yield from (f'  "{one}" -> "{two}" [label="{_(LABELS[how])}"{dashed.get(how, "")}];' for one, two, how in drawn)
    yield "}"


def _mermaid(rulebase: Rulebase, name: str) -> str:
    if name in rulebase.findings:
        return f"([{name}])"
    return f"[{name}]" if name in rulebase.facts or name in rulebase.quantities else f"{{{{{name}}}}}"


def _dot(rulebase: Rulebase, name: str) -> str:
    if name in rulebase.findings:
        return "ellipse"
    return "box" if name in rulebase.facts or name in rulebase.quantities else "hexagon"
