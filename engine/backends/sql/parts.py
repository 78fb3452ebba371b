"""What steps on the way are called in SQL: by what they say where that is short, else by their kind and a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from demandfirst.engine.backends.program.expressions import (
    Among,
    And,
    Column,
    Compare,
    Expression,
    Missing,
    Not,
    Or,
    Step,
    Word,
)
from demandfirst.engine.backends.program.program import LOCAL

KINDS = {"boolean": "condition", "number": "figure", "text": "word"}
LONGEST = 60


def called(steps: Iterable[Step]) -> Mapping[str, str]:
    """Step on the way -> its name."""
    steps = list(steps)
    taken = {step.name for step in steps}
    found: dict[str, str] = {}
    for step in steps:
        if step.name.startswith(LOCAL):
            said = saying(step.expression, found)
            name = f"{KINDS[step.kind]}{step.name}" if not said or len(said) > LONGEST or said in taken else said
            taken.add(name)
            found[step.name] = name
    return found


def saying(expression: Expression, found: Mapping[str, str]) -> str:
    """What an expression says, as a name; nothing where that takes more than a few words."""
    match expression:
        case Column(name):
            return found.get(name, name)
        case Compare("==", Column(name), Word(str() as word)):
            return f"{name}__is_{word}"
        case Among(Column(name), values):
            return f"{name}__is_{'_or_'.join(values)}"
        case Not(part) if isinstance(part, Column):
            return f"not__{saying(part, found)}"
        case Missing(part) if isinstance(part, Column):
            return f"{saying(part, found)}__open"
        case And((one, other)) if isinstance(one, Column) and isinstance(other, Column):
            return f"{saying(one, found)}__and__{saying(other, found)}"
        case Or((one, other)) if isinstance(one, Column) and isinstance(other, Column):
            return f"{saying(one, found)}__or__{saying(other, found)}"
        case _:
            return ""
