"""f9: access is taken away while a node cannot look, and while events are lost. It ends on both nodes all the same."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, LostError, RefusedError, until
from tests.faults.fault_cluster import TTL, FaultCluster, Person
from tests.faults.load import leave_all
from tests.faults.rest import RestClient, make_project, rest

FIELD = "prompt_text"
# Seconds. Shorter than the product's, so that the test does not have to wait for that.
WINDOW = 0.5

StartNodes = Callable[..., AbstractContextManager[tuple[NodeProcess, NodeProcess]]]


def newcomer(cluster: FaultCluster, name: str) -> Person:
    """Somebody whom no other test needs."""
    (made,) = json.loads(cluster.run(sys.executable, "-m", "tests.faults.people", name))
    return Person(**made)


async def take_access(cluster: FaultCluster, how: str, person: Person) -> None:
    await asyncio.to_thread(cluster.run, sys.executable, "-m", "tests.faults.access", how, person.username)


async def window_passes(cluster: FaultCluster) -> None:
    """Wait until no look that goes back by the window alone would find what was taken."""
    query = "SELECT max(at) < clock_timestamp() - make_interval(secs => %s) FROM audit_event WHERE chain = 'site'"

    def is_past() -> bool:
        with cluster.database() as connection:
            row = connection.execute(query, [2 * WINDOW]).fetchone()
        return row is not None and bool(row[0])

    await until(is_past, "the window is over")


def how_it_ended(cluster: FaultCluster, project_id: str) -> list[tuple[str]]:
    query = "SELECT end_reason FROM locking_lease WHERE project_id = %s"
    with cluster.database() as connection:
        return connection.execute(query, [project_id]).fetchall()


async def keep(client: Client | RestClient, field: str) -> None:
    """Renew a field until we are refused: only a lock that lives can be taken away."""
    with suppress(LostError, RefusedError):
        while True:
            await client.call("lock.renew", fields=[field])
            await asyncio.sleep(TTL / 5)


async def test_a_closed_account_is_out_of_a_node_that_was_stopped_meanwhile(
    cluster: FaultCluster, strange_nodes: StartNodes
) -> None:
    mara, gone = cluster.people[0], newcomer(cluster, "nadia")
    with strange_nodes(["deaf", f"window={WINDOW}"], ["deaf", f"window={WINDOW}"]) as nodes:
        project_id = await make_project(nodes[0], mara, gone)
        here, there, other = Client(gone, project_id), Client(gone, project_id), Client(mara, project_id)
        await here.open(nodes[0])
        await there.open(nodes[1])
        await other.open(nodes[1])
        await there.call("lock.acquire", field=FIELD)
        keeping = asyncio.create_task(keep(there, FIELD))
        nodes[0].pause()
        try:
            await take_access(cluster, "close", gone)
            await until(lambda: there.has_ended, "the running node closes the socket")
            await until(lambda: other.takes(FIELD), "the field is free")
            await window_passes(cluster)
        finally:
            nodes[0].resume()
        await until(lambda: here.has_ended, "the stopped node closes the socket, too")
        assert (here.close_code, there.close_code) == (4401, 4401)
        assert ("revoked",) in how_it_ended(cluster, project_id)
        assert other.is_open
        await keeping
        await leave_all([here, there, other])


async def test_an_expired_token_is_out_of_both_nodes_and_holds_nothing(
    cluster: FaultCluster, strange_nodes: StartNodes
) -> None:
    mara, gone = cluster.people[0], newcomer(cluster, "petra")
    with strange_nodes(["deaf"], ["deaf"]) as nodes:
        project_id = await make_project(nodes[0], mara, gone)
        sockets = [Client(gone, project_id) for _ in nodes]
        for socket, node in zip(sockets, nodes, strict=True):
            await socket.open(node)
        other = Client(mara, project_id)
        await other.open(nodes[1])
        await sockets[0].call("lock.acquire", field=FIELD)
        without_socket = RestClient(nodes[1], gone, project_id)
        await without_socket.call("lock.acquire", field="files/second.md")
        keeping = [
            asyncio.create_task(keep(client, field))
            for client, field in ((sockets[0], FIELD), (without_socket, "files/second.md"))
        ]
        await take_access(cluster, "expire", gone)
        await until(lambda: all(socket.has_ended for socket in sockets), "both nodes close the sockets")
        assert [socket.close_code for socket in sockets] == [4401, 4401]
        for field in (FIELD, "files/second.md"):
            await until(lambda field=field: other.takes(field), f"{field} is free")  # type: ignore[misc]
        assert how_it_ended(cluster, project_id).count(("revoked",)) == 2
        assert (await rest(nodes[0], gone, "GET", f"projects/{project_id}/")).status == 401
        await asyncio.gather(*keeping)
        await leave_all([*sockets, other])
        await take_access(cluster, "restore", gone)
        cluster.verify()
