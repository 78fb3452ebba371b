"""Small rulebases: the vocabulary of `small/`, with rules by hand or random ones in every form the language has."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oracle import Entry

VOCABULARY = Path(__file__).parent / "small" / "knowledge"
VERDICT = "answer"
COLOURS = ["red", "green", "blue"]
TASTES = ["red", "sweet", "sour"]
NUMBERS = ["cost", "price", "days"]
FORMULAS = ["third", "ratio", "either", "total"]
ITEMS = ["walk", "swim"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
TERMS = [*NUMBERS, *FORMULAS, "limit", "share", "0", "1", "count(taste)"]
JOINS = ["({} + {})", "({} - {})", "{} * {}", "{} / {}", "min({}, {})", "max({}, {})", "coalesce({}, {})"]
AMOUNTS = [0, 0, 1, 2, 3, 9.9999, 10, 0.5, 0.3333, 1000000]


def write(root: Path, findings: Sequence[Entry], rules: Sequence[Entry]) -> None:
    """A rulebase with these findings and rules, written as JSON, which is YAML."""
    shutil.copytree(VOCABULARY, root / "knowledge")
    verdict = {"decide": VERDICT, "cases": [case("always", "red", [])]}
    (root / "rules").mkdir()
    (root / "rules" / "all.yaml").write_text(json.dumps([verdict, *rules]), encoding="utf-8")
    (root / "knowledge" / "findings.yaml").write_text(
        json.dumps([choice_finding(VERDICT), *findings]), encoding="utf-8"
    )


def choice_finding(name: str) -> Entry:
    """A finding that a table decides."""
    return {"id": name, "label": name, "values": [{"id": colour, "label": colour} for colour in COLOURS]}


def yes_no_finding(name: str) -> Entry:
    """A finding that rules conclude."""
    return {"id": name, "label": name, "negative": name}


def rule(name: str, when: Sequence[str], *then: Entry) -> Entry:
    """A rule."""
    return {"id": name, "when": list(when), "then": list(then), "because": "because", "sources": ["judgement"]}


def case(name: str, value: str, when: Sequence[str]) -> Entry:
    """A case of a table."""
    return {"id": name, "value": value, "when": list(when), "because": "because", "sources": ["judgement"]}


class Author:
    """Writes rules at random; a finding is read only by what comes after it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.yes_no: list[str] = []
        self.choices: list[str] = [VERDICT]

    def write(self, root: Path) -> None:
        """A whole rulebase: findings and tables in turn, then what is recommended, vetoed and warned of."""
        rules: list[Entry] = []
        for number in range(6):
            rules += self.finding(f"holds_{number}")
            rules.append(self.table(f"choice_{number}"))
        for number in range(4):
            rules.append(rule(f"recommend-{number}", self.lines(), {"recommend": self.rng.choice(ITEMS)}))
            rules.append(rule(f"veto-{number}", self.lines(), {"veto": self.rng.choice([*ITEMS, "every"])}))
            severity = self.rng.choice(["info", "caution", "stop"])
            rules.append(rule(f"warn-{number}", self.lines(), {"warn": "storm", "severity": severity}))
        self.rng.shuffle(rules)
        write(root, [*map(yes_no_finding, self.yes_no), *map(choice_finding, self.choices[1:])], rules)

    def finding(self, name: str) -> list[Entry]:
        """One or two rules that conclude a finding."""
        number = self.rng.randint(1, 2)
        rules = [rule(f"{name}-{index}", self.lines(), {"conclude": name}) for index in range(number)]
        self.yes_no.append(name)
        return rules

    def table(self, name: str) -> Entry:
        """A table of two to five cases; a value may stand in several."""
        conditions = [self.lines() or ["fresh"] for _ in range(self.rng.randint(1, 4))]
        cases = [case(f"{name}-{index}", self.colour(), lines) for index, lines in enumerate(conditions)]
        self.choices.append(name)
        return {"decide": name, "cases": [*cases, case(f"{name}-last", self.colour(), [])]}

    def lines(self) -> list[str]:
        """The lines of a `when`."""
        return [self.condition(self.rng.randint(0, 2)) for _ in range(self.rng.choice([0, 1, 1, 2, 2]))]

    def condition(self, depth: int) -> str:
        """One condition."""
        if not depth:
            return self.rng.choice([self.numeric, self.choice, self.member, self.bare, self.not_known])()
        form = self.rng.choice(["({} and {})", "({} or {})", "not ({})"])
        return form.format(self.condition(depth - 1), self.condition(depth - 1))

    def numeric(self) -> str:
        """Two numbers compared."""
        return f"{self.number(1)} {self.rng.choice(COMPARISONS)} {self.number(1)}"

    def choice(self) -> str:
        """A choice, fact or finding, compared with its values."""
        name = self.rng.choice(["colour", *self.choices, *self.choices])
        form = self.rng.choice(["{} == {}", "{} != {}", "{} in ({}, {})", "{} not in ({}, {})"])
        return form.format(name, self.colour(), self.colour())

    def member(self) -> str:
        """A question to a set."""
        form = self.rng.choice(["{} in taste", "{} not in taste", "only(taste, ({}, {}))", "not only(taste, ({}, {}))"])
        return form.format(self.rng.choice(TASTES), self.rng.choice(TASTES))

    def bare(self) -> str:
        """A yes/no by itself."""
        return self.rng.choice(["", "not "]) + self.rng.choice(["fresh", "strict", "lax", *self.yes_no, *self.yes_no])

    def not_known(self) -> str:
        """Whether something is *don't know*."""
        name = self.rng.choice([*NUMBERS, *FORMULAS, "colour", "taste", "fresh"])
        return self.rng.choice(["", "not "]) + f"unknown({name})"

    def number(self, depth: int) -> str:
        """A numeric term."""
        if not depth or self.rng.randint(0, 1):
            return self.rng.choice(TERMS)
        return self.rng.choice(JOINS).format(self.number(depth - 1), self.number(depth - 1))

    def colour(self) -> str:
        """A value of a choice."""
        return self.rng.choice(COLOURS)


def a_small_client(rng: random.Random) -> dict[str, Any]:
    """A client of such a rulebase: values, *don't know* and gaps."""
    answers: dict[str, Any] = {name: rng.choice(AMOUNTS) for name in NUMBERS} | {"fresh": rng.choice([True, False])}
    answers |= {
        "days": int(answers["days"]),
        "colour": rng.choice(COLOURS),
        "taste": rng.sample(TASTES, rng.randint(0, 3)),
    }
    given = {name: rng.choice([answer, answer, "unknown", None]) for name, answer in answers.items()}
    required = {"kind": rng.choice(["shop", "studio"]), "wishes": ["rest"]}
    return required | {name: answer for name, answer in given.items() if answer is not None}
