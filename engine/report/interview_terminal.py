"""The interview in a terminal, or through a pipe: reads lines, saves after every answer, ends in good order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
from demandfirst.engine.errors import ClientError
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import Asked, Resumed, State, Turn
from demandfirst.engine.language import _, mark
from demandfirst.engine.language.phrases import stated
from demandfirst.engine.load.interview_file import NOT_SAVED, free_name, keep_copy, read_saved, write_saved
from demandfirst.engine.load.yaml_tree import quote
from demandfirst.engine.report.interview_page import Page, said
from demandfirst.engine.report.typed import is_unknown, value

ENDED, INPUT_ENDED, INTERRUPTED = 0, 1, 130
MAX_WIDTH, MIN_WIDTH = 100, 30
LONGEST_LINE = 10_000
PROMPT = "> "
NO_ANSWER = mark("Type an answer, {help} for help, or {unknown} for don't know.")


class Leave(Exception):
    """Ends the session with an exit code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


def run_interview(interview: Interview, file: str | None, stdin: TextIO, stdout: TextIO) -> int:
    """Hold an interview; the exit code is 0 at its end and after `q`, 1 where the input ends before, 130 after Ctrl-C.

    Raises `ClientError` where the file cannot be read, is no interview, or cannot be written.
    """
    path = Path(file) if file is not None else free_name(Path())
    session = Session(interview, path, stdin, stdout)
    try:
        session.open(file)
        session.loop()
    except Leave as leave:
        return leave.code
    except KeyboardInterrupt:
        session.say([""])
        session.pause()
        return INTERRUPTED
    return ENDED


