"""The language of a request: asked for in its address, kept in a cookie, told by the browser, or else the service's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from demandfirst.engine.language import LANGUAGES, PSEUDO, current, speaking
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUERY, COOKIE = "lang", "demandfirst-language"
PREFIX = "demandfirst.prefix"
"""In the scope of a request: the part of its address that names the language, inside a frame."""
API, EMBED = "/v1/", "/embed"
WORDLESS = ("/static/", "/embed.js", "/healthz", "/readyz", "/metrics")
YEAR = 31_536_000
LONGEST = 1000
"""So much of what a browser says about languages is read."""
ACTIONS = frozenset({
    "answer", "back", "change", "decisions", "details", "erase", "finish", "resend", "sign-out", "start", "what-if", "withdraw",
})  # fmt: skip
"""The last words of addresses that take forms and show nothing; the page that the form stands on is the one before."""
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_FRAMED = re.compile(rf"{EMBED}/({'|'.join([*LANGUAGES, PSEUDO])})(?=/)")
_asked_for: ContextVar[str] = ContextVar("asked_for", default="")


def asked_for() -> str:
    """The language that the sender of the request wants; nothing where the request does not say."""
    return _asked_for.get()


def known(word: str) -> str:
    """The language that a code such as `uk`, `uk-UA` or `uk_UA` means; nothing where there is no such language."""
    code = word.strip().replace("_", "-")
    if code.casefold() == PSEUDO.casefold():
        return PSEUDO
    short = code.partition("-")[0].casefold()
    return short if short in LANGUAGES else ""


def accepted(header: str, default: str) -> str:
    """The language that `Accept-Language` likes best among ours; nothing where it names none, or anything is as good."""
    ranges = [found for part in header[:LONGEST].split(",") if (found := _RANGE.fullmatch(part))]
    weighed = [(one[1].casefold(), float(one[2] or 1)) for one in ranges]
    refused = {tag for tag, weight in weighed if weight == 0}
    for tag, weight in sorted(weighed, key=lambda one: -one[1]):
        if tag == "*" and weight > 0:
            return (
                "" if default.casefold() not in refused else next((one for one in LANGUAGES if one not in refused), "")
            )
        code = known(tag)
        if code and weight > 0 and code.casefold() not in refused:
            return code
    return ""


def cookie_of(headers: Headers, name: str) -> str:
    """The language that a browser has kept."""
    return known(cookie_parser(headers.get("cookie", "")).get(name, ""))


@dataclass(frozen=True, slots=True)
class Choice:
    """The language of a request; `said` where its sender said so, `kept` where it is to be kept."""

    code: str
    said: str
    kept: bool = False


class Spoken:
    """Lets everything that a request meets speak its language, and says in the answer which it is.

    In frames, where browsers keep no cookies, the address names it: `/embed/uk/q/...` is `/embed/q/...` in Ukrainian.
    """

    def __init__(self, app: ASGIApp, *, default: str, https: bool) -> None:
        self.app, self.default, self.https = app, default, https
        self.cookie = f"__Host-{COOKIE}" if https else COOKIE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"].startswith(WORDLESS):
            await self.app(scope, receive, send)
            return
        choice = self.choice(scope)

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.tell(MutableHeaders(scope=message), choice, scope)
            await send(message)

        before = _asked_for.set(choice.said)
        try:
            with speaking(choice.code):
                await self.app(scope, receive, send_in_language)
        finally:
            _asked_for.reset(before)

    def choice(self, scope: Scope) -> Choice:
        """The language of a request. The part of the address that names it is taken out of the path."""
        headers, path = Headers(scope=scope), scope["path"]
        asked = known(dict(parse_qsl(scope["query_string"].decode("latin-1"))).get(QUERY, ""))
        framed = _FRAMED.match(path)
        if framed:
            scope["path"] = EMBED + path[framed.end() :]
            scope["raw_path"] = quote(scope["path"]).encode()
        if path.startswith(f"{EMBED}/"):
            named = asked or (framed[1] if framed else "")
            scope[PREFIX] = f"/{named}" if named else ""
            asked = named
        elif asked:
            return Choice(asked, asked, kept=not path.startswith(API))
        held = "" if path.startswith(API) else cookie_of(headers, self.cookie)
        said = asked or held or accepted(headers.get("accept-language", ""), self.default)
        return Choice(said or self.default, said)

    def tell(self, headers: MutableHeaders, choice: Choice, scope: Scope) -> None:
        """Say in the head of an answer which language it has, and what that came from."""
        headers.setdefault("Content-Language", choice.code)
        headers.add_vary_header("Accept-Language")
        if not scope["path"].startswith(API):
            headers.add_vary_header("Cookie")
        if choice.kept:
            secure = "; Secure" if self.https else ""
            value = f"{self.cookie}={choice.code}; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=Lax{secure}"
            headers.append("Set-Cookie", value)


@dataclass(frozen=True, slots=True)
class Switch:
    """A link to the same page in another language."""

    code: str
    name: str
    link: str
    chosen: bool


def switches(scope: Scope, place: str = "") -> Iterator[Switch]:
    """Links to a page in every language: the one of the request, after a form the one that it stands on, or another place."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    if place or scope["method"] == "POST":
        path, query = place or page_of(path), ""
        place = path
    others = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != QUERY]
    for code, name in LANGUAGES.items():
        if PREFIX in scope:
            asked = f"?{urlencode(others)}" if others else ""
            link = f"{EMBED}/{code}{quote(path.removeprefix(EMBED))}{asked}"
        else:
            link = f"{quote(place)}?{urlencode([*others, (QUERY, code)])}"
        yield Switch(code, name, link, code == current())


def page_of(path: str) -> str:
    """The page of the form that was sent to an address."""
    before, _, last = path.rpartition("/")
    return "/" + (before if last in ACTIONS else path).strip("/") if path != f"{EMBED}/start" else f"{EMBED}/"
