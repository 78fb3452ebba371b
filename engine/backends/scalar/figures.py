"""Formulas as whole numbers: numerator and denominator, exact, rounded half even where a quantity is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from demandfirst.engine.backends.scalar.facts import SCALE, Facts
from demandfirst.engine.backends.scalar.sheet import Parameters, Sheet, indented
from demandfirst.engine.ir.conditions import (
    Arithmetic,
    Coalesce,
    Compare,
    Count,
    Extreme,
    FactTerm,
    Number,
    ParameterTerm,
    QuantityTerm,
    Term,
    Unknown,
    subterms,
)
from demandfirst.engine.ir.rulebase import Rulebase

WITHIN = "(bounds := bounds or Bounds(answers, parameters))"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Names of a numerator and a positive denominator, good where the gaps named are all 0."""

    over: str
    under: str
    gaps: tuple[str, ...] = ()


class Figures:
    """Terms, quantities and comparisons of one function; `lines` are the statements."""

    def __init__(self, rulebase: Rulebase, sheet: Sheet, parameters: Parameters, facts: Facts) -> None:
        self.rulebase, self.sheet, self.parameters, self.facts = rulebase, sheet, parameters, facts
        self.lines: list[str] = []
        self.seen: dict[Term, Ratio] = {}
        self.truths: dict[Compare | Unknown, str] = {}
        sheet.constants |= {
            "divmod": divmod,
            "DECIDED": (None, 1, 0, 0),
            "UNKNOWN": (0, 1, 3, 3, 0),
            "KNOWN": (3, 1, 0, 0, 3),
        }

    def compare(self, leaf: Compare) -> str:
        """The truth of a comparison."""
        if leaf not in self.truths:
            self.truths[leaf] = self._alone(leaf) or self._joint(leaf)
        return self.truths[leaf]

    def unknown(self, leaf: Unknown) -> str:
        """Whether a quantity is *don't know*."""
        if leaf not in self.truths:
            self.truths[leaf] = self.sheet.name("l")
            (gap,) = self.quantity(leaf.name).gaps
            self.lines.append(f"{self.truths[leaf]} = {'KNOWN' if leaf.negated else 'UNKNOWN'}[{gap}]")
        return self.truths[leaf]

    def _alone(self, leaf: Compare) -> str:
        """A comparison of one answer with numbers and parameters goes where the answer is read."""
        terms = [*subterms(leaf.left), *subterms(leaf.right)]
        names = {
            term.id if isinstance(term, FactTerm) else term.fact for term in terms if isinstance(term, FactTerm | Count)
        }
        if len(names) != 1 or any(isinstance(term, QuantityTerm | Coalesce) or _divides(term) for term in terms):
            return ""
        statements: list[str] = []
        test = self._test(leaf, statements)[0]
        return self.facts.leaf(names.pop(), leaf, test, statements)

    def _joint(self, leaf: Compare) -> str:
        statements: list[str] = []
        test, gaps = self._test(leaf, statements)
        name = self.sheet.name("l")
        statements.append(f"{name} = {test}")
        if not gaps:
            self.lines += statements
            return name
        gap = self.sheet.name("g")
        plain = f"{WITHIN}.truth({self.sheet.constant('L', leaf)}) if {gap} & 4 else DECIDED[{gap}]"
        self.lines += [f"{gap} = {' | '.join(gaps)}", f"if not {gap}:", *indented(statements)]
        self.lines += ["else:", *indented([f"{name} = {plain}"])]
        return name

    def _test(self, leaf: Compare, statements: list[str]) -> tuple[str, tuple[str, ...]]:
        left, right = self.ratio(leaf.left, statements), self.ratio(leaf.right, statements)
        test = f"3 if {_times(left.over, right.under)} {leaf.op} {_times(right.over, left.under)} else 0"
        return test, _together([left, right])

    def quantity(self, name: str) -> Ratio:
        """A quantity in millionths; its one gap is 4 where it is only bounded, and its numerator the interval."""
        term = QuantityTerm(name)
        if term not in self.seen:
            statements: list[str] = []
            found = self.ratio(self.rulebase.quantities[name].formula, statements)
            value = self.sheet.name("q")
            self.seen[term] = Ratio(value, str(SCALE), (f"{value}g",))
            self.lines += [f"# {name!a}", f"{value}g = {' | '.join(found.gaps) or 0}", f"if not {value}g:"]
            self.lines += indented([*statements, *_rounded(value, found)])
            within = f"{value}, {value}g = {WITHIN}.quantity({name!a})"
            self.lines += [f"elif {value}g & 4:", *indented([within])]
        return self.seen[term]

    def ratio(self, term: Term, statements: list[str]) -> Ratio:
        """A term; `statements` are to be run where none of its gaps is set."""
        match term:
            case Number(value):
                return Ratio(f"({value.numerator})", f"{value.denominator}")
            case ParameterTerm(name):
                return Ratio(*self.parameters.ratio(name))
            case FactTerm(name):
                block = self.facts.block(name)
                return Ratio(*block.number, (block.gap,))
            case Count(name):
                block = self.facts.block(name)
                return Ratio(block.number[0], "1", (block.gap,))
            case QuantityTerm(name):
                return self.quantity(name)
            case Extreme(op, terms):
                return self._extreme(
                    "<=" if op == "min" else ">=", [self.ratio(inner, statements) for inner in terms], statements
                )
            case Arithmetic("/") | Coalesce():
                if term not in self.seen:
                    self.seen[term] = self._quotient(term) if isinstance(term, Arithmetic) else self._coalesce(term)
                return self.seen[term]
            case Arithmetic(op, left, right):
                return self._joined(op, self.ratio(left, statements), self.ratio(right, statements), statements)
            case _:
                assert_never(term)

    def _joined(self, op: str, left: Ratio, right: Ratio, statements: list[str]) -> Ratio:
        over, under = self._names()
        if op == "*":
            statements.append(f"{over} = {_times(left.over, right.over)}")
        else:
            statements.append(f"{over} = {_times(left.over, right.under)} {op} {_times(right.over, left.under)}")
        statements.append(f"{under} = {_times(left.under, right.under)}")
        return Ratio(over, under, _together([left, right]))

    def _extreme(self, op: str, terms: Sequence[Ratio], statements: list[str]) -> Ratio:
        first, *rest = terms
        over, under = self._names()
        statements.append(f"{over}, {under} = {first.over}, {first.under}")
        for one in rest:
            statements.append(f"if {_times(one.over, under)} {op} {_times(over, one.under)}:")
            statements += indented([f"{over}, {under} = {one.over}, {one.under}"])
        return Ratio(over, under, _together(terms))

    def _quotient(self, term: Arithmetic) -> Ratio:
        """Division by zero is *don't know*."""
        statements: list[str] = []
        left, right = self.ratio(term.left, statements), self.ratio(term.right, statements)
        over, under = self._names()
        gap = f"{over}g"
        statements += [f"{over}, {under} = {_times(left.over, right.under)}, {_times(left.under, right.over)}"]
        statements += [f"if {under} < 0:", *indented([f"{over}, {under} = -{over}, -{under}"])]
        statements += [f"elif not {under}:", *indented([f"{gap} = 2"])]
        self.lines += [f"{gap} = {' | '.join(_together([left, right])) or 0}", f"if not {gap}:", *indented(statements)]
        return Ratio(over, under, (gap,))

    def _coalesce(self, term: Coalesce) -> Ratio:
        """The second term where the first is *don't know*."""
        statements: list[str] = []
        instead: list[str] = []
        first = self.ratio(term.first, statements)
        over, under = self._names()
        gap = f"{over}g"
        statements.append(f"{over}, {under} = {first.over}, {first.under}")
        second = self.ratio(term.second, instead)
        instead.append(f"{over}, {under} = {second.over}, {second.under}")
        self.lines += [
            f"{gap} = {' | '.join(first.gaps) or 0}",
            f"if not {gap}:",
            *indented(statements),
            f"elif {gap} & 2:",
        ]
        self.lines += indented([f"{gap} = {' | '.join(second.gaps) or 0}", f"if not {gap}:", *indented(instead)])
        return Ratio(over, under, (gap,))

    def _names(self) -> tuple[str, str]:
        name = self.sheet.name("n")
        return name, f"{name}d"


def _rounded(value: str, found: Ratio) -> Iterable[str]:
    """To millionths, half even."""
    yield f"{value}, rest = divmod({found.over} * {SCALE}, {found.under})"
    yield f"rest += rest - {found.under}"
    yield f"if rest > 0 or not rest and {value} & 1:"
    yield from indented([f"{value} += 1"])


def _times(one: str, other: str) -> str:
    return other if one == "1" else one if other == "1" else f"{one} * {other}"


def _divides(term: Term) -> bool:
    return isinstance(term, Arithmetic) and term.op == "/"


def _together(terms: Sequence[Ratio]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(gap for term in terms for gap in term.gaps))
