"""The log of a pad, and the hash that covers all its revisions up to one."""

from __future__ import annotations

import hashlib
from uuid import UUID


def first_hash(pad_id: UUID) -> bytes:
    """The hash of a log without revisions: the SHA-256 of the pad's id as text."""
    return hashlib.sha256(str(pad_id).encode()).digest()
