"""The advice: one result that every face renders and none computes. Immutable and JSON-serialisable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, fields
from json import JSONEncoder, dumps
from json.encoder import encode_basestring
from typing import Any, ClassVar, Literal, Self, dataclass_transform

from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.record import record
from demandfirst.engine.language import SOURCE

ItemStatus = Literal["recommended", "withheld", "open", "not_recommended"]
WarningStatus = Literal["raised", "open", "not_raised"]
TruthStatus = Literal["true", "false", "open"]
GoalStatus = Literal["served", "postponed", "open", "unserved"]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Part:
    """A part of the advice: every subclass is a frozen dataclass, and becomes plain data as a pydantic model does.

    It is none, since nothing in it is left to check, and importing pydantic takes longer than advising a client.
    """

    __slots__ = ("__dict__", "__weakref__", "_halves", "_like", "_text")
    shown_names: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        record(cls)
        cls.shown_names = tuple(one.name for one in fields(cls) if one.repr)  # type: ignore[arg-type]

    def __getstate__(self) -> dict[str, Any]:
        return vars(self)

    def model_dump(self, *, mode: Literal["json", "python"] = "json") -> dict[str, Any]:  # noqa: ARG002
        """Plain data that is JSON as it stands, in either mode; what `repr` leaves out is left out here too."""
        return {name: _plain(value) for name, value in _shown(self).items()}

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """The same as JSON, in one line or indented."""
        if indent is None:
            return self.json_line().decode()
        return dumps(self, default=_shown, ensure_ascii=False, indent=indent)

    def json_line(self) -> bytes:
        """The same in one line, in UTF-8."""
        return b"{" + b",".join(_member(name, value) for name, value in _shown(self).items()) + b"}"

    def keep_text(self) -> None:
        """Write the part once, however often it is a part of something that becomes JSON."""
        object.__setattr__(self, "_text", b"")

    def saying(self, **texts: Any) -> Self:
        """The same part with other texts, of fields that stand side by side; most of it is written already."""
        made = object.__new__(type(self))
        vars(made).update(vars(self), **texts)
        object.__setattr__(made, "_like", (self, tuple(texts)))
        return made


def _written(value: Any) -> bytes:
    """A value as JSON in one line; parts in a tuple one by one, since they may be written already."""
    match value:
        case str():
            return encode_basestring(value).encode()
        case Part():
            return _written_part(value)
        case tuple() if value and isinstance(value[0], Part | str):
            return b"[" + b",".join(map(_written, value)) + b"]"
        case _:
            return _encode(value).encode()


def _written_part(part: Part) -> bytes:
    like: tuple[Part, tuple[str, ...]] | None = getattr(part, "_like", None)
    if like is not None:
        before, after = _around(*like)
        return before + _members(part, like[1]) + after
    text: bytes | None = getattr(part, "_text", None)
    if text == b"":
        text = _encode(part).encode()
        object.__setattr__(part, "_text", text)
    return _encode(part).encode() if text is None else text


def _around(model: Part, names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """What stands before and after some fields of a part that is written once."""
    found: tuple[bytes, bytes] | None = getattr(model, "_halves", None)
    if found is None:
        before, _, after = _written_part(model).partition(_members(model, names))
        object.__setattr__(model, "_halves", found := (before, after))
    return found


def _members(part: Part, names: Iterable[str]) -> bytes:
    held = vars(part)
    return b",".join([_member(name, held[name]) for name in names])


def _member(name: str, value: Any) -> bytes:
    return b'"%s":%s' % (name.encode(), _written(value))


def _shown(part: Part) -> dict[str, Any]:
    """The fields that are shown, in their order."""
    held = vars(part)
    return {name: held[name] for name in part.shown_names}


_encode = JSONEncoder(default=_shown, ensure_ascii=False, separators=(",", ":")).encode


def _plain(value: Any) -> Any:
    match value:
        case Part():
            return value.model_dump()
        case tuple():
            return [_plain(inner) for inner in value]
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case _:
            return value


class Named(Part):
    """A word of the lexicon, with the label that people read."""

    id: str
    label: str


class Reason(Part):
    """A rule that fired, why, and what would end what it holds back."""

    rule: str
    because: str
    until: str = ""


class PlatformObjective(Part):
    """What a network calls a campaign's objective; `open` while it is not known whether the network may be used."""

    platform: str
    label: str
    objectives: tuple[str, ...]
    status: Literal["usable", "open"]
    checked: str
    valid_until: str
    note: str


