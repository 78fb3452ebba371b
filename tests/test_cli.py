"""The command line prints what it printed before, and what people meet at its edges.

The expected output stands in `golden/`; `DEMANDFIRST_RECORD=1` records it anew, and the change is explained in the commit.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from demandfirst import __version__, load
from demandfirst.cli import main
from support import HERE, MINIMAL, every_command, golden, lay, named_elsewhere, run

SHOP = str(HERE / "personas" / "unsaturated-phone-e-shop.yaml")
CLINIC = str(HERE / "personas" / "partly-answered-sleep-clinic.yaml")
COMMAND = [sys.executable, "-I", "-m", "demandfirst.cli"]
ESCAPE = "\x1b"

PRINTED = {
    "help": ["--help"],
    "facts": ["facts"],
    "fact-choice": ["facts", "business_type"],
    "fact-number": ["facts", "search_impression_share"],
    "rules": ["rules"],
    "rule": ["rules", "gate-blocked-by-capture"],
    "rule-that-recommends": ["rules", "social-advertising-planned"],
    "rule-that-vetoes": ["rules", "no-advertising-where-prohibited"],
    "case": ["rules", "gate-open"],
    "items": ["items"],
    "item": ["items", "paid_social_scaling"],
    "warning": ["items", "inefficient_social_spend"],
    "claims": ["claims"],
    "claim": ["claims", "S0.34"],
    "new-client": ["new-client"],
    "new-client-core": ["new-client", "--core"],
    "explain": ["explain", SHOP, "paid_social_scaling"],
    "what-if": ["what-if", SHOP, "--set", "search_impression_share=95", "--set", "search_lost_to_budget=0"],
    "sensitivity": ["sensitivity", str(MINIMAL / "client.yaml"), "--rulebase", str(MINIMAL)],
    "completion-bash": ["completion", "bash"],
    "completion-zsh": ["completion", "zsh"],
    "completion-fish": ["completion", "fish"],
} | {
    f"{persona}-{style}": ["advise", path, *options]
    for persona, path in (("shop", SHOP), ("clinic", CLINIC))
    for style, options in (
        ("text", []),
        ("full", ["--full"]),
        ("markdown", ["--format", "markdown"]),
        ("trace", ["--trace"]),
    )
}  # fmt: skip


def masked(text: str) -> str:
    """The text without the hash of the rulebase, which changes with every word of it."""
    return text.replace(load().hash, "HASH").replace(load(MINIMAL).hash, "HASH")


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_command_prints(name: str) -> None:
    """The output is the recorded one, on standard output only."""
    found = run(*PRINTED[name])

    assert (found.code, found.err) == (0, "")
    golden(f"{name}.txt", masked(found.out))


def json_of(*args: str, stdin: bytes = b"") -> Any:
    """What a command prints as JSON."""
    found = run(*args, "--format", "json", stdin=stdin)
    assert (found.code, found.err) == (0, "")
    return json.loads(masked(found.out))


@pytest.mark.parametrize("answered", ["partly", "fully"])
def test_json_of_the_minimal_rulebase(answered: str) -> None:
    """Every key of the JSON, for a client that has answered little and for one that has answered everything."""
    little = "shop: cafe\ngoals: [fame]\n"
    rest = "oven: gas\nextras: [seeds]\nsunday: unknown\nprice: 2.5\nloaves: 10\n" if answered == "fully" else ""

    found = json_of("advise", "-", "--rulebase", str(MINIMAL), stdin=(little + rest).encode())

    golden(f"json-{answered}.json", json.dumps(found, indent=2) + "\n")


@pytest.mark.parametrize(("name", "path"), [("shop", SHOP), ("clinic", CLINIC)])
def test_json_of_a_persona(name: str, path: str) -> None:
    """The JSON of a persona without its texts: statuses, rules, ranks, questions, quantities."""
    found = json_of("advise", path)
    told = (
        "id",
        "status",
        "severity",
        "rank",
        "weight",
        "recommended_by",
        "held_back_by",
        "rules",
        "waiting_for",
        "questions",
    )
    for part in ("items", "warnings"):
        found[part] = [{key: one[key] for key in told if one.get(key)} for one in found[part]]
    found["questions"] = [f"{one['fact']}: {', '.join(one['decides'])}" for one in found["questions"]]
    found["quantities"] = {key: one["value"] for key, one in found["quantities"].items()}

    golden(f"{name}-json.json", json.dumps(found, indent=2) + "\n")


def test_golden_files_are_all_in_use() -> None:
    """No golden file is left over (other tests name theirs), and none holds the hash of a rulebase."""
    names = {f"{name}.txt" for name in PRINTED}
    names |= {"json-partly.json", "json-fully.json", "shop-json.json", "clinic-json.json"}
    files = list((HERE / "golden").iterdir())

    assert names <= {file.name for file in files}
    assert [one.name for one in files if one.name not in names and not named_elsewhere(one.stem, __file__)] == []
    assert not [file.name for file in files if re.search(r"\([0-9a-f]{16}\)", file.read_text(encoding="utf-8"))]


def test_version() -> None:
    """`--version` names the program, the rulebase and its hash, in one line."""
    found = run("--version")

    assert re.fullmatch(rf"demandfirst {re.escape(__version__)}, rulebase [\w.]+ \([0-9a-f]{{16}}\)\n", found.out)
    assert found.out.count(load().hash) == found.out.count(load().version) == 1


# ---- what people meet at the edges


@pytest.mark.parametrize(
    ("kind", "wrong", "line", "helped"),
    [
        ("fact", "busines_type", "unknown-fact: `busines_type` is not a fact", "did you mean `business_type`?"),
        ("rule", "gate-opne", "unknown-rule: `gate-opne` is not a rule", "did you mean `gate-open`?"),
        ("item", "retargetting", "unknown-item: `retargetting` is not an item", "did you mean `retargeting`?"),
        ("claim", "X", "unknown-claim: `X` is not a claim", "`demandfirst claims` lists them"),
        ("fact", "\x1b[31mred\n", "unknown-fact: ` [31mred ` is not a fact", "`demandfirst facts` lists them"),
    ],
)
def test_looking_up_what_does_not_exist(kind: str, wrong: str, line: str, helped: str) -> None:
    """A misspelt id is answered with the nearest one, on standard error, and ends with 2."""
    found = run(f"{kind}s", wrong)

    assert (found.code, found.out, found.err) == (2, "", f"{line}\n  help: {helped}\n")


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["advise"],
        ["advise", CLINIC, "--format", "pdf"],
        ["completion", "tcsh"],
        ["what-if", CLINIC],
        ["--fast"],
    ],
)
def test_wrong_usage(args: list[str]) -> None:
    """What is not a command, argument or option is a matter of usage: exit code 2, nothing on standard output."""
    found = run(*args)

    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("Usage: ")


def test_text_is_plain_where_it_is_not_read_on_a_terminal() -> None:
    """No escape sequences in a file or pipe, unless they are asked for."""
    assert ESCAPE not in run("advise", SHOP).out
    assert ESCAPE in run("advise", SHOP, "--color").out
    assert ESCAPE not in run("advise", SHOP, "--no-color").out


def on_a_terminal(*args: str) -> str:
    """What the command writes to a terminal."""
    ours, theirs = os.openpty()
    with subprocess.Popen([*COMMAND, *args], stdin=theirs, stdout=theirs, stderr=theirs, env=environment()) as process:
        os.close(theirs)
        written = b"".join(chunks(ours))
        assert process.wait() == 0
    os.close(ours)
    return written.decode()


def environment(**changes: str) -> dict[str, str]:
    """The environment of a person with an ordinary terminal."""
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    return kept | {"TERM": "xterm-256color"} | changes


def chunks(handle: int) -> Iterator[bytes]:
    """What is read from a terminal until the other side goes away."""
    while True:
        try:
            yield os.read(handle, 65536)
        except OSError:
            return


def test_colours_on_a_terminal() -> None:
    """A terminal gets colours, and none where they are forbidden."""
    assert ESCAPE in on_a_terminal("advise", SHOP)
    assert ESCAPE not in on_a_terminal("advise", SHOP, "--no-color")


def test_texts_of_a_rulebase_are_never_markup(tmp_path: Path) -> None:
    """Brackets, emoji codes and stars of a rulebase are shown as they stand, in colours as in plain text and Markdown."""
    item = (MINIMAL / "knowledge" / "items.yaml").read_text(encoding="utf-8")
    title, summary = "[red]Sell[/red] :bread:", "[link=http://example.org]It[/link] *pays* <b>well</b>."
    marked = item.replace("Sell more bread", f"'{title}'").replace("It pays.", f"'{summary}'")
    root = lay(tmp_path / "rulebase", {"knowledge/items.yaml": marked})
    args = ["advise", "-", "--rulebase", str(root)]
    client = b"shop: bakery\ngoals: [sales]\n"

    plain, coloured = run(*args, stdin=client).out, run(*args, "--color", stdin=client).out
    markdown = run(*args, "--format", "markdown", stdin=client).out

    assert title in plain
    assert summary in plain
    assert title in coloured
    assert summary in coloured
    assert r"\[red\]Sell\[/red\] :bread:" in markdown
    assert r"\[link=http://example.org\]It\[/link\] \*pays\* \<b\>well\</b\>." in markdown


@pytest.mark.parametrize("options", [[], ["--core"]])
def test_the_blank_client_lacks_only_what_is_required(options: list[str]) -> None:
    """The printed client file is refused for the required facts alone, and accepted once they are filled in."""
    blank = run("new-client", *options).out
    required = [fact.id for fact in load().rulebase.facts.values() if fact.required]

    refused = run("advise", "-", stdin=blank.encode())
    filled = re.sub(
        r"^goals:",
        "goals: [sales] #",
        re.sub(r"^business_type:", "business_type: media #", blank, flags=re.MULTILINE),
        flags=re.MULTILINE,
    )
    accepted = run("advise", "-", stdin=filled.encode())

    faults = [line for line in refused.err.splitlines() if "missing-fact" in line]
    assert [re.findall(r"`(\w+)`", line)[0] for line in faults] == sorted(required)
    assert refused.err.endswith(f"\n{len(required)} faults\n")
    assert (refused.code, accepted.code, accepted.err) == (2, 0, "")


def test_every_question_stands_in_the_blank_client() -> None:
    """A question that is not in the file would never be answered."""
    asked = re.findall(r"^(\w+):", run("new-client").out, flags=re.MULTILINE)
    core = re.findall(r"^(\w+):", run("new-client", "--core").out, flags=re.MULTILINE)

    assert asked == list(load().rulebase.facts)
    assert core == [fact.id for fact in load().rulebase.facts.values() if fact.required or fact.core]


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("facts search_l", "search_lost_to_budget"),
        ("rules gate-o", "gate-open"),
        ("items retar", "retargeting"),
        ("claims S0.34", "S0.34"),
    ],
)
def test_completion_knows_the_ids(words: str, completed: str) -> None:
    """The shell completes ids of the rulebase."""
    line = f"demandfirst {words}"
    asked = environment(_DEMANDFIRST_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD="2")
    code = "from demandfirst.cli import main; main(prog_name='demandfirst')"

    found = subprocess.run([sys.executable, "-I", "-c", code], env=asked, capture_output=True, text=True, check=False)

    assert f"plain,{completed}" in found.stdout.splitlines()


# ---- the process


def test_a_closed_pipe_is_no_fault() -> None:
    """Whoever reads only the beginning (`| head`) gets it, and no complaint."""
    with subprocess.Popen([*COMMAND, "claims"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b"S0.01")
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("args", [["facts"], ["advise", SHOP], ["advise", SHOP, "--format", "json"]])
def test_output_that_cannot_be_written(args: list[str], tmp_path: Path) -> None:
    """A full disk or the like is reported in one line without a traceback, with exit code 1."""
    path = tmp_path / "read-only"
    path.touch()
    with path.open("rb") as unwritable:
        found = subprocess.run([*COMMAND, *args], stdout=unwritable, stderr=subprocess.PIPE, check=False)

    assert (found.returncode, found.stderr) == (1, b"the output cannot be written: bad file descriptor\n")


def test_a_poor_terminal_still_gets_the_text() -> None:
    """Where the output takes only ASCII, other characters are replaced."""
    poor = environment(PYTHONIOENCODING="ascii", LC_ALL="C")
    command = [sys.executable, "-m", "demandfirst.cli", "advise", SHOP]

    found = subprocess.run(command, env=poor, capture_output=True, check=False)

    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout.isascii()
    assert b"No money into social advertising now" in found.stdout


# ---- the documentation


def test_every_command_and_option_explains_itself() -> None:
    """`--help` says of every command and option what it is for."""
    for name, command in every_command(main):
        assert command.help, name
        assert [one.name for one in command.params if isinstance(one, click.Option) and not one.help] == []
