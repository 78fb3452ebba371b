"""Whatever ends a run before its time, no half file looks whole, and `resume` comes to the same bytes."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batching import FORMATS, advised, some_clients, write_leads
from demandfirst.engine.batch import run, unfinished
from demandfirst.engine.batch.advising import Advising
from demandfirst.engine.batch.unfinished import Growing, Unfinished, locked
from demandfirst.engine.errors import DemandfirstError
from leads import HEADER, ROW

COUNT = 24
OPTIONS: dict[str, Any] = {"settings": {"columns": ("statuses", "rules", "next_questions")}, "chunk_rows": 8}
SCRIPT = """
import sys
from demandfirst.engine.batch.settings import Settings
from demandfirst.engine.report.batch import batch
settings = Settings(columns=("statuses", "rules", "next_questions"), chunk_rows=int(sys.argv[3]))
batch(sys.argv[1], sys.argv[2], settings=settings, resume="resume" in sys.argv)
"""


class Killed(BaseException):
    """Stands for whatever ends a process."""


def leads(folder: Path) -> Path:
    """A list of clients, two of which cannot be advised."""
    clients = [dict(client) for client in some_clients(COUNT)]
    clients[1]["business_type"] = clients[17]["business_type"] = "nonsense"
    return write_leads(folder / "in.jsonl", clients)


def left(folder: Path) -> set[str]:
    """The files in a folder, the input aside."""
    return {path.name for path in folder.iterdir() if path.name != "in.jsonl"}


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_broken_off_anywhere_comes_to_the_same_end(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off after a part, before its line in the journal, in the middle of both; summary and calls are the same too."""
    source, out = leads(tmp_path), tmp_path / f"out.{form}"
    files = [out, tmp_path / f"out.{form}.rejected.jsonl", tmp_path / "page.html", tmp_path / "calls.csv"]
    more = {"summary": files[2], "calls": files[3], **OPTIONS}
    advised(source, out, **more)
    wanted = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()

    whole = Unfinished._note
    for lines in (0, 2):
        written = 0

        def torn(self: Unfinished, line: dict[str, Any], lines: int = lines) -> None:
            nonlocal written
            written += 1
            if written > lines:
                self.journal.append(json.dumps(line).encode()[:-3])
                self.data.append(b"torn")
                raise Killed
            whole(self, line)

        monkeypatch.setattr(Unfinished, "_note", torn)
        with pytest.raises(Killed):
            advised(source, out, resume=True, **more)
        assert not out.exists()
    monkeypatch.setattr(Unfinished, "_note", whole)
    advised(source, out, resume=True, **more)

    assert [path.read_bytes() for path in files] == wanted
    assert left(tmp_path) == {path.name for path in files}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_killed_process_leaves_nothing_that_looks_whole(form: str, tmp_path: Path) -> None:
    """kill -9 at random moments, then --resume, twice over: the same bytes as a run that was left in peace."""
    source = write_leads(tmp_path / "in.jsonl", some_clients(40) * 10)
    out, undisturbed = tmp_path / f"out.{form}", tmp_path / f"undisturbed.{form}"
    command = [sys.executable, "-c", SCRIPT, str(source), str(out), "40", "resume"]
    dice = random.Random(form)  # noqa: S311
    for _ in range(2):
        process = subprocess.Popen(command)
        journal = out.with_name(f"{out.name}.partial.journal")
        while process.poll() is None and not (journal.exists() and journal.stat().st_size):
            time.sleep(0.01)
        time.sleep(dice.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            break
        assert not out.exists()
    settings = OPTIONS["settings"]
    advised(source, out, chunk_rows=40, settings=settings, resume=True)
    advised(source, undisturbed, chunk_rows=40, settings=settings)

    assert out.read_bytes() == undisturbed.read_bytes()
    assert left(tmp_path) == {out.name, undisturbed.name}


def test_a_full_disk_is_said_in_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    """A file that may not grow any further stands for a full disk; with room again, --resume goes on."""
    source, out = leads(tmp_path), tmp_path / "out.csv"
    command = [sys.executable, "-c", SCRIPT, str(source), str(out), "8"]

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    environment = {**os.environ, "DEMANDFIRST_CACHE": "off"}
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=little_room, env=environment, check=False)

    assert f"{out}: cannot-write: it cannot be written after row" in done.stderr
    assert "make room, then go on with --resume" in done.stderr
    assert not out.exists()
    advised(source, out, resume=True, **OPTIONS)
    undisturbed = tmp_path / "undisturbed.csv"
    advised(source, undisturbed, **OPTIONS)
    assert out.read_bytes() == undisturbed.read_bytes()


