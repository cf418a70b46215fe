"""Daphne's WebSocket protocol with back-pressure in both directions, frame limits and all close codes.

Daphne's own `send` never waits, so messages to a client that does not read accumulate in memory (django/daphne#170), as
do messages that a client sends faster than they are handled. Close codes such as 1012 raise an exception, and so does
sending on a closing socket. In this class `send` waits while the transport is full, reading pauses while the
application is behind, every close code works, and a message for many sockets is framed only once.

`write_text` is a shorter way for the many frames that a gateway sends: framed once for all sockets, it goes to the
kernel without a turn of the event loop, as long as the client reads.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from autobahn.websocket.protocol import PreparedMessage
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings

from foundry_site.server.unfinished import Unfinished
from gateway.close_codes import CloseCode
from gateway.limits import TokenBucket
from gateway.metrics import CLOSES

# How many received messages may wait for the application before reading pauses; fewer if the last one is large.
MAX_WAITING: Final = 64
MAX_WAITING_LARGE: Final = 2
LARGE: Final = 64 * 1024
# Seconds between checks whether the application has caught up.
LOOK_AGAIN: Final = 0.02

# The burst of frames that is allowed; browsers split the largest message into about a hundred. The sustained rate of
# frames is twice that of messages.
MAX_FRAMES: Final = 1024
# Bytes of memory that each fragment of a message takes in addition to its payload.
PIECE: Final = 64

_CLOSE_CODES_AUTOBAHN_TAKES: Final = (1000, *range(3000, 5000))


class _Framing:
    """Caches the last framed text, because the hub passes the same string object to every socket of a topic."""

    def __init__(self) -> None:
        self._text = ""
        self._message: Any = None

    def of(self, text: str) -> Any:
        if text is not self._text:
            self._message = PreparedMessage(text.encode(), isBinary=False, applyMask=False, doNotCompress=True)
            self._text = text
        return self._message


_framing = _Framing()


def _write_now(transport: Any, data: bytes) -> None:
    """Write to a connection at once, unless something waits to be written.

    Twisted's own `write` asks the event loop for each message when the socket can be written, writes it in the next
    turn, and the loop learns that nothing is left: three calls of the kernel and two turns for each socket.
    """
    sent = 0
    if transport.connected and not (transport.disconnecting or transport._tempDataLen or transport.dataBuffer):  # noqa: SLF001
        written = transport.writeSomeData(data)
        # Of a lost connection Twisted learns by writing itself.
        sent = written if isinstance(written, int) else 0
    if sent < len(data):
        transport.write(data[sent:])


class FoundryWebSocket(WebSocketProtocol):  # type: ignore[misc] # Daphne has no types
    """One socket. Twisted calls `pauseProducing` when its write buffer is full, `resumeProducing` when it drains."""

    def __init__(self) -> None:
        super().__init__()
        # None while there is room for more: an event takes most of a KiB, and most sockets are idle.
        self._until_room: asyncio.Event | None = None
        self._is_reading = True
        self._unfinished = Unfinished(None)
        self._frames = TokenBucket(2 * settings.FOUNDRY_SOCKET_RATE, MAX_FRAMES, time.monotonic())

    async def has_room(self) -> None:
        """Wait until the write buffer has room, or the client has disconnected."""
        if self._until_room is not None:
            await self._until_room.wait()

    def write_text(self, text: str) -> bool:
        """Send a text now; what the kernel does not take is sent by Twisted. False while there is no room for more."""
        if self.state == self.STATE_OPEN:
            _write_now(self.transport, _framing.of(text).payloadHybi)
        return self._until_room is None

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        if self._until_room is None:
            self._until_room = asyncio.Event()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self._give_room()

    def stopProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self._give_room()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        # After a protocol violation the close frame is sent and further input is ignored until the socket is dropped.
        if not self.failedByMe:
            # Not `super()`: Autobahn's own method formats a log line first, which nobody reads.
            self._dataReceived(data)

    def onOpen(self) -> None:  # noqa: N802 (Autobahn's name)
        super().onOpen()
        # Until now the HTTP channel was the producer of this transport.
        self.unregisterProducer()
        self.registerProducer(self, True)

    def onConnect(self, request: Any) -> Any:  # noqa: N802 (Autobahn's name)
        pending = super().onConnect(request)
        self._unfinished = Unfinished(self.client_addr[0] if self.client_addr else None)
        return pending

    def belongs_to(self, user_id: str) -> None:
        """Count this socket's unfinished messages for the signed-in user, over all of the user's sockets."""
        self._unfinished.belongs_to(user_id)

    def takes_frames_of(self, size: int) -> None:
        """Take messages of up to so many bytes from now on, and as fast as they are handled."""
        self.maxFramePayloadSize = self.maxMessagePayloadSize = size

    def onFrameBegin(self) -> None:  # noqa: N802 (Autobahn's name)
        # Pings and empty fragments cost as much as messages, but never reach the application's own rate limit.
        if not self._frames.take(time.monotonic()):
            self._fail(CloseCode.TOO_MANY_MESSAGES, "Send fewer frames.")
        super().onFrameBegin()

    def onPing(self, payload: bytes) -> None:  # noqa: N802 (Autobahn's name)
        # Unread pongs would accumulate; one later pong answers all earlier pings (RFC 6455, section 5.5.3).
        if self._until_room is None:
            super().onPing(payload)

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802 (Autobahn's name)
        super().onMessageFrameData(payload)
        if not self.failedByMe and not self._unfinished.add(len(payload) + PIECE):
            self._fail(CloseCode.TOO_MUCH_UNFINISHED, "Finish one message before you begin the next.")

    def _max_message_size_exceeded(self, msg_size: int, max_msg_size: int, reason: str) -> None:
        self._fail(CloseCode.TOO_LARGE, reason)

    def _fail(self, code: CloseCode, reason: str) -> None:
        """Close because of a violation by the client, and discard the message received so far."""
        self._unfinished.finish()
        self.frame_data: list[bytes] = []
        self.message_data: list[bytes] = []
        self.data = b""
        CLOSES.labels(code.name.lower()).inc()
        self._fail_connection(int(code), reason)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 (Autobahn's names)
        self._unfinished.finish()
        super().onMessage(payload, isBinary)
        most = MAX_WAITING_LARGE if len(payload) > LARGE else MAX_WAITING
        if self._is_reading and self.application_queue.qsize() >= most:
            self._is_reading = False
            self.transport.pauseProducing()
            self._look_again()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:  # noqa: N802, N803
        self._give_room()
        self._unfinished.finish()
        # A socket that was refused before its application started has no `server`.
        if hasattr(self, "server"):
            super().onClose(wasClean, code, reason)

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802 (Daphne's name)
        if self.state != self.STATE_OPEN:
            return
        if binary:
            super().serverSend(content, binary)
        else:
            self.sendPreparedMessage(_framing.of(content))

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 (Daphne's name)
        if code is None or code in _CLOSE_CODES_AUTOBAHN_TAKES:
            super().serverClose(code)
        else:
            self.sendCloseFrame(code=code)

    def _give_room(self) -> None:
        """Let those go on who wait for room; nobody waits any more once the client has gone."""
        if self._until_room is not None:
            self._until_room.set()
            self._until_room = None

    def _look_again(self) -> None:
        if self.state != self.STATE_OPEN or self.application_queue.qsize() == 0:
            self._is_reading = True
            self.transport.resumeProducing()
        else:
            asyncio.get_running_loop().call_later(LOOK_AGAIN, self._look_again)
