"""One open socket: whose it is, what it may do, what it hears, and how it ends."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import redis
from django.conf import settings
from django.utils.translation import gettext as _

import realtime
from accounts.callers import Caller
from audit.live import topic_of
from gateway.close_codes import CloseCode
from gateway.limits import TokenBucket
from gateway.metrics import CLOSES
from gateway.protocol import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    ProtocolError,
    Request,
    decode_parameters,
    decode_request,
    error_frame,
    notification_frame,
    refusal_frame,
    result_frame,
)
from gateway.registry import COMMANDS, Command, CommandContext, Lane
from gateway.snapshot import read_state, snapshot_of
from gateway.watching import require_open_lease
from kernel.errors import DomainError, RateLimited, Unavailable
from kernel.tasks import end
from locking.sessions import OpenedSession, close_connection
from projects.access import Access, get_project
from projects.models import Role, Status
from projects.permissions import allowed
from realtime.hub import LayerUnreachableError, Subscriber

if TYPE_CHECKING:
    from gateway.node import Node

logger = logging.getLogger(__name__)

# Seconds.
USE_INTERVAL: Final = 60.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rights:
    """What a socket remembers of an access: a thousand idle ones shall not hold a thousand projects in memory."""

    role: Role
    status: Status

    @classmethod
    def of(cls, access: Access) -> Rights:
        return cls(access.role, Status(access.project.status))


class Connection:
    """A signed-in socket with its session in one project. Made by `gateway.opening.open_connection`."""

    __slots__ = ("_authenticate", "_bucket", "_closing", "_paces", "_send", "_subscriber", "_used_at", "_writer",
                 "caller", "heard_at", "held", "name", "node", "project_id", "rights", "session")  # fmt: skip

    def __init__(
        self,
        node: Node,
        send: Send,
        *,
        caller: Caller,
        authenticate: Callable[[], Caller],
        project_id: UUID,
        session: OpenedSession,
    ) -> None:
        self.node = node
        self.caller = caller
        self._authenticate = authenticate
        self.rights: Rights | None = None
        self.project_id = project_id
        self.session = session
        self.heard_at = node.now()
        # Not the session: when that one is resumed, the old socket must not take the new one's presence along.
        self.name = f"{session.session_id}:{session.connection}"
        self._send = send
        self._bucket = TokenBucket(settings.FOUNDRY_SOCKET_RATE, 2 * settings.FOUNDRY_SOCKET_RATE, self.heard_at)
        # The tokens by which this session was seen to hold fields: enough for showing, never for writing.
        self.held: dict[str, int] = {}
        self._paces: dict[str, TokenBucket] = {}
        self._used_at = self.heard_at
        self._subscriber: Subscriber | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closing: CloseCode | None = None

    @property
    def user_id(self) -> UUID:
        return self.caller.user.id

    @property
    def context(self) -> CommandContext:
        return CommandContext(self.caller, self.project_id, self.session.session_id, self.is_admitted)

    @property
    def is_admitted(self) -> bool:
        """Whether the remembered access lets its person take fields; a service that writes asks again."""
        rights = self.rights
        return rights is not None and allowed("lock.acquire", role=rights.role, status=rights.status)

    async def begin(self, after: int | None) -> None:
        """Join, buffer, read everything at one `seq`, send it, then what is newer.

        Raises `DomainError` where that is not possible.
        """
        try:
            self._subscriber = await self.node.hub.subscribe(
                topic_of(self.project_id), overflowed=self._too_slow, origin=str(self.session.session_id)
            )
        except LayerUnreachableError:
            raise Unavailable(_("Live updates are unavailable for a moment.")) from None
        if self.session.connection > 1:
            realtime.notify(topic=topic_of(self.project_id), text=self.name)
        await self.node.enter(self)
        state = await self.node.lanes.read(
            functools.partial(read_state, user=self.caller.user, project_id=self.project_id)
        )
        self.rights = Rights.of(state.access)
        topic = topic_of(self.project_id)
        present = (await self.node.readers.present([topic]))[topic]
        self._subscriber.start(state.seq)
        snapshot = snapshot_of(state, session=self.session, present=present, after=after)
        await self._send_text(notification_frame("snapshot", snapshot))
        self._subscriber.call(self._begin_writing)

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
            await self._send_text(error_frame(error))
            return
        answer = await self._answer(request, text or "")
        if request.wants_answer:
            await self._send_text(answer)

    async def close(self, code: CloseCode) -> None:
        """Close from our side; the first reason stands."""
        if self._closing is None:
            self._closing = code
            CLOSES.labels(code.name.lower()).inc()
            await end(self._writer)
            await self._send({"type": "websocket.close", "code": int(code)})

    async def ended(self, code: int | None) -> None:
        """The socket is gone: give back what it had, at once after a good-bye, else after a grace."""
        clean = self._closing is None and code == CloseCode.NORMAL
        self._closing = self._closing or CloseCode.NORMAL
        try:
            await end(self._writer)
            if self._subscriber is not None:
                await self.node.hub.unsubscribe(self._subscriber)
            await self.node.leave(self)
            await self._close_session(clean=clean)
        finally:
            self.node.forget(self)

    async def _close_session(self, *, clean: bool) -> None:
        closing = functools.partial(
            close_connection,
            caller=self.caller,
            session_id=self.session.session_id,
            connection=self.session.connection,
            clean=clean,
        )
        try:
            await self.node.lanes.write_serialized(self.project_id, closing)
        except DomainError as refusal:
            # The locks then run out by their own time.
            logger.warning("The end of %s could not be noted: %s", self.name, refusal.detail)

    async def _answer(self, request: Request, text: str) -> str:
        command = COMMANDS.get(request.method)
        if command is None:
            unknown = ProtocolError(METHOD_NOT_FOUND, f"There is no method {request.method}.", request.answer_id)
            return error_frame(unknown)
        try:
            self.node.rates.count(str(self.user_id), self.heard_at)
            self._require_pace(command, len(text))
            params = decode_parameters(request.params, command.parameters)
            result = await self._run(command, params)
            self._note_focus(command, params)
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

    async def _run(self, command: Command, params: Any) -> Any:
        if command.refuses_held:
            await self._require_access()
            self.node.locks.refuse_held(self.project_id, params.field, session_id=self.session.session_id)
        work = functools.partial(command.handler, self.context, params)
        if command.lane is Lane.SERIALIZED:
            return await self.node.lanes.write_serialized(self.project_id, work)
        if command.lane is Lane.WRITE:
            return await self.node.lanes.write(work)
        if command.lane is Lane.READ:
            return await self.node.lanes.read(work)
        await self._require_access()
        if command.needs_lock:
            await self._require_lock(params.field, params.token)
        return work()

    def read_rights(self) -> tuple[Caller, Rights]:
        """Who this is and what they may, as it is now; blocks. Raises `NotAuthenticated`, `NotFound`."""
        caller = replace(self._authenticate(), session_id=self.session.session_id)
        return caller, Rights.of(get_project(user=caller.user, project_id=self.project_id))

    async def _require_access(self) -> None:
        """The rights are remembered until something about them changes. Raises `NotFound` where they are lost."""
        if self.rights is None:
            reading = functools.partial(get_project, user=self.caller.user, project_id=self.project_id)
            self.rights = Rights.of(await self.node.lanes.read(reading))

    async def _require_lock(self, field: str, token: int) -> None:
        """The session's locks are remembered until an event says otherwise. Raises `LockNotHeld`, `StaleToken`."""
        if self.held.get(field) != token:
            at = self.context
            checked = functools.partial(
                require_open_lease,
                user=at.caller.user,
                project_id=at.project_id,
                session_id=at.session_id,
                field=field,
                token=token,
            )
            await self.node.lanes.read(checked)
            self.held[field] = token

    def _require_pace(self, command: Command, size: int) -> None:
        """Raise `RateLimited` for a command that comes too often, or with too much."""
        if command.max_per_second is not None:
            fresh = TokenBucket(command.max_per_second, command.max_per_second, self.heard_at)
            if not self._paces.setdefault(command.name, fresh).take(self.heard_at):
                raise RateLimited(
                    _("At most {most} {command} a second.").format(most=command.max_per_second, command=command.name),
                    retry_after=1,
                )
        if command.max_size_per_second is not None:
            fresh = TokenBucket(command.max_size_per_second, settings.FOUNDRY_MESSAGE_LIMIT, self.heard_at)
            if not self._paces.setdefault(f"size of {command.name}", fresh).take(self.heard_at, size):
                limit = command.max_size_per_second // 1024
                raise RateLimited(
                    _("At most {most} KiB of {command} a second.").format(most=limit, command=command.name),
                    retry_after=30,
                )

    def _note_focus(self, command: Command, params: Any) -> None:
        if command.focus is not None:
            self.node.focus(self, command.focus(params))

    def _note_use(self, command: Command) -> None:
        """Once a minute while a person is there; what the page sends by itself shows nobody."""
        if not command.is_automatic and self.heard_at - self._used_at > USE_INTERVAL:
            self._used_at = self.heard_at
            self.node.note_use(self.caller)

    def _begin_writing(self) -> None:
        self._writer = asyncio.create_task(self._write(), name=f"writer-{self.name}")

    async def _write(self) -> None:
        """Send what waits, until nothing does."""
        if self._subscriber is None:
            return
        while frames := self._subscriber.take():
            for frame in frames:
                await self._send_text(frame)
        self._writer = None
        self._subscriber.call(self._begin_writing)

    async def _send_text(self, text: str) -> None:
        if self._closing is None:
            await self._send({"type": "websocket.send", "text": text})

    def _too_slow(self) -> None:
        self.node.in_background(self.close(CloseCode.TOO_SLOW))


def _decode(text: str | None) -> Request:
    if text is None:
        raise ProtocolError(INVALID_REQUEST, "Send text frames; binary ones mean nothing here.")
    return decode_request(text)
