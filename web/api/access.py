"""Who may ask, and how often."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from math import ceil

from demandfirst.engine.language import _, mark
from demandfirst.web.api.keys import Bearer, bearer_of
from demandfirst.web.api.media import language, media_type
from demandfirst.web.api.problems import Problem
from demandfirst.web.rates import Limiter, Rate, subject_of
from demandfirst.web.service import Service
from demandfirst.web.tokens import hashed
from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

OPEN = frozenset({"advise", "sessions"})
"""What callers without a key may do where the operator lets them in."""
CACHED_SECONDS = 10.0
MOST_KNOWN = 10_000
CHALLENGE = {"WWW-Authenticate": "Bearer"}
HOW = mark("send `{header}`")
HEADER = "Authorization: Bearer KEY"


class Access:
    """Keys and limits of one process. A revoked key is refused within `CACHED_SECONDS`."""

    def __init__(self, service: Service) -> None:
        self.service, settings = service, service.settings
        self.by_address = Limiter(Rate.read(settings.rate_per_address))
        self.by_key = Limiter(Rate.read(settings.rate_per_key))
        self.starts = Limiter(Rate.read(settings.rate_starts))
        self._known: dict[str, tuple[float, Bearer]] = {}

    async def bearer(self, request: Request, scope: str) -> Bearer:
        """Who sent a request, who may do what is asked, and not too often. Raises `Problem`."""
        header = request.headers.get("authorization")
        found = self._nobody(request) if header is None else await self._keyed(request, header)
        if scope in found.scopes:
            return found
        if found.id:
            raise Problem(403, _("this needs a key with the scope `{scope}`").format(scope=scope))
        detail = _("this needs a key with the scope `{scope}`: send `{header}`").format(scope=scope, header=HEADER)
        raise Problem(401, detail, headers=CHALLENGE)

    def _nobody(self, request: Request) -> Bearer:
        if not self.service.settings.open_api:
            raise Problem(401, _(HOW).format(header=HEADER), headers=CHALLENGE)
        subject = address(request)
        _count(self.by_address, subject)
        return Bearer("", OPEN, caller=f"address {subject}")

    async def _keyed(self, request: Request, header: str) -> Bearer:
        kind, _space, secret = header.partition(" ")
        if kind.casefold() != "bearer" or not secret.strip():
            raise Problem(401, _(HOW).format(header=HEADER), headers=CHALLENGE)
        found = await self._looked_up(request, secret.strip())
        _count(self.by_key, found.id)
        return found

    async def _looked_up(self, request: Request, secret: str) -> Bearer:
        """The bearer of a key; whoever tries keys that are none is slowed down by address."""
        now, mark = time.monotonic(), hashed(secret)
        since, found = self._known.get(mark, (0.0, None))
        if found is not None and now - since < CACHED_SECONDS:
            return found
        if found is None:
            _count(self.by_address, f"keys of {address(request)}")
        known = await run_in_threadpool(bearer_of, self.service.database, secret)
        if known is None:
            self._known.pop(mark, None)
            raise Problem(401, _("this key is not valid, or no longer"), headers=CHALLENGE)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[mark] = now, known
        return known


def _count(limiter: Limiter, subject: str) -> None:
    if wait := limiter.wait(subject):
        rate = limiter.rate
        detail = _("at most {count} requests in {seconds} seconds").format(count=rate.count, seconds=rate.seconds)
        raise Problem(429, detail, headers={"Retry-After": str(ceil(wait))})


def address(request: Request) -> str:
    """Who sent a request, as far as its address tells."""
    return subject_of(request.client.host) if request.client else ""


def needs(scope: str) -> Callable[[Request], Awaitable[Bearer]]:
    """A dependency: the request may do what needs this scope."""

    async def check(request: Request) -> Bearer:
        media_type(request)  # nothing is made whose answer cannot be given
        language(request)
        access: Access = request.app.state.access
        return await access.bearer(request, scope)

    return check


async def not_too_many_starts(request: Request) -> None:
    """A dependency of the visitors' pages: one address begins only so many questionnaires. Raises `HTTPException`."""
    if request.method != "POST" or not request.url.path.endswith("/start"):
        return
    access: Access = request.app.state.access
    if wait := access.starts.wait(address(request)):
        detail = _("Too many questionnaires were begun from here just now. Wait a little, then try again.")
        raise HTTPException(429, detail, headers={"Retry-After": str(ceil(wait))})
