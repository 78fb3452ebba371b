"""The file of an interview: saved at every point, taken up again, made by hand, edited into nonsense, from older rules."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from clients import a_value, book, dice, how_many
from demandfirst import ClientError, load
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.interview import State
from demandfirst.engine.load.interview_file import read_saved, write_saved
from support import MINIMAL, codes
from talking import FILE, answers, flat, listed, saved, type_lines

_HASH = re.compile(r"\b[0-9a-f]{16}\b")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- stopping at every point ----------------------------------------------------------------------------------


def test_end_of_input_in_the_middle() -> None:
    """What was answered is saved; the exit code says that the interview is not at its end."""
    done = type_lines("bakery\nsales\n")

    assert done.code == 1
    assert done.out.splitlines()[-1] == f"Saved. Go on: demandfirst interview {FILE}"
    assert answers() == {"shop": "bakery", "goals": ["sales"]}


def test_end_of_input_before_anything() -> None:
    """No file without an answer."""
    done = type_lines("")

    assert done.code == 1
    assert not Path(FILE).exists()
    assert "nothing was saved" in done.out


def test_end_of_input_in_the_middle_of_a_line() -> None:
    """A last line without its end counts."""
    assert type_lines("bakery\nsales").code == 1
    assert answers() == {"shop": "bakery", "goals": ["sales"]}


def test_end_of_input_at_the_end() -> None:
    assert type_lines("bakery\nsales\n" + "d\n" * 4).code == 0


def test_a_new_file_for_each_interview() -> None:
    for number in (1, 2, 3):
        type_lines("bakery\nq\n")
        assert Path(f"interview-{number}.yaml").exists()


def test_it_goes_on_where_it_stopped() -> None:
    """One line at a time, each in a process of its own, is the same as all at once."""
    lines = ["bakery", "sales", "d", "b", "s", "gas", "d", "d", "d"]
    type_lines("\n".join(lines) + "\n", "at-once.yaml")
    for line in lines:
        type_lines(f"{line}\n", "bit-by-bit.yaml")

    assert saved("bit-by-bit.yaml") == saved("at-once.yaml")


def test_everything_typed_is_saved_before_the_next_question() -> None:
    """Skips and going back too."""
    type_lines("bakery\nsales\ns\n")
    assert list(saved()["interview"]["put_off"].values()) == [1]
    type_lines("b\n", FILE)
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


# --- the file -------------------------------------------------------------------------------------------------


def test_a_client_file_made_by_hand_is_taken_up() -> None:
    """A copy is kept, since comments go; whatever else stands in it stays."""
    by_hand = "# mine\nname: Corner shop\nclient:\n  shop: bakery\n  loaves: >90\n  oven:\n"
    Path("mine.yaml").write_text(by_hand, encoding="utf-8")
    done = type_lines("sales\nq\n", "mine.yaml")

    assert "mine.yaml as it was before is kept as mine.yaml.before." in done.out
    assert Path("mine.yaml.before").read_text(encoding="utf-8") == by_hand
    assert saved("mine.yaml")["name"] == "Corner shop"
    assert answers("mine.yaml") == {"shop": "bakery", "goals": ["sales"], "loaves": ">90"}


def test_a_bare_client_file_is_taken_up_and_a_copy_never_written_over() -> None:
    Path("mine.json").write_text('{"shop": "cafe"}', encoding="utf-8")
    Path("mine.json.before").write_text("older", encoding="utf-8")
    type_lines("sales\nq\n", "mine.json")

    assert json.loads(Path("mine.json").read_text(encoding="utf-8"))["client"] == {"shop": "cafe", "goals": ["sales"]}
    assert Path("mine.json.before").read_text(encoding="utf-8") == "older"
    assert Path("mine.json.before-2").read_text(encoding="utf-8") == '{"shop": "cafe"}'


def test_looking_changes_no_file() -> None:
    Path("mine.yaml").write_text("shop: cafe\n", encoding="utf-8")
    type_lines("?\nw\nc\nq\n", "mine.yaml")

    assert listed() == ["mine.yaml"]
    assert Path("mine.yaml").read_text(encoding="utf-8") == "shop: cafe\n"


def test_an_empty_file_is_a_new_interview() -> None:
    Path("new.yaml").touch()

    assert type_lines("bakery\nq\n", "new.yaml").code == 0
    assert answers("new.yaml") == {"shop": "bakery"}


def test_a_complete_client_needs_no_question() -> None:
    given = (MINIMAL / "client.yaml").read_text(encoding="utf-8")
    Path("full.yaml").write_text(f"{given}sunday: true\nextras: []\n", encoding="utf-8")
    done = type_lines("\n", "full.yaml")

    assert (done.code, "Why:" in done.out) == (0, False)
    assert "The advice: demandfirst advise full.yaml" in done.out


def test_rights_and_links_stay() -> None:
    Path("real.yaml").touch(mode=0o640)
    Path("real.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("real.yaml")
    type_lines("bakery\nq\n", "link.yaml")

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
    done = type_lines("bakery\n", "x.yaml")

    assert (done.code, done.out) == (2, "")
    assert fault in done.err
    assert Path("x.yaml").read_text(encoding="utf-8") == content


def test_all_faults_at_once() -> None:
    Path("x.yaml").write_text("client: {shop: x, price: -1}\ninterview: {details: 3, returned: y}\n", encoding="utf-8")
    done = type_lines("", "x.yaml")

    assert codes(done.err) == {"unknown-value", "out-of-range", "not-an-interview", "unknown-fact"}
    assert done.err.splitlines()[-1] == "4 faults"


@pytest.mark.parametrize(
    ("name", "code"),
    [("-", "not-a-file"), (".", "directory"), ("/dev/null", "not-a-file"), ("no/where.yaml", "no-file")],
)
def test_a_place_that_cannot_hold_it(name: str, code: str) -> None:
    done = type_lines("bakery\n", name)

    assert done.code == 2
    assert codes(done.err) == {code}


def test_a_folder_that_goes_away(here: Path) -> None:
    """Not saved is said, not passed over."""
    talk = Interview(load(MINIMAL))
    with pytest.raises(ClientError) as error:
        write_saved(here / "gone" / "x.yaml", talk.start(), {})

    assert [fault.code for fault in error.value.faults] == ["not-saved"]


def test_an_older_rulebase_is_told() -> None:
    """Answers that no longer fit are asked again; the file is not refused."""
    type_lines("bakery\nsales\n", "old.yaml")
    text = Path("old.yaml").read_text(encoding="utf-8")
    older = _HASH.sub("0123456789abcdef", text).replace("goals: [sales]", "goals: [sales]\n  oven: wood\n  mill: stone")
    Path("old.yaml").write_text(older.replace("oven, extras", "extras, mill"), encoding="utf-8")
    done = type_lines("?\nq\n", "old.yaml")
    told = flat(done.out)

    assert (done.code, done.err) == (0, "")
    assert "The rules have changed since this interview was saved." in told
    assert "No longer asked: mill." in told
    assert "These answers do not fit any more and are asked again where they matter: oven." in told
    assert "New questions, asked where they matter: oven." in told
    assert "Every other answer is kept." in told
