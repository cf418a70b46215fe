"""A socket of the sample stage's own: `/ws/notes/{project id}/`, which says hello and echoes."""

from __future__ import annotations

import functools
import itertools
from typing import Any, Final
from uuid import UUID

import msgspec

from accounts.callers import Caller
from gateway.authentication import authenticate
from gateway.consumer import SocketConsumer
from gateway.limits import Counted
from gateway.node import Node, current_node
from gateway.opening import sign_in
from gateway.registry import Command, Lane, SocketAddress, command
from gateway.socket import Send, Socket
from kernel.registry import Registry
from projects.access import get_project
from realtime.frames import notification_frame

NOTES_COMMANDS: Final = Registry[Command]("command of the notes' socket")
ADDRESS: Final = r"ws/notes/(?P<project_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"


_numbers = itertools.count(1)


class Text(msgspec.Struct):
    text: str


@command("notes.echo", Lane.READ, only_reads=True)
def echo(socket: Any, params: Text) -> dict[str, str]:
    return {"text": params.text, "name": socket.caller.user.display_name}


NOTES_COMMANDS.register(echo.name, echo)


class NotesSocket(Socket):
    """A person at the notes of a project."""

    __slots__ = ("_authenticate", "project_id")

    def __init__(self, node: Node, send: Send, *, caller: Caller, scope: Any, project_id: UUID) -> None:
        super().__init__(node, send, caller=caller, name=f"notes:{next(_numbers)}")
        self._authenticate = functools.partial(authenticate, scope)
        self.project_id = project_id

    @property
    def commands(self) -> Registry[Command]:
        return NOTES_COMMANDS

    @property
    def context(self) -> NotesSocket:
        return self

    @property
    def serialized_by(self) -> UUID:
        return self.project_id

    @property
    def project_ids(self) -> set[UUID]:
        return {self.project_id}

    async def begin(self, after: int | None) -> None:
        await self.node.lanes.read(self._require_access)
        self.node.add(self)
        await self.send_text(notification_frame("notes.hello", {"address": "notes"}))
        self.start_writing()

    async def reauthorize(self) -> None:
        self.caller = await self.node.lanes.upkeep(self._authenticate)
        await self.node.lanes.upkeep(self._require_access)

    def _require_access(self) -> None:
        get_project(user=self.caller.user, project_id=self.project_id)


class NotesConsumer(SocketConsumer):
    """Signs in as the gateway's own sockets do."""

    async def open_socket(self, counted: Counted) -> NotesSocket:
        node = await current_node()
        caller = await sign_in(self.scope, node, counted)
        project_id = UUID(self.scope["url_route"]["kwargs"]["project_id"])
        return NotesSocket(node, self.send, caller=caller, scope=self.scope, project_id=project_id)


SOCKET: Final = SocketAddress(ADDRESS, NotesConsumer)
