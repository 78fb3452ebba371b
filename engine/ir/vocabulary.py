"""The vocabulary: facts, parameters, quantities, findings, items, warnings, and where each of them comes from."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.conditions import Term
from demandfirst.engine.ir.intended import Intended
from demandfirst.engine.ir.record import record

FactType = Literal["choice", "set", "yes_no", "integer", "number", "percent", "money"]
ItemKind = Literal["objective", "touchpoint", "campaign", "step"]
Severity = Literal["info", "caution", "stop"]
Confidence = Literal["high", "medium", "low", "judgement"]
Effort = Literal["low", "medium", "high"]
Direction = Literal["up", "down", "any"]

NUMERIC: frozenset[str] = frozenset({"integer", "number", "percent", "money"})
ANSWER_DECIMALS = 4
LARGEST_ANSWER = Fraction(10**15)
ITEM_KINDS: tuple[ItemKind, ...] = ("objective", "touchpoint", "campaign", "step")
SEVERITIES: tuple[Severity, ...] = ("info", "caution", "stop")
EFFORTS: tuple[Effort, ...] = ("low", "medium", "high")


@record
class Value:
    """One value of a choice, with the words people read."""

    id: str
    label: str
    help: str = ""
    title: str = ""
    text: str = ""


@record
class Changeable:
    """That the business itself can change the answer to a fact: how hard it is, who does it, what it takes.

    `direction`: a number rises or falls, a set grows or shrinks, a yes/no turns to yes or to no. `to`: what each value of a
    choice can become; empty, any other value.
    """

    effort: Effort
    by: str
    note: str
    direction: Direction
    to: dict[str, tuple[str, ...]]


@record
class Fact:
    """A question to the client and what counts as an answer; `elsewhere`: the same in other languages, where these count too."""

    id: str
    place: Place
    type: FactType
    group: str
    order: int
    label: str
    negative: str
    question: str
    help: str
    who: tuple[str, ...]
    core: bool
    required: bool
    values: tuple[Value, ...]
    unit: str
    minimum: Fraction | None
    above: Fraction | None
    maximum: Fraction | None
    at_least: int
    sources: tuple[str, ...]
    changeable: Changeable | None = None
    intended: tuple[Intended, ...] = ()
    elsewhere: tuple[Fact, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether an answer is a number."""
        return self.type in NUMERIC

    @property
    def step(self) -> Fraction:
        """The distance between an answer and the next: one for a whole number, else four decimals."""
        return Fraction(1) if self.type == "integer" else Fraction(1, 10**ANSWER_DECIMALS)

    @property
    def least(self) -> Fraction:
        """The smallest number that is an answer."""
        return self.minimum if self.minimum is not None else (self.above or Fraction(0)) + self.step

    @property
    def most(self) -> Fraction:
        """The largest number that is an answer."""
        return LARGEST_ANSWER if self.maximum is None else self.maximum


@record
class Parameter:
    """A number (or switch) that somebody could argue about, with its reference."""

    id: str
    place: Place
    label: str
    value: Fraction | bool
    unit: str
    minimum: Fraction | None
    maximum: Fraction | None
    varies_by: str
    variants: dict[str, Fraction]
    confidence: Confidence
    checked: str
    note: str
    sources: tuple[str, ...]
    intended: tuple[Intended, ...] = ()


@record
class Quantity:
    """A named formula; its value is rounded to six decimals before it is compared or shown."""

    id: str
    place: Place
    label: str
    formula: Term
    formula_text: str
    unit: str
    explanation: str
    sources: tuple[str, ...]


@record
class Finding:
    """Something the rules conclude on the way: a yes/no (no values) or a choice."""

    id: str
    place: Place
    label: str
    negative: str
    values: tuple[Value, ...]

    @property
    def choice(self) -> bool:
        """Whether an ordered table decides it."""
        return bool(self.values)


@record
class Step:
    """One line of what to do; `rule` is the index of the rule that shows it, None where it is always shown."""

    text: str
    rule: int | None = None


@record
class Item:
    """What can be recommended; a warning has the same texts and a severity instead of a kind."""

    id: str
    place: Place
    kind: ItemKind | Literal["warning"]
    severity: Severity | None
    title: str
    summary: str
    steps: tuple[Step, ...]
    journey: tuple[str, ...]
    components: tuple[str, ...]
    kpis: tuple[str, ...]
    not_judged_by: tuple[str, ...]
    owner: str
    leads_to: tuple[str, ...]
    buyers: tuple[str, ...]
    benefits: tuple[str, ...]
    goals: tuple[str, ...]
    sources: tuple[str, ...]
    intended: tuple[Intended, ...] = ()


@record
class Entry:
    """A term of the lexicon, addressed as `group.id`."""

    group: str
    id: str
    place: Place
    label: str
    text: str
    sources: tuple[str, ...]


@record
class LexiconGroup:
    """Terms that belong together; also the family of a `for_each`."""

    id: str
    place: Place
    title: str
    entries: tuple[Entry, ...]


@record
class Platform:
    """An advertising network's own objective names; `rule` is the index of the rule that says it may be used."""

    id: str
    place: Place
    label: str
    rule: int
    objectives: dict[str, tuple[str, ...]]
    sources: tuple[str, ...]
    checked: str
    valid_until: str
    note: str


@record
class Claim:
    """A statement of a source document, in our own words."""

    id: str
    place: Place
    text: str
    kind: str
    vocabulary: tuple[str, ...]


@record
class Source:
    """A source document or a reference."""

    id: str
    place: Place
    title: str
    where: str
    note: str
    document: bool


@record
class ItemGroup:
    """Items that vetoes name together."""

    id: str
    place: Place
    label: str
    items: tuple[str, ...]
