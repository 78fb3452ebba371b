"""A whole file of clients advised, chunk by chunk: whatever happens, no half file looks whole, and nothing is lost silently."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import asdict, dataclass, field
from typing import Any

from demandfirst.engine.batch.advising import Advise, Advised, Advising
from demandfirst.engine.batch.calls import Call, Calls
from demandfirst.engine.batch.choice import Choice, Shown
from demandfirst.engine.batch.engines import engines
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.layout import kept_columns, laid_out
from demandfirst.engine.batch.reading import Chunk, Reader, open_source
from demandfirst.engine.batch.rejection import Rejection
from demandfirst.engine.batch.settings import Settings, fingerprint
from demandfirst.engine.batch.tally import Tally, Tallying
from demandfirst.engine.batch.targets import Targets, shown, writing
from demandfirst.engine.batch.unfinished import Commit, Unfinished
from demandfirst.engine.batch.writing import FORMATS, TEXT_FORMATS
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _, ngettext
from demandfirst.engine.load.yaml_tree import quote


@dataclass
class Result:
    """What a run did: every row of the input was advised or rejected."""

    rows: int = 0
    advised: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    calls: list[Call] = field(default_factory=list)

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Result:
        """The result as it was kept."""
        tally, calls = Tally.restored(state["tally"]), [Call(**call) for call in state["calls"]]
        return cls(**{**state, "tally": tally, "calls": calls})


Begin = Callable[[Reader, int], None]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What is written at once: rows, lines of rejected rows, the rows of the input done by then, and what is remembered."""

    frame: pl.DataFrame
    rejected: bytes
    rows: int
    state: dict[str, Any]


