"""Waking those who work along with a link, each of whom learns of it, also of what happened while it was busy."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary


class Waking:
    """Counts how often there was something new; a task waits until that is more than it has seen."""

    def __init__(self) -> None:
        self._count = 0
        self._seen: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()
        self._waiters: set[asyncio.Future[None]] = set()

    def wake(self) -> None:
        self._count += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def woken(self, seconds: float) -> None:
        """Wait until there is something new for this task, or so many seconds."""
        task = asyncio.current_task()
        assert task is not None
        if self._seen.get(task, 0) == self._count:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait([waiter], timeout=seconds)
            finally:
                self._waiters.discard(waiter)
        self._seen[task] = self._count
