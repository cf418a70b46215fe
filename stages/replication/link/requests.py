"""The requests of the other site that wait to be answered: bounded by their number, and by their size together."""

from __future__ import annotations

import asyncio
from typing import Final

from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.frames import MAX_FRAME, Request

# Requests that may wait here; a site that sends more does not wait for answers.
MAX_WAITING: Final = 16
# Characters of those that wait or are being answered; nothing further is read before there is room.
MAX_CHARACTERS: Final = 2 * MAX_FRAME


class WaitingRequests:
    """Requests in their order, for one task that answers them one after the other."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Request] = asyncio.Queue(MAX_WAITING)
        self._characters = 0
        # Of the one that is being answered.
        self._current = 0
        self._has_room = asyncio.Event()

    def add(self, request: Request) -> None:
        """Raises `LinkClosed` where too many wait."""
        if self._waiting.full():
            raise LinkClosed(LinkClose.TOO_MANY, "too many requests at once")
        self._waiting.put_nowait(request)
        self._characters += request.size

    async def has_room(self) -> None:
        """Wait until more may be read."""
        while self._characters > MAX_CHARACTERS:
            self._has_room.clear()
            await self._has_room.wait()

    async def next(self) -> Request:
        """The next one; the one before it is answered."""
        self._characters -= self._current
        self._current = 0
        self._has_room.set()
        request = await self._waiting.get()
        self._current = request.size
        return request
