"""A hub of this process on the real Valkey, over a stand-in for the table of events."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest

from realtime.frames import Frame
from realtime.hub import FrameQueue, Hub, Subscriber
from tests.patience import PATIENCE


class Table:
    """What Postgres would know: the events that are committed, and who is present."""

    def __init__(self) -> None:
        self.newest: dict[str, int] = defaultdict(int)
        self.reads = 0
        self.observed: list[tuple[str, str]] = []
        self.noticed: list[tuple[str, str]] = []

    def commit(self, topic: str) -> tuple[int, str]:
        """The next event of the topic, as it would be published."""
        self.newest[topic] += 1
        return self.newest[topic], frame(self.newest[topic])

    is_numbered = True

    async def frames(self, topic: str, after: int) -> Sequence[Frame]:
        self.reads += 1
        return [Frame(seq, seq, frame(seq)) for seq in range(after + 1, self.newest[topic] + 1)]

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        return {topic: self.newest[topic] for topic in topics}

    async def head_frames(self, heads: Mapping[str, int]) -> Mapping[str, str]:
        return {topic: json.dumps({"head": seq}) for topic, seq in heads.items()}

    def observe(self, topic: str, frame: str) -> None:
        self.observed.append((topic, frame))

    def notice(self, topic: str, text: str) -> None:
        self.noticed.append((topic, text))


class Listener:
    """A socket that follows one topic from the moment of joining on."""

    def __init__(self, subscriber: Subscriber, queue: FrameQueue) -> None:
        self.subscriber = subscriber
        self.queue = queue
        subscriber.start()


async def listen(hub: Hub, topic: str, origin: str | None = None) -> Listener:
    queue = FrameQueue(overflowed=too_slow)
    return Listener(await hub.follow(topic, queue, origin=origin), queue)


def too_slow() -> None:
    raise AssertionError("the queue was full")


def frame(seq: int) -> str:
    return json.dumps({"seq": seq})


async def next_frames(queue: FrameQueue) -> list[str]:
    """All frames that wait; waits for the first one."""
    while not (frames := queue.take()):
        arrived = asyncio.Event()
        queue.call(arrived.set)
        await arrived.wait()
    return frames


async def read(listener: Listener, count: int) -> list[Any]:
    """The next `count` frames of a listener, parsed."""
    frames: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while len(frames) < count:
            frames += await next_frames(listener.queue)
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
    hub = Hub(lambda _topic: table)
    await hub.start()
    yield hub
    await hub.stop()
