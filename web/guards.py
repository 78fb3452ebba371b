"""What stands before every request: headers that tell browsers what a page may do, limits on bodies, hosts, other origins."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from demandfirst.engine.language import _, mark
from demandfirst.web.api.problems import problem
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
API, EMBEDDED = "/v1/", "/embed/"
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines, by whatever name they know."""
TOO_LARGE = mark("The request is larger than {most} bytes.")
_UTF8 = re.compile(rb'charset *= *"?utf-8"? *(?=;|$)')
"""Of others some make texts that can be neither kept nor shown."""
ASKED = "demandfirst.method"
"""In the scope of a request: the method that was asked for, where it is served as another."""


def refusal(scope: Scope, status: int, detail: str) -> Response:
    """What a request is told that goes no further; the connection ends, since its body may not have been read."""
    headers = {"Connection": "close"}
    if scope["path"].startswith(API):
        return problem(status, detail, headers=headers)
    return PlainTextResponse(detail, status, headers)


class Heads:
    """Serves HEAD as GET; the server leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET", ASKED: "HEAD"}, receive, send_head)


class SecurityHeaders:
    """Adds the headers; only the embedded questionnaire may stand in a frame, and only of the parents allowed."""

    def __init__(self, app: ASGIApp, *, parents: Sequence[str]) -> None:
        self.app = app
        self.alone = _raw(HEADERS | {"Content-Security-Policy": _policy("'none'"), "X-Frame-Options": "DENY"})
        self.framed = _raw(HEADERS | {"Content-Security-Policy": _policy(" ".join(parents))}) if parents else self.alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = self.framed if scope["path"].startswith(EMBEDDED) else self.alone

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in added if pair[0] not in given)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _policy(ancestors: str) -> str:
    return POLICY.format(ancestors=ancestors)


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class Hosts(TrustedHostMiddleware):
    """Refuses requests that name a host which is not ours; the probes of machines are answered by any name."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope.get("path") in PROBES:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class ApiOrigins(CORSMiddleware):
    """Lets scripts of the origins allowed call the API, and nothing else."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        super().__init__(
            app, origins, allow_methods=("GET", "HEAD", "POST", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"),
            expose_headers=("ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id"),
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and scope["path"].startswith(API):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class _Refused(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class _Gone(Exception):
    """Whoever sent the request is no longer there."""


class BodyLimits:
    """Refuses a body that is too large with 413, one that does not arrive in time with 408, a form in strange bytes with 415.

    The whole body is read before the application sees the request, so no slow sender holds a worker thread.
    """

    def __init__(self, app: ASGIApp, *, most: int, seconds: float) -> None:
        self.app, self.most, self.seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body within its limits, then pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except _Gone:
            return
        except _Refused as error:
            await refusal(scope, error.status, error.detail)(scope, receive, send)
            return
        given = False

        async def receive_once() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, receive_once, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").lower()
        if kind.lstrip().startswith(b"multipart/") and b"charset" in _UTF8.sub(b"", kind):
            raise _Refused(415, _("The body has to be {kind}.").format(kind="UTF-8"))
        declared = headers.get(b"content-length", b"")
        if not declared and b"transfer-encoding" not in headers:
            return b""
        if declared.isdigit() and int(declared) > self.most:
            raise _Refused(413, _(TOO_LARGE).format(most=self.most))
        try:
            async with asyncio.timeout(self.seconds):
                return await self._read(receive)
        except TimeoutError:
            raise _Refused(408, _("The request took too long to arrive.")) from None

    async def _read(self, receive: Receive) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += message.get("body", b"")
            if len(body) > self.most:
                raise _Refused(413, _(TOO_LARGE).format(most=self.most))
            if not message.get("more_body", False):
                return bytes(body)
