"""The same answer to the same request: a client that hears nothing may ask again without doing a thing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from demandfirst.web.api.problems import Problem
from demandfirst.web.database import Database
from demandfirst.web.models import Reply
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

HEADER = "idempotency-key"
LONGEST = 200
KEPT = timedelta(hours=24)
Work = Callable[[Session], Response]


def once(request: Request, database: Database, caller: str, found: Any, work: Work) -> Response:
    """What `work` answers, or what it answered to the same key before. Raises `Problem` where the key was used otherwise."""
    key = request.headers.get(HEADER, "")
    if not key:
        with database.transaction() as session:
            return work(session)
    if len(key) > LONGEST:
        raise Problem(422, f"an idempotency key has at most {LONGEST} characters")
    name = sha256(f"{caller}\n{request.method}\n{request.url.path}\n{key}".encode()).hexdigest()
    mark = sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    try:
        return _once(database, name, mark, work)
    except IntegrityError:  # the same request came twice at the same time, and the other one was first
        return _once(database, name, mark, work)


def _once(database: Database, name: str, mark: str, work: Work) -> Response:
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(delete(Reply).where(Reply.created < now - KEPT))
        before = session.get(Reply, name)
        if before is not None:
            if before.fingerprint != mark:
                raise Problem(409, "this idempotency key was used for another request")
            return Response(before.body, before.status, {**before.headers, "Idempotency-Replayed": "true"})
        response = work(session)
        headers = {key: value for key, value in response.headers.items() if key != "content-length"}
        body = bytes(response.body)
        session.add(
            Reply(key=name, fingerprint=mark, status=response.status_code, headers=headers, body=body, created=now)
        )
        session.flush()
        return response
