"""A chunk of the input to the answers table: every fact's columns, what is set aside, and the rows with bounded answers."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.fact_cells import BITS, DTYPES, Cells, FactReader, Wrong, nulls
from demandfirst.engine.batch.figures import Style
from demandfirst.engine.batch.header import Target, name_of
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.raw import Raw
from demandfirst.engine.batch.words import check
from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _
from demandfirst.engine.load.answer import UNKNOWN

_PLACE = Place("row")


@dataclass
class Answers:
    """The answers of a chunk, row by row as in the input, with what is wrong and what is bounded by position."""

    table: pl.DataFrame
    wrong: list[tuple[str, Wrong]] = field(default_factory=list)
    bounded: dict[int, dict[str, Interval]] = field(default_factory=dict)


@dataclass
class _Columns:
    """The input's columns for one fact."""

    value: str = ""
    unknown: str = ""
    entries: dict[str, str] = field(default_factory=dict)


class AnswersReader:
    """Reads the facts of chunks; keeps what it learned about texts."""

    def __init__(self, facts: Map[str, Fact], mapping: Mapping, style: Style, *, blank_unknown: bool) -> None:
        self.facts = facts
        self.mapping = mapping
        self.style = style
        self.blank_unknown = blank_unknown
        self.readers = {fact.id: self._reader(fact, blank_unknown=blank_unknown) for fact in facts.values()}
        self.flags: dict[str, FactReader] = {}

    def read(self, raw: Raw) -> Answers:
        """The answers in a chunk."""
        found = Answers(pl.DataFrame())
        columns: list[pl.Series] = [raw.rows]
        by_fact = _by_fact(raw.targets)
        for fact in self.facts.values():
            of_fact = by_fact.get(fact.id)
            cells = self._fact(fact, of_fact, raw) if of_fact else self._absent(fact, len(raw.rows))
            columns.extend(_columns(fact, cells))
            found.wrong.extend((_column(raw.targets, wrong.name), wrong) for wrong in cells.wrong)
            for at, interval in cells.bounded:
                found.bounded.setdefault(at, {})[fact.id] = interval
        found.table = pl.DataFrame(columns)
        return found

    def _absent(self, fact: Fact, height: int) -> Cells:
        """A fact without a column is not answered."""
        cells = Cells(_nulls(fact, height), pl.repeat(value=False, n=height, eager=True, dtype=pl.Boolean))
        if fact.required:
            cells.wrong = [Wrong(at, fact.id, fault, "") for at in range(height) for fault in check(fact, None).faults]
        return cells

    def _fact(self, fact: Fact, columns: _Columns, raw: Raw) -> Cells:
        height = len(raw.rows)
        if columns.entries:
            cells = self._entries(fact, columns.entries, raw)
        elif columns.value:
            cells = self.readers[fact.id].read(raw.frame[columns.value], raw.numbers.get(columns.value))
        else:
            cells = Cells(_nulls(fact, height), pl.repeat(value=False, n=height, eager=True, dtype=pl.Boolean))
        return self._unknown(fact, columns.unknown, cells, raw) if columns.unknown else cells

    def _entries(self, fact: Fact, columns: Map[str, str], raw: Raw) -> Cells:
        """A set that has a yes/no column for each of its values."""
        flags = {
            value.id: self._flag(names.mark(fact.id, value.id), raw.frame[columns[value.id]]) for value in fact.values
        }
        given = [flag.values.is_not_null() for flag in flags.values()]
        some, all_ = given[0], given[0]
        for one in given[1:]:
            some, all_ = some | one, all_ & one
        bits = pl.repeat(0, len(raw.rows), eager=True, dtype=BITS)
        for index, flag in enumerate(flags.values()):
            bits = bits + flag.values.fill_null(value=False).cast(BITS) * (1 << index)
        reader = self.readers[fact.id]
        wrong = [one for flag in flags.values() for one in flag.wrong]
        said = {one.at for one in wrong}
        message = _("`{fact}` is answered for some of its values only").format(fact=fact.id)
        partial = Fault(_PLACE, "incomplete-set", message, _("write yes or no for each"))
        wrong += [Wrong(at, fact.id, partial, "") for at in (some & ~all_).arg_true() if at not in said]
        if fact.at_least:
            too_few = check(fact, []).faults
            wrong += [
                Wrong(at, fact.id, fault, "")
                for at in (all_ & (bits.bitwise_count_ones() < fact.at_least)).arg_true()
                for fault in too_few
            ]
        values = pl.select(pl.when(all_).then(bits)).to_series()
        cells = reader.blank(values, ~some)
        cells.wrong = sorted([*cells.wrong, *wrong], key=lambda one: one.at)
        return cells

    def _unknown(self, fact: Fact, column: str, cells: Cells, raw: Raw) -> Cells:
        """A fact that has a yes/no column for *don't know*."""
        flag = self._flag(names.unknown(fact.id), raw.frame[column])
        says = flag.values.fill_null(value=False)
        message = _("`{fact}` has a value and is `{unknown}` as well").format(fact=fact.id, unknown=UNKNOWN)
        both = Fault(_PLACE, "value-and-unknown", message, _("keep one of them"))
        clash = says & cells.values.is_not_null()
        wrong = [
            *cells.wrong,
            *flag.wrong,
            *(Wrong(at, names.unknown(fact.id), both, "yes") for at in clash.arg_true()),
        ]
        return Cells(cells.values, cells.unknown | says, wrong, cells.bounded)

    def _flag(self, name: str, cells: pl.Series) -> Cells:
        if name not in self.flags:
            fact = next(fact for fact in self.facts.values() if name.startswith(f"{fact.id}__"))
            plain = replace(fact, id=name, type="yes_no", required=False, values=(), negative="", label=name)
            self.flags[name] = self._reader(plain, blank_unknown=False)
        return self.flags[name].read(cells)

    def _reader(self, fact: Fact, *, blank_unknown: bool) -> FactReader:
        return FactReader(fact, self.mapping.words_for(fact, self.style), blank_unknown=blank_unknown)


