"""The other end of a link, written from docs/sites.md alone."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from tests.network.hostile.signing import Signer, bundle_hash, verify
from tests.patience import PATIENCE

SUBPROTOCOL: Final = "foundry.sites.v1"
INVITATION: Final = "foundry-invitation:"


def read_invitation(text: str) -> dict[str, Any]:
    """What an invitation says: the code, the project, its home and where that is dialled."""
    assert text.startswith(INVITATION)
    encoded = text.removeprefix(INVITATION)
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return said


def request(method: str, params: Any, number: int = 1) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def milliseconds() -> int:
    return time.time_ns() // 1_000_000


def dialled(port: int, project: str, **more: Any) -> connect:
    """A WebSocket to where links for a project are taken, without limits and without pings of its own."""
    options: dict[str, Any] = {"max_size": None, "proxy": None, "compression": None, "ping_interval": None}
    url = f"ws://127.0.0.1:{port}/ws/sites/{project}/"
    return connect(url, **{"subprotocols": [SUBPROTOCOL], **options, **more})


class RefusedError(Exception):
    """The other site answered a request with an error."""

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = self.args[0]
        return found


class ClosedError(Exception):
    """The other site closed the connection before it answered; the code."""

    @property
    def code(self) -> int:
        found: int = self.args[0]
        return found


class Peer:
    """A site that dials another one, `them`, for one project.

    It keeps what it is sent: bundles in the order in which they came, and the newest of each site in `clock`.
    """

    def __init__(self, project: str, them: str, signer: Signer) -> None:
        self.project = project
        self.them = them
        self.signer = signer
        self.site = str(uuid4())
        self.bundles: list[dict[str, Any]] = []
        self.keys: list[dict[str, Any]] = []
        self.clock: dict[str, list[Any]] = {}
        # Answers to what was sent past `ask`.
        self.answers: list[dict[str, Any]] = []
        self.socket: ClientConnection
        self.nonces = ["", ""]
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._answered = asyncio.Event()
        self._is_over = False

    def hello(self, **more: Any) -> dict[str, Any]:
        """The parameters of `hello`, sealed."""
        self.nonces[0] = secrets.token_hex(32)
        now = milliseconds()
        statement = self._statement("site_hello", nonce=self.nonces[0], now=now)
        said = {"v": 1, "project": self.project, "to": self.them, "key": self.signer.public, "site": self.site}
        return {
            **said,
            "name": "Turin",
            "address": "",
            "nonce": self.nonces[0],
            "now": now,
            "seal": self.signer.seal(statement),
            **more,
        }

    def proof(self) -> str:
        return self.signer.seal(self._statement("site_dial", nonces=self.nonces))

    def _statement(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"type": kind, "v": 1, "project": self.project, "from": self.signer.public, "to": self.them, **more}

    async def handshake(self, **more: Any) -> dict[str, Any]:
        """Say hello and prove the key; what the other site answers to the proof."""
        answer = await self.ask("hello", self.hello(**more))
        self.nonces[1] = answer["nonce"]
        statement = {"type": "site_answer", "v": 1, "project": self.project, "from": self.them}
        verify(self.them, answer["proof"], {**statement, "to": self.signer.public, "nonces": self.nonces})
        welcome: dict[str, Any] = await self.ask("prove", {"proof": self.proof()})
        return welcome

    def state(self) -> dict[str, Any]:
        """The parameters of `state`, of a site that shows nothing."""
        return {
            "clock": self.clock,
            "state_hash": "0" * 64,
            "held": {},
            "admitted": [],
            "record": {},
            "now": milliseconds(),
        }

    async def ask(self, method: str, params: Mapping[str, Any]) -> Any:
        """Send a request; its result. Raises `RefusedError` and `ConnectionClosed`."""
        number = next(self._numbers)
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send(request(method, params, number))
        closed = asyncio.create_task(self.socket.wait_closed())
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait({answered, closed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            closed.cancel()
        if answered.done() and not answered.cancelled():
            return answered.result()
        raise ClosedError(self.socket.close_code)

    async def until_answered(self, numbers: set[int]) -> None:
        """Wait for the answers to requests that were sent past `ask`. Raises `ClosedError`."""
        async with asyncio.timeout(PATIENCE):
            while not numbers <= {each["id"] for each in self.answers}:
                if self._is_over:
                    await self.socket.wait_closed()
                    raise ClosedError(self.socket.close_code)
                self._answered.clear()
                await self._answered.wait()

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                if isinstance(frame, bytes):
                    continue
                message = json.loads(frame)
                if "method" in message:
                    await self._answer(message)
                elif (waiting := self._waiting.pop(message["id"], None)) is None:
                    self.answers.append(message)
                    self._answered.set()
                elif "error" in message:
                    waiting.set_exception(RefusedError(message["error"]))
                else:
                    waiting.set_result(message["result"])
        finally:
            self._is_over = True
            self._answered.set()
            for each in self._waiting.values():
                each.cancel()

    async def _answer(self, asked: dict[str, Any]) -> None:
        params = asked["params"]
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        if asked["method"] == "state":
            answer["result"] = {"forks": []}
        elif asked["method"] == "bundles.push":
            self.keys += params["keys"]
            for each in params["bundles"]:
                self._take(each)
            answer["result"] = {"clock": self.clock, "held": {}}
        else:
            answer["error"] = {"code": -32601, "message": "No such method"}
        await self.socket.send(json.dumps(answer))

    @property
    def newest(self) -> dict[str, str]:
        """The HLC of each site's newest bundle that has come."""
        return {site: str(entry[0]) for site, entry in self.clock.items()}

    def _take(self, bundle: dict[str, Any]) -> None:
        header, last = json.loads(bundle["header"]), json.loads(bundle["operations"][-1]["text"])
        self.bundles.append(bundle)
        self.clock[header["site_key"]] = [last["hlc"], header["number"], bundle_hash(bundle)]

    @contextlib.asynccontextmanager
    async def connected(self, port: int, **more: Any) -> AsyncIterator[None]:
        """Dial, and answer meanwhile what the other site asks."""
        async with dialled(port, self.project, **more) as self.socket:
            reader = asyncio.create_task(self._read())
            try:
                yield
            finally:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)
