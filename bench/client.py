"""One person at one socket, who asks and waits for the answer: what p3 to p6, p10 and p12 are made of."""

from __future__ import annotations

import http.client
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from websockets.sync.client import ClientConnection, connect

from bench.nodes import Node
from bench.world import Person

_decode = msgspec.json.decode
_encode = msgspec.json.encode
LARGEST = 64 * 1024 * 1024


class Refused(Exception):
    """The gateway answered with an error; `code` is the HTTP status."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.code: int = error["code"]


class Socket:
    """A session in a project. Notifications are read past."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)
        self.snapshot: dict[str, Any] = _decode(connection.recv())["params"]

    def call(self, method: str, **params: Any) -> Any:
        """Ask, and wait for the answer."""
        number = next(self._ids)
        request = _encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        self._connection.send(request, text=True)
        while True:
            frame = _decode(self._connection.recv())
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


@contextmanager
def socket_to(node: Node, project_id: UUID, person: Person) -> Iterator[Socket]:
    """Open a person's socket to a project on a node."""
    address = f"ws://127.0.0.1:{node.port}/ws/projects/{project_id}/"
    headers = {"Authorization": f"Bearer {person.token}"}
    with connect(address, additional_headers=headers, compression=None, max_size=LARGEST) as connection:
        yield Socket(connection)


class Rest:
    """REST with one kept connection."""

    def __init__(self, node: Node, person: Person) -> None:
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
