"""Guarantees: what must always, or never, come of any client's answers. Pure data, without a solver."""

from __future__ import annotations

from typing import Literal

from demandfirst.engine.errors import Place
from demandfirst.engine.ir.formulas import Certain, Every, Not, Possible, Some
from demandfirst.engine.ir.record import record

Quantifier = Literal["any", "all", "none"]
Property = Literal["no_u_turns", "it_ends", "vetoes_win"]
ITEM_WORDS = ("recommended", "withheld", "open", "not_recommended")
WARNING_WORDS = ("raised", "open", "not_raised", "info", "caution", "stop")
"""The statuses of a warning; a severity as a status means: raised with just this severity."""


@record
class Stands:
    """Any, all or none of these items and warnings have one of these statuses."""

    quantifier: Quantifier
    names: tuple[str, ...]
    words: tuple[str, ...]


@record
class Answered:
    """Each of these facts has an answer: a value or *don't know*; `exactly`: no value within bounds only."""

    facts: tuple[str, ...]
    exactly: bool


@record
class Valued:
    """A fact is answered with a value, not with *don't know*."""

    fact: str


@record
class Vetoed:
    """A veto on this item holds, or answers still missing can make it hold."""

    item: str


@record
class Other:
    """The part holds for the other of two clients."""

    part: Promise


Promise = (
    Certain | Possible | Stands | Answered | Valued | Vetoed
    | Every["Promise"] | Some["Promise"] | Not["Promise"] | Other
)  # fmt: skip
"""What can be said of a client, or of two: true or false, never undecided, since *open* is a status like others."""


@record
class PromiseLine:
    """A line of a guarantee, as written and as understood."""

    text: str
    place: Place
    promise: Promise


@record
class Forgetting:
    """Two clients, of whom the other does not know one answer: its level, from the lowest on, is not higher.

    `excepted` facts may raise it.
    """

    levels: tuple[str, ...]
    excepted: tuple[str, ...]


@record
class Moving:
    """Two clients, of whom the other has numbers that are higher, or lower: a finding does not get stricter.

    `values` are those of the finding, from the least strict on.
    """

    up: tuple[str, ...]
    down: tuple[str, ...]
    finding: str
    values: tuple[str, ...]


@record
class Guarantee:
    """A promise about every possible client, and what it rests on.

    Where all of `when` holds, all of `always` holds and the lines of `never` do not hold together. `other` compares two clients
    instead, `property` is one of the advice as a whole.
    """

    id: str
    place: Place
    chapter: str
    sentence: str
    note: str
    when: tuple[PromiseLine, ...]
    always: tuple[PromiseLine, ...]
    never: tuple[PromiseLine, ...]
    other: Forgetting | Moving | None
    property: Property | None
    sources: tuple[str, ...]


# --- what has to be proved ---------------------------------------------------------------------------------------------


@record
class Forgotten:
    """The other client answers a fact with *don't know*, and all else alike."""

    fact: str


@record
class Moved:
    """The other client has numbers that are no lower (`up`) and no higher (`down`), and all else alike."""

    up: tuple[str, ...]
    down: tuple[str, ...]


@record
class Obligation:
    """No client (or no two clients, who differ so) for whom the premise holds has what would break the guarantee.

    `wanted` lists what has to be possible, each by itself, or the guarantee says nothing.
    """

    premise: Promise
    broken: Promise
    wanted: tuple[Promise, ...] = ()
    differ: Forgotten | Moved | None = None
    label: str = ""


@record
class Steadiness:
    """Whatever is answered next only decides what was open: proved step by step, from operators to statuses."""


Verdict = Literal["proved", "broken", "unknown", "vacuous"]


@record
class Counterexample:
    """Clients (one, or two that differ) for whom a guarantee does not hold, as client files hold them."""

    clients: tuple[dict[str, object], ...]
    label: str = ""


@record
class Proof:
    """What became of a guarantee.

    `note`: why it is unknown or vacuous.
    """

    guarantee: Guarantee
    verdict: Verdict
    seconds: float
    counterexample: Counterexample | None = None
    note: str = ""
