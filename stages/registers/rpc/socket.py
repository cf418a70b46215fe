"""`/ws/rpc/{project_id}/`: what happens in the registers of a project, as `{"type": …}` texts; it takes no commands."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
from collections.abc import Callable, Collection, Mapping
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.live import topic_of
from audit.models import Event, project_chain
from gateway.authentication import authenticate
from gateway.consumer import SocketConsumer
from gateway.limits import Counted
from gateway.node import Node, current_node
from gateway.opening import read_address, sign_in
from gateway.registry import Command, SocketAddress
from gateway.socket import Send, Socket
from kernel.errors import Unavailable
from kernel.late import Late
from projects.access import get_project
from realtime.hub import LayerUnreachableError, Subscriber
from stages.registers.permissions import READ
from stages.registers.recorded import RECORDING
from stages.registers.rpc.registry import RPC_EVENTS

_events_of: Final = Late("stages.registers.rpc.events:events_of")
_SHOWN: Final = ("event", "ephemeral")
_numbers = itertools.count(1)


class RpcSocket(Socket):
    """Follows a project, and sends what the events of registers, and whatever `RPC_EVENTS` names, mean."""

    __slots__ = ("_authenticate", "_subscriber", "project_id")

    def __init__(
        self, node: Node, send: Send, *, caller: Caller, authenticate: Callable[[], Caller], project_id: UUID
    ) -> None:
        super().__init__(node, send, caller=caller, name=f"rpc:{next(_numbers)}")
        self._authenticate = authenticate
        self._subscriber: Subscriber | None = None
        self.project_id = project_id

    @property
    def commands(self) -> Mapping[str, Command]:
        return {}

    @property
    def context(self) -> None:
        return None

    @property
    def serialized_by(self) -> UUID:
        return self.project_id

    @property
    def project_ids(self) -> Collection[UUID]:
        return {self.project_id}

    async def begin(self, after: int | None) -> None:
        """Follow the project from its newest event on."""
        try:
            self._subscriber = await self.node.hub.follow(topic_of(self.project_id), self.queue, origin=self.origin)
        except LayerUnreachableError:
            raise Unavailable(_("Live updates are unavailable for a moment.")) from None
        self.node.add(self)
        self._subscriber.start(await self.node.lanes.read(self._newest))
        await super().send_text(json.dumps({"type": "connected"}))
        self.start_writing()

    async def give_back(self, *, clean: bool) -> None:
        if self._subscriber is not None:
            await self.node.hub.leave(self._subscriber)

    async def reauthorize(self) -> None:
        self.caller = await self.node.lanes.upkeep(self._authenticate)
        await self.node.lanes.upkeep(self._access)

    async def send_text(self, text: str) -> None:
        """Send what a frame of the project means to clients of the engine; of most frames that is nothing."""
        frame = json.loads(text)
        if frame.get("method") not in _SHOWN:
            return
        name = frame["params"]["name"]
        events_of = _events_of if name in RECORDING else RPC_EVENTS.get(name)
        if events_of is None:
            return
        reading = functools.partial(events_of, self.caller, self.project_id, frame["params"]["data"])
        for event in await self.node.lanes.read(reading):
            await super().send_text(json.dumps(event))

    def _begin_writing(self) -> None:
        """In a task, because each frame is looked up before anything is sent."""
        if self._closing is None:
            self._writer = asyncio.create_task(self._write(), name=f"writer-{self.name}")

    def _newest(self) -> int:
        self._access()
        return Event.objects.newest_seq(project_chain(self.project_id))

    def _access(self) -> None:
        get_project(user=self.caller.user, project_id=self.project_id, action=READ)


class RpcConsumer(SocketConsumer):
    """`/ws/rpc/{project_id}/`."""

    async def open_socket(self, counted: Counted) -> RpcSocket:
        node = await current_node()
        caller = await sign_in(self.scope, node, counted)
        project_id = read_address(self.scope).project_id
        again = functools.partial(authenticate, self.scope)
        return RpcSocket(node, self.send, caller=caller, authenticate=again, project_id=project_id)


SOCKET: Final = SocketAddress(r"ws/rpc/(?P<project_id>[^/]+)/", RpcConsumer)
