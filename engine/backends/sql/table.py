"""The client table in a warehouse, and its columns as the answers table that the program reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Literal

from demandfirst.engine.backends.program.names import mark, unknown, value_columns
from demandfirst.engine.backends.sql.imported import exp
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.load.yaml_tree import quote

Sets = Literal["text", "array", "columns"]
DONT_KNOW = "unknown"
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NAMED = re.compile(r"[^\W\d][\w $-]*")
LONGEST = 63


@record
class ClientTable:
    """What the table of clients is called, which columns it has, how it holds sets, and which columns are passed on.

    `columns`: those that it has of the facts; None, all that a fact can have. `sets`: one text of values with commas between
    them, an array of texts, or a yes/no column for each value.
    """

    name: str = "clients"
    columns: tuple[str, ...] | None = None
    sets: Sets = "text"
    kept: tuple[str, ...] = ()

    def columns_of(self, fact: Fact) -> tuple[str, ...]:
        """The columns that a fact can have."""
        own = value_columns(fact) if self.sets == "columns" else (fact.id,)
        return own if fact.required else (*own, unknown(fact.id))

    def has(self, column: str) -> bool:
        """Whether the table has a column of the facts."""
        return self.columns is None or column in self.columns

    def check(self, facts: Mapping[str, Fact], taken: Iterable[str]) -> None:
        """Raise `DemandfirstError` with everything that cannot be meant; `taken` are names that columns passed on cannot have."""
        known = [name for fact in facts.values() for name in self.columns_of(fact)]
        faults = [*self._unknown(known), *self._missing(facts), *self._names(frozenset(taken))]
        if faults:
            raise DemandfirstError(faults)

    def _unknown(self, known: list[str]) -> Iterator[Fault]:
        for name in self.columns or ():
            if name not in known:
                message = f"`{quote(name)}` is no column of an answer"
                yield Fault(
                    Place("--have"), "unknown-column", message, did_you_mean(name, known, "see `demandfirst facts`")
                )

    def _missing(self, facts: Mapping[str, Fact]) -> Iterator[Fault]:
        for fact in facts.values():
            if fact.required and not all(map(self.has, self.columns_of(fact))):
                yield Fault(
                    Place("--have"),
                    "missing-column",
                    f"`{fact.id}` is not among the columns",
                    "nobody can be advised without",
                )

    def _names(self, taken: frozenset[str]) -> Iterator[Fault]:
        for name in self.kept:
            if name in taken:
                yield Fault(
                    Place("--keep"),
                    "name-taken",
                    f"`{quote(name)}` is the name of a column of the advice",
                    "rename yours in a view",
                )
            yield from bad_name(name, "--keep")
        for part in self.name.split("."):
            yield from bad_name(part, "--table")

    def answers(self, facts: Sequence[Fact]) -> Iterator[Any]:
        """The columns of the answers table, from those of this table."""
        for fact in facts:
            if any(map(self.has, self.columns_of(fact))):
                yield from self._set(fact) if fact.type == "set" else [self._value(fact)]
                if not fact.required:
                    yield exp.alias_(self.dont_know(fact), unknown(fact.id))
        for fact in self.with_others(facts):
            yield exp.alias_(self.others(fact), other(fact))

    def dont_know(self, fact: Fact) -> Any:
        """Whether a fact is answered *don't know*: in a column of its own, or as a word in the place of the answer."""
        tests: list[Any] = [exp.column(unknown(fact.id))] if self.has(unknown(fact.id)) else []
        if self.has(fact.id) and (fact.type == "choice" or (fact.type == "set" and self.sets == "text")):
            tests.append(exp.EQ(this=exp.column(fact.id), expression=exp.Literal.string(DONT_KNOW)))
        return exp.or_(*(exp.func("COALESCE", test, exp.false()) for test in tests)) if tests else exp.false()

    def known(self, fact: Fact, value: Any) -> Any:
        """A value, null where the fact is answered *don't know*."""
        return value if fact.required else exp.case().when(exp.not_(self.dont_know(fact)), value)

    def _value(self, fact: Fact) -> Any:
        column: Any = exp.column(fact.id)
        if not self.has(fact.id):
            column = exp.cast(exp.null(), "double" if fact.numeric else "text" if fact.type == "choice" else "boolean")
        return exp.alias_(self.known(fact, exp.cast(column, "double") if fact.numeric else column), fact.id)

    def texts(self, facts: Iterable[Fact]) -> Iterator[Any]:
        """For sets that are texts: the text with a comma before and after each entry, and no spaces."""
        for fact in facts:
            if self.sets == "text" and fact.type == "set" and self.has(fact.id):
                text: Any = replaced(exp.column(fact.id), " ", "")
                for between in (";", "|"):
                    text = replaced(text, between, ",")
                yield exp.alias_(joined(",", text, ","), entries(fact))

    def others(self, fact: Fact) -> Any:
        """Whether a set has an entry that is no value of the fact."""
        column = exp.column(fact.id)
        if self.sets == "text":
            left: Any = replaced(exp.column(entries(fact)), ",", ",,")
            for value in (*(one.id for one in fact.values), DONT_KNOW):
                left = replaced(left, f",{value},", "")
            return exp.NEQ(this=replaced(left, ",", ""), expression=exp.Literal.string(""))
        marks: list[Any] = [
            exp.case().when(self._contains(fact, one.id), exp.Literal.number(1)).else_(exp.Literal.number(0))
            for one in fact.values
        ]
        size = exp.func("COALESCE", exp.ArraySize(this=column), exp.Literal.number(0))
        return exp.NEQ(
            this=size, expression=exp.paren(reduce(lambda one, other: exp.Add(this=one, expression=other), marks))
        )

    def with_others(self, facts: Iterable[Fact]) -> list[Fact]:
        """The sets that can have entries that are no values."""
        return [fact for fact in facts if self.sets != "columns" and fact.type == "set" and self.has(fact.id)]

    def _contains(self, fact: Fact, value: str) -> Any:
        if self.sets == "array":
            return exp.ArrayContains(this=exp.column(fact.id), expression=exp.Literal.string(value))
        place = exp.StrPosition(this=exp.column(entries(fact)), substr=exp.Literal.string(f",{value},"))
        return exp.GT(this=place, expression=exp.Literal.number(0))

    def _set(self, fact: Fact) -> Iterator[Any]:
        """A column for each value: null where there is no set."""
        if self.sets == "columns":
            for name in value_columns(fact):
                column = exp.column(name) if self.has(name) else exp.cast(exp.null(), "boolean")
                yield exp.alias_(self.known(fact, column), name)
            return
        there = exp.not_(exp.Is(this=exp.column(fact.id), expression=exp.null()))
        given = there if fact.required else exp.and_(there, exp.not_(self.dont_know(fact)))
        for value in fact.values if self.has(fact.id) else ():
            yield exp.alias_(exp.case().when(given.copy(), self._contains(fact, value.id)), mark(fact.id, value.id))
        for value in () if self.has(fact.id) else fact.values:
            yield exp.alias_(exp.cast(exp.null(), "boolean"), mark(fact.id, value.id))


def entries(fact: Fact) -> str:
    """The column with the entries of a set that is a text."""
    return f"entries__{fact.id}"


def other(fact: Fact) -> str:
    """The column that says whether a set has an entry that is no value."""
    return f"strange_entries__{fact.id}"


def replaced(text: Any, old: str, new: str) -> Any:
    """A text with one part replaced by another."""
    return exp.func("REPLACE", text, exp.Literal.string(old), exp.Literal.string(new))


def joined(*parts: Any) -> Any:
    """Texts one after the other; null if one is."""
    texts = (exp.Literal.string(part) if isinstance(part, str) else part for part in parts)
    return reduce(lambda one, other: exp.DPipe(this=one, expression=other), texts)


def bad_name(name: str, where: str) -> Iterator[Fault]:
    """The fault of a name that no table or column can have."""
    if not NAMED.fullmatch(name) or len(name) > LONGEST:
        help_line = f"letters, digits, _ and - (at most {LONGEST}), the first a letter or _"
        yield Fault(Place(where), "bad-name", f"`{quote(name)}` is not a name", help_line)


def identifier(name: str) -> Any:
    """A name of the person's; in quotes where it is not plain."""
    return exp.to_identifier(name, quoted=not PLAIN.fullmatch(name))
