"""What the documents show is what the program does: examples run, files load, links lead somewhere, options are named."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from demandfirst import load
from demandfirst.cli import main
from support import every_command

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = ROOT / "README.md"
COMMANDS = ROOT / "docs" / "commands.md"
API = ROOT / "docs" / "api.md"
FORMAT = ROOT / "docs" / "knowledge-format.md"
CUT = "[...]"
EVERYWHERE = {"--help", "--lang"}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:engine|rules|knowledge|tests|docs|examples|bench)/[\w./*-]*|\w+\.(?:py|toml|md)|Makefile")
_HASH = re.compile(r"\b[0-9a-f]{16}\b")
_HERE = re.compile(r"<<'?(\w+)'?$")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a document that are in one language."""
    found = _BLOCK.findall(path.read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == language]


def prose(path: Path) -> str:
    """A document without its fenced blocks."""
    return _BLOCK.sub("", path.read_text(encoding="utf-8"))


# --- Python --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [README, API], ids=named)
def test_the_python_examples_run_and_print_what_they_show(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each block is a session; the blocks of a document are read one after the other."""
    monkeypatch.chdir(ROOT)
    text = "\n".join(blocks(path, "python"))
    session = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    failed = runner.run(session, out=sys.stdout.write).failed

    assert session.examples
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_python_block_is_a_session(path: Path) -> None:
    """Nothing stands in a Python block that no test runs."""
    sessions = [block for block in blocks(path, "python") if block.startswith(">>> ")]

    assert blocks(path, "python") == (sessions if path in (README, API) else [])


# --- the command line ----------------------------------------------------------------------------------------


def console_sessions() -> Iterator[tuple[str, list[str]]]:
    """The commands of the README, each with the output that is shown for it."""
    for block in blocks(README, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            here = _HERE.search(lines[0])
            end = lines.index(here[1]) + 1 if here else 1
            yield "\n".join(lines[:end]), [line for line in lines[end:] if line]


def run(command: str) -> list[str]:
    """What a shell prints, trailing spaces and empty lines aside."""
    folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([folder, os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**kept, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
    )
    return [line.rstrip() for line in done.stdout.splitlines() if line.strip()]


def masked(lines: list[str]) -> list[str]:
    """Lines without what changes with every change of the rulebase."""
    return [_HASH.sub("(hash)", line) for line in lines]


def first_missing(shown: list[str], real: list[str]) -> str | None:
    """The first shown line that the real output does not have in its place; between cuts, lines follow each other."""
    at, free = 0, False
    for line in shown:
        if line == CUT:
            free = True
            continue
        while free and at < len(real) and real[at] != line:
            at += 1
        if at == len(real) or real[at] != line:
            return line
        at, free = at + 1, False
    return None if free or at == len(real) else f"(nothing more, but there is) {real[at]}"


@pytest.mark.parametrize(("command", "shown"), [pytest.param(*one, id=one[0][:60]) for one in console_sessions()])
def test_the_readme_shows_the_real_output(command: str, shown: list[str]) -> None:
    """Every shown line, in its order; `[...]` stands for lines left out."""
    assert first_missing(masked(shown), masked(run(command))) is None


def test_the_readme_shows_the_example() -> None:
    """At least the advice for the example client is among what is compared."""
    assert "demandfirst advise examples/phone-shop.yaml" in [command for command, _ in console_sessions()]


@pytest.mark.parametrize(
    ("shown", "real", "missing"),
    [
        (["a", "b"], ["a", "b"], None),
        (["a", CUT, "c"], ["a", "b", "c"], None),
        (["a", CUT], ["a", "b", "c"], None),
        ([CUT, "b", "c"], ["a", "b", "c"], None),
        (["a", "c"], ["a", "b", "c"], "c"),
        (["c", CUT, "a"], ["a", "b", "c"], "c"),
        (["a"], ["a", "b"], "(nothing more, but there is) b"),
        (["a", CUT, "d"], ["a", "b", "c"], "d"),
    ],
)
def test_cut_output_is_compared_in_order(shown: list[str], real: list[str], missing: str | None) -> None:
    """The comparison itself: lines in order, nothing left out without a mark."""
    assert first_missing(shown, real) == missing


def option_names(command: click.Command) -> list[str]:
    """The long names of a command's options."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    return [name for one in options for name in (*one.opts, *one.secondary_opts) if name.startswith("--")]


ALL_COMMANDS = dict(every_command(main))


def sections(text: str) -> dict[str, str]:
    """The text below each heading of the third level, by the commands that the heading names."""
    parts = re.split(r"^### (.*)$", text, flags=re.MULTILINE)
    found = {}
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        for words in re.findall(r"`demandfirst ([a-z -]+)", heading):
            name = next((one for one in (words.strip(), words.split()[0]) if one in ALL_COMMANDS), words.strip())
            found[name] = re.split(r"^## ", body, maxsplit=1, flags=re.MULTILINE)[0]
    return found


def test_every_command_has_a_section() -> None:
    """And no section describes a command that is not there."""
    assert sorted(sections(COMMANDS.read_text(encoding="utf-8"))) == sorted(ALL_COMMANDS)


@pytest.mark.parametrize("name", sorted(ALL_COMMANDS))
def test_every_option_is_described(name: str) -> None:
    """The section of a command names its options and their choices, and no option that it does not have."""
    command, section = ALL_COMMANDS[name], sections(COMMANDS.read_text(encoding="utf-8"))[name]
    spans = set(re.findall(r"--[a-z][a-z-]*", " ".join(_CODE.findall(section))))
    choices = [word for one in command.params if isinstance(one.type, click.Choice) for word in one.type.choices]

    assert sorted(spans - EVERYWHERE) == sorted({*option_names(command)} - EVERYWHERE)
    assert [word for word in choices if not re.search(rf"`[^`]*{re.escape(word)}[^`]*`", section)] == []


def test_the_readme_names_every_command() -> None:
    """A command that the README does not name does not exist for its readers."""
    text = README.read_text(encoding="utf-8")

    assert [name for name in ALL_COMMANDS if f"`{name.split()[0]}" not in text] == []


def test_the_options_of_the_group_are_in_the_readme() -> None:
    """`--version` belongs to no command."""
    text = prose(README)

    assert [name for name in option_names(main) if f"`demandfirst {name}`" not in text] == []


# --- YAML ----------------------------------------------------------------------------------------------------


def test_the_examples_of_the_format_are_a_rulebase(tmp_path: Path) -> None:
    """Each YAML block names its file; all of them load together, beside the lexicon that comes with the program."""
    shutil.copytree(ROOT / "knowledge" / "lexicon", tmp_path / "knowledge" / "lexicon")
    written = []
    for block in blocks(FORMAT, "yaml"):
        name = block.splitlines()[0].removeprefix("# ")
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block, encoding="utf-8")
        written.append(name)
    advice = load(tmp_path).advise({"business_type": "ecommerce", "goals": ["sales"], "monthly_searches": 5000})

    assert len(set(written)) == len(written)
    assert advice.status("gate") == "blocked"


@pytest.mark.parametrize("path", [README, API], ids=named)
def test_every_yaml_block_is_a_client(path: Path, tmp_path: Path) -> None:
    """Outside the description of the format, YAML is a client file."""
    for block in blocks(path, "yaml"):
        file = tmp_path / "client.yaml"
        file.write_text(block, encoding="utf-8")

        assert load().advise_file(str(file)).answers


# --- links and paths -----------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    """To a file of the project, and to a heading that is there."""
    broken = []
    for link in _LINK.findall(prose(path)):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or not file.is_relative_to(ROOT) or (anchor and anchor not in anchors(file)):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize(
    "path", [one for one in DOCUMENTS if one.name in ("CONTRIBUTING.md", "pipeline.md", "README.md")], ids=named
)
def test_every_path_that_is_named_is_there(path: Path) -> None:
    """Whoever follows the instructions finds the files; `*` stands for any name."""
    spans = [span for span in _CODE.findall(prose(path)) if _PATH.fullmatch(span)]
    places = [ROOT, *(folder for top in ("engine", "tests") for folder in (ROOT / top).rglob("*/"))]

    assert [span for span in spans if not any(any(place.glob(span.rstrip("/"))) for place in places)] == []
