"""What the OpenAPI document says about each address: bodies, answers, examples."""

from __future__ import annotations

from typing import Any

CLIENT: dict[str, Any] = {
    "business_type": "ecommerce", "goals": ["sales"], "monthly_searches": 2400, "paid_search": "used",
    "search_impression_share": 38, "seo": "unknown",
}  # fmt: skip
OBJECT: dict[str, Any] = {"type": "object"}
TEXT: dict[str, Any] = {"type": "string"}
CLIENT_BODY = {"type": "object", "description": "Facts about a client; /v1/vocabulary is their JSON Schema."}
PROBLEM: dict[str, Any] = {
    "type": "object", "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object", "required": ["place", "code", "message", "help"],
                "properties": {"place": TEXT, "code": TEXT, "message": TEXT, "help": TEXT},
            },
        },
    },
}  # fmt: skip
STATUSES = (400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 429, 503)
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": "A problem", "content": {"application/problem+json": {"schema": PROBLEM}}}
    for status in STATUSES
}
STAMP = {"type": "object", "required": ["version", "hash"], "properties": {"version": TEXT, "hash": TEXT}}
PART = {"type": "object", "required": ["id", "status"], "properties": {"id": TEXT, "status": TEXT, "title": TEXT}}
ADVICE: dict[str, Any] = {
    "type": "object", "required": ["rulebase", "verdict", "items", "warnings", "findings", "quantities", "questions"],
    "properties": {
        "rulebase": STAMP, "verdict": OBJECT, "items": {"type": "array", "items": PART},
        "warnings": {"type": "array", "items": PART}, "findings": {"type": "array", "items": OBJECT}, "quantities": OBJECT,
        "questions": {"type": "array", "items": OBJECT},
    },
}  # fmt: skip
TURN: dict[str, Any] = {
    "type": "object", "required": ["question", "certain", "progress", "settled", "complete", "message"],
    "properties": {
        "question": {"type": ["object", "null"]}, "certain": {"type": ["object", "null"]}, "progress": OBJECT,
        "settled": {"type": "boolean"}, "complete": {"type": "boolean"}, "message": TEXT,
    },
}  # fmt: skip
SESSION_DATA: dict[str, Any] = {
    "type": "object", "required": ["answers", "turn", "completed", "expires", "messages", "rulebase"],
    "properties": {
        "answers": OBJECT, "turn": TURN, "completed": {"type": ["string", "null"]}, "expires": TEXT,
        "messages": {"type": "array", "items": TEXT}, "rulebase": STAMP,
    },
}  # fmt: skip


def _members(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _taking(schema: dict[str, Any] | None, example: Any = None) -> dict[str, Any]:
    if schema is None:
        return {}
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"openapi_extra": {"requestBody": {"required": True, "content": {"application/json": content}}}}


def _giving(schema: dict[str, Any], status: int = 200) -> dict[int | str, dict[str, Any]]:
    media = {kind: {"schema": schema} for kind in ("application/json", "application/vnd.demandfirst.v1+json")}
    return {status: {"description": "Done", "content": media}}


def _documented(
    takes: dict[str, Any] | None, gives: dict[str, Any], example: Any = None, status: int = 200
) -> dict[str, Any]:
    return {**_taking(takes, example), "responses": _giving(gives, status)}


ADVISE = _documented(CLIENT_BODY, ADVICE, CLIENT)
ADVISE_MANY = _documented(
    _members(["clients"], clients={"type": "array", "items": OBJECT}),
    {"type": "object", "required": ["results"], "properties": {"results": {"type": "array", "items": OBJECT}}},
    {"clients": [CLIENT, {"business_type": "local_service", "goals": ["leads"]}]},
)
EXPLAIN = _documented(
    _members(["client"], client=CLIENT_BODY, id=TEXT),
    {
        "type": "object",
        "required": ["explanations"],
        "properties": {"explanations": {"type": "array", "items": OBJECT}},
    },
    {"client": CLIENT, "id": "paid_social_scaling"},
)
NEXT_QUESTION = _documented(_members([], client=CLIENT_BODY), TURN, {"client": CLIENT})
WHAT_IF = _documented(
    _members(["client", "changes"], client=CLIENT_BODY, changes=OBJECT), OBJECT,
    {"client": CLIENT, "changes": {"search_impression_share": 95}},
)  # fmt: skip
VOCABULARY = _documented(None, OBJECT)
RULEBASE = _documented(None, STAMP)
START = _documented(
    _members([], client=CLIENT_BODY, reference={"type": "string", "maxLength": 200}),
    {"type": "object", "required": ["session", "url"], "properties": {"session": TEXT, "url": TEXT}},
    {"client": {"business_type": "ecommerce"}, "reference": "account-17"}, 201,
)  # fmt: skip
SESSION = _documented(None, SESSION_DATA)
ANSWERS = _documented(CLIENT_BODY, SESSION_DATA, {"goals": ["sales"], "seo": "unknown"})
SKIP = _documented(_members(["fact"], fact=TEXT), SESSION_DATA, {"fact": "gross_margin"})
BACK = _documented(None, SESSION_DATA)
FINISH = _documented(None, ADVICE)
ERASE: dict[str, Any] = {}
CLIENTS = _documented(
    None,
    {
        "type": "object", "required": ["clients", "next"],
        "properties": {"clients": {"type": "array", "items": OBJECT}, "next": {"type": ["string", "null"]}},
    },
)  # fmt: skip
