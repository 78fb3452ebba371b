"""Rules: conditions, line by line, and what follows from them."""

from __future__ import annotations

from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.conditions import Condition
from demandfirst.engine.ir.intended import Intended
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.vocabulary import Severity


@record
class Line:
    """One condition of a rule, as written and as understood."""

    text: str
    place: Place
    condition: Condition


@record
class Conclude:
    """A yes/no finding holds."""

    finding: str


@record
class Decide:
    """A choice finding has this value, unless an earlier case of its table holds."""

    finding: str
    value: str


@record
class Recommend:
    """An item fits; weights of the rules that fired add up to its rank."""

    item: str
    weight: int


@record
class Warn:
    """A warning is raised with at least this severity."""

    warning: str
    severity: Severity


@record
class Veto:
    """An item is held back whatever recommends it."""

    item: str


@record
class Show:
    """A conditional line of an item, or a platform, is shown."""

    owner: str


Effect = Conclude | Decide | Recommend | Warn | Veto | Show
RuleRole = Literal["rule", "case", "text"]


@record
class Rule:
    """Lines that must all hold, and their effects; `index` is its place in the rulebase.

    A `case` is a row of a decide-table; a `text` rule shows a conditional line and is no rule of the domain. `intended`: what
    the deep checks find about it and is meant to be.
    """

    index: int
    id: str
    place: Place
    role: RuleRole
    when: tuple[Line, ...]
    then: tuple[Effect, ...]
    because: str
    until: str
    sources: tuple[str, ...]
    stratum: int
    intended: tuple[Intended, ...] = ()


@record
class Table:
    """The ordered cases (indices of rules) that decide a choice finding."""

    finding: str
    place: Place
    cases: tuple[int, ...]
