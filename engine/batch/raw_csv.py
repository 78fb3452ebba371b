"""CSV: lines that are whole, well-formed records go through polars at once, the others one by one through Python's reader.

A record that is not right is set aside with the line where it begins, and reading goes on with the next line: nothing is lost, and
a quote that is never closed swallows no more than its own line.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.raw import Raw
from demandfirst.engine.batch.rejection import Rejection, cut
from demandfirst.engine.batch.source import Lines, Source, as_utf8, fail, lines_in
from demandfirst.engine.language import _, ngettext

LONGEST_RECORD = 1000
"""Lines that a record may have, so that an open quote is noticed."""
_DAMAGED = "\0"


def read_header_line(source: Source) -> list[str]:
    """The names of the columns; raises `DemandfirstError` where there are none."""
    with lines_in(source) as lines:
        columns, _ = _header(lines, source)
        return columns


def read_csv(source: Source, columns: list[str], chunk_rows: int) -> Iterator[Raw]:
    """The records of a file, chunk by chunk."""
    with lines_in(source) as lines:
        _, carried = _header(lines, source)
        parser = _Parser(source, columns)
        at_line, row = lines.number - len(carried) + 1, 1
        while True:
            taken = lines.take(chunk_rows)
            block = _Block([*carried, *taken], at_line, last=not taken)
            raw, used = parser.parse(block, row)
            yield raw
            carried, at_line, row = block.lines[used:], at_line + used, row + raw.records
            if not taken:
                return


def _header(lines: Lines, source: Source) -> tuple[list[str], list[str]]:
    """The names in the first record, and lines that were read beyond it."""
    taken = lines.take(LONGEST_RECORD)
    blank = next((index for index, line in enumerate(taken) if line.strip("\r\n")), len(taken))
    if blank == len(taken):
        raise fail(source.path, "empty", _("there is no header line"), _("the first line names the columns"))
    try:
        reader = csv.reader(taken[blank:], delimiter=source.delimiter, strict=True)
        names = next(reader)
    except csv.Error:
        message = _("the quotes in the header line do not close properly")
        raise fail(source.path, "broken-header", message, _("mend the first line"), blank + 1) from None
    named = [name.strip() or f"column_{index}" for index, name in enumerate(names, 1)]
    return named, taken[blank + reader.line_num :]


@dataclass
class _Block:
    """Lines of a file, and the number of the first."""

    lines: list[str]
    first_line: int
    last: bool


@dataclass
class _Odd:
    """What was read one by one: records and rejections, by the index of the line where they begin; and the lines they took."""

    records: dict[int, list[str]] = field(default_factory=dict)
    rejected: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    end: int = 0


class _Parser:
    """Reads blocks of lines into columns."""

    def __init__(self, source: Source, columns: list[str]) -> None:
        self.source = source
        self.columns = columns
        sign = re.escape(source.delimiter)
        cell = rf'(?:[^"{sign}\r\n\x00]*|"(?:[^"\r\n\x00]|"")*")'
        self.whole = rf"^{cell}(?:{sign}{cell})*\r?\n?$"
        if source.newline == "\r":
            self.whole = self.whole.replace(r"\r?\n?$", r"\r?$")

    def parse(self, block: _Block, first_row: int) -> tuple[Raw, int]:
        """The records of a block, and the number of lines used: a record that is not complete stays for the next block."""
        texts = self._series(block.lines)
        blank = texts.str.strip_chars("\r\n") == ""
        regular = texts.str.contains(self.whole) & self._complete(texts) & ~blank
        odd = self._odd(block, (~regular & ~blank).arg_true().to_list())
        plain = regular
        if odd.taken or odd.end < len(block.lines):
            plain = pl.Series([index not in odd.taken and index < odd.end for index in range(len(texts))]) & regular
        frame, at = self._frame(texts, plain), plain.arg_true().cast(pl.Int64)
        if odd.records:
            more = pl.DataFrame(list(odd.records.values()), schema=dict.fromkeys(self.columns, pl.String), orient="row")
            frame, at = pl.concat([frame, more]), pl.concat([at, pl.Series(list(odd.records), dtype=pl.Int64)])
            order = at.arg_sort()
            frame, at = frame[order], at.gather(order)
        return self._numbered(block, frame, at, odd, first_row), odd.end

    def _complete(self, texts: pl.Series) -> pl.Series:
        """Whether lines of well-formed cells have as many as there are columns."""
        outside = texts.str.replace_all('"[^"]*"', "") if texts.str.contains('"', literal=True).any() else texts
        return outside.str.count_matches(self.source.delimiter, literal=True) == len(self.columns) - 1

    def _series(self, lines: list[str]) -> pl.Series:
        """The lines as a series; one with bytes of another encoding becomes a line that no pattern fits."""
        try:
            return pl.Series(lines, dtype=pl.String)
        except UnicodeEncodeError:
            return pl.Series([_DAMAGED if _surrogates(line) else line for line in lines], dtype=pl.String)

    def _frame(self, texts: pl.Series, plain: pl.Series) -> pl.DataFrame:
        chosen = texts if plain.all() else texts.filter(plain)
        if not len(chosen):
            return pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
        joined = chosen.str.strip_chars_end("\r\n").str.join("\n").item()
        return pl.read_csv(
            joined.encode(), has_header=False, infer_schema=False, separator=self.source.delimiter,
            new_columns=self.columns, raise_if_empty=False,
        )  # fmt: skip

    def _odd(self, block: _Block, starts: list[int]) -> _Odd:
        """The records that begin in lines which are not whole records, up to one that is not complete in this block."""
        odd = _Odd(end=len(block.lines))
        for start in starts:
            if start in odd.taken:
                continue
            used = self._record(block, start, odd)
            if used == 0:
                odd.end = start
                break
            odd.taken.update(range(start, start + used))
        return odd

    def _record(self, block: _Block, start: int, odd: _Odd) -> int:
        """Read one record; the number of lines that it took, 0 where it goes on in the next block."""
        window = block.lines[start : start + LONGEST_RECORD]
        reader = csv.reader(window, delimiter=self.source.delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error as error:
            open_end = reader.line_num == len(window) < LONGEST_RECORD
            if open_end and not block.last:
                return 0
            odd.rejected[start] = _broken(str(error))
            return 1
        problem = self._problem(cells, window[: reader.line_num])
        if problem is None:
            odd.records[start] = cells
            return reader.line_num
        odd.rejected[start] = problem
        return 1

    def _problem(self, cells: list[str], lines: list[str]) -> tuple[str, str, str] | None:
        text = "".join(lines)
        if _surrogates(text):
            name = self.source.encoding.removesuffix("-sig").upper()
            return "not-text", _("the record has bytes that are not {encoding} text").format(encoding=name), as_utf8()
        if "\0" in text:
            return "nul", _("the record has NUL bytes in it"), _("export the list again as plain text")
        if len(cells) != len(self.columns):
            message = _("the record has {cells} cells, and the header names {columns} columns")
            said = message.format(cells=len(cells), columns=len(self.columns))
            return "ragged", said, _("put cells with a delimiter or a line break in them into quotes")
        return None

    def _numbered(self, block: _Block, frame: pl.DataFrame, at: pl.Series, odd: _Odd, first_row: int) -> Raw:
        """The records with their numbers in the input."""
        begins = at if not odd.rejected else pl.concat([at, pl.Series(list(odd.rejected), dtype=pl.Int64)]).sort()
        rows = begins.search_sorted(at).cast(pl.Int64) + first_row
        known = begins.to_list() if odd.rejected else []
        rejected = []
        for index, problem in sorted(odd.rejected.items()):
            row, shown = first_row + bisect_left(known, index), cut(block.lines[index].rstrip("\r\n"))
            rejected.append(Rejection(row, block.first_line + index, "", "", *problem, shown))
        return Raw(first_row, len(begins), frame, rows.alias("_row"), at + block.first_line, rejected)


def _broken(reason: str) -> tuple[str, str, str]:
    if "field limit" in reason:
        limit = csv.field_size_limit()
        message = ngettext("a cell is longer than {limit} character", "a cell is longer than {limit} characters", limit)
        return "cell-too-long", message.format(limit=limit), _("is a quote missing at its end?")
    if "new-line" in reason:
        message = _("a carriage return stands in the record, outside of quotes")
        return "stray-line-break", message, _("put a cell with a line break in it into quotes")
    message = _("the quotes of the record that begins here do not close properly")
    help_line = _("put a cell with quotes in it into quotes, and write each quote inside twice: {twice}")
    return "broken-quote", message, help_line.format(twice='""')


def _surrogates(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text)
