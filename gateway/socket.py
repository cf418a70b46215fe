"""The base of all sockets: frames in and out, limits, topics, and how a socket ends."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, Protocol
from uuid import UUID

import redis
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.callers import Caller
from gateway.close_codes import CloseCode
from gateway.limits import TokenBucket
from gateway.metrics import CLOSES
from gateway.node import Node
from gateway.protocol import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    ProtocolError,
    Request,
    decode_parameters,
    decode_request,
    error_frame,
    refusal_frame,
    result_frame,
)
from gateway.registry import Command, Lane
from gateway.topics import FollowedTopics
from kernel.errors import DomainError, RateLimited, ReadOnlyToken, Unavailable
from kernel.tasks import end
from realtime.frames import notification_frame
from realtime.hub import FrameQueue

logger = logging.getLogger(__name__)

# Seconds.
USE_INTERVAL: Final = 60.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


class DirectWriter(Protocol):
    """What a server offers that can write to a socket without a turn of the event loop."""

    def write_text(self, text: str) -> bool:
        """Send a text now; False while there is no room for more."""

    async def has_room(self) -> None:
        """Wait until there is room, or the client has gone."""


class Socket:
    """A signed-in socket. A subclass gives it `commands`, and a `context` for their handlers.

    It says in `begin` what the client gets first, in `reauthorize` who it is now and what they may, and in `give_back`
    what has to be undone when it ends.
    """

    __slots__ = ("_bucket", "_closing", "_paces", "_send", "_topics", "_used_at", "_writer", "caller", "direct",
                 "heard_at", "name", "node", "queue")  # fmt: skip

    def __init__(self, node: Node, send: Send, *, caller: Caller, name: str) -> None:
        self.node = node
        self.caller = caller
        self.heard_at = node.now()
        self.name = name
        self.queue = FrameQueue(overflowed=self._too_slow)
        # Where the server offers one, frames are written by it, and not by `send`.
        self.direct: DirectWriter | None = None
        self._send = send
        self._bucket = TokenBucket(settings.FOUNDRY_SOCKET_RATE, 2 * settings.FOUNDRY_SOCKET_RATE, self.heard_at)
        self._paces: dict[str, TokenBucket] | None = None
        self._used_at = self.heard_at
        self._topics: FollowedTopics | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closing: CloseCode | None = None

    @property
    def commands(self) -> Mapping[str, Command]:
        """What the client may send."""
        raise NotImplementedError

    @property
    def context(self) -> Any:
        """What the handlers of the commands get."""
        raise NotImplementedError

    async def begin(self, after: int | None) -> None:
        """Send the first frames. Raises `DomainError` where that is not possible: the socket is then closed."""
        raise NotImplementedError

    async def reauthorize(self) -> None:
        """Ask again who it is and what they may. Raises `NotAuthenticated`, `NotFound`, `PermissionDenied`."""
        raise NotImplementedError

    async def give_back(self, *, clean: bool) -> None:
        """The socket is gone, `clean` where the client closed it with 1000: undo what it did here and elsewhere."""

    async def before(self, command: Command, params: Any) -> None:
        """Refuse a command before it runs."""

    def after(self, command: Command, params: Any) -> None:
        """A command has succeeded."""

    @property
    def origin(self) -> str:
        """By what publishers name this socket, to spare it the echo of what it sent itself."""
        return self.name

    @property
    def user_id(self) -> UUID:
        return self.caller.user.id

    @property
    def topics(self) -> FollowedTopics:
        """The topics that it follows; most sockets never need any."""
        if self._topics is None:
            self._topics = FollowedTopics(self.node, self.queue, origin=self.origin)
        return self._topics

    @property
    def project_ids(self) -> Collection[UUID]:
        """The projects that its access depends on."""
        return () if self._topics is None else self._topics.project_ids

    async def receive(self, text: str | None) -> None:
        """Answer one frame; None for a binary one."""
        if self._closing is not None:
            return
        self.heard_at = self.node.now()
        if not self._bucket.take(self.heard_at):
            await self.close(CloseCode.TOO_MANY_MESSAGES)
            return
        try:
            request = _decode(text)
        except ProtocolError as error:
            await self.send_text(error_frame(error))
            return
        answer = await self._answer(request, text or "")
        if request.wants_answer:
            await self.send_text(answer)
        if self._topics is not None:
            self._topics.start()

    async def close(self, code: CloseCode) -> None:
        """Close from our side; the first reason is kept."""
        if self._closing is None:
            self._closing = code
            CLOSES.labels(code.name.lower()).inc()
            await end(self._writer)
            await self._send({"type": "websocket.close", "code": int(code)})

    async def ended(self, code: int | None) -> None:
        """The socket is gone: give back what it had, at once after a clean close, else after a grace."""
        clean = self._closing is None and code == CloseCode.NORMAL
        self._closing = self._closing or CloseCode.NORMAL
        try:
            await end(self._writer)
            if self._topics is not None:
                await self._topics.leave_all()
            await self.give_back(clean=clean)
        finally:
            self.node.forget(self)

    async def reauthorize_topics(self) -> None:
        """Leave the topics that its person may not follow any more, and notify the client."""
        if self._topics is not None and self._topics:
            for topic, refusal in (await self._topics.reauthorize(self.caller)).items():
                self.send_soon(notification_frame("topic.closed", {"topic": topic, "code": refusal.code}))

    def start_writing(self) -> None:
        """From now on send what waits in the queue."""
        self.queue.call(self._begin_writing)

    def send_soon(self, text: str) -> None:
        """Send a frame after those that wait, unless the client is too slow to get any more."""
        if self.queue.admit(text):
            self.queue.append(text)

    async def send_text(self, text: str) -> None:
        """Send a frame at once, before those that wait; returns as soon as there is room for more."""
        if self._closing is not None:
            return
        if self.direct is None:
            await self._send({"type": "websocket.send", "text": text})
        elif not self.direct.write_text(text):
            await self.direct.has_room()

    async def _answer(self, request: Request, text: str) -> str:
        command = self.commands.get(request.method)
        if command is None:
            unknown = ProtocolError(METHOD_NOT_FOUND, f"There is no method {request.method}.", request.answer_id)
            return error_frame(unknown)
        try:
            self.node.rates.count(str(self.user_id), self.heard_at)
            self._require_pace(command, len(text))
            self._require_scope(command)
            params = decode_parameters(request.params, command.parameters)
            await self.before(command, params)
            result = await self._run(command, params)
            self.after(command, params)
            self._note_use(command)
            return result_frame(request.answer_id, result)
        except DomainError as refusal:
            return refusal_frame(request.answer_id, refusal)
        except redis.RedisError:
            logger.warning("Redis failed during %s", request.method, exc_info=True)
            return refusal_frame(request.answer_id, Unavailable())
        except Exception:
            logger.exception("%s failed", request.method)
            return error_frame(ProtocolError(INTERNAL_ERROR, "Something went wrong here.", request.answer_id))

    def _require_scope(self, command: Command) -> None:
        """Raises `ReadOnlyToken` for what a token that is for reading may not send."""
        if self.caller.is_read_only and not command.only_reads:
            raise ReadOnlyToken

    async def _run(self, command: Command, params: Any) -> Any:
        if command.lane is Lane.ASYNC:
            return await command.handler(self.context, params)
        work = functools.partial(command.handler, self.context, params)
        if command.lane is Lane.SERIALIZED:
            return await self.node.lanes.write_serialized(self.serialized_by, work)
        if command.lane is Lane.WRITE:
            return await self.node.lanes.write(work)
        if command.lane is Lane.READ:
            return await self.node.lanes.read(work)
        return work()

    @property
    def serialized_by(self) -> UUID:
        """The project, or something else, whose `SERIALIZED` commands wait for each other."""
        raise NotImplementedError

    def _require_pace(self, command: Command, size: int) -> None:
        """Raise `RateLimited` for a command that comes too often, or with too much."""
        if command.max_per_second is not None:
            fresh = TokenBucket(command.max_per_second, command.max_per_second, self.heard_at)
            if not self._pace_of(command.name, fresh).take(self.heard_at):
                raise RateLimited(
                    _("At most {most} {command} a second.").format(most=command.max_per_second, command=command.name),
                    retry_after=1,
                )
        if command.max_size_per_second is not None:
            fresh = TokenBucket(command.max_size_per_second, settings.FOUNDRY_MAX_MESSAGE_BYTES, self.heard_at)
            if not self._pace_of(f"size of {command.name}", fresh).take(self.heard_at, size):
                limit = command.max_size_per_second // 1024
                raise RateLimited(
                    _("At most {most} KiB of {command} a second.").format(most=limit, command=command.name),
                    retry_after=30,
                )

    def _pace_of(self, name: str, fresh: TokenBucket) -> TokenBucket:
        self._paces = self._paces or {}
        return self._paces.setdefault(name, fresh)

    def _note_use(self, command: Command) -> None:
        """Once a minute while a person is there; what the page sends by itself does not count."""
        if not command.is_automatic and self.heard_at - self._used_at > USE_INTERVAL:
            self._used_at = self.heard_at
            self.node.record_use(self.caller)

    def _begin_writing(self) -> None:
        """Send what waits: at once as far as there is room, the rest in a task."""
        if self._closing is not None:
            return
        if self.direct is None or not self._write_directly(self.direct):
            self._writer = asyncio.create_task(self._write(), name=f"writer-{self.name}")
        else:
            self.start_writing()

    def _write_directly(self, direct: DirectWriter) -> bool:
        """Send what waits while there is room; whether all could be sent."""
        while (frame := self.queue.take_one()) is not None:
            if not direct.write_text(frame):
                return False
        return True

    async def _write(self) -> None:
        """Send what waits, until nothing does."""
        if self.direct is not None:
            await self.direct.has_room()
        while (frame := self.queue.take_one()) is not None:
            await self.send_text(frame)
        self._writer = None
        self.start_writing()

    def _too_slow(self) -> None:
        self.node.in_background(self.close(CloseCode.TOO_SLOW))


def _decode(text: str | None) -> Request:
    if text is None:
        raise ProtocolError(INVALID_REQUEST, "Send text frames; binary ones mean nothing here.")
    return decode_request(text)
