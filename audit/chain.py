"""The arithmetic of the chain, in Python, beside the trigger that does it in Postgres (docs/rules.md, "Events")."""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def first_prev_hash(chain: str) -> bytes:
    """What the first event of a chain links to: SHA-256 of the chain's name."""
    return hashlib.sha256(chain.encode()).digest()


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970 UTC."""
    delta = at - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def link_hash(*, prev_hash: bytes, seq: int, at: datetime, canonical: str) -> bytes:
    """SHA-256(prev_hash ‖ seq ‖ at in µs ‖ canonical); integers are 8 bytes, big-endian."""
    return hashlib.sha256(
        prev_hash + struct.pack(">q", seq) + struct.pack(">q", microseconds(at)) + canonical.encode()
    ).digest()
