"""Where blocking work runs: bounded lanes of threads, so that no kind of work can starve another.

Reads and writes have threads of their own; presence (Redis only), upkeep and sweeper one each. Writers of one project
wait for each other here, without a thread, instead of on the project's row, with one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from channels.db import database_sync_to_async
from django.conf import settings

from audit.transactions import unavailable_on_timeout
from gateway.metrics import QUEUED

Result = TypeVar("Result")


class Lane:
    """Some threads. The callable given runs in one of them, and its database connection goes back to the pool.

    A database that does not answer is `Unavailable`, whatever the callable itself makes of it.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"gateway-{name}")
        QUEUED.labels(name).set_function(self._executor._work_queue.qsize)  # noqa: SLF001 (nothing else tells)
        self._run: Any = database_sync_to_async(_call, thread_sensitive=False, executor=self._executor)

    async def __call__(self, work: Callable[[], Result]) -> Result:
        # asgiref waits for the thread when it is cancelled, and then forgets that it was. A thread cannot be stopped,
        # but who waits for it must be: the work ends alone.
        result: Result = await asyncio.shield(asyncio.ensure_future(self._run(work)))
        return result

    def close(self) -> None:
        """Take no more work; what runs, ends."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Lanes:
    """The threads of the gateway in this process."""

    def __init__(self) -> None:
        self.read = Lane("read", settings.FOUNDRY_READ_THREADS)
        self.write = Lane("write", settings.FOUNDRY_WRITE_THREADS)
        self.presence = Lane("presence", 1)
        self.upkeep = Lane("upkeep", 1)
        self.sweeper = Lane("sweeper", 1)
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def write_in_turn(self, project_id: UUID, work: Callable[[], Result]) -> Result:
        """Run a write that locks the project's row, after those of this process that came before it."""
        turn = self._turns.get(project_id)
        if turn is None:
            turn = self._turns[project_id] = asyncio.Lock()
        async with turn:
            return await self.write(work)

    def close(self) -> None:
        for lane in (self.read, self.write, self.presence, self.upkeep, self.sweeper):
            lane.close()


def _call(work: Callable[[], Result]) -> Result:
    with unavailable_on_timeout():
        return work()
