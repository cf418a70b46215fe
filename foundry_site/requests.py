"""Daphne's HTTP request, made to refuse a body over the limit before it lies in memory or on the disk.

Twisted takes a whole body, however large, before anybody is asked what to do with it. Here one that says that it is too
large, or turns out to be, is answered 413 at once. What still comes of it is read for a moment and thrown away: a
connection that is closed on unread bytes is reset, and the client would never see the answer.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from daphne.http_protocol import WebRequest
from django.conf import settings

from accounts.rest.errors import PROBLEM_JSON
from audit.errors import PayloadTooLarge

# Seconds for which a refused client may go on sending.
LINGER_SECONDS: Final = 2.0


class FoundryRequest(WebRequest):  # type: ignore[misc] # Daphne has no types
    """One request. Twisted tells the length that the client names, and then hands over the body piece by piece."""

    _is_refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802 (Twisted's name)
        super().gotLength(length)
        if self._is_too_large(length or 0):
            # Who waits to be told to go on is not told so.
            self.requestHeaders.removeHeader(b"Expect")
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._is_refused:
            return
        if self._is_too_large(self.content.tell() + len(data)):
            self._refuse()
            return
        super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._is_refused:
            self.channel.loseConnection()
            return
        super().requestReceived(command, path, version)

    def _is_too_large(self, size: int) -> bool:
        return size > int(settings.FOUNDRY_MESSAGE_LIMIT)

    def _refuse(self) -> None:
        self._is_refused = True
        limit = settings.FOUNDRY_MESSAGE_LIMIT
        problem = PayloadTooLarge(f"A message holds at most {limit // 1024**2} MiB.", limit=limit).problem()
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


def use_our_requests(factory: Any) -> None:
    """Have Daphne's HTTP factory, which names its own class of requests, build its protocols with ours."""
    build = factory.buildProtocol

    def build_with_ours(address: Any) -> Any:
        protocol = build(address)
        protocol.requestFactory = FoundryRequest
        return protocol

    factory.buildProtocol = build_with_ours
