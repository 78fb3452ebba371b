"""The cells of a column to answers: plain ones in one stroke, every other text once through Python."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from demandfirst.engine.batch.figures import kept_marks, regular
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.raw_json import ABSENT
from demandfirst.engine.batch.words import LISTED, Reading, Words, check, shown
from demandfirst.engine.errors import Fault
from demandfirst.engine.ir.answers import Gap
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS, LARGEST_ANSWER, Fact

_SURE = 2.0**51 / 10**ANSWER_DECIMALS
"""Below it, rounding in binary tells exactly whether a number has at most four decimals."""
_KEPT = 100_000
_WHOLE = r"^-?[0-9]{1,15}$"
_DOTTED = rf"^-?[0-9]{{1,15}}(?:\.[0-9]{{1,{ANSWER_DECIMALS}}})?$"
BITS = pl.UInt64
"""A set as a column: one bit a value, in the order of the vocabulary."""
DTYPES: dict[str, type[pl.DataType]] = {"choice": pl.String, "yes_no": pl.Boolean, "set": BITS}
_KINDS: dict[str, type | tuple[type, ...]] = {"choice": str, "yes_no": bool}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with the cell at a position; `name` is the column of the answers table that it was meant for."""

    at: int
    name: str
    fault: Fault
    shown: str


@dataclass
class Cells:
    """What the cells of one fact say: values (of a set: bits), where it is *don't know*, what is wrong, what is bounded."""

    values: pl.Series
    unknown: pl.Series
    wrong: list[Wrong] = field(default_factory=list)
    bounded: list[tuple[int, Interval]] = field(default_factory=list)


@dataclass
class _Found:
    """Distinct cells with what they say, and which of them stands where (null where there is none)."""

    readings: list[Reading]
    shown: list[str]
    codes: pl.Series

    def pick(self, of: Callable[[Reading], Any], dtype: type[pl.DataType]) -> pl.Series:
        """A column of something that the readings hold."""
        return pl.Series([of(reading) for reading in self.readings], dtype=dtype).gather(self.codes)

    def places(self, wanted: Callable[[Reading], bool]) -> list[tuple[int, Reading, str]]:
        """Positions of the readings wanted, each with its reading and its text."""
        chosen = [index for index, reading in enumerate(self.readings) if wanted(reading)]
        if not chosen:
            return []
        at = self.codes.is_in(pl.Series(chosen, dtype=pl.UInt32).implode()).fill_null(value=False).arg_true()
        codes = self.codes.gather(at).to_list()
        return [(place, self.readings[code], self.shown[code]) for place, code in zip(at.to_list(), codes, strict=True)]


