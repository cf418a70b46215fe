"""What the gateway has once per process: threads, hub, presence, the open sockets, and what looks after them."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import redis
from django.conf import settings

from accounts.callers import Caller
from accounts.sessions import end_unused_sessions, record_use
from gateway.close_codes import CloseCode
from gateway.execution import Lanes
from gateway.limits import MessageRates, SocketCounts
from gateway.metrics import SOCKETS
from gateway.open_sockets import OpenSocket, ProjectSocket
from gateway.project_topics import ProjectTopics
from gateway.revocation import Revocations
from gateway.streams import TOPIC_TYPES, topic_pattern
from kernel.errors import DomainError
from kernel.registry import Registry
from kernel.tasks import end
from presence.node import NodePresence
from presence.redis_presence import REWRITE_INTERVAL, SWEEP_INTERVAL
from realtime.hub import Hub
from realtime.sources import TopicSource

logger = logging.getLogger(__name__)

# Seconds.
REVOCATION_INTERVAL: Final = 1.0
SILENCE_INTERVAL: Final = 1.0
RATES_INTERVAL: Final = 1.0
UNUSED_INTERVAL: Final = 15.0
CLOSE_TIMEOUT: Final = 3.0
FOCUS_DELAY: Final = 0.1

PROJECT_PREFIX: Final = "project."

# What else runs on every node as long as it lives: a coroutine function of the node, which is cancelled at its end.
NodeTask = Callable[["Node"], Coroutine[Any, Any, None]]
NODE_TASKS: Final = Registry[NodeTask]("task of nodes")


class Node:
    """One process of Foundry, as its sockets know it."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.presence = NodePresence()
        self.projects = ProjectTopics(
            self.lanes, self.presence, access_changed=self.look_for_revocations, in_background=self.in_background
        )
        self._sources = {
            name: topic_type.source(self.lanes, topic_type.history) for name, topic_type in TOPIC_TYPES.items()
        }
        self.hub = Hub(self.source_of)
        self.connections: set[OpenSocket] = set()
        self.sockets = SocketCounts()
        self.rates = MessageRates()
        self.revocations = Revocations(self.lanes, self.connections)
        self._moving: set[tuple[UUID, UUID]] = set()
        self._revocations_due = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._all_closed = asyncio.Event()

    @staticmethod
    def now() -> float:
        """Seconds of a clock that only goes forward."""
        return time.monotonic()

    def source_of(self, topic: str) -> TopicSource:
        """What the hub asks about a topic. Raises `NotFound` for one of no registered type."""
        return self.projects if topic.startswith(PROJECT_PREFIX) else self._sources[topic_pattern(topic)]

    def look_for_revocations(self) -> None:
        """Look at once for events that end or lower access, and not only at the next second."""
        self._revocations_due.set()

    async def start(self) -> None:
        await self.hub.start()
        self.in_background(self._poll_revocations())
        for interval, work in (
            (SILENCE_INTERVAL, self.close_silent),
            (RATES_INTERVAL, lambda: self.rates.update(self.lanes.upkeep, self.now())),
            (UNUSED_INTERVAL, lambda: self.lanes.upkeep(end_unused_sessions)),
            (REWRITE_INTERVAL, lambda: self.lanes.presence(self.presence.rewrite)),
            (SWEEP_INTERVAL, lambda: self.lanes.presence(self.presence.sweep)),
        ):
            self.in_background(_repeat(interval, work))
        for task in NODE_TASKS.values():
            self.in_background(task(self))

    async def stop(self) -> None:
        """Close all sockets with 1012 and record their end; after `CLOSE_TIMEOUT` the rest is abandoned."""
        open_sockets = tuple(self.connections)
        await asyncio.gather(*(each.close(CloseCode.RESTARTING) for each in open_sockets), return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                while self.connections:
                    self._all_closed.clear()
                    await self._all_closed.wait()
        await end(*self._background)
        await self.hub.stop()
        self.projects.locks.close()
        self.lanes.close()

    def add(self, socket: OpenSocket) -> None:
        """A socket is open: from now on it is closed when it is silent, its access ends, or the node stops."""
        SOCKETS.inc()
        self.connections.add(socket)

    async def enter(self, socket: ProjectSocket) -> None:
        """A socket has joined its project."""
        self.add(socket)
        self.projects.add(socket)
        person = socket.caller.user.person()
        if self.presence.enter(socket.project_id, person, socket.name):
            await self._update_presence(socket)

    def focus(self, socket: ProjectSocket, field: str | None) -> None:
        """A socket's person has gone to a field, or to none.

        It is shown a moment later, so that fields that they only pass through are not.
        """
        user_id = socket.caller.user.id
        if self.presence.focus(socket.project_id, str(user_id), socket.name, field):
            whose = (socket.project_id, user_id)
            if whose not in self._moving:
                self._moving.add(whose)
                self.in_background(self._update_presence_soon(socket))

    async def _update_presence_soon(self, socket: ProjectSocket) -> None:
        await asyncio.sleep(FOCUS_DELAY)
        self._moving.discard((socket.project_id, socket.caller.user.id))
        await self._update_presence(socket)

    async def leave(self, socket: ProjectSocket) -> None:
        """A socket has left its project."""
        self.projects.discard(socket)
        if self.presence.leave(socket.project_id, str(socket.caller.user.id), socket.name):
            await self._update_presence(socket)

    def forget(self, socket: OpenSocket) -> None:
        """A socket is gone, and everything that it had is given back."""
        if socket not in self.connections:
            return
        SOCKETS.dec()
        self.connections.discard(socket)
        if not self.connections:
            self._all_closed.set()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for, but that ends with the node."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def record_use(self, caller: Caller) -> None:
        """A person is at work in a socket, which keeps their browser signed in."""
        noting = functools.partial(record_use, user=caller.user, credential=caller.credential)
        self.in_background(_logged(self.lanes.upkeep(noting)))

    async def close_silent(self) -> None:
        """Close the sockets of which nothing was heard for a minute: their people may be long gone."""
        limit = settings.FOUNDRY_SOCKET_IDLE
        for socket in [each for each in self.connections if self.now() - each.heard_at > limit]:
            await socket.close(CloseCode.SILENT)

    async def _update_presence(self, socket: ProjectSocket) -> None:
        person = socket.caller.user.person()
        try:
            await self.lanes.presence(lambda: self.presence.update(socket.project_id, person))
        except redis.RedisError as error:
            # The next rewrite says it again.
            logger.warning("Presence cannot be updated: %s", error)

    async def _poll_revocations(self) -> None:
        while True:
            await _logged(self.revocations.poll())
            with suppress(TimeoutError):
                async with asyncio.timeout(REVOCATION_INTERVAL):
                    await self._revocations_due.wait()
            self._revocations_due.clear()


async def _repeat(interval: float, work: Callable[[], Awaitable[object]]) -> None:
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
