"""The ASGI consumer of a project's socket: it only turns messages into calls of a `Connection`."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from gateway.authentication import chosen_subprotocol
from gateway.close_codes import CloseCode, close_code_of
from gateway.connection import Connection, Send
from gateway.metrics import CLOSES
from gateway.opening import open_connection, read_address
from kernel.errors import DomainError


class ProjectConsumer(AsyncConsumer):
    """`/ws/projects/{id}/`. It has no channel in the layer: the hub hears for all sockets of the process."""

    # An alias that does not exist: Channels then opens no channel for each socket.
    channel_layer_alias = "none"

    connection: Connection | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Channels' own makes two tasks for every message, to listen to a channel that we do not have.
        self.scope, self.base_send = scope, send
        try:
            with ExitStack() as self.counted, suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        finally:
            # Cancelled or failed: nobody will tell us of the disconnect any more.
            if self.connection is not None:
                self.connection.node.in_background(self.connection.ended(None))

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels' own goes through a thread for every message, to close database connections that we do not have.
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.accept", "subprotocol": chosen_subprotocol(self.scope)})
        try:
            self.connection = await open_connection(self.scope, self.send, self.counted)
            self._name_in_the_log(self.connection)
            await self.connection.begin(read_address(self.scope).after)
        except DomainError as refusal:
            if self.connection is not None:
                await self.connection.close(close_code_of(refusal))
            else:
                await close_refused(self.send, close_code_of(refusal))

    def _name_in_the_log(self, connection: Connection) -> None:
        facts: Any = self.scope.get("log_facts", {})
        facts |= {"session_id": str(connection.session.session_id), "user_id": str(connection.user_id)}

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.connection is not None:
            await self.connection.receive(message.get("text"))

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            await connection.ended(message.get("code"))
        raise StopConsumer


class UnknownAddressConsumer(AsyncConsumer):
    """Any other address: refused after accepting, too."""

    channel_layer_alias = "none"

    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.connect":
            await self.send({"type": "websocket.accept", "subprotocol": chosen_subprotocol(self.scope)})
            await close_refused(self.send, CloseCode.NO_SUCH_PROJECT)
        elif message["type"] == "websocket.disconnect":
            raise StopConsumer


async def close_refused(send: Send, code: CloseCode) -> None:
    """Close a socket that never had a connection."""
    CLOSES.labels(code.name.lower()).inc()
    await send({"type": "websocket.close", "code": int(code)})
