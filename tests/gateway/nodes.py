"""Nodes in processes of their own, for tests that talk to one over real sockets.

To start one takes longer than most of what is asked of it. Where a test needs no node that is new, it takes one that an
earlier test of its file has given back (`Nodes.lent`): its own project and people are all that it asks about there.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from foundry_site.environment import BASE_DIR
from projects.models import Project
from tests.patience import PATIENCE

Tokens = dict[UUID, str]

MANAGE = [sys.executable, str(BASE_DIR / "manage.py")]


class Process:
    """A process that outlives the event loop in which it was begun."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [*MANAGE, "serve", "--port", "0"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    async def line(self) -> str:
        """The next line that it says."""
        assert self._process.stdout is not None
        return await asyncio.to_thread(self._process.stdout.readline)

    async def wait(self) -> int:
        return await asyncio.to_thread(self._process.wait)

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Kill it, if it still runs."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass
class Server:
    process: Process
    port: int

    def connect(self, project: Project, token: str, **facts: Any) -> connect:
        address = f"ws://127.0.0.1:{self.port}/ws/projects/{project.id}/"
        return connect(address, additional_headers={"Authorization": f"Bearer {token}"}, max_size=None, **facts)


async def started(environment: dict[str, str]) -> Server:
    """A node that takes connections."""
    process = Process(environment)
    try:
        async with asyncio.timeout(PATIENCE):
            line = await process.line()
        found = re.search(r":(\d+)\.", line)
        assert found, line
    except BaseException:
        process.end()
        raise
    return Server(process, int(found[1]))


@asynccontextmanager
async def serving(environment: dict[str, str]) -> AsyncIterator[Server]:
    """A new node, for what is to be found at one that has done nothing yet, or that is limited to few things."""
    server = await started(environment)
    try:
        yield server
    finally:
        server.process.end()


class Nodes:
    """Nodes that serve one test after the other; whoever stops one need not start another."""

    def __init__(self) -> None:
        self._free: defaultdict[frozenset[tuple[str, str]], list[Server]] = defaultdict(list)

    @asynccontextmanager
    async def lent(self, environment: dict[str, str]) -> AsyncIterator[Server]:
        """A node with these variables, for one test."""
        free = self._free[frozenset(environment.items())]
        server = free.pop() if free else await started(environment)
        try:
            yield server
        finally:
            if server.process.returncode is None:
                free.append(server)
            else:
                server.process.end()

    def end(self) -> None:
        for free in self._free.values():
            for server in free:
                server.process.end()


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """Nodes that the tests of a file lend each other."""
    nodes = Nodes()
    yield nodes
    nodes.end()


async def receive(connection: ClientConnection) -> Any:
    async with asyncio.timeout(PATIENCE):
        return json.loads(await connection.recv())


async def call(connection: ClientConnection, method: str, **params: Any) -> Any:
    await connection.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    while "id" not in (frame := await receive(connection)):
        pass
    return frame


async def closed(connection: ClientConnection) -> int | None:
    """Read until the server closes; its code, None where the connection was simply lost."""
    try:
        while True:
            await receive(connection)
    except ConnectionClosed as close:
        return close.rcvd.code if close.rcvd else None
