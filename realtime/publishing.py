"""Sending to every node: from any thread, without waiting, over one long-lived connection of this process.

A thread of its own gives the messages to Redis. So a writer never waits for Redis, and `async_to_sync(group_send)`,
which opens a connection for each message, is avoided. The thread uses the channel layer's format without an event loop:
an asynchronous client holds the interpreter longer for each message, which slows every writer down. What is lost here
(Redis away, the queue full) is repaired by the hubs, which read from Postgres what they have missed.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from realtime.frames import EPHEMERALS, NOTIFICATIONS, notification_frame
from realtime.messages import Ephemeral, Message, Notice, Numbered, pack

logger = logging.getLogger(__name__)

CAPACITY: Final = 10_000
# Messages that wait are sent together.
MAX_AT_ONCE: Final = 100
# Seconds.
SEND_TIMEOUT: Final = 1.0
DRAIN_TIMEOUT: Final = 2.0

# What waits in the queue: a message for a topic, or somebody who wants to know when all before it has gone.
_Waiting = tuple[str, Message] | threading.Event


class Publisher:
    """A bounded queue of messages, and the thread that sends them; one per process."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._dropped = 0
        self._failing = False
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._connection = _LayerConnection()
        self._thread = threading.Thread(target=self._work, name="realtime-publisher", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def send(self, topic: str, message: Message) -> None:
        """Queue one message for all nodes that follow `topic`; drop it where the queue is full."""
        if self._queue.qsize() >= self._capacity:
            self._dropped += 1
        else:
            self._queue.put((topic, message))

    def drain(self, timeout: float = DRAIN_TIMEOUT) -> None:
        """Wait until everything queued so far has been sent or given up. Raises `TimeoutError`."""
        gone = threading.Event()
        self._queue.put(gone)
        if not gone.wait(timeout):
            raise TimeoutError

    def close(self, timeout: float = DRAIN_TIMEOUT) -> None:
        """Send what is queued, then end the thread; after `timeout` seconds without it."""
        atexit.unregister(self.close)
        self._queue.put(None)
        self._thread.join(timeout)

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            with suppress(Empty):
                while len(batch) < MAX_AT_ONCE:
                    if (one := self._queue.get_nowait()) is None:
                        self._queue.put(None)
                        break
                    batch.append(one)
            self._send_all(batch)
        self._connection.close()

    def _send_all(self, batch: Sequence[_Waiting]) -> None:
        messages = [one for one in batch if not isinstance(one, threading.Event)]
        try:
            if messages:
                self._connection.publish(messages)
                self._succeeded()
        except Exception as error:  # noqa: BLE001 (whatever is wrong, the next message must go out)
            if not self._failing:
                logger.warning("Live messages are being lost; clients will catch up: %r", error)
            self._failing = True
        for one in batch:
            if isinstance(one, threading.Event):
                one.set()

    def _succeeded(self) -> None:
        if self._failing or self._dropped:
            logger.warning("Live messages go out again; %d were dropped from the queue.", self._dropped)
        self._failing = False
        self._dropped = 0


class _LayerConnection:
    """A connection to the channel layer's Redis that publishes to its groups as `channels_redis.pubsub` does."""

    def __init__(self) -> None:
        layer: Any = settings.CHANNEL_LAYERS["default"]["CONFIG"]
        self._prefix: str = layer["prefix"]
        self._layer: Any = get_channel_layer()
        self._redis = redis.Redis.from_url(
            layer["hosts"][0]["address"],
            socket_timeout=SEND_TIMEOUT,
            socket_connect_timeout=SEND_TIMEOUT,
            # After a restart of Redis the first message finds a dead connection. A double one is harmless.
            retry=Retry(NoBackoff(), 1),
        )

    def publish(self, messages: Sequence[tuple[str, Message]]) -> None:
        """Send these in their order, in one round trip. Raises `RedisError`."""
        with self._redis.pipeline(transaction=False) as pipeline:
            for topic, message in messages:
                pipeline.publish(f"{self._prefix}__group__{topic}", self._layer.serialize(pack(message)))
            pipeline.execute()

    def close(self) -> None:
        self._redis.close()


_publisher: Publisher | None = None
_publisher_pid = 0
_guard = threading.Lock()


def publisher() -> Publisher:
    """This process's publisher, started on first use (and again after a fork, which takes no thread along)."""
    global _publisher, _publisher_pid
    if _publisher is None or _publisher_pid != os.getpid():
        with _guard:
            if _publisher is None or _publisher_pid != os.getpid():
                _publisher, _publisher_pid = Publisher(), os.getpid()
    return _publisher


def publish(*, topic: str, seq: int, frame: str, seq_from: int | None = None) -> None:
    """Send a frame of a numbered topic, whose content is committed, to every node that follows the topic.

    A frame that covers several numbers begins with `seq_from`. Callable from any thread; never waits, never raises.
    """
    _send(topic, Numbered(topic=topic, seq=seq, frame=frame, seq_from=seq_from))


def send_ephemeral(
    *, topic: str, name: str, actor: Mapping[str, Any], data: Mapping[str, Any], origin: str | None = None
) -> None:
    """Show something to everybody who follows `topic` now, as an `ephemeral` notification of a registered name.

    It is stored nowhere and has no number. `origin` is the subscriber that caused it and does not need its own echo.
    Never waits, never raises.
    """
    if name not in EPHEMERALS:
        logger.error("The ephemeral notification %s is not registered", name)
        return
    send_notification(
        topic=topic, method="ephemeral", params={"name": name, "actor": actor, "data": data}, origin=origin
    )


def send_notification(*, topic: str, method: str, params: Mapping[str, Any], origin: str | None = None) -> None:
    """The same with a registered method and parameters of its own."""
    if method not in NOTIFICATIONS:
        logger.error("The notification %s is not registered", method)
        return
    try:
        frame = notification_frame(method, params)
    except (TypeError, ValueError):
        logger.exception("The notification %s cannot be encoded", method)
        return
    _send(topic, Ephemeral(topic=topic, frame=frame, origin=origin))


def notify(*, topic: str, text: str) -> None:
    """Send a text to every node that follows `topic`, this one too, but to no socket. Never waits, never raises."""
    _send(topic, Notice(topic=topic, text=text))


def _send(topic: str, message: Message) -> None:
    try:
        publisher().send(topic, message)
    except RuntimeError:  # no thread is started any more while the interpreter shuts down
        logger.warning("A live message of %s was lost while shutting down", topic)
