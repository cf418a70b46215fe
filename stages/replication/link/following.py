"""What wakes the links of a node: the events of their projects, as the hub has them for sockets.

The hub reads events that were lost on the way, and looks every few seconds for all its projects at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

import msgspec

from audit.live import topic_of
from realtime.frames import notification_frame
from realtime.hub import FrameQueue, Hub, Subscriber

# How the frame of every event begins.
_EVENT: Final = notification_frame("event", {}).partition("{}")[0]


class _Parameters(msgspec.Struct):
    name: str


class _Event(msgspec.Struct):
    params: _Parameters


_events = msgspec.json.Decoder(_Event)

# What is called with the project and the name of an event.
Happened = Callable[[UUID, str], None]


class ProjectEvents:
    """The projects whose events a node follows; `happened` is called for each."""

    def __init__(self, hub: Hub, happened: Happened) -> None:
        self._hub = hub
        self._happened = happened
        self._followed: dict[UUID, Subscriber] = {}

    async def follow(self, project_ids: Collection[UUID]) -> None:
        """Follow these projects and no others. Raises what `Hub.follow` raises; what was begun stays."""
        for project_id in [each for each in self._followed if each not in project_ids]:
            await self._hub.leave(self._followed.pop(project_id))
        for project_id in project_ids:
            if project_id not in self._followed:
                queue = _EventsOnly(project_id, self._happened)
                self._followed[project_id] = await self._hub.follow(topic_of(project_id), queue)
                # What was recorded before that is not announced any more.
                self._happened(project_id, "")


class _EventsOnly(FrameQueue):
    """A queue that keeps nothing: it calls for each event."""

    __slots__ = ("_happened", "_project_id")

    def __init__(self, project_id: UUID, happened: Happened) -> None:
        super().__init__(overflowed=_nothing)
        self._project_id = project_id
        self._happened = happened

    def admit(self, frame: str) -> bool:
        if frame.startswith(_EVENT):
            self._happened(self._project_id, _events.decode(frame).params.name)
        return False


def _nothing() -> None:
    """It never overflows."""
