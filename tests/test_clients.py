"""Every mistake in a client file is reported with place and help, and what people and programs really write is accepted.

The cases stand in `bad_clients/` (a file and the faults as they are printed) and `good_clients/` (a file and the answers
read from it). `DEMANDFIRST_RECORD=1` records the faults anew.
"""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from demandfirst import ClientError, load
from demandfirst.engine.load.client import answer_of
from support import MINIMAL, Case, Run, cases, run, to_bytes

BAD, GOOD = cases("bad_clients"), cases("good_clients")
NAME = "client.yaml"
SPARSE = 200_000_000
NOBODY = 65534


def make(case: Case) -> str:
    """Put the file of a case into the current folder; returns its name, or `-` for standard input."""
    path = Path(NAME)
    match case.data.get("make", "file"):
        case "missing":
            Path("cleint.yaml").touch()
        case "directory":
            path.mkdir()
        case "sparse":
            with path.open("wb") as file:
                file.truncate(SPARSE)
        case "impossible":
            return "clie\0nt.yaml"
        case kind:
            path.write_bytes(to_bytes(case.data.get("text", "")))
            path.chmod(0 if kind == "forbidden" else 0o600)
    return "-" if case.data.get("stdin") else NAME


@contextmanager
def nobody() -> Iterator[None]:
    """Root reads everything; as somebody else it meets permissions like everybody."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the client file, and only that, opened by nobody."""
    opened = Path.open

    def open_as_nobody(path: Path, *args: Any, **options: Any) -> Any:
        if path.name != NAME:
            return opened(path, *args, **options)
        with nobody():
            return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", open_as_nobody)


def command(case: Case, name: str, *options: str) -> Run:
    """Run `advise` (or `what-if`, where a case has settings) on the file of a case."""
    stdin = to_bytes(case.data["text"]) if case.data.get("stdin") else b""
    if settings := case.data.get("settings"):
        changes = [word for setting in settings for word in ("--set", setting)]
        return run("what-if", name, *changes, "--rulebase", str(MINIMAL), stdin=stdin)
    return run("advise", name, "--rulebase", str(MINIMAL), *options, stdin=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", BAD)
@pytest.mark.usefixtures("folder")
def test_faults_of_a_client(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints exactly the expected faults and their number to standard error, nothing else, and ends with 2."""
    name = make(case)
    if case.data.get("make") == "forbidden":
        forbid(monkeypatch)

    found = command(case, name)

    *faults, count = found.err.splitlines()
    case.expect("faults", "\n".join(faults))
    number = sum(not line.startswith("  help: ") for line in faults)
    assert count == f"{number} fault{'s' * (number != 1)}"
    assert (found.code, found.out) == (2, "")


@pytest.mark.parametrize("case", BAD)
def test_every_fault_is_printable_and_helps(case: Case) -> None:
    """A fault is a line with place, code and message; the next says what to do; no line has a control character."""
    lines = case.data["faults"].splitlines()

    assert lines
    assert all(line.isprintable() for line in lines)
    assert all(f": {word}: " not in line for line in lines for word in ("Traceback", "Error", "Exception"))
    assert [line.startswith("  help: ") for line in lines] == [False, True] * (len(lines) // 2)


@pytest.mark.parametrize("case", GOOD)
@pytest.mark.usefixtures("folder")
def test_answers_of_a_client(case: Case) -> None:
    """The file is accepted, and means what the case says."""
    found = command(case, make(case), "--format", "json")

    assert (found.code, found.err) == (0, "")
    assert json.loads(found.out)["answers"] == case.data["answers"]


@pytest.mark.usefixtures("folder")
def test_a_huge_file_is_not_read_whole() -> None:
    """A file of 200 MB is refused with little memory."""
    with Path(NAME).open("wb") as file:
        file.truncate(SPARSE)
    load(MINIMAL)
    tracemalloc.start()
    found = run("advise", NAME, "--rulebase", str(MINIMAL))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.code == 2
    assert peak < SPARSE / 20


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("line", ["fact_{}: 1\n", "oven: {}\n", "? [{}]\n"])
def test_faults_without_end_are_cut(line: str) -> None:
    """A file of a megabyte in which nothing is right is answered at once, with about a hundred faults."""
    Path(NAME).write_text("".join(line.format(number) for number in range(50_000)), encoding="utf-8")

    found = run("advise", NAME, "--rulebase", str(MINIMAL))

    assert found.code == 2
    assert len(found.err.splitlines()) <= 250


VALID: dict[str, Any] = {"shop": "bakery", "goals": ["sales"]}
INSIDE_ITSELF: list[Any] = []
INSIDE_ITSELF.append(INSIDE_ITSELF)


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ([], "client: not-a-client: "),
        ({}, "client: missing-fact: `goals` is missing"),
        (VALID | {"oven": "gass"}, "client.oven: unknown-value: `gass` "),
        (VALID | {"extras": ["seeds", "x"]}, "client.extras.1: unknown-value: `x` "),
        (VALID | {"oven": INSIDE_ITSELF}, "client.oven: unknown-value: `...` "),
        (VALID | {"oven": 10**5000}, "client.oven: unknown-value: `...` "),
        (VALID | {"price": 10**5000}, "client.price: out-of-range: a number this large "),
        (VALID | {"price": "1" * 1000}, f"client.price: wrong-type: `{'1' * 60}...` "),
        (VALID | {"price": float("nan")}, "client.price: not-finite: `nan` "),
        (VALID | {"\x1b[31m": 1}, "client. [31m: unknown-fact: ` [31m` "),
        (VALID | {7: 1}, "client.7: unknown-fact: `7` "),
        (VALID | {None: 1}, "client.null: unknown-fact: `null` "),
    ],
)
def test_faults_of_plain_data(facts: Any, fault: str) -> None:
    """What an embedder passes is checked like a file; the place is a path into the data."""
    with pytest.raises(ClientError) as error:
        load(MINIMAL).advise(facts)

    assert str(error.value.faults[0]).startswith(fault)


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("oven", None, "client.oven: no-answer: `oven` got no answer"),
        ("oven", "gass", "client.oven: unknown-value: `gass` "),
        ("owen", "gas", "client.owen: unknown-fact: `owen` "),
        ("shop", "unknown", "client.shop: required-unknown: `shop` "),
    ],
)
def test_faults_of_one_answer(name: str, given: Any, fault: str) -> None:
    """A single answer is checked by itself: no other fact is missed."""
    with pytest.raises(ClientError) as error:
        answer_of(name, given, load(MINIMAL).rulebase.facts)

    assert len(error.value.faults) == 1
    assert str(error.value).startswith(fault)


@pytest.mark.parametrize(("extras", "read"), [((), []), ({"seeds"}, ["seeds"]), (frozenset({"nuts"}), ["nuts"])])
def test_sets_of_plain_data(extras: Any, read: list[str]) -> None:
    """An embedder may pass any collection for a set."""
    assert load(MINIMAL).advise(VALID | {"extras": extras}).answers["extras"] == read