class ItemAdvice(Part):
    """An item and its status; the rank orders by kind, then by the weight of the rules that fired."""

    id: str
    kind: str
    status: ItemStatus
    title: str
    rank: int
    weight: int
    summary: str
    steps: tuple[str, ...]
    journey: tuple[Named, ...]
    components: tuple[Named, ...]
    kpis: tuple[str, ...]
    not_judged_by: tuple[str, ...]
    owner: Named | None
    leads_to: tuple[Named, ...]
    buyers: tuple[Named, ...]
    benefits: tuple[Named, ...]
    goals: tuple[str, ...]
    platforms: tuple[PlatformObjective, ...]
    rules: tuple[str, ...]
    recommended_by: tuple[str, ...]
    held_back_by: tuple[str, ...]
    waiting_for: tuple[str, ...]
    reasons: tuple[Reason, ...]
    held_back: tuple[Reason, ...]
    questions: tuple[str, ...]


class WarningAdvice(Part):
    """A warning and its status; raised, it is as severe as the strongest rule that raised it."""

    id: str
    status: WarningStatus
    severity: str
    title: str
    summary: str
    steps: tuple[str, ...]
    journey: tuple[Named, ...]
    components: tuple[Named, ...]
    kpis: tuple[str, ...]
    not_judged_by: tuple[str, ...]
    owner: Named | None
    rules: tuple[str, ...]
    waiting_for: tuple[str, ...]
    reasons: tuple[Reason, ...]
    questions: tuple[str, ...]


class YesNoFinding(Part):
    """A yes/no finding."""

    id: str
    status: TruthStatus
    text: str
    rules: tuple[str, ...]
    waiting_for: tuple[str, ...]


class ChoiceFinding(Part):
    """A choice finding; the value is None while more than one is possible."""

    id: str
    value: str | None
    possible: tuple[str, ...]
    text: str
    rules: tuple[str, ...]
    waiting_for: tuple[str, ...]


class QuantityAdvice(Part):
    """A quantity with its sum; the value is None while an answer is missing or only bounded (then `bounds` has both ends)."""

    value: float | Literal["unknown"] | None
    bounds: tuple[float, float] | None
    unit: str
    label: str
    sum: str
    explanation: str


class Question(Part):
    """A fact, unanswered or answered only within bounds, that can still change something.

    `decides` names the open items and warnings that wait for it.
    """

    fact: str
    question: str
    help: str
    who: tuple[str, ...]
    group: str
    decides: tuple[str, ...]


class GoalAdvice(Part):
    """A goal the client named: the objectives that serve it now, those still open, those postponed and what holds them back."""

    goal: str
    label: str
    status: GoalStatus
    served_by: tuple[str, ...]
    open: tuple[str, ...]
    postponed: tuple[str, ...]
    held_back: tuple[Reason, ...]


class Verdict(Part):
    """The flagship finding, which says whether money may go to paid social."""

    finding: str
    value: str | None
    title: str
    text: str
    reasons: tuple[Reason, ...]
    questions: tuple[str, ...]


class Assumption(Part):
    """A parameter with weak support on which the verdict rests."""

    parameter: str
    label: str
    shown: str
    confidence: str
    note: str


class RulebaseStamp(Part):
    """Which rulebase gave the advice, so that a stored decision can be replayed."""

    version: str
    hash: str


class Advice(Part):
    """Everything the rulebase says about one client."""

    rulebase: RulebaseStamp
    verdict: Verdict
    assumptions: tuple[Assumption, ...]
    goals: tuple[GoalAdvice, ...]
    focus: tuple[str, ...]
    items: tuple[ItemAdvice, ...]
    warnings: tuple[WarningAdvice, ...]
    findings: tuple[YesNoFinding | ChoiceFinding, ...]
    quantities: dict[str, QuantityAdvice]
    questions: tuple[Question, ...]
    answers: dict[str, Any]
    outcome: Outcome = field(repr=False)
    language: str = field(default=SOURCE, repr=False)

    def status(self, name: str) -> str:
        """The status of an item, warning or finding by id (a choice finding: its value, or `undecided`).

        Raises `KeyError` for an id that is none of these.
        """
        for part in (*self.items, *self.warnings, *self.findings):
            if part.id == name:
                return (part.value or "undecided") if isinstance(part, ChoiceFinding) else part.status
        raise KeyError(name)

    def item(self, name: str) -> ItemAdvice:
        """The item with this id; raises `KeyError`."""
        for item in self.items:
            if item.id == name:
                return item
        raise KeyError(name)
