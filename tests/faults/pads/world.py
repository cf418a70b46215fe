"""A pad on the nodes of the faults, who writes in it, and what has to be true of it afterwards."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from foundry_site.launcher.nodes import NodeProcess
from kernel.crdt.edits import Edit, fold_edits
from stages.pads.log import read_edits
from tests.faults.client import PAUSE, LostError, until
from tests.faults.fault_cluster import FaultCluster, Person
from tests.faults.load import Attempt
from tests.faults.pads.clients import PadClient, PadSocket, PositionClient, YjsPadClient, units_before
from tests.faults.rest import RestClient, make_project, rest
from tests.kernel.crdt.yjs import YjsProcess


@dataclass(frozen=True, slots=True)
class LoggedRevision:
    """A row of a pad's log."""

    revision: int
    epoch: int
    edits: tuple[Edit, ...]
    update: bytes


@dataclass
class PadOnNodes:
    """A pad in a project of its own."""

    cluster: FaultCluster
    project_id: str
    pad_id: str
    people: Sequence[Person]

    @classmethod
    async def make(cls, cluster: FaultCluster, node: NodeProcess, *people: Person, prompt: str = "") -> PadOnNodes:
        """An empty pad, or one that begins with a prompt that is saved before."""
        project_id = await make_project(node, *people)
        body = {"name": "Thoughts"}
        if prompt:
            await save_prompt(node, people[0], project_id, prompt)
            body |= {"target_field": "prompt_text", "start": "field"}
        made = await rest(node, people[0], "POST", f"projects/{project_id}/pads/", body)
        assert made.status == 201, made
        return cls(cluster, project_id, made.body["id"], people)

    def socket(self, number: int) -> PadSocket:
        return PadSocket(self.people[number % len(self.people)], self.project_id)

    def writes_by_position(self, number: int) -> PositionClient:
        return PositionClient(self.socket(number), self.pad_id)

    def writes_by_yjs(self, number: int, yjs: YjsProcess) -> YjsPadClient:
        return YjsPadClient(yjs, self.socket(number), self.pad_id)

    async def get(self, node: NodeProcess, path: str = "") -> Any:
        found = await rest(node, self.people[0], "GET", f"pads/{self.pad_id}/{path}")
        assert found.status == 200, found
        return found.body

    def log(self) -> list[LoggedRevision]:
        """Every revision, past the product."""
        query = 'SELECT revision, epoch, edits, "update" FROM pads_revision WHERE pad_id = %s ORDER BY revision'
        with self.cluster.database() as connection:
            rows = connection.execute(query, [self.pad_id]).fetchall()
        return [LoggedRevision(number, epoch, read_edits(edits), bytes(data)) for number, epoch, edits, data in rows]

    async def agree(self, clients: Sequence[PadClient], node: NodeProcess) -> str:
        """Wait until all clients have the newest text, which is also what the log gives and REST shows."""
        head = (await self.get(node))["head"]

        async def are_there() -> bool:
            for client in clients:
                await client.follow()
            return all(client.revision == head for client in clients)

        await until(are_there, f"every client has revision {head}")
        found: str = (await self.get(node, f"revisions/{head}/"))["text"]
        log = self.log()
        assert [row.revision for row in log] == list(range(1, head + 1))
        assert fold_edits("", (row.edits for row in log)) == found
        assert {client.text for client in clients} == {found}
        return found


async def save_prompt(node: NodeProcess, person: Person, project_id: str, text: str) -> None:
    client = RestClient(node, person, project_id)
    lock = await client.call("lock.acquire", field="prompt_text")
    await client.call("draft.save", **Attempt("prompt_text", text, lock["token"], 0).parameters())


@dataclass
class Tally:
    """Which words were acknowledged, with the revision of the answer, and which were sent at all."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    opened: int = 0

    async def grows_by(self, count: int) -> None:
        goal = len(self.acknowledged) + count
        await until(lambda: len(self.acknowledged) >= goal, f"{count} more words acknowledged")

    def check_against(self, pad: PadOnNodes, text: str) -> None:
        """Every acknowledged word is in the log once, at its revision, and nothing is there that nobody sent."""
        found: dict[str, int] = {}
        for row in pad.log():
            for word in words_of("".join(edit.insert for edit in row.edits)):
                assert word not in found, f"{word} is there twice"
                found[word] = row.revision
        assert self.acknowledged.keys() <= found.keys() <= self.sent
        assert sorted(words_of(text)) == sorted(found)
        for word, revision in self.acknowledged.items():
            # A repeat of a Yjs update is answered by the newest revision.
            assert found[word] == revision or (found[word] < revision and word.startswith("<yjs")), word


def words_of(text: str) -> list[str]:
    return [f"<{word}" for word in text.split("<")[1:]]


class PadWriter:
    """Writes one word after the other between the words that are there; rests only once its outcome is known."""

    def __init__(self, client: PadClient, nodes: Sequence[NodeProcess], name: str, tally: Tally) -> None:
        self.client = client
        self._nodes = nodes
        self._name = name
        self._tally = tally
        self._dice = random.Random(name)
        self._numbers = itertools.count(1)
        self._word = ""

    async def run(self, enough: asyncio.Event) -> None:
        while not enough.is_set() or self._word:
            try:
                if not self.client.socket.is_open:
                    await self.client.open(self._nodes)
                    self._tally.opened += 1
                await self._write()
            except LostError:
                await asyncio.sleep(PAUSE)

    async def _write(self) -> None:
        if not self._word:
            await self.client.follow()
            text = self.client.text
            places = [number for number, character in enumerate(text) if character == "<"] + [len(text)]
            self._word = f"<{self._name} {next(self._numbers)} 😀>"
            self._tally.sent.add(self._word)
            self.client.type(Edit(units_before(text, self._dice.choice(places)), 0, self._word))
        revision = await self.client.send()
        self._tally.acknowledged[self._word] = revision
        self._word = ""
        await asyncio.sleep(self._dice.random() / 20)


@asynccontextmanager
async def ten_writers(
    pad: PadOnNodes, nodes: Sequence[NodeProcess], yjs: YjsProcess, tally: Tally
) -> AsyncIterator[list[PadClient]]:
    """Four by Yjs and six by position, half of them on each node; at the end none waits for an answer."""
    clients: list[PadClient] = [pad.writes_by_yjs(number, yjs) for number in range(4)]
    clients += [pad.writes_by_position(number) for number in range(4, 10)]
    writers = [
        PadWriter(client, nodes[:: -1 if number % 2 else 1], f"{'yjs' if number < 4 else 'ot'} {number}", tally)
        for number, client in enumerate(clients)
    ]
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for writer in writers:
            group.create_task(writer.run(enough))
        try:
            yield clients
        finally:
            enough.set()
    for client in clients:
        if not client.socket.is_open:
            await client.open(nodes)


async def leave_all(clients: Sequence[PadClient]) -> None:
    await asyncio.gather(*(client.socket.leave() for client in clients))
