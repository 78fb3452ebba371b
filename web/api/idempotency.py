"""The same answer to the same request: a client that hears nothing may ask again without making a thing twice.

What was made is found by a secret. It is not kept: with an idempotency key it comes from that key, which only the caller has,
and from a random salt, which is kept for a day; so the same key gives the same secret, and the database gives none.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Any

from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.language import _
from demandfirst.web.api.problems import Problem
from demandfirst.web.database import Database
from demandfirst.web.models import Reply
from demandfirst.web.tokens import BYTES, new_id, new_secret
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
SHORTEST, LONGEST = 16, 200
USABLE = re.compile(f"[!-~]{{{SHORTEST},{LONGEST}}}")
KEPT = timedelta(hours=24)
Make = Callable[[Session, str], None]


def once(request: Request, database: Database, caller: str, found: Any, make: Make) -> tuple[str, bool]:
    """The secret of what `make` made, and whether an earlier request with the same key did. Raises `Problem`."""
    key = request.headers.get(HEADER)
    if key is None:
        secret = new_secret()
        with database.transaction() as session:
            make(session, secret)
        return secret, False
    if not USABLE.fullmatch(key):
        message = _("an idempotency key has {shortest} to {longest} visible characters of ASCII")
        help_line = _("make a random one for each thing to make, such as a UUID")
        fault = Fault(Place(HEADER), "not-a-key", message.format(shortest=SHORTEST, longest=LONGEST), help_line)
        raise Problem(422, _("The idempotency key cannot be used."), [fault])
    name = sha256(f"{caller}\n{request.method}\n{request.url.path}\n{key}".encode()).hexdigest()
    mark = digest(key.encode(), json.dumps(found, sort_keys=True).encode(), "sha256").hex()
    try:
        return _once(database, name, mark, key, make)
    except IntegrityError:  # the same request came twice at the same time, and the other one was first
        return _once(database, name, mark, key, make)


def _once(database: Database, name: str, mark: str, key: str, make: Make) -> tuple[str, bool]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(delete(Reply).where(Reply.created < now - KEPT))
        before = session.get(Reply, name)
        if before is not None:
            if before.fingerprint != mark:
                raise Problem(409, _("This idempotency key was used for another request."))
            return derived(key, before.salt), True
        salt = new_id()
        session.add(Reply(key=name, fingerprint=mark, salt=salt, created=now))
        session.flush()
        secret = derived(key, salt)
        make(session, secret)
        return secret, False


def derived(key: str, salt: str) -> str:
    """The secret that a key gives with a salt: as long as any, and not to be had from one of them alone."""
    return urlsafe_b64encode(digest(key.encode(), salt.encode(), "sha256")[:BYTES]).decode()
