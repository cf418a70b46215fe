"""One open socket to the server: JSON-RPC 2.0, requests with answers, and notifications."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

OPEN_SECONDS: Final = 20.0
ANSWER_SECONDS: Final = 60.0
# The server's notifications may be larger than what it takes: an edition of 1 MiB with its texts, escaped.
MAX_FRAME_BYTES: Final = 32 * 1024 * 1024


class RequestRefused(Exception):
    """The server refused a request; `code` is that of JSON-RPC, or an HTTP status; `problem` are its details."""

    def __init__(self, code: int, message: str, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or message))
        self.code = code
        self.problem = problem


class Disconnected(Exception):
    """There is no connection, or no more; `code` is that of the socket's close, 0 where it never was open."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Connection:
    """An open socket. `run` has to be awaited for answers and notifications to arrive."""

    def __init__(self, socket: ClientConnection) -> None:
        self.notifications: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def run(self) -> None:
        """Receive until the socket closes, which raises `Disconnected`."""
        try:
            async for frame in self._socket:
                self._receive(frame)
        except ConnectionClosed as error:
            raise _disconnected(error) from error
        finally:
            for future in self._waiting.values():
                future.cancel()
        raise Disconnected(self._socket.close_code or 0, self._socket.close_reason or "closed")

    async def request(self, method: str, params: Mapping[str, Any]) -> Any:
        """The answer to a request. Raises `RequestRefused` and `Disconnected`."""
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        frame = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        try:
            await self._socket.send(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await future
        except ConnectionClosed as error:
            raise _disconnected(error) from error
        except TimeoutError as error:
            raise Disconnected(0, f"{method} was not answered.") from error
        finally:
            self._waiting.pop(number, None)

    def _receive(self, frame: str | bytes) -> None:
        try:
            message = json.loads(frame)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        params = message.get("params")
        if "method" in message:
            self.notifications.put_nowait((str(message["method"]), params if isinstance(params, dict) else {}))
            return
        future = self._waiting.get(message.get("id", 0))
        if future is None or future.done():
            return
        error = message.get("error")
        if isinstance(error, dict):
            problem = error.get("data")
            details = problem if isinstance(problem, dict) else {}
            future.set_exception(RequestRefused(int(error.get("code", 0)), str(error.get("message")), details))
        else:
            future.set_result(message.get("result"))


@asynccontextmanager
async def opened(server: str, token: str) -> AsyncIterator[Connection]:
    """A connection to a server. Raises `Disconnected` where it cannot be opened."""
    parts = urlsplit(server)
    scheme = "wss" if parts.scheme == "https" else "ws"
    try:
        socket = await connect(
            f"{scheme}://{parts.netloc}{parts.path}/ws/stations/",
            additional_headers={"Authorization": f"Bearer {token}"},
            open_timeout=OPEN_SECONDS,
            max_size=MAX_FRAME_BYTES,
            max_queue=None,
        )
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI, EOFError) as error:
        raise Disconnected(0, f"{server} cannot be reached: {error}") from error
    try:
        yield Connection(socket)
    finally:
        await socket.close()


def _disconnected(error: ConnectionClosed) -> Disconnected:
    close = error.rcvd
    return Disconnected(close.code if close else 0, (close.reason if close else "") or "The connection broke.")
