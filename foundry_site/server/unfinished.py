"""Counts the bytes of unfinished messages in memory, by user or address."""

from __future__ import annotations

from collections import Counter
from typing import Final

from prometheus_client import Gauge

from accounts.client_addresses import network_of

# Four of the largest messages at once.
MAX_UNFINISHED: Final = 32 * 1024 * 1024
UNFINISHED: Final = Gauge("foundry_unfinished_bytes", "Bytes of messages that clients have not sent to their end.")

_held: Counter[str] = Counter()


class Unfinished:
    """The unfinished bytes of one connection, which count for its address until the user is known."""

    __slots__ = ("_owner", "_size")

    def __init__(self, address: str | None) -> None:
        self._owner = f"address:{network_of(address)}"
        self._size = 0

    def belongs_to(self, user_id: str) -> None:
        """Count them for this user from now on."""
        size = self._size
        self.finish()
        self._owner = f"user:{user_id}"
        self._count(size)

    def add(self, size: int) -> bool:
        """Count more bytes; returns whether they are within the limit."""
        self._count(size)
        return _held[self._owner] <= MAX_UNFINISHED

    def finish(self) -> None:
        """Stop counting: the message is complete or discarded."""
        self._count(-self._size)

    def _count(self, size: int) -> None:
        self._size += size
        _held[self._owner] += size
        if not _held[self._owner]:
            del _held[self._owner]
        UNFINISHED.inc(size)
