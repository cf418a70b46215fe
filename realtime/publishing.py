"""Sending to every node: from any thread, without waiting, over one long-lived connection of this process.

A thread with an event loop of its own hands the messages to the channel layer. So a writer never waits for Redis, and
`async_to_sync(group_send)`, which opens a connection for each message, is avoided. What is lost here (Redis away, the
queue full) is repaired by the hubs, which know from Postgres what they have missed.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from channels.layers import get_channel_layer

from realtime.messages import Ephemeral, Message, Notice, Numbered, pack

logger = logging.getLogger(__name__)

CAPACITY: Final = 10_000
SEND_TIMEOUT: Final = 1.0
DRAIN_TIMEOUT: Final = 2.0

_encoder = msgspec.json.Encoder()


class Publisher:
    """The one way out of this process: a bounded queue, and the thread that empties it."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._dropped = 0
        self._failing = False
        self._loop = asyncio.new_event_loop()
        self._queue: asyncio.Queue[tuple[str, Message] | None] = asyncio.Queue()
        self._thread = threading.Thread(target=self._run, name="realtime-publisher", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def send(self, topic: str, message: Message) -> None:
        """Queue one message for all nodes that follow `topic`; drop it where the queue is full."""
        self._loop.call_soon_threadsafe(self._enqueue, topic, message)

    def drain(self, timeout: float = DRAIN_TIMEOUT) -> None:
        """Wait until everything queued so far has been sent or given up. Raises `TimeoutError`."""
        asyncio.run_coroutine_threadsafe(self._queue.join(), self._loop).result(timeout)

    def close(self, timeout: float = DRAIN_TIMEOUT) -> None:
        """Send what is queued, then end the thread; after `timeout` seconds without it."""
        atexit.unregister(self.close)
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, None)
            self._thread.join(timeout)

    def _enqueue(self, topic: str, message: Message) -> None:
        if self._queue.qsize() >= self._capacity:
            self._dropped += 1
            return
        self._queue.put_nowait((topic, message))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._work())
        finally:
            # The channel layer ties itself to the loop and closes its connection here.
            self._loop.close()

    async def _work(self) -> None:
        while (item := await self._queue.get()) is not None:
            topic, message = item
            try:
                async with asyncio.timeout(SEND_TIMEOUT):
                    await _layer().group_send(topic, pack(message))
            except Exception as error:  # noqa: BLE001 (whatever the layer raises, the next message must go out)
                await self._failed(error)
            else:
                self._succeeded()
            finally:
                self._queue.task_done()
        self._queue.task_done()

    async def _failed(self, error: Exception) -> None:
        if not self._failing:
            logger.warning("Live messages are being lost; clients will catch up: %r", error)
        self._failing = True
        try:
            # A connection on which something timed out may still deliver an old answer: begin with a new one.
            async with asyncio.timeout(SEND_TIMEOUT):
                await _layer().flush()
        except Exception as flush_error:  # noqa: BLE001 (the next message opens a connection anyway)
            logger.debug("The channel layer could not be flushed: %r", flush_error)

    def _succeeded(self) -> None:
        if self._failing or self._dropped:
            logger.warning("Live messages go out again; %d were dropped from the queue.", self._dropped)
        self._failing = False
        self._dropped = 0


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


def publish(*, topic: str, seq: int, frame: str) -> None:
    """Tell every node of an event that is committed. Callable from any thread; never waits, never raises."""
    _send(topic, Numbered(topic=topic, seq=seq, frame=frame))


def send_ephemeral(
    *, topic: str, name: str, actor: Mapping[str, Any], data: Mapping[str, Any], origin: str | None = None
) -> None:
    """Show something to everybody who watches `topic` now; it is stored nowhere and has no `seq`.

    `origin` is the subscriber that caused it and does not need its own echo. Never waits, never raises.
    """
    try:
        params = {"name": name, "actor": actor, "data": data}
        frame = _encoder.encode({"jsonrpc": "2.0", "method": "ephemeral", "params": params}).decode()
    except (TypeError, ValueError):
        logger.exception("The ephemeral message %s cannot be encoded", name)
        return
    _send(topic, Ephemeral(topic=topic, frame=frame, origin=origin))


def notify(*, topic: str, text: str) -> None:
    """Tell every node that follows `topic`, this one too, but no socket. Never waits, never raises."""
    _send(topic, Notice(topic=topic, text=text))


def _send(topic: str, message: Message) -> None:
    try:
        publisher().send(topic, message)
    except RuntimeError:  # the interpreter or the publisher's loop is shutting down
        logger.warning("A live message of %s was lost while shutting down", topic)


def _layer() -> Any:
    return get_channel_layer()
