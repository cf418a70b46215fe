"""Acceptance case 41: two hundred people write in one pad on two nodes, a key a second each.

For a minute in `script/check --faults`, else for a few seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from foundry_site.launcher.nodes import NodeProcess
from kernel.crdt.edits import Edit, apply_edits, to_units
from tests.faults import IS_LONG
from tests.faults.fault_cluster import FaultCluster, Person
from tests.faults.pads.clients import PadSocket, PositionClient
from tests.faults.pads.world import PadOnNodes
from tests.pads.live import edits_of

WRITERS = 200
KEYS = 60 if IS_LONG else 4
# So many come at once.
OPENING = 10
# Seconds.
PAUSE = 1.0
PAD_CHANGED = "pad.changed"


# All two hundred are in this process, and get the same frames: each is read once, and each text made once.
decoded = lru_cache(maxsize=1_000)(json.loads)
applied = lru_cache(maxsize=1_000)(apply_edits)


class SparingSocket(PadSocket):
    """A socket that knows how it was closed, and reads what all get only once."""

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                frame = await socket.recv()
                self._take(decoded(frame) if PAD_CHANGED in str(frame)[:80] else json.loads(frame))
        except ConnectionClosed as closed:
            self.close_code = closed.rcvd.code if closed.rcvd else None


class Typist(PositionClient):
    """Types a word, key by key, into one place of the text, and waits a second between two keys."""

    def __init__(self, socket: PadSocket, pad_id: str, number: int) -> None:
        super().__init__(socket, pad_id)
        self.number = number
        # What each key that was acknowledged became, with its revision.
        self.acknowledged: dict[int, str] = {}
        self.is_done = False

    async def run(self) -> None:
        for count in range(KEYS):
            await self.follow()
            key = chr(0x4E00 + self.number * KEYS + count)
            self.type(Edit(len(to_units(self.text)) * self.number // WRITERS, 0, key))
            self.acknowledged[await self.send()] = key
            await asyncio.sleep(PAUSE)
        self.is_done = True

    def _apply(self, change: dict[str, Any]) -> None:
        if change["revision"] == self.revision + 1:
            self._text = applied(self._text, edits_of(change["edits"]))
            self.revision += 1


async def open_all(typists: Sequence[Typist], nodes: Sequence[NodeProcess]) -> None:
    """Half of them on each node, some at a time."""
    turns = asyncio.Semaphore(OPENING)

    async def open_one(typist: Typist) -> None:
        async with turns:
            await typist.open([nodes[typist.number % 2]])

    await asyncio.gather(*map(open_one, typists))


def crowd(cluster: FaultCluster) -> list[Person]:
    names = [f"writer-{number}" for number in range(WRITERS)]
    return [Person(**each) for each in json.loads(cluster.run(sys.executable, "-m", "tests.faults.people", *names))]


async def test_41_two_hundred_writers(cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]) -> None:
    people = await asyncio.to_thread(crowd, cluster)
    pad = await PadOnNodes.make(cluster, nodes[0], *people)
    typists = [
        Typist(SparingSocket(person, pad.project_id), pad.pad_id, number) for number, person in enumerate(people)
    ]
    await open_all(typists, nodes)

    async with asyncio.TaskGroup() as group:
        for typist in typists:
            group.create_task(typist.run())

    # Nobody was closed as too slow, nor for anything else.
    assert {typist.socket.close_code for typist in typists} == {None}
    assert all(typist.socket.is_open for typist in typists)
    # Every key has a revision of its own, 1 to n, and is in the text once.
    acknowledged = [pair for typist in typists for pair in typist.acknowledged.items()]
    assert sorted(revision for revision, _key in acknowledged) == list(range(1, WRITERS * KEYS + 1))
    text = await pad.agree(typists, nodes[1])
    assert sorted(text) == sorted(key for _revision, key in acknowledged)
    logged = {row.revision: row.edits[0].insert for row in pad.log()}
    assert logged == dict(acknowledged)
    await asyncio.gather(*(typist.socket.leave() for typist in typists))
    cluster.verify()
