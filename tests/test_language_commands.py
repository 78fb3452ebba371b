"""The language of commands: which one is spoken, and that nothing they print bypasses the catalogs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from bypassing import bypassing, documents, names, values
from click.testing import CliRunner
from demandfirst import load
from demandfirst.cli import main
from demandfirst.engine.backends.program.groups import GROUPS
from demandfirst.engine.commands import words
from demandfirst.engine.language import LANGUAGES, PSEUDO, SOURCE, current, speaking
from demandfirst.engine.language.catalogs import texts
from demandfirst.web.webhooks.events import EVENTS
from support import MINIMAL, Case, Run, cases, lay, run

CLIENT = "shop: cafe\ngoals: [fame]\noven: gas\nextras: [seeds]\nsunday: unknown\nprice: 2.5\nloaves: 10\n"
HERE = ("--rulebase", str(MINIMAL))
CLICK = {"COMMANDS", "Error", "ID", "OPTIONS", "Try", "Usage", "demandfirst", "for", "help"}
"""What click says by itself has no pseudo translation; `ID` is the name of an argument."""
SYSTEM = {"no", "such", "file", "or", "directory"}
"""What the operating system says about a file."""
MINIMALLY = names(load(MINIMAL).rulebase) | values(load(MINIMAL).rulebase) | documents(load(MINIMAL).rulebase)
NAMED = {"demandfirst", "tests/personas", "HOURS"}

PRINTED: list[tuple[tuple[str, ...], int, set[str]]] = [
    (("advise", "client.yaml", *HERE), 0, set()),
    (("advise", "client.yaml", "--full", *HERE), 0, set()),
    (("advise", "client.yaml", "--format", "markdown", *HERE), 0, set()),
    (("facts", *HERE), 0, {"choice", "integer", "money", "set", "yes_no"}),
    (("facts", "oven", *HERE), 0, {"choice"}),
    (("rules", *HERE), 0, set()),
    (("items", *HERE), 0, set()),
    (("claims", *HERE), 0, set()),
    (("explain", "client.yaml", *HERE), 0, set()),
    (("what-if", "client.yaml", "--set", "oven=", "--set", "price=3", *HERE), 0, set()),
    (("sensitivity", "client.yaml", *HERE), 0, set()),
    (("how-to", "client.yaml", "nothing", *HERE), 2, {"how-to", "unknown-id"}),
    (("new-client", *HERE), 0, {"unknown", "true", "false", "demandfirst", "advise", "THIS-FILE"}),
    (("advise", "none.yaml"), 2, {"no-file", "none.yaml"}),
    (("advise", "bad.yaml", *HERE), 2, {"bad.yaml", "unknown-fact", "unknown-value"}),
    (("facts", "ofen", *HERE), 2, {"unknown-fact"}),
    (("rules", "ofen", *HERE), 2, {"unknown-rule"}),
    (("items", "ofen", *HERE), 2, {"unknown-item"}),
    (("claims", "ofen", *HERE), 2, {"unknown-claim"}),
    (("what-if", "client.yaml"), 2, {*CLICK, "CLIENT", "what-if", "set", "FACT", "VALUE", "against"}),
    (("prove", "nothing"), 2, {"prove", "unknown-guarantee"}),
    (("prove", "--list", *HERE), 2, {"knowledge/guarantees.yaml", "no-guarantees"}),
    (("diff", "nothing", "built-in"), 2, {"no-rulebase", "nothing", "knowledge", "rules", "HEAD~1", "v1.0:folder"}),
    (("sql", "--dialect", "duckdb", "--columns", "rows"), 2, {"columns", "unknown-group", *GROUPS}),
    (("sql", "--dialect", "duckdb", "-o", "none/view.sql"), 2, {"none/view.sql", "not-written", *SYSTEM}),
    (("database", "check"), 1, set()),
    (("database", "upgrade"), 0, set()),
    (("keys", "list"), 0, set()),
    (("keys", "revoke", "x"), 2, set()),
    (("keys", "rotate", "x"), 2, set()),
    (("staff", "link", "Bob"), 2, {"bob", "unknown-name"}),
    (("staff", "disable", "Bob"), 2, {"bob", "unknown-name"}),
    (("staff", "add", " "), 2, {"NAME", "not-a-name"}),
    (("webhooks", "add", "https://x", "--event", "any"), 2, {"event", "unknown-event", *EVENTS}),
    (("webhooks", "remove", "x"), 2, {"ID", "unknown-receiver"}),
    (("webhooks", "resend"), 2, {*CLICK, "all", "resend", "webhooks"}),
    (("webhooks", "resend", "x"), 2, {"ID", "unknown-delivery"}),
    (("webhooks", "resend", "--all"), 0, set()),
    (("privacy", "export"), 2, {*CLICK, "email", "export", "privacy", "reference"}),
    (("privacy", "erase", "x"), 1, set()),
    (("privacy", "sweep"), 0, set()),
]
"""A command, how it ends, and the ids, codes, paths and names that stand in its output by themselves."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a client, one with faults, and a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'web.sqlite'}")
    Path("client.yaml").write_text(CLIENT, encoding="utf-8")
    Path("bad.yaml").write_text(CLIENT.replace("gas", "gaz").replace("price", "prize"), encoding="utf-8")
    return tmp_path


