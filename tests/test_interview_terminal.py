"""The interview in a terminal: driven line by line through a pipe and a pseudo-terminal, stopped at every point, taken up again."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from clients import a_value, dice, how_many
from demandfirst import ClientError, load
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import Asked, State
from demandfirst.engine.load.interview_file import read_saved, write_saved
from demandfirst.engine.report.typed import value
from support import MINIMAL, Run, codes, golden, run

SMALL = ("--rulebase", str(MINIMAL))
FILE = "interview-1.yaml"
WAIT = 30.0
_HASH = re.compile(r"\b[0-9a-f]{16}\b")

# one line for each thing that can be typed, with what it shows
TRANSCRIPT = """\
w
b
s
bakery and cafe
d
1
3
sales fame
?
w
d
b
s
c
c ofen
c loaves
many
12,000
c loaves

>200
c oven
electricity
1
w
2.5
y
>1
w
b
2.5
x
m
c extras
seeds

"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def interview(typed: str, *args: str) -> Run:
    """Type lines into a pipe."""
    return run("interview", *args, *SMALL, stdin=typed.encode())


def looks(name: str, found: str) -> None:
    """Compare with a golden file."""
    golden(f"{name}.txt", found)


def saved(name: str = FILE) -> Any:
    return yaml.safe_load(Path(name).read_text(encoding="utf-8"))


def flat(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def listed() -> list[str]:
    """The files in the folder."""
    return sorted(path.name for path in Path().iterdir())


def answers(name: str = FILE) -> Any:
    return saved(name)["client"]


# --- what it shows -------------------------------------------------------------------------------------------


def test_a_whole_interview_looks_as_it_did() -> None:
    """Every command, wrong answers of each kind, and the end."""
    done = interview(TRANSCRIPT)

    assert (done.code, done.err) == (0, "")
    looks("interview", done.out)
    looks("interview-file", _HASH.sub("(hash)", Path(FILE).read_text(encoding="utf-8")))


def test_the_first_question_of_the_built_in_rules_looks_as_it_did() -> None:
    done = run("interview", stdin=b"1\n1 2\n?\n")

    assert done.code == 1
    looks("interview-begun", done.out)


def test_the_advice_it_names_can_be_had() -> None:
    """What it prints at the end, typed."""
    done = interview("bakery\nsales\n" + "d\n" * 9)
    command = next(line for line in done.out.splitlines() if line.startswith("The advice: "))

    assert command == f"The advice: demandfirst advise {FILE}"
    assert run("advise", FILE, *SMALL).code == 0


def test_it_says_how_many_questions_were_saved() -> None:
    done = interview("bakery\nsales\n" + "d\n" * 9)

    assert "Nothing you could still answer changes" in done.out
    assert f"You answered {len(answers())} of 7 questions; {7 - len(answers())} were not needed." in done.out


def test_details_are_asked_on_request() -> None:
    done = interview("bakery\nsales\nd\nd\nd\nd\nm\nd\nd\n")

    assert done.code in (0, 1)
    assert "It changes only details of the advice" in done.out


def test_a_name_with_a_space_is_quoted() -> None:
    done = interview("bakery\nq\n", "my client.yaml")

    assert "Go on: demandfirst interview 'my client.yaml'" in done.out
    assert answers("my client.yaml") == {"shop": "bakery"}


# --- typed answers -------------------------------------------------------------------------------------------


def question(fact: str) -> Asked:
    begun = Interview(load())
    asked = begun.turn(begun.change(begun.start(), fact)).question
    assert asked is not None
    return asked


@pytest.mark.parametrize(
    ("fact", "typed", "meant"),
    [
        ("business_type", "1", "ecommerce"),
        ("business_type", "10", "app"),
        ("business_type", "A local service", "local_service"),
        ("business_type", "local service", "local_service"),
        ("business_type", "nonsense", "nonsense"),
        ("goals", "1,3", ["sales", "awareness"]),
        ("goals", "1 3 1", ["sales", "awareness"]),
        ("goals", "[sales, leads]", ["sales", "leads"]),
        ("goals", "brand awareness; 2", ["awareness", "leads"]),
        ("goals", "nonsense", ["nonsense"]),
        ("kpis", "none", []),
        ("kpis", "-", []),
        ("strategy", "none", "none"),
        ("audience_on_social", "y", True),
        ("audience_on_social", "2", False),
        ("monthly_searches", "60000", 60000),
        ("monthly_searches", "60 000", 60000),
        ("monthly_searches", "60,000", 60000),
        ("monthly_searches", "1'000'000", 1000000),
        ("monthly_searches", "1,00", "1,00"),
        ("monthly_searches", "5000..10000", "5000..10000"),
        ("monthly_searches", "> 1 000", "> 1000"),
        ("gross_margin", "12.5%", 12.5),
        ("gross_margin", "12.5 %", 12.5),
        ("gross_margin", "-3", -3),
        ("gross_margin", "twelve", "twelve"),
    ],
)
def test_typed_answers(fact: str, typed: str, meant: Any) -> None:
    """By number, word or label; several with commas or spaces; numbers as people write them."""
    found = value(question(fact), typed)

    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("fact", "typed"),
    [("business_type", "0"), ("business_type", "11"), ("goals", "1 99"), ("audience_on_social", "maybe")],
)
def test_numbers_that_are_not_on_the_list(fact: str, typed: str) -> None:
    with pytest.raises(ClientError):
        value(question(fact), typed)


