"""The hub: one per process. It follows each topic once, whatever the number of sockets, and keeps the order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

from kernel.tasks import end
from realtime.frames import Frame
from realtime.layer import LayerUnreachableError, Membership
from realtime.messages import Ephemeral, Message, Nonce, Notice, Numbered
from realtime.sources import TopicSource
from realtime.subscriber import FrameQueue, Subscriber
from realtime.topic import GAP_WAIT, Topic

__all__ = ["FrameQueue", "Hub", "LayerUnreachableError", "Subscriber"]

logger = logging.getLogger(__name__)

# Seconds.
HEAD_INTERVAL: Final = 10.0
HEAD_PATIENCE: Final = 2.0


class Hub:
    """Joins a topic for its first subscriber and leaves it with the last; gives everybody each frame once, in order.

    `source_of(topic)` is what knows the topics of its kind (`realtime.sources`).
    """

    def __init__(self, source_of: Callable[[str], TopicSource], *, gap_wait: float = GAP_WAIT) -> None:
        self._source_of = source_of
        self._gap_wait = gap_wait
        self._topics: dict[str, Topic] = {}
        self._membership = Membership(receive=self._receive, on_possible_loss=self._check_heads)
        self._rounds: set[asyncio.Task[None]] = set()
        self._checking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._membership.open()
        self._begin_round(self._send_heads_forever(), "hub-heads")

    async def stop(self) -> None:
        """Leave the layer; subscribers get nothing more."""
        await end(*self._rounds)
        for topic in tuple(self._topics.values()):
            await topic.close()
        self._topics.clear()
        await self._membership.close()

    @property
    def is_connected(self) -> bool:
        """Whether messages come through Redis, as far as the last pulse shows."""
        return self._membership.is_connected

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are followed here."""
        return tuple(self._topics)

    def count_subscribers(self, name: str) -> int:
        """How many follow a topic here."""
        topic = self._topics.get(name)
        return 0 if topic is None else len(topic.subscribers)

    async def follow(self, name: str, queue: FrameQueue, *, origin: str | None = None) -> Subscriber:
        """Follow a topic: from now on nothing of it is missed. The first subscriber waits for the join.

        What arrives waits until the subscriber is started. Raises `LayerUnreachableError`, and what reading the head of
        a numbered topic raises.
        """
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(name, self._source_of(name), gap_wait=self._gap_wait)
            topic.opening = asyncio.create_task(self._open(topic), name=f"open-{name}")
        subscriber = Subscriber(topic.name, queue, origin=origin)
        topic.subscribers.add(subscriber)
        try:
            await topic.opened()
        except BaseException:
            await self._drop(topic, subscriber)
            raise
        return subscriber

    async def leave(self, subscriber: Subscriber) -> None:
        """Follow a topic no more; doing so twice does nothing."""
        subscriber.stop()
        topic = self._topics.get(subscriber.topic)
        if topic is not None:
            await self._drop(topic, subscriber)

    async def send_heads(self) -> None:
        """Send every subscriber the head of its topic; catch up first where this node is behind."""
        for source, heads in (await self._catch_up()).items():
            frames = await source.head_frames(heads) if heads else {}
            for name, frame in frames.items():
                if (topic := self._topics.get(name)) is not None:
                    topic.ephemeral(frame)

    async def _open(self, topic: Topic) -> None:
        await self._membership.join(topic.name)
        heads = await topic.source.heads([topic.name]) if topic.source.is_numbered else {}
        topic.begin(heads.get(topic.name, 0))
        # Whoever waits has the task; nobody else needs it.
        topic.opening = None

    async def _drop(self, topic: Topic, subscriber: Subscriber) -> None:
        topic.subscribers.discard(subscriber)
        if not topic.subscribers and self._topics.get(topic.name) is topic:
            del self._topics[topic.name]
            # First the leave, which begins without a pause: a new first subscriber then joins after it.
            await self._membership.leave(topic.name)
            await topic.close()

    def _receive(self, message: Message) -> None:
        topic = None if isinstance(message, Nonce) else self._topics.get(message.topic)
        if topic is None:
            return
        if isinstance(message, Numbered):
            topic.numbered(Frame(message.seq_from or message.seq, message.seq, message.frame))
        elif isinstance(message, Ephemeral):
            topic.ephemeral(message.frame, message.origin)
        elif isinstance(message, Notice):
            topic.source.notice(message.topic, message.text)

    def _check_heads(self) -> None:
        """Messages may have been lost: compare our topics with Postgres."""
        if self._checking is None or self._checking.done():
            self._checking = self._begin_round(self._logged(self._catch_up()), "hub-check")

    def _begin_round(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)
        return task

    async def _send_heads_forever(self) -> None:
        while True:
            await asyncio.sleep(HEAD_INTERVAL)
            await self._logged(self.send_heads())

    async def _logged(self, round_: Awaitable[object]) -> None:
        try:
            await round_
        except Exception as error:  # noqa: BLE001 (Postgres or Redis away: the next round tries again)
            logger.warning("The topics' heads could not be read: %r", error)

    async def _catch_up(self) -> dict[TopicSource, dict[str, int]]:
        """Ask each source for the newest number of its topics, and get there. Returns them.

        One that fails does not keep the others from theirs; the next round asks it again.
        """
        names: dict[TopicSource, list[str]] = {}
        for topic in self._topics.values():
            if topic.source.is_numbered:
                names.setdefault(topic.source, []).append(topic.name)
        answers = await asyncio.gather(*(self._catch_up_with(*each) for each in names.items()), return_exceptions=True)
        heads: dict[TopicSource, dict[str, int]] = {}
        for source, answer in zip(names, answers, strict=True):
            if isinstance(answer, BaseException):
                logger.warning("The heads of %s could not be read: %r", source, answer)
            else:
                heads[source] = answer
        return heads

    async def _catch_up_with(self, source: TopicSource, names: Sequence[str]) -> dict[str, int]:
        read = await source.heads(names)
        heads = {name: read.get(name, 0) for name in names if name in self._topics}
        behind = [self._topics[name] for name, head in heads.items() if head > self._topics[name].last]
        await asyncio.gather(*(topic.catch_up(heads[topic.name], within=HEAD_PATIENCE) for topic in behind))
        return heads
