"""What is installed is what stands here: no package forgotten, nothing strange taken along, every data file included."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import demandfirst
from support import HERE

PROJECT: dict[str, Any] = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: dict[str, Any] = PROJECT["tool"]["setuptools"]
PACKAGE = Path(str(files("demandfirst")))
CODE = (PACKAGE / "engine", PACKAGE / "web")


def test_every_package_is_declared() -> None:
    """A folder with an `__init__.py` that pyproject.toml does not list would be missing from the wheel without a word."""
    folders = {path.parent for code in CODE for path in code.rglob("__init__.py")}
    dotted = {".".join(["demandfirst", *folder.relative_to(PACKAGE).parts]) for folder in folders}

    assert set(SETUPTOOLS["packages"]) == {"demandfirst", *dotted}


def test_every_folder_with_code_is_a_package() -> None:
    """Code in a folder without an `__init__.py` would run here and be missing from the wheel."""
    folders = {path.parent for code in CODE for path in code.rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_other_code_beside_the_package() -> None:
    """Any Python file at the root, such as a stray conftest.py, would be installed as a part of demandfirst."""
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "cli.py"}


def test_every_data_file_is_declared() -> None:
    """A rule file with another ending, such as .yml, would work here and be missing from the wheel."""
    declared = {path for glob in SETUPTOOLS["package-data"]["demandfirst"] for path in PACKAGE.glob(glob)}
    present = {path for folder in ("rules", "knowledge") for path in (PACKAGE / folder).rglob("*") if path.is_file()}

    assert len(present) > 10
    assert {path for path in present if path not in declared} == set()
    assert PACKAGE / "py.typed" in declared


def test_data_folders_hold_no_code() -> None:
    """`import rules` must never find ours."""
    assert [path for folder in ("rules", "knowledge") for path in (PACKAGE / folder).rglob("*.py")] == []


def test_one_version() -> None:
    """The package and its metadata name the same version."""
    assert demandfirst.__version__ == PROJECT["project"]["version"]
