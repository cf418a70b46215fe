"""Where blocking work runs: bounded pools of threads, so that no kind of work can starve another.

Reads and writes have threads of their own; presence (Redis only), upkeep and sweeper one each. Writers of one project
wait for each other here, without occupying a thread, and not on the project's row, where each would occupy one.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import close_old_connections

from gateway.metrics import QUEUED
from kernel.transactions import unavailable_on_timeout

Result = TypeVar("Result")


class LaneExecutor:
    """A pool of threads. The callable given runs in one of them, and its database connection goes back to the pool.

    A database that does not answer is `Unavailable`, whatever the callable itself makes of it. It does what
    `channels.db` does, but submits to the thread directly, which takes less time.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"gateway-{name}")
        QUEUED.labels(name).set_function(self._executor._work_queue.qsize)  # noqa: SLF001 (there is no public way)

    async def __call__(self, work: Callable[[], Result]) -> Result:
        # The context says whose request it is, in the log.
        call = functools.partial(copy_context().run, _call, work)
        # A thread cannot be stopped, but who waits for it must be: the work ends alone.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._executor, call))

    def close(self) -> None:
        """Take no more work; what runs, ends."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Lanes:
    """The threads of the gateway in this process."""

    def __init__(self) -> None:
        self.read = LaneExecutor("read", settings.FOUNDRY_READ_THREADS)
        self.write = LaneExecutor("write", settings.FOUNDRY_WRITE_THREADS)
        self.presence = LaneExecutor("presence", 1)
        self.upkeep = LaneExecutor("upkeep", 1)
        self.sweeper = LaneExecutor("sweeper", 1)
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def write_serialized(self, project_id: UUID, work: Callable[[], Result]) -> Result:
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
    try:
        with unavailable_on_timeout():
            return work()
    finally:
        close_old_connections()
