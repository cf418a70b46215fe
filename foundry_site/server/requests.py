"""Daphne's HTTP requests and connections, with limits on body size, time and unfinished requests.

Twisted receives a whole body, however large, before the application sees the request. Here a body that is declared or
found to be too large is answered with 413 at once. The rest of it is read for a moment and discarded: closing a
connection with unread bytes resets it, and the client would not receive the answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from io import BytesIO
from typing import Any, Final

import msgspec
from daphne.http_protocol import WebRequest
from django.conf import settings
from django.utils.translation import gettext as _
from prometheus_client import Counter as Figure
from twisted.web.http import HTTPChannel

from accounts.client_addresses import network_of
from foundry_site.server.unfinished import Unfinished
from kernel.errors import PayloadTooLarge
from rest.errors import PROBLEM_JSON

# Seconds for which the rest of a refused body is read and discarded.
LINGER_SECONDS: Final = 2.0
# Seconds in which a whole body must arrive; `FOUNDRY_HEADER_SECONDS` limits the headers before it.
BODY_SECONDS: Final = 300.0

# Seconds in which a client must take something of what is sent to it piece by piece.
READ_SECONDS: Final = 120.0

GIVEN_UP: Final = Figure("foundry_connections_given_up", "HTTP connections that were ended unfinished.", ["reason"])

# Bytes of a body from which on it is read in larger steps than Twisted's 64 KiB: each is a turn of the event loop.
LARGE_BODY: Final = 256 * 1024
READ_AT_ONCE: Final = 1024 * 1024

_Channel: Any = HTTPChannel

# Connections whose headers are incomplete, and idle keep-alive connections, by network address.
_beginning: Counter[str] = Counter()
_resting: Counter[str] = Counter()


class FoundryRequest(WebRequest):  # type: ignore[misc] # Daphne has no types
    """One request. Twisted calls `gotLength` with the declared length, then `handleContentChunk` for each chunk."""

    _is_refused = False
    _deadline: Any = None

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        # Twisted keeps a body over 100 kB in a file; ours are at most 8 MiB, and the unfinished ones are counted.
        self.content = BytesIO()
        peer = self.channel.transport.getPeer()
        self._unfinished = Unfinished(getattr(peer, "host", None))
        self._deadline = asyncio.get_running_loop().call_later(BODY_SECONDS, self.channel.give_up, "slow_body")
        if (length or 0) > LARGE_BODY:
            self.channel.transport.bufferSize = READ_AT_ONCE
        if self._is_too_large(length or 0):
            # Without this header Twisted does not answer 100 Continue.
            self.requestHeaders.removeHeader(b"Expect")
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._is_refused:
            return
        if self._is_too_large(self.content.tell() + len(data)):
            self._refuse()
            return
        # Behind a proxy the address is the proxy's, and the proxy buffers bodies until they are complete.
        if not self._unfinished.add(len(data)) and not settings.FOUNDRY_PROXY:
            self.channel.give_up("too_much_unfinished")
            return
        super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 (Twisted's name)
        self._body_is_whole()
        if self._is_refused:
            self.channel.loseConnection()
            return
        # This one shares the bytes, and is read without copying them.
        self.content = BytesIO(self.content.getvalue())
        super().requestReceived(command, path, version)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 (Twisted's name)
        self._body_is_whole()
        super().connectionLost(reason)

    async def has_room(self) -> None:
        """Wait until the write buffer has room, or the client has disconnected; give up one that does not read."""
        if self.channel is None:
            return
        try:
            async with asyncio.timeout(READ_SECONDS):
                await self.channel.room.wait()
        except TimeoutError:
            if self.channel is not None:
                self.channel.give_up("slow_reader")

    def _body_is_whole(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
            self._unfinished.finish()

    def _is_too_large(self, size: int) -> bool:
        return size > int(settings.FOUNDRY_MAX_MESSAGE_BYTES)

    def _refuse(self) -> None:
        self._is_refused = True
        limit = settings.FOUNDRY_MAX_MESSAGE_BYTES
        problem = PayloadTooLarge(
            _("A message can have at most {most} MiB.").format(most=limit // 1024**2), limit=limit
        ).problem()
        body = msgspec.json.encode(problem)
        head = (
            "HTTP/1.1 413 Content Too Large\r\n"
            f"Content-Type: {PROBLEM_JSON}\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        self.channel.transport.write(head.encode() + body)
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._hang_up)

    def _hang_up(self) -> None:
        if self.channel is not None:
            self.channel.loseConnection()


class FoundryChannel(_Channel):  # type: ignore[misc] # Twisted types it in part only
    """One HTTP connection with a deadline for its headers, and limits per network address.

    The limits apply to connections with incomplete headers and to idle keep-alive connections. Twisted's own timeout
    restarts with every byte, so a client could keep a connection open for ever by sending one byte now and then.
    """

    _deadline: Any = None
    _waiting = ""
    _rests_for = ""

    def connectionMade(self) -> None:  # noqa: N802 (Twisted's name)
        super().connectionMade()
        self.requestFactory = FoundryRequest
        # Set while the write buffer has room.
        self.room = asyncio.Event()
        self.room.set()
        self._await_headers()

    def requestDone(self, request: Any) -> None:  # noqa: N802 (Twisted's name)
        super().requestDone(request)
        if self.persistent and not self.requests and not self._waiting:
            self._rest()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        self._rest_is_over()
        # The first byte of the next request on a keep-alive connection starts its deadline.
        if not self._waiting and not self._handlingRequest and not self.requests:
            self._await_headers()
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:  # noqa: N802 (Twisted's name)
        self._headers_are_whole()
        super().allHeadersReceived()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 (Twisted's name)
        self._headers_are_whole()
        self._rest_is_over()
        self.room.set()
        super().connectionLost(reason)

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.room.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.room.set()
        super().resumeProducing()

    def give_up(self, reason: str) -> None:
        """Close the connection because a request on it was not completed in time or exceeds a limit."""
        GIVEN_UP.labels(reason).inc()
        self._headers_are_whole()
        self._rest_is_over()
        self.timeoutConnection()

    def _neighbourhood(self) -> str:
        return network_of(getattr(self.transport.getPeer(), "host", "")) or "local"

    def _rest(self) -> None:
        self._rests_for = self._neighbourhood()
        _resting[self._rests_for] += 1
        self._limit(_resting[self._rests_for], "too_many_idle")

    def _rest_is_over(self) -> None:
        if self._rests_for:
            _take_one(_resting, self._rests_for)
            self._rests_for = ""

    def _await_headers(self) -> None:
        self._waiting = self._neighbourhood()
        _beginning[self._waiting] += 1
        self._deadline = asyncio.get_running_loop().call_later(
            settings.FOUNDRY_HEADER_SECONDS, self.give_up, "slow_headers"
        )
        self._limit(_beginning[self._waiting], "too_many_headers")

    def _limit(self, number: int, reason: str) -> None:
        # Behind a proxy all connections come from the proxy, which forwards only complete requests.
        limit = settings.FOUNDRY_ADDRESS_SOCKETS
        if limit and not settings.FOUNDRY_PROXY and number > limit:
            self.give_up(reason)

    def _headers_are_whole(self) -> None:
        if self._waiting:
            self._deadline.cancel()
            _take_one(_beginning, self._waiting)
            self._waiting = ""


def _take_one(counts: Counter[str], address: str) -> None:
    counts[address] -= 1
    if not counts[address]:
        del counts[address]


def use_our_requests(factory: Any) -> None:
    """Make Daphne's HTTP factory build `FoundryChannel` and `FoundryRequest` instead of its own classes."""

    def build(address: Any) -> FoundryChannel:
        channel = FoundryChannel()
        channel.factory = factory
        channel.callLater = factory.reactor.callLater
        channel.timeOut = factory.timeOut
        return channel

    factory.buildProtocol = build
