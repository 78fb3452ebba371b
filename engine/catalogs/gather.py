"""Every text there is to translate: of the program, of its commands, and of a rulebase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from demandfirst.engine.catalogs.code import code_texts
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language.catalogs import ROOT
from demandfirst.engine.load.messages import UNIT, messages

KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "mark": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
SOURCES: list[tuple[str, Any]] = [
    ("cli.py", code_texts), ("engine/**.py", code_texts), ("web/**.py", code_texts), ("**/templates/**.html", "jinja2"),
    ("**/templates/**.html.j2", "jinja2"),
]  # fmt: skip
TEMPLATES = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
JINJA = {pattern: TEMPLATES for pattern, method in SOURCES if method == "jinja2"}
CLICK: tuple[Any, ...] = (
    "Usage:", "Options", "Commands", "Positional arguments", "default: {default}", "required", "Aborted!", "Missing command.",
    "Show this message and exit.", "Error: {message}", "Try '{command} {option}' for help.", "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}", "Missing argument", "Missing option", "Missing parameter",
    "No such option {name!r}.", "No such command {name!r}.", "Option {name!r} does not take a value.",
    "{value!r} is not a valid {number_type}.", "{value} is not in the range {range}.",
    "{name} {filename!r} does not exist.", "{name} {filename!r} is a file.", "{name} {filename!r} is a directory.", "file",
    "directory", "path",
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
)  # fmt: skip
"""What click says by itself to those who use a command: it looks these texts up in the catalog of the program."""
LEFT_OUT = ("tests", "bench", "docs", "examples", "build", "dist", "node_modules")


Paragraphs = Callable[[str], list[str]]


def program_texts(root: click.Command, paragraphs: Paragraphs) -> Catalog:
    """The texts of the code and the templates, click's, and the help of a command with all that it has below it."""
    found = Catalog(project="demandfirst")
    walk = extract_from_dir(ROOT, SOURCES, JINJA, KEYWORDS, directory_filter=_wanted)
    for file, _, message, comments, context in sorted(walk, key=lambda one: (one[0], one[1])):
        found.add(message, locations=[(file, 0)], auto_comments=comments, context=context, flags=_format(message))
    for one in CLICK:
        found.add(one, locations=[("click", 0)], flags=_format(one))
    for text, command in _help(root, "", paragraphs):
        found.add(text, locations=[("cli.py", 0)], auto_comments=[f"help of `{command}`"])
    return found


def knowledge_texts(rulebase: Rulebase) -> Catalog:
    """The texts of a rulebase."""
    found = Catalog(project="demandfirst")
    for one in messages(rulebase):
        wanted: Any = (one.text, one.text) if one.context == UNIT else one.text
        places = [(one.place.file, 0)]
        found.add(wanted, locations=places, auto_comments=[one.about], context=one.context or None)
    return found


def _help(command: click.Command, name: str, paragraphs: Paragraphs) -> Iterator[tuple[str, str]]:
    for text in paragraphs(command.help or ""):
        yield text, name
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help, name
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _help(found, f"{name} {below}".strip(), paragraphs)


def _wanted(folder: str) -> bool:
    path = Path(folder)
    return path.name not in LEFT_OUT and not path.name.startswith(".")


def _format(message: Any) -> list[str]:
    text = message if isinstance(message, str) else message[0]
    return ["python-brace-format"] if "{" in text else []
