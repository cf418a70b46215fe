"""Where blocking work runs: bounded pools of threads, so that no kind of work can starve another.

Reads and writes have threads of their own; presence (Redis only), upkeep and sweeper one each. Writers of one project
wait for each other here, without occupying a thread, and not on the project's row, where each would occupy one.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import close_old_connections

from gateway.metrics import QUEUED
from kernel.tasks import read_outcomes
from kernel.transactions import unavailable_on_timeout

Result = TypeVar("Result")

# Items of one batch of gathered work.
MAX_GATHERED: Final = 200


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
        running = asyncio.get_running_loop().run_in_executor(self._executor, call)
        try:
            # A thread cannot be stopped, but who waits for it must be: the work ends alone.
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            # That it fails by then, asyncio would log as the error of somebody who forgot to wait.
            running.add_done_callback(lambda ended: read_outcomes([ended]))
            raise

    def close(self) -> None:
        """Take no more work; what runs, ends."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class GatheredWork:
    """What waits for one key; it ends when nothing does any more."""

    def __init__(
        self,
        lane: LaneExecutor,
        work: Callable[[Sequence[Any]], Sequence[Any]],
        pace: Callable[[], float],
        ended: Callable[[], None],
    ) -> None:
        self._lane = lane
        self._work = work
        self._pace = pace
        self._ended = ended
        self._waiting: list[tuple[Any, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, item: Any) -> Any:
        """What becomes of an item; raises it where it is an exception."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="gathered-work")
        return await future

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        batch: list[tuple[Any, asyncio.Future[Any]]] = []
        try:
            while self._waiting:
                next_at = loop.time() + self._pace()
                batch, self._waiting = self._waiting[:MAX_GATHERED], self._waiting[MAX_GATHERED:]
                _settle(batch, await self._outcomes([item for item, _future in batch]))
                await asyncio.sleep(max(0.0, next_at - loop.time()))
        finally:
            self._ended()
            for _item, future in (*batch, *self._waiting):
                future.cancel()

    async def _outcomes(self, items: Sequence[Any]) -> Sequence[Any]:
        try:
            outcomes = await self._lane(functools.partial(self._work, items))
        except Exception as error:  # noqa: BLE001 (each of those who wait gets it)
            return [error] * len(items)
        if len(outcomes) == len(items):
            return outcomes
        return [RuntimeError(f"{len(outcomes)} outcomes of {len(items)} items")] * len(items)


class Lanes:
    """The threads of the gateway in this process."""

    def __init__(self) -> None:
        self.read = LaneExecutor("read", settings.FOUNDRY_READ_THREADS)
        self.write = LaneExecutor("write", settings.FOUNDRY_WRITE_THREADS)
        self.presence = LaneExecutor("presence", 1)
        self.upkeep = LaneExecutor("upkeep", 1)
        self.sweeper = LaneExecutor("sweeper", 1)
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._gathering: dict[object, GatheredWork] = {}

    async def write_serialized(self, project_id: UUID, work: Callable[[], Result]) -> Result:
        """Run a write that locks the project's row, after those of this process that came before it."""
        turn = self._turns.get(project_id)
        if turn is None:
            turn = self._turns[project_id] = asyncio.Lock()
        async with turn:
            return await self.write(work)

    async def write_gathered(
        self,
        key: UUID,
        item: Any,
        work: Callable[[Sequence[Any]], Sequence[Any]],
        *,
        pace: Callable[[], float],
    ) -> Any:
        """Write an item together with all that came for the same key since its last batch began, in their order.

        `work` gets the items of a batch and answers what became of each, an exception for one that failed: that one is
        raised here. The batches of a key run one after the other, and begin `pace()` seconds apart at least.
        """
        return await self._gathered(self.write, key, work, pace).add(item)

    async def read_gathered(self, key: object, item: Any, work: Callable[[Sequence[Any]], Sequence[Any]]) -> Any:
        """Read for an item together with all that came for the same key while the batch before it was read."""
        return await self._gathered(self.read, key, work, _at_once).add(item)

    def _gathered(
        self,
        lane: LaneExecutor,
        key: object,
        work: Callable[[Sequence[Any]], Sequence[Any]],
        pace: Callable[[], float],
    ) -> GatheredWork:
        gathered = self._gathering.get(key)
        if gathered is None:
            gathered = self._gathering[key] = GatheredWork(lane, work, pace, lambda: self._forget(key))
        return gathered

    def _forget(self, key: object) -> None:
        self._gathering.pop(key, None)

    def close(self) -> None:
        for lane in (self.read, self.write, self.presence, self.upkeep, self.sweeper):
            lane.close()


def _at_once() -> float:
    """No pause between two batches."""
    return 0.0


def _settle(batch: Sequence[tuple[Any, asyncio.Future[Any]]], outcomes: Sequence[Any]) -> None:
    for (_item, future), outcome in zip(batch, outcomes, strict=True):
        # Who has hung up does not wait any more.
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _call(work: Callable[[], Result]) -> Result:
    try:
        with unavailable_on_timeout():
            return work()
    finally:
        close_old_connections()
