"""A run's console as server-sent events: all lines after a number, then each new one, until the run ends.

A stream is an open socket of its node, in one direction: it is closed when its caller's access ends or the node stops,
and counts among the sockets of its person. Its only thread is the one that Django keeps for each request until it ends,
in which the right to read was checked. What it sends comes from the hub, as the frames of the topic `run.<id>`; what
was written before, from the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Mapping
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from accounts.callers import Caller
from gateway.authentication import authenticate
from gateway.close_codes import CloseCode
from gateway.node import Node, current_node
from gateway.topics import FollowedTopics
from kernel.errors import DomainError
from realtime.hub import FrameQueue
from stages.runs.console import line_body, lines_after, run_topic
from stages.runs.models import Run
from stages.runs.models.experiments import ENDED

# Lines that are read at once.
PAGE: Final = 500
# Seconds: how often a stream looks whether its run has ended, and after which silence it says that it is there.
LOOK_INTERVAL: Final = 1.0
SILENCE: Final = 10.0
# Milliseconds after which a browser connects again.
RETRY: Final = 1000


class ConsoleStream:
    """One watcher of one console."""

    def __init__(self, node: Node, scope: Mapping[str, Any], caller: Caller, run_id: UUID, after: int) -> None:
        self.caller = caller
        self.heard_at = node.now()
        self._node = node
        self._scope = scope
        self._run_id = run_id
        self._after = after
        self._queue = FrameQueue(overflowed=self._end)
        self._topics = FollowedTopics(node, self._queue, origin=str(uuid4()))
        self._is_open = True
        self._arrived = asyncio.Event()

    @property
    def project_ids(self) -> Collection[UUID]:
        """The projects that its access depends on."""
        return self._topics.project_ids

    async def reauthorize(self) -> None:
        """Ask again who it is and what they may. Raises `NotAuthenticated`, `NotFound`, `PermissionDenied`."""
        self.caller = await self._node.lanes.upkeep(partial(authenticate, self._scope, is_socket=False))
        for refusal in (await self._topics.reauthorize(self.caller)).values():
            raise refusal

    async def close(self, code: CloseCode) -> None:
        """End the stream; whoever may still read connects again, and goes on after the last line."""
        self._end()

    async def events(self) -> AsyncGenerator[str, None]:
        """The events, as they are sent."""
        try:
            with self._node.sockets.of_person(str(self.caller.user.id)):
                self._node.add(self)
                try:
                    async with aclosing(self._all()) as events:
                        async for event in events:
                            yield event
                finally:
                    await self._topics.leave_all()
                    self._node.forget(self)
        except DomainError as refusal:
            yield _event("problem", refusal.problem())

    async def _all(self) -> AsyncGenerator[str, None]:
        yield f"retry: {RETRY}\n\n"
        is_behind = True
        while is_behind:
            async for event in self._written():
                yield event
            position = await self._topics.follow(self.caller, run_topic(self._run_id), self._after)
            is_behind = position.reset
        self._topics.start()
        silent_since = looked_at = self._node.now()
        while self._is_open:
            for line in self._arrived_lines():
                silent_since = self._node.now()
                yield line
            self.heard_at = self._node.now()
            if self.heard_at - looked_at >= LOOK_INTERVAL:
                looked_at = self.heard_at
                status = await self._node.lanes.read(self._status)
                if status in ENDED:
                    async for event in self._written():
                        yield event
                    yield _event("end", {"status": status})
                    return
            if self.heard_at - silent_since >= SILENCE:
                silent_since = self.heard_at
                yield ": still here\n\n"
            await self._wait()

    async def _written(self) -> AsyncIterator[str]:
        """The lines that the database has after the last one that was sent."""
        while True:
            lines = await self._node.lanes.read(partial(lines_after, self._run_id, self._after, PAGE))
            for line in lines:
                self._after = line.number
                yield _line(line_body(line.number, line.kind, line.text, line.at))
            if len(lines) < PAGE:
                return

    def _arrived_lines(self) -> Iterator[str]:
        """The lines of the frames that have come, without those that were sent before."""
        for frame in self._queue.take():
            message = msgspec.json.decode(frame)
            for line in message["params"].get("lines", ()):
                if line["number"] > self._after:
                    self._after = line["number"]
                    yield _line(line)

    async def _wait(self) -> None:
        """Until a frame comes, the stream ends, or it is time to look at the run."""
        self._arrived.clear()
        self._queue.call(self._arrived.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_INTERVAL):
                await self._arrived.wait()

    def _status(self) -> str:
        status: str = Run.objects.values_list("status", flat=True).get(pk=self._run_id)
        return status

    def _end(self) -> None:
        self._is_open = False
        self._arrived.set()


async def console_events(scope: Mapping[str, Any], caller: Caller, run_id: UUID, after: int) -> AsyncIterator[str]:
    """The events of one watcher, whose right to read the run was checked."""
    stream = ConsoleStream(await current_node(), scope, caller, run_id, after)
    async with aclosing(stream.events()) as events:
        async for event in events:
            yield event


def _line(body: Mapping[str, Any]) -> str:
    return f"id: {body['number']}\n{_event('line', body)}"


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n"