def test_every_value_can_be_typed_by_number_and_by_word() -> None:
    for fact in load().rulebase.facts.values():
        asked = question(fact.id)
        for number, one in enumerate(fact.values, 1):
            for typed in (str(number), one.id, one.label, one.id.upper()):
                assert value(asked, typed) == ([one.id] if fact.type == "set" else one.id)


def test_a_word_that_is_a_command_is_an_answer_where_it_is_on_the_list() -> None:
    """Commands are single letters, or words that no answer has."""
    words = {"help", "skip", "change", "back", "quit", "exit", "unknown"}

    assert words.isdisjoint({one.id for fact in load().rulebase.facts.values() for one in fact.values})


# --- what people type wrongly --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("9", "there is no 9 on the list; type a number from 1 to 2, or a word"),
        ("bakry", "`bakry` is not a value of `shop` (bakery, cafe); did you mean `bakery`?"),
        ("d", "`shop` cannot be `unknown`; choose from bakery, cafe"),
        ("unknown", "`shop` cannot be `unknown`"),
        ("s", "`shop` cannot be put off; no advice can be given without it"),
        ("b", "This is the first question."),
        ("", "Type an answer, ? for help, or d for don't know."),
        ("c shp", "`shp` is not a fact; did you mean `shop`?"),
        ("\x1b[31mred\x07", "`[31mred` is not a value"),
        ("x" * 50_000, "xxx...` is not a value of `shop`"),
        ("{'a': [1", "is not a value of `shop`"),
    ],
    ids=lambda text: text[:20],
)
def test_a_wrong_line_is_explained_and_asked_again(typed: str, shown: str) -> None:
    done = interview(f"{typed}\nbakery\nq\n")

    assert flat(shown) in flat(done.out)
    assert (done.code, done.err) == (0, "")
    assert answers() == {"shop": "bakery"}
    assert "\x1b" not in done.out


def test_bytes_that_are_no_text() -> None:
    done = run("interview", *SMALL, stdin=b"\xff\xfe\nbakery\r\nq\r\n")

    assert (done.code, answers()) == (0, {"shop": "bakery"})


# --- stopping at every point ---------------------------------------------------------------------------------


def test_end_of_input_in_the_middle() -> None:
    """What was answered is saved; the exit code says that the interview is not at its end."""
    done = interview("bakery\nsales\n")

    assert done.code == 1
    assert done.out.splitlines()[-1] == f"Saved. Go on: demandfirst interview {FILE}"
    assert answers() == {"shop": "bakery", "goals": ["sales"]}


def test_end_of_input_before_anything() -> None:
    """No file without an answer."""
    done = interview("")

    assert done.code == 1
    assert not Path(FILE).exists()
    assert "nothing was saved" in done.out


def test_end_of_input_in_the_middle_of_a_line() -> None:
    """A last line without its end counts."""
    assert interview("bakery\nsales").code == 1
    assert answers() == {"shop": "bakery", "goals": ["sales"]}


def test_end_of_input_at_the_end() -> None:
    assert interview("bakery\nsales\n" + "d\n" * 4).code == 0


def test_a_new_file_for_each_interview() -> None:
    for number in (1, 2, 3):
        interview("bakery\nq\n")
        assert Path(f"interview-{number}.yaml").exists()


def test_it_goes_on_where_it_stopped() -> None:
    """One line at a time, each in a process of its own, is the same as all at once."""
    lines = ["bakery", "sales", "d", "b", "s", "gas", "d", "d", "d"]
    interview("\n".join(lines) + "\n", "at-once.yaml")
    for line in lines:
        interview(f"{line}\n", "bit-by-bit.yaml")

    assert saved("bit-by-bit.yaml") == saved("at-once.yaml")