def spoken(code: str, *args: str, stdin: bytes = b"") -> Run:
    """A command in a language."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMANDFIRST_LANG", code)
        return run(*args, stdin=stdin)


@pytest.mark.parametrize(
    ("args", "code", "own"), PRINTED, ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
@pytest.mark.usefixtures("folder")
def test_what_commands_print_comes_from_the_catalogs(args: tuple[str, ...], code: int, own: set[str]) -> None:
    """Outside the brackets stand ids, codes, paths and names, and nothing else."""
    found = spoken(PSEUDO, *args)

    assert (found.code, bypassing(found.out + found.err, MINIMALLY | own)) == (code, [])


@pytest.mark.usefixtures("folder")
def test_what_the_web_commands_say_when_there_is_something() -> None:
    """Keys, staff and receivers: only names, dates, states of the queue and secrets stand outside the brackets."""
    made = spoken(PSEUDO, "keys", "create", "Shop", "--scope", "advise")
    listed = spoken(PSEUDO, "keys", "list")
    added = spoken(PSEUDO, "staff", "add", "Anna")
    again = spoken(PSEUDO, "staff", "add", "Anna")
    everybody = spoken(PSEUDO, "staff", "list")
    told = spoken(PSEUDO, "webhooks", "add", "https://agency.example/hooks")
    receivers = spoken(PSEUDO, "webhooks", "list")

    name, *rest = listed.out.split()
    assert bypassing(made.err, {name}) == []
    assert bypassing(" ".join(rest), {"Shop", "advise"}) == []
    assert bypassing(added.err, ()) == []
    assert bypassing(again.err, {"anna", "name-taken"}) == []
    assert bypassing(everybody.out, {"anna"}) == []
    assert bypassing(told.err, ()) == []
    assert bypassing(receivers.out.split("\t")[-1], ()) == []


@pytest.mark.usefixtures("folder")
def test_an_interview_speaks_the_language() -> None:
    """Questions, help and the end; ids of answers and the letters of commands stand outside."""
    found = spoken(PSEUDO, "interview", "answers.yaml", *HERE, stdin=b"?\nw\ncafe\nc\nb\n9\nq\n")

    commands = {"FACT", "b", "c", "d", "q", "s", "w"}
    assert (found.code, bypassing(found.out, MINIMALLY | commands | {"answers.yaml", "demandfirst interview"})) == (
        0,
        [],
    )


@pytest.mark.parametrize("args", [("check", "bad"), ("facts", "--rulebase", "bad")])
def test_faults_of_a_rulebase_are_in_english(args: tuple[str, ...], folder: Path) -> None:
    """Whoever writes rules reads about them in one language, whichever is spoken."""
    (folder / "bad" / "rules").mkdir(parents=True)
    (folder / "bad" / "rules" / "a.yaml").write_text("rules: 1\n", encoding="utf-8")

    english, other = spoken(SOURCE, *args), spoken(PSEUDO, *args)

    assert (other.code, other.err) == (english.code, english.err) == (2, english.err)
    assert "help:" in other.err


@pytest.mark.parametrize("case", cases("checks"))
def test_a_check_is_in_english(case: Case, tmp_path: Path) -> None:
    """So are the texts of the rulebase that it quotes, and the weight of what it finds."""
    found = spoken(PSEUDO, "check", str(lay(tmp_path / "rulebase", case.data["files"])))

    assert (found.code, found.out) == (1, case.data["issues"])


def test_a_rulebase_that_is_kept_holds_english(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache is filled in English by a command that speaks another language."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    first = spoken(PSEUDO, "rules", *HERE)
    english = spoken(SOURCE, "rules", *HERE)

    assert "⟦" in first.out
    assert "⟦" not in english.out


# --- which language ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("--lang", PSEUDO, "facts", *HERE),
        ("facts", "--lang", PSEUDO, *HERE),
        ("facts", *HERE, "--lang", PSEUDO),
        ("--lang", "uk", "facts", "--lang", PSEUDO, *HERE),
    ],
)
def test_the_option_stands_before_or_after_the_command(args: tuple[str, ...]) -> None:
    """The same output either way; the one after the command counts, and both count more than the environment."""
    assert spoken("ru", *args).out == spoken(PSEUDO, "facts", *HERE).out


ENVIRONMENTS: list[tuple[dict[str, str], str]] = [
    ({}, "en"),
    ({"LANG": "C"}, "en"),
    ({"LANG": "C", "LANGUAGE": "uk"}, "en"),
    ({"LANG": "POSIX"}, "en"),
    ({"LANG": "uk_UA.UTF-8"}, "uk"),
    ({"LANG": "ru_RU@euro"}, "ru"),
    ({"LANG": "hy_AM"}, "hy"),
    ({"LANG": "de_DE.UTF-8"}, "en"),
    ({"LANG": "uk_UA.UTF-8", "LC_MESSAGES": "hy_AM.UTF-8"}, "hy"),
    ({"LANG": "uk_UA.UTF-8", "LC_MESSAGES": "hy_AM.UTF-8", "LC_ALL": "ru_RU.UTF-8"}, "ru"),
    ({"LANG": "uk_UA.UTF-8", "LC_ALL": ""}, "uk"),
    ({"LANG": "en_US.UTF-8", "LANGUAGE": "uk:ru"}, "uk"),
    ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:hy"}, "hy"),
    ({"LANG": "uk_UA.UTF-8", "DEMANDFIRST_LANG": "hy"}, "hy"),
    ({"LANG": "uk_UA.UTF-8", "DEMANDFIRST_LANG": ""}, "uk"),
    ({"DEMANDFIRST_LANG": "ru_RU.UTF-8"}, "ru"),
    ({"DEMANDFIRST_LANG": PSEUDO}, PSEUDO),
]


@pytest.mark.parametrize(("given", "code"), ENVIRONMENTS)
def test_the_language_of_the_environment(given: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting goes before the locale; in the locale the variables count as everywhere else."""
    for name in (words.SETTING, "LANGUAGE", *words.LOCALE):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert words.from_environment() == code


