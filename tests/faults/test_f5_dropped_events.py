"""f5: a third of all event frames never arrives at the nodes' hubs. Every client still ends where Postgres is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, converge
from tests.faults.fault_cluster import FaultCluster
from tests.faults.load import Tally, Writer, leave_all, writing
from tests.faults.rest import make_project
from tests.faults.serving import DROPPED

# Seconds: the last events may be the dropped ones, and then only the next head tells (docs/rules.md, "The hub").
HEAD_INTERVAL = 10


async def test_every_client_converges_to_a_fresh_snapshot(
    cluster: FaultCluster, strange_nodes: Callable[..., AbstractContextManager[tuple[NodeProcess, NodeProcess]]]
) -> None:
    people = cluster.people[:4]
    with strange_nodes(["deaf"], ["deaf"]) as nodes:
        project_id = await make_project(nodes[0], *people)
        tally = Tally()
        watchers = [Client(people[3], project_id) for _ in nodes]
        for watcher, node in zip(watchers, nodes, strict=True):
            await watcher.open(node)
        clients = [Client(person, project_id) for person in people[:3]]
        writers = [
            Writer(client, nodes[number % 2 :], name, tally)
            for number, (client, name) in enumerate(
                zip(clients, ("prompt_text", "prompt_text", "files/third.md"), strict=True)
            )
        ]
        async with writing(*writers):
            await tally.grows_by(60)

        tally.check_against(cluster, project_id)
        await converge([*watchers, *clients], nodes[1])
        for node in nodes:
            assert node.output.count(DROPPED) > 20
        await leave_all([*watchers, *clients])
