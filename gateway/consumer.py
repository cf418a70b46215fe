"""The ASGI consumers of sockets: they only turn messages into calls of a `Socket`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from gateway.authentication import chosen_subprotocol
from gateway.close_codes import CloseCode, close_code_of
from gateway.connection import Connection
from gateway.limits import Counted
from gateway.metrics import CLOSES
from gateway.opening import open_connection, read_after
from gateway.socket import Send, Socket
from kernel.errors import DomainError


class SocketConsumer(AsyncConsumer):
    """The base of all addresses.

    It has no channel in the layer: the hub follows topics for all sockets of the process.
    """

    # An alias that does not exist: Channels then opens no channel for each socket.
    channel_layer_alias = "none"

    socket: Socket | None = None

    async def open_socket(self, counted: Counted) -> Socket:
        """Sign in and make the socket; it counts as its person's until `counted` is closed. Raises `DomainError`."""
        raise NotImplementedError

    def log_facts(self, socket: Socket) -> dict[str, str]:
        """What the access log says about the socket."""
        return {"user_id": str(socket.user_id)}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Channels' own makes two tasks for every message, to listen to a channel that we do not have.
        self.scope, self.base_send = scope, send
        try:
            with Counted() as self.counted, suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        finally:
            # Cancelled or failed: no message about the disconnect will come.
            if self.socket is not None:
                self.socket.node.in_background(self.socket.ended(None))

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels' own goes through a thread for every message, to close database connections that we do not have.
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        await self.send({"type": "websocket.accept", "subprotocol": self.subprotocol()})
        try:
            self.socket = await self.open_socket(self.counted)
            direct: Any = self.scope.get("direct")
            self.socket.direct = direct
            facts: Any = self.scope.get("log_facts", {})
            facts |= self.log_facts(self.socket)
            await self.socket.begin(read_after(self.scope))
        except DomainError as refusal:
            if self.socket is not None:
                await self.socket.close(close_code_of(refusal))
            else:
                await close_refused(self.send, close_code_of(refusal))

    def subprotocol(self) -> str | None:
        """What to answer to the subprotocols offered."""
        return chosen_subprotocol(self.scope)

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.socket is not None:
            await self.socket.receive(message.get("text"))

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        socket, self.socket = self.socket, None
        if socket is not None:
            await socket.ended(message.get("code"))
        raise StopConsumer


class ProjectConsumer(SocketConsumer):
    """`/ws/projects/{id}/`."""

    async def open_socket(self, counted: Counted) -> Connection:
        return await open_connection(self.scope, self.send, counted)

    def log_facts(self, socket: Socket) -> dict[str, str]:
        return {**super().log_facts(socket), "session_id": socket.origin}


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
