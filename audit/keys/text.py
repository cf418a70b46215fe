"""The format of keys and times in sealed statements."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

STATEMENT_VERSION: Final = 1


def rfc3339(at: datetime) -> str:
    """A time in the format of sealed statements: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def fingerprint_of(public_key: bytes) -> str:
    """SHA-256 of the 32 public bytes in lowercase hex, by which people compare keys."""
    return hashlib.sha256(public_key).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 public bytes of a private key (RFC 8032)."""
    return key.public_key().public_bytes_raw()
