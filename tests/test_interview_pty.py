"""The interview in a pseudo-terminal, as a person has it: typing, Ctrl-C, Ctrl-D, and killed at any point."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from talking import SMALL, answers, listed

WAIT = 30.0


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Terminal:
    """The command in a pseudo-terminal, as a person has it."""

    def __init__(self, *args: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, 80))
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", "COLUMNS": "80"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demandfirst.cli", "interview", *args, *SMALL],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509 - makes it the controlling one
        )
        os.close(slave)
        self.shown = ""

    def until(self, text: str) -> str:
        """Read until a text is shown; what was read."""
        begin, end = len(self.shown), time.monotonic() + WAIT
        while text not in self.shown[begin:]:
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                pytest.fail(f"{text!r} is not shown in {self.shown!r}")
            self.shown += self.read()
        return self.shown[begin:]

    def read(self) -> str:
        try:
            return os.read(self.master, 65536).decode()
        except OSError:  # the other side is closed
            return ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def answer(self, text: str) -> str:
        """Type a line at the prompt; what comes up to the next prompt."""
        self.type(f"{text}\n")
        return self.until("\r\n> ") if text else self.until("> ")

    def end(self) -> int:
        """Read to the end; the exit code."""
        try:
            code = self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        while select.select([self.master], [], [], 0.1)[0]:
            if not (more := self.read()):
                break
            self.shown += more
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        one.close()


def opened(terminals: list[Terminal], *args: str) -> Terminal:
    terminals.append(Terminal(*args))
    terminals[-1].until("> ")
    return terminals[-1]


def test_in_a_terminal_from_beginning_to_end(terminals: list[Terminal]) -> None:
    """Questions are bold, what is typed is echoed once, Enter ends it."""
    terminal = opened(terminals, "shop.yaml")
    assert "\x1b[1mWhat kind of shop is it?\x1b[0m" in terminal.shown
    terminal.answer("bakery")
    terminal.answer("sales")
    while "Enter ends" not in terminal.shown:
        terminal.answer("d")
    terminal.type("\n")

    assert terminal.end() == 0
    assert terminal.shown.count("bakery\r\n") == 2  # the list, and what was typed
    assert answers("shop.yaml")["shop"] == "bakery"


def test_control_c_saves_and_says_so(terminals: list[Terminal]) -> None:
    terminal = opened(terminals, "shop.yaml")
    terminal.answer("bakery")
    terminal.type("sal\x03")

    assert terminal.end() == 130
    assert "Saved. Go on: demandfirst interview shop.yaml" in terminal.shown
    assert answers("shop.yaml") == {"shop": "bakery"}


def test_control_d_in_the_middle_of_a_question(terminals: list[Terminal]) -> None:
    terminal = opened(terminals, "shop.yaml")
    terminal.answer("bakery")
    terminal.type("\x04")

    assert terminal.end() == 1
    assert "Saved. Go on" in terminal.shown


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_a_killed_process_loses_nothing_answered(terminals: list[Terminal], number: signal.Signals) -> None:
    """Whenever it is killed after an answer, and the file is whole."""
    terminal = opened(terminals, "shop.yaml")
    terminal.answer("bakery")
    terminal.answer("sales")
    terminal.process.send_signal(number)

    assert terminal.end() == -number
    assert answers("shop.yaml") == {"shop": "bakery", "goals": ["sales"]}
    assert listed() == ["shop.yaml"]
    again = opened(terminals, "shop.yaml")
    assert "Going on with shop.yaml." in again.shown
    assert "What kind of shop is it?" not in again.shown


def test_a_folder_that_goes_away_in_between(terminals: list[Terminal], here: Path) -> None:
    """The session ends with the fault, and does not pretend to have saved."""
    (here / "gone").mkdir()
    terminal = opened(terminals, "gone/x.yaml")
    terminal.answer("bakery")
    for path in (here / "gone").iterdir():
        path.unlink()
    (here / "gone").rmdir()
    terminal.type("sales\n")

    assert terminal.end() == 2
    assert "not-saved: `gone/x.yaml` cannot be written: no such file or directory" in terminal.shown


def test_two_interviews_begun_at_once_keep_apart(terminals: list[Terminal]) -> None:
    first, second = opened(terminals), opened(terminals)
    first.answer("bakery")
    told = second.answer("cafe")

    assert "Saved in interview-2.yaml." in told
    assert (answers()["shop"], answers("interview-2.yaml")["shop"]) == ("bakery", "cafe")
