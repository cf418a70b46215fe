"""f1: nodes are killed under load, again and again. No acknowledged save is lost or doubled; no ghost is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

from foundry_site.launcher.nodes import NodeProcess
from presence.redis_presence import ENTRY_LIFETIME, SWEEP_INTERVAL
from tests.faults.client import Client, converge, until
from tests.faults.fault_cluster import TTL, FaultCluster
from tests.faults.load import Attempt, Tally, Writer, leave_all, writing
from tests.faults.rest import make_project, rest

KILLS = 4
FIELD = "prompt_text"
# docs/rules.md, "Limits".
GHOST_SECONDS = 30


async def test_every_acknowledged_save_is_there_once_and_every_client_catches_up(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, priya, tomas, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel, priya, tomas)
    tally = Tally()
    clients = [Client(person, project_id) for person in (mara, daniel, priya, tomas)]
    # Two share a field, two have one of their own; they begin at different nodes.
    fields = (FIELD, FIELD, "files/third.md", "files/fourth.md")
    writers = [
        Writer(client, nodes[number % 2 :] + nodes[: number % 2], name, tally)
        for number, (client, name) in enumerate(zip(clients, fields, strict=True))
    ]

    async with writing(*writers):
        for number in range(KILLS):
            await tally.grows_by(10)
            victim = nodes[number % 2]
            victim.kill()
            await tally.grows_by(10)
            await asyncio.to_thread(victim.start)

    assert tally.lost >= KILLS
    tally.check_against(cluster, project_id)
    tally.check_bases()
    for client in clients:
        if not client.is_open:
            await client.open_at_any(nodes)
    await converge(clients, nodes[0])
    await leave_all(clients)
    cluster.verify()


async def test_a_dead_client_on_a_dead_node_keeps_a_field_for_its_ttl_and_no_longer(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    survivor = Client(mara, project_id)
    await survivor.open(nodes[1])
    for _ in range(2):
        ghost = Client(daniel, project_id)
        await ghost.open(nodes[0])
        await ghost.call("lock.acquire", field=FIELD)
        await ghost.call("lock.acquire", field="files/other.md")
        nodes[0].kill()
        await ghost.vanish()
        assert cluster.lock_lives(project_id, FIELD) <= TTL

        async def is_clear(session_id: str = ghost.session_id) -> bool:
            held = await rest(nodes[1], mara, "GET", f"projects/{project_id}/locks/")
            return session_id not in {lock["session_id"] for lock in held.body["results"]}

        await asyncio.gather(
            until(lambda: survivor.takes(FIELD), "the field of a ghost is free"),
            until(is_clear, "no ghost holds anything on record"),
        )
        await survivor.call("lock.release", field=FIELD)
        await asyncio.to_thread(nodes[0].start)
    await survivor.leave()


async def test_a_save_whose_answer_was_lost_is_not_done_again_by_another_session(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, *_ = cluster.people
    project_id = await make_project(nodes[0], mara)
    client = Client(mara, project_id)
    await client.open(nodes[0])
    lock = await client.call("lock.acquire", field=FIELD)
    attempt = Attempt(FIELD, "saved once", lock["token"], 0)
    first = await client.call("draft.save", **attempt.parameters())
    nodes[0].kill()
    await client.vanish()

    client.forget_session()
    await client.open(nodes[1])
    again = await client.call("draft.save", **attempt.parameters())

    assert again == first
    assert [each.text for each in cluster.saved_texts(project_id)] == ["saved once"]
    await client.leave()


async def test_the_people_of_a_dead_node_are_gone_in_time(
    cluster: FaultCluster, strange_nodes: Callable[..., AbstractContextManager[tuple[NodeProcess, NodeProcess]]]
) -> None:
    assert ENTRY_LIFETIME + SWEEP_INTERVAL <= GHOST_SECONDS
    mara, daniel, *_ = cluster.people
    with strange_nodes(["hurry"], ["hurry"]) as nodes:
        project_id = await make_project(nodes[0], mara, daniel)
        watcher, ghost = Client(mara, project_id), Client(daniel, project_id)
        await watcher.open(nodes[1])
        await ghost.open(nodes[0])
        await until(lambda: daniel.id in watcher.present, "the watcher sees who came")
        nodes[0].kill()
        await until(lambda: daniel.id not in watcher.present, "a ghost is gone")
        # On a busy machine a node whose clocks hurry may rewrite its own people too late once.
        await until(lambda: mara.id in watcher.present, "the watcher sees itself")
        await leave_all([watcher, ghost])