class Batch:
    """One run over one file; `begin` is told what is read and how many rows were done before, `progress` the rows done."""

    def __init__(
        self, rulebase: Rulebase, source: str, targets: Targets, settings: Settings, advise: Advise | None = None
    ) -> None:
        self.rulebase, self.source, self.targets, self.settings = rulebase, source, targets, settings
        columns = engines(rulebase).columns
        outputs = columns.program.outputs
        choice = Choice(rulebase, outputs, text=targets.format in TEXT_FORMATS)
        self.shown: Sequence[Shown] = choice.columns(settings.columns)
        self.tallying = Tallying(rulebase, outputs) if targets.summary else None
        self.calling = Calls(rulebase, outputs, settings.calls_limit)
        needs = [*(name for shown in self.shown for name in shown.needs)]
        needs += [*(self.tallying.needs if self.tallying else ()), *(self.calling.needs if targets.calls else ())]
        self.advising = Advising(rulebase, dict.fromkeys(needs), advise or columns.advise)
        self.work = Unfinished(targets.out)
        self.file = FORMATS[targets.format]()
        self.result = Result()
        self.begun, self.written = False, 0

    def run(
        self, *, resume: bool, max_rejected: int, begin: Begin, progress: Progress, publish: Callable[[Result], None]
    ) -> Result:
        """Advise every row; `publish` writes what is made of the result. Raises `DemandfirstError`."""
        header = self.settings.header(self.rulebase, self.source, self.targets)
        with writing(self.targets.out):
            commits = self.work.good(header) if resume and self.work.exists else []
        try:
            if not (commits and commits[-1].finished):
                self._advise(header, commits, max_rejected, begin, progress)
            else:
                self.result = Result.restored(commits[-1].state)
                self.work.resume(commits)
            with writing(self.targets.out):
                self.work.publish()
            publish(self.result)
            self.work.done()
        finally:
            self.work.close()
        return self.result

    def _advise(
        self, header: dict[str, Any], commits: Sequence[Commit], max_rejected: int, begin: Begin, progress: Progress
    ) -> None:
        before = commits[-1].rows if commits else 0
        reader = self._open(before)
        kept = kept_columns(self.settings.keep, reader, self.shown, self.source)
        with writing(self.targets.out):
            self._start(header, commits)
        begin(reader, before)
        with ThreadPoolExecutor(1) as writer, closing(ahead(reader.chunks())) as chunks:
            last = None
            for chunk in chunks:
                part = self._chunk(chunk, kept, reader.notes, max_rejected)
                progress(last.result() if last else before)
                last = writer.submit(copy_context().run, self._write, part)
            progress(last.result() if last else before)
        with writing(self.targets.out, self.written):
            if not self.begun:
                empty = self.advising.nothing(pl.DataFrame(schema=dict.fromkeys(kept, pl.String)))
                self._write(self._part(empty, kept, b"", reader.notes))
            self._check_input(header)
            self.work.finish(self.file.tail(), self.result.rows, self._state())

    def _open(self, skip: int) -> Reader:
        one = self.settings
        return open_source(
            self.source, self.rulebase, format=one.in_format, mapping=one.mapping, blank=one.blank, decimal=one.decimal,
            encoding=one.encoding, delimiter=one.delimiter, json_column=one.json_column, chunk_rows=one.chunk_rows,
            skip_rows=skip,
        )  # fmt: skip

    def _start(self, header: dict[str, Any], commits: Sequence[Commit]) -> None:
        if commits:
            self.result = Result.restored(commits[-1].state)
            self.calling.found = self.result.calls
            self.file.remember(commit.note for commit in commits)
            self.begun, self.written = True, commits[-1].rows
            self.work.resume(commits)
        else:
            self.work.begin(header, self.file.head())

    def _chunk(self, chunk: Chunk, kept: Sequence[str], notes: Iterable[str], max_rejected: int) -> Part:
        """Advise a chunk."""
        rejected = self._rejected(chunk.rejected, max_rejected)
        advised = self.advising.advise(chunk)
        if self.tallying:
            self.tallying.add(self.result.tally, advised)
        if self.targets.calls:
            self.calling.add(advised)
            self.result.calls = self.calling.found
        self.result.rows = chunk.first_row + chunk.rows - 1
        self.result.advised += advised.advice.height
        return self._part(advised, kept, rejected, notes)

    def _part(self, advised: Advised, kept: Sequence[str], rejected: bytes, notes: Iterable[str]) -> Part:
        self.result.notes = list(dict.fromkeys([*self.result.notes, *notes]))
        return Part(laid_out(advised, kept, self.shown), rejected, self.result.rows, self._state())

    def _write(self, part: Part) -> int:
        """Write a part, which from then on is safe; the rows done."""
        with writing(self.targets.out, self.written):
            data, note = self.file.part(part.frame)
            self.work.commit(data, part.rejected, part.rows, note, part.state)
        self.begun, self.written = True, part.rows
        return part.rows

    def _rejected(self, rejected: Sequence[Rejection], max_rejected: int) -> bytes:
        """The lines for the rejected rows; raises `DemandfirstError` where these are too many, which are then written."""
        room = max_rejected - self.result.rejected
        first = {one.row: one for one in reversed(rejected)}
        rows = sorted(first)
        allowed = set(rows[:room])
        lines = [json.dumps(one.as_dict(), ensure_ascii=False) + "\n" for one in rejected if one.row in allowed]
        data = "".join(lines).encode("utf-8", "replace")
        if len(rows) > room:
            with writing(self.work.rejected.path):
                self.work.rejected.append(data)
            message = ngettext(
                "more than {count} row cannot be advised; the first are in `{path}`",
                "more than {count} rows cannot be advised; the first are in `{path}`",
                max_rejected,
            ).format(count=max_rejected, path=shown(self.work.rejected.path))
            help_line = _("mend the input or its mapping, or allow more: {option} with {other}")
            said = help_line.format(option="--max-rejected N", other="--resume")
            raise DemandfirstError([Fault(Place(shown(self.source)), "too-many-rejected", message, said)])
        for one in first.values():
            key = f"{quote(one.column)}: {one.code}" if one.column else one.code
            self.result.reasons[key] = self.result.reasons.get(key, 0) + 1
        self.result.rejected += len(rows)
        return data

    def _check_input(self, header: dict[str, Any]) -> None:
        if fingerprint(self.source) != header["input"]:
            self.result.notes.append(_("the input changed while it was read: run again to be sure"))

    def _state(self) -> dict[str, Any]:
        return asdict(self.result)


def ahead(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """The chunks, each read while the one before is advised."""
    context = copy_context()  # faults are worded where they are found, in the language of this thread

    def read() -> Chunk | None:
        return context.run(next, chunks, None)

    with ThreadPoolExecutor(1) as reading:
        coming = reading.submit(read)
        while (chunk := coming.result()) is not None:
            coming = reading.submit(read)
            yield chunk
