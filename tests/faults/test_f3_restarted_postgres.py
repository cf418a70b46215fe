"""f3: Postgres is restarted, and crashes. What was acknowledged is there; meanwhile everybody is told an honest 503."""

from __future__ import annotations

import asyncio

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, converge
from tests.faults.fault_cluster import FaultCluster
from tests.faults.load import Tally, Writer, leave_all, writing
from tests.faults.rest import RestClient, make_project, rest


async def test_nothing_acknowledged_is_lost_and_the_pool_recovers(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, priya, tomas, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel, priya, tomas)
    tally = Tally()
    clients = [Client(person, project_id) for person in (mara, daniel)]
    writers = [
        Writer(clients[0], nodes, "prompt_text", tally),
        Writer(clients[1], nodes[::-1], "files/second.md", tally),
        Writer(RestClient(nodes[0], priya, project_id), nodes, "prompt_text", tally),
        Writer(RestClient(nodes[1], tomas, project_id), nodes, "files/fourth.md", tally),
    ]
    async with writing(*writers):
        for end in (cluster.stop_postgres, cluster.crash_postgres):
            await tally.grows_by(12)
            await asyncio.to_thread(end)
            await tally.is_told_unavailable("gateway", "rest")
            read = await rest(nodes[0], mara, "GET", f"projects/{project_id}/drafts/")
            assert (read.status, read.code) == (503, "unavailable")
            assert int(read.headers["retry-after"]) > 0
            await asyncio.to_thread(cluster.start_postgres)
            await tally.grows_by(12)

    tally.check_against(cluster, project_id)
    tally.check_bases()
    # As many at once as a node has connections: none of them may be a broken one.
    answers = await asyncio.gather(
        *(rest(node, mara, "GET", f"projects/{project_id}/drafts/") for node in nodes for _ in range(16))
    )
    assert {answer.status for answer in answers} == {200}
    await converge(clients, nodes[0])
    await leave_all(clients)
    cluster.verify()
