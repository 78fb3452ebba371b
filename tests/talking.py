"""What the tests of the interview share: a rulebase of seven questions, a bakery, and lines typed into a pipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from demandfirst import ClientError
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import Asked, State
from support import MINIMAL, Run, run

SMALL = ("--rulebase", str(MINIMAL))
FILE = "interview-1.yaml"


def bakery(small: Interview) -> State:
    """A bakery that wants sales: the needed questions are answered."""
    return small.answer(small.answer(small.start(), "shop", "bakery"), "goals", ["sales"])


def asked(interview: Interview, state: State) -> Asked:
    """The next question."""
    question = interview.turn(state).question
    assert question is not None
    return question


def asks(interview: Interview, state: State) -> str:
    """The fact of the next question."""
    return asked(interview, state).fact


def codes_of(error: pytest.ExceptionInfo[ClientError]) -> list[tuple[str, str]]:
    """The faults, by place and code."""
    return [(str(fault.place), fault.code) for fault in error.value.faults]


def type_lines(typed: str, *args: str) -> Run:
    """Type lines into an interview through a pipe."""
    return run("interview", *args, *SMALL, stdin=typed.encode())


def saved(name: str = FILE) -> Any:
    """What a file holds."""
    return yaml.safe_load(Path(name).read_text(encoding="utf-8"))


def answers(name: str = FILE) -> Any:
    """The answers in a file."""
    return saved(name)["client"]


def flat(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def listed() -> list[str]:
    """The files in the folder."""
    return sorted(path.name for path in Path().iterdir())
