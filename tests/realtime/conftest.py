"""A hub of this process on the real Valkey, over a stand-in for the table of events."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest

from realtime.hub import Hub
from realtime.subscriber import Subscriber

# Seconds until a test that waits for a condition fails.
PATIENCE = 30.0


class Table:
    """What Postgres would know: the events that are committed, and who is present."""

    def __init__(self) -> None:
        self.newest: dict[str, int] = defaultdict(int)
        self.reads = 0

    def commit(self, topic: str) -> tuple[int, str]:
        """The next event of the topic, as it would be published."""
        self.newest[topic] += 1
        return self.newest[topic], frame(self.newest[topic])

    async def events(self, topic: str, after: int) -> Sequence[tuple[int, str]]:
        self.reads += 1
        return [(seq, frame(seq)) for seq in range(after + 1, self.newest[topic] + 1)]

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        return {topic: self.newest[topic] for topic in topics}

    async def present(self, topics: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        return {topic: [{"user": "somebody", "fields": []}] for topic in topics}


def frame(seq: int) -> str:
    return json.dumps({"seq": seq})


async def next_frames(subscriber: Subscriber) -> list[str]:
    """All frames that wait; waits for the first one."""
    while not (frames := subscriber.take()):
        arrived = asyncio.Event()
        subscriber.call(arrived.set)
        await arrived.wait()
    return frames


async def read(subscriber: Subscriber, count: int) -> list[Any]:
    """The next `count` frames of a subscriber, parsed."""
    frames: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while len(frames) < count:
            frames += await next_frames(subscriber)
    return [json.loads(each) for each in frames]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that something else brings about."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 (what changes has no event to wait for)
            await asyncio.sleep(0.01)


@pytest.fixture
def topic() -> str:
    return f"project.{uuid4()}"


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
async def hub(table: Table) -> AsyncIterator[Hub]:
    hub = Hub(table)
    await hub.start()
    yield hub
    await hub.stop()
