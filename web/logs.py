"""Logs as lines of JSON on standard output: what happened where, and nothing of what anybody said.

An error is told by its kind and its places in the code; its message may quote an answer, and is left out.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOGGERS = ("demandfirst", "uvicorn", "uvicorn.error", "asyncio")
FIELDS = "fields"
"""The attribute of a log record that has more to say, as plain data."""
log = logging.getLogger("demandfirst.web.requests")


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), "event": str(record.msg)}
        told |= getattr(record, FIELDS, {})
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            told |= {"error": type(error).__name__, "at": places(error)}
        return json.dumps(told)


def places(error: BaseException) -> list[str]:
    """Where an error came from, the innermost place last."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-12:]]


def log_to_output(*, requests: bool) -> None:
    """Send the logs of this process to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
    log.setLevel(logging.INFO if requests else logging.WARNING)
