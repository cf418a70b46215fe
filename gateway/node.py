"""What the gateway has once per process: threads, hub, presence, the open sockets, and what looks after them."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
import redis
from django.conf import settings

from accounts.callers import Caller
from accounts.models import Person
from accounts.sessions import end_unused_sessions, note_use
from gateway.close_codes import CloseCode
from gateway.execution import Lanes
from gateway.limits import MessageRates, SocketCounts
from gateway.metrics import SOCKETS
from gateway.readers import HubReaders, project_of
from gateway.revocation import Revocations
from gateway.standing_locks import Standing, StandingLocks
from kernel.errors import DomainError
from kernel.tasks import end
from presence.node import NodePresence
from presence.registry import REWRITE_INTERVAL, SWEEP_INTERVAL
from realtime.hub import Hub

if TYPE_CHECKING:
    from gateway.connection import Connection

logger = logging.getLogger(__name__)

# Seconds.
REVOCATION_INTERVAL: Final = 1.0
SILENCE_INTERVAL: Final = 1.0
RATES_INTERVAL: Final = 1.0
UNUSED_INTERVAL: Final = 15.0
FAREWELL_TIMEOUT: Final = 3.0
FOCUS_DELAY: Final = 0.1


class _Data(msgspec.Struct):
    field: str | None = None
    session_id: str | None = None
    holder: Person | None = None


class _Params(msgspec.Struct):
    name: str
    at: str
    data: _Data


class _Frame(msgspec.Struct):
    params: _Params


_frames = msgspec.json.Decoder(_Frame)


class Node:
    """One process of Foundry, as its sockets know it."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.presence = NodePresence()
        self.readers = HubReaders(self.lanes, self.presence)
        self.locks = StandingLocks()
        self.hub = Hub(self.readers, observe=self._observe, notice=self._noticed)
        self.connections: set[Connection] = set()
        self.sockets = SocketCounts()
        self.rates = MessageRates()
        self._by_project: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self.revocations = Revocations(self)
        self._moving: set[tuple[UUID, UUID]] = set()
        self._hurry = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._everybody_left = asyncio.Event()

    @staticmethod
    def now() -> float:
        """Seconds of a clock that only goes forward."""
        return time.monotonic()

    async def start(self) -> None:
        await self.hub.start()
        self.in_background(self._poll_revocations())
        for interval, work in (
            (SILENCE_INTERVAL, self.close_silent),
            (RATES_INTERVAL, lambda: self.rates.tell(self.lanes.upkeep, self.now())),
            (UNUSED_INTERVAL, lambda: self.lanes.upkeep(end_unused_sessions)),
            (REWRITE_INTERVAL, lambda: self.lanes.presence(self.presence.rewrite)),
            (SWEEP_INTERVAL, lambda: self.lanes.presence(self.presence.sweep)),
        ):
            self.in_background(_every(interval, work))

    async def stop(self) -> None:
        """Send everybody away with 1012 and note their going; after `FAREWELL_TIMEOUT` without the rest."""
        everybody = tuple(self.connections)
        await asyncio.gather(*(each.close(CloseCode.RESTARTING) for each in everybody), return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_TIMEOUT):
                while self.connections:
                    self._everybody_left.clear()
                    await self._everybody_left.wait()
        await end(*self._background)
        await self.hub.stop()
        self.locks.close()
        self.lanes.close()

    async def enter(self, connection: Connection) -> None:
        """A socket has joined its project."""
        SOCKETS.inc()
        self.connections.add(connection)
        self._by_project[connection.project_id].add(connection)
        person = connection.caller.user.person()
        if self.presence.enter(connection.project_id, person, connection.name):
            await self._tell_presence(connection)

    def focus(self, connection: Connection, field: str | None) -> None:
        """A socket's person has gone to a field, or to none. Told a moment later: who only passes through is not."""
        if self.presence.focus(connection.project_id, str(connection.user_id), connection.name, field):
            whose = (connection.project_id, connection.user_id)
            if whose not in self._moving:
                self._moving.add(whose)
                self.in_background(self._tell_soon(connection))

    async def _tell_soon(self, connection: Connection) -> None:
        await asyncio.sleep(FOCUS_DELAY)
        self._moving.discard((connection.project_id, connection.user_id))
        await self._tell_presence(connection)

    async def leave(self, connection: Connection) -> None:
        """A socket has left its project."""
        if self.presence.leave(connection.project_id, str(connection.user_id), connection.name):
            await self._tell_presence(connection)

    def forget(self, connection: Connection) -> None:
        """A socket is gone, and everything that it had is given back."""
        if connection not in self.connections:
            return
        SOCKETS.dec()
        self.connections.discard(connection)
        neighbours = self._by_project[connection.project_id]
        neighbours.discard(connection)
        if not neighbours:
            del self._by_project[connection.project_id]
            self.locks.forget(connection.project_id)
        if not self.connections:
            self._everybody_left.set()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for, but that ends with the node."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def note_use(self, caller: Caller) -> None:
        """A person is at work in a socket, which keeps their browser signed in."""
        noting = functools.partial(note_use, user=caller.user, credential=caller.credential)
        self.in_background(_logged(self.lanes.upkeep(noting)))

    async def close_silent(self) -> None:
        """Close the sockets of which nothing was heard for a minute: their people may be long gone."""
        longest = settings.FOUNDRY_SOCKET_IDLE
        silent = [each for each in self.connections if self.now() - each.heard_at > longest]
        for connection in silent:
            await connection.close(CloseCode.SILENT)

    async def _tell_presence(self, connection: Connection) -> None:
        person = connection.caller.user.person()
        try:
            await self.lanes.presence(lambda: self.presence.tell(connection.project_id, person))
        except redis.RedisError as error:
            # The next rewrite says it again.
            logger.warning("Presence cannot be told: %s", error)

    def _observe(self, topic: str, frame: str) -> None:
        """See every event once: what is remembered of members and locks is looked up again when it changes."""
        event = _frames.decode(frame).params
        name = event.name
        if name.startswith("lock."):
            self._follow_lock(topic, event)
        elif name.startswith(("member.", "project.", "release.")):
            for connection in self._in_project(topic):
                connection.rights = None
            self._hurry.set()

    def _follow_lock(self, topic: str, event: _Params) -> None:
        field, session_id, holder = event.data.field or "", event.data.session_id, event.data.holder
        was_released = event.name == "lock.released"
        for connection in self._in_project(topic):
            if was_released or str(connection.session.session_id) != session_id:
                connection.held.pop(field, None)
        if was_released:
            self.locks.released(project_of(topic), field)
        elif session_id is not None and holder is not None:
            self.locks.taken(project_of(topic), field, Standing(session_id, holder, event.at))

    def _noticed(self, topic: str, resumed: str) -> None:
        """A session came back, here or on another node: a socket that it still has open here is of the past."""
        session_id, _, number = resumed.rpartition(":")
        for connection in self._in_project(topic):
            session = connection.session
            if str(session.session_id) == session_id and session.connection < int(number):
                self.in_background(connection.close(CloseCode.RESTARTING))

    def _in_project(self, topic: str) -> Iterable[Connection]:
        return self._by_project.get(project_of(topic), ())

    async def _poll_revocations(self) -> None:
        while True:
            await _logged(self.revocations.poll())
            with suppress(TimeoutError):
                async with asyncio.timeout(REVOCATION_INTERVAL):
                    await self._hurry.wait()
            self._hurry.clear()


async def _every(interval: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(interval)
        await _logged(work())


async def _logged(work: Awaitable[object]) -> None:
    """Work that is done again soon: what is away now, is only noted."""
    try:
        await work
    except (DomainError, redis.RedisError) as error:
        logger.warning("Postgres or Redis is away: %s", error)
    except Exception:
        logger.exception("The upkeep of this node failed")


# One per event loop, which in production means one per process.
_nodes: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Node]] = WeakKeyDictionary()


async def current_node() -> Node:
    """This process's node, started for the first socket if the server has not done so before."""
    loop = asyncio.get_running_loop()
    if loop not in _nodes:
        _nodes[loop] = asyncio.create_task(_started_node())
    return await asyncio.shield(_nodes[loop])


async def stop_current_node() -> None:
    """End this process's node, if there is one."""
    starting = _nodes.pop(asyncio.get_running_loop(), None)
    if starting is not None:
        await (await starting).stop()


async def _started_node() -> Node:
    node = Node()
    await node.start()
    return node
