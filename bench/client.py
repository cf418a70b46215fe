"""One person at one socket, who asks and waits for the answer: what p3 to p6, p10 and p12 are made of.

Bare, as the baselines are: a client library of its own would take longer than the server does.
"""

from __future__ import annotations

import http.client
import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec

from bench.frames import CLOSE, first_frame, handshake, masked
from bench.nodes import BenchNode
from bench.world import BenchUser

_decode = msgspec.json.decode
_encode = msgspec.json.encode
READ = 1024 * 1024


class Refused(Exception):
    """The gateway answered with an error; `code` is the HTTP status."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.code: int = error["code"]


class BenchSocket:
    """A session in a project. Notifications are read past."""

    def __init__(self, connection: socket.socket, address: str, token: str) -> None:
        self._connection = connection
        self._buffer = bytearray()
        self._ids = itertools.count(1)
        connection.sendall(handshake(address, connection.getpeername()[1], token))
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._buffer += connection.recv(READ)
        del self._buffer[: end + 4]
        self.snapshot: dict[str, Any] = _decode(self._frame())["params"]

    def call(self, method: str, **params: Any) -> Any:
        """Ask, and wait for the answer."""
        number = next(self._ids)
        self._connection.sendall(masked(_encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params})))
        while True:
            frame = _decode(self._frame())
            if frame.get("id") == number:
                if "error" in frame:
                    raise Refused(frame["error"])
                return frame["result"]

    def take(self, field: str = "prompt_text") -> int:
        token: int = self.call("lock.acquire", field=field)["token"]
        return token

    def save(self, text: str, token: int, base: int, field: str = "prompt_text") -> int:
        """Save one field's text; the version it made."""
        content = text if field == "prompt_text" else {"language": None, "content": text}
        answer = self.call("draft.save", base_version=base, changes={field: content}, tokens={field: token})
        version: int = answer["version_number"]
        return version

    def _frame(self) -> bytes:
        while (found := first_frame(self._buffer)) is None:
            received = self._connection.recv(READ)
            if not received:
                raise ConnectionError("The node hung up.")
            self._buffer += received
        payload, end = found
        del self._buffer[:end]
        return payload


@contextmanager
def socket_to(node: BenchNode, project_id: UUID, person: BenchUser) -> Iterator[BenchSocket]:
    """Open a person's socket to a project on a node."""
    with socket.create_connection(("127.0.0.1", node.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield BenchSocket(connection, f"/ws/projects/{project_id}/", person.token)
        connection.sendall(masked((1000).to_bytes(2, "big"), opcode=CLOSE))


class Rest:
    """REST with one kept connection."""

    def __init__(self, node: BenchNode, person: BenchUser) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the parsed body."""
        data = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1/{path}", body=data, headers=self._headers)
        response = self._connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None

    def close(self) -> None:
        self._connection.close()
