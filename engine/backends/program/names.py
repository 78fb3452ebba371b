"""What the columns of a table of clients are called. Every name is a plain identifier in any SQL dialect."""

from __future__ import annotations

from collections.abc import Iterator

from demandfirst.engine.backends.program.expressions import Kind
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import Fact

DOUBTFUL = "doubtful"
"""True where floating point may be on the wrong side of a boundary: such a client is for an exact engine."""


def unknown(name: str) -> str:
    """Whether a fact is answered *don't know*, or a quantity comes to that."""
    return f"{name}__unknown"


def mark(fact: str, value: str) -> str:
    """Whether the answer to a set fact has a value; of a choice finding, whether the value is still possible."""
    return f"{fact}__{value}"


def rule_column(rule: Rule) -> str:
    """The truth of a rule."""
    return "rule__" + rule.id.replace("-", "_").replace("/", "__")


def severity(warning: str) -> str:
    """How severe a warning is."""
    return f"{warning}__severity"


def weight(item: str) -> str:
    """The summed weight of the rules that recommend an item and fired."""
    return f"weight__{item}"


def focus(place: int) -> str:
    """The first, second ... objective to work on."""
    return f"focus_{place}"


def ask(fact: str) -> str:
    """Whether an unanswered fact can still decide the verdict, an item or a warning."""
    return f"ask__{fact}"


def verdict_ask(fact: str) -> str:
    """Whether an unanswered fact can still decide the verdict."""
    return f"verdict_ask__{fact}"


def value_columns(fact: Fact) -> tuple[str, ...]:
    """The columns that hold the answer to a fact."""
    return tuple(mark(fact.id, value.id) for value in fact.values) if fact.type == "set" else (fact.id,)


def required_columns(fact: Fact) -> tuple[str, ...]:
    """The columns without which no client can be advised."""
    return value_columns(fact) if fact.required else ()


def input_columns(rulebase: Rulebase) -> Iterator[tuple[str, Kind]]:
    """Each column of the answers table with its type: `text`, `boolean` or `number`."""
    for fact in rulebase.facts.values():
        kind: Kind = "number" if fact.numeric else "text" if fact.type == "choice" else "boolean"
        yield from ((name, kind) for name in value_columns(fact))
        if not fact.required:
            yield unknown(fact.id), "boolean"
