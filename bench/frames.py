"""RFC 6455 as far as a bench needs it: a handshake, masked frames out, whole frames in."""

from __future__ import annotations

import base64
import os

TEXT, CLOSE = 0x1, 0x8


def handshake(path: str, port: int, token: str | None = None) -> bytes:
    """The request that opens a socket."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def masked(payload: bytes, *, opcode: int = TEXT) -> bytes:
    """One final frame of a client, under a mask of zeros."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65_536:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def first_frame(buffer: bytes | bytearray, start: int = 0) -> tuple[bytes, int] | None:
    """The payload of the frame at `start` and where the next one begins; None where it is not all there."""
    if len(buffer) - start < 2:
        return None
    length, head = buffer[start + 1] & 127, 2
    if length >= 126:
        head = 4 if length == 126 else 10
        if len(buffer) - start < head:
            return None
        length = int.from_bytes(buffer[start + 2 : start + head], "big")
    end = start + head + length
    return (bytes(buffer[start + head : end]), end) if len(buffer) >= end else None
