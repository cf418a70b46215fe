"""f12: ten people write in a pad while nodes are killed, Valkey is wiped, Postgres restarts, and frames are lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import until
from tests.faults.fault_cluster import FaultCluster
from tests.faults.pads.clients import PadClient
from tests.faults.pads.world import PadOnNodes, Tally, leave_all, ten_writers
from tests.faults.serving import DROPPED
from tests.kernel.crdt.yjs import YjsProcess

PROMPT = "Be exact."


async def test_every_acknowledged_word_is_there_once_after_nodes_were_killed(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], yjs: YjsProcess
) -> None:
    # All open it at once on both nodes, and come back: the text that it began with is there once (case 17).
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people, prompt=PROMPT)
    tally = Tally()
    async with ten_writers(pad, nodes, yjs, tally) as clients:
        for victim in nodes:
            await tally.grows_by(40)
            victim.kill()
            await tally.grows_by(40)
            await asyncio.to_thread(victim.start)

    assert tally.opened >= 2 * len(clients)
    text = await pad.agree(clients, nodes[0])
    tally.check_against(pad, text)
    assert (text.startswith(PROMPT), text.count(PROMPT)) == (True, 1)
    await leave_all(clients)
    cluster.verify()


async def test_nothing_acknowledged_is_lost_with_postgres_or_valkey(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], yjs: YjsProcess
) -> None:
    pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people)
    tally = Tally()
    async with ten_writers(pad, nodes, yjs, tally) as clients:
        await tally.grows_by(40)
        await asyncio.to_thread(cluster.crash_postgres)
        await until(lambda: refused(clients), "somebody is refused because something is away")
        await asyncio.to_thread(cluster.start_postgres)
        await tally.grows_by(40)
        cluster.wipe_redis()
        await tally.grows_by(40)

    text = await pad.agree(clients, nodes[0])
    await shows_its_cursor(clients[0], clients[-1])
    tally.check_against(pad, text)
    await leave_all(clients)
    cluster.verify()


def refused(clients: list[PadClient]) -> int:
    """How often somebody was refused because something is away."""
    return sum(client.socket.refusals["unavailable"] for client in clients)


async def shows_its_cursor(one: PadClient, other: PadClient) -> None:
    """Wait until each sees the other's cursor."""
    for client in (one, other):
        client.socket.cursors.clear()

    async def is_seen() -> bool:
        for client in (one, other):
            await client.ask("pad.cursor", revision=client.revision, anchor=0, head=0)
        return one.writer in other.socket.cursors and other.writer in one.socket.cursors

    await until(is_seen, "each sees the other's cursor")


async def test_all_have_one_text_although_a_third_of_the_frames_is_lost(
    cluster: FaultCluster,
    strange_nodes: Callable[..., AbstractContextManager[tuple[NodeProcess, NodeProcess]]],
    yjs: YjsProcess,
) -> None:
    with strange_nodes(["deaf"], ["deaf"]) as nodes:
        pad = await PadOnNodes.make(cluster, nodes[0], *cluster.people)
        tally = Tally()
        async with ten_writers(pad, nodes, yjs, tally) as clients:
            await tally.grows_by(200)
        tally.check_against(pad, await pad.agree(clients, nodes[1]))
        for node in nodes:
            assert node.output.count(DROPPED) > 20
        await leave_all(clients)
