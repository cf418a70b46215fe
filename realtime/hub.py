"""The hub: one per process. It follows each topic once, whatever the number of sockets, and keeps the order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from kernel.tasks import end
from realtime.layer import LayerUnreachableError, Membership
from realtime.messages import Ephemeral, Message, Nonce, Notice, Numbered
from realtime.subscriber import Subscriber
from realtime.topic import GAP_WAIT, Observer, Topic

__all__ = ["Hub", "LayerUnreachableError", "Readers", "Subscriber"]

logger = logging.getLogger(__name__)

# Seconds.
HEAD_INTERVAL: Final = 10.0
HEAD_PATIENCE: Final = 2.0

_encoder = msgspec.json.Encoder()


class Readers(Protocol):
    """How the hub asks Postgres and the presence list; the gateway hands it an implementation."""

    async def events(self, topic: str, after: int) -> Sequence[tuple[int, str]]:
        """The next events of a topic after a `seq`, as `(seq, frame)`, oldest first, a bounded number of them."""

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        """The newest `seq` of each topic (0 or absent: none), in one query."""

    async def present(self, topics: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """Who is in each topic now, as `{user, fields}`."""


class Hub:
    """Joins a topic for its first subscriber and leaves it with the last; tells everybody each event once, in order.

    `observe(topic, frame)` sees every event of the topics followed here, `notice(topic, text)` what the nodes tell each
    other about them.
    """

    def __init__(
        self,
        readers: Readers,
        *,
        observe: Observer | None = None,
        notice: Observer | None = None,
        gap_wait: float = GAP_WAIT,
    ) -> None:
        self._readers = readers
        self._observe = observe or (lambda _topic, _frame: None)
        self._notice = notice or (lambda _topic, _text: None)
        self._gap_wait = gap_wait
        self._topics: dict[str, Topic] = {}
        self._membership = Membership(receive=self._receive, doubt=self._check_heads)
        self._rounds: set[asyncio.Task[None]] = set()
        self._checking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._membership.open()
        self._begin_round(self._tell_heads_forever(), "hub-heads")

    async def stop(self) -> None:
        """Leave the layer; subscribers get nothing more."""
        await end(*self._rounds)
        for topic in tuple(self._topics.values()):
            await topic.close()
        self._topics.clear()
        await self._membership.close()

    @property
    def is_connected(self) -> bool:
        """Whether messages come through Redis, as far as the last pulse tells."""
        return self._membership.is_connected

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that somebody listens to here."""
        return tuple(self._topics)

    async def subscribe(self, name: str, *, overflowed: Callable[[], None], origin: str | None = None) -> Subscriber:
        """Listen to a topic: from now on nothing of it is missed. The first subscriber waits for the join.

        Raises `LayerUnreachableError`, and what the reader of the heads raises.
        """
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(
                name, read_events=self._readers.events, observe=self._observe, gap_wait=self._gap_wait
            )
            topic.opening = asyncio.create_task(self._open(topic), name=f"open-{name}")
        subscriber = Subscriber(name, origin=origin, overflowed=overflowed)
        topic.subscribers.add(subscriber)
        try:
            await topic.opened()
        except BaseException:
            await self._drop(topic, subscriber)
            raise
        return subscriber

    async def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop listening; doing so twice does nothing."""
        topic = self._topics.get(subscriber.topic)
        if topic is not None:
            await self._drop(topic, subscriber)

    async def tell_heads(self) -> None:
        """Tell every subscriber where its topic stands and who is present; catch up first where we are behind."""
        heads = await self._catch_up()
        present = await self._readers.present(list(heads)) if heads else {}
        for name in heads:
            if (topic := self._topics.get(name)) is not None:
                params = {"seq": heads[name], "present": present.get(name, ())}
                frame = _encoder.encode({"jsonrpc": "2.0", "method": "head", "params": params}).decode()
                topic.ephemeral(frame, None)

    async def _open(self, topic: Topic) -> None:
        await self._membership.join(topic.name)
        heads = await self._readers.heads([topic.name])
        topic.begin(heads.get(topic.name, 0))

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
            topic.event(message.seq, message.frame)
        elif isinstance(message, Ephemeral):
            topic.ephemeral(message.frame, message.origin)
        elif isinstance(message, Notice):
            self._notice(message.topic, message.text)

    def _check_heads(self) -> None:
        """Messages may have been lost; whatever they were, Postgres knows."""
        if self._checking is None or self._checking.done():
            self._checking = self._begin_round(self._logged(self._catch_up()), "hub-check")

    def _begin_round(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)
        return task

    async def _tell_heads_forever(self) -> None:
        while True:
            await asyncio.sleep(HEAD_INTERVAL)
            await self._logged(self.tell_heads())

    async def _logged(self, round_: Awaitable[object]) -> None:
        try:
            await round_
        except Exception as error:  # noqa: BLE001 (Postgres or Redis away: the next round tries again)
            logger.warning("The topics' heads could not be read: %r", error)

    async def _catch_up(self) -> dict[str, int]:
        """Ask Postgres where our topics stand, and get there. Answers their heads."""
        names = list(self._topics)
        read = await self._readers.heads(names) if names else {}
        heads = {name: read.get(name, 0) for name in names if name in self._topics}
        behind = [self._topics[name] for name, head in heads.items() if head > self._topics[name].last]
        await asyncio.gather(*(topic.catch_up(heads[topic.name], within=HEAD_PATIENCE) for topic in behind))
        return heads
