"""A plain interpreter of the rules: it shares no code with the engine, so that the two can be compared.

It reads the YAML itself, parses each condition with Python's `ast` and answers one client by recursion, without strata
or agenda. A truth is True, False or None (not decided yet).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DECIMALS = 6
SEVERITIES = ("info", "caution", "stop")

Truth = bool | None
Client = Mapping[str, Any]
Entry = dict[str, Any]


class Gap(Enum):
    """Where a value should be and is none."""

    DONT_KNOW = "answered with don't know"
    NOT_ANSWERED = "not answered yet"


Number = Fraction | Gap


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold; a case of a decide-table has a value."""

    id: str
    when: tuple[ast.expr, ...]
    value: str = ""


@dataclass(frozen=True)
class Rulebook:
    """Everything a client is judged by; `effects` has for (verb, target) the rules with that effect, and severity."""

    facts: Mapping[str, Entry]
    parameters: Mapping[str, Entry]
    quantities: Mapping[str, ast.expr]
    findings: tuple[str, ...]
    items: tuple[str, ...]
    warnings: Mapping[str, str]
    effects: Mapping[tuple[str, str], list[tuple[Rule, str]]]
    tables: Mapping[str, list[Rule]]

    def rules(self) -> list[Rule]:
        """Every rule and case, once."""
        every = [rule for found in self.effects.values() for rule, _ in found]
        every += [case for cases in self.tables.values() for case in cases]
        return list({rule.id: rule for rule in every}.values())


@dataclass(frozen=True)
class Outcome:
    """The answers for one client, in the words of the JSON that `advise` prints."""

    items: Mapping[str, str]
    warnings: Mapping[str, tuple[str, str]]
    findings: Mapping[str, str | None]
    quantities: Mapping[str, Fraction | str | None]


# --- reading -------------------------------------------------------------------------------------------------


def read(root: Path = ROOT) -> Rulebook:
    """The rulebook in the folders `knowledge` and `rules` under a root."""
    knowledge = root / "knowledge"
    lexicon = {group["group"]: group["entries"] for group in documents(knowledge, "lexicon")}
    (grouped,) = documents(knowledge, "item_groups")
    groups = {group["id"]: group["items"] for group in grouped["item_groups"]}
    warnings = {entry["id"]: entry["severity"] for entry in documents(knowledge, "warnings")}
    rules = [member for entry in documents(root, "rules") for member in family(entry, lexicon)]
    return Rulebook(
        facts={entry["id"]: entry for entry in documents(knowledge, "facts")},
        parameters={entry["id"]: entry for entry in documents(knowledge, "parameters")},
        quantities={entry["id"]: expression(entry["formula"]) for entry in documents(knowledge, "quantities")},
        findings=tuple(entry["id"] for entry in documents(knowledge, "findings")),
        items=tuple(entry["id"] for entry in documents(knowledge, "items")),
        warnings=warnings,
        effects=read_effects([rule for rule in rules if "then" in rule], groups, warnings),
        tables={rule["decide"]: [read_rule(case) for case in rule["cases"]] for rule in rules if "decide" in rule},
    )


def documents(folder: Path, kind: str) -> Iterator[Entry]:
    """The entries of one kind: in a file of that name, or in any file of a folder of that name."""
    for file in [folder / f"{kind}.yaml", *sorted((folder / kind).rglob("*.yaml"))]:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else []
        yield from content if isinstance(content, list) else [content]


def family(entry: Entry, lexicon: Mapping[str, list[Entry]]) -> list[Entry]:
    """A rule, or with `for_each` one copy of it for each entry of a lexicon group."""
    if "for_each" not in entry:
        return [entry]
    ((variable, group),) = entry["for_each"].items()
    return [filled(entry, "{" + variable + "}", term["id"]) for term in lexicon[group]]


def filled(value: Any, placeholder: str, word: str) -> Any:
    """A YAML value with the placeholder replaced in every text."""
    if isinstance(value, dict):
        return {key: filled(inner, placeholder, word) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, placeholder, word) for inner in value]
    return value.replace(placeholder, word) if isinstance(value, str) else value


def read_effects(
    entries: Iterable[Entry], groups: Mapping[str, list[str]], warnings: Mapping[str, str]
) -> dict[tuple[str, str], list[tuple[Rule, str]]]:
    """Who does what to whom: a veto on a group is one on each of its items, a warning without severity has its own."""
    found: dict[tuple[str, str], list[tuple[Rule, str]]] = {}
    for entry in entries:
        rule = read_rule(entry)
        for effect in entry["then"]:
            verb, target = next((key, effect[key]) for key in effect if key not in ("weight", "severity"))
            severity = effect.get("severity", warnings.get(target, ""))
            for name in groups.get(target, [target]):
                found.setdefault((verb, name), []).append((rule, severity))
    return found


def read_rule(entry: Entry) -> Rule:
    """One rule or case."""
    return Rule(entry["id"], tuple(expression(line) for line in entry.get("when", [])), entry.get("value", ""))


