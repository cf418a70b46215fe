"""The topics of projects: how the hub reads them, and what this node remembers of what it sees in them."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import redis

from accounts.models import Person
from audit.event_types import EVENT_TYPES
from gateway.close_codes import CloseCode
from gateway.execution import Lanes
from gateway.lock_cache import CachedLock, LockCache
from gateway.open_sockets import ProjectSocket
from gateway.readers import project_of, read_frames, read_heads
from presence.node import NodePresence
from presence.redis_presence import as_json
from presence.services import present_in
from realtime.frames import Frame, notification_frame


class _EventData(msgspec.Struct):
    field: str | None = None
    session_id: str | None = None
    holder: Person | None = None


class _EventParameters(msgspec.Struct):
    name: str
    at: str
    data: _EventData


class _EventFrame(msgspec.Struct):
    params: _EventParameters


_frames = msgspec.json.Decoder(_EventFrame)

# Members of an event's data that say what somebody may do from now on.
_RIGHTS: Final = frozenset({"role", "status", "project_status"})


class ProjectTopics:
    """`realtime.sources.TopicSource` of all projects, with their sockets here.

    `access_changed` is called when an event may have changed what somebody may do; `in_background` runs what nobody
    waits for.
    """

    is_numbered = True

    def __init__(
        self,
        lanes: Lanes,
        presence: NodePresence,
        *,
        access_changed: Callable[[], None],
        in_background: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self.locks = LockCache()
        self._lanes = lanes
        self._presence = presence
        self._access_changed = access_changed
        self._in_background = in_background
        self._changing_rights = events_that_change_rights()
        self._sockets: defaultdict[UUID, set[ProjectSocket]] = defaultdict(set)

    def add(self, socket: ProjectSocket) -> None:
        """A socket has joined its project."""
        self._sockets[socket.project_id].add(socket)

    def discard(self, socket: ProjectSocket) -> None:
        """A socket has left its project; doing so twice does nothing."""
        others = self._sockets[socket.project_id]
        others.discard(socket)
        if not others:
            del self._sockets[socket.project_id]
            self.locks.forget(socket.project_id)

    async def frames(self, topic: str, after: int) -> Sequence[Frame]:
        return await self._lanes.read(functools.partial(read_frames, project_of(topic), after))

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        return await self._lanes.read(functools.partial(read_heads, topics))

    async def head_frames(self, heads: Mapping[str, int]) -> Mapping[str, str]:
        present = await self.present(list(heads))
        return {
            topic: notification_frame("head", {"seq": seq, "present": present.get(topic, ())})
            for topic, seq in heads.items()
        }

    async def present(self, topics: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """Who is in each project, as `{user, fields}`.

        Without Redis only those whom this node sees, so that the heads go on and no client takes us for gone.
        """
        ids = {topic: project_of(topic) for topic in topics}
        try:
            present = await self._lanes.presence(functools.partial(present_in, list(ids.values())))
        except redis.RedisError:
            present = {project_id: self._presence.people_in(project_id) for project_id in ids.values()}
        return {topic: as_json(present[project_id]) for topic, project_id in ids.items()}

    def observe(self, topic: str, frame: str) -> None:
        """What is remembered of members and locks is looked up again when an event changes it."""
        event = _frames.decode(frame).params
        if event.name.startswith("lock."):
            self._observe_lock(topic, event)
        elif event.name in self._changing_rights:
            for socket in self._sockets_in(topic):
                socket.forget_rights()
            self._access_changed()

    def notice(self, topic: str, text: str) -> None:
        """A session was resumed, here or on another node: close the older socket that it still has open here."""
        session_id, _, number = text.rpartition(":")
        for socket in self._sockets_in(topic):
            session = socket.session
            if str(session.session_id) == session_id and session.connection < int(number):
                self._in_background(socket.close(CloseCode.RESTARTING))

    def _observe_lock(self, topic: str, event: _EventParameters) -> None:
        field, session_id, holder = event.data.field or "", event.data.session_id, event.data.holder
        was_released = event.name == "lock.released"
        for socket in self._sockets_in(topic):
            socket.forget_lock(field, holder=None if was_released else session_id)
        if was_released:
            self.locks.discard(project_of(topic), field)
        elif session_id is not None and holder is not None:
            self.locks.add(project_of(topic), field, CachedLock(session_id, holder, event.at))

    def _sockets_in(self, topic: str) -> Collection[ProjectSocket]:
        return self._sockets.get(project_of(topic), ())


def events_that_change_rights() -> frozenset[str]:
    """The names of the events after which somebody may do more, or less, than a socket remembers."""
    return frozenset(
        name for name, each in EVENT_TYPES.items() if each.revokes is not None or not _RIGHTS.isdisjoint(each.live)
    )
