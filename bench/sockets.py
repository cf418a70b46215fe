"""Many sockets that cost the measuring side little: a hand-made handshake, and frames counted by their heads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench.frames import first_frame, handshake

CONNECT_SECONDS = 30
MARK = b'"bench":'


class Listener(asyncio.Protocol):
    """Counts the server's text frames; `heard(payload, when)` sees each that carries a mark."""

    def __init__(self, request: bytes, heard: Callable[[bytes, float], None], mark: bytes = MARK) -> None:
        self._request = request
        self._heard = heard
        self._mark = mark
        self._buffer = bytearray()
        self._open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("The socket was refused."))
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._buffer += data
        if not self._open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._open = self._buffer.startswith(b"HTTP/1.1 101")
            del self._buffer[: end + 4]
        for payload in self._frames():
            if not self.opened.done():
                self.opened.set_result(None)
            if self._mark in payload:
                self._heard(payload, now)

    def _frames(self) -> list[bytes]:
        frames, position = [], 0
        while (found := first_frame(self._buffer, position)) is not None:
            payload, position = found
            frames.append(payload)
        del self._buffer[:position]
        return frames


async def listen(
    port: int,
    path: str,
    heard: Callable[[bytes, float], None],
    *,
    token: str | None = None,
    patience: float = CONNECT_SECONDS,
    mark: bytes | None = None,
) -> Listener:
    """Open one socket and wait for its first frame, for `patience` seconds at most."""
    request = handshake(path, port, token)
    loop = asyncio.get_running_loop()
    _, listener = await loop.create_connection(lambda: Listener(request, heard, mark or MARK), "127.0.0.1", port)
    await asyncio.wait_for(asyncio.shield(listener.opened), patience)
    return listener


async def listen_many(
    count: int, port: int, path: str, heard: Callable[[bytes, float], None], *, token: str | None = None
) -> list[Listener]:
    """Open many sockets, a few at a time."""
    listeners: list[Listener] = []
    for first in range(0, count, 20):
        batch = range(min(20, count - first))
        listeners += await asyncio.gather(*(listen(port, path, heard, token=token) for _ in batch))
    return listeners


async def hang_up(listeners: list[Listener]) -> None:
    """Close them all without a good-bye, and wait until they are gone."""
    for listener in listeners:
        if listener.transport is not None:
            listener.transport.abort()
    await asyncio.gather(*(listener.closed for listener in listeners))