class FactReader:
    """Reads the cells of one fact, chunk after chunk; what a text says is found out once."""

    def __init__(self, fact: Fact, words: Words, *, blank_unknown: bool) -> None:
        self.fact = fact
        self.words = words
        self.blank_unknown = blank_unknown and not fact.required
        self.known: dict[Hashable, Reading] = {}

    def read(self, cells: pl.Series, numbers: pl.Series | None = None) -> Cells:
        """What the cells say; `numbers` stand beside texts where a column holds both."""
        match self.fact.type:
            case "choice":
                return self._choice(_texts(cells))
            case "yes_no" if cells.dtype == pl.Boolean:
                return self._complete(cells, [], cells.is_null())
            case "set" if isinstance(cells.dtype, pl.List | pl.Array):
                return self._lists(cells)
            case "yes_no" | "set":
                return self._looked_up(_texts(cells))
            case _:
                return self._number(cells, numbers)

    def _choice(self, texts: pl.Series) -> Cells:
        if self.words.exact.issuperset(texts.unique().drop_nulls().to_list()):
            return self._complete(texts, [], texts.is_null())
        return self._looked_up(texts)

    def _looked_up(self, texts: pl.Series) -> Cells:
        found = self._look_up(texts, self._text, shown)
        return self._complete(found.pick(self._value, DTYPES[self.fact.type]), [found], texts.is_null())

    def _lists(self, cells: pl.Series) -> Cells:
        """Lists of ids become bits at once; one with another word, a gap or the same word twice goes the way of texts."""
        own = cells.gather(
            pl.int_range(len(cells), eager=True)
        )  # a slice of a large batch carries all entries of the batch
        lists = own.cast(pl.List(pl.String), strict=False)
        words = [value.id for value in self.fact.values]
        places = [1 << index for index in range(len(words))]
        entry = pl.element().cast(pl.Enum(words), strict=False)
        bit = entry.replace_strict(words, places, default=None, return_dtype=BITS)
        each = pl.col("x")
        frame = lists.alias("x").to_frame().select(bits=each.list.eval(bit).list.sum(), length=each.list.len())
        bits, length = frame["bits"], frame["length"]
        plain = (bits.bitwise_count_ones() == length) & (length >= self.fact.at_least)
        odd = lists.is_not_null() if self.words.synonyms else ~plain
        if not odd.any():
            return self._complete(bits, [], lists.is_null())
        entries = lists.filter(odd).list.eval(pl.element().fill_null("null") + LISTED).list.join("")
        texts = nulls(len(lists), pl.String).scatter(odd.arg_true(), LISTED + entries)
        found = self._look_up(texts, self._text, shown)
        return self._complete(_either(texts, found.pick(self._value, BITS), bits), [found], lists.is_null())

    def _number(self, cells: pl.Series, numbers: pl.Series | None) -> Cells:
        found: list[_Found] = []
        if cells.dtype.is_numeric():
            values = cells.cast(pl.String) if cells.dtype == pl.Float32 else cells
            values, blank = values.cast(pl.Float64), cells.is_null()
        else:
            texts = _texts(cells)
            values, rest = self._figures(texts)
            rest = _either(rest, rest, texts.set(~self._doubtful(values), None))
            found.append(self._look_up(rest, self._text, shown))
            values = _either(rest, found[0].pick(self._value, pl.Float64), values)
            blank = texts.is_null() if numbers is None else texts.is_null() & numbers.is_null()
            values = values if numbers is None else _either(numbers, numbers, values)
        doubtful = self._doubtful(values)
        if doubtful.any():
            odd = pl.select(pl.when(doubtful).then(values)).to_series()
            found.append(self._look_up(odd, self.words.number, _figure))
            values = _either(odd, found[-1].pick(self._value, pl.Float64), values)
        return self._complete(values, found, blank)

    def blank(self, values: pl.Series, blank: pl.Series) -> Cells:
        """Values that were read elsewhere, with what blanks are here."""
        return self._complete(values, [], blank)

    def _figures(self, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The numbers in texts that are plain, and the other texts."""
        style = self.words.style
        dots = style.decimal == "." or (style.decimal is None and style.dot_is_decimal)
        plain = texts.str.contains(_DOTTED if dots else _WHOLE)
        numbers = texts.cast(pl.Float64, strict=False)
        if plain.all():
            return numbers, nulls(len(texts), pl.String)
        regular_ = ~plain & texts.str.contains(regular(self.fact, style))
        bare = (
            texts.filter(regular_)
            .str.replace_all(rf"[^0-9\-{kept_marks(style)}]", "")
            .str.replace(",", ".", literal=True)
        )
        numbers = pl.select(pl.when(plain).then(numbers)).to_series()
        numbers = numbers.scatter(regular_.arg_true(), bare.cast(pl.Float64))
        return numbers, pl.select(pl.when(~plain & ~regular_).then(texts)).to_series()

    def _doubtful(self, values: pl.Series) -> pl.Series:
        """Where a number may be no answer: out of range, too many decimals, not finite, or too large to tell."""
        fact, value = self.fact, pl.col("x")
        rounded = value.floor() if fact.type == "integer" else value.round(ANSWER_DECIMALS)
        low = value <= float(fact.above) if fact.above is not None else value < float(fact.least)
        most = min(float(fact.most), float(LARGEST_ANSWER), _SURE)
        doubt = ~value.is_finite() | (rounded != value) | low | (value > most)
        return values.alias("x").to_frame().select(doubt.fill_null(value=False)).to_series()

    def _look_up(self, cells: pl.Series, find: Callable[[Any], Reading], show: Callable[[Any], str]) -> _Found:
        distinct = cells.drop_nulls().unique()
        values = distinct.to_list()
        if len(self.known) > _KEPT:
            self.known.clear()
        for value in values:
            if value not in self.known:
                self.known[value] = find(value)
        codes = pl.Series(range(len(values)), dtype=pl.UInt32)
        coded = nulls(len(cells), pl.UInt32)
        if values:
            coded = cells.replace_strict(distinct, codes, default=None, return_dtype=pl.UInt32)
        return _Found([self.known[value] for value in values], [show(value) for value in values], coded)

    def _text(self, text: str) -> Reading:
        """What a text says; a blank is what blanks are here."""
        if text == ABSENT or (not text.strip() and not self.fact.required):
            return Reading(Gap.DONT_KNOW if self.blank_unknown and text != ABSENT else None)
        return self.words.read(text)

    def _value(self, reading: Reading) -> Any:
        """The value of a reading as it stands in a column; a set as bits."""
        answer = reading.answer
        if self.fact.type == "set":
            return self.bits(answer) if isinstance(answer, frozenset) else None
        if self.fact.numeric:
            return None if answer is None or isinstance(answer, Gap | Interval) else float(answer)  # type: ignore[arg-type]
        return answer if isinstance(answer, _KINDS[self.fact.type]) else None

    def bits(self, entries: frozenset[str]) -> int:
        """A set as bits, in the order of the vocabulary."""
        return sum(1 << index for index, value in enumerate(self.fact.values) if value.id in entries)

    def _complete(self, values: pl.Series, found: list[_Found], blank: pl.Series) -> Cells:
        """The values with what was found out about odd cells and blanks."""
        unknown = blank if self.blank_unknown else blank & False
        for one in found:
            if any(reading.answer is Gap.DONT_KNOW for reading in one.readings):
                unknown |= one.pick(lambda reading: reading.answer is Gap.DONT_KNOW, pl.Boolean).fill_null(value=False)
        cells = Cells(values, unknown)
        for one in found:
            for at, reading, cell in one.places(lambda reading: bool(reading.faults)):
                cells.wrong += [Wrong(at, self.fact.id, fault, cell) for fault in reading.faults]
            bounded = one.places(lambda reading: isinstance(reading.answer, Interval))
            cells.bounded += [
                (at, reading.answer) for at, reading, _ in bounded if isinstance(reading.answer, Interval)
            ]
        if self.fact.required and blank.any():
            missing = check(self.fact, None).faults
            cells.wrong += [Wrong(at, self.fact.id, fault, "") for at in blank.arg_true() for fault in missing]
        return cells


def _figure(number: float) -> str:
    """A number for people: without decimals where it has none."""
    return str(int(number)) if number.is_integer() else str(number)


def _texts(cells: pl.Series) -> pl.Series:
    """Cells as texts, of whatever type they are."""
    if cells.dtype == pl.String:
        return cells
    if cells.dtype.is_nested() or cells.dtype == pl.Object:
        return pl.Series([None if cell is None else str(cell) for cell in cells.to_list()], dtype=pl.String)
    if cells.dtype == pl.Binary:
        return pl.Series([None if cell is None else cell.decode("utf-8", "replace") for cell in cells], dtype=pl.String)
    return cells.cast(pl.String)


def nulls(height: int, dtype: type[pl.DataType]) -> pl.Series:
    """A column without values."""
    return pl.Series([None], dtype=dtype).new_from_index(0, height)


def _either(asked: pl.Series, first: pl.Series, second: pl.Series) -> pl.Series:
    """The first where something is asked for, else the second."""
    return pl.select(pl.when(asked.is_not_null()).then(first).otherwise(second)).to_series()