def test_a_disk_that_is_full_at_the_end_leaves_the_old_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An output from an earlier run stays as it is until the new one is whole."""
    source, out = leads(tmp_path), tmp_path / "out.parquet"
    out.write_bytes(b"the old output")

    close = Growing.close

    def full(self: Growing, *, safe: bool = False) -> None:
        if safe:
            raise OSError(28, "No space left on device")
        close(self)

    with monkeypatch.context() as patch:
        patch.setattr(Growing, "close", full)
        with pytest.raises(DemandfirstError, match="no space left on device"):
            advised(source, out, **OPTIONS)
    assert out.read_bytes() == b"the old output"
    advised(source, out, resume=True, **OPTIONS)
    assert pl.read_parquet(out).height == COUNT - 2


def test_a_run_that_only_had_to_be_published_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the last byte and the renaming, a run needs no row again."""
    source, out = leads(tmp_path), tmp_path / "out.csv"

    def killed(_: Unfinished) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "publish", killed)
        with pytest.raises(Killed):
            advised(source, out, **OPTIONS)
    monkeypatch.setattr(Advising, "advise", None)
    result = advised(source, out, resume=True, **OPTIONS)

    assert (result.rows, result.advised, result.rejected) == (COUNT, COUNT - 2, 2)
    assert left(tmp_path) == {"out.csv", "out.csv.rejected.jsonl"}


