"""One cell of text to an answer: ids, labels in any language, synonyms, numbers of every style, sets as separated text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import normalize

from demandfirst.engine.batch.figures import Ambiguous, Style, number_text
from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.vocabulary import Fact, Value
from demandfirst.engine.language import _
from demandfirst.engine.load.answer import UNKNOWN, bounds_in
from demandfirst.engine.load.client import check_answers
from demandfirst.engine.load.said import no_words, none_words, unknown_words, yes_words
from demandfirst.engine.load.yaml_tree import quote

LISTED = "\x02"
"""Set before a list and behind each of its entries, so that lists travel as text without being taken for it."""
UNKNOWN_WORDS = frozenset({"unknown", "don't know", "dont know", "do not know"})
YES = frozenset({"yes", "true", "1", "1.0"})
NO = frozenset({"no", "false", "0", "0.0"})
_ALIKE = str.maketrans("\u2019\u02bc\u0451\u0401", "''\u0435\u0415")
"""Signs that people write for one another: apostrophes, and in Russian `\u0435` for `\u0451`."""
_GAPS = re.compile(r"[\s_\-\u2010-\u2013]+")
_SEPARATORS = (";", "|", "\n", ",")
_PLACE = Place("row")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says: an answer, nothing (None), or faults."""

    answer: Answer | None
    faults: tuple[Fault, ...] = ()


def fold(text: str) -> str:
    """A word without case, with one space for any spaces, hyphens and underscores, and one kind of apostrophe."""
    if not text.isascii():
        text = normalize("NFC", text).translate(_ALIKE)
    return _GAPS.sub(" ", text.casefold()).strip()


def check(fact: Fact, given: Any) -> Reading:
    """The answer in plain data, by the rules of client files."""
    answers, faults = check_answers({fact.id: given}, {fact.id: fact}, lambda *_: _PLACE)
    return Reading(answers.get(fact.id), tuple(faults))


def names_of(fact: Fact) -> dict[str, str]:
    """Folded ids and labels of a fact's values; an id goes before a label, a label in the language that is spoken before others.

    A label that two values share is none.
    """
    elsewhere = _labels(value for one in fact.elsewhere for value in one.values)
    return elsewhere | _labels(fact.values) | {fold(value.id): value.id for value in fact.values}


def _labels(values: Iterable[Value]) -> dict[str, str]:
    """Folded labels that stand for one value each."""
    found: dict[str, set[str]] = {}
    for value in values:
        found.setdefault(fold(value.label), set()).add(value.id)
    return {label: ids.pop() for label, ids in found.items() if len(ids) == 1}


def listing(entries: list[str]) -> str:
    """A list as text."""
    return f"{LISTED}{LISTED.join(entries)}{LISTED}" if entries else LISTED


def shown(text: str) -> str:
    """A text for people: a list as JSON."""
    return json.dumps(listed(text), ensure_ascii=False) if text.startswith(LISTED) else text


def listed(text: str) -> list[str]:
    """The list in a text made by `listing`."""
    return text.split(LISTED)[1:-1]


class Words:
    """Reads the texts of one fact; a text that was read before costs nothing."""

    def __init__(self, fact: Fact, synonyms: Map[str, Any], style: Style) -> None:
        self.fact = fact
        self.synonyms = synonyms
        self.style = style
        self.names = names_of(fact)
        called = (*fact.elsewhere, fact)
        self.says_no = NO | {*map(fold, no_words()), *(fold(one.negative) for one in called if one.negative)}
        self.says_yes = YES | {*map(fold, yes_words()), *(fold(one.label) for one in called)}
        self.says_none = set(map(fold, none_words()))
        self.says_unknown = UNKNOWN_WORDS | {*map(fold, unknown_words())}
        self.exact = frozenset(value.id for value in fact.values) if fact.type == "choice" else frozenset()
        if synonyms.keys() & {fold(word) for word in self.exact}:
            self.exact = frozenset()

    def read(self, text: str) -> Reading:
        """What a text says."""
        if not text.strip():
            return check(self.fact, None)
        try:
            given = self._given(text)
        except Ambiguous:
            return Reading(None, (self._ambiguous(text),))
        reading = check(self.fact, given)
        told = given is text or self.fact.numeric
        return self._in_cells(text, reading) if told and reading.faults else reading

    def number(self, value: float) -> Reading:
        """What a number says that stands in the column as a number."""
        given: Any = int(value) if value.is_integer() else value
        return self._in_cells(str(given), check(self.fact, given))

    def _given(self, text: str) -> Any:
        folded = fold(text)
        if folded in self.synonyms:
            meant = self.synonyms[folded]
            return [meant] if self.fact.type == "set" and meant != UNKNOWN else meant
        if folded in self.says_unknown and folded not in self.names:
            return UNKNOWN
        match self.fact.type:
            case "choice":
                return self.names.get(folded, text.strip())
            case "set":
                return self._entries(text, folded)
            case "yes_no":
                return True if folded in self.says_yes else False if folded in self.says_no else text
            case _:
                return self._number(text)

    def _number(self, text: str) -> Any:
        found = number_text(text, self.fact, self.style)
        if found is None or bounds_in(found):
            return text if found is None else found
        return int(found) if found.lstrip("-").isdecimal() else float(found)

    def _entries(self, text: str, folded: str) -> Any:
        if text.startswith(LISTED):
            return [self._entry(entry) for entry in listed(text)]
        if folded in self.names:
            return [self.names[folded]]
        if folded in self.says_none:
            return []
        text = text.strip()
        if text.startswith("[") and text.endswith("]"):
            return [self._entry(entry) if isinstance(entry, str) else entry for entry in _listed(text)]
        separator = next((sign for sign in _SEPARATORS if sign in text), ",")
        return [self._entry(entry) for entry in text.split(separator) if entry.strip()] or text

    def _entry(self, text: str) -> Any:
        folded = fold(text)
        return self.synonyms.get(folded, self.names.get(folded, text.strip()))

    def _ambiguous(self, text: str) -> Fault:
        shown = quote(text.strip())
        sign, other = (",", ".") if "," in shown else (".", ",")
        message = _("`{number}` can be thousands or a decimal number").format(number=shown)
        help_line = _("say which sign stands before the decimals: {option} `{sign}` or `{other}`")
        said = help_line.format(option="--decimal", sign=sign, other=other)
        return Fault(_PLACE, "ambiguous-number", message, said)

    def _in_cells(self, text: str, reading: Reading) -> Reading:
        """The faults of a text that is no number or no yes/no, in words for a cell instead of a client file."""
        shown = quote(text.strip())
        if self.fact.numeric:
            whole = self.fact.type == "integer"
            message = _("`{given}` is not a whole number") if whole else _("`{given}` is not a number")
            help_line = _("write figures such as {example}, bounds such as {bound} or {span}, or {unknown}").format(
                example="25" if whole else "25.5", bound="<10", span="5..10", unknown=UNKNOWN
            )
        elif self.fact.type == "yes_no":
            message = _("`{given}` is neither yes nor no")
            help_line = _("write {yes}, {no} or {unknown}").format(yes="yes", no="no", unknown=UNKNOWN)
        else:
            return reading
        message = message.format(given=shown)
        said = (
            replace(one, message=message, help=help_line) if one.code == "wrong-type" else one for one in reading.faults
        )
        return replace(reading, faults=tuple(said))


def _listed(text: str) -> list[Any]:
    """The entries of a list in brackets, as JSON or as Python writes it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        inner = text[1:-1].strip()
        found = [entry.strip().strip("'\"") for entry in inner.split(",")] if inner else []
    return found if isinstance(found, list) else [found]
