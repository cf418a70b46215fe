"""How many sites may be proving who they are at once: a stranger costs a node little, and for a short time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

# Of one node, from all addresses together. `FOUNDRY_ADDRESS_SOCKETS` bounds those of one address.
MAX_HANDSHAKES: Final = 200
# Seconds in which a caller has to have proved who it is.
PATIENCE: Final = 10.0


class Handshakes:
    """The handshakes that are under way on a node."""

    def __init__(self) -> None:
        # The oldest first.
        self._under_way: dict[asyncio.Timeout, None] = {}

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[None]:
        """Take part for `PATIENCE` seconds at most. Raises `TimeoutError` afterwards.

        Where too many do, the time of the oldest is over: whoever is a site takes a fraction of a second.
        """
        async with asyncio.timeout(PATIENCE) as limit:
            self._make_room()
            self._under_way[limit] = None
            try:
                yield
            finally:
                self._under_way.pop(limit, None)

    def _make_room(self) -> None:
        while len(self._under_way) >= MAX_HANDSHAKES:
            oldest = next(iter(self._under_way))
            del self._under_way[oldest]
            if not oldest.expired():
                oldest.reschedule(asyncio.get_running_loop().time())
