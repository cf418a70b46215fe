"""Acceptance cases of pads on two nodes, as they are written, by their numbers."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from foundry_site.launcher.nodes import NodeProcess
from kernel.crdt.edits import Edit
from tests.faults.client import PAUSE, RefusedError, until
from tests.faults.fault_cluster import FaultCluster
from tests.faults.pads.clients import PadClient, YjsPadClient
from tests.faults.pads.world import PadOnNodes, leave_all
from tests.faults.rest import rest
from tests.kernel.crdt.building import number
from tests.kernel.crdt.test_mutated_updates import chance, mutated
from tests.kernel.crdt.test_updates import BAD, CRASHING, ED
from tests.kernel.crdt.yjs import YjsProcess

DIGITS = "0123456789"
MUTANTS = 150
SENDERS = 5
# What a client may get for bytes that are none of an editor's.
MISTAKES = {400, 403, 413}


async def seed(pad: PadOnNodes, nodes: Sequence[NodeProcess]) -> list[PadClient]:
    """The pad at revision 5 with the text of seed 001: Ed on the first node, Mara on the other."""
    clients: list[PadClient] = [pad.writes_by_position(place) for place in range(3)]
    for client, node in zip(clients, (nodes[0], nodes[1], nodes[0]), strict=True):
        await client.open([node])
    ed, mara, _third = clients
    for at in range(0, 10, 2):
        ed.type(Edit(at, 0, DIGITS[at : at + 2]))
        await ed.send()
    await reach(clients, 5)
    assert mara.text == DIGITS
    return clients


async def reach(clients: Sequence[PadClient], revision: int) -> None:
    async def are_there() -> bool:
        for client in clients:
            await client.follow()
        return all(client.revision == revision for client in clients)

    await until(are_there, f"all have revision {revision}")


async def test_01_at_the_current_version(cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]) -> None:
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people[:3])
    clients = await seed(pad, nodes)
    ed, mara, _third = clients
    edit = {"pos": 10, "insert": "a"}
    assert await ed.ask("pad.edit", revision=5, edits=[edit]) == {"revision": 6}
    await until(lambda: mara.socket.changed, "the other node shows it")
    (change,) = mara.socket.changed[0]["changes"]
    assert (change["revision"], change["writer"]) == (6, ed.writer)
    assert change["edits"] == [{"pos": 10, "delete": 0, "insert": "a"}]
    await leave_all(clients)


async def test_02_03_behind_and_at_one_place(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], yjs: YjsProcess
) -> None:
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people[:3])
    clients = await seed(pad, nodes)
    ed, mara, third = clients
    typists = [pad.writes_by_yjs(place, yjs) for place in range(2)]
    for typist, node in zip(typists, nodes, strict=True):
        await typist.open([node])
    mara.type(Edit(0, 0, "X"))
    assert await mara.send() == 6
    # Ed has not applied it, and types at revision 5.
    ed.type(Edit(10, 0, "a"))
    answer = await ed.ask("pad.edit", revision=5, edits=[{"pos": 10, "delete": 0, "insert": "a"}])
    assert answer == {"revision": 7, "missed": [[{"pos": 0, "delete": 0, "insert": "X"}]]}
    await until(lambda: len(third.socket.changed) >= 2, "the others get both")
    (change,) = third.socket.changed[-1]["changes"]
    assert (change["revision"], change["edits"]) == (7, [{"pos": 11, "delete": 0, "insert": "a"}])
    everybody = [mara, third, *typists]
    await reach(everybody, 7)
    assert {client.text for client in everybody} == {"X0123456789a"}
    await ed.socket.leave()
    # Both at 5 from one revision, Mara first; then the other way round, through the other nodes.
    for first, second, word in ((mara, third, "ME"), (third, mara, "EM")):
        for client, letter in zip((first, second), word, strict=True):
            client.type(Edit(5, 0, letter))
            await client.send()
        await reach(everybody, second.revision)
    text = await pad.agree(everybody, nodes[1])
    assert text == "X0123EMME456789a"
    await leave_all(everybody)


async def test_06_a_repeat_through_the_other_node(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people[:3])
    clients = await seed(pad, nodes)
    ed, mara, third = clients
    mara.type(Edit(0, 0, "X"))
    await mara.send()
    edit = {"pos": 10, "delete": 0, "insert": "once"}
    sent: dict[str, Any] = {"revision": 5, "edits": [edit], "client_ref": str(uuid4())}
    answer = await ed.ask("pad.edit", **sent)
    assert answer == {"revision": 7, "missed": [[{"pos": 0, "delete": 0, "insert": "X"}]]}
    # As if it had not arrived.
    await ed.socket.vanish()
    await ed.open([nodes[1]])
    assert await ed.ask("pad.edit", **sent) == answer
    with pytest.raises(RefusedError) as refused:
        await ed.ask("pad.edit", **{**sent, "edits": [{**edit, "insert": "twice"}]})
    assert (refused.value.number, refused.value.code) == (409, "client_ref_reused")
    assert await pad.agree([mara, third], nodes[0]) == "X0123456789once"
    await leave_all(clients)


async def test_who_is_removed_through_one_node_is_cut_off_on_the_other(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people[:3])
    clients = await seed(pad, nodes)
    ed, mara, _third = clients
    removed = f"projects/{pad.project_id}/members/{mara.socket.person.id}/remove/"
    assert (await rest(nodes[0], pad.people[0], "POST", removed, {"reason": "Left"})).status == 204

    await until(lambda: mara.socket.has_ended, "the other node has closed the socket")
    assert mara.socket.close_code in {4403, 4404}
    ed.type(Edit(0, 0, "secret "))
    assert await ed.send() == 6
    assert "secret" not in str([*mara.socket.changed])
    assert (await rest(nodes[1], mara.socket.person, "GET", f"pads/{pad.pad_id}/")).status == 404
    await leave_all(clients)


async def test_hostile_bytes_through_the_gateway_are_refused_and_both_nodes_live(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], yjs: YjsProcess
) -> None:
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people)
    ed, mara = pad.writes_by_yjs(0, yjs), pad.writes_by_position(1)
    await ed.open([nodes[0]])
    await mara.open([nodes[1]])
    ed.type(Edit(0, 0, "Who may take part: 😀é日\n"))
    await ed.send()
    processes = [node.process.pid for node in nodes]
    senders = [pad.writes_by_yjs(place, yjs) for place in range(1, 1 + SENDERS)]
    dice = chance()
    outcomes: Counter[int] = Counter()
    crashing = [*CRASHING.values(), *(data for data, _reason in BAD.values())]
    for turn, sender in enumerate(senders):
        await sender.open([nodes[turn % 2]])
        sender.type(Edit(3, 0, "x😀"), Edit(8, 2, ""))
        (good,) = sender.document.take()
        attacks = [mutated(good, dice) for _ in range(MUTANTS // SENDERS)]
        attacks += [data.replace(number(ED), number(sender.writer)) for data in crashing[turn::SENDERS]]
        outcomes.update(await attack(sender, attacks))
    assert outcomes.total() == MUTANTS + len(crashing)
    assert outcomes.keys() <= {0, *MISTAKES}
    assert outcomes[400] > MUTANTS / 2

    assert [node.process.pid for node in nodes] == processes
    ed.type(Edit(0, 0, "Still here. "))
    mara.type(Edit(0, 0, "So am I. "))
    await ed.send()
    await mara.send()
    text = await pad.agree([ed, mara], nodes[1])
    assert "Still here. " in text
    assert "So am I. " in text
    await leave_all([ed, mara, *senders])
    cluster.verify()


async def attack(sender: YjsPadClient, attacks: Sequence[bytes]) -> list[int]:
    """Send each until the node is not too busy for it; the code of each refusal, 0 for what was accepted."""
    codes = []
    for data in attacks:
        try:
            await sender.ask("pad.update", epoch=1, update=b64encode(data).decode())
            codes.append(0)
        except RefusedError as refused:
            codes.append(refused.number)
        await asyncio.sleep(PAUSE / 10)
    return codes
