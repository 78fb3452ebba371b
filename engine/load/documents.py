"""The shapes of the knowledge and rule files, checked by pydantic before anything is linked."""

from __future__ import annotations

from typing import Annotated, Any

from demandfirst.engine.ir.guarantees import Property
from demandfirst.engine.ir.report import Filled, Room
from demandfirst.engine.ir.vocabulary import Confidence, Direction, Effort, FactType, ItemKind, Severity
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9{][a-z0-9{}._-]*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Words = Annotated[list[Text], Field(min_length=1)]
Reasons = dict[str, Text]
Numeric = StrictInt | StrictFloat


class Shape(BaseModel):
    """Every key is known, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ValueDoc(Shape):
    id: Id
    label: Text
    help: str = ""
    title: str = ""
    text: str = ""


class ChangeableDoc(Shape):
    effort: Effort
    by: Id
    note: Text
    direction: Direction = "any"
    to: dict[Id, list[Id]] = {}


class FactDoc(Shape):
    id: Id
    type: FactType
    group: Id
    order: int
    label: Text
    question: Text
    help: Text
    who: Words
    sources: Words
    negative: str = ""
    core: bool = False
    required: bool = False
    values: list[ValueDoc] = []
    unit: str = ""
    minimum: Numeric | None = None
    above: Numeric | None = None
    maximum: Numeric | None = None
    at_least: int = 0
    changeable: ChangeableDoc | None = None
    intended: Reasons = {}


class VariesBy(Shape):
    fact: Id
    values: dict[str, Numeric]


class ParameterDoc(Shape):
    id: Id
    label: Text
    value: StrictBool | Numeric
    unit: Text
    sources: Words
    confidence: Confidence
    checked: Text
    note: Text
    minimum: Numeric | None = None
    maximum: Numeric | None = None
    varies_by: VariesBy | None = None
    intended: Reasons = {}


class QuantityDoc(Shape):
    id: Id
    label: Text
    formula: Text
    unit: Text
    explanation: Text
    sources: Words


class FindingDoc(Shape):
    id: Id
    label: Text
    negative: str = ""
    values: list[ValueDoc] = []


class StepDoc(Shape):
    do: Text
    when: list[Text] = []
    for_each: dict[str, Id] = {}
    intended: Reasons = {}


def _bare_step(value: Any) -> Any:
    return {"do": value} if isinstance(value, str) else value


class ItemDoc(Shape):
    id: Id
    title: Text
    summary: Text
    steps: Annotated[list[Annotated[StepDoc, BeforeValidator(_bare_step)]], Field(min_length=1)]
    sources: Words
    kind: ItemKind | None = None
    severity: Severity | None = None
    journey: list[Id] = []
    components: list[Id] = []
    kpis: list[Text] = []
    not_judged_by: list[Text] = []
    owner: str = ""
    leads_to: list[Id] = []
    buyers: list[Id] = []
    benefits: list[Id] = []
    goals: list[Id] = []
    intended: Reasons = {}


class EntryDoc(Shape):
    id: Id
    label: Text
    text: Text
    sources: Words


class LexiconDoc(Shape):
    group: Id
    title: Text
    entries: Annotated[list[EntryDoc], Field(min_length=1)]


class PlatformDoc(Shape):
    id: Id
    label: Text
    usable: list[Text]
    objectives: dict[str, Words]
    sources: Words
    checked: Text
    valid_until: Text
    note: Text
    intended: Reasons = {}


class ClaimDoc(Shape):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]+\.[0-9]+$")]
    text: Text
    kind: Id
    vocabulary: list[Text] = []


class DocumentDoc(Shape):
    id: Text
    file: Text
    language: Text
    title: Text
    note: str = ""


class ReferenceDoc(Shape):
    id: Text
    title: Text
    url: Text
    note: str = ""


class SourcesDoc(Shape):
    documents: list[DocumentDoc] = []
    references: list[ReferenceDoc] = []


class QuestionGroupDoc(Shape):
    id: Id
    title: Text


class QuestionGroupsDoc(Shape):
    question_groups: list[QuestionGroupDoc]


class ItemGroupDoc(Shape):
    id: Id
    label: Text
    items: Annotated[list[Id], Field(min_length=1)]


class ItemGroupsDoc(Shape):
    item_groups: list[ItemGroupDoc]


class RulebaseDoc(Shape):
    version: Text
    verdict: Id
    goals_fact: Id
    focus_parameter: Id
    budget_fact: str = ""


class EffectDoc(Shape):
    conclude: RuleId | None = None
    recommend: RuleId | None = None
    warn: RuleId | None = None
    veto: RuleId | None = None
    weight: Annotated[int, Field(ge=0, le=1000)] | None = None
    severity: Severity | None = None


class RuleDoc(Shape):
    id: RuleId
    then: Annotated[list[EffectDoc], Field(min_length=1)]
    because: Text
    sources: Words
    when: list[Text] = []
    until: str = ""
    for_each: dict[str, Id] = {}
    intended: Reasons = {}


class CaseDoc(Shape):
    id: RuleId
    value: Id
    because: Text
    sources: Words
    when: list[Text] = []
    until: str = ""
    intended: Reasons = {}


class TableDoc(Shape):
    decide: Id
    cases: Annotated[list[CaseDoc], Field(min_length=1)]


class ForgettingDoc(Shape):
    never_raises: Words
    excepted: list[Id] = []


class MovingDoc(Shape):
    never_stricter: Id
    order: Words
    up: list[Id] = []
    down: list[Id] = []


class GuaranteeDoc(Shape):
    id: RuleId
    chapter: Text
    sentence: Text
    sources: Words
    note: str = ""
    when: list[Text] = []
    always: list[Text] = []
    never: list[Text] = []
    forgetting: ForgettingDoc | None = None
    moving: MovingDoc | None = None
    property: Property | None = None


class NextUnitDoc(Shape):
    id: Id
    text: Text
    sources: Words
    item: str = ""
    when: list[Text] = []


class BarDoc(Shape):
    value: Id
    label: Text
    estimated: list[Text] = []


class ChartDoc(Shape):
    id: Id
    title: Text
    text: Text
    missing: Text
    unit: Text
    bars: Annotated[list[BarDoc], Field(min_length=1)]
    lines: list[BarDoc] = []


class RoomCaseDoc(Shape):
    when: Words
    room: Room
    filled: Filled
    text: Text


class RoomRowDoc(Shape):
    channel: Text
    cases: Annotated[list[RoomCaseDoc], Field(min_length=1)]
    otherwise: Text
    share: str = ""
    mark: str = ""


class HeadroomDoc(Shape):
    title: Text
    text: Text
    rows: Annotated[list[RoomRowDoc], Field(min_length=1)]


class UnlocksDoc(Shape):
    step: Id
    text: Text
    ends: list[RuleId] = []


class ObjectionDoc(Shape):
    id: Id
    says: Text
    answer: Text
    sources: Words
    when: list[Text] = []


class UpsellDoc(Shape):
    id: Id
    title: Text
    text: Text
    sources: Words
    when: list[Text] = []


class ReportDoc(Shape):
    figures: list[Id] = []
    next_unit: list[NextUnitDoc] = []
    charts: list[ChartDoc] = []
    headroom: HeadroomDoc | None = None
    unlocks: list[UnlocksDoc] = []
    objections: list[ObjectionDoc] = []
    upsell: list[UpsellDoc] = []


LISTS: dict[str, type[Shape]] = {
    "facts": FactDoc, "parameters": ParameterDoc, "quantities": QuantityDoc, "findings": FindingDoc, "items": ItemDoc,
    "warnings": ItemDoc, "platforms": PlatformDoc, "claims": ClaimDoc, "rules": RuleDoc,
    "guarantees": GuaranteeDoc,
}  # fmt: skip
MAPPINGS: dict[str, type[Shape]] = {
    "lexicon": LexiconDoc, "sources": SourcesDoc, "rulebase": RulebaseDoc, "question_groups": QuestionGroupsDoc,
    "item_groups": ItemGroupsDoc, "report": ReportDoc,
}  # fmt: skip
