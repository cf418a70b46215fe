"""An IDE over a real socket: it asks, keeps a copy of the project's state by events, and comes back when it is cut off.

It goes by the protocol's rules alone: of the events it applies only the next one, drops what is older, and asks for
what is missing.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.protocol import State

from foundry_site.launcher.nodes import NodeProcess
from kernel.tasks import end
from tests.faults.fault_cluster import Person
from tests.patience import PATIENCE

# Seconds between two looks, or two attempts.
PAUSE = 0.05
LARGEST = 64 * 1024 * 1024


class LostError(Exception):
    """The socket is gone, or could not be opened; whether what was asked has been done is not known."""


class RefusedError(Exception):
    """The node answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.number: int = error["code"]
        self.problem: dict[str, Any] = error.get("data") or {}
        self.code: str = self.problem.get("code", error["message"])
        super().__init__(f"{self.number} {self.code}: {self.problem.get('detail')}")


async def until(condition: Callable[[], object | Awaitable[object]], what: str) -> None:
    """Wait until something is so."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        await asyncio.sleep(PAUSE)


@dataclass
class Replica:
    """The project as a client knows it: who holds which field, and the newest version, as of one `seq`."""

    seq: int = 0
    version: int = 0
    locks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_snapshot(cls, snapshot: dict[str, Any]) -> Self:
        locks = {lock["field"]: lock["session_id"] for lock in snapshot["locks"]}
        return cls(seq=snapshot["seq"], version=snapshot["current_version"], locks=locks)

    def apply(self, event: dict[str, Any]) -> bool:
        """Take one event; False where one before it is missing."""
        if event["seq"] <= self.seq:
            return True
        if event["seq"] != self.seq + 1:
            return False
        self.seq = event["seq"]
        data = event["data"]
        match event["name"]:
            case "lock.acquired" | "lock.handed_over" | "lock.taken_over":
                self.locks[data["field"]] = data["session_id"]
            case "lock.released":
                self.locks.pop(data["field"], None)
            case "draft.saved":
                self.version = data["version"]
        return True


class Client:
    """One person's tab in one project. Open it again after `LostError`: it comes back as the same session."""

    def __init__(self, person: Person, project_id: str) -> None:
        self.person = person
        self.project_id = project_id
        self.replica = Replica()
        self.snapshot: dict[str, Any] = {}
        self.present: dict[str, str] = {}
        self.close_code: int | None = None
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None and self._socket.state is State.OPEN

    @property
    def has_ended(self) -> bool:
        """Whether the connection is closed, and `close_code` says how."""
        return self._reader is not None and self._reader.done()

    @property
    def session_id(self) -> str:
        return str(self.snapshot["session_id"])

    def forget_session(self) -> None:
        """Come back as a new session next time, as a tab does that was closed."""
        self.snapshot = {}

    async def open(self, node: NodeProcess) -> None:
        """Connect and read the snapshot. Raises `LostError`."""
        address = f"ws://127.0.0.1:{node.port}/ws/projects/{self.project_id}/?after={self.replica.seq}"
        if self.snapshot:
            address += f"&session_id={self.session_id}&resume_secret={self.snapshot['resume_secret']}"
        headers = {"Authorization": f"Bearer {self.person.token}"}
        try:
            # Without pings of its own: a node that a test stops for long must be the one that ends the connection.
            self._socket = await connect(
                address, additional_headers=headers, max_size=LARGEST, proxy=None, ping_interval=None
            )
            async with asyncio.timeout(PATIENCE):
                first = json.loads(await self._socket.recv())
        except ConnectionClosed as closed:
            self.close_code = closed.rcvd.code if closed.rcvd else None
            raise LostError(str(closed)) from None
        except (OSError, WebSocketException) as error:
            raise LostError(repr(error)) from None
        assert first["method"] == "snapshot", first
        self.snapshot = first["params"]
        self.replica = Replica.of_snapshot(self.snapshot)
        self.present = {each["user"]["id"]: each["user"]["display_name"] for each in self.snapshot["present"]}
        self._reader = asyncio.create_task(self._read(self._socket))

    async def open_at_any(self, nodes: Sequence[NodeProcess]) -> None:
        """Try one node after the other until one takes us."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        for node in itertools.cycle(nodes):
            try:
                await self.open(node)
            except LostError:
                assert asyncio.get_running_loop().time() < deadline, "no node takes the client"
                await asyncio.sleep(PAUSE)
            else:
                return

    async def takes(self, field_name: str) -> bool:
        """Whether we get a field, or have it."""
        try:
            await self.call("lock.acquire", field=field_name)
        except RefusedError as refusal:
            if refusal.code != "lock_held":
                raise
            return False
        return True

    async def leave(self) -> None:
        """Say good-bye."""
        if self._socket is not None:
            await self._socket.close()
        await end(self._reader, self._catching_up)

    async def vanish(self) -> None:
        """Be gone without a good-bye."""
        if self._socket is not None:
            self._socket.transport.abort()
        await end(self._reader, self._catching_up)

    async def call(self, method: str, **params: Any) -> Any:
        """Ask, and wait for the answer. Raises `RefusedError`, `LostError`; no answer at all fails the test."""
        if not self.is_open:
            raise LostError("not connected")
        assert self._socket is not None
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send(
                    json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
                )
                return await answer
        except ConnectionClosed as closed:
            raise LostError(str(closed)) from None
        finally:
            self._answers.pop(number, None)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                self._take(json.loads(await socket.recv()))
        except ConnectionClosed as closed:
            self.close_code = closed.rcvd.code if closed.rcvd else None
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(LostError("the socket was closed"))

    def _take(self, frame: dict[str, Any]) -> None:
        match frame:
            case {"method": "event", "params": event}:
                if not self.replica.apply(event):
                    self._catch_up()
            case {"method": "head", "params": head}:
                self.present = {each["user"]["id"]: each["user"]["display_name"] for each in head["present"]}
                if head["seq"] > self.replica.seq:
                    self._catch_up()
            case {"method": "ephemeral", "params": {"name": "presence.left", "data": data}}:
                self.present.pop(data["user"]["id"], None)
            case {"method": "ephemeral", "params": {"name": "presence.joined", "data": data}}:
                self.present[data["user"]["id"]] = data["user"]["display_name"]
            case {"id": number} if (answer := self._answers.get(number)) is not None and not answer.done():
                if "error" in frame:
                    answer.set_exception(RefusedError(frame["error"]))
                else:
                    answer.set_result(frame["result"])

    def _catch_up(self) -> None:
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._ask_for_missing())

    async def _ask_for_missing(self) -> None:
        more = True
        while more:
            try:
                answer = await self.call("events.since", after=self.replica.seq)
            except (LostError, RefusedError):
                return  # the next event or head brings us here again
            for event in answer["events"]:
                self.replica.apply(event)
            more = answer["more"]


async def fresh_replica(node: NodeProcess, person: Person, project_id: str) -> Replica:
    """What somebody who comes now is told. Raises `LostError`."""
    client = Client(person, project_id)
    await client.open(node)
    await client.leave()
    return Replica.of_snapshot(client.snapshot)


async def converge(clients: Sequence[Client], node: NodeProcess) -> None:
    """Wait until all these clients know exactly what a fresh snapshot tells."""
    person, project_id = clients[0].person, clients[0].project_id
    fresh = Replica()

    async def agree() -> bool:
        nonlocal fresh
        fresh = await fresh_replica(node, person, project_id)
        return all(client.replica == fresh for client in clients)

    try:
        await until(agree, "every client knows what a fresh snapshot tells")
    except AssertionError as error:
        known = [client.replica for client in clients]
        raise AssertionError(f"{error}\nfresh {fresh}\nknown {known}") from None
