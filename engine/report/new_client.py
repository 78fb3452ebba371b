"""A client file to fill in: every question in asking order, with its answers as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.load.client import range_text

WIDTH = 100
HEAD = """\
A client of demandfirst. Fill in what is known and leave the rest blank: blank means not asked yet.
Write unknown where the client does not know. Then: demandfirst advise THIS-FILE"""


def new_client_lines(rulebase: Rulebase, *, core: bool = False) -> Iterator[str]:
    """The lines of the file; `core` leaves out what is asked last."""
    yield from _comment(HEAD)
    group = ""
    for fact in rulebase.facts.values():
        if core and not (fact.core or fact.required):
            continue
        if fact.group != group:
            group = fact.group
            yield from ("", f"# ---- {rulebase.question_groups[group]} ----")
        yield ""
        yield from _fact(fact)


def _fact(fact: Fact) -> Iterator[str]:
    yield from _comment(f"{fact.question}{' (required)' if fact.required else ''}")
    yield from _comment(fact.help, "  ")
    for value in fact.values:
        yield from _comment(f"{value.id}: {value.help or value.label}", "    ")
    yield f"{fact.id}:{_hint(fact)}"


def _hint(fact: Fact) -> str:
    match fact.type:
        case "yes_no":
            return "  # true, false or unknown"
        case "set":
            example = f"  # a list, such as [{fact.values[0].id}, {fact.values[-1].id}]"
            return example + ("" if fact.required else ", [] for none, or unknown")
        case "choice":
            return "  # one of these words" + ("" if fact.required else ", or unknown")
        case _:
            return f"  # {fact.unit}, {range_text(fact)}, or unknown"


def _comment(text: str, indent: str = "") -> list[str]:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, WIDTH - 2 - len(indent))]
    return [f"# {indent}{line}" for line in lines]
