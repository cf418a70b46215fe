"""This process's membership of the channel layer: one channel that joins a group for every topic followed here.

The pub/sub layer sends SUBSCRIBE without waiting for its confirmation and does not report a reconnect. So a join counts
only once a nonce sent to the group has come back, and a pulse sent to the process's own channel shows all the time that
Redis carries messages. When a pulse has to be sent again, other messages may have been lost too; when it does not come
back at all, the channel and its groups are made anew.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

import msgspec
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from kernel.tasks import end
from realtime.messages import Message, Nonce, pack, unpack

logger = logging.getLogger(__name__)

# Seconds.
PULSE_INTERVAL: Final = 0.25
ECHO_TIMEOUT: Final = 2.0
FIRST_RESEND: Final = 0.05
MAX_RESEND: Final = 0.5
REBUILD_PAUSE: Final = 0.5

_CHANNEL_PREFIX: Final = "hub."
_FAULTS: Final = (RedisError, OSError, TimeoutError)


class LayerUnreachableError(Exception):
    """Redis did not return our message in time."""


class Membership:
    """One channel, many groups.

    `receive` gets every message; `on_possible_loss` is called whenever messages may have been lost, once they arrive
    again.
    """

    def __init__(self, *, receive: Callable[[Message], None], on_possible_loss: Callable[[], None]) -> None:
        self.is_connected = False
        self._receive = receive
        self._on_possible_loss = on_possible_loss
        self._layer: Any = get_channel_layer()
        self._channel = ""
        self._topics: set[str] = set()
        self._nonces: dict[str, asyncio.Event] = {}
        self._unconfirmed: list[tuple[str, asyncio.Future[bool]]] = []
        self._confirming: asyncio.Task[None] | None = None
        self._receiver: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to receive. Works with Redis away, too: the watch then keeps trying."""
        try:
            await self._open_channel()
        except _FAULTS as error:
            logger.warning("Redis is away, live messages will follow: %r", error)
        self._watch = asyncio.create_task(self._watch_pulse(), name="hub-pulse")

    async def close(self) -> None:
        """Leave everything."""
        await end(self._watch, self._confirming)
        self._topics.clear()
        with suppress(*_FAULTS):
            async with asyncio.timeout(ECHO_TIMEOUT):
                await self._layer.flush()
        await end(self._receiver)

    async def join(self, topic: str) -> None:
        """Follow a topic. Raises `LayerUnreachableError` when the layer does not confirm it; the topic then stays
        wanted, and the next rebuild joins it.
        """
        self._topics.add(topic)
        if not await self._join_group(topic):
            raise LayerUnreachableError(topic)

    async def leave(self, topic: str) -> None:
        """Stop following a topic."""
        if topic in self._topics:
            # Nothing else runs between the two: a join that comes later finds the group left, and adds it again.
            self._topics.discard(topic)
            await self._leave_group(topic)

    async def _open_channel(self) -> None:
        async with asyncio.timeout(ECHO_TIMEOUT):
            # Flushed first, so that the receiver's clean-up has nothing left to unsubscribe.
            await self._layer.flush()
        await end(self._receiver)
        async with asyncio.timeout(ECHO_TIMEOUT):
            self._channel = await self._layer.new_channel(_CHANNEL_PREFIX)
        self._receiver = asyncio.create_task(self._receive_all(self._channel), name="hub-receiver")
        self.is_connected = True

    async def _receive_all(self, channel: str) -> None:
        while True:
            raw = await self._layer.receive(channel)
            try:
                message = unpack(raw)
            except msgspec.ValidationError:
                logger.warning("A message in the channel layer is not one of ours and is ignored")
                continue
            if isinstance(message, Nonce):
                if (arrived := self._nonces.get(message.nonce)) is not None:
                    arrived.set()
                continue
            try:
                self._receive(message)
            except Exception:  # one bad message must not end the process's only receiver
                logger.exception("A live message could not be handled")

    async def _join_group(self, topic: str) -> bool:
        try:
            async with asyncio.timeout(ECHO_TIMEOUT):
                await self._layer.group_add(topic, self._channel)
        except (*_FAULTS, RuntimeError):  # RuntimeError: there is no channel yet, or a rebuild has just replaced it
            return False
        joined = await self._is_confirmed(topic)
        if topic not in self._topics:
            await self._leave_group(topic)
        return joined

    async def _is_confirmed(self, topic: str) -> bool:
        """Whether the join of a group counts; it waits for one nonce with all that were joined at the same time.

        All groups are joined over one connection, in order: a nonce through the last one shows that Redis has joined
        those before it, too.
        """
        confirmed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._unconfirmed.append((topic, confirmed))
        if self._confirming is None:
            self._confirming = asyncio.create_task(self._confirm(), name="hub-joins")
        return await confirmed

    async def _confirm(self) -> None:
        batch: list[tuple[str, asyncio.Future[bool]]] = []
        try:
            while self._unconfirmed:
                batch, self._unconfirmed = self._unconfirmed, []
                came = await self._sends_until_back(partial(self._send_to_last, [topic for topic, _ in batch])) > 0
                for _topic, confirmed in batch:
                    if not confirmed.done():
                        confirmed.set_result(came)
        finally:
            self._confirming = None
            for _topic, confirmed in (*batch, *self._unconfirmed):
                if not confirmed.done():
                    confirmed.set_result(False)

    async def _send_to_last(self, topics: Sequence[str], message: dict[str, Any]) -> None:
        """Send to the group that was joined last; some may have been left since."""
        wanted = [topic for topic in topics if topic in self._topics]
        if wanted:
            await self._layer.group_send(wanted[-1], message)
        else:
            await self._layer.send(self._channel, message)

    async def _leave_group(self, topic: str) -> None:
        with suppress(*_FAULTS):
            async with asyncio.timeout(ECHO_TIMEOUT):
                await self._layer.group_discard(topic, self._channel)

    async def _sends_until_back(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> int:
        """Send a nonce repeatedly until it arrives here; answers how often it was sent, 0 where it never arrived."""
        nonce = secrets.token_hex(8)
        arrived = self._nonces[nonce] = asyncio.Event()
        pause = FIRST_RESEND
        sends = 0
        try:
            async with asyncio.timeout(ECHO_TIMEOUT):
                while not arrived.is_set():
                    await send(pack(Nonce(nonce=nonce)))
                    sends += 1
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await arrived.wait()
                    pause = min(pause * 2, MAX_RESEND)
        except _FAULTS:
            return 0
        finally:
            del self._nonces[nonce]
        return sends

    async def _watch_pulse(self) -> None:
        async def send(message: dict[str, Any]) -> None:
            await self._layer.send(self._channel, message)

        while True:
            sends = await self._sends_until_back(send) if self._channel else 0
            if sends == 0:
                await self._rebuild()
            if sends != 1:
                self._on_possible_loss()
            await asyncio.sleep(PULSE_INTERVAL)

    async def _rebuild(self) -> None:
        self.is_connected = False
        logger.warning("The hub has lost its connection to Redis and joins %d topics again", len(self._topics))
        while True:
            try:
                await self._open_channel()
            except _FAULTS as error:
                logger.debug("Still no Redis: %r", error)
            else:
                topics = list(self._topics)
                if all(await asyncio.gather(*map(self._join_group, topics))):
                    break
            await asyncio.sleep(REBUILD_PAUSE)
        logger.warning("The hub is connected again")
