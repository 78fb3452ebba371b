"""Every mistake that an author of knowledge can make is reported with place, code, message and help.

The cases stand in `bad/`: files laid over the minimal rulebase, and the faults as they are printed.
`DEMANDFIRST_RECORD=1` records them anew.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from demandfirst import RulebaseError, load
from demandfirst.engine.errors import Fault
from support import MINIMAL, Case, cases, codes, lay, named_elsewhere, run

CASES = cases("bad")
LOADER = Path(str(load.__globals__["__file__"])).parent / "load"
MADE_UP = {  # codes that are put together from a word, by the beginning that stands in the program
    "unknown-": {
        "conclude", "recommend", "warn", "veto", "entry", "value", "question-group", "person", "source", "item",
    },
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_faults_of_a_rulebase(case: Case, tmp_path: Path) -> None:
    """The faults are exactly those that the case expects."""
    root = lay(tmp_path / "rulebase", case.data["files"])

    with pytest.raises(RulebaseError) as error:
        load(root)

    case.expect("faults", str(error.value).replace(str(root), "ROOT"))
    assert list(error.value.faults) == sorted(error.value.faults)


@pytest.mark.parametrize("case", CASES)
def test_every_fault_helps(case: Case) -> None:
    """A fault says in one line what is wrong, quotes a word, and says in another what to do."""
    lines = case.data["faults"].splitlines()

    assert [line.startswith("  help: ") for line in lines] == [False, True] * (len(lines) // 2)
    for fault in lines[::2]:
        message = fault.split(": ", 2)[2]
        assert not message[0].isupper()
        assert not message.endswith(".")


def test_the_minimal_rulebase_is_valid() -> None:
    """What the cases are laid over loads, and no lint finds anything in it: every fault is the case's own."""
    found = run("check", str(MINIMAL))

    assert (found.code, found.out, found.err) == (0, "", "")


def test_faults_end_the_command() -> None:
    """`check` prints faults and their number to standard error and ends with 2."""
    found = run("check", str(MINIMAL / "knowledge"))

    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"{MINIMAL / 'knowledge'}: no-rulebase: ")
    assert found.err.endswith("\n1 fault\n")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rulebase file without permission is a fault, not a traceback."""
    root = lay(tmp_path / "rulebase", {})
    opened = Path.open

    def refuse(path: Path, mode: str = "r") -> object:
        if path.name == "rules.yaml":
            raise PermissionError
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RulebaseError) as error:
        load(root)

    expected = Fault(
        error.value.faults[0].place, "no-permission", "`rules/rules.yaml` may not be read", "check its permissions"
    )
    assert error.value.faults == (expected,)


def codes_in_the_loader() -> Iterator[str]:
    """The codes of the faults that the files of engine/load make: constants, and beginnings of made-up ones."""
    for path in sorted(LOADER.glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and called(call.func) in ("Fault", "ConditionFault", "fault"):
                yield from (word for argument in call.args[:2] for word in constant(argument))


def called(function: ast.expr) -> str:
    """The name by which something is called."""
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def constant(argument: ast.expr) -> Iterator[str]:
    """The code in an argument: whole, or its beginning."""
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    if (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and " " not in first.value
        and "`" not in first.value
    ):
        yield first.value


def test_every_code_occurs_in_the_corpus() -> None:
    """Every kind of fault that the loader knows is shown by a case, or by another test; a new one needs a new case."""
    shown = {code for case in (*CASES, *cases("bad_clients")) for code in codes(case.values[0].data["faults"])}
    known = {f"{code}{word}" for code in set(codes_in_the_loader()) for word in MADE_UP.get(code, {""})}

    assert len(known) > 50
    assert {code for code in known - shown if not named_elsewhere(code, __file__)} == set()
    assert shown - known == set()


@pytest.mark.parametrize("folder", ["bad", "bad_clients", "good_clients"])
def test_every_case_is_a_sentence(folder: str) -> None:
    """A case says in words what is given, each in its own."""
    names = [case.values[0].data["name"] for case in cases(folder)]

    assert len(names) == len(set(names)) > 10
    assert all(name[0].isupper() and " " in name and not name.endswith(".") for name in names)
