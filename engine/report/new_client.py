"""A client file to fill in: every question in asking order, with its answers as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from demandfirst.engine.ir.numbers import unit_words
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, mark
from demandfirst.engine.language.phrases import either, stated
from demandfirst.engine.load.answer import UNKNOWN, range_text

WIDTH = 100
HEAD = (
    mark("A client of demandfirst. Fill in what is known and leave the rest blank: blank means not asked yet."),
    mark("Write {unknown} where the client does not know. Then: {command}"),
)
ADVISE = "demandfirst advise THIS-FILE"


def new_client_lines(rulebase: Rulebase, *, core: bool = False) -> Iterator[str]:
    """The lines of the file; `core` leaves out what is asked last."""
    for line in HEAD:
        yield from _comment(_(line).format(unknown=UNKNOWN, command=ADVISE))
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
    yield from _comment(_("{question} (required)").format(question=fact.question) if fact.required else fact.question)
    yield from _comment(fact.help, "  ")
    for value in fact.values:
        yield from _comment(stated(value.id, value.help or value.label), "    ")
    yield f"{fact.id}:  # {_hint(fact)}"


def _hint(fact: Fact) -> str:
    """What may be written, in code words of the file."""
    match fact.type:
        case "yes_no":
            return either(["true", "false", UNKNOWN])
        case "set":
            example = f"[{fact.values[0].id}, {fact.values[-1].id}]"
            listed = (
                _("a list, such as {example}")
                if fact.required
                else _("a list, such as {example}, {empty} for none, or {unknown}")
            )
            return listed.format(example=example, empty="[]", unknown=UNKNOWN)
        case "choice":
            words = _("one of these words") if fact.required else _("one of these words, or {unknown}")
            return words.format(unknown=UNKNOWN)
        case _:
            template = _("{unit}, {range}, or {unknown}")
            return template.format(unit=unit_words(fact.unit), range=range_text(fact), unknown=UNKNOWN)


def _comment(text: str, indent: str = "") -> list[str]:
    lines = [
        line
        for part in text.splitlines()
        for line in textwrap.wrap(part, WIDTH - 2 - len(indent), break_on_hyphens=False)
    ]
    return [f"# {indent}{line}" for line in lines]
