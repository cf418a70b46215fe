"""Links in the memory of a test: two ends of a WebSocket, and methods and workers that the test names."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from uuid import UUID, uuid4

from gateway.execution import Lanes
from stages.replication.link.access import LinkedPeer
from stages.replication.link.close_codes import LinkClosed
from stages.replication.link.links import SiteLink
from stages.replication.link.methods import METHODS, WORKERS, Answer, Link, Method, Worker
from tests.replication.link.sites import STATE


class MemoryWire:
    """One end. Frames wait for who reads them, at most `room` of them."""

    def __init__(self, sends: asyncio.Queue[str | bytes | int], receives: asyncio.Queue[str | bytes | int]) -> None:
        self._sends = sends
        self._receives = receives
        self.sent: list[str | bytes] = []
        self.closed: int | None = None

    async def receive(self) -> str | bytes:
        frame = await self._receives.get()
        if isinstance(frame, int):
            raise LinkClosed(frame, by_peer=True)
        return frame

    async def send(self, frame: str | bytes) -> None:
        await self._sends.put(frame)
        self.sent.append(frame)

    async def close(self, code: int) -> None:
        self.closed = code
        if not self._sends.full():
            self._sends.put_nowait(code)

    def trust(self, key: str) -> None:
        """Nothing: it takes frames of every size."""


def wires(room: int = 0) -> tuple[MemoryWire, MemoryWire]:
    there, back = asyncio.Queue[str | bytes | int](room), asyncio.Queue[str | bytes | int](room)
    return MemoryWire(there, back), MemoryWire(back, there)


async def say_state_once(link: Link) -> None:
    await link.call("state", STATE)


async def rest(_link: Link) -> None:
    await asyncio.Event().wait()


class Links:
    """Links over wires of memory, whose answers and work are the test's own."""

    def __init__(self, methods: Mapping[str, Method], workers: Mapping[str, Worker]) -> None:
        self.lanes = Lanes()
        self.project_id: UUID = uuid4()
        self._numbers = itertools.count(1)
        self._methods = {"state": Method(answer=lambda _remote, _params: Answer({"forks": []})), **methods}
        self._workers: dict[str, Worker] = {"state": say_state_once, "rest": rest, **workers}
        self._tasks: list[asyncio.Task[LinkClosed]] = []

    def begin(self, wire: MemoryWire) -> tuple[SiteLink, asyncio.Task[LinkClosed]]:
        number = next(self._numbers)
        peer = LinkedPeer(self.project_id, uuid4(), f"{number:064x}", f"Site {number}")
        link = SiteLink(wire, self.lanes, peer, by_us=number == 1)
        self._tasks.append(asyncio.create_task(link.run()))
        return link, self._tasks[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Links]:
        with ExitStack() as stack:
            stack.enter_context(METHODS.replaced(self._methods))
            stack.enter_context(WORKERS.replaced(self._workers))
            try:
                yield self
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
                self.lanes.close()
