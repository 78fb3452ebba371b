"""The command `diff`: what it prints, clients given, git revisions, and what people meet at its edges."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from demandfirst import load
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.backends.proof.two import Two
from small_rules import rule, write
from support import HERE, golden, run

ROOT = HERE.parent
PERSONA = "name: somebody\nclient: {kind: shop, wishes: [rest], cost: 11}\nexpect: {recommended: [walk]}\n"
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two small rulebases, a higher threshold in the second, and two clients; it is the current one."""
    for name in ("old", "new"):
        write(tmp_path / name, [], [rule("go", ["cost > limit"], {"recommend": "walk"})])
    changed(tmp_path / "new", "parameters.yaml", "value: 10\n", "value: 12\n")
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "a.yaml").write_text(PERSONA, encoding="utf-8")
    (tmp_path / "clients" / "b.json").write_text('{"kind": "shop", "wishes": ["rest"], "cost": 20}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(root: Path, name: str, old: str, new: str) -> None:
    """Change a text of the vocabulary."""
    file = root / "knowledge" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


HASH = re.compile(r"\([0-9a-f]{16}\)")


def commit(root: Path, message: str) -> None:
    """Everything in a folder as the next revision."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "init.defaultBranch=main"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", message]):
        subprocess.run(["git", *who, *words], cwd=root, check=True, env={"PATH": "/usr/bin:/bin", **GIT})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("diff", ["old", "new"]),
        ("diff-markdown", ["old", "new", "--format", "markdown"]),
        ("diff-clients", ["old", "new", "clients"]),
    ],
)
def test_what_the_command_prints(two: Path, name: str, words: list[str]) -> None:
    printed = run("diff", *words)

    assert (two.is_dir(), printed.code, printed.err) == (True, 0, "")
    golden(f"{name}.txt", HASH.sub("(hash)", printed.out))


def test_json(two: Path) -> None:
    """The edits, every outcome, and a client file that `advise` takes under both."""
    found = json.loads(run("diff", "old", "new", "--format", "json").out)
    (walk,) = (one for one in found["outcomes"] if one["id"] == "walk")

    assert [(edit["kind"], edit["id"]) for edit in found["edits"]] == [("parameter", "limit")]
    assert {one["id"] for one in found["outcomes"]} == {"walk", "swim", "storm", "answer"}
    assert (walk["differs"], walk["moved"]["through"]["edits"]) == ("yes", ["parameter limit"])
    file = two / "shown.yaml"
    file.write_text(yaml.safe_dump(walk["client"]), encoding="utf-8")
    statuses = [load(name).advise_file(str(file)).status("walk") for name in ("old", "new")]

    assert statuses == [walk["moved"]["before"], walk["moved"]["after"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["old", "new"], 1),
        (["old", "old"], 0),
        (["old", "new", "clients"], 1),
        (["old", "new", "clients/a.yaml"], 1),
        (["old", "new", "clients/b.json"], 0),
    ],
)
def test_the_exit_code(two: Path, words: list[str], code: int) -> None:
    """0 whatever is found; with `--exit-code` 1 where somebody is, or may be, advised otherwise."""
    assert run("diff", *words).code == 0
    assert run("diff", *words, "--exit-code").code == code, two


def test_what_is_not_known_is_no_agreement(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise GaveUp("timeout after 10 seconds")

    monkeypatch.setattr(Two, "smallest", give_up)
    printed = run("diff", str(two / "old"), "new", "--exit-code")

    assert printed.code == 1
    assert "For 1 it is not known: the solver reached its limit." in printed.out
    assert "Not known: Walk [walk] (timeout after 10 seconds)" in printed.out


def test_only_words(two: Path) -> None:
    """A change of texts is said to change nobody's advice."""
    shutil.copytree(two / "old", two / "words")
    changed(two / "words", "items.yaml", "On land.", "Over land.")
    printed = run("diff", "old", "words", "--exit-code")

    assert printed.code == 0
    assert "Only words, sources and the like differ: no client is advised otherwise." in printed.out
    assert "only words, sources and the like: 1 of the items (walk)" in printed.out


def test_only_the_order_of_items(two: Path) -> None:
    """Items of equal weight come as they stand: to put one before another is not to say the same."""
    shutil.copytree(two / "old", two / "turned")
    file = two / "turned" / "knowledge" / "items.yaml"
    heading, *items = re.split(r"(?m)^(?=- )", file.read_text(encoding="utf-8"))
    file.write_text("".join([heading, *reversed(items)]), encoding="utf-8")
    printed = run("diff", "old", "turned", "--exit-code")

    assert printed.code == 1
    assert "so they may come in another order." in printed.out
    assert "word for word" not in printed.out


def test_a_client_who_fits_only_one(two: Path) -> None:
    """That the other cannot take the answers is a difference, said with its reason; a question it does not ask is none."""
    changed(two / "new", "facts.yaml", "maximum: 1000000", "maximum: 10")
    printed = run("diff", "old", "new", "clients", "--exit-code")

    assert printed.code == 1
    assert "2 of 2 are advised otherwise." in printed.out
    assert "does not fit the new rulebase:" in printed.out
    assert "clients/a.yaml:2: out-of-range: `11` is outside the range of `cost`" in printed.out


def test_a_question_that_one_does_not_ask(two: Path) -> None:
    """A client's answer to it is left out for the other; the client shown says so."""
    asks = two / "asks"
    write(asks, [], [rule("go", ["cost > limit", "not salty"], {"recommend": "walk"})])
    file = asks / "knowledge" / "facts.yaml"
    salty = "- {id: salty, type: yes_no, required: true, group: all, order: 9, label: salty, negative: mild, question: Is it?, "
    file.write_text(f"{file.read_text()}{salty}help: Any., who: [owner], sources: [judgement]}}\n", encoding="utf-8")
    (two / "salty.yaml").write_text("kind: shop\nwishes: [rest]\ncost: 20\nsalty: true\n", encoding="utf-8")
    printed = run("diff", "old", "asks", "salty.yaml")

    assert (printed.code, printed.err) == (0, "")
    assert "Walk [walk]: recommended -> not recommended (rules: -go; edited: rule go, question salty)" in printed.out
    assert "the new rulebase does not ask salty: leave it out there" in run("diff", "asks", "old").out


def test_what_decides_nothing_is_still_said(two: Path) -> None:
    """A source more is no edit of the rules, and the two do not say the same word for word."""
    shutil.copytree(two / "old", two / "sourced")
    source = "documents:\n  - {id: S0, file: a.txt, language: en, title: A book, note: A note.}\n"
    (two / "sourced" / "knowledge" / "sources.yaml").write_text(source, encoding="utf-8")
    printed = run("diff", "old", "sourced")

    assert (printed.code, printed.err) == (0, "")
    assert "only words, sources and the like: 1 of the sources (S0)" in printed.out


# --- git ----------------------------------------------------------------------------------------------------------


def test_revisions(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision, or a folder of one, is read as it was; the folder on disk is another thing."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(two.parent))
    repository = two / "repository"
    shutil.copytree(two / "old", repository)
    shutil.copytree(two / "old", repository / "pack")
    commit(repository, "first")
    for name in (".", "pack"):
        shutil.copytree(two / "new", repository / name, dirs_exist_ok=True)
    commit(repository, "second")
    monkeypatch.chdir(repository)

    assert "- 10 money\n    + 12 money" in run("diff", "HEAD~1", "HEAD").out
    assert "Walk [walk]: recommended -> not recommended" in run("diff", "HEAD~1:pack", ".").out
    assert "say the same" in run("diff", "main", "pack").out
    monkeypatch.chdir(repository / "pack")

    assert "say the same" in run("diff", "HEAD~1", str(two / "old")).out


def test_a_revision_that_cannot_be_loaded(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its faults have the revision in front of their places."""
    repository = two / "repository"
    write(repository, [], [rule("go", ["cots > limit"], {"recommend": "walk"})])
    commit(repository, "first")
    monkeypatch.chdir(repository)
    printed = run("diff", "HEAD", "built-in")

    assert (printed.code, printed.out) == (2, "")
    assert printed.err.startswith("HEAD:rules/all.yaml:1: unknown-name: `cots`")
    assert run("diff", "HEAD:knowledge", ".").err.startswith("./rules/all.yaml:1: ")
    assert "HEAD:knowledge: no-rulebase: `HEAD:knowledge` holds no rulebase" in run("diff", "HEAD:knowledge", ".").err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nope", "old"], "nope: no-rulebase: there is no folder `nope`, and git finds no repository here"),
        (["od", "new"], "did you mean `old`?"),
        (["bulit-in", "new"], "did you mean `built-in`?"),
        (["clients/a.yaml", "old"], "`clients/a.yaml` is a file"),
        (["clients", "old"], "no-rulebase"),
        (["", "old"], "no-rulebase"),
        (["x" * 5000, "old"], "no-rulebase"),
        (["old", "new", "nobody.yaml"], "nobody.yaml: no-file: "),
        (["old", "new", "empty"], "empty: no-clients: `empty` holds no client file"),
        (["old", "new", "old/knowledge/facts.yaml"], "not-a-client"),
    ],
)
def test_bad_input(two: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str) -> None:
    """What is wrong, and what to do; nothing on standard output, no traceback."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(two.parent))
    (two / "empty").mkdir()
    printed = run("diff", *words)

    assert (printed.code, printed.out) == (2, "")
    assert message in printed.err


def test_an_unknown_revision(two: Path) -> None:
    commit(two, "first")
    printed = run("diff", "HEAD~7", "--", "--exec=x")

    assert (printed.code, printed.out) == (2, "")
    assert "`HEAD~7` is neither a folder nor a revision known to git" in printed.err
    assert "`--exec=x` is neither a folder nor a revision" in printed.err


def test_without_git(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders need no git; a revision says what is missing."""
    monkeypatch.setenv("PATH", str(two))
    printed = run("diff", "HEAD", "old")

    assert printed.code == 2
    assert "HEAD: no-git: there is no folder `HEAD`, and git is not installed to look for a revision" in printed.err
    assert run("diff", "old", "old").code == 0


def test_without_the_solver(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients, and changes that need no proof, can be looked at all the same; else one line says what to install."""
    for name in [name for name in sys.modules if name.startswith("demandfirst.engine.backends.proof")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "z3", None)
    printed = run("diff", "old", "new")

    assert (printed.code, printed.out) == (2, "")
    assert printed.err == "this needs the solver z3: pip install 'demandfirst[prove]'\n"
    assert run("diff", "old", "new", str(two / "clients")).code == 0
    assert run("diff", "old", "old").code == 0


def test_the_built_in_rulebase(tmp_path: Path) -> None:
    """A higher threshold in the shipped rules is found out at once, with clients whom both rulebases take."""
    new = tmp_path / "new"
    for name in ("knowledge", "rules"):
        shutil.copytree(ROOT / name, new / name)
    changed(new, "parameters/team.yaml", "value: 6\n", "value: 7\n")
    found = json.loads(run("diff", "built-in", str(new), "--format", "json").out)
    moved = [one for one in found["outcomes"] if one["differs"] == "yes"]

    assert {"community_page", "too_little_capacity"} <= {one["id"] for one in moved}
    assert {one["differs"] for one in found["outcomes"]} == {"yes", "no"}
    for one in moved:
        if one["kind"] == "item":
            statuses = [advisor.advise(one["client"]).status(one["id"]) for advisor in (load(), load(new))]

            assert statuses == [one["moved"]["before"], one["moved"]["after"]]