def expression(text: str) -> ast.expr:
    """A condition or formula, parsed and never run."""
    return ast.parse(" ".join(text.split()), mode="eval").body


# --- three truth values --------------------------------------------------------------------------------------


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's `and`: false beats not decided, which beats true."""
    found = set(truths)
    return False if False in found else None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene's `or`: true beats not decided, which beats false."""
    found = set(truths)
    return True if True in found else None if None in found else False


# --- numbers -------------------------------------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
EXTREMES: dict[str, Callable[[Any], Fraction]] = {"min": min, "max": max}


def worst(numbers: Iterable[Number]) -> Gap | None:
    """What is missing among numbers: *don't know* beats *not answered*, None where each has a value."""
    found = set(numbers)
    return Gap.DONT_KNOW if Gap.DONT_KNOW in found else Gap.NOT_ANSWERED if Gap.NOT_ANSWERED in found else None


def exact(value: object) -> Fraction:
    """A number as it was written: 0.1 is a tenth."""
    return Fraction(str(value))


# --- one client ----------------------------------------------------------------------------------------------


class Evaluation:
    """What a rulebook says about one client; each finding and quantity is worked out when first asked for."""

    def __init__(self, book: Rulebook, client: Client) -> None:
        self.book = book
        self.client = client
        self._rules: dict[str, Truth] = {}
        self._findings: dict[str, Truth] = {}
        self._tables: dict[str, frozenset[str]] = {}
        self._quantities: dict[str, Number] = {}

    def outcome(self) -> Outcome:
        """Every status, severity, finding and quantity."""
        return Outcome(
            items={item: self.item_status(item) for item in self.book.items},
            warnings={warning: self.warning_status(warning) for warning in self.book.warnings},
            findings={finding: self.finding_answer(finding) for finding in self.book.findings},
            quantities={quantity: shown(self.quantity(quantity)) for quantity in self.book.quantities},
        )

    def item_status(self, item: str) -> str:
        """The status table of DESIGN."""
        wanted, vetoed = self.any_rule("recommend", item), self.any_rule("veto", item)
        if wanted is True and vetoed is not None:
            return "withheld" if vetoed else "recommended"
        return "not_recommended" if wanted is False or vetoed is True else "open"

    def warning_status(self, warning: str) -> tuple[str, str]:
        """Raised, open or not, and how severe: the strongest rule that raised it, else the warning's own severity."""
        raised = self.any_rule("warn", warning)
        if raised is not True:
            return ("open" if raised is None else "not_raised"), self.book.warnings[warning]
        raising = [severity for rule, severity in self.book.effects["warn", warning] if self.fires(rule)]
        return "raised", max(raising, key=SEVERITIES.index)

    def finding_answer(self, finding: str) -> str | None:
        """`true`, `false` or `open` for a yes/no; for a choice its value, None while several are possible."""
        if finding in self.book.tables:
            possible = self.possible(finding)
            return next(iter(possible)) if len(possible) == 1 else None
        return {True: "true", False: "false", None: "open"}[self.concluded(finding)]

    def any_rule(self, verb: str, target: str) -> Truth:
        """Whether some rule does this to the target."""
        return any_of(self.fires(rule) for rule, _ in self.book.effects.get((verb, target), []))

    def fires(self, rule: Rule) -> Truth:
        """Whether all conditions of a rule hold."""
        if rule.id not in self._rules:
            self._rules[rule.id] = all_of(self.truth(line) for line in rule.when)
        return self._rules[rule.id]

    def concluded(self, finding: str) -> Truth:
        """Whether a yes/no finding is concluded."""
        if finding not in self._findings:
            self._findings[finding] = self.any_rule("conclude", finding)
        return self._findings[finding]

    def possible(self, finding: str) -> frozenset[str]:
        """The values a choice finding can still get: of its cases up to the first that holds, those not ruled out."""
        if finding not in self._tables:
            found: set[str] = set()
            for case in self.book.tables[finding]:
                holds = self.fires(case)
                if holds is not False:
                    found.add(case.value)
                if holds is True:
                    break
            self._tables[finding] = frozenset(found)
        return self._tables[finding]

    def quantity(self, name: str) -> Number:
        """The value of a formula, rounded half even."""
        if name not in self._quantities:
            value = self.number(self.book.quantities[name])
            self._quantities[name] = value if isinstance(value, Gap) else round(value, DECIMALS)
        return self._quantities[name]

    def truth(self, node: ast.expr, negated: bool = False) -> Truth:
        """A condition, or with `negated` its opposite: negation goes down to the comparisons."""
        match node:
            case ast.BoolOp(op, parts):
                join = all_of if isinstance(op, ast.And) != negated else any_of
                return join([self.truth(part, negated) for part in parts])
            case ast.UnaryOp(ast.Not(), inner):
                return self.truth(inner, not negated)
            case ast.Compare(left, [op], [right]):
                return self.comparison(left, op, right, negated)
            case ast.Call(ast.Name("unknown"), [ast.Name(name)]):
                gap = self.gap(name)
                return None if gap is Gap.NOT_ANSWERED else (gap is Gap.DONT_KNOW) != negated
            case ast.Call(ast.Name("only"), [ast.Name(name), group]):
                return self.about(name, lambda answer: set(answer) <= set(words(group)), negated)
            case ast.Name(name):
                return self.bare(name, negated)
            case _:
                raise ValueError(ast.unparse(node))

    def bare(self, name: str, negated: bool) -> Truth:
        """A name alone: a yes/no fact, a switch or a yes/no finding."""
        if name in self.book.facts:
            return self.about(name, bool, negated)
        if name in self.book.parameters:
            return bool(self.book.parameters[name]["value"]) != negated
        concluded = self.concluded(name)
        return None if concluded is None else concluded != negated

    def comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr, negated: bool) -> Truth:
        """One comparison; with a choice or set the bare words are values."""
        if isinstance(right, ast.Name) and self.is_set(right.id):
            (value,) = words(left)
            return self.about(right.id, lambda answer: value in answer, isinstance(op, ast.NotIn) != negated)
        if isinstance(left, ast.Name) and self.is_choice(left.id):
            group, opposite = words(right), isinstance(op, ast.NotEq | ast.NotIn) != negated
            if left.id in self.book.facts:
                return self.about(left.id, lambda answer: answer in group, opposite)
            held = {(value in group) != opposite for value in self.possible(left.id)}
            return held.pop() if len(held) == 1 else None
        return self.compare_numbers(self.number(left), op, self.number(right), negated)

    def compare_numbers(self, left: Number, op: ast.cmpop, right: Number, negated: bool) -> Truth:
        """Two numbers compared: false on *don't know*, in both directions."""
        if (gap := worst([left, right])) is not None:
            return False if gap is Gap.DONT_KNOW else None
        return COMPARISONS[type(op)](left, right) != negated

    def about(self, fact: str, test: Callable[[Any], bool], negated: bool) -> Truth:
        """A test of the answer to a fact: false on *don't know*, in both directions."""
        if (gap := self.gap(fact)) is not None:
            return False if gap is Gap.DONT_KNOW else None
        return test(self.client[fact]) != negated

    def gap(self, name: str) -> Gap | None:
        """Why a fact or quantity has no value; None where it has one."""
        if name in self.book.quantities:
            return worst([self.quantity(name)])
        if name not in self.client:
            return Gap.NOT_ANSWERED
        return Gap.DONT_KNOW if self.client[name] == "unknown" else None

    def is_set(self, name: str) -> bool:
        """Whether a name is a fact whose answer is a set."""
        return name in self.book.facts and self.book.facts[name]["type"] == "set"

    def is_choice(self, name: str) -> bool:
        """Whether a name is a choice, a fact or a finding."""
        return name in self.book.tables or (name in self.book.facts and self.book.facts[name]["type"] == "choice")

    def number(self, node: ast.expr) -> Number:
        """The value of a numeric term."""
        match node:
            case ast.Constant(value):
                return exact(value)
            case ast.BinOp(left, op, right):
                return self.arithmetic(self.number(left), op, self.number(right))
            case ast.Call(ast.Name("count"), [ast.Name(name)]):
                return self.gap(name) or Fraction(len(set(self.client[name])))
            case ast.Call(ast.Name("coalesce"), [first, second]):
                found = self.number(first)
                return self.number(second) if found is Gap.DONT_KNOW else found
            case ast.Call(ast.Name(extreme), terms):
                numbers = [self.number(term) for term in terms]
                return worst(numbers) or EXTREMES[extreme](numbers)
            case ast.Name(name):
                return self.named_number(name)
            case _:
                raise ValueError(ast.unparse(node))

    def arithmetic(self, left: Number, op: ast.operator, right: Number) -> Number:
        """Two numbers joined; division by zero is *don't know*."""
        gap = worst([left, right])
        if gap is None and isinstance(op, ast.Div) and right == 0:
            return Gap.DONT_KNOW
        return gap or ARITHMETIC[type(op)](left, right)

    def named_number(self, name: str) -> Number:
        """A quantity, a parameter (where it varies, by the client's answer) or the answer to a numeric fact."""
        if name in self.book.quantities:
            return self.quantity(name)
        if name in self.book.parameters:
            parameter = self.book.parameters[name]
            varies = parameter.get("varies_by", {"fact": "", "values": {}})
            return exact(varies["values"].get(self.client.get(varies["fact"]), parameter["value"]))
        return self.gap(name) or exact(self.client[name])


def words(node: ast.expr) -> list[str]:
    """The bare words of a value or a group of values."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def shown(number: Number) -> Fraction | str | None:
    """A quantity as the JSON shows it."""
    return {Gap.DONT_KNOW: "unknown", Gap.NOT_ANSWERED: None}[number] if isinstance(number, Gap) else number


def judge(book: Rulebook, client: Client) -> Outcome:
    """The answers for one client."""
    return Evaluation(book, client).outcome()
