"""A small server that speaks the frames of `/ws/stations/`, and checks the chain of what is reported."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import rfc8785
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from foundry_station.sealed import SealedText
from tests.station.rig import as_frame
from tests.station.site import Site

TOKEN = "fds_x"


class Refusal(Exception):
    """What a request is answered instead of a result."""

    def __init__(self, code: int, detail: str, **problem: Any) -> None:
        super().__init__(detail)
        self.code, self.problem = code, {"detail": detail, **problem}


class StationServer:
    """Holds what a site holds of one station. `calls` are all requests; editions are sent as they are set."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.assignment = site.assignment()
        self.editions: dict[str, SealedText] = {}
        self.reports: list[dict[str, Any]] = []
        self.texts: dict[str, str] = {}
        self.placements: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.now: Callable[[], str] = lambda: "2026-11-30T12:00:00.000000Z"
        self.sends_texts = True
        self.close_with: int | None = None
        # How often reports are still refused, and how often the connection breaks instead of an answer to them.
        self.refusals = 0
        self.losses = 0
        self.connections = 0
        self._sockets: set[ServerConnection] = set()
        self._server: Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await serve(self._connected, "127.0.0.1", self.port, max_size=None)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def head(self) -> tuple[int, str]:
        if not self.reports:
            return 0, hashlib.sha256(self.site.station.encode()).hexdigest()
        return self.reports[-1]["seq"], self.reports[-1]["hash"]

    def kinds(self) -> list[str]:
        return [each["body"]["kind"] for each in self.reports]

    async def issue(self, number: int, *directives: dict[str, Any], method: str = "edition") -> None:
        """Have an edition, and send it to who is connected."""
        self.editions[self.site.team] = self.site.edition(number, directives)
        await self.send(method, self._edition(self.site.team))

    async def send(self, method: str, params: dict[str, Any]) -> None:
        frame = json.dumps({"jsonrpc": "2.0", "method": method, "params": params})
        for socket in set(self._sockets):
            await socket.send(frame)

    def _edition(self, team: str) -> dict[str, Any]:
        sealed = self.editions[team]
        number = json.loads(sealed.text)["number"]
        return as_frame(sealed, team=team, number=number, texts=self.site.texts if self.sends_texts else {})

    def heads(self) -> dict[str, int]:
        teams = json.loads(self.assignment.text)["teams"]
        return {t: json.loads(self.editions[t].text)["number"] if t in self.editions else 0 for t in teams}

    async def _connected(self, socket: ServerConnection) -> None:
        self.connections += 1
        assert socket.request is not None
        if socket.request.headers.get("Authorization") != f"Bearer {TOKEN}":
            await socket.close(4401, "not signed in")
            return
        if self.close_with is not None:
            await socket.close(self.close_with, "as the test wants")
            return
        seq, hash_ = self.head
        snapshot = {
            "now": self.now(),
            "station": {"id": self.site.station, "name": "laptop"},
            "assignment": as_frame(self.assignment),
            "keys": self.site.listed_keys,
            "acknowledged": {"seq": seq, "hash": hash_},
            "heads": self.heads(),
        }
        await socket.send(json.dumps({"jsonrpc": "2.0", "method": "snapshot", "params": snapshot}))
        self._sockets.add(socket)
        try:
            with suppress(ConnectionClosed):
                async for frame in socket:
                    request = json.loads(frame)
                    if request["method"] == "reports.put" and self.losses:
                        self.losses -= 1
                        await socket.close(1011, "as the test wants")
                        return
                    await socket.send(self._answer(request))
        finally:
            self._sockets.discard(socket)

    def _answer(self, request: dict[str, Any]) -> str:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        self.calls.append((request["method"], request["params"]))
        try:
            answer["result"] = self._methods()[request["method"]](**request["params"])
        except KeyError:
            answer["error"] = {"code": -32601, "message": "no such method"}
        except Refusal as refusal:
            answer["error"] = {"code": refusal.code, "message": "refused", "data": refusal.problem}
        return json.dumps(answer)

    def _methods(self) -> dict[str, Callable[..., Any]]:
        return {
            "ping": lambda: {"now": self.now()},
            "editions.since": self._since,
            "texts.get": lambda sha256s: {"texts": {each: self.site.texts[each] for each in sha256s[:1]}},
            "reports.put": self._put_reports,
            "placements.put": self._put_placements,
            "change.request": lambda **params: {"proposal_id": "p", "number": 7, "project_id": "x"},
            "exception.request": lambda **params: {"request_id": "r", "state": "open"},
            "token.renew": lambda: {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 1},
        }

    def _since(self, teams: dict[str, int]) -> dict[str, Any]:
        heads = self.heads()
        return {"editions": [self._edition(team) for team, number in teams.items() if heads[team] > number]}

    def _put_reports(self, reports: list[dict[str, Any]], texts: dict[str, str]) -> dict[str, Any]:
        assert len(reports) <= 200
        if self.refusals:
            self.refusals -= 1
            raise Refusal(503, "unavailable")
        for report in reports:
            seq, hash_ = self.head
            text = rfc8785.dumps(report["body"])
            computed = hashlib.sha256(bytes.fromhex(report["prev_hash"]) + report["seq"].to_bytes(8, "big") + text)
            fits = (report["seq"], report["prev_hash"], report["hash"]) == (seq + 1, hash_, computed.hexdigest())
            if not fits:
                raise Refusal(409, "broken", acknowledged={"seq": seq, "hash": hash_})
            self.reports.append(report)
        self.texts |= texts
        seq, hash_ = self.head
        return {"acknowledged": {"seq": seq, "hash": hash_}}

    def _put_placements(self, placements: list[dict[str, Any]]) -> dict[str, Any]:
        self.placements |= {each["directive"]: each for each in placements}
        return {}

    def state_of(self, directive: dict[str, Any]) -> str | None:
        """What the station last said of a directive."""
        placement = self.placements.get(directive["id"])
        return placement["state"] if placement else None


@asynccontextmanager
async def running(server: StationServer) -> AsyncIterator[StationServer]:
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def until(condition: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until something is so."""
    ends = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < ends, what
        await asyncio.sleep(0.005)
