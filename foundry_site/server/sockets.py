"""Daphne's WebSocket, made to tell the truth about its client.

As it comes, `send` never waits: what a stalled client does not read piles up in memory (django/daphne#170), and so does
what a client sends faster than it is answered. Codes such as 1012 raise instead of closing, and sending on a closing
socket raises too. Here `send` waits while the transport is full, reading stops while the application is behind, every
code closes, and a frame that goes to many sockets is put into WebSocket's framing once.
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

# Received messages that wait for the application; a large one counts for more.
MAX_WAITING: Final = 64
MAX_WAITING_LARGE: Final = 2
LARGE: Final = 64 * 1024
# Seconds until it is looked whether the application has caught up.
LOOK_AGAIN: Final = 0.02

# Frames at once; browsers cut the largest message into some hundred. They go on at twice the rate of messages.
MAX_FRAMES: Final = 1024
# Bytes that each piece of a message takes in memory beside its own.
PIECE: Final = 64

_CLOSE_CODES_AUTOBAHN_TAKES: Final = (1000, *range(3000, 5000))


class _Framing:
    """The last text that was framed: the hub hands one and the same string to every socket of a topic."""

    def __init__(self) -> None:
        self._text = ""
        self._message: Any = None

    def of(self, text: str) -> Any:
        if text is not self._text:
            self._message = PreparedMessage(text.encode(), isBinary=False, applyMask=False, doNotCompress=True)
            self._text = text
        return self._message


_framing = _Framing()


class FoundryWebSocket(WebSocketProtocol):  # type: ignore[misc] # Daphne has no types
    """One socket. Twisted calls `pauseProducing` and `resumeProducing` as its transport fills and empties."""

    def __init__(self) -> None:
        super().__init__()
        self._room = asyncio.Event()
        self._room.set()
        self._is_reading = True
        self._unfinished = Unfinished(None)
        self._frames = TokenBucket(2 * settings.FOUNDRY_SOCKET_RATE, MAX_FRAMES, time.monotonic())

    async def has_room(self) -> None:
        """Wait until the client has read enough of what was sent, or is gone."""
        await self._room.wait()

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self._room.clear()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self._room.set()

    def stopProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self._room.set()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        # Who broke the rules is told so, and not heard any more until the socket is dropped a second later.
        if not self.failedByMe:
            # Autobahn's own method first makes a line, in colours, for a log that nobody keeps.
            self._dataReceived(data)

    def onOpen(self) -> None:  # noqa: N802 (Autobahn's name)
        super().onOpen()
        # Until here the transport told the HTTP channel that we came from.
        self.unregisterProducer()
        self.registerProducer(self, True)

    def onConnect(self, request: Any) -> Any:  # noqa: N802 (Autobahn's name)
        pending = super().onConnect(request)
        self._unfinished = Unfinished(self.client_addr[0] if self.client_addr else None)
        return pending

    def belongs_to(self, user_id: str) -> None:
        """Somebody is signed in: what they send unfinished is counted over all their sockets."""
        self._unfinished.belongs_to(user_id)

    def onFrameBegin(self) -> None:  # noqa: N802 (Autobahn's name)
        # Pings and empty parts of a message cost as much as messages, and no application sees them.
        if not self._frames.take(time.monotonic()):
            self._fail(CloseCode.TOO_MANY_MESSAGES, "Send fewer frames.")
        super().onFrameBegin()

    def onPing(self, payload: bytes) -> None:  # noqa: N802 (Autobahn's name)
        # Answers that are not read would pile up; a later one answers all pings before it (RFC 6455, section 5.5.3).
        if self._room.is_set():
            super().onPing(payload)

    def onMessageFrameData(self, payload: bytes) -> None:  # noqa: N802 (Autobahn's name)
        super().onMessageFrameData(payload)
        if not self.failedByMe and not self._unfinished.add(len(payload) + PIECE):
            self._fail(CloseCode.TOO_MUCH_UNFINISHED, "Finish one message before you begin the next.")

    def _max_message_size_exceeded(self, msg_size: int, max_msg_size: int, reason: str) -> None:
        self._fail(CloseCode.TOO_LARGE, reason)

    def _fail(self, code: CloseCode, reason: str) -> None:
        """Close because of what the client sends; what it has sent of it is given up."""
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
        self._room.set()
        self._unfinished.finish()
        # Refused before there was an application, there is nothing to tell it.
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

    def _look_again(self) -> None:
        if self.state != self.STATE_OPEN or self.application_queue.qsize() == 0:
            self._is_reading = True
            self.transport.resumeProducing()
        else:
            asyncio.get_running_loop().call_later(LOOK_AGAIN, self._look_again)
