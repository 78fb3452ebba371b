"""Secrets: made unguessable, kept as hashes."""

from __future__ import annotations

import secrets
from hashlib import sha256

BYTES = 24


def new_secret() -> str:
    """192 random bits, safe in an address."""
    return secrets.token_urlsafe(BYTES)


def new_id() -> str:
    """An id that says nothing about others."""
    return secrets.token_hex(16)


def hashed(secret: str) -> str:
    """What is kept of a secret: it has too many bits to be guessed, so a plain hash is enough."""
    return sha256(secret.encode()).hexdigest()
