"""What the columns and words of somebody's list mean: `--map` and the mapping file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from dataclasses import field, replace
from typing import Any, Literal, get_args

from demandfirst.engine.batch.figures import Style
from demandfirst.engine.batch.words import Words, check, fold
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean, quote_list
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, mark
from demandfirst.engine.load.answer import UNKNOWN
from demandfirst.engine.load.client import unknown_fact
from demandfirst.engine.load.text import ReadFault, read_text
from demandfirst.engine.load.yaml_tree import Document, parse, quote

Blank = Literal["not_answered", "unknown"]
DECIMAL_SIGNS = (".", ",")
PARTS = ("columns", "values", "words", "blank", "decimal")
LINES = mark("write one `word: meaning` a line")


@record
class Mapping:
    """Column -> fact (empty: pass it through); words -> answer, for one fact and for all; what a blank means; the decimal sign."""

    columns: Map[str, str] = field(default_factory=dict)
    values: Map[str, Map[str, Any]] = field(default_factory=dict)
    words: Map[str, Any] = field(default_factory=dict)
    blank: Blank | None = None
    decimal: str | None = None

    def with_columns(self, columns: Map[str, str]) -> Mapping:
        """The mapping with columns that go before its own."""
        return replace(self, columns={**self.columns, **columns})

    def words_for(self, fact: Fact, style: Style) -> Words:
        """The reader of one fact's texts."""
        general = {word: meant for word, meant in self.words.items() if meant == UNKNOWN or fact.type == "yes_no"}
        synonyms = {**general, **self.values.get(fact.id, {})}
        return Words(fact, {fold(word): meant for word, meant in synonyms.items()}, style)


def parse_maps(settings: Iterable[str]) -> dict[str, str]:
    """Columns by settings such as `Budget=marketing_budget`; raises `DemandfirstError` with every fault."""
    columns: dict[str, str] = {}
    faults: list[Fault] = []
    for setting in settings:
        column, sign, fact = setting.rpartition("=")
        place = Place(f"--map {quote(setting)}")
        if not sign or not column.strip():
            message = _("`{setting}` maps nothing").format(setting=quote(setting))
            help_line = _("write {form}, such as {example}").format(
                form="COLUMN=FACT", example='--map "Budget=marketing_budget"'
            )
            faults.append(Fault(place, "not-a-mapping", message, help_line))
        elif columns.setdefault(column.strip(), fact.strip()) != fact.strip():
            message = _("`{column}` is mapped twice").format(column=quote(column.strip()))
            faults.append(Fault(place, "mapped-twice", message, _("map it once")))
    if faults:
        raise DemandfirstError(faults)
    return columns


def read_mapping(path: str, facts: Map[str, Fact]) -> Mapping:
    """A mapping file (YAML or JSON); raises `DemandfirstError` with every fault."""
    try:
        document = parse(read_text(path), path)
    except ReadFault as error:
        raise DemandfirstError([error.fault]) from None
    reader = _MappingFile(document, facts)
    mapping = reader.read()
    if reader.faults:
        raise DemandfirstError(reader.faults)
    return mapping


class _MappingFile:
    """Checks the parts of a mapping file and gathers their faults."""

    def __init__(self, document: Document, facts: Map[str, Fact]) -> None:
        self.document = document
        self.facts = facts
        self.faults = list(document.faults)

    def fault(self, path: tuple[str, ...], code: str, message: str, help_line: str) -> None:
        self.faults.append(Fault(self.document.place(path), code, message, help_line))

    def read(self) -> Mapping:
        if self.document.cut:
            return Mapping()
        data = {} if self.document.data is None else self.document.data
        if not isinstance(data, dict):
            help_line = _("it has the parts {listed}").format(listed=quote_list(PARTS))
            self.fault((), "not-a-mapping", _("this is not a mapping file"), help_line)
            return Mapping()
        for name in data:
            if name not in PARTS:
                message = _("`{name}` is no part of a mapping").format(name=quote(name))
                self.fault((name,), "unknown-key", message, did_you_mean(name, PARTS))
        return Mapping(
            columns={column: fact or "" for column, fact in self.part(data, "columns", self.column).items()},
            values=self.part(data, "values", self.synonyms),
            words=self.part(data, "words", self.word),
            blank=self.choice(data, "blank", get_args(Blank)),
            decimal=self.choice(data, "decimal", DECIMAL_SIGNS),
        )

    def part(self, data: dict[str, Any], name: str, check_entry: Callable[[str, Any], bool]) -> dict[str, Any]:
        """The entries of a part that are in order."""
        entries = data.get(name)
        if entries is None:
            return {}
        if not isinstance(entries, dict):
            message = _("`{name}` is not a mapping").format(name=name)
            self.fault((name,), "wrong-type", message, _(LINES))
            return {}
        return {key: meant for key, meant in entries.items() if check_entry(key, meant)}

    def column(self, column: str, fact: Any) -> bool:
        if fact is None or isinstance(fact, str):
            return True
        message = _("`{word}` is not the name of a fact").format(word=quote(fact))
        self.fault(("columns", column), "wrong-type", message, _("write a fact's id"))
        return False

    def synonyms(self, name: str, words: Any) -> bool:
        fact = self.facts.get(name)
        if fact is None:
            self.faults.append(unknown_fact(name, self.facts, self.document.place(("values", name))))
        elif not isinstance(words, dict):
            message = _("the words of `{fact}` are not a mapping").format(fact=name)
            self.fault(("values", name), "wrong-type", message, _(LINES))
        else:
            wrong = [word for word, meant in words.items() if not self.synonym(fact, word, meant)]
            return not wrong
        return False

    def synonym(self, fact: Fact, word: str, meant: Any) -> bool:
        given = [meant] if fact.type == "set" and meant != UNKNOWN else meant
        place = self.document.place(("values", fact.id, word))
        faults = check(fact, given).faults if meant is not None else [unknown_word(place, fact, word)]
        self.faults.extend(replace(fault, place=place) for fault in faults if fault.code != "too-few")
        return not faults

    def word(self, word: str, meant: Any) -> bool:
        if isinstance(meant, bool) or meant == UNKNOWN:
            return True
        message = _("`{word}` is not {yes}, {no} or {unknown}").format(
            word=quote(meant), yes="yes", no="no", unknown=UNKNOWN
        )
        self.fault(
            ("words", word), "wrong-type", message, _("words of one fact stand under `{part}`").format(part="values")
        )
        return False

    def choice(self, data: dict[str, Any], name: str, known: tuple[str, ...]) -> Any:
        given = data.get(name)
        if given is None or given in known:
            return given
        message = _("`{word}` is no `{name}`").format(word=quote(given), name=name)
        self.fault((name,), "unknown-value", message, _("write one of {listed}").format(listed=quote_list(known)))
        return None


def unknown_word(place: Place, fact: Fact, word: str) -> Fault:
    """The fault for a word without a meaning."""
    help_line = _("write an answer to `{fact}` behind it").format(fact=fact.id)
    return Fault(place, "no-answer", _("`{word}` means nothing").format(word=quote(word)), help_line)
