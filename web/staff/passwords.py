"""Passwords: hashed by argon2, and checked in the same time whether or not the name exists."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from demandfirst.engine.language import _

SHORTEST, LONGEST = 12, 200
SHORT_NAME = 2
"""So short a name may stand in a password by chance."""
AT_ONCE = 2
PATIENCE = 3.0
"""Seconds that a check waits for its turn: each takes much memory."""
_turns = threading.BoundedSemaphore(AT_ONCE)
_hasher = PasswordHasher()


class Busy(Exception):
    """Too many passwords are being checked."""


def fault(password: str, again: str, name: str) -> str:
    """What is wrong about a new password; nothing where it can be used."""
    if not SHORTEST <= len(password) <= LONGEST:
        text = _("A password has {shortest} to {longest} characters. A few words in a row do well.")
        return text.format(shortest=SHORTEST, longest=LONGEST)
    if (len(name) > SHORT_NAME and name in password.casefold()) or len(set(password)) < SHORTEST // 2:
        return _("This password is easy to guess. A few words in a row do well.")
    return "" if password == again else _("The two passwords are not the same.")


def kept(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def fits(password: str, hashed: str) -> bool:
    """Whether a password is the one; with no hash as slow as with one, and false. Raises `Busy`."""
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy
    try:
        nobody = _nobody()
        return _hasher.verify(hashed or nobody, password[:LONGEST]) and bool(hashed)
    except (VerifyMismatchError, InvalidHashError):
        return False
    finally:
        _turns.release()


@cache
def _nobody() -> str:
    return _hasher.hash("nobody signs in with this")
