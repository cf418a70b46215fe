"""Reads a file once, through both hashes: neither hash can save its state between two pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from blake3 import blake3

from blobs.models import MAX_INLINE
from drafts.attachments.media_types import SIGNATURE_BYTES, media_type_of


@dataclass(frozen=True, slots=True)
class Hashed:
    """What was read. `data` is the content itself, if it is small enough to be stored in one row."""

    sha256: str
    blake3: str
    size: int
    media_type: str
    data: bytes | None


def read_through(parts: Iterable[bytes]) -> Hashed:
    """Hash the parts of a file, each while the next one is read; only the first MiB is kept in memory."""
    sha256, other = hashlib.sha256(), blake3()
    kept, size = bytearray(), 0

    def update(part: bytes) -> None:
        # Both let other threads run.
        sha256.update(part)
        other.update(part)

    with ThreadPoolExecutor(1, thread_name_prefix="hashing") as thread:
        updated: Future[None] | None = None
        for part in parts:
            if updated is not None:
                updated.result()
            updated = thread.submit(update, part)
            size += len(part)
            if len(kept) <= MAX_INLINE:
                kept += part[: MAX_INLINE + 1 - len(kept)]
        if updated is not None:
            updated.result()
    media_type = media_type_of(bytes(kept[:SIGNATURE_BYTES]))
    return Hashed(
        sha256=sha256.hexdigest(),
        blake3=other.hexdigest(),
        size=size,
        media_type=media_type,
        data=bytes(kept) if size <= MAX_INLINE else None,
    )
