"""A rulebase as two Python functions: where everything stands, and the outcome with the truth of every rule.

One line of source for each rule, with its id. Every distinct condition is worked out once, and only what the function gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

from demandfirst.engine.backends.scalar.facts import Bounds, Facts
from demandfirst.engine.backends.scalar.figures import Figures
from demandfirst.engine.backends.scalar.results import GAP_OF, ITEM, TRUTH, Standings, possible, warning_states
from demandfirst.engine.backends.scalar.sheet import Parameters, Sheet, indented
from demandfirst.engine.ir.conditions import (
    And,
    Compare,
    Concluded,
    Condition,
    Contains,
    Decided,
    Holds,
    OneOf,
    Only,
    Or,
    Switch,
    Unknown,
    leaves,
)
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Decide, Rule
from demandfirst.engine.ir.vocabulary import SEVERITIES
from demandfirst.engine.standing import rule_severity


@dataclass(frozen=True, slots=True)
class Function:
    """A function of `answers`, `parameters` and the `values` that `bind` makes of them; `source` is its text."""

    source: str
    call: Callable[..., Any]
    bind: Callable[..., tuple[object, ...]]


class Writer:
    """Writes one function; asked for the truth of something, it writes what that takes and says its name."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase, self.sheet = rulebase, Sheet()
        self.parameters = Parameters(self.sheet, rulebase.parameters)
        self.facts = Facts(rulebase, self.sheet, self.parameters)
        self.figures = Figures(rulebase, self.sheet, self.parameters, self.facts)
        self.lines: list[str] = []
        self.joins: dict[tuple[str, frozenset[str]], str] = {}
        self.findings: dict[str, str] = {}
        self.tests: dict[Concluded | Decided, str] = {}
        self.before: dict[str, str] = {}
        self.tables = {case: name for name, table in rulebase.tables.items() for case in table.cases}
        self.sheet.constants |= {"NOT": (3, 1, None, 0), "Bounds": partial(Bounds, rulebase.quantities), "type": type}

    def standing(self) -> Function:
        """The function that gives a `Standings`."""
        self._rules(self.rulebase.domain_rules)
        items = [(name, self._item(name)) for name in self.rulebase.items]
        warnings = [(name, self._warning(name)) for name in self.rulebase.warnings]
        self.lines += ["fired = []", "add = fired.append"]
        self.lines += [f"if r{rule.index} == 3: add({rule.id!a})" for rule in self.rulebase.domain_rules]
        self.sheet.constants |= {"Standings": Standings, "ITEM": ITEM, "tuple": tuple}
        parts = [items, warnings, self._states(), self._quantities()]
        return self._function("standing", ["return Standings(", *indented([*_mappings(parts), "tuple(fired),"]), ")"])

    def outcome(self) -> Function:
        """The function that gives the truth of every rule by index, the findings and the quantities."""
        self._rules(self.rulebase.rules)
        truths = ["(", *indented(f"TRUTH[r{rule.index}]," for rule in self.rulebase.rules), "),"]
        parts = [*truths, *_mappings([self._states(), self._quantities()])]
        return self._function("outcome", ["return (", *indented(parts), ")"])

    def _function(self, name: str, result: Iterable[str]) -> Function:
        """The whole text, compiled; names stand only for the constants of the sheet."""
        body = ["get, bounds = answers.get, None", *self.facts.lines(), *self.figures.lines, *self.lines, *result]
        head = f"def {name}(answers, parameters, values):"
        source = "\n".join([head, *indented([body[0], *self.parameters.lines(), *body[1:]]), ""])
        names: dict[str, Any] = {"__builtins__": {}, **self.sheet.constants}
        exec(compile(source, f"<scalar {name}>", "exec"), names)  # noqa: S102 - text made here; see INVARIANT of `sheet`
        return Function(source, names[name], self.parameters.bind)

    def _rules(self, rules: Iterable[Rule]) -> None:
        """The rules, findings before what reads them; a table when the last of its cases can be decided, in their order."""
        last = {
            case: (max(self.rulebase.rules[one].stratum for one in table.cases), place)
            for table in self.rulebase.tables.values()
            for place, case in enumerate(table.cases)
        }
        for rule in sorted(rules, key=lambda one: (*last.get(one.index, (one.stratum, 0)), one.index)):
            self._rule(rule)

    def _rule(self, rule: Rule) -> None:
        """A rule's own line; a case counts only where no earlier one of its table holds."""
        truth = " & ".join(self._parts("&", [line.condition for line in rule.when])) or "3"
        table = self.tables.get(rule.index)
        if table is None:
            self.lines.append(f"r{rule.index} = {truth}  # {rule.id!a}")
            return
        before = self.before.get(table)
        case = self.before[table] = self.sheet.name("c")
        self.lines.append(f"{case} = {truth}  # {rule.id!a}")
        if before is None:
            self.lines.append(f"r{rule.index} = {case}")
        else:
            self.lines += [f"r{rule.index} = {case} & NOT[{before}]", f"{case} |= {before}"]

    def truth(self, condition: Condition) -> str:
        """The name of a condition's truth."""
        if (word := self._word(condition)) is not None:
            return self.facts.column(word, condition)
        match condition:
            case And(parts):
                return self._join("&", parts)
            case Or(parts):
                return self._join("|", parts)
            case Compare():
                return self.figures.compare(condition)
            case Contains() | Only():
                return self.facts.about(condition)
            case Unknown(name, _):
                return (
                    self.figures.unknown(condition) if name in self.rulebase.quantities else self.facts.about(condition)
                )
            case Switch(name, negated):
                return self.parameters.switch(name, negated=negated)
            case Concluded() | Decided():
                return self._test(condition)
            case OneOf() | Holds():
                raise ValueError(condition)
            case _:
                assert_never(condition)

    def _word(self, condition: Condition) -> str | None:
        """The fact whose answer is a word, if a condition reads that and nothing else."""
        read = {_fact(leaf) for leaf in leaves(condition)}
        name = read.pop() if len(read) == 1 else None
        return name if name is not None and self.facts.word(name) else None

    def _join(self, op: str, parts: Sequence[Condition]) -> str:
        return self._joined(op, self._parts(op, parts))

    def _joined(self, op: str, names: Sequence[str]) -> str:
        """Names joined by an operator: a name or a number for it."""
        if not names:
            return "3" if op == "&" else "0"
        if names == names[:1]:
            return names[0]
        key = op, frozenset(names)
        if key not in self.joins:
            self.joins[key] = self.sheet.name("j")
            self.lines.append(f"{self.joins[key]} = {f' {op} '.join(names)}")
        return self.joins[key]

    def _parts(self, op: str, parts: Sequence[Condition]) -> list[str]:
        """The names to be joined, each once; what reads the same word is one of them."""
        kind = And if op == "&" else Or
        together: dict[object, list[Condition]] = {}
        for place, part in enumerate(_flat(kind, parts)):
            together.setdefault(self._word(part) or place, []).append(part)
        return _simple(op, [self.truth(kind(tuple(one)) if len(one) > 1 else one[0]) for one in together.values()])

    def _or(self, rules: Iterable[Rule]) -> str:
        return self._joined("|", _simple("|", [f"r{rule.index}" for rule in rules]))

    def _finding(self, name: str) -> str:
        """A yes/no finding: its truth. A choice: its possible values, one bit each."""
        if name not in self.findings:
            rules = self.rulebase.concluding.get(name, ())
            self.findings[name] = self._choice(name, rules) if name in self.rulebase.tables else self._or(rules)
        return self.findings[name]

    def _choice(self, name: str, cases: Sequence[Rule]) -> str:
        found: dict[int, list[str]] = {}
        for case in cases:
            (effect,) = case.then
            assert isinstance(effect, Decide)  # noqa: S101
            found.setdefault(self._bits(name, [effect.value]), []).append(f"r{case.index}")
        bits = [f"({' or '.join(truths)}) and {bit}" for bit, truths in found.items()]
        state = self.sheet.name("f")
        self.lines.append(f"{state} = {' | '.join(f'({one})' for one in bits)}  # {name!a}")
        return state

    def _bits(self, name: str, values: Iterable[str]) -> int:
        places = {value.id: place for place, value in enumerate(self.rulebase.findings[name].values)}
        return sum(1 << places[value] for value in set(values))

    def _test(self, test: Concluded | Decided) -> str:
        """A test of a finding; an undecided choice stands for all its values still possible."""
        if test not in self.tests:
            state = self._finding(test.finding)
            if isinstance(test, Concluded):
                text = f"NOT[{state}]" if test.negated else state
            else:
                every = (1 << len(self.rulebase.findings[test.finding].values)) - 1
                inside = self._bits(test.finding, test.values)
                within, beyond = (every & ~inside, inside) if test.negated else (inside, every & ~inside)
                text = f"0 if not {state} & {within} else 1 if {state} & {beyond} else 3"
            self.tests[test] = self.sheet.name("t")
            self.lines.append(f"{self.tests[test]} = {text}")
        return self.tests[test]

    def _item(self, name: str) -> str:
        recommended, vetoed = (
            self._or(self.rulebase.recommending.get(name, ())),
            self._or(self.rulebase.vetoing.get(name, ())),
        )
        return f"ITEM[{recommended}][{vetoed}]"

    def _warning(self, name: str) -> str:
        """The status and severity of a warning, the strongest rules first."""
        rules = self.rulebase.warning.get(name, ())
        levels: dict[int, list[Rule]] = {}
        for rule in rules:
            levels.setdefault(rule_severity(rule, name), []).append(rule)
        states = warning_states(self.rulebase.warnings[name].severity or SEVERITIES[0])
        raised = [
            f"{self._severe(severity)} if {self._or(levels[severity])} == 3 else "
            for severity in sorted(levels, reverse=True)
        ]
        return f"{''.join(raised)}{self.sheet.constant('S', states)}[{self._or(rules)}]"

    def _severe(self, severity: int) -> str:
        self.sheet.constants[f"RAISED{severity}"] = ("raised", SEVERITIES[severity])
        return f"RAISED{severity}"

    def _states(self) -> list[tuple[str, str]]:
        """Every finding with its truth or its possible values."""
        self.sheet.constants |= {"TRUTH": TRUTH, "possible": possible}
        return [(name, self._state(name)) for name in self.rulebase.findings]

    def _state(self, name: str) -> str:
        if name not in self.rulebase.tables:
            return f"TRUTH[{self._finding(name)}]"
        values = [value.id for value in self.rulebase.findings[name].values]
        alone = self.sheet.constant("V", {1 << place: frozenset({value}) for place, value in enumerate(values)})
        state = self._finding(name)
        return f"{alone}.get({state}) or possible({alone}, {state})"

    def _quantities(self) -> list[tuple[str, str]]:
        """Every quantity with its value."""
        self.sheet.constants["GAP_OF"] = GAP_OF
        found = [(name, self.figures.quantity(name)) for name in self.rulebase.quantities]
        return [(name, _value(one.over, one.under, one.gaps[0])) for name, one in found]


def _value(over: str, under: str, gap: str) -> str:
    return f"GAP_OF[{gap}] or {over} if {gap} else Fraction({over}, {under})"


def _mappings(parts: Iterable[Sequence[tuple[str, str]]]) -> Iterable[str]:
    for part in parts:
        yield "{"
        yield from indented(f"{name!a}: {text}," for name, text in part)
        yield "},"


def _flat(kind: type[And | Or], parts: Iterable[Condition]) -> Iterable[Condition]:
    """The parts of parts that are joined alike."""
    for part in parts:
        if isinstance(part, kind):
            yield from _flat(kind, part.parts)
        else:
            yield part


def _simple(op: str, names: Iterable[str]) -> list[str]:
    """Names without repetition and without constants that change nothing; a constant that decides stands alone."""
    neutral, deciding = ("3", "0") if op == "&" else ("0", "3")
    found = [name for name in dict.fromkeys(names) if name != neutral]
    return [deciding] if deciding in found else found


def _fact(leaf: Condition) -> str | None:
    """The fact that a leaf reads, if it is a test of the kind that words have."""
    match leaf:
        case OneOf(name, _, _) | Holds(name, _) | Unknown(name, _):
            return name
        case _:
            return None