def broken_off(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a run unfinished after its first part."""
    whole, calls = Advising.advise, []

    def once(self: Advising, chunk: Any) -> Any:
        calls.append(chunk)
        if len(calls) > 1:
            raise Killed
        return whole(self, chunk)

    with monkeypatch.context() as patch:
        patch.setattr(Advising, "advise", once)
        with pytest.raises(Killed):
            advised(source, out, **OPTIONS)


def test_another_run_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other options or another input are named; the unfinished files stay for whoever resumes rightly."""
    source, out = leads(tmp_path), tmp_path / "out.csv"
    broken_off(source, out, monkeypatch)

    with pytest.raises(DemandfirstError) as error:
        advised(source, out, resume=True, chunk_rows=8, settings={"columns": ("gate",), "blank": "unknown"})
    assert [fault.message for fault in error.value.faults] == [
        "cannot resume: option --blank was `null`, and is now `unknown`",
        'cannot resume: option --columns was `["statuses", "rules", "next_questions"]`, and is now `["gate"]`',
    ]
    source.write_text(source.read_text() + "\n")
    with pytest.raises(DemandfirstError, match="cannot resume: input size was"):
        advised(source, out, resume=True, **OPTIONS)
    assert "out.csv.partial" in left(tmp_path)
    advised(source, out, **OPTIONS)
    assert left(tmp_path) == {"out.csv", "out.csv.rejected.jsonl"}


def test_bytes_that_are_not_as_they_were_written_are_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut the journal may promise what the disk never got: the checksum tells."""
    source, out = leads(tmp_path), tmp_path / "out.csv"
    advised(source, out, **OPTIONS)
    wanted = out.read_bytes()
    out.unlink()
    broken_off(source, out, monkeypatch)
    partial = tmp_path / "out.csv.partial"
    partial.write_bytes(b"\0" * partial.stat().st_size)
    advised(source, out, resume=True, **OPTIONS)

    assert out.read_bytes() == wanted


def test_a_damaged_journal_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its journal nobody knows how far a run got."""
    source, out = leads(tmp_path), tmp_path / "out.csv"
    broken_off(source, out, monkeypatch)
    (tmp_path / "out.csv.partial.journal").write_bytes(b"{damaged\n")
    with pytest.raises(DemandfirstError, match="the journal of the unfinished run is damaged"):
        advised(source, out, resume=True, **OPTIONS)


def test_two_runs_do_not_write_into_one_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told, and the first is not disturbed."""
    source, out = leads(tmp_path), tmp_path / "out.csv"
    with (tmp_path / "out.csv.partial.journal").open("ab") as first:
        assert locked(first)
        with pytest.raises(DemandfirstError, match="in-use: another run is writing this output"):
            advised(source, out, **OPTIONS)
    advised(source, out, **OPTIONS)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    advised(source, out, **OPTIONS)


def test_an_input_that_cannot_be_read_any_further_ends_the_run(tmp_path: Path) -> None:
    """What was advised before is kept, under a name that nobody takes for the whole."""
    path = tmp_path / "in.jsonl"
    lines = [json.dumps({"id": at, "business_type": "ecommerce", "goals": ["sales"]}) + "\n" for at in range(40)]
    path.write_text("".join(lines))
    pl.read_ndjson(path).write_parquet(tmp_path / "whole.parquet")
    cut = (tmp_path / "whole.parquet").read_bytes()[:-40]
    (tmp_path / "in.parquet").write_bytes(cut)
    with pytest.raises(DemandfirstError) as error:
        advised(tmp_path / "in.parquet", tmp_path / "out.csv")

    assert [fault.code for fault in error.value.faults] == ["not-parquet"]
    assert not (tmp_path / "out.csv").exists()


def test_an_input_that_changes_while_it_is_read_is_noted(tmp_path: Path) -> None:
    """The output may mix the old and the new list, and that is said."""
    path = tmp_path / "in.csv"
    path.write_text(HEADER + ROW.format(id=1) * 4)

    def change(_rows: int) -> None:
        path.write_text(HEADER + ROW.format(id=2) * 40)

    result = advised(path, tmp_path / "out.csv", chunk_rows=2, progress=change)
    assert "the input changed while it was read: run again to be sure" in result.notes


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    """Eight times the rows take the same memory, give or take what the allocator keeps."""
    small = write_leads(tmp_path / "small.parquet", some_clients(60) * 10)
    large = tmp_path / "large.parquet"
    pl.concat([pl.read_parquet(small)] * 8).write_parquet(large, row_group_size=600)
    script = SCRIPT + "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    peaks = []
    for source in (small, large):
        command = [sys.executable, "-c", script, str(source), str(tmp_path / "out.parquet"), "300"]
        peaks.append(int(subprocess.run(command, capture_output=True, check=True).stdout))

    assert peaks[1] < 1.25 * peaks[0]


def test_ctrl_c_ends_everything_that_was_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chunks that are read ahead are closed where the run ends, not when somebody clears up after it."""
    ended = []

    def counted(chunks: Any) -> Any:
        try:
            yield from chunks
        finally:
            ended.append(True)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "ahead", counted)
    monkeypatch.setattr(Advising, "advise", interrupted)
    with pytest.raises(KeyboardInterrupt) as held:
        advised(leads(tmp_path), tmp_path / "out.csv", **OPTIONS)
    assert held
    assert ended


def test_differences_are_named_where_they_are() -> None:
    """What two runs differ in, one below the other."""
    found = unfinished.differences({"a": 1, "option": {"x": 1, "y": 2}}, {"a": 1, "option": {"x": 3, "z": 4}})
    assert list(found) == [
        "option x was `1`, and is now `3`", "option y was `2`, and is now `null`", "option z was `null`, and is now `4`",
    ]  # fmt: skip
