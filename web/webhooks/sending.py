"""Sends one delivery: signed, to the checked address, within seconds, and believes no redirect."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
from demandfirst import __version__
from demandfirst.engine.language import SOURCE, _, mark, speaking
from demandfirst.web.webhooks.targets import Refused, Resolve, Target, checked, resolve
from standardwebhooks import Webhook as Signer

TIMEOUT = httpx2.Timeout(5.0)
MOST_SECONDS = 12.0
"""For one delivery, however slowly the receiver answers."""
MOST_BYTES = 4096
MOST_ADDRESSES = 3
SHOWN = 200
NO_CONNECTION, NO_ANSWER = mark("no connection"), mark("no answer in time")
REFUSED, NOT_VALID = "refused: ", "no valid answer"
Content = bytes
GONE = 410
"""The status with which a receiver says that it wants no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a delivery; status 0 where no answer came."""

    status: int
    text: str

    @property
    def fine(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status < 300  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Message:
    """A delivery as it is sent."""

    id: str
    url: str
    secret: str
    payload: Mapping[str, Any]


def said(text: str) -> str:
    """What came of a delivery, as it is kept, in the language that is spoken; the words of a receiver stay as they are."""
    if text in (NO_CONNECTION, NO_ANSWER):
        return _(text)
    if text.startswith(REFUSED):
        return _("refused: {reason}").format(reason=_(text.removeprefix(REFUSED)))
    if text.startswith(NOT_VALID):
        return _("no valid answer ({error})").format(error=text.removeprefix(NOT_VALID).strip(" ()"))
    return text


Send = Callable[[Message, datetime], Answer]


class Sender:
    """Sends to receivers on the public internet; with `private` anywhere."""

    def __init__(self, *, private: bool, resolver: Resolve = resolve, verify: Any = True) -> None:
        self.private, self.resolver, self.verify = private, resolver, verify

    def __call__(self, message: Message, now: datetime) -> Answer:
        """Send, and say what came of it."""
        content = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":"))
        try:
            with speaking(SOURCE):  # what is kept has no language; `said` has
                target = checked(message.url, private=self.private, resolver=self.resolver)
        except Refused as error:
            return Answer(0, f"{REFUSED}{error}")
        headers = {
            "Host": target.authority, "Content-Type": "application/json", "User-Agent": f"demandfirst/{__version__}",
            "webhook-id": message.id, "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(message.secret).sign(message.id, now, content),
        }  # fmt: skip
        return self._to_any(target, content.encode(), headers)

    def _to_any(self, target: Target, content: Content, headers: dict[str, str]) -> Answer:
        """To the first of the addresses that can be reached."""
        answer = Answer(0, NO_CONNECTION)
        for address in target.addresses[:MOST_ADDRESSES]:
            try:
                return self._to(target.at(address), target.host, content, headers)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                answer = Answer(0, NO_CONNECTION)
            except httpx2.TimeoutException:
                return Answer(0, NO_ANSWER)
            except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
                return Answer(0, f"{NOT_VALID} ({type(error).__name__})")
        return answer

    def _to(self, url: str, host: str, content: Content, headers: dict[str, str]) -> Answer:
        limit = _Limit()
        extensions = {"sni_hostname": host, "trace": limit.seen}
        with (
            limit,
            httpx2.Client(verify=self.verify, trust_env=False, timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", url, content=content, headers=headers, extensions=extensions) as response,
        ):
            text = b""
            for part in response.iter_raw(MOST_BYTES):
                text += part
                if len(text) >= MOST_BYTES:
                    break
            return Answer(response.status_code, _shown(response.status_code, text))


class _Limit:
    """Ends a connection when its time is over: other limits begin anew with every byte."""

    def __init__(self) -> None:
        self.timer = threading.Timer(MOST_SECONDS, self._end)
        self.timer.daemon = True
        self.door: socket.socket | None = None

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()

    def seen(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection that was made."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.door = info["return_value"].get_extra_info("socket")

    def _end(self) -> None:
        if self.door is not None:
            try:
                self.door.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _shown(status: int, text: bytes) -> str:
    words = "".join(char if char.isprintable() else " " for char in text.decode("utf-8", "replace"))
    return f"{status} {' '.join(words.split())[:SHOWN]}".strip()
