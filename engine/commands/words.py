"""The language of a command: said by `--lang`, by DEMANDFIRST_LANG, or by the locale; its help in that language."""

from __future__ import annotations

import copy
import gettext as stdlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import click
from demandfirst.engine.language import LANGUAGES, PSEUDO, SOURCE, _, best, current, mark, nearest_language, speaking
from demandfirst.engine.language.catalogs import PLACES, PROGRAM

SETTING = "DEMANDFIRST_LANG"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
HELP = mark("Language of the output: en, uk, ru or hy (default: that of the locale).")


class Language(click.ParamType[str]):
    """A code of a language that there is."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code; one that is unknown is a usage error."""
        if value in LANGUAGES or value == PSEUDO:
            return str(value)
        return self.fail(unknown(str(value)), param, ctx)


def unknown(word: str) -> str:
    """What is said about a language that there is none of."""
    near = nearest_language(word)
    known = ", ".join(LANGUAGES)
    if near:
        return _("`{word}` is not a language here; did you mean `{near}`?").format(word=word, near=near)
    return _("`{word}` is not a language here; there are {known}").format(word=word, known=known)


def from_environment() -> str:
    """The language that the environment asks for. Raises `click.UsageError` for one that is set and unknown."""
    wanted = os.environ.get(SETTING, "")
    if wanted and wanted != PSEUDO and best([wanted]) != wanted.replace("_", "-").partition("-")[0].lower():
        raise click.UsageError(f"{SETTING}: {unknown(wanted)}")
    if wanted:
        return best([wanted])
    locale = next((os.environ[name] for name in LOCALE if os.environ.get(name)), "")
    listed = os.environ.get("LANGUAGE", "").split(":") if locale not in ("", "C", "POSIX") else []
    return best([*filter(None, listed), locale])


_held: ContextVar[ExitStack | None] = ContextVar("held", default=None)


@contextmanager
def one_command() -> Iterator[None]:
    """Until the end of it a command keeps its language: click words a usage error after the context of the command is closed."""
    with ExitStack() as stack:
        before = _held.set(stack)
        try:
            yield
        finally:
            _held.reset(before)


def begin(context: click.Context, code: str) -> None:
    """Speak a language from now to the end of the command."""
    stack = _held.get()
    if stack is None:
        context.find_root().with_resource(commanding(code))
    else:
        stack.enter_context(commanding(code))


@contextmanager
def commanding(code: str) -> Iterator[None]:
    """Speak a language for the rest of a command, click's own words too."""
    before, domain = os.environ.get("LANGUAGE"), stdlib.textdomain()
    stdlib.bindtextdomain(PROGRAM, str(PLACES[PROGRAM]))
    stdlib.textdomain(PROGRAM)
    os.environ["LANGUAGE"] = code
    try:
        with speaking(code):
            yield
    finally:
        stdlib.textdomain(domain)
        os.environ.pop("LANGUAGE")
        if before is not None:
            os.environ["LANGUAGE"] = before


def speak(context: click.Context, _parameter: click.Parameter, code: str | None) -> None:
    """Take `--lang` at its word, for the whole command."""
    if code and code != current():
        begin(context, code)
        if context.parent is not None:
            reword(context.command)


def language_option() -> click.Option:
    """`--lang`, on the program and on every command."""
    return click.Option(
        ["--lang"], type=Language(), metavar="CODE", is_eager=True, expose_value=False, callback=speak, help=HELP
    )


C = TypeVar("C", bound=click.Command)


def own(command: click.Command) -> click.Command:
    """A copy of a command that takes `--lang` and says its help in the language that is spoken."""
    made = _copied(command, language_option())
    if isinstance(made, click.Group):
        made.commands = {name: own(one) for name, one in made.commands.items()}
    reword(made)
    return made


def worded(command: C) -> C:
    """A copy of a command to print the help of."""
    made = _copied(command)
    reword(made)
    return made


def _copied(command: C, *more: click.Parameter) -> C:
    made = copy.copy(command)
    made.params = [*map(copy.copy, command.params), *more]
    made._help_option = None  # noqa: SLF001 - click keeps it in the language in which it was first wanted
    vars(made)["_english"] = [made.help, *(getattr(one, "help", None) for one in made.params)]
    return made


def reword(command: click.Command) -> None:
    """Put the help of a copied command into the language that is spoken."""
    words = [text and said(text) for text in vars(command)["_english"]]
    command.help = words[0]
    for parameter, text in zip(command.params, words[1:], strict=True):
        if isinstance(parameter, click.Option):
            parameter.help = text


def said(text: str) -> str:
    """A help text in the language that is spoken, paragraph by paragraph."""
    return text if current() == SOURCE else "\n\n".join(_(part) for part in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each in one line: what is looked up."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
