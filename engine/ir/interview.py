"""The interview as data: where it stands (kept between questions), and what is to be asked. Immutable and JSON-serialisable."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any, Literal

from demandfirst.engine.ir.advice import Named, Part, RulebaseStamp

Why = Literal["needed", "decides", "details", "again", "returned"]


class Step(Part):
    """Something that was done to a fact, with what was there before, so that it can be taken back."""

    fact: str
    before: Any = None
    put_off_before: int = 0


class State(Part):
    """Everything that has to be kept between two questions.

    `answers` are as in a client file, `"unknown"` for *don't know*. `put_off` counts how often a question was skipped or answered
    within bounds only: it comes once more at the end. `returned` is a question to ask next, after going back or to change its
    answer. `details`: go on after what is advised is settled. `facts` are the questions there were.
    """

    rulebase: RulebaseStamp
    facts: tuple[str, ...]
    answers: dict[str, Any] = field(default_factory=dict)
    put_off: dict[str, int] = field(default_factory=dict)
    returned: str = ""
    details: bool = False
    history: tuple[Step, ...] = ()

    def but(self, **changes: Any) -> State:
        """The state with some parts changed."""
        return replace(self, **changes)


class Resumed(Part):
    """A saved state taken up again, and what is different in the rulebase since."""

    state: State
    rules_changed: bool
    gone: tuple[str, ...]
    invalid: tuple[str, ...]
    new: tuple[str, ...]
    messages: tuple[str, ...]


class Choice(Part):
    """An answer to choose."""

    id: str
    label: str
    help: str


class Decidable(Part):
    """Something open that an answer can decide."""

    id: str
    kind: str
    title: str


class Asked(Part):
    """A question, with everything that a face needs to ask it; `given` is the present answer where there is one."""

    fact: str
    type: str
    group: str
    question: str
    help: str
    who: tuple[Named, ...]
    values: tuple[Choice, ...]
    unit: str
    range: str
    at_least: int
    required: bool
    given: Any
    why: Why
    reason: str
    decides: tuple[Decidable, ...]


class Certain(Part):
    """What the next answers cannot change: it stays so unless an answer already given is changed."""

    verdict: str | None
    verdict_title: str
    recommended: tuple[Named, ...]
    withheld: tuple[Named, ...]
    raised: tuple[Decidable, ...]
    open: int


class Progress(Part):
    """How far the interview is.

    `deciding` questions can still change what is advised, `details` only its order, reasons, lines or figures; `left_open` of these
    were put off twice and do not come again. `saved` questions need no answer.
    """

    answered: int
    total: int
    deciding: int
    details: int
    left_open: int
    saved: int


class Turn(Part):
    """Where the interview stands: the next question, or None; what is certain, or None while needed answers are missing.

    `settled`: no answer still missing changes what is recommended, withheld or warned of, nor the verdict. `complete`: nor
    any other word of the advice.
    """

    question: Asked | None
    certain: Certain | None
    progress: Progress
    settled: bool
    complete: bool
    message: str
