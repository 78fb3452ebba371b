"""Importing demandfirst and advising leave the process of an embedder as they found it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import demandfirst
import pytest
from support import HERE, MINIMAL, lay

PROBE = """
import collections, json, logging, sys, warnings

def state():
    root = logging.getLogger()
    return {
        "handlers": [repr(one) for one in root.handlers], "level": root.level, "disabled": logging.root.manager.disable,
        "logger class": repr(logging.getLoggerClass()), "basicConfig": repr(logging.basicConfig),
        "collections": sorted(vars(collections)), "collections.abc": sorted(vars(collections.abc)),
        "warnings": [repr(one) for one in warnings.filters], "showwarning": repr(warnings.showwarning),
        "path": list(sys.path), "excepthook": repr(sys.excepthook), "recursion": sys.getrecursionlimit(),
    }

CLIENT = {"business_type": "ecommerce", "goals": ["sales"], "social_budget": 4000, "paid_search": "used"}
import collections.abc
before = state()
%s
after = state()
print(json.dumps({
    "changed": {key: [before[key], after[key]] for key in before if before[key] != after[key]},
    "modules": sorted({name.split(".")[0] for name in sys.modules}), "submodules": sorted(sys.modules),
}))
"""


def process(code: str) -> Any:
    """What a fresh Python process says of itself after running code; it writes nothing else."""
    found = subprocess.run([sys.executable, "-I", "-c", PROBE % code], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
    return json.loads(found.stdout)


@pytest.mark.parametrize(
    "code",
    [
        "import demandfirst",
        "import demandfirst.cli",
        "import demandfirst; demandfirst.load().advise(CLIENT)",
        "import demandfirst; demandfirst.load().advise(CLIENT).model_dump_json()",
    ],
)
def test_nothing_of_the_process_is_changed(code: str) -> None:
    """Logging, `collections`, warnings filters and sys.path are as before, although experta's import touches all of them."""
    assert process(code)["changed"] == {}


def test_logging_can_be_configured_afterwards() -> None:
    """An embedder's own `basicConfig` still works after the import."""
    code = "import demandfirst; demandfirst.load().advise(CLIENT); logging.basicConfig(level=logging.INFO)"

    changed = process(code)["changed"]

    assert set(changed) == {"handlers", "level"}
    assert changed["level"] == [30, 20]


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import demandfirst", {"rich", "click", "markdown_it", "pygments"}),
        ("import demandfirst; demandfirst.load().advise(CLIENT)", {"rich", "click", "markdown_it", "pygments"}),
        ("import demandfirst.cli", {"rich", "markdown_it", "pygments"}),
    ],
)
def test_what_is_not_needed_is_not_imported(code: str, absent: set[str]) -> None:
    """The library starts without the command line's libraries, and the command without those that draw."""
    assert absent.isdisjoint(process(code)["modules"])


@pytest.mark.parametrize("code", ["import demandfirst", "import demandfirst.cli"])
def test_the_import_builds_no_models(code: str) -> None:
    """Neither the shapes of rule files and of advice, which pydantic compiles, nor experta are needed to import the package."""
    found = process(code)

    assert "demandfirst.engine.load.documents" not in found["submodules"]
    assert "demandfirst" in found["modules"]
    assert {"pydantic", "pydantic_core", "experta"}.isdisjoint(found["modules"])


CLIENT = {"shop": "bakery", "goals": ["sales"], "price": 2, "loaves": 200}


def test_two_rulebases_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Each answers from its own knowledge, in any order, and the built-in one answers as if it were alone."""
    parameters = (MINIMAL / "knowledge" / "parameters.yaml").read_text(encoding="utf-8")
    other_root = lay(tmp_path / "other", {"knowledge/parameters.yaml": parameters.replace("value: 500", "value: 300")})
    facts = {"business_type": "ecommerce", "goals": ["sales"], "social_budget": 100}
    alone = demandfirst.load().advise(facts)

    one, other = demandfirst.load(MINIMAL), demandfirst.load(other_root)
    verdicts = [(one.advise(CLIENT).verdict.value, other.advise(CLIENT).verdict.value) for _ in range(3)]

    assert verdicts == [("grow", "wait")] * 3
    assert one.hash != other.hash
    assert demandfirst.load().advise(facts) == alone


def test_clients_do_not_disturb_each_other() -> None:
    """One rulebase serves many threads at once, and every client gets the advice that it would get alone."""
    advisor = demandfirst.load(MINIMAL)
    clients: list[dict[str, Any]] = [CLIENT | {"loaves": loaves} for loaves in range(0, 500, 10)]
    alone = [advisor.advise(client).model_dump_json() for client in clients]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda client: advisor.advise(client).model_dump_json(), clients))

    assert together == alone
    assert len(set(alone)) > 2


def test_the_built_in_rulebase_is_loaded_once() -> None:
    """`load()` gives the same object again; a folder is read anew, so that its changes count."""
    assert demandfirst.load() is demandfirst.load()
    assert demandfirst.load(MINIMAL) is not demandfirst.load(MINIMAL)


@pytest.mark.parametrize("setting", ["off", "on"])
def test_the_cache_changes_nothing(setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the cache, from a fresh, a kept or a damaged file, the advice is the same."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("DEMANDFIRST_CACHE", setting)
    expected = demandfirst.load(MINIMAL).advise(CLIENT)

    again = demandfirst.load(MINIMAL).advise(CLIENT)
    kept = list((tmp_path / "demandfirst").glob("*.pickle"))
    for path in kept:
        path.write_bytes(b"damaged")
    damaged = demandfirst.load(MINIMAL).advise(CLIENT)

    assert len(kept) == (setting == "on")
    assert again == damaged == expected


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place to keep it, the rulebase is loaded all the same."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert demandfirst.load(MINIMAL).advise(CLIENT).verdict.value == "grow"


def test_old_caches_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rulebase in the making leaves no pile of files behind."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept = tmp_path / "demandfirst"
    kept.mkdir()
    for number in range(30):
        (kept / f"{number}.pickle").touch()
        os.utime(kept / f"{number}.pickle", (number, number))

    demandfirst.load(MINIMAL)

    assert len(list(kept.iterdir())) < 10
    assert (kept / "29.pickle").exists()


def test_a_cache_that_others_may_write_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept rulebase that somebody else may have replaced is ignored: reading it would run their code."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    demandfirst.load(MINIMAL)
    (kept,) = (tmp_path / "demandfirst").glob("*.pickle")
    ran = tmp_path / "ran"
    kept.write_bytes(pickle.dumps(Code(ran)))

    kept.chmod(0o666)
    advisor = demandfirst.load(MINIMAL)

    assert not ran.exists()
    assert advisor.advise(CLIENT).verdict.value == "grow"


class Code:
    """Reading this back from a pickle creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_examples_are_advised() -> None:
    """The examples that we ship are valid clients."""
    examples = sorted((HERE.parent / "examples").glob("*.yaml"))

    assert examples
    assert [demandfirst.load().advise_file(str(path)).verdict.finding for path in examples] == ["gate"] * len(examples)
