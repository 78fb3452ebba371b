"""Answers as truth values: tables for words, one test of the type for sets and numbers.

Whatever a gap or a bounded answer makes of a condition comes from `Client.truth`, when the source is written or for one leaf.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from demandfirst.engine.backends.scalar.sheet import (
    BOUNDED,
    CODES,
    GAPS,
    Parameters,
    Sheet,
    indented,
)
from demandfirst.engine.ir.answers import QUANTITY_DECIMALS, Answer, Client, Gap
from demandfirst.engine.ir.conditions import Condition, Contains, Leaf, Only, Unknown
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact, Parameter, Quantity

SCALE = 10**QUANTITY_DECIMALS


class Bounds:
    """The plain evaluation of single leaves and quantities, for answers within bounds."""

    def __init__(
        self, quantities: Mapping[str, Quantity], answers: Mapping[str, Answer], parameters: Mapping[str, Parameter]
    ) -> None:
        self.client = Client.of(answers, parameters, quantities)

    def truth(self, leaf: Leaf) -> int:
        """The truth of a leaf."""
        return CODES[self.client.truth(leaf)]

    def row(self, leaves: Sequence[Leaf]) -> tuple[int, ...]:
        """That there is no single number, and the truth of leaves."""
        return BOUNDED, *map(self.truth, leaves)

    def quantity(self, name: str) -> tuple[object, int]:
        """A quantity, in millionths where it is one number, and why it is not."""
        value = self.client.quantities[name]
        if isinstance(value, Gap):
            return None, GAPS[value]
        return (int(value * SCALE), 0) if isinstance(value, Fraction) else (value, BOUNDED)


@dataclass
class Block:
    """What is worked out from a set or a number: leaves, and statements to do it where there is a value."""

    answer: str
    gap: str
    number: tuple[str, str]
    names: list[str] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


class Facts:
    """The facts that a function reads."""

    def __init__(self, rulebase: Rulebase, sheet: Sheet, parameters: Parameters) -> None:
        self.rulebase, self.sheet, self.parameters = rulebase, sheet, parameters
        self.columns: dict[str, dict[tuple[int, ...], str]] = {}
        self.blocks: dict[str, Block] = {}
        self.seen: dict[Leaf, str] = {}
        sheet.constants |= {"NOT_ANSWERED": Gap.NOT_ANSWERED, "Fraction": Fraction, "frozenset": frozenset, "len": len}

    def word(self, name: str) -> bool:
        """Whether the answer to a fact is one of a few."""
        return name in self.rulebase.facts and self.rulebase.facts[name].type in ("choice", "yes_no")

    def column(self, name: str, condition: Condition) -> str:
        """The truth of a condition that reads one word and nothing else: a column of the word's table."""
        found = tuple(self._code(condition, name, answer) for answer in _words(self.rulebase.facts[name]))
        if len(set(found)) == 1:
            return str(found[0])
        columns = self.columns.setdefault(name, {})
        if found not in columns:
            columns[found] = self.sheet.name("w")
        return columns[found]

    def block(self, name: str) -> Block:
        """The block of a set or a number."""
        if name not in self.blocks:
            letter = self.sheet.name("a")
            self.blocks[name] = Block(letter, f"{letter}g", (f"{letter}n", f"{letter}d"))
        return self.blocks[name]

    def leaf(self, name: str, leaf: Leaf, test: str, statements: Iterable[str] = ()) -> str:
        """The truth of a leaf that reads one set or number and nothing else; `test` is Python for a given value."""
        if leaf not in self.seen:
            block = self.block(name)
            self.seen[leaf] = self.sheet.name("l")
            block.names.append(self.seen[leaf])
            block.leaves.append(leaf)
            block.statements += [*statements, f"{self.seen[leaf]} = {test}"]
        return self.seen[leaf]

    def about(self, leaf: Contains | Only | Unknown) -> str:
        """The truth of a test of a set, or whether a set or number is unknown."""
        match leaf:
            case Contains(name, value, negated):
                return self.leaf(name, leaf, _either(f"{value!a} in {self.block(name).answer}", negated))
            case Only(name, values, negated):
                group = self.sheet.constant("ONLY", frozenset(values))
                return self.leaf(name, leaf, _either(f"{self.block(name).answer} <= {group}", negated))
            case Unknown(name, negated):
                return self.leaf(name, leaf, "3" if negated else "0")

    def _code(self, condition: Condition, name: str, answer: Answer) -> int:
        return CODES[Client({name: answer}, self.rulebase.parameters, {}).truth(condition)]

    def lines(self) -> Iterable[str]:
        """The statements: first the words, then sets and numbers."""
        for name, columns in self.columns.items():
            yield self._table(name, columns)
        for name, block in self.blocks.items():
            yield f"# {name!a}"
            yield from self._block(name, block)

    def _table(self, name: str, columns: Mapping[tuple[int, ...], str]) -> str:
        rows: list[object] = [row if len(row) > 1 else row[0] for row in zip(*columns, strict=True)]
        table = self.sheet.constant("W", dict(zip(_words(self.rulebase.facts[name]), rows, strict=True)))
        return f"{', '.join(columns.values())} = {table}[get({name!a}, NOT_ANSWERED)]"

    def _block(self, name: str, block: Block) -> Iterable[str]:
        fact = self.rulebase.facts[name]
        gaps = {gap: (code, *(self._code(leaf, name, gap) for leaf in block.leaves)) for gap, code in GAPS.items()}
        table, leaves = self.sheet.constant("G", gaps), self.sheet.constant("L", tuple(block.leaves))
        targets = ", ".join([block.gap, *block.names])
        yield f"{block.answer} = get({name!a}, NOT_ANSWERED)"
        yield f"if type({block.answer}) is {'Fraction' if fact.numeric else 'frozenset'}:"
        yield from indented([f"{block.gap} = 0", self._number(fact, block), *block.statements])
        yield "else:"
        within = "(bounds := bounds or Bounds(answers, parameters))"
        yield from indented([f"[{targets}] = {table}.get({block.answer}) or {within}.row({leaves})"])

    @staticmethod
    def _number(fact: Fact, block: Block) -> str:
        if fact.numeric:
            return f"{', '.join(block.number)} = {block.answer}.as_integer_ratio()"
        return f"{block.number[0]} = len({block.answer})"


def _either(test: str, negated: bool) -> str:
    return f"0 if {test} else 3" if negated else f"3 if {test} else 0"


def _words(fact: Fact) -> list[Answer]:
    """Every answer to a fact that is a word, with the gaps."""
    values: list[Answer] = [True, False] if fact.type == "yes_no" else [value.id for value in fact.values]
    return [*values, *GAPS]
