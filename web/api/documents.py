"""What the OpenAPI document says about each address: bodies, answers, examples."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.language import LANGUAGES
from demandfirst.web.api.idempotency import HEADER, REPLAYED, USABLE
from demandfirst.web.api.media import JSON, VERSIONED
from demandfirst.web.api.problems import TYPE
from demandfirst.web.spoken import QUERY

Schema = dict[str, Any]
KEYS = "An API key, made by `demandfirst keys create`. Its scopes say what it may do: advise, sessions, clients."
TEXT: Schema = {"type": "string"}
OBJECT: Schema = {"type": "object"}


def ref(name: str) -> Schema:
    """A part that several addresses share."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> Schema:
    """A list of things."""
    return {"type": "array", "items": items}


def members(required: str = "", **properties: Schema) -> Schema:
    """An object with these members and no others."""
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | {"required": required.split()} if required else made


def told(**properties: Schema) -> Schema:
    """An object of ours: these members are always there, and more may come."""
    return {"type": "object", "required": list(properties), "properties": properties}


def nullable(kind: str) -> Schema:
    """A value, or null."""
    return {"type": [kind, "null"]}


PART = told(id=TEXT, status=TEXT, title=TEXT)
SCHEMAS: dict[str, Schema] = {
    "Fault": told(place=TEXT, code=TEXT, message=TEXT, help=TEXT),
    "Problem": told(type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT)
    | {"description": "What is wrong: every fault at once, each with its place."},
    "Rulebase": told(version=TEXT, hash=TEXT),
    "Advice": told(
        rulebase=ref("Rulebase"), verdict=told(finding=TEXT, value=nullable("string"), title=TEXT, text=TEXT),
        items=listed(PART), warnings=listed(PART), findings=listed(OBJECT), quantities=OBJECT, questions=listed(OBJECT),
        goals=listed(OBJECT), focus=listed(TEXT), assumptions=listed(OBJECT), answers=OBJECT,
    ),
    "Turn": told(
        question=nullable("object"), certain=nullable("object"), progress=OBJECT, settled={"type": "boolean"},
        complete={"type": "boolean"}, message=TEXT,
    ),
    "Session": told(
        answers=OBJECT, turn=ref("Turn"), completed=nullable("string"), expires=TEXT, messages=listed(TEXT),
        language=TEXT,
        rulebase=ref("Rulebase"),
    ),
    "Explanation": told(id=TEXT),
    "Result": {"oneOf": [members("advice", advice=ref("Advice")), members("errors", errors=listed(ref("Fault")))]},
    "CompletedClient": told(
        id=TEXT, completed=TEXT, reference=TEXT, language=TEXT, verdict=nullable("string"), warnings=listed(TEXT),
        planned_budget=nullable("number"), answers=OBJECT,
    ),
}  # fmt: skip
SCHEMAS["Problem"]["properties"]["errors"] = listed(ref("Fault"))