UNKNOWN = [
    ("xx", "`xx` is not a language here; there are en, uk, ru, hy"),
    ("ua", "`ua` is not a language here; did you mean `uk`?"),
    ("fr", "`fr` is not a language here; there are en, uk, ru, hy"),
    ("Ukrainian", "`Ukrainian` is not a language here; did you mean `uk`?"),
    ("русский", "`русский` is not a language here; did you mean `ru`?"),
    ("", "`` is not a language here; there are en, uk, ru, hy"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "said"), UNKNOWN)
def test_an_unknown_language(word: str, said: str) -> None:
    """A usage error with the nearest language, wherever the option stands; nothing else happens."""
    for args in (("--lang", word, "facts"), ("facts", "--lang", word)):
        found = run(*args)
        assert (found.code, found.out) == (2, "")
        assert found.err.splitlines()[-1] == f"Error: Invalid value for '--lang': {said}"


def test_an_unknown_language_in_the_environment() -> None:
    """The setting is named."""
    found = spoken("ua", "facts")

    assert (found.code, found.out) == (2, "")
    assert found.err.endswith("DEMANDFIRST_LANG: `ua` is not a language here; did you mean `uk`?\n")


@pytest.mark.parametrize("code", ["ua", *LANGUAGES])
def test_completion_works_in_every_language(code: str) -> None:
    """The names of commands are completed, also where the setting names a language that there is none of."""
    typed = {"COMP_WORDS": "demandfirst adv", "COMP_CWORD": "1", "_DEMANDFIRST_COMPLETE": "bash_complete"}
    found = CliRunner().invoke(main, [], prog_name="demandfirst", env={**typed, words.SETTING: code})

    assert (found.exit_code, found.output) == (0, "plain,advise\n")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("after", [False, True])
def test_click_words_a_usage_error_in_the_language(code: str, after: bool) -> None:
    """Also where the option stands behind the command: the context is closed by then, and the language is not."""
    args = ("what-if", "x", "--lang", code) if after else ("--lang", code, "what-if", "x")
    catalog = texts(code) if code != SOURCE else None

    def said(text: str) -> str:
        return catalog.gettext(text) if catalog else text

    found = run(*args)

    assert found.code == 2
    assert found.err.startswith(said("Usage:"))
    assert said("Error: {message}").partition("{")[0] in found.err.splitlines()[-1]


def test_the_language_ends_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it went well or not, the next command in the same process speaks its own language."""
    monkeypatch.delenv("LANGUAGE", raising=False)
    for args in (("facts", *HERE), ("facts", "nothing"), ("nothing",), ("what-if", "x"), ("--help",), ("--lang", "xx")):
        spoken(PSEUDO, *args)
        assert current() == SOURCE
        assert "LANGUAGE" not in os.environ


# --- help -------------------------------------------------------------------------------------------------------------


def every_command(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and those below it, as they are in the language that is spoken."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every_command(below, (*path, name))


def test_every_help_text_comes_from_the_catalogs() -> None:
    """Every paragraph of every command, and every option's help."""
    with speaking(PSEUDO):
        found = list(every_command(words.worded(main), ()))

    assert len(found) > 30
    for path, command in found:
        assert command.help, path
        assert bypassing(command.help, NAMED) == [], path
        for option in command.params:
            text = getattr(option, "help", None)
            assert bypassing(text or "", NAMED) == [], (path, option.name)


def test_help_is_printed_in_the_language() -> None:
    """Of the program and of a command, whichever way the language is said; only click's own words are not."""
    own = {
        "Options",
        "Show",
        "this",
        "message",
        "and",
        "exit",
        "h",
        "default",
        "CODE",
        "FOLDER",
        "FACT",
        "facts",
        "rulebase",
        "lang",
    }
    for args in (("facts", "--help"), ("--lang", PSEUDO, "facts", "-h"), ("facts", "--lang", PSEUDO, "-h")):
        found = spoken(PSEUDO if args[0] == "facts" else SOURCE, *args)
        assert (found.code, bypassing(found.out, CLICK | own)) == (0, []), args
