"""The file of leads: what format and encoding it has, and how it is opened; never a traceback for a file that is damaged."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Literal, cast, get_args

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean, quote_list
from demandfirst.engine.ir.record import record
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

Format = Literal["csv", "parquet", "jsonl", "arrow"]
FORMATS: tuple[Format, ...] = get_args(Format)
ENDINGS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".parquet": "parquet", ".pq": "parquet",
    ".arrow": "arrow", ".arrows": "arrow", ".feather": "arrow", ".ipc": "arrow",
}  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 20
LONGEST_LINE = 1 << 24
MOST_CHARACTERS = 1 << 26
FIRST_LETTER = 0xC0
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


@record
class Source:
    """A file of leads; `line_rows` is the estimated number of its lines, None where it cannot be known."""

    path: str
    format: Format
    encoding: str = "utf-8"
    delimiter: str = ","
    compressed: bool = False
    newline: str = "\n"
    lines: int | None = None
    note: str = ""


def fail(path: str, code: str, message: str, help_line: str, line: int = 0) -> DemandfirstError:
    """The error for an input that cannot be used."""
    return DemandfirstError([Fault(Place(path, line), code, message, help_line)])


def as_utf8() -> str:
    """What to do about bytes that are no text."""
    return _("export the list as UTF-8, or name its {option}").format(option="--encoding")


def find_source(path: str, form: str | None, encoding: str | None, delimiter: str | None) -> Source:
    """What the file is; raises `DemandfirstError` where it cannot be used."""
    name = Path(path).name.lower()
    compressed = name.endswith(".gz")
    ending = Path(name.removesuffix(".gz")).suffix
    found = form or ENDINGS.get(ending)
    _usable(Path(path))
    if found is None or found not in FORMATS:
        message = _("`{word}` is no format").format(word=form)
        if not form:
            message = _("`{path}` does not show its format").format(path=path)
        otherwise = _("say which: {option}").format(option=f"--in-format {quote_list(FORMATS)}")
        help_line = did_you_mean(form or "", FORMATS, otherwise)
        raise fail(path, "unknown-format", message, help_line)
    source = Source(path, found, compressed=compressed)
    sample = _sample(source)
    if found in ("parquet", "arrow"):
        return source
    source = _encoded(source, sample, encoding)
    text = _decoded(source, sample)
    newline = "\n" if "\n" in text else "\r" if "\r" in text else "\n"
    source = replace(source, newline=newline, lines=_estimate(source, sample, text, newline))
    if found == "csv":
        source = replace(source, delimiter=_declared(path, delimiter) or _delimiter(text, ending, newline))
    return source


def _declared(path: str, delimiter: str | None) -> str | None:
    """The delimiter somebody named; a backslash and t are a tab."""
    found = "\t" if delimiter in ("\\t", "tab") else delimiter
    if found is None or (len(found) == 1 and found not in '"\r\n\0'):
        return found
    message = _("`{sign}` is no delimiter").format(sign=quote(delimiter))
    help_line = _("write one sign, such as {one} or {other}").format(one=";", other="\\t")
    raise fail(path, "bad-delimiter", message, help_line)


def _sample(source: Source) -> bytes:
    with opened(source) as file:
        sample = file.read(SAMPLE)
    if not sample:
        raise fail(source.path, "empty", _("the file is empty"), _("is this the right file?"))
    if source.compressed and source.format in ("parquet", "arrow"):
        message = _("a {format} file is not read from {ending}").format(format=source.format, ending=".gz")
        raise fail(source.path, "compressed", message, _("unpack it first"))
    return sample


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """The bytes of a file; raises `DemandfirstError` for whatever keeps it from being read."""
    path = Path(source.path)
    _usable(path)
    try:
        with path.open("rb") as raw:
            if source.compressed:
                with gzip.open(raw) as unpacked:
                    yield cast("IO[bytes]", unpacked)
            else:
                yield raw
    except (EOFError, OSError, zlib.error) as error:
        reason = (getattr(error, "strerror", None) or _("it is damaged or cut off")).lower()
        message = _("`{path}` cannot be read: {reason}").format(path=path, reason=reason)
        raise fail(source.path, "unreadable", message, _("copy or export it again")) from None


def _usable(path: Path) -> None:
    """Raise for what is not a file."""
    if path.is_dir():
        raise fail(str(path), "directory", _("`{path}` is a directory").format(path=path), _("name a file in it"))
    if not path.exists():
        near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        otherwise = _("save the list to a file first") if str(path) == "-" else _("check the spelling of the path")
        help_line = did_you_mean(path.name, near, otherwise)
        raise fail(str(path), "no-file", _("there is no file `{path}`").format(path=path), help_line)
    if not path.is_file():
        message = _("`{path}` is not a file").format(path=path)
        raise fail(str(path), "not-a-file", message, _("save the list to a file first"))


def _encoded(source: Source, sample: bytes, encoding: str | None) -> Source:
    """The source with its encoding: declared, shown by a mark at the beginning, or UTF-8."""
    if encoding:
        try:
            "".encode(encoding)  # fails for what turns bytes into other bytes
            name = codecs.lookup(encoding).name
        except (LookupError, ValueError):
            help_line = did_you_mean(encoding, ("utf-8", "utf-16", "cp1251", "cp1252", "latin-1", "koi8-r"))
            message = _("`{encoding}` is no encoding").format(encoding=encoding)
            raise fail(source.path, "unknown-encoding", message, help_line) from None
        return replace(source, encoding="utf-8-sig" if name == "utf-8" else name)
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    if marked:
        note = _("the file is read as {encoding}, as the mark at its beginning says").format(encoding=marked.upper())
        return replace(source, encoding=marked, note="" if marked == "utf-8-sig" else note)
    if sample[:1000].count(0) > len(sample[:1000]) / 4:
        help_line = _("if it is text from a spreadsheet: {option}").format(option="--encoding utf-16-le")
        raise fail(source.path, "not-text", _("the file is not UTF-8 text: there are NUL bytes in it"), help_line)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError as error:
        line = sample[: error.start].count(b"\n") + 1
        likely = _likely(sample)
        help_line = _("it may be {encoding}: try {option}, or export it as UTF-8")
        said = help_line.format(encoding=likely, option=f"--encoding {likely}")
        raise fail(source.path, "not-utf8", _("the file is not UTF-8 text"), said, line) from None
    return source


def _likely(sample: bytes) -> str:
    """The likelier of two eight-bit encodings: in Cyrillic text letters beyond ASCII stand side by side, in Western text alone."""
    high = [byte >= FIRST_LETTER for byte in sample]
    beside = sum(1 for first, second in pairwise(high) if first and second)
    return "cp1251" if beside > sum(high) / 2 else "cp1252"


def _decoded(source: Source, sample: bytes) -> str:
    """The text of a sample, less a character that is cut off at its end; raises where it is of another encoding."""
    try:
        return codecs.getincrementaldecoder(source.encoding)().decode(sample)
    except UnicodeError:
        message = _("the file is not {encoding} text").format(encoding=source.encoding.removesuffix("-sig"))
        help_line = _("try another {option}, or export it as UTF-8").format(option="--encoding")
        raise fail(source.path, "wrong-encoding", message, help_line) from None


def _estimate(source: Source, sample: bytes, text: str, newline: str) -> int | None:
    if source.compressed:
        return None
    size, lines = Path(source.path).stat().st_size, text.count(newline)
    if size <= len(sample):
        return lines + (not text.endswith(newline))
    return round(size / len(sample) * lines) if lines else None


def _delimiter(text: str, ending: str, newline: str) -> str:
    """The sign that stands most often between the names of the header."""
    if ending == ".tsv":
        return "\t"
    first = next((line for line in text.split(newline) if line.strip()), "")
    counts = {sign: len(next(csv.reader([first], delimiter=sign), [])) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: counts[sign])


@contextmanager
def lines_in(source: Source) -> Iterator[Lines]:
    """The lines of a text file, which is closed afterwards."""
    with opened(source) as file:
        lines = Lines(source, file)
        try:
            yield lines
        finally:
            lines.text.detach()


class Lines:
    """The lines of a text file with their ends, in order; bytes of another encoding come as lone surrogates."""

    def __init__(self, source: Source, file: IO[bytes]) -> None:
        self.source = source
        self.text = io.TextIOWrapper(
            file, encoding=source.encoding, errors="surrogateescape", newline=source.newline
        )  # fmt: skip
        self.number = 0
        self.error: DemandfirstError | None = None

    def take(self, count: int) -> list[str]:
        """The next lines, none at the end; raises where the file cannot be read any further."""
        if self.error:
            raise self.error
        taken: list[str] = []
        try:
            self._fill(taken, count)
        except UnicodeError:
            self._stop("not-text", _("the text breaks off here"), _("export it again, as UTF-8"), len(taken))
        except (EOFError, OSError, zlib.error):
            message = _("the file is damaged or cut off here")
            self._stop("unreadable", message, _("copy or export it again"), len(taken))
        self.number += len(taken)
        if self.error and not taken:
            raise self.error
        return taken

    def _fill(self, taken: list[str], count: int) -> None:
        readline, size = self.text.readline, 0
        while len(taken) < count and size < MOST_CHARACTERS:
            line = readline(LONGEST_LINE)
            if len(line) >= LONGEST_LINE:
                message = _("a line is longer than {count} million characters").format(count=LONGEST_LINE // 1_000_000)
                return self._stop("line-too-long", message, _("is this the right file and format?"), len(taken))
            if not line:
                return None
            size += len(line)
            taken.append(line)
        return None

    def _stop(self, code: str, message: str, help_line: str, ahead: int) -> None:
        self.error = fail(self.source.path, code, message, help_line, self.number + ahead + 1)
