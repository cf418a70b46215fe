"""Waking those who work along with a link, each of whom learns of it, also of what happened while it was busy."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final
from weakref import WeakKeyDictionary

# Seconds after which a worker looks although nothing woke it: only what was lost on the way waits for it.
LOOK_AGAIN: Final = 300.0


class News(Enum):
    """What is new, so that nobody is woken for what does not concern them.

    `BUNDLES`: bundles are here, or statements about keys, which go ahead of them. `STATE`: the other site said
    something new of itself. `TAKEN`: what it sent was taken in, or held. `WANTED`: contents that somebody asks for.
    """

    BUNDLES = "bundles"
    EVENTS = "events"
    STATE = "state"
    WANTED = "wanted"
    TAKEN = "taken"


def jittered(seconds: float) -> float:
    """Nearly so many seconds: what many links do again and again is not done by all of them at once."""
    return seconds * random.uniform(0.8, 1.0)  # noqa: S311 (no secret)


class Waking:
    """Counts how often there was something new; a task waits until that is more than it has seen."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(News, 0)
        self._seen: WeakKeyDictionary[asyncio.Task[Any], Mapping[News, int]] = WeakKeyDictionary()
        self._waiters: dict[asyncio.Future[None], frozenset[News]] = {}

    def wake(self, *news: News) -> None:
        """There is something new, of any kind where none is named."""
        kinds = news or tuple(News)
        for kind in kinds:
            self._counts[kind] += 1
        for waiter, wanted in self._waiters.items():
            if not waiter.done() and not wanted.isdisjoint(kinds):
                waiter.set_result(None)

    def count(self, *news: News) -> int:
        """How often there was something new of these kinds."""
        return sum(self._counts[each] for each in news)

    async def woken(self, seconds: float, *news: News) -> frozenset[News]:
        """Wait until there is something new for this task, of these kinds or of any, or so many seconds; what it is."""
        task = asyncio.current_task()
        assert task is not None
        wanted = frozenset(news or News)
        seen = self._seen.get(task, {})
        found = self._newer_than(seen, wanted)
        if not found:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters[waiter] = wanted
            try:
                await asyncio.wait([waiter], timeout=seconds)
            finally:
                del self._waiters[waiter]
            found = self._newer_than(seen, wanted)
        self._seen[task] = {**seen, **{each: self._counts[each] for each in wanted}}
        return found

    def _newer_than(self, seen: Mapping[News, int], wanted: frozenset[News]) -> frozenset[News]:
        return frozenset(each for each in wanted if self._counts[each] != seen.get(each, 0))
