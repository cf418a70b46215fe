"""A client of the socket, as an IDE would write it, against the whole ASGI application.

Not on `channels.testing`: its communicators keep database connections from going back to the pool.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from asgiref.testing import ApplicationCommunicator

from foundry_site.asgi import application
from tests.patience import PATIENCE


class RefusedError(Exception):
    """The server answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']} {error['message']}: {error.get('data')}")
        self.code: int = error["code"]
        self.problem: dict[str, Any] = error.get("data", {})


class ClosedError(Exception):
    """The server closed the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Client:
    """Sends requests and sorts what comes back: answers by id, notifications in the order they came."""

    def __init__(
        self,
        project_id: UUID | str,
        token: str | None = None,
        *,
        headers: dict[str, str] | None = None,
        subprotocols: list[str] | None = None,
        path: str = "/ws/projects/{project}/",
        **query: Any,
    ) -> None:
        sent = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        scope = {
            "type": "websocket",
            "path": path.format(project=project_id),
            "query_string": urlencode(query).encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "subprotocols": subprotocols or [],
            "client": ("192.0.2.7", 49152),
        }
        self._socket: Any = ApplicationCommunicator(application, scope)
        self._ids = itertools.count(1)
        self._answers: dict[Any, dict[str, Any]] = {}
        self.notifications: deque[dict[str, Any]] = deque()
        self.subprotocol: str | None = None
        self.snapshot: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def open(self) -> dict[str, Any]:
        """Connect and read the snapshot. Raises `ClosedError`."""
        await self.connect()
        first = await self.frame()
        assert first["method"] == "snapshot", first
        self.snapshot = first["params"]
        return self.snapshot

    async def connect(self) -> None:
        """Connect only; every socket is accepted first."""
        await self._socket.send_input({"type": "websocket.connect"})
        accepted = await self._socket.receive_output(PATIENCE)
        assert accepted["type"] == "websocket.accept"
        self.subprotocol = accepted["subprotocol"]

    async def leave(self, code: int = 1000) -> None:
        """Hang up."""
        await self._socket.send_input({"type": "websocket.disconnect", "code": code})
        await self._socket.wait(PATIENCE)

    async def send(self, text: str) -> None:
        await self._socket.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        await self._socket.send_input({"type": "websocket.receive", "bytes": data})

    async def frame(self) -> dict[str, Any]:
        """The next frame, whatever it is. Raises `ClosedError`."""
        message = await self._socket.receive_output(PATIENCE)
        if message["type"] == "websocket.close":
            raise ClosedError(message["code"])
        parsed: dict[str, Any] = json.loads(message["text"])
        return parsed

    async def call(self, method: str, **params: Any) -> Any:
        """Ask, and wait for the answer. Raises `RefusedError`, `ClosedError`."""
        return await self.answer(await self.ask(method, **params))

    async def ask(self, method: str, **params: Any) -> int:
        """Send a request without waiting; answers its id."""
        number = next(self._ids)
        await self.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        return number

    async def answer(self, number: Any) -> Any:
        while number not in self._answers:
            frame = await self.frame()
            if "method" in frame:
                self.notifications.append(frame)
            else:
                self._answers[frame["id"]] = frame
        answer = self._answers.pop(number)
        if "error" in answer:
            raise RefusedError(answer["error"])
        return answer["result"]

    async def notification(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next notification of a kind; the others before it are dropped."""
        while True:
            while self.notifications:
                frame = self.notifications.popleft()
                if matches(frame):
                    params: dict[str, Any] = frame["params"]
                    return params
            frame = await self.frame()
            assert "method" in frame, frame
            self.notifications.append(frame)

    async def event(self, name: str | None = None) -> dict[str, Any]:
        """The next event, of a name where one is given."""
        return await self.notification(
            lambda frame: frame["method"] == "event" and name in {None, frame["params"]["name"]}
        )

    async def ephemeral(self, name: str) -> dict[str, Any]:
        return await self.notification(lambda frame: frame["method"] == "ephemeral" and frame["params"]["name"] == name)

    async def closed(self) -> int:
        """Wait for the server to close; its code."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.frame()
                except ClosedError as close:
                    return close.code

    async def is_silent(self) -> bool:
        """Whether nothing comes for a moment."""
        return bool(await self._socket.receive_nothing(timeout=0.2))
