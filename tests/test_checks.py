"""Every lint finds what it is for, and finds nothing in the shipped rulebase.

The cases stand in `checks/`: files laid over the minimal rulebase, the lint that they are for, and all issues as they are
printed. `DEMANDFIRST_RECORD=1` records them anew.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from demandfirst import load
from demandfirst.engine import check as package
from demandfirst.engine.check import CHECKS, run_checks
from support import MINIMAL, Case, cases, codes, lay, run

CASES = cases("checks")
BY_NAME = {check.__name__: check for check in CHECKS}


@pytest.mark.parametrize("case", CASES)
def test_issues_of_a_rulebase(case: Case, tmp_path: Path) -> None:
    """`check` prints exactly the expected issues, sorted by place, and ends with 1."""
    root = lay(tmp_path / "rulebase", case.data["files"])

    found = run("check", str(root))

    case.expect("issues", found.out)
    assert (found.code, found.err) == (1, "")
    assert run_checks(load(root).rulebase) == tuple(sorted(run_checks(load(root).rulebase)))


@pytest.mark.parametrize("case", CASES)
def test_a_lint_trips(case: Case, tmp_path: Path) -> None:
    """The lint that a case is for finds something in it, and nothing in the minimal rulebase."""
    lint = BY_NAME[case.data["check"]]

    assert list(lint(load(lay(tmp_path / "rulebase", case.data["files"])).rulebase))
    assert list(lint(load(MINIMAL).rulebase)) == []


@pytest.mark.parametrize("name", BY_NAME)
def test_the_shipped_rulebase_has_no_issues(name: str) -> None:
    """What we ship passes every lint of our own."""
    assert [str(issue) for issue in BY_NAME[name](load().rulebase)] == []


def test_check_is_silent_when_all_is_well() -> None:
    """`check` without a folder checks what is shipped, prints nothing and ends with 0."""
    found = run("check")

    assert (found.code, found.out, found.err) == (0, "", "")


def test_every_lint_has_a_case() -> None:
    """A new lint needs a case that trips it."""
    assert [case.values[0].data["check"] for case in CASES] == sorted(BY_NAME, key=lambda name: name.replace("_", "-"))


def test_every_issue_occurs_in_a_case() -> None:
    """Every kind of issue that the lints know is shown by a case."""
    folder = Path(str(package.__file__)).parent
    calls = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    known = {
        call.args[1].value
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Issue"
        if isinstance(call.args[1], ast.Constant)
    }
    shown = {code for case in CASES for code in codes(case.values[0].data["issues"].replace(" (", ": ("))}

    assert len(known) > 20
    assert known == shown
