"""What the tests of files and commands share: cases in YAML, the command in this process, texts that can be re-recorded."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from demandfirst.cli import main

HERE = Path(__file__).resolve().parent
MINIMAL = HERE / "minimal"
RECORD = os.environ.get("DEMANDFIRST_RECORD") == "1"
CODE = re.compile(r"^(?! ).+?: ([a-z-]+): ", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def run(*args: str, stdin: bytes = b"") -> Run:
    """Run the command in this process; an exception other than the exit is the test's failure."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setenv("COLUMNS", "100")
        patch.delenv("FORCE_COLOR", raising=False)
        with pytest.raises(SystemExit) as exit_:
            main(list(args), prog_name="demandfirst")
    code = exit_.value.code
    return Run(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Case:
    """A YAML document that says what is given and, last, what is expected."""

    path: Path
    data: Mapping[str, Any]

    def expect(self, key: str, found: str) -> None:
        """Compare with what is expected under `key`, or record it there."""
        if RECORD:
            head, _, _ = self.path.read_text(encoding="utf-8").partition(f"\n{key}:")
            body = "".join(f"  {line}\n" if line else "\n" for line in found.splitlines())
            self.path.write_text(f"{head.rstrip()}\n{key}: |\n{body}", encoding="utf-8")
        else:
            assert found.splitlines() == self.data[key].splitlines()


def cases(folder: str) -> list[Any]:
    """The cases below a folder, as parameters with their paths for ids."""
    found = sorted((HERE / folder).rglob("*.yaml"))
    return [
        pytest.param(read_case(path), id=path.relative_to(HERE / folder).with_suffix("").as_posix()) for path in found
    ]


def read_case(path: Path) -> Case:
    """One case."""
    return Case(path, yaml.safe_load(path.read_text(encoding="utf-8")))


def lay(root: Path, files: Mapping[str, Any]) -> Path:
    """The minimal rulebase with files laid over it: texts, bytes (`hex`), sizes (`repeat`), or null to take it away."""
    shutil.copytree(MINIMAL, root)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None and path.is_dir():
            shutil.rmtree(path)
        elif content is None:
            path.unlink()
        else:
            path.write_bytes(to_bytes(content))
    return root


def to_bytes(content: Any) -> bytes:
    """The bytes that a case describes: a text, `{hex: ...}`, or `{repeat: ..., times: ...}`."""
    if isinstance(content, str):
        return content.encode()
    if "hex" in content:
        return bytes.fromhex(content["hex"])
    repeated: str = content["repeat"]
    return repeated.encode() * int(content["times"])


def codes(text: str) -> set[str]:
    """The codes of the faults in printed faults."""
    return set(CODE.findall(text))


def named_elsewhere(word: str, path: str) -> bool:
    """Whether a test file other than this one has a word in quotes, or as the code of a printed fault."""
    others = (other.read_text(encoding="utf-8") for other in HERE.glob("test_*.py") if other != Path(path))
    return any(f'"{word}"' in text or f": {word}: " in text for text in others)


def golden(name: str, found: str) -> None:
    """Compare with a golden file, or record it; spaces at the ends of lines do not count."""
    path = HERE / "golden" / name
    found = "".join(f"{line.rstrip()}\n" for line in found.splitlines())
    if RECORD:
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def every_command(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its name, those of a group with the group's."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command
