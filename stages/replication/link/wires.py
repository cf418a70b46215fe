"""A WebSocket as a link sees it, whichever side opened it: frames in, frames out, and how it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from gateway.metrics import CLOSES
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.frames import MAX_FRAME

# What a WebSocket that was lost without a word has instead of a code (RFC 6455, section 7.1.5).
LOST: Final = 1006


class Wire(Protocol):
    """One WebSocket."""

    async def receive(self) -> str | bytes:
        """The next frame. Raises `LinkClosed`."""

    async def send(self, frame: str | bytes) -> None:
        """Send a frame, and wait while the other side does not read. Raises `LinkClosed`."""

    async def close(self, code: int) -> None:
        """Close from our side; doing so twice does nothing."""

    def trust(self, key: str) -> None:
        """The other site has proved its key: from now on it may send frames of the full size."""


class DialledWire:
    """A WebSocket that this site opened."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except ConnectionClosed as error:
            raise _closed(error) from None

    async def send(self, frame: str | bytes) -> None:
        try:
            await self._connection.send(frame)
        except ConnectionClosed as error:
            raise _closed(error) from None

    async def close(self, code: int) -> None:
        await self._connection.close(int(code))

    def trust(self, key: str) -> None:
        # It counts from the frame after the next one, of which the length is awaited already: the answer to `prove`.
        self._connection.protocol.max_message_size = MAX_FRAME


class ServedWire:
    """A WebSocket that another site opened, as an ASGI application has it."""

    def __init__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]):
        self._scope = scope
        self._receive = receive
        self._send = send
        self._is_open = True

    async def receive(self) -> str | bytes:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._is_open = False
            raise LinkClosed(message.get("code") or LOST, by_peer=True)
        text: str | None = message.get("text")
        if text is not None:
            return text
        data: bytes = message.get("bytes") or b""
        return data

    async def send(self, frame: str | bytes) -> None:
        if not self._is_open:
            raise LinkClosed(LOST, by_peer=True)
        kind = "text" if isinstance(frame, str) else "bytes"
        await self._send({"type": "websocket.send", kind: frame})

    async def close(self, code: int) -> None:
        if self._is_open:
            self._is_open = False
            with suppress(ValueError):
                CLOSES.labels(LinkClose(code).name.lower()).inc()
            await self._send({"type": "websocket.close", "code": int(code)})

    def trust(self, key: str) -> None:
        for name, value in (("belongs_to", f"site:{key}"), ("takes_frames_of", MAX_FRAME)):
            if (use := self._scope.get(name)) is not None:
                use(value)


def _closed(error: ConnectionClosed) -> LinkClosed:
    # Where this side has closed it, such as for a frame that is too large, that is why.
    closing = error.rcvd or error.sent
    if closing is None:
        return LinkClosed(LOST, by_peer=True)
    return LinkClosed(closing.code, closing.reason, by_peer=True)
