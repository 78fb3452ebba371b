"""JSON in and out: bodies read strictly, versions by media type, tags for what does not change."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.load.yaml_tree import quote
from demandfirst.web.api.problems import Problem
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
VERSIONED = "application/vnd.demandfirst.v1+json"
ANY = frozenset({"*/*", "application/*"})
DEEPEST = 20
MOST_FAULTS = 100
_REFUSED = re.compile(r"; *q=0(\.0*)? *$")


async def body(request: Request) -> Any:
    """The JSON of a request. Raises `Problem`."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().casefold()
    if kind not in (JSON, VERSIONED):
        raise Problem(415, f"The body has to be {JSON}.")
    raw = await request.body()
    try:
        found = json.loads(raw, parse_constant=_no_constant, object_pairs_hook=_unique)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        _unreadable("the JSON is nested too deeply")
    except UnicodeError:
        _unreadable("this is not text in UTF-8")
    except json.JSONDecodeError as error:
        _unreadable(f"this is not JSON: {error.msg.lower()}", error.lineno)
    except ValueError as error:
        _unreadable(f"this is not JSON: {error}")
    if depth(found) > DEEPEST:
        _unreadable("the JSON is nested too deeply")
    return found


def _unreadable(message: str, line: int = 0) -> NoReturn:
    fault = Fault(Place("body", line), "not-json", message, "send one JSON object")
    raise Problem(400, "The body cannot be read as JSON.", [fault]) from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"`{quote(twice)}` stands twice")
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


def the_object(found: Any, known: frozenset[str] | None = None, place: str = "body") -> dict[str, Any]:
    """A JSON object with no other members than those known. Raises `Problem`."""
    if not isinstance(found, dict):
        fault = Fault(Place(place), "not-an-object", f"`{quote(found)}` is not an object", "send a JSON object")
        raise Problem(422, f"`{place}` has to be a JSON object.", [fault])
    strange = [] if known is None else [name for name in found if name not in known]
    if strange and known is not None:
        help_line = f"known: {', '.join(sorted(known))}"
        faults = [
            Fault(Place(quote(name)), "unknown-member", f"`{quote(name)}` is not known here", help_line)
            for name in strange[:MOST_FAULTS]
        ]
        raise Problem(422, "The body has members that are not known.", faults)
    return found


def media_type(request: Request) -> str:
    """The media type to answer with. Raises `Problem` where another version is asked for."""
    header = request.headers.get("accept", "*/*")
    parts = [part for part in header.split(",") if not _REFUSED.search(part)]
    accepted = {part.partition(";")[0].strip().casefold() for part in parts}
    if VERSIONED in accepted:
        return VERSIONED
    if JSON in accepted or accepted & ANY or not header.strip():
        return JSON
    raise Problem(406, f"This address answers with {JSON} or {VERSIONED}.")


def answer(request: Request, text: str | bytes, status: int = 200) -> Response:
    """JSON text as a response; nothing of a client is kept on the way."""
    return Response(text, status, {"Cache-Control": "no-store", "Vary": "Accept"}, media_type=media_type(request))


def tagged(request: Request, text: str, tag: str) -> Response:
    """JSON that stays the same as long as its tag does; 304 where the caller has it already."""
    kind = media_type(request)
    mark = f'"{tag}"' if kind == JSON else f'"{tag}-v1"'
    headers = {"ETag": mark, "Cache-Control": "public, max-age=60, must-revalidate", "Vary": "Accept"}
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if mark in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=kind, headers=headers)