CLIENT: dict[str, Any] = {
    "business_type": "ecommerce", "goals": ["sales"], "monthly_searches": 2400, "paid_search": "used",
    "search_impression_share": 38, "seo": "unknown",
}  # fmt: skip
SECRET = "kXl1O0p5mJ0s2cQz7T4vYb9wRr3uHd6e"  # noqa: S105
STAMP = {"version": "2026.11", "hash": "0123456789abcdef"}
PROBLEM = {
    "type": "about:blank", "title": "Unprocessable Content", "status": 422,
    "detail": "The facts about the client are not valid.",
    "errors": [{
        "place": "client.gross_margin", "code": "out-of-range", "message": "`140` is outside the range of `gross_margin`",
        "help": "it goes from -100 to 100",
    }],
}  # fmt: skip


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What can go wrong at an address, and what any address can answer."""
    content = {TYPE: {"schema": ref("Problem"), "example": PROBLEM}}
    return {
        status: {"description": WRONG[status], "content": content}
        for status in sorted({400, 401, 403, 406, 422, 429, 500, 503, *statuses})
    }


WRONG = {
    400: "The request cannot be read.",
    401: "A key is needed, or this one is not valid.",
    403: "The key has not the scope that this needs.",
    404: "There is no such session, or no longer.",
    406: "Another version is asked for.",
    408: "The body took too long to arrive.",
    409: "The idempotency key was used for another request.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The request is not valid.",
    429: "Too many requests; `Retry-After` says when to ask again.",
    500: "Something went wrong here.",
    503: "Not available at the moment; try again.",
}
BODY = (408, 413, 415, 422)


SPOKEN: Schema = {
    "name": QUERY, "in": "query", "required": False, "schema": {"type": "string", "enum": list(LANGUAGES)},
    "description": "The language of the texts; without it `Accept-Language` says. `Content-Language` is the one that was used.",
}  # fmt: skip


def _document(
    gives: Schema | None, status: int = 200, *, takes: Schema | None = None, example: Any = None, given: Any = None,
    wrong: tuple[int, ...] = (), headers: dict[str, Schema] | None = None, parameters: tuple[Schema, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """The arguments of a route: what it takes (with an example), gives (with an example), and what can go wrong."""
    extra: dict[str, Any] = {"parameters": [SPOKEN, *parameters]}
    if takes is not None:
        content = {"schema": takes, "example": example}
        extra["requestBody"] = {"required": True, "content": {JSON: content, VERSIONED: content}}
    done: dict[str, Any] = {"description": "Done"}
    if gives is not None:
        shown = {"schema": gives} if given is None else {"schema": gives, "example": given}
        done["content"] = {JSON: shown, VERSIONED: shown}
    if headers:
        done["headers"] = {name: {"schema": schema} for name, schema in headers.items()}
    other = problems(*wrong, *(BODY if takes is not None else ()))
    return {"openapi_extra": extra, "responses": {status: done, **other}}


def _tagged(gives: Schema, given: Any = None) -> dict[str, Any]:
    condition = {
        "name": "If-None-Match", "in": "header", "schema": TEXT, "required": False,
        "description": "An `ETag` from before: answered 304 while nothing has changed.",
    }  # fmt: skip
    made = _document(gives, given=given, headers={"ETag": TEXT}, parameters=(condition,))
    made["responses"][304] = {"description": "Not changed"}
    return made


ONCE: Schema = {
    "name": HEADER, "in": "header", "required": False,
    "schema": {"type": "string", "pattern": f"^{USABLE.pattern}$"},
    "description": "A random key, such as a UUID: the same request with the same key makes nothing twice, for 24 hours.",
}  # fmt: skip
ADVISE = _document(ref("Advice"), takes=ref("Client"), example=CLIENT)
ADVISE_MANY = _document(
    told(results=listed(ref("Result"))), takes=members("clients", clients=listed({"description": "A client."})),
    example={"clients": [CLIENT, {"business_type": "local_service", "goals": ["leads"]}]},
)  # fmt: skip
EXPLAIN = _document(
    told(explanations=listed(ref("Explanation"))), takes=members("client", client=ref("Client"), id=ref("Explained")),
    example={"client": CLIENT, "id": "paid_social_scaling"},
)  # fmt: skip
NEXT_QUESTION = _document(ref("Turn"), takes=members(client=ref("Answers")), example={"client": CLIENT})
WHAT_IF = _document(
    OBJECT, takes=members("client changes", client=ref("Client"), changes=ref("Answers")),
    example={"client": CLIENT, "changes": {"search_impression_share": 95}},
)  # fmt: skip
VOCABULARY = _tagged(OBJECT)
RULEBASE = _tagged(ref("Rulebase"), STAMP)
DOCUMENT = _tagged(OBJECT)
START = _document(
    told(session=TEXT, url=TEXT), 201, takes=members(client=ref("Answers"), reference=TEXT | {"maxLength": 200}),
    example={"client": {"business_type": "ecommerce"}, "reference": "account-17"},
    given={"session": SECRET, "url": f"https://advice.example/q/{SECRET}"}, wrong=(409,), parameters=(ONCE,),
    headers={"Location": TEXT, REPLAYED: TEXT},
)  # fmt: skip
SESSION = _document(ref("Session"), wrong=(404,))
ANSWERS = _document(
    ref("Session"), takes=ref("Answers"), example={"goals": ["sales"], "seo": "unknown"}, wrong=(404,)
)  # fmt: skip
SKIP = _document(
    ref("Session"), takes=members("fact", fact=ref("Fact")), example={"fact": "gross_margin"}, wrong=(404,)
)
BACK = _document(ref("Session"), wrong=(404,))
FINISH = _document(ref("Advice"), wrong=(404, 422))
ERASE = _document(None, 204)
CLIENTS = _document(
    told(clients=listed(ref("CompletedClient")), next=nullable("string")), wrong=(422,),
    given={"clients": [{
        "id": "5f1c", "completed": "2026-11-20T09:30:00+00:00", "reference": "account-17", "language": "uk", "verdict": "hold",
        "warnings": [], "planned_budget": 1500, "answers": CLIENT,
    }], "next": None},
)  # fmt: skip
