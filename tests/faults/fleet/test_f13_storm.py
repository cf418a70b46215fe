"""F13: a worker with 500 stations is killed. All come back on the other one, spread over time."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from foundry_site.launcher.nodes import NodeProcess
from foundry_station.link.backoff import Backoff
from tests.faults.fault_cluster import FaultCluster
from tests.patience import PATIENCE

STATIONS = 500
PING = json.dumps({"jsonrpc": "2.0", "method": "ping"})
# Seconds.
BACK_WITHIN = 75


class Station:
    """Stays connected, to whichever node answers; waits before each try as the real one does."""

    def __init__(self, token: str, nodes: tuple[NodeProcess, NodeProcess]) -> None:
        self.token = token
        self.nodes = nodes
        self.tries: list[float] = []
        self.connected = asyncio.Event()
        self.lost = asyncio.Event()

    async def run(self) -> None:
        backoff = Backoff()
        place = 0
        while True:
            try:
                # The proxy in front would pick one that is there.
                node = self.nodes[place] if self.nodes[place].is_running else self.nodes[1 - place]
                await self.stay(node, backoff)
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                self.connected.clear()
                self.lost.set()
            place = 1 - place
            await asyncio.sleep(backoff.next())

    async def stay(self, node: NodeProcess, backoff: Backoff) -> None:
        self.tries.append(time.monotonic())
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"ws://127.0.0.1:{node.port}/ws/stations/"
        async with connect(address, additional_headers=headers, open_timeout=PATIENCE, ping_interval=None) as socket:
            assert json.loads(await socket.recv())["method"] == "snapshot"
            backoff.connected()
            self.connected.set()
            pinging = asyncio.create_task(self.ping(socket))
            try:
                async for _frame in socket:
                    pass
            finally:
                pinging.cancel()
        raise ConnectionError

    async def ping(self, socket: ClientConnection) -> None:
        while True:
            await asyncio.sleep(20)
            await socket.send(PING)


async def test_f13_a_storm_of_stations_is_taken(cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]) -> None:
    making = (sys.executable, "-m", "tests.faults.fleet.stations", str(STATIONS))
    tokens = json.loads(await asyncio.to_thread(cluster.run, *making))
    stations = [Station(token, nodes) for token in tokens]
    running = []
    for station in stations:
        running.append(asyncio.create_task(station.run()))
        await asyncio.sleep(0.02)
    try:
        async with asyncio.timeout(PATIENCE + STATIONS * 0.1):
            await asyncio.gather(*(station.connected.wait() for station in stations))
        killed = time.monotonic()
        nodes[0].kill()
        async with asyncio.timeout(BACK_WITHIN):
            await asyncio.gather(*(station.lost.wait() for station in stations))
            await asyncio.gather(*(station.connected.wait() for station in stations))
        tries = Counter(int(at - killed) for station in stations for at in station.tries if at > killed)
        assert max(tries.values()) <= STATIONS // 10
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
