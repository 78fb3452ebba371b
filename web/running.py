"""The server process, and its workers."""

from __future__ import annotations

import gc
import os
import signal
import socket
from tempfile import TemporaryDirectory

import click
import uvicorn
from demandfirst.engine.errors import DemandfirstError, Fault, Place
from demandfirst.engine.language import _
from demandfirst.web.app import create_app
from demandfirst.web.logs import log_to_output
from demandfirst.web.metrics import MULTIPROCESS
from demandfirst.web.service import Service
from demandfirst.web.settings import Settings, read_settings
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

FACTORY = "demandfirst.web.running:application"
BACKLOG = 1024
WORKER_SECONDS = 30
COLLECT_AFTER = 50_000  # new objects; a request makes some thousands, and nearly all are gone with it


def serve(settings: Settings) -> None:
    """Answer requests until told to stop; those under way are finished first. Raises `DemandfirstError`."""
    log_to_output(requests=settings.request_log)
    service = Service.start(settings)
    alone = settings.workers == 1
    config = uvicorn.Config(
        create_app(service) if alone else FACTORY, factory=not alone, workers=settings.workers, server_header=False,
        access_log=False, log_config=None, proxy_headers=False, backlog=BACKLOG,
        timeout_graceful_shutdown=settings.shutdown_seconds, limit_concurrency=settings.max_connections,
        timeout_worker_healthcheck=WORKER_SECONDS,
    )  # fmt: skip
    with listening(settings) as door:
        click.echo(_("demandfirst listens on {address} (Ctrl-C ends it)").format(address=address_of(door)), err=True)
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(
                ending, lambda *_args: None
            )  # uvicorn has its own, and raises the signal once more at its end
        if alone:
            settle()
            uvicorn.Server(config).run([door])
            return
        service.database.engine.dispose()
        with TemporaryDirectory(prefix="demandfirst-") as folder:
            os.environ[MULTIPROCESS] = folder
            Multiprocess(config, [door]).run()


def application() -> FastAPI:
    """The application of one worker, from the settings of its environment."""
    settings = read_settings()
    log_to_output(requests=settings.request_log)
    app = create_app(Service.start(settings))
    settle()
    return app


def settle() -> None:
    """What was made at start stays: the garbage collector need not look at it again, nor after every request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def listening(settings: Settings) -> socket.socket:
    """A socket on the address of the settings, whose connections wait for nothing to send. Raises `DemandfirstError`."""
    place = f"{settings.host}:{settings.port}"
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        door = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = (error.strerror or "it cannot be used").lower()
        help_line = "end what listens there, or choose another with --port (0: any that is free)"
        raise DemandfirstError([Fault(Place(place), "cannot-listen", reason, help_line)]) from None
    # Connections have this from the socket that they come through; else an answer in two parts waits 40 ms between them.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def address_of(door: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
