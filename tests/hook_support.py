"""Receivers of webhooks to try: in the database, and listening on this machine."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from demandfirst.web.models import Delivery, Webhook
from demandfirst.web.service import Service
from demandfirst.web.tokens import new_id
from demandfirst.web.webhooks.events import COMPLETED, CONTACT
from demandfirst.web.webhooks.queue import Deliverer
from demandfirst.web.webhooks.sending import Answer, Message
from sqlalchemy import select
from staff_support import NOW, Clock

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
FINE, FULL = Answer(200, "200"), Answer(500, "500 full")
Seen = list[tuple[str, dict[str, str], bytes]]


def a_receiver(service: Service, url: str = "https://agency.example/hook", *events: str) -> str:
    """A receiver in the database."""
    name = new_id()
    with service.database.transaction() as session:
        session.add(Webhook(id=name, url=url, secret=SECRET, events=list(events or (COMPLETED, CONTACT)), created=NOW))
    return name


def queued(service: Service) -> list[Delivery]:
    """All deliveries."""
    with service.database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.created, Delivery.id)))


class Post:
    """Takes what is sent, and answers as it is told."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.sent = list(answers), list[tuple[Message, datetime]]()

    def __call__(self, message: Message, now: datetime) -> Answer:
        """Take one; the last answer is for all that follow."""
        self.sent.append((message, now))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def a_deliverer(service: Service, post: Any, clock: Clock, attempts: int = 8) -> Deliverer:
    """A deliverer without chance."""
    return Deliverer(service.database, post, attempts=attempts, clock=clock, chance=lambda: 0.5)


@contextmanager
def receiving(
    answer: Callable[[BaseHTTPRequestHandler], None], context: ssl.SSLContext | None = None
) -> Iterator[tuple[int, Seen]]:
    """A receiver that really listens: its port, and what it was sent."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            answer(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1], seen
    finally:
        server.shutdown()
        server.server_close()


def saying(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except OSError:
            return

    return answer


def a_message(url: str) -> Message:
    """A message for a URL."""
    return Message("msg_1", url, SECRET, {"type": COMPLETED, "data": {"reference": "Ünïcode"}})


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
