"""What two sites said over a recorded connection: the messages in its WebSocket frames (RFC 6455, section 5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from foundry_site.launcher.lines import Recording

TEXT = 1


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The opcode and the payload of each frame behind the handshake; one that broke off is left out."""
    at = data.find(b"\r\n\r\n") + 4
    while at >= 4 and len(data) >= at + 2:
        opcode, is_masked, size = data[at] & 0x0F, data[at + 1] & 0x80, data[at + 1] & 0x7F
        at += 2
        if size > 125:
            width = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        mask = data[at : at + 4] if is_masked else b""
        at += len(mask)
        payload = data[at : at + size]
        if len(payload) < size:
            return
        at += size
        yield opcode, bytes(a ^ b for a, b in zip(payload, cycle(mask), strict=False)) if mask else payload


def messages(data: bytes) -> list[dict[str, Any]]:
    """The messages that one end of a connection sent."""
    return [json.loads(payload) for opcode, payload in frames(data) if opcode == TEXT]


def everything(recordings: list[Recording]) -> bytes:
    """All that went over these connections, unmasked, with what was said before the first frame."""
    found = bytearray()
    for recording in recordings:
        for data in (recording.sent, recording.answered):
            found += bytes(data).split(b"\r\n\r\n")[0]
            for _opcode, payload in frames(bytes(data)):
                found += payload
    return bytes(found)
