"""A socket without a library that would keep us from sending nonsense."""

from __future__ import annotations

import asyncio
import base64
import os
from asyncio import IncompleteReadError, StreamReader, StreamWriter

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.fault_cluster import Person
from tests.patience import PATIENCE

CLOSE = 8


class RawSocket:
    """A WebSocket after its handshake, as bytes. Use `open_raw`."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def close_code(self) -> int | None:
        """Read until the server closes; the code it gives, None where it just hangs up."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    opcode, payload = await self._frame()
                    if opcode == CLOSE:
                        return int.from_bytes(payload[:2], "big") if payload else None
        except (IncompleteReadError, ConnectionError):
            return None

    async def hang_up(self) -> None:
        """Be gone, whatever was under way."""
        self._writer.transport.abort()

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        length = second & 127
        if length > 125:
            length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8), "big")
        return first & 15, await self._reader.readexactly(length)


async def open_raw(node: NodeProcess, person: Person, project_id: str) -> RawSocket:
    """Shake hands, and no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    lines = (
        f"GET /ws/projects/{project_id}/ HTTP/1.1",
        f"Host: 127.0.0.1:{node.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {person.token}",
        "",
        "",
    )
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101"), head
    return RawSocket(reader, writer)


def frame(opcode: int, payload: bytes, *, masked: bool = True, final: bool = True, length: int | None = None) -> bytes:
    """A client's frame (RFC 6455, section 5.2); `length` is what it says of itself where that is not true."""
    length = len(payload) if length is None else length
    mask = 128 if masked else 0
    if length < 126:
        size = bytes([mask | length])
    elif length < 65536:
        size = bytes([mask | 126]) + length.to_bytes(2, "big")
    else:
        size = bytes([mask | 127]) + length.to_bytes(8, "big")
    # The key is zero, so masking changes nothing.
    return bytes([(128 if final else 0) | opcode]) + size + (bytes(4) if masked else b"") + payload
