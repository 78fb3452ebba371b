"""JSON in and out: bodies read strictly, versions by media type, tags for what does not change."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.language import LANGUAGES, SOURCE, _, current, mark, nearest_language
from demandfirst.engine.load.yaml_tree import quote
from demandfirst.web.api.problems import Problem
from demandfirst.web.spoken import QUERY
from demandfirst.web.spoken import known as known_language
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
VERSIONED = "application/vnd.demandfirst.v1+json"
ANY = frozenset({"*/*", "application/*"})
DEEPEST = 20
DEEP, NOT_JSON = mark("the JSON is nested too deeply"), mark("this is not JSON: {reason}")
MOST_FAULTS = 100
_REFUSED = re.compile(r"; *q=0(\.0*)? *$")


async def body(request: Request) -> Any:
    """The JSON of a request. Raises `Problem`."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().casefold()
    if kind not in (JSON, VERSIONED):
        raise Problem(415, _("The body has to be {kind}.").format(kind=JSON))
    raw = await request.body()
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_unique)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        _unreadable(_(DEEP))
    except UnicodeError:
        _unreadable(_("this is not text in UTF-8"))
    except json.JSONDecodeError as error:
        _unreadable(_(NOT_JSON).format(reason=error.msg.lower()), error.lineno)
    except ValueError as error:
        _unreadable(_(NOT_JSON).format(reason=error))
    if depth(found) > DEEPEST:
        _unreadable(_(DEEP))
    return found


def _unreadable(message: str, line: int = 0) -> NoReturn:
    fault = Fault(Place("body", line), "not-json", message, _("send one JSON object"))
    raise Problem(400, _("The body cannot be read as JSON."), [fault]) from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(_("`{word}` is not a number").format(word=word))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(_("`{name}` stands twice").format(name=quote(twice)))
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
        message = _("`{value}` is not an object").format(value=quote(found))
        fault = Fault(Place(place), "not-an-object", message, _("send a JSON object"))
        raise Problem(422, _("`{name}` has to be a JSON object.").format(name=place), [fault])
    strange = [] if known is None else [name for name in found if name not in known]
    if strange and known is not None:
        help_line = _("known: {names}").format(names=", ".join(sorted(known)))
        faults = [
            Fault(
                Place(quote(name)),
                "unknown-member",
                _("`{name}` is not known here").format(name=quote(name)),
                help_line,
            )
            for name in strange[:MOST_FAULTS]
        ]
        raise Problem(422, _("The body has members that are not known."), faults)
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
    raise Problem(406, _("This address answers with {json} or {versioned}.").format(json=JSON, versioned=VERSIONED))


def language(request: Request) -> None:
    """Raise `Problem` where a language is asked for that there is none of."""
    for word in request.query_params.getlist(QUERY):
        if not known_language(word):
            near = nearest_language(word)
            listed = ", ".join(LANGUAGES)
            help_line = (
                _("did you mean `{near}`? There are: {listed}").format(near=near, listed=listed)
                if near
                else _("there are: {listed}").format(listed=listed)
            )
            message = _("`{word}` is not a language here").format(word=quote(word))
            fault = Fault(Place(QUERY), "unknown-language", message, help_line)
            raise Problem(422, _("There is no such language."), [fault])


def answer(request: Request, text: str | bytes, status: int = 200) -> Response:
    """JSON text as a response; nothing of a client is kept on the way."""
    return Response(text, status, {"Cache-Control": "no-store", "Vary": "Accept"}, media_type=media_type(request))


def tagged(request: Request, text: str, tag: str) -> Response:
    """JSON in the language that is spoken, the same as long as its tag is; 304 where the caller has it already."""
    kind, whose = media_type(request), "private" if "authorization" in request.headers else "public"
    spoken = tag if current() == SOURCE else f"{tag}-{current()}"
    stamp = f'"{spoken}"' if kind == JSON else f'"{spoken}-v1"'
    headers = {
        "ETag": stamp,
        "Cache-Control": f"{whose}, max-age=60, must-revalidate",
        "Vary": "Accept",
        "Content-Language": current(),
    }
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if stamp in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=kind, headers=headers)
