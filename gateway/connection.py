"""The socket of a project: its session, what it may do there, and what it remembers."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

import realtime
from accounts.callers import Caller
from audit.live import topic_of
from gateway.node import Node
from gateway.registry import COMMANDS, Command, CommandContext, Lane
from gateway.snapshot import read_state, snapshot_of
from gateway.socket import Send, Socket
from gateway.watching import require_open_lease
from kernel.errors import DomainError, Unavailable
from locking.sessions import OpenedSession, close_connection
from projects.access import Access, get_project
from projects.models import Role, Status
from projects.permissions import allowed
from realtime.frames import notification_frame
from realtime.hub import LayerUnreachableError, Subscriber

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rights:
    """The part of an `Access` that a socket keeps, so that a thousand idle ones do not keep a thousand projects."""

    role: Role
    status: Status

    @classmethod
    def of(cls, access: Access) -> Rights:
        return cls(access.role, Status(access.project.status))


class Connection(Socket):
    """A signed-in socket with its session in one project. Made by `gateway.opening.open_connection`."""

    __slots__ = ("_authenticate", "_subscriber", "held", "project_id", "rights", "session")

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
        # Not the session: when that one is resumed, the old socket must not take the new one's presence along.
        super().__init__(node, send, caller=caller, name=f"{session.session_id}:{session.connection}")
        self._authenticate = authenticate
        self.rights: Rights | None = None
        self.project_id = project_id
        self.session = session
        # The tokens by which this session was seen to hold fields: enough for showing, never for writing.
        self.held: dict[str, int] = {}
        self._subscriber: Subscriber | None = None

    @property
    def commands(self) -> Mapping[str, Command]:
        return COMMANDS

    @property
    def context(self) -> CommandContext:
        return CommandContext(
            self.caller, self.project_id, self.session.session_id, self.is_admitted, self.may, self.node.lanes, self
        )

    @property
    def origin(self) -> str:
        return str(self.session.session_id)

    @property
    def serialized_by(self) -> UUID:
        return self.project_id

    @property
    def project_ids(self) -> Collection[UUID]:
        return {self.project_id, *super().project_ids}

    @property
    def is_admitted(self) -> bool:
        """Whether the remembered access lets its person take fields; a service that writes asks again."""
        return self.may("lock.acquire")

    def may(self, action: str) -> bool:
        """Whether the remembered access lets its person do something."""
        rights = self.rights
        return rights is not None and allowed(action, role=rights.role, status=rights.status)

    async def begin(self, after: int | None) -> None:
        """Join, buffer, read everything at one `seq`, send it, then what is newer."""
        topic = topic_of(self.project_id)
        try:
            self._subscriber = await self.node.hub.follow(topic, self.queue, origin=self.origin)
        except LayerUnreachableError:
            raise Unavailable(_("Live updates are unavailable for a moment.")) from None
        if self.session.connection > 1:
            realtime.notify(topic=topic, text=self.name)
        await self.node.enter(self)
        state = await self.node.lanes.read(
            functools.partial(read_state, user=self.caller.user, project_id=self.project_id)
        )
        self.rights = Rights.of(state.access)
        present = (await self.node.projects.present([topic]))[topic]
        self._subscriber.start(state.seq)
        snapshot = snapshot_of(state, session=self.session, present=present, after=after)
        await self.send_text(notification_frame("snapshot", snapshot))
        self.start_writing()

    async def give_back(self, *, clean: bool) -> None:
        if self._subscriber is not None:
            await self.node.hub.leave(self._subscriber)
        await self.node.leave(self)
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

    async def reauthorize(self) -> None:
        self.caller, self.rights = await self.node.lanes.upkeep(self._read_rights)
        await self.reauthorize_topics()

    async def before(self, command: Command, params: Any) -> None:
        if command.refuses_held:
            await self._require_access()
            self.node.projects.locks.refuse_held(self.project_id, params.field, session_id=self.session.session_id)
        if command.lane is Lane.INLINE:
            await self._require_access()
            if command.needs_lock:
                await self._require_lock(params.field, params.token)

    def after(self, command: Command, params: Any) -> None:
        if command.focus is not None:
            self.node.focus(self, command.focus(params))

    def forget_rights(self) -> None:
        """Look up what its person may before the next command."""
        self.rights = None

    def forget_lock(self, field: str, *, holder: str | None) -> None:
        """A field has changed hands: now `holder` has it, a session, or nobody."""
        if holder != str(self.session.session_id):
            self.held.pop(field, None)

    def _read_rights(self) -> tuple[Caller, Rights]:
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
            checked = functools.partial(
                require_open_lease,
                user=self.caller.user,
                project_id=self.project_id,
                session_id=self.session.session_id,
                field=field,
                token=token,
            )
            await self.node.lanes.read(checked)
            self.held[field] = token
