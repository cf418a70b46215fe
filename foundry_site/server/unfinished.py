"""What clients have sent a part of: how many bytes of it lie in memory, by person or address."""

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
    """The unfinished bytes of one connection, which count for its address until somebody is signed in."""

    __slots__ = ("_owner", "_size")

    def __init__(self, address: str | None) -> None:
        self._owner = f"address:{network_of(address)}"
        self._size = 0

    def belongs_to(self, user_id: str) -> None:
        """From now on they count for this person."""
        size = self._size
        self.finish()
        self._owner = f"user:{user_id}"
        self._count(size)

    def add(self, size: int) -> bool:
        """Count more bytes; whether their owner may go on."""
        self._count(size)
        return _held[self._owner] <= MAX_UNFINISHED

    def finish(self) -> None:
        """The message is whole, or given up."""
        self._count(-self._size)

    def _count(self, size: int) -> None:
        self._size += size
        _held[self._owner] += size
        if not _held[self._owner]:
            del _held[self._owner]
        UNFINISHED.inc(size)