def test_everything_typed_is_saved_before_the_next_question() -> None:
    """Skips and going back too."""
    interview("bakery\nsales\ns\n")
    assert list(saved()["interview"]["put_off"].values()) == [1]
    interview("b\n", FILE)
    assert saved()["interview"]["put_off"] == {}


@pytest.mark.parametrize("seed", range(how_many(20)))
def test_a_file_holds_what_it_was_given(seed: int) -> None:
    """Any state, through YAML and through JSON; `advise` takes the file as a client."""
    rng = dice(seed)
    facts = load().rulebase.facts
    entries = {name: {"type": fact.type} for name, fact in facts.items()}
    assert entries
    state = a_state(rng)
    for name in ("state.yaml", "state.json"):
        write_saved(Path(name), state, {"name": "12e3: x", "nested": {"list": [1, None, {"a": "no"}]}})
        found = read_saved(name, facts)

        assert found is not None
        assert Interview(load()).resume(found.state, found.place).state == state
        assert found.beside == {"name": "12e3: x", "nested": {"list": [1, None, {"a": "no"}]}}
        assert load().advise_file(name).answers.keys() == state.answers.keys()


def a_state(rng: Any) -> State:
    """Some answers, some taken back, some put off."""
    from clients import book

    talk = Interview(load())
    state = talk.answer(talk.answer(talk.start(), "business_type", "app"), "goals", ["sales", "leads"])
    for name in rng.sample(sorted(book().facts), 20):
        fact = book().facts[name]
        state = talk.answer(state, name, a_value(rng, fact))
        if rng.random() < 0.2 and not fact.get("required"):
            state = talk.skip(talk.back(state), name)
    return state


@pytest.mark.parametrize(
    "word", ["12e34", "1234567890123456", "0x12", "yes", "~", "1_000", "2026-11-01", ">5", "a: b", "é"]
)
def test_words_come_back_as_words(word: str) -> None:
    """A hash of digits and an `e` is no number."""
    state = Interview(load(MINIMAL)).start()
    stamp = state.rulebase.__class__(version=word, hash=word)
    write_saved(Path("state.yaml"), state.but(rulebase=stamp, facts=(word,)), {})
    found = read_saved("state.yaml", load(MINIMAL).rulebase.facts)

    assert found is not None
    assert (found.state["rulebase"], found.state["facts"]) == ({"version": word, "hash": word}, [word])


# --- the file ------------------------------------------------------------------------------------------------


def test_a_client_file_made_by_hand_is_taken_up() -> None:
    """A copy is kept, since comments go; whatever else stands in it stays."""
    by_hand = "# mine\nname: Corner shop\nclient:\n  shop: bakery\n  loaves: >90\n  oven:\n"
    Path("mine.yaml").write_text(by_hand, encoding="utf-8")
    done = interview("sales\nq\n", "mine.yaml")

    assert "mine.yaml as it was before is kept as mine.yaml.before." in done.out
    assert Path("mine.yaml.before").read_text(encoding="utf-8") == by_hand
    assert saved("mine.yaml")["name"] == "Corner shop"
    assert answers("mine.yaml") == {"shop": "bakery", "goals": ["sales"], "loaves": ">90"}


def test_a_bare_client_file_is_taken_up_and_a_copy_never_written_over() -> None:
    Path("mine.json").write_text('{"shop": "cafe"}', encoding="utf-8")
    Path("mine.json.before").write_text("older", encoding="utf-8")
    interview("sales\nq\n", "mine.json")

    assert json.loads(Path("mine.json").read_text(encoding="utf-8"))["client"] == {"shop": "cafe", "goals": ["sales"]}
    assert Path("mine.json.before").read_text(encoding="utf-8") == "older"
    assert Path("mine.json.before-2").read_text(encoding="utf-8") == '{"shop": "cafe"}'


def test_looking_changes_no_file() -> None:
    Path("mine.yaml").write_text("shop: cafe\n", encoding="utf-8")
    interview("?\nw\nc\nq\n", "mine.yaml")

    assert listed() == ["mine.yaml"]
    assert Path("mine.yaml").read_text(encoding="utf-8") == "shop: cafe\n"


def test_an_empty_file_is_a_new_interview() -> None:
    Path("new.yaml").touch()

    assert interview("bakery\nq\n", "new.yaml").code == 0
    assert answers("new.yaml") == {"shop": "bakery"}


def test_a_complete_client_needs_no_question() -> None:
    given = (MINIMAL / "client.yaml").read_text(encoding="utf-8")
    Path("full.yaml").write_text(f"{given}sunday: true\nextras: []\n", encoding="utf-8")
    done = interview("\n", "full.yaml")

    assert (done.code, "Why:" in done.out) == (0, False)
    assert "The advice: demandfirst advise full.yaml" in done.out


