"""Where people are in a pad, live: gathered on each node and sent through Redis only."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import realtime
from gateway.topics import FollowedTopics
from stages.pads.live import pad_topic

# Seconds between two frames of one pad.
INTERVAL: Final = 0.05


class Cursors:
    """Which writer each socket is in each pad, and the cursors that are about to be sent. For one event loop."""

    def __init__(self) -> None:
        self._writers: WeakKeyDictionary[FollowedTopics, dict[UUID, int]] = WeakKeyDictionary()
        self._moved: dict[UUID, dict[int, dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, socket: FollowedTopics, pad_id: UUID, writer: int | None) -> None:
        """Note the number of a socket in a pad; None where it only watches."""
        writers = self._writers.setdefault(socket, {})
        if writer is None:
            writers.pop(pad_id, None)
        else:
            writers[pad_id] = writer

    def left(self, socket: FollowedTopics, pad_id: UUID) -> None:
        """A socket has left a pad."""
        self._writers.get(socket, {}).pop(pad_id, None)

    def writer_of(self, socket: FollowedTopics, pad_id: UUID) -> int | None:
        """The number of a socket that writes in a pad and still follows it."""
        if not socket.follows(pad_topic(pad_id)):
            return None
        return self._writers.get(socket, {}).get(pad_id)

    def move(self, pad_id: UUID, writer: int, **cursor: int) -> None:
        """Show a cursor with the next frame of its pad."""
        moved = self._moved.get(pad_id)
        if moved is None:
            moved = self._moved[pad_id] = {}
            task = asyncio.create_task(self._send_soon(pad_id), name="pad-cursors")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        moved[writer] = {"writer": writer, **cursor}

    async def _send_soon(self, pad_id: UUID) -> None:
        await asyncio.sleep(INTERVAL)
        cursors = self._moved.pop(pad_id, {})
        params = {"pad_id": str(pad_id), "cursors": list(cursors.values())}
        realtime.send_notification(topic=pad_topic(pad_id), method="pad.cursors", params=params)


CURSORS: Final = Cursors()
