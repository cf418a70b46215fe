"""Random sessions on two nodes: three Yjs clients and two by position, and one text everywhere in the end (case 10)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import pytest

from foundry_site.launcher.nodes import NodeProcess
from kernel.crdt.documents import Document
from kernel.crdt.edits import Edit, Edits, apply_edits, count_units, merge_edits
from tests.exploring import EXPLORES, examples
from tests.faults.fault_cluster import FaultCluster
from tests.faults.pads.clients import PadClient, PositionClient, YjsPadClient
from tests.faults.pads.world import PadOnNodes, leave_all
from tests.kernel.crdt.texts import ALPHABET
from tests.kernel.crdt.yjs import YjsProcess
from tests.pads.live import edits_of

# Of each of the five, before the document is renewed and after it.
ACTIONS = 200
# Ids of the clients that read the log afterwards; far from those that the server gave.
READERS = 3_000_000


def change_of(text: str, dice: random.Random) -> Edits:
    """Up to two edits between the characters of a text."""
    places = sorted(dice.randint(0, len(text)) for _ in range(dice.choice([2, 2, 4])))
    edits = []
    for start, far in zip(places[::2], places[1::2], strict=True):
        end = min(far, start + dice.choice([0, 0, 1, 5]))
        word = "".join(dice.choice(ALPHABET) for _ in range(dice.choice([0, 1, 4])))
        edits.append(Edit(count_units(text[:start]), count_units(text[start:end]), word))
    return merge_edits(edits)


class Actor:
    """Does what chance wants: type, undo, send, read, be offline and come back elsewhere."""

    def __init__(self, client: PadClient, nodes: Sequence[NodeProcess], dice: random.Random) -> None:
        self.client = client
        self._nodes = nodes
        self._dice = dice

    async def act(self, count: int) -> None:
        for _ in range(count):
            await (self._yjs(self.client) if isinstance(self.client, YjsPadClient) else self._by_position())
            # Others act, and frames arrive.
            await asyncio.sleep(self._dice.choice([0, 0, 0.002, 0.01]))

    async def _yjs(self, client: YjsPadClient) -> None:
        match self._dice.choices(range(5), [50, 6, 22, 20, 2])[0]:
            case 0:
                client.type(*change_of(client.text, self._dice))
            case 1:
                self._dice.choice([client.document.undo, client.document.undo, client.document.redo])()
            case 2:
                await client.send(merge=self._dice.random() < 0.5)
            case 3:
                await client.follow()
            case _:
                await client.socket.vanish()
                for _ in range(self._dice.randint(0, 6)):
                    client.type(*change_of(client.text, self._dice))
                await self.come_back()

    async def _by_position(self) -> None:
        client = self.client
        match self._dice.choices(range(3), [40, 57, 3])[0]:
            case 0:
                client.type(*change_of(client.text, self._dice))
                await client.send()
            case 1:
                await client.follow()
            case _:
                await client.socket.vanish()
                client.type(*change_of(client.text, self._dice))
                await self.come_back()
                await client.send()

    async def come_back(self) -> None:
        await self.client.open([self._dice.choice(self._nodes)])


async def renew(client: PositionClient, epoch_of: YjsPadClient) -> None:
    """Let the document be renewed, as a client does that keeps having another text; others have typed meanwhile."""
    await client.catch_up()
    await client.ask("pad.differs", revision=client.revision, crc=1)
    await client.catch_up()
    await epoch_of.send()
    assert epoch_of.epoch == 2


@pytest.mark.generated
@pytest.mark.parametrize("seed", range(examples(1)))
async def test_10_three_yjs_and_two_ot_clients_have_one_text_on_two_nodes(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], yjs: YjsProcess, seed: int
) -> None:
    dice = random.Random(None if EXPLORES else seed + 1)
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people[:5])
    typists = [pad.writes_by_yjs(number, yjs) for number in range(3)]
    writers = [pad.writes_by_position(number) for number in (3, 4)]
    clients: list[PadClient] = [*typists, *writers]
    actors = [Actor(client, nodes, dice) for client in clients]
    for actor in actors:
        await actor.come_back()
    await asyncio.gather(*(actor.act(ACTIONS) for actor in actors))
    for typist in typists:
        typist.type(Edit(0, 0, "not sent yet "))
    await renew(writers[0], typists[0])
    await asyncio.gather(*(actor.act(ACTIONS) for actor in actors))
    for client in clients:
        await client.send()

    text = await pad.agree(clients, nodes[0])
    assert all(typist.renewals for typist in typists)
    assert not any(typist.document.is_waiting for typist in typists)
    assert await folded(pad, nodes[1]) == text
    check_replays(pad, yjs, text, dice)
    await leave_all(clients)


async def folded(pad: PadOnNodes, node: NodeProcess) -> str:
    """The text that the changes over REST lead to."""
    text, after, more = "", 0, True
    while more:
        page = await pad.get(node, f"changes/?after={after}")
        for change in page["changes"]:
            text, after = apply_edits(text, edits_of(change["edits"])), change["revision"]
        more = page["more"]
    return text


def check_replays(pad: PadOnNodes, yjs: YjsProcess, text: str, dice: random.Random) -> None:
    """The updates since the renewal in their order, in any order, and the whole state give the text too."""
    log = pad.log()
    updates = [row.update for row in log if row.epoch == log[-1].epoch and row.update]
    document = Document.new(READERS)
    for update in updates:
        document.replay(update)
    state = document.state()
    assert document.text == Document.load(state, client_id=READERS).text == text
    for number, order in enumerate((updates, dice.sample(updates, len(updates)), [state]), start=1):
        reader = yjs.open(READERS + number)
        reader.receive(order)
        assert (reader.text, reader.is_waiting) == (text, False)