def test_rights_and_links_stay() -> None:
    Path("real.yaml").touch(mode=0o640)
    Path("real.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("real.yaml")
    interview("bakery\nq\n", "link.yaml")

    assert Path("link.yaml").is_symlink()
    assert stat.S_IMODE(Path("real.yaml").stat().st_mode) == 0o640
    assert listed() == ["link.yaml", "real.yaml"]


NONSENSE = [
    ("- a\n- b\n", "x.yaml:1: not-a-client: "),
    ("client: 7\n", "x.yaml:1: not-an-interview: `client` is not a mapping"),
    ("client:\n  shop: bakry\n", "x.yaml:2: unknown-value: "),
    ("client:\n  shop: bakery\n  shop: cafe\n", "x.yaml:3: duplicate-key: "),
    ("client: {}\nshop: cafe\n", "x.yaml:2: beside-client: "),
    ("client: {shop: [\n", "not-yaml"),
    ("interview: yes\n", "x.yaml:1: not-an-interview: `interview` is not a mapping"),
    ("client:\n  shop: cafe\ninterview:\n  history: now\n", "x.yaml:4: not-an-interview: `history` is not a list"),
    ("client:\n  shop: cafe\ninterview:\n  histori: []\n", "x.yaml:4: not-an-interview: `histori` is not a part"),
    ("client: {}\ninterview:\n  answers: {}\n", "x.yaml:3: not-an-interview: the answers stand below `client`"),
    ("client: {}\ninterview:\n  put_off:\n    oven: often\n", "x.yaml:4: not-an-interview: `often` does not say"),
    ("client: {}\ninterview:\n  history:\n  - {fact: oven}\n  - {fact: ofen}\n", "x.yaml:5: unknown-fact: `ofen`"),
    ("shop: &a cafe\n", "x.yaml:1: alias: "),
]


@pytest.mark.parametrize(("content", "fault"), NONSENSE, ids=[content[:30] for content, _ in NONSENSE])
def test_a_file_edited_into_nonsense(content: str, fault: str) -> None:
    """Each fault with its line, exit code 2, nothing asked, the file as it was."""
    Path("x.yaml").write_text(content, encoding="utf-8")
    done = interview("bakery\n", "x.yaml")

    assert (done.code, done.out) == (2, "")
    assert fault in done.err
    assert Path("x.yaml").read_text(encoding="utf-8") == content


def test_all_faults_at_once() -> None:
    Path("x.yaml").write_text("client: {shop: x, price: -1}\ninterview: {details: 3, returned: y}\n", encoding="utf-8")
    done = interview("", "x.yaml")

    assert codes(done.err) == {"unknown-value", "out-of-range", "not-an-interview", "unknown-fact"}
    assert done.err.splitlines()[-1] == "4 faults"


@pytest.mark.parametrize(
    ("name", "code"),
    [("-", "not-a-file"), (".", "directory"), ("/dev/null", "not-a-file"), ("no/where.yaml", "no-file")],
)
def test_a_place_that_cannot_hold_it(name: str, code: str) -> None:
    done = interview("bakery\n", name)

    assert done.code == 2
    assert codes(done.err) == {code}


def test_a_folder_that_goes_away(here: Path) -> None:
    """Not saved is said, not passed over."""
    talk = Interview(load(MINIMAL))
    with pytest.raises(ClientError) as error:
        write_saved(here / "gone" / "x.yaml", talk.start(), {})

    assert [fault.code for fault in error.value.faults] == ["not-saved"]


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


def test_an_older_rulebase_is_told() -> None:
    """Answers that no longer fit are asked again; the file is not refused."""
    interview("bakery\nsales\n", "old.yaml")
    text = Path("old.yaml").read_text(encoding="utf-8")
    older = _HASH.sub("0123456789abcdef", text).replace("goals: [sales]", "goals: [sales]\n  oven: wood\n  mill: stone")
    Path("old.yaml").write_text(older.replace("oven, extras", "extras, mill"), encoding="utf-8")
    done = interview("?\nq\n", "old.yaml")
    told = flat(done.out)

    assert (done.code, done.err) == (0, "")
    assert "The rules have changed since this interview was saved." in told
    assert "No longer asked: mill." in told
    assert "These answers do not fit any more and are asked again where they matter: oven." in told
    assert "New questions, asked where they matter: oven." in told
    assert "Every other answer is kept." in told


# --- a real terminal -----------------------------------------------------------------------------------------


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
