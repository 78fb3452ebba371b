"""How often somebody may ask: so many at once, then as many as come back in time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour|day)")
MOST = 50_000
"""Subjects remembered; beyond it those that may ask again anyway are forgotten, then the oldest."""
OWN = 64
"""The first bits of an IPv6 address: one customer has all that follow."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    count: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Rate:
        """The rate that `120/minute` says. Raises `ValueError`."""
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError(f"a rate is written as 120/minute, with {', '.join(SECONDS)}")
        return cls(int(found[1]), SECONDS[found[2]])


class Limiter:
    """Counts the requests of subjects in one process (the generic cell rate algorithm: one number for each subject)."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.clock = rate, clock
        self.apart = rate.seconds / rate.count
        self._due: dict[str, float] = {}

    def wait(self, subject: str) -> float:
        """Take one request; 0, or the seconds until the subject may ask again (then it is not taken)."""
        now = self.clock()
        due = max(self._due.get(subject, now), now) + self.apart
        late = due - now - self.rate.seconds
        if late > self.apart / 1_000:  # not the rounding of a sum
            return late
        if len(self._due) >= MOST and subject not in self._due:
            self._forget(now)
        self._due[subject] = due
        return 0.0

    def _forget(self, now: float) -> None:
        self._due = {subject: due for subject, due in self._due.items() if due > now}
        for subject in list(self._due)[: max(0, len(self._due) - MOST // 2)]:
            del self._due[subject]


def subject_of(address: str) -> str:
    """Who is counted for an address: itself, of an IPv6 address the network of its owner."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> (128 - OWN) << (128 - OWN)))
    return address
