"""f2: Redis forgets everything, or restarts. Postgres still lets one writer save, and keeps the other's text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from foundry_site.launcher.nodes import NodeProcess
from kernel.tasks import end
from tests.faults.client import Client, RefusedError, converge, until
from tests.faults.fault_cluster import TTL, FaultCluster
from tests.faults.load import Attempt, Tally, Writer, leave_all, writing
from tests.faults.rest import kept_text, make_project

FIELD = "prompt_text"
ROUNDS = 4


async def restart(cluster: FaultCluster) -> None:
    await asyncio.to_thread(cluster.stop_redis)
    await asyncio.to_thread(cluster.start_redis)


async def gets(client: Client, field: str) -> dict[str, int]:
    """Take a field as soon as it can be had, whatever Redis says meanwhile."""

    async def has_it() -> bool:
        try:
            return await client.takes(field)
        except RefusedError as refusal:
            if refusal.code != "unavailable":
                raise
            return False

    await until(has_it, f"{field} can be taken")
    lock: dict[str, int] = await client.call("lock.acquire", field=field)
    return lock


async def refusal_of(client: Client, attempt: Attempt) -> RefusedError:
    """Save, and be refused."""
    with pytest.raises(RefusedError) as refused:
        await client.call("draft.save", **attempt.parameters())
    return refused.value


@asynccontextmanager
async def holding(client: Client) -> AsyncIterator[None]:
    """Have the client renew its field meanwhile: on a busy machine the lock might run out between two steps."""

    async def renew() -> None:
        while True:
            with suppress(RefusedError):
                await client.call("lock.renew", fields=[FIELD])
            await asyncio.sleep(TTL / 6)

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        await end(renewing)


async def test_of_two_who_believe_to_hold_a_field_one_saves_and_the_others_text_is_kept(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    clients = [Client(mara, project_id), Client(daniel, project_id)]
    for client, node in zip(clients, nodes, strict=True):
        await client.open(node)
    for number in range(ROUNDS):
        loser, winner = clients if number % 2 else clients[::-1]
        lost = await gets(loser, FIELD)
        if number < 2:
            cluster.wipe_redis()
        else:
            await restart(cluster)
        won = await gets(winner, FIELD)
        assert won["token"] > lost["token"]
        attempts = {
            loser: Attempt(FIELD, f"lost {number}", lost["token"], lost["version"]),
            winner: Attempt(FIELD, f"won {number}", won["token"], lost["version"]),
        }
        async with holding(winner):
            saved, refused = await asyncio.gather(
                winner.call("draft.save", **attempts[winner].parameters()), refusal_of(loser, attempts[loser])
            )
            assert saved["prompt_text"] == f"won {number}"
            assert refused.code == "stale_token"
            node = nodes[clients.index(loser)]
            kept = await kept_text(node, loser.person, project_id, refused.problem["working_copy"])
            assert kept == f"lost {number}"
            await winner.call("lock.release", field=FIELD)
    assert [each.text for each in cluster.saved_texts(project_id)] == [f"won {number}" for number in range(ROUNDS)]
    await leave_all(clients)


@pytest.mark.parametrize("how", ["wiped", "restarted"])
async def test_under_load_no_two_saves_are_made_from_one_version(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], how: str
) -> None:
    people = cluster.people[:4]
    project_id = await make_project(nodes[0], *people)
    tally = Tally()
    clients = [Client(person, project_id) for person in people]
    fields = (FIELD, FIELD, FIELD, "files/fourth.md")
    # The last one never gives back, and so saves without Redis, too.
    writers = [
        Writer(client, nodes[number % 2 :], name, tally, saves=100_000 if name != FIELD else 3)
        for number, (client, name) in enumerate(zip(clients, fields, strict=True))
    ]
    async with writing(*writers):
        for _ in range(3):
            await tally.grows_by(10)
            if how == "wiped":
                cluster.wipe_redis()
                continue
            # On a busy machine its lock may have run out just now, and without Redis it gets no other.
            await writers[-1].holds_its_field()
            await asyncio.to_thread(cluster.stop_redis)
            await tally.grows_by(2)
            await tally.is_told_unavailable("gateway")
            await asyncio.to_thread(cluster.start_redis)
        await tally.grows_by(10)

    tally.check_against(cluster, project_id)
    tally.check_bases()
    await check_kept(cluster, nodes, project_id, tally, clients)
    for field in sorted(set(fields)):
        await gets(clients[0], field)
    await converge(clients, nodes[0])
    await leave_all(clients)
    cluster.verify()


async def check_kept(
    cluster: FaultCluster, nodes: Sequence[NodeProcess], project_id: str, tally: Tally, clients: Sequence[Client]
) -> None:
    """Each text that was refused for its old token is kept for its writer."""
    people = {client.person.username: client.person for client in clients}
    for refusal in tally.refused:
        assert refusal.code == "stale_token", refusal
        writer = people[refusal.attempt.text.split()[0]]
        assert await kept_text(nodes[0], writer, project_id, refusal.working_copy) == refusal.attempt.text
