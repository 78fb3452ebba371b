"""The command `how-to`: what it prints, and what people meet at its edges."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from demandfirst import load
from demandfirst.engine.howto import how_to
from demandfirst.engine.load.client import answers_of
from demandfirst.engine.wanted import WantedError, read_wanted
from support import HERE, golden, run

SHOP = str(HERE / "personas" / "unsaturated-phone-e-shop.yaml")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("how-to", ["paid_social_scaling"]),
        ("how-to-not", ["not", "inefficient_social_spend"]),
        ("how-to-impossible", ["not:social_cpo_usually_higher", "--format", "markdown"]),
    ],
)
def test_what_the_command_prints(name: str, options: list[str]) -> None:
    printed = run("how-to", SHOP, *options)

    assert (printed.code, printed.err) == (0, "")
    golden(f"{name}.txt", printed.out)


def test_json_is_the_result() -> None:
    printed = run("how-to", SHOP, "paid_social_scaling", "--format", "json")
    client = yaml.safe_load(Path(SHOP).read_text(encoding="utf-8"))["client"]
    found = how_to(load(), answers_of(client, load().rulebase.facts), "paid_social_scaling")

    assert json.loads(printed.out) == json.loads(found.model_dump_json())


@pytest.mark.parametrize("aim", [["not:vanity_metrics"], ["not", "vanity_metrics"], ["NOT", "vanity_metrics"]])
def test_an_aim_that_is_reached_is_no_mistake(aim: list[str]) -> None:
    printed = run("how-to", SHOP, *aim)

    assert (printed.code, printed.err) == (0, "")
    assert "It is so already" in printed.out


@pytest.mark.parametrize(
    ("aim", "code", "help_line"),
    [
        (["paid_social_scalin"], "unknown-id", "did you mean `paid_social_scaling`?"),
        (["not", "vanity_metric"], "unknown-id", "did you mean `vanity_metrics`?"),
        (["not"], "unknown-id", "`demandfirst items` lists them"),
        (["inefficient_social_spend"], "not-an-aim", "to be rid of it, write `not:inefficient_social_spend`"),
        (["gate"], "unknown-id", "`demandfirst items` lists them"),
        (["\x1b[31m" + "x" * 5000], "unknown-id", "`demandfirst items` lists them"),
    ],
)
def test_an_aim_that_is_none(aim: list[str], code: str, help_line: str) -> None:
    printed = run("how-to", SHOP, *aim)

    assert (printed.code, printed.out) == (2, "")
    assert f"how-to: {code}: " in printed.err
    assert f"  help: {help_line}\n" in printed.err
    assert "\x1b" not in printed.err
    with pytest.raises(WantedError):
        read_wanted(load().rulebase, " ".join(aim))


@pytest.mark.parametrize("options", [["--limit", "0"], ["--limit", "many"], ["--format", "yaml"]])
def test_wrong_options(options: list[str]) -> None:
    assert run("how-to", SHOP, "paid_social_scaling", *options).code == 2


def test_a_limit_says_that_there_may_be_more() -> None:
    printed = run("how-to", SHOP, "not:inefficient_social_spend", "--limit", "1")

    assert "One way leads there; there may be more." in printed.out


def test_a_wrong_client_file() -> None:
    printed = run("how-to", "-", "paid_social_scaling", stdin=b"goals: [salse]\n")

    assert printed.code == 2
    assert "missing-fact" in printed.err


def test_without_the_solver_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the command works without the extra; so does an aim that is reached already."""
    for name in [name for name in sys.modules if name.startswith("demandfirst.engine.backends.proof")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "demandfirst.engine.ways", raising=False)
    monkeypatch.setitem(sys.modules, "z3", None)
    printed = run("how-to", SHOP, "paid_social_scaling")

    assert (printed.code, printed.out) == (2, "")
    assert printed.err == "this needs the solver z3: pip install 'demandfirst[prove]'\n"
    assert run("how-to", SHOP, "not:vanity_metrics").code == 0
