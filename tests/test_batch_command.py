"""`demandfirst batch`: what it prints, how it ends."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from demandfirst.engine.batch.advising import Advising
from demandfirst.engine.commands.batch import Screen
from leads import HEADER, ROW
from support import run


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A list of two leads."""
    path = tmp_path / "leads.csv"
    path.write_text(HEADER + ROW.format(id="a") + ROW.format(id="b"))
    return path


def test_all_is_well(source: Path, tmp_path: Path) -> None:
    """Nothing on standard output, one line on standard error, exit code 0; with --quiet nothing at all."""
    done = run("batch", str(source), "-o", str(tmp_path / "out.csv"))
    assert (done.code, done.out, done.err) == (0, "", "2 rows in: 2 advised, 0 rejected\n")
    quiet = run("batch", str(source), "-o", str(tmp_path / "out.csv"), "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_rejected_rows_end_with_1(source: Path, tmp_path: Path) -> None:
    """The summary says how many, where they are listed, and the commonest reasons; --quiet leaves the exit code."""
    source.write_text(source.read_text() + "c,ecomerce,sales,used,1\nd,,sales,used,1\n")
    out = tmp_path / "out.parquet"
    done = run("batch", str(source), "-o", str(out))
    assert done.code == 1
    assert done.err.splitlines()[0] == f"4 rows in: 2 advised, 2 rejected ({out}.rejected.jsonl says why)"
    assert "  1 × business_type: unknown-value" in done.err.splitlines()
    assert run("batch", str(source), "-o", str(out), "--quiet").code == 1


def test_guesses_are_shown_and_not_applied(tmp_path: Path) -> None:
    """A column that may be meant for a fact is passed through, and the option that would use it is shown."""
    path = tmp_path / "in.csv"
    path.write_text("id,business_type,goals,Marketing budjet\n1,ecommerce,sales,5\n")
    done = run("batch", str(path), "-o", str(tmp_path / "out.csv"))
    assert "column `Marketing budjet` is passed through; if it is meant for marketing budget:" in done.err
    assert "  --map 'Marketing budjet=marketing_budget'" in done.err
    assert (tmp_path / "out.csv").read_text().startswith("id,Marketing budjet,verdict")
    mapped = run("batch", str(path), "-o", str(tmp_path / "out.csv"), "--map", "Marketing budjet=marketing_budget")
    assert "budjet" not in mapped.err
    assert (tmp_path / "out.csv").read_text().startswith("id,verdict")


def test_the_options_reach_the_reader(tmp_path: Path) -> None:
    """Mapping file, blank, decimal sign, encoding, delimiter, formats, columns and keep."""
    (tmp_path / "map.yaml").write_text(
        "columns: {Branche: business_type}\nvalues: {business_type: {Laden: offline_retail}}\n"
    )
    path = tmp_path / "in.dat"
    path.write_bytes("nr|Branche|goals|gross_margin|Größe\n1|Laden|sales|12,5|é\n".encode("latin-1"))
    arguments = [
        "--mapping",
        str(tmp_path / "map.yaml"),
        "--blank",
        "unknown",
        "--decimal",
        ",",
        "--encoding",
        "latin-1",
    ]
    arguments += [
        "--delimiter",
        "|",
        "--in-format",
        "csv",
        "--out-format",
        "jsonl",
        "--columns",
        "gate, verdict",
        "--keep",
        "Größe",
    ]
    done = run("batch", str(path), "-o", str(tmp_path / "out.dat"), *arguments)
    assert (done.code, done.err) == (0, "1 row in: 1 advised, 0 rejected\n")
    assert (tmp_path / "out.dat").read_text().startswith('{"Größe":"é","gate":')


def test_one_column_may_hold_all_answers(tmp_path: Path) -> None:
    """As a web form stores them."""
    path = tmp_path / "in.csv"
    path.write_text('id,data\n7,"{""business_type"": ""ecommerce"", ""goals"": [""sales""]}"\n')
    assert run("batch", str(path), "-o", str(tmp_path / "out.csv"), "--json-column", "data").code == 0
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("7,")


@pytest.mark.parametrize(
    ("out", "options", "code"),
    [
        ("nowhere/out.csv", [], "no-folder"),
        ("leads.csv", [], "same-file"),
        ("folder", ["--out-format", "csv"], "not-a-file"),
        ("out.xlsx", [], "unknown-format"),
        ("out.csv", ["--summary", "out.csv"], "same-file"),
        ("out.csv", ["--calls", "nowhere/calls.csv"], "no-folder"),
        ("out.csv", ["--columns", "vredict"], "unknown-column"),
        ("out.csv", ["--columns", ""], "no-columns"),
        ("/dev/null", ["--out-format", "csv"], "not-a-file"),
        ("out.csv", ["--map", "id"], "not-a-mapping"),
        ("out.csv", ["--mapping", "missing.yaml"], "no-file"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_read(
    out: str, options: list[str], code: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, one line with what to do, the input as it was, nothing new in the folder."""
    monkeypatch.chdir(source.parent)
    (source.parent / "folder").mkdir()
    before = {path: path.stat().st_mtime_ns for path in source.parent.iterdir()}
    done = run("batch", source.name, "-o", out, *options)

    assert (done.code, done.out) == (2, "")
    assert f": {code}: " in done.err
    assert "  help: " in done.err
    assert "Traceback" not in done.err
    assert {path: path.stat().st_mtime_ns for path in source.parent.iterdir()} == before


def test_everything_that_cannot_work_is_said_at_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mappings, columns, the input and every output."""
    monkeypatch.chdir(source.parent)
    wrong = ["--map", "id", "--mapping", "no.yaml", "--columns", "vredict", "--calls", source.name, "--encoding", "x"]
    done = run("batch", source.name, "-o", "nowhere/out.csv", *wrong)

    codes = ["not-a-mapping", "no-file", "unknown-column", "same-file", "unknown-encoding", "no-folder"]
    assert done.code == 2
    assert [code for code in codes if f": {code}: " not in done.err] == []


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    """A folder is named as one, whatever its ending, and a dash stands for no file."""
    assert ": directory: " in run("batch", str(tmp_path), "-o", str(tmp_path / "out.csv")).err
    assert "help: save the list to a file first" in run("batch", "-", "-o", str(tmp_path / "out.csv")).err


def test_a_missing_input_ends_with_2(tmp_path: Path) -> None:
    """And leaves nothing behind."""
    done = run("batch", str(tmp_path / "missing.csv"), "-o", str(tmp_path / "out.csv"))
    assert done.code == 2
    assert ": no-file: " in done.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done is kept, and the command that goes on is printed."""
    out = tmp_path / "out.csv"

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["demandfirst", "batch", "my leads.csv"])
        patch.setattr(Advising, "advise", interrupted)
        done = run("batch", str(source), "-o", str(out))
    assert (done.code, done.out) == (130, "")
    assert done.err == "stopped after 0 rows; to go on: demandfirst batch 'my leads.csv' --resume\n"
    assert not out.exists()
    assert run("batch", str(source), "-o", str(out), "--resume").code == 0
    assert len(out.read_text().splitlines()) == 3


def test_a_terminal_shows_how_far_it_is(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, rate and time left, on a line that is taken away at the end."""
    monkeypatch.setattr(io, "StringIO", Terminal)
    done = run("batch", str(source), "-o", str(tmp_path / "out.csv"))
    assert "\r2 of about 2 rows (100%), " in done.err
    assert done.err.endswith("\r2 rows in: 2 advised, 0 rejected\n")
    assert "\r" not in run("batch", str(source), "-o", str(tmp_path / "out.csv"), "--quiet").err


def test_the_line_of_progress() -> None:
    """Estimates are marked, unknown totals left out, rows of an earlier run do not count for the rate."""
    screen = Screen(quiet=False, total=1000, exact=True)
    assert screen.line(250, 10.0) == "250 of 1,000 rows (25%), 25 a second, 30 s left"
    assert (
        Screen(quiet=False, total=100_000).line(1000, 1.0)
        == "1,000 of about 100,000 rows (1%), 1,000 a second, 99 s left"
    )
    assert Screen(quiet=False).line(1000, 1.0) == "1,000 rows, 1,000 a second"
    assert Screen(quiet=False, total=900_000, before=500).line(1500, 10.0) == (
        "1,500 of about 900,000 rows (0%), 100 a second, 150 min left"
    )
