"""f6: the nodes' clocks are 10 minutes apart, and neither is right. Only Redis' and Postgres's order counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
import redis

from foundry_site.embedded import addresses
from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, converge, until
from tests.faults.fault_cluster import TTL, FaultCluster
from tests.faults.load import Tally, Writer, leave_all, writing
from tests.faults.rest import make_project, rest
from tests.faults.test_f11_acceptances import opened

FIELD = "prompt_text"
APART = (["clock=-300"], ["clock=300"])
Start = Callable[..., AbstractContextManager[tuple[NodeProcess, NodeProcess]]]


async def test_who_wins_is_decided_in_one_order(cluster: FaultCluster, strange_nodes: Start) -> None:
    people = cluster.people[:3]
    began = datetime.now(UTC)
    with strange_nodes(*APART) as nodes:
        project_id = await make_project(nodes[0], *people)
        tally = Tally()
        clients = [Client(person, project_id) for person in people]
        writers = [Writer(client, nodes[number % 2 :], FIELD, tally, saves=1) for number, client in enumerate(clients)]
        everybody = {person.username for person in people}
        async with writing(*writers):
            await tally.grows_by(60)
            await until(lambda: winners_of(tally) == everybody, "each of them has won")
        await converge(clients, nodes[0])
        await keep_and_hand_over(clients[0], clients[1], nodes[0])
        await keep_and_hand_over(clients[1], clients[0], nodes[1])
        await leave_all(clients)

    tally.check_against(cluster, project_id)
    tally.check_bases()
    with cluster.database() as database:
        times = [
            row[0] for row in database.execute("SELECT at FROM audit_event WHERE chain = %s ORDER BY seq", [project_id])
        ]
    assert times == sorted(times)
    assert began < times[0]
    assert times[-1] < datetime.now(UTC)


def winners_of(tally: Tally) -> set[str]:
    """Whose saves were accepted."""
    return {attempt.text.split()[0] for attempt in tally.acknowledged}


async def keep_and_hand_over(holder: Client, asker: Client, node: NodeProcess) -> None:
    """The holder, at `node`, keeps a field past its time, is asked for it by the other, and gives it."""
    await until(lambda: holder.takes(FIELD), "the field is free")
    # The holder polls, at its own node; the asker asked at the other one.
    await asker.call("lock.request", field=FIELD)
    held = (await rest(node, holder.person, "GET", f"projects/{holder.project_id}/locks/")).body
    assert [each["session_id"] for each in held["requests"]] == [asker.session_id]
    enough = datetime.now(UTC) + timedelta(seconds=TTL + 1)

    async def is_kept() -> bool:
        renewal = await holder.call("lock.renew", fields=[FIELD])
        left = datetime.fromisoformat(renewal["expires_at"][FIELD]) - datetime.now(UTC)
        assert timedelta(0) < left <= timedelta(seconds=TTL)
        assert not await asker.takes(FIELD)
        return datetime.now(UTC) > enough

    await until(is_kept, "the lock was renewed past its time")
    await holder.call("lock.hand_over", field=FIELD, to=asker.session_id)
    assert await asker.takes(FIELD)
    await asker.call("lock.release", field=FIELD)


@pytest.mark.parametrize("alive", [0, 1])
async def test_a_hand_over_that_died_half_way_is_mended_by_a_node_with_a_wrong_clock(
    cluster: FaultCluster, strange_nodes: Start, alive: int
) -> None:
    mara, daniel, *_ = cluster.people
    with strange_nodes(*APART) as nodes:
        project_id = await make_project(nodes[alive], mara, daniel)
        nodes[1 - alive].kill()
        giver, receiver = Client(mara, project_id), Client(daniel, project_id)
        await giver.open(nodes[alive])
        await receiver.open(nodes[alive])
        await giver.call("lock.acquire", field=FIELD)
        key = f"lock:project:{project_id}:field:{FIELD}"
        with redis.Redis.from_url(addresses.redis_url(cluster.data_dir)) as client:
            before = client.get(key)
            assert before is not None
            await giver.call("lock.hand_over", field=FIELD, to=receiver.session_id)
            # As if the node had died between its commit and the swap.
            client.set(key, before, px=TTL * 1000)
            await until(lambda: client.get(key) not in {before, None}, "the key follows the journal")
        assert receiver.replica.locks == {FIELD: receiver.session_id}
        assert await receiver.takes(FIELD)
        await leave_all([giver, receiver])


async def test_an_objection_at_a_node_whose_clock_is_behind_is_the_newest_vote(
    cluster: FaultCluster, strange_nodes: Start
) -> None:
    mara, daniel, priya, *_ = cluster.people
    with strange_nodes(*APART) as (behind, ahead):
        project_id = await make_project(ahead, mara, daniel, priya)
        proposal = await opened(ahead, daniel, project_id, "proposed")
        for node, verdict in ((ahead, "approve"), (behind, "object")):
            vote = {"round": 1, "verdict": verdict, "comment": "Read"}
            assert (await rest(node, priya, "POST", f"proposals/{proposal}/votes/", vote)).status == 201
        for node in (ahead, behind):
            answer = await rest(node, daniel, "POST", f"proposals/{proposal}/accept/", {"round": 1})
            assert answer.code == "approvals_missing"
    cluster.verify()
