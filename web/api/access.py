"""Who may ask, and how often."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from demandfirst.web.api.keys import Bearer, bearer_of
from demandfirst.web.api.problems import Problem
from demandfirst.web.service import Service
from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool

NOBODY = Bearer("", frozenset({"advise", "sessions"}))
CACHED_SECONDS = 10.0


class Access:
    """Keys and limits of one process. A revoked key is refused within `CACHED_SECONDS`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.limiter = MovingWindowRateLimiter(MemoryStorage())
        self.by_address = parse(service.settings.rate_per_address)
        self.by_key = parse(service.settings.rate_per_key)
        self._known: dict[str, tuple[float, Bearer]] = {}

    async def bearer(self, request: Request, scope: str) -> Bearer:
        """Who sent a request, who may do what is asked, and not too often. Raises `Problem`."""
        found = await self._bearer(request)
        limit, subject = (self.by_key, found.id) if found.id else (self.by_address, _address(request))
        self._count(limit, subject)
        if scope not in found.scopes:
            status = 403 if found.id else 401
            raise Problem(
                status, f"this needs a key with the scope `{scope}`", headers=CHALLENGE if status == 401 else {}
            )
        return found

    async def _bearer(self, request: Request) -> Bearer:
        header = request.headers.get("authorization", "")
        if not header:
            if self.service.settings.open_api:
                return NOBODY
            raise Problem(401, "send `Authorization: Bearer KEY`", headers=CHALLENGE)
        kind, _, secret = header.partition(" ")
        if kind.casefold() != "bearer" or not secret.strip():
            raise Problem(401, "send `Authorization: Bearer KEY`", headers=CHALLENGE)
        return await self._looked_up(secret.strip())

    async def _looked_up(self, secret: str) -> Bearer:
        now = time.monotonic()
        since, found = self._known.get(secret, (0.0, NOBODY))
        if found is not NOBODY and now - since < CACHED_SECONDS:
            return found
        known = await run_in_threadpool(bearer_of, self.service.database, secret)
        if known is None:
            self._known.pop(secret, None)
            raise Problem(401, "this key is not valid, or no longer", headers=CHALLENGE)
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known[secret] = now, known
        return known

    def _count(self, limit: RateLimitItem, subject: str) -> None:
        if not self.limiter.hit(limit, subject):
            reset = self.limiter.get_window_stats(limit, subject).reset_time
            wait = max(1, int(reset - time.time()) + 1)
            raise Problem(429, f"at most {limit}", headers={"Retry-After": str(wait)})


MOST_KNOWN = 10_000
CHALLENGE = {"WWW-Authenticate": "Bearer"}


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def needs(scope: str) -> Callable[[Request], Awaitable[Bearer]]:
    """A dependency: the request may do what needs this scope."""

    async def check(request: Request) -> Bearer:
        access: Access = request.app.state.access
        return await access.bearer(request, scope)

    return check
