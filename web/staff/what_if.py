"""What would be advised if an answer were another: asked in a form, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from demandfirst.engine.advise import Advisor
from demandfirst.engine.errors import ClientError
from demandfirst.engine.ir.advice import Advice
from demandfirst.engine.ir.numbers import unit_words
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _
from demandfirst.engine.load.typed import typed_number
from demandfirst.engine.report.difference import difference_lines
from demandfirst.engine.whatif import difference
from demandfirst.web.pages.forms import LONGEST, NONE
from demandfirst.web.words import told
from starlette.datastructures import FormData

PREFIX = "fact."
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `chosen` where it is the answer."""

    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A question in the form: options to choose from, or a text to type."""

    name: str
    label: str
    kind: str
    options: tuple[Option, ...]
    typed: str
    unit: str


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of a difference, with its lines."""

    title: str
    lines: tuple[str, ...]


def fields(rulebase: Rulebase, answers: Mapping[str, Any]) -> Iterator[tuple[str, list[Field]]]:
    """The form, group by group, filled with answers."""
    groups: dict[str, list[Field]] = {}
    for fact in rulebase.facts.values():
        groups.setdefault(fact.group, []).append(_field(fact, answers.get(fact.id)))
    for group, label in rulebase.question_groups.items():
        if group in groups:
            yield label, groups[group]


def _field(fact: Fact, given: Any) -> Field:
    match fact.type:
        case "choice" | "yes_no":
            shown = {True: "yes", False: "no", None: ""}.get(given, given) if not isinstance(given, str) else given
            return Field(PREFIX + fact.id, fact.label, "choice", _options(fact, [shown]), "", "")
        case "set":
            chosen = [NONE] if given == [] else given if isinstance(given, list | tuple) else [given]
            return Field(PREFIX + fact.id, fact.label, "set", _options(fact, chosen), "", "")
        case _:
            typed = "?" if given == UNKNOWN else "" if given is None else str(given)
            return Field(PREFIX + fact.id, fact.label, "number", (), typed, unit_words(fact.unit))


def _options(fact: Fact, chosen: Iterable[Any]) -> tuple[Option, ...]:
    pairs = (
        [("yes", _("yes")), ("no", _("no"))] if fact.type == "yes_no" else [(one.id, one.label) for one in fact.values]
    )
    if fact.type != "set" and not fact.required:
        pairs = [("", _("not answered")), *pairs]
    if fact.type == "set" and not fact.at_least:
        pairs.append((NONE, _("none of these")))
    if not fact.required:
        pairs.append((UNKNOWN, _("don't know")))
    given = set(chosen)
    return tuple(Option(name, label, name in given) for name, label in pairs)


def read(form: FormData, rulebase: Rulebase) -> dict[str, Any]:
    """The answers of the form in plain form; what was left empty is not answered."""
    found = {
        fact.id: _read([str(one)[:LONGEST] for one in form.getlist(PREFIX + fact.id)], fact)
        for fact in rulebase.facts.values()
    }
    return {name: value for name, value in found.items() if value is not None}


def _read(words: list[str], fact: Fact) -> Any:
    words = [word.strip() for word in words if word.strip()]
    if not words:
        return None
    if UNKNOWN in words or words == ["?"]:
        return UNKNOWN
    match fact.type:
        case "set":
            return [word for word in words if word != NONE]
        case "yes_no":
            return {"yes": True, "no": False}.get(words[0], words[0])
        case "choice":
            return words[0]
        case _:
            return typed_number(words[0])


def tried(advisor: Advisor, before: Advice, answers: Mapping[str, Any]) -> tuple[list[Part], list[str]]:
    """What would change, or what is wrong about the answers."""
    try:
        after = advisor.advise(answers, engine="scalar")
    except ClientError as error:
        return [], list(map(told, error.faults))
    return list(parts(difference_lines(advisor.rulebase, difference(before, after)))), []


def parts(lines: Iterable[str]) -> Iterator[Part]:
    """Lines of text as headings with what stands below them."""
    title, below = "", list[str]()
    for line in (*lines, ""):
        if line.startswith("  "):
            below.append(line.strip())
            continue
        if title:
            yield Part(title, tuple(below))
        title, below = line, []
