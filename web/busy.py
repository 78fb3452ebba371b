"""Work that takes a while is done for a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from demandfirst.engine.language import _, mark
from fastapi import HTTPException

BUSY_SECONDS = "10"
BUSY = mark("Many reports are being made just now. Try again in a few seconds.")


class Room:
    """Room for so many pieces of work at the same time."""

    def __init__(self, at_once: int) -> None:
        self._left = BoundedSemaphore(at_once)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place while the work is done; 503 while there is none."""
        if not self._left.acquire(blocking=False):
            raise HTTPException(503, _(BUSY), {"Retry-After": BUSY_SECONDS})
        try:
            yield
        finally:
            self._left.release()