class Session:
    """One interview with one person."""

    def __init__(self, interview: Interview, path: Path, stdin: TextIO, stdout: TextIO) -> None:
        self.interview, self.path, self.stdin, self.stdout = interview, path, stdin, stdout
        width = min(max(shutil.get_terminal_size().columns, MIN_WIDTH), MAX_WIDTH)
        self.color = False if os.environ.get("NO_COLOR") else None
        self.page = Page(interview.rulebase, width)
        self.state = interview.start()
        self.beside: dict[str, Any] = {}
        self.foreign = False
        self.saved = False
        self.unnamed = False

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            click.echo(line, self.stdout, color=self.color)

    def open(self, file: str | None) -> None:
        """Read the file, if there is one, and say what is different since."""
        self.unnamed = file is None
        found = read_saved(file, self.interview.rulebase.facts) if file is not None else None
        if found is not None:
            resumed: Resumed = self.interview.resume(found.state, found.place)
            self.state, self.beside, self.foreign = resumed.state, dict(found.beside), found.foreign
            self.saved = not found.foreign
            self.say(self.page.opening(self.path, resumed=True))
            for message in resumed.messages:
                self.say(["", *self.page.wrapped(message)])
        else:
            self.say(self.page.opening(self.path, resumed=False))

    def loop(self) -> None:
        """Ask until nothing is left to ask."""
        while True:
            turn = self.interview.turn(self.state)
            if turn.question is None:
                self.end(turn)
            else:
                self.say(self.page.question(turn, turn.question))
                self.ask(turn, turn.question)

    def ask(self, turn: Turn, asked: Asked) -> None:
        """Read lines until the state has changed."""
        before = self.state
        while self.state is before:
            line = self.read()
            if line is None:
                self.say([""])
                self.pause()
                raise Leave(INPUT_ENDED)
            with self.telling():
                self.take(line, turn, asked)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What is wrong with a line is told, and the question stays; a file that cannot be written ends the session."""
        try:
            yield
        except ClientError as error:
            if any(fault.code == NOT_SAVED for fault in error.faults):
                raise
            for fault in error.faults:
                self.say(self.page.wrapped(f"{fault.message}{'; ' + fault.help if fault.help else ''}"))

    def take(self, line: str, turn: Turn, asked: Asked) -> None:
        """Do what a line asks for: a command, or an answer."""
        if line in [one.id for one in asked.values if len(one.id) > 1]:
            self.answer(line, asked)
            return
        command, _space, rest = line.partition(" ")
        match command.casefold():
            case "":
                self.keep(asked)
            case "?" | "help" if not rest:
                self.say(self.page.help(asked))
            case "w" if not rest:
                self.say(self.page.certain(turn.certain))
            case "c" | "change":
                self.change(rest.strip())
            case "b" | "back" if not rest:
                self.back()
            case "s" | "skip" if not rest:
                self.save(self.interview.skip(self.state, asked.fact))
            case "q" | "quit" | "exit" if not rest:
                self.pause()
                raise Leave(ENDED)
            case _:
                self.answer(line, asked)

    def answer(self, line: str, asked: Asked) -> None:
        given = "unknown" if is_unknown(asked, line) else value(asked, line)
        self.save(self.interview.answer(self.state, asked.fact, given))
        fact = self.interview.rulebase.facts[asked.fact]
        noted = stated(fact.label, said(fact, self.state.answers[asked.fact]))
        self.say(self.page.wrapped(_("Noted: {answer}.").format(answer=noted), 0, 2))

    def keep(self, asked: Asked) -> None:
        """An empty line keeps the answer there is."""
        if asked.given is None:
            self.say([_(NO_ANSWER).format(help="?", unknown="d")])
        elif asked.why == "returned":
            self.save(self.state.but(returned=""))
        else:
            self.save(self.interview.skip(self.state, asked.fact))

    def change(self, name: str) -> None:
        if name:
            self.save(self.interview.change(self.state, name))
        else:
            self.say(self.page.given(self.state.answers))

    def back(self) -> None:
        if self.state.history:
            self.save(self.interview.back(self.state))
        else:
            self.say([_("This is the first question.")])

    def end(self, turn: Turn) -> None:
        """Say that nothing is left to ask; details, changes and going back are still possible."""
        self.say(self.page.ending(turn, self.path))
        more = turn.settled and turn.progress.details > 0 and not self.state.details
        if more:
            offers = _("Enter ends; {details} goes on with the details, {back}, {change} and {certain} work as before.")
        else:
            offers = _("Enter ends; {back}, {change} and {certain} work as before.")
        self.say(self.page.wrapped(offers.format(details="m", back="b", change="c", certain="w")))
        before = self.state
        while self.state is before:
            line = self.read()
            if line is None:
                self.say([""])
                raise Leave(ENDED)
            self.closing(line, turn, more)

    def closing(self, line: str, turn: Turn, more: bool) -> None:
        command, _space, rest = line.partition(" ")
        match command.casefold():
            case "" | "q" | "quit" | "exit":
                raise Leave(ENDED)
            case "m" if more:
                self.save(self.interview.with_details(self.state))
            case "w":
                self.say(self.page.certain(turn.certain))
            case "b" | "back":
                self.back()
            case "c" | "change":
                with self.telling():
                    self.change(rest.strip())
            case _:
                self.say([_("Every question is asked; press Enter to end.")])

    def read(self) -> str | None:
        """A line without what is around it; None where the input ends."""
        click.echo(PROMPT, self.stdout, nl=False)
        self.stdout.flush()
        line = rest = self.stdin.readline(LONGEST_LINE)
        if not line:
            return None
        while len(rest) == LONGEST_LINE and not rest.endswith("\n"):
            rest = self.stdin.readline(LONGEST_LINE)
        typed = " ".join("".join(char if char.isprintable() else " " for char in line).split())
        if not self.stdin.isatty():
            self.say([quote(typed, MAX_WIDTH)])
        return typed

    def save(self, state: State) -> None:
        """Keep a new state, on disk before anything else is done."""
        if not self.saved and not self.foreign and self.unnamed and self.path.exists():
            self.path = free_name(Path())  # somebody else began an interview here meanwhile
            self.say(self.page.wrapped(_("Saved in {path}.").format(path=self.path)))
        if self.foreign:
            message = _("{path} as it was before is kept as {copy}.")
            self.say(self.page.wrapped(message.format(path=self.path, copy=keep_copy(self.path))))
            self.foreign = False
        write_saved(self.path, state, self.beside)
        self.state, self.saved = state, True

    def pause(self) -> None:
        if self.saved:
            self.say(self.page.pausing(self.path))
        else:
            self.say([_("Nothing new was answered, so nothing was saved.")])
