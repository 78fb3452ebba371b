"""Conditions in negation normal form: a small closed union that every backend matches over.

Negation stands only in the leaves (`negated`), where DESIGN's three truth values give it a meaning of its own:
a comparison with *don't know* is false in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from demandfirst.engine.ir.record import record

ArithmeticOp = Literal["+", "-", "*", "/"]
CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]

INVERSE: dict[CompareOp, CompareOp] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

PHRASES: dict[CompareOp, str] = {
    "==": "is exactly",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
}


@record
class Number:
    """A literal number."""

    value: Fraction


@record
class ParameterTerm:
    """A parameter's value; where it varies, by the client's answer to a required choice fact."""

    id: str


@record
class FactTerm:
    """The answer to a numeric fact."""

    id: str


@record
class Count:
    """How many entries the answer to a set fact has."""

    fact: str


@record
class QuantityTerm:
    """The value of a named formula, rounded to six decimals (half even)."""

    id: str


@record
class Arithmetic:
    """Two terms joined; *don't know* beats *not answered*, and division by zero is *don't know*."""

    op: ArithmeticOp
    left: Term
    right: Term


@record
class Extreme:
    """The smallest or largest of terms; follows arithmetic in what it does not know."""

    op: Literal["min", "max"]
    terms: tuple[Term, ...]


@record
class Coalesce:
    """The first term, or the second where the first is *don't know*; not answered while the first is."""

    first: Term
    second: Term


Term = Number | ParameterTerm | FactTerm | Count | QuantityTerm | Arithmetic | Extreme | Coalesce


@record
class And:
    """All parts hold."""

    parts: tuple[Condition, ...]


@record
class Or:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@record
class Compare:
    """Two numeric terms compared; false if either is *don't know*."""

    op: CompareOp
    left: Term
    right: Term


@record
class OneOf:
    """The answer to a choice fact is (not) among values."""

    fact: str
    values: tuple[str, ...]
    negated: bool


@record
class Holds:
    """A yes/no fact is answered with yes (negated: with no)."""

    fact: str
    negated: bool


@record
class Contains:
    """The answer to a set fact has (lacks) a value."""

    fact: str
    value: str
    negated: bool


@record
class Only:
    """The answer to a set fact has nothing but the values (negated: something else too)."""

    fact: str
    values: tuple[str, ...]
    negated: bool


@record
class Unknown:
    """A fact or quantity is answered *don't know* (negated: it has a value)."""

    name: str
    negated: bool


@record
class Switch:
    """A yes/no parameter is on (negated: off)."""

    parameter: str
    negated: bool


@record
class Concluded:
    """A yes/no finding is concluded (negated: definitely not)."""

    finding: str
    negated: bool


@record
class Decided:
    """A choice finding is decided as (anything but) one of the values."""

    finding: str
    values: tuple[str, ...]
    negated: bool


Leaf = Compare | OneOf | Holds | Contains | Only | Unknown | Switch | Concluded | Decided
Condition = And | Or | Leaf


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf of a condition, from left to right."""
    if isinstance(condition, And | Or):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def subterms(term: Term) -> Iterator[Term]:
    """A term and everything inside it."""
    yield term
    match term:
        case Arithmetic(_, left, right) | Coalesce(left, right):
            yield from subterms(left)
            yield from subterms(right)
        case Extreme(_, terms):
            for inner in terms:
                yield from subterms(inner)
        case _:
            pass


@record
class Names:
    """What a condition or formula reads, by kind, in order of appearance."""

    facts: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every name, whatever its kind."""
        return (*self.facts, *self.quantities, *self.parameters, *self.findings)


def names_in_term(term: Term) -> Names:
    """The names a term reads directly."""
    facts, quantities, parameters = [], [], []
    for inner in subterms(term):
        match inner:
            case FactTerm(name) | Count(name):
                facts.append(name)
            case QuantityTerm(name):
                quantities.append(name)
            case ParameterTerm(name):
                parameters.append(name)
            case _:
                pass
    return Names(_unique(facts), _unique(quantities), _unique(parameters))


def names_in(condition: Condition, quantities: frozenset[str] | set[str]) -> Names:
    """The names a condition reads directly; `quantities` tells quantities from facts under `unknown(...)`."""
    return _together([_names_in_leaf(leaf, quantities) for leaf in leaves(condition)])


def reads_findings(condition: Condition) -> bool:
    """Whether a condition reads any finding."""
    return any(isinstance(leaf, Concluded | Decided) for leaf in leaves(condition))


def _together(parts: Sequence[Names]) -> Names:
    """The names of all parts, each once."""
    if len(parts) == 1:
        return parts[0]
    return Names(
        _unique(name for names in parts for name in names.facts),
        _unique(name for names in parts for name in names.quantities),
        _unique(name for names in parts for name in names.parameters),
        _unique(name for names in parts for name in names.findings),
    )


def _names_in_leaf(leaf: Leaf, quantities: frozenset[str] | set[str]) -> Names:
    match leaf:
        case Compare(_, left, right):
            return _together([names_in_term(left), names_in_term(right)])
        case OneOf(name, _, _) | Holds(name, _) | Contains(name, _, _) | Only(name, _, _):
            return Names(facts=(name,))
        case Unknown(name, _):
            return Names(quantities=(name,)) if name in quantities else Names(facts=(name,))
        case Switch(name, _):
            return Names(parameters=(name,))
        case Concluded(name, _) | Decided(name, _, _):
            return Names(findings=(name,))


def _unique(names: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
