"""Threads beside the requests: they deliver what is due, and once an hour one of them erases what is no longer kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from demandfirst.web.privacy import sweep
from demandfirst.web.service import Service
from demandfirst.web.webhooks.queue import Deliverer
from demandfirst.web.webhooks.sending import Sender
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

THREADS = 3
IDLE, AWAY = 1.0, 10.0
"""Seconds between two looks at the queue, and after the database did not answer."""
HOUR, SOON = 3600.0, 60.0
PATIENCE = 3.0
log = logging.getLogger("demandfirst.web")


class Worker:
    """The threads of one process."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        sender = Sender(private=settings.webhook_private_targets)
        self.deliverer = Deliverer(service.database, sender, attempts=settings.webhook_attempts)
        self.database, self.days = service.database, settings.retention_days
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self._deliver, name=f"deliverer-{one}", daemon=True) for one in range(THREADS)
        ]
        self.threads.append(threading.Thread(target=self._sweep, name="sweeper", daemon=True))

    def start(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End soon; what is under way is taken up again after its lease."""
        self.over.set()
        until = time.monotonic() + PATIENCE
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _deliver(self) -> None:
        while not self.over.is_set():
            try:
                pause = 0.0 if self.deliverer.deliver_one() else IDLE
            except SQLAlchemyError as error:
                log.warning("deliveries wait", exc_info=error)
                pause = AWAY
            except Exception:
                log.exception("delivery failed")
                pause = AWAY
            self.over.wait(pause)

    def _sweep(self) -> None:
        while not self.over.is_set():
            try:
                sweep(self.database, self.days, datetime.now(UTC))
                pause = HOUR
            except Exception:
                log.exception("sweep failed")
                pause = SOON
            self.over.wait(pause)


@asynccontextmanager
async def working(app: FastAPI) -> AsyncIterator[None]:
    """Lets the threads of an application work while it answers requests."""
    worker = Worker(app.state.service)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