def _by_fact(targets: Map[str, Target]) -> dict[str, _Columns]:
    found: dict[str, _Columns] = {}
    for column, target in targets.items():
        of_fact = found.setdefault(target.fact, _Columns())
        if target.part == "entry":
            of_fact.entries[target.entry] = column
        elif target.part == "unknown":
            of_fact.unknown = column
        else:
            of_fact.value = column
    return found


def _column(targets: Map[str, Target], name: str) -> str:
    """The input's column that was meant for a column of the answers table."""
    return next((column for column, target in targets.items() if name_of(target) == name), name)


def _nulls(fact: Fact, height: int) -> pl.Series:
    return nulls(height, DTYPES.get(fact.type, pl.Float64))


def _columns(fact: Fact, cells: Cells) -> list[pl.Series]:
    """The fact's columns of the answers table."""
    if fact.type == "set":
        columns = [
            ((cells.values & (1 << index)) != 0).alias(names.mark(fact.id, value.id))
            for index, value in enumerate(fact.values)
        ]
    else:
        columns = [cells.values.alias(fact.id)]
    return columns if fact.required else [*columns, cells.unknown.alias(names.unknown(fact.id))]


def answers_in(row: Map[str, Any], facts: Map[str, Fact], bounded: Map[str, Interval]) -> dict[str, Answer]:
    """One row of the answers table as the answers of a client file, with the bounded ones."""
    found: dict[str, Answer] = {}
    for fact in facts.values():
        answer = bounded.get(fact.id, _answer(row, fact))
        if answer is not None:
            found[fact.id] = answer
    return found


def _answer(row: Map[str, Any], fact: Fact) -> Answer | None:
    if row.get(names.unknown(fact.id)):
        return Gap.DONT_KNOW
    if fact.type == "set":
        flags = {value.id: row[names.mark(fact.id, value.id)] for value in fact.values}
        return None if None in flags.values() else frozenset(value for value, flag in flags.items() if flag)
    value = row[fact.id]
    return Fraction(str(value)) if fact.numeric and value is not None else value
