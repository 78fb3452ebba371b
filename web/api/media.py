"""JSON in and out: bodies read strictly, versions by media type, tags for what does not change."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from demandfirst.engine.errors import Fault, Place
from demandfirst.web.api.problems import Problem
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
VERSIONED = "application/vnd.demandfirst.v1+json"
ANY = frozenset({"*/*", "application/*", ""})
DEEPEST = 20


async def body(request: Request) -> Any:
    """The JSON of a request. Raises `Problem`."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().casefold()
    if kind not in (JSON, VERSIONED):
        raise Problem(415, f"the body has to be {JSON}")
    raw = await request.body()
    try:
        found = json.loads(raw, parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        _unreadable("the JSON is nested too deeply")
    except ValueError as error:
        _unreadable(f"this is not JSON: {error}".lower())
    if depth(found) > DEEPEST:
        _unreadable("the JSON is nested too deeply")
    return found


def _unreadable(message: str) -> NoReturn:
    fault = Fault(Place("body"), "not-json", message, "send one JSON object")
    raise Problem(400, "The body cannot be read as JSON.", [fault]) from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1)
        raise ValueError(f"`{twice[:80]}` stands twice")
    return found


def depth(value: Any) -> int:
    """How deeply lists and objects are nested."""
    level, layer = 0, [value]
    while layer:
        level += 1
        layer = [
            inner
            for one in layer
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return level


def the_object(found: Any, known: frozenset[str] | None = None) -> dict[str, Any]:
    """A JSON object with no other members than those known. Raises `Problem`."""
    if not isinstance(found, dict):
        raise Problem(
            422, "The body has to be a JSON object.", [Fault(Place("body"), "not-an-object", "this is not an object")]
        )
    strange = [] if known is None else [name for name in found if name not in known]
    if strange and known is not None:
        help_line = f"known: {', '.join(sorted(known))}"
        faults = [
            Fault(Place(name[:80]), "unknown-member", f"`{name[:80]}` is not known here", help_line) for name in strange
        ]
        raise Problem(422, "The body has members that are not known.", faults)
    return found


def media_type(request: Request) -> str:
    """The media type to answer with. Raises `Problem` where another version is asked for."""
    accepted = {part.partition(";")[0].strip().casefold() for part in request.headers.get("accept", "*/*").split(",")}
    if VERSIONED in accepted:
        return VERSIONED
    if JSON in accepted or accepted & ANY:
        return JSON
    raise Problem(406, f"this address answers with {JSON} or {VERSIONED}")


def answer(request: Request, text: str, status: int = 200) -> Response:
    """JSON text as a response."""
    return Response(text, status, media_type=media_type(request))


def tagged(request: Request, text: str, tag: str) -> Response:
    """JSON that stays the same as long as its tag does; 304 where the caller has it already."""
    mark = f'"{tag}"'
    headers = {"ETag": mark, "Cache-Control": "public, max-age=60, must-revalidate"}
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if mark in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=media_type(request), headers=headers)
