"""Small rulebases on disk: by hand, or with random rules in every form that the condition language has."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oracle import Entry

Answers = dict[str, Any]
WORDS = {
    "kind": ["shop", "studio"],
    "wishes": ["rest", "fame"],
    "colour": ["red", "blue", "green"],
    "taste": ["red", "sweet", "sour"],
}
NUMBERS = ["cost", "price", "days"]
POOL = [0, 0, 1, 2, 3, 9.9999, 10, 0.5, 0.3333, 1000000]
VERDICT = "answer"
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]


def write(
    root: Path,
    findings: Sequence[Entry],
    rules: Sequence[Entry],
    items: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> None:
    """A rulebase with the vocabulary of this module and the given findings, items, warnings and rules."""
    item = {"title": "title", "summary": "summary", "steps": ["do it"], "sources": ["judgement"]}
    verdict = {"decide": VERDICT, "cases": [case("always", "red", [])]}
    settings = {"version": "1", "verdict": VERDICT, "goals_fact": "wishes", "focus_parameter": "limit"}
    files = {
        "knowledge/rulebase": settings,
        "knowledge/question_groups": {"question_groups": [{"id": "all", "title": "All"}]},
        "knowledge/item_groups": {
            "item_groups": [{"id": "every", "label": "every", "items": list(items)}] if items else []
        },
        "knowledge/facts": facts(),
        "knowledge/parameters": parameters(),
        "knowledge/quantities": quantities(),
        "knowledge/findings": [choice_finding(VERDICT), *findings],
        "knowledge/items": [{**item, "id": name, "kind": "step"} for name in items],
        "knowledge/warnings": [{**item, "id": name, "severity": "info"} for name in warnings],
        "rules/all": [verdict, *rules],
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / f"{name}.yaml").write_text(json.dumps(content), encoding="utf-8")


# --- the vocabulary ------------------------------------------------------------------------------------------


def facts() -> list[Entry]:
    """Facts of every type; `red` is a word of a choice and of a set."""
    types = dict.fromkeys(NUMBERS, "money") | {
        "days": "integer",
        "fresh": "yes_no",
        "kind": "choice",
        "colour": "choice",
    }
    texts = {
        "group": "all",
        "label": "label",
        "question": "question",
        "help": "help",
        "who": ["owner"],
        "sources": ["judgement"],
    }
    found = []
    for order, name in enumerate([*NUMBERS, "fresh", *WORDS]):
        fact: Entry = {"id": name, "type": types.get(name, "set"), "order": order, **texts}
        if name in WORDS:
            fact |= {"values": values(WORDS[name]), "required": name in ("kind", "wishes")}
        elif name == "fresh":
            fact |= {"negative": "label"}
        else:
            fact |= {"minimum": 0, "maximum": 1000000000, "unit": "unit"}
        found.append(fact)
    return found


def parameters() -> list[Entry]:
    """A number, one that varies, and two switches."""
    texts = {"label": "label", "sources": ["judgement"], "confidence": "low", "checked": "2026-11-22", "note": "note"}
    varies = {"fact": "kind", "values": {"studio": 0.5}}
    return [
        {"id": "limit", "value": 10, "unit": "unit", **texts},
        {"id": "share", "value": 0.3333, "unit": "unit", "varies_by": varies, **texts},
        {"id": "strict", "value": True, "unit": "switch", **texts},
        {"id": "lax", "value": False, "unit": "switch", **texts},
    ]


def quantities() -> list[Entry]:
    """Formulas that need rounding, can divide by zero, and rest on each other."""
    texts = {"label": "label", "unit": "unit", "explanation": "explanation", "sources": ["judgement"]}
    formulas = {
        "third": "price / (1 + 1 + 1)",
        "ratio": "cost / price",
        "either": "coalesce(cost, third * share)",
        "sum": "ratio + third",
    }
    return [{"id": name, "formula": formula, **texts} for name, formula in formulas.items()]


def values(words: Sequence[str]) -> list[Entry]:
    """The values of a choice or set."""
    return [{"id": word, "label": word} for word in words]


def choice_finding(name: str) -> Entry:
    """A finding that a table decides."""
    return {"id": name, "label": name, "values": values(WORDS["colour"])}


def yes_no_finding(name: str) -> Entry:
    """A finding that rules conclude."""
    return {"id": name, "label": name, "negative": name}


def rule(name: str, when: Sequence[str], *then: Entry) -> Entry:
    """A rule."""
    return {"id": name, "when": list(when), "then": list(then), "because": "because", "sources": ["judgement"]}


def case(name: str, value: str, when: Sequence[str]) -> Entry:
    """A case of a table."""
    return {"id": name, "value": value, "when": list(when), "because": "because", "sources": ["judgement"]}


# --- at random -----------------------------------------------------------------------------------------------


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
        items, warnings = ["walk", "swim"], ["storm"]
        for number in range(4):
            rules.append(rule(f"recommend-{number}", self.lines(), {"recommend": self.rng.choice(items)}))
            rules.append(rule(f"veto-{number}", self.lines(), {"veto": self.rng.choice([*items, "every"])}))
            severity = self.rng.choice(["info", "caution", "stop"])
            rules.append(rule(f"warn-{number}", self.lines(), {"warn": "storm", "severity": severity}))
        self.rng.shuffle(rules)
        findings = [*map(yes_no_finding, self.yes_no), *map(choice_finding, self.choices[1:])]
        write(root, findings, rules, items, warnings)

    def finding(self, name: str) -> list[Entry]:
        """One or two rules that conclude a finding."""
        rules = [rule(f"{name}-{number}", self.lines(), {"conclude": name}) for number in range(self.rng.randint(1, 2))]
        self.yes_no.append(name)
        return rules

    def table(self, name: str) -> Entry:
        """A table of two to five cases; a value may stand in several."""
        cases = [
            case(f"{name}-{number}", self.word("colour"), self.lines() or ["fresh"])
            for number in range(self.rng.randint(1, 4))
        ]
        self.choices.append(name)
        return {"decide": name, "cases": [*cases, case(f"{name}-last", self.word("colour"), [])]}

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
        return form.format(name, self.word("colour"), self.word("colour"))

    def member(self) -> str:
        """A question to a set."""
        form = self.rng.choice(["{} in taste", "{} not in taste", "only(taste, ({}, {}))", "not only(taste, ({}, {}))"])
        return form.format(self.word("taste"), self.word("taste"))

    def bare(self) -> str:
        """A yes/no by itself."""
        return self.rng.choice(["", "not "]) + self.rng.choice(["fresh", "strict", "lax", *self.yes_no, *self.yes_no])

    def not_known(self) -> str:
        """Whether something is *don't know*."""
        return f"{self.rng.choice(['', 'not '])}unknown({self.rng.choice([*NUMBERS, 'colour', 'taste', 'fresh', 'ratio', 'sum'])})"

    def number(self, depth: int) -> str:
        """A numeric term."""
        if not depth or self.rng.randint(0, 1):
            return self.rng.choice(
                [*NUMBERS, "limit", "share", "third", "ratio", "either", "sum", "0", "1", "count(taste)"]
            )
        form = self.rng.choice(
            ["({} + {})", "({} - {})", "{} * {}", "{} / {}", "min({}, {})", "max({}, {})", "coalesce({}, {})"]
        )
        return form.format(self.number(depth - 1), self.number(depth - 1))

    def word(self, name: str) -> str:
        """A value of a choice or set."""
        return self.rng.choice(WORDS[name])


def a_small_client(rng: random.Random) -> Answers:
    """A client of such a rulebase: values, *don't know* and gaps."""
    client: Answers = {"kind": rng.choice(WORDS["kind"]), "wishes": rng.sample(WORDS["wishes"], rng.randint(1, 2))}
    answers: Answers = {name: rng.choice(POOL) for name in NUMBERS} | {"fresh": rng.choice([True, False])}
    answers |= {"days": int(answers["days"]), "colour": rng.choice(WORDS["colour"])}
    answers["taste"] = rng.sample(WORDS["taste"], rng.randint(0, 3))
    for name, answer in answers.items():
        given = rng.choice([answer, answer, "unknown", None])
        client |= {} if given is None else {name: given}
    return client
